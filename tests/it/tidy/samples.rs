//! What each rule must catch, and what it must pass.

macro_rules! ten {
    () => {
        "\n\n\n\n\n\n\n\n\n\n"
    };
}

/// Sixty lines.
macro_rules! lines_60 {
    () => {
        concat!(ten!(), ten!(), ten!(), ten!(), ten!(), ten!())
    };
}

/// Four hundred and twenty lines.
macro_rules! lines_420 {
    () => {
        concat!(lines_60!(), lines_60!(), lines_60!(), lines_60!(), lines_60!(), lines_60!(), lines_60!())
    };
}

type Files = &'static [(&'static str, &'static str)];

pub const LAYERS_BAD: &[Files] = &[
    &[("protocol/scope.rs", "use crate::store::db::Db;")],
    &[("base/clock.rs", "use crate::config::Config;")],
    &[("config/mod.rs", "use crate::protocol::scope::Scope;")],
    &[("domain/user.rs", "use crate::{base::id, engine::Ctx};")],
    &[("store/db.rs", "fn f() { crate::web::respond() }")],
    &[("engine/token/mod.rs", "fn f() { vec![crate::web::respond()] }")],
    &[("engine/token/mod.rs", "use super::super::web::respond;")],
    &[("engine/keys.rs", "fn f() { super::super::cli::run() }")],
    &[("web/mod.rs", "pub use crate::app::build;")],
    &[("somewhere/mod.rs", "")],
];
pub const LAYERS_GOOD: Files = &[
    ("lib.rs", "pub mod base; pub mod cli;"),
    ("base/clock.rs", "use crate::base::id::Id;"),
    ("protocol/scope.rs", "use crate::base::text;\nuse super::prompt;"),
    ("store/db.rs", "use crate::{base::{clock, id}, config::Store, domain::user::User};"),
    ("engine/token/grants/code.rs", "use super::super::issue; use crate::engine::Ctx; use crate::store::Tx;"),
    ("app.rs", "use crate::cli::Exit; use crate::web::routes;"),
    ("cli/serve.rs", "use crate::app::build;"),
    ("config/mod.rs", "use crate::base::url::Url;\n#[cfg(test)]\nmod tests { use crate::web::routes; }"),
];

pub const HOMES_BAD: &[Files] = &[
    &[("engine/mod.rs", "use diesel::prelude::*;")],
    &[("engine/mod.rs", "use ::diesel::prelude::*;")],
    &[("domain/user.rs", "#[derive(diesel::Queryable)] struct User;")],
    &[("main.rs", "#[actix_web::main] async fn main() {}")],
    &[("web/pages/login.rs", "use askama::Template;")],
    &[("engine/token/issue.rs", "fn f() { let x = vec![jsonwebtoken::encode()]; }")],
    &[("engine/login/mod.rs", "use argon2::Argon2;")],
    &[("engine/upstream/mod.rs", "use reqwest as http;")],
    &[("web/oauth/token.rs", "use {serde::Serialize, rsa::RsaPrivateKey};")],
    &[("engine/outbound.rs", "use openidconnect::IssuerUrl;")],
];
pub const HOMES_GOOD: Files = &[
    ("store/db.rs", "use diesel::r2d2::Pool;"),
    ("app.rs", "use actix_web::HttpServer;"),
    ("web/views/login.rs", "use askama::Template;"),
    ("engine/keys/sign.rs", "use rsa::RsaPrivateKey; use jsonwebtoken as jwt;"),
    ("engine/keys/mod.rs", "mod rsa; fn f() { let rsa = self::rsa::new(); }"),
    ("engine/token/mod.rs", "fn f() { crate::engine::keys::rsa::new(); let argon2 = 1; }"),
    ("engine/outbound.rs", "use reqwest::Client;\n#[cfg(test)]\nmod tests { use openidconnect::IssuerUrl; }"),
];

