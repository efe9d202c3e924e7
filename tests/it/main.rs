//! The one integration-test binary.

mod config_golden;
mod pages;
