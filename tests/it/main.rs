//! The integration tests: one binary, one file per feature or RFC.

// What production code may not do, tests do: they fail by panicking and index what they just made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)]
#![allow(clippy::indexing_slicing, clippy::as_conversions, clippy::disallowed_methods)]
#![allow(clippy::too_many_lines, clippy::missing_panics_doc)]

mod harness;

mod cli;
mod config_golden;
mod flow;
mod kill;
mod pages;
mod schema;
mod store_suite;
mod tidy;
