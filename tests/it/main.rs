//! The integration tests: one binary, one file per feature or RFC.

mod harness;

mod config_golden;
mod flow;
mod pages;
mod tidy;
