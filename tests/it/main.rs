//! The integration tests: one binary, one file per feature or RFC.

// What production code may not do, tests do: they fail by panicking and index what they just made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)]
#![allow(clippy::indexing_slicing, clippy::as_conversions, clippy::disallowed_methods)]
#![allow(clippy::too_many_lines, clippy::missing_panics_doc)]

mod harness;

mod bounds;
mod config_golden;
mod cookies;
mod damage;
mod flow;
mod headers;
mod limits;
mod logs;
mod pages;
mod proxy;
mod secrets_at_rest;
mod setup;
mod startup;
mod stopping;
mod tidy;
