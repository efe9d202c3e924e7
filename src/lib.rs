//! Latchkey: a standalone OAuth 2.0 and OpenID Connect authorization server.
//!
//! The layers, each importing only from those above it: `base`, `protocol`, `domain`, `store`,
//! `engine`, `web`, then `app` and `cli` which wire them. `tests/it/tidy.rs` holds this.
// Tests time and seed things themselves, and secrets have no `Debug` for `expect` to print.
#![cfg_attr(test, allow(clippy::disallowed_types, clippy::disallowed_methods, clippy::ok_expect))]
#![cfg_attr(test, allow(clippy::items_after_statements, clippy::unchecked_time_subtraction))]

pub mod app;
pub mod base;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod protocol;
pub mod store;
pub mod web;
