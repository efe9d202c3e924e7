//! The one route table. From it come dispatch, methods, CORS, CSRF, discovery and the access log.
//! To add an endpoint: a file with a `ROUTE`, and its line here.

use super::metrics::Metrics;
use super::request::{Request, Response};
use super::respond::Class;
use super::site::{Answering, Served};
use super::{brand, oauth, pages, testing};
use crate::protocol::refusal::Refusal;
use actix_web::http::Method;
use std::collections::HashMap;
use std::future::Future;

/// Which scripts may call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cors {
    /// None.
    None,
    /// Those of origins registered with a client; never with cookies.
    Client,
    /// The same, and with cookies from an app's own pages where its refresh tokens travel in one.
    ClientWithCookies,
    /// Any.
    Open,
}

/// What body a request may have, and how it is guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// A form; the endpoint is meant for other sites or programs.
    None,
    /// A JSON document, which no form can send: the endpoint is meant for programs.
    Json,
    /// A form, of the same origin by Fetch metadata, and with the CSRF token (security row N3).
    Csrf,
}

/// One endpoint.
pub struct Route {
    /// Its path below the issuer; compared exactly, never normalised (security row U7).
    pub path: &'static str,
    /// Its methods.
    pub methods: &'static [Method],
    /// How its errors are written.
    pub class: Class,
    /// Which scripts may call it.
    pub cors: Cors,
    /// What body it takes, and how it is guarded.
    pub guard: Guard,
    /// Its name in the metadata (RFC 8414 §2), if it has one.
    pub metadata: Option<&'static str>,
    /// What answers.
    pub handler: fn(Request) -> Answering,
}

/// Boxes a handler's future; what `handler` of a route is made with.
pub fn answer<F>(future: F) -> Answering
where
    F: Future<Output = Result<Response, Refusal>> + 'static,
{
    Box::pin(future)
}

/// Every endpoint.
pub static ROUTES: &[&Route] = &[
    &oauth::authorize::ROUTE,
    &oauth::token::ROUTE,
    &oauth::userinfo::ROUTE,
    &oauth::introspect::ROUTE,
    &oauth::revoke::ROUTE,
    &oauth::register::ROUTE,
    &oauth::logout::ROUTE,
    &oauth::device_authorization::ROUTE,
    &oauth::check_session::ROUTE,
    &oauth::discovery::OPENID,
    &oauth::discovery::OAUTH,
    &oauth::jwks::ROUTE,
    &pages::home::ROUTE,
    &pages::login::ROUTE,
    &pages::factor::ROUTE,
    &pages::consent::ROUTE,
    &pages::switch::ROUTE,
    &pages::device::ROUTE,
    &pages::logout::ROUTE,
    &pages::start::ROUTE,
    &pages::account::ROUTE,
    &pages::account::APPS,
    &pages::account::SESSIONS,
    &pages::security::ROUTE,
    &pages::security::ADD,
    &pages::setup::ROUTE,
    &pages::setup::APP,
    &pages::recover::ROUTE,
    &pages::errors::ROUTE,
    &brand::STYLE,
    &brand::LOGO,
    &pages::assets::STYLE,
    &pages::assets::MODULE,
    &pages::assets::ONWARD,
    &pages::assets::ICON,
    &pages::try_it::ROUTE,
    &pages::try_it::CALLBACK,
    &pages::try_it::ACT,
];

/// The table by full path, with counters; with the endpoints of test mode where that is on.
pub fn by_path(base_path: &str, metrics: &Metrics, test_mode: bool) -> HashMap<String, Served> {
    let served = |route: &'static Route| Served { route, metrics: metrics.of_route(route.path) };
    let more = if test_mode { testing::ROUTES } else { &[] };
    ROUTES.iter().chain(more).map(|route| (format!("{base_path}{}", route.path), served(route))).collect()
}