pub const LONG_FILE: Files = &[("engine/a.rs", concat!("//! A.\n", lines_420!()))];
pub const LONG_TESTS: Files = &[
    ("engine/a.rs", concat!("//! A.\n#[cfg(test)]\nmod tests {\n", lines_420!(), "}\n")),
    ("engine/b.rs", "//! B.\n#[cfg(test)]\nmod long;\n"),
    ("engine/b/long.rs", lines_420!()),
];

pub const LONG_FUNCTION: Files = &[("engine/a.rs", concat!("fn long() {\n", lines_60!(), "}\n"))];
pub const LONG_FUNCTION_EXPECTED: Files = &[
    (
        "engine/a.rs",
        concat!("#[expect(clippy::too_many_lines, reason = \"a table\")]\nfn long() {\n", lines_60!(), "}\n"),
    ),
    ("engine/b.rs", concat!("#[test]\nfn long() {\n", lines_60!(), "}\nfn short() {}\n")),
];

pub const PARAMETERS_BAD: &[Files] = &[
    &[("engine/a.rs", "fn f(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {}")],
    &[("engine/a.rs", "impl X { fn f(&self, a: u8, b: u8, c: u8, d: u8, e: u8) {} }")],
    &[("engine/a.rs", "trait X { fn f(&self, a: u8, b: u8, c: u8, d: u8, e: u8) {} }")],
];
pub const PARAMETERS_GOOD: Files = &[
    ("engine/a.rs", "fn f(a: u8, b: u8, c: u8, d: u8, e: u8) {}"),
    (
        "engine/b.rs",
        "#[expect(clippy::too_many_arguments, reason = \"as the RFC\")]\nfn f(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {}",
    ),
];

pub const FIRST_LINE_BAD: &[Files] = &[
    &[("a.rs", "use std::fmt;")],
    &[("a.rs", "// A comment.")],
    &[("a.rs", "")],
    &[("a.rs", "//! a")],
    &[("a.rs", "\n//! Says it late.")],
];
pub const FIRST_LINE_GOOD: Files = &[("a.rs", "//! Says what it is.\nuse std::fmt;")];

pub const PERMISSIONS_BAD: &[Files] = &[
    &[("a.rs", "#[allow(dead_code)] fn f() {}")],
    &[("a.rs", "#![allow(clippy::pedantic, reason = \"x\")]")],
    &[("a.rs", "#[expect(dead_code)] fn f() {}")],
    &[("a.rs", "impl X { #[allow(dead_code)] fn f() {} }")],
    &[("a.rs", "fn f() { #[allow(unused)] let x = 1; }")],
];
pub const PERMISSIONS_GOOD: Files = &[
    ("a.rs", "#[expect(dead_code, reason = \"x\")] fn f() {}"),
    ("b.rs", "#[cfg(test)] mod tests { #![allow(dead_code)] }"),
];

pub const PANICS_BAD: &[Files] = &[
    &[("a.rs", "fn f() { x.unwrap(); }")],
    &[("a.rs", "fn f() { x\n.expect(\"y\"); }")],
    &[("a.rs", "fn f() { vec![x.unwrap()]; }")],
    &[("a.rs", "fn f() { panic!() }")],
    &[("a.rs", "fn f() { todo!() }")],
    &[("a.rs", "fn f() { unimplemented!() }")],
    &[("a.rs", "fn f() { match x { _ => unreachable!() } }")],
    &[("a.rs", "#[cfg(not(test))] fn f() { x.unwrap() }")],
    &[("a.rs", "#[cfg(any(test, unix))] fn f() { x.unwrap() }")],
    &[("a.rs", "#[expect(clippy::panic, reason = \"x\")] fn f() { x.unwrap() }")],
];
pub const PANICS_GOOD: Files = &[
    ("a.rs", "/// `x.unwrap()` and panic!()\nfn f() { x.unwrap_or(1); \"x.unwrap()\" }"),
    ("b.rs", "#[cfg(test)] mod tests { fn f() { x.unwrap() } }"),
    ("c.rs", "#[cfg(all(test, unix))] fn f() { panic!() }"),
    ("d.rs", "#[expect(clippy::expect_used, reason = \"x\")]\nfn f() { x.expect(\"y\") }"),
    ("e.rs", "impl X { #[cfg(test)] fn f() { x.unwrap() } }"),
    ("g/mod.rs", "#[cfg(test)] #[path = \"h_tests.rs\"] mod tests;"),
    ("g/h_tests.rs", "fn f() { x.unwrap() }"),
    ("f.rs", "fn f() {\n#[expect(clippy::unwrap_used, reason = \"x\")]\nlet y = x.unwrap();\n}"),
];

