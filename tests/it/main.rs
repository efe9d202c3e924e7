
mod config_golden;
