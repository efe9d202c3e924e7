//! The tests' own language: real databases, a real browser, relying parties.

#![allow(dead_code, reason = "a language is larger than what is said in it today")]

pub mod apache;
pub mod app;
pub mod binary;
pub mod browser;
pub mod child;
pub mod database;
pub mod expect;
pub mod http;
pub mod jose;
pub mod node;
pub mod postgres;
pub mod program;
pub mod redis;
pub mod rp;
pub mod site;
pub mod tls;
pub mod told;