pub const CLOCK_BAD: &[Files] = &[
    &[("engine/a.rs", "fn f() { SystemTime::now() }")],
    &[("store/a.rs", "fn f() { std::time::Instant::now() }")],
    &[("web/a.rs", "fn f() { chrono::Utc::now() }")],
    &[("cli/a.rs", "fn f() { time::OffsetDateTime::now_utc() }")],
    &[("web/a.rs", "fn f() { x.unwrap_or_else(Instant::now) }")],
];
pub const CLOCK_GOOD: Files = &[
    ("base/clock.rs", "fn f() { SystemTime::now() }"),
    ("engine/a.rs", "fn f(clock: &Clock) { clock.now() }"),
    ("web/a.rs", "#[expect(clippy::disallowed_methods, reason = \"x\")]\nfn f() { Instant::now() }"),
];

pub const RANDOM_BAD: &[Files] = &[
    &[("engine/a.rs", "use rand::Rng;")],
    &[("engine/a.rs", "use aws_lc_rs::rand::fill;")],
    &[("engine/a.rs", "fn f() { SystemRandom::new() }")],
    &[("engine/a.rs", "fn f() { rsa::generate(&mut OsRng) }")],
    &[("domain/a.rs", "fn f() { Ulid::new() }")],
];
pub const RANDOM_GOOD: Files = &[
    ("base/rng.rs", "use aws_lc_rs::rand::SystemRandom;"),
    ("engine/a.rs", "fn f(rng: &dyn Rng) {}"),
    ("engine/b.rs", "#[expect(clippy::disallowed_types, reason = \"x\")]\nfn f() { SystemRandom::new() }"),
];

pub const REDIRECT_BAD: &[Files] = &[
    &[("web/respond.rs", "fn f() { h(header::LOCATION) }"), ("web/pages/a.rs", "fn f() { h(LOCATION) }")],
    &[
        ("web/respond.rs", "fn f() { h(header::LOCATION) }"),
        ("web/pages/a.rs", "fn f() { h((\"Location\", x)) }"),
    ],
];
pub const REDIRECT_GOOD: Files = &[
    ("web/respond.rs", "fn f() { h(header::LOCATION) }"),
    ("web/pages/a.rs", "/// Location\nfn f(location: Url) {}"),
];

pub const COOKIE_BAD: &[Files] = &[
    &[
        ("web/cookie.rs", "fn f() { Cookie::build(a, b) }"),
        ("web/pages/a.rs", "fn f() { Cookie::new(a, b) }"),
    ],
    &[("web/cookie.rs", "fn f() { Cookie::build(a, b) }"), ("web/pages/a.rs", "fn f() { h(SET_COOKIE) }")],
];
pub const COOKIE_GOOD: Files = &[
    ("web/cookie.rs", "fn f() { Cookie::build(a, b) }"),
    ("web/pages/a.rs", "fn f(c: &Cookie) { req.cookie(N) }"),
];

pub const NAMES_BAD: &[Files] = &[
    &[("web/utils.rs", "//! U.")],
    &[("web/helpers/mod.rs", "//! H.")],
    &[("web/common.rs", "//! C.")],
    &[("web/mod.rs", "mod common { }")],
    &[("web/mod.rs", "mod x { mod misc; }")],
];
pub const NAMES_GOOD: Files = &[("web/mod.rs", "mod respond; mod commonwealth;")];

pub const PATHS_BAD: &[&str] = &[
    concat!("cd /wo", "rk/main"),
    concat!("/ro", "ot/.cargo"),
    concat!("path = \"/wo", "rk\""),
    concat!("HOME=/ro", "ot"),
    concat!("file:///ro", "ot/x"),
];
