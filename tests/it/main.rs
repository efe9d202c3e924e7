mod config_golden;
