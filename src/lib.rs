//! Latchkey: a standalone OAuth 2.0 and OpenID Connect authorization server.
//!
//! The layers, each importing only from those above it: `base`, `protocol`, `domain`, `store`,
//! `engine`, `web`, then `app` and `cli` which wire them. `tests/it/tidy.rs` holds this.

pub mod app;
pub mod base;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod protocol;
pub mod store;
pub mod web;
