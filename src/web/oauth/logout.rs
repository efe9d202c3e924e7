//! RP-Initiated Logout: the end session endpoint, by GET and POST (RPI §2).

use crate::engine::end_session::{self, Logout, LogoutRequest};
use crate::protocol::refusal::Refusal;
use crate::web::cookies;
use crate::web::pages;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};

/// `/oauth2/logout`
pub static ROUTE: Route = Route {
    path: "/oauth2/logout",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::None,
    metadata: Some("end_session_endpoint"),
    handler: |request| answer(handle(request)),
};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

async fn handle(request: Request) -> Result<Response, Refusal> {
    let params = if *request.http.method() == Method::POST { &request.form } else { &request.query };
    let asked = end_session::read(request.engine(), params)?;
    let outcome = end_session::request(request.engine(), &request.ctx, &request.visitor, &asked).await;
    match outcome.map_err(crate::store::Fault::into_refusal)? {
        Logout::Done => done(&request, &asked),
        Logout::Ask => pages::logout::ask(&request, &asked, params).await,
    }
}

/// Signed out: on to the verified address, or our own page (RPI §3; security rows M1, M3, M5).
///
/// # Errors
/// When the page cannot be rendered.
pub fn done(request: &Request, asked: &LogoutRequest) -> Result<Response, Refusal> {
    let mut response = match &asked.redirect {
        Some(target) => {
            let state: Vec<(&str, &str)> = asked.state.as_deref().map(|s| ("state", s)).into_iter().collect();
            respond::to_verified(target, &state)
        }
        None => pages::logout::signed_out(request, asked)?,
    };
    cookies::clear_session(&mut response);
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}
