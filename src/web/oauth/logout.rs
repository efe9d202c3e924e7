//! RP-Initiated Logout: the end session endpoint, by GET and POST (RPI §2).

use crate::engine::end_session::{self, Ended, Logout, LogoutRequest};
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
    if respond::lost_cookies(&request) {
        let pairs = request.form.known_pairs(&end_session::KNOWN);
        return respond::once_more(&request, ROUTE.path, &pairs, || asked.leads_to());
    }
    let outcome = end_session::request(request.engine(), &request.ctx, &request.visitor, &asked).await;
    match outcome.map_err(crate::store::Fault::into_refusal)? {
        Logout::Done(ended) => done(&request, &asked, &ended),
        Logout::Ask => pages::logout::ask(&request, &asked, params).await,
    }
}

/// Signed out: on to the verified address, or our own page (RPI §3; security rows M1, M3, M5). Where apps
/// have pages that this browser is to load, ours loads them first (OIDC Front-Channel Logout §3).
///
/// # Errors
/// When the page cannot be rendered.
pub fn done(request: &Request, asked: &LogoutRequest, ended: &Ended) -> Result<Response, Refusal> {
    let frames = &ended.frames;
    let state: Vec<(&str, &str)> = asked.state.as_deref().map(|s| ("state", s)).into_iter().collect();
    let mut response = match &asked.redirect {
        Some(target) if frames.is_empty() => respond::to_verified(target, &state),
        Some(target) => {
            let onward = if state.is_empty() { target.as_str().to_owned() } else { target.with_query(state) };
            pages::logout::signed_out(request, asked, ended, Some(&onward))?
        }
        None => pages::logout::signed_out(request, asked, ended, None)?,
    };
    let Some(beside) = &ended.beside else {
        over(request, &mut response);
        return Ok(response);
    };
    if let Some((first, rest)) = beside.go_on.split_first() {
        cookies::make_current(&request.http, &mut response, first);
        cookies::keep_others(&request.http, &mut response, rest);
    }
    if let Some(state) = &beside.browser_state {
        cookies::take_browser_state(&request.http, &mut response, state);
    }
    Ok(response)
}

/// What the browser held of the session goes (security row M5).
pub fn over(request: &Request, response: &mut Response) {
    cookies::clear_session(response);
    cookies::keep_others(&request.http, response, &[]);
    if request.engine().policy.session_management {
        cookies::clear_browser_state(response);
    }
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
}
