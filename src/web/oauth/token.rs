//! The token endpoint (RFC 6749 §3.2).

use super::token_request;
use crate::engine::token::{self, PATH};
use crate::protocol::refusal::{Check, Refusal};
use crate::web::cookies;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::{Method, StatusCode};

/// `/oauth2/token`
pub static ROUTE: Route = Route {
    path: PATH,
    methods: &[Method::POST],
    class: Class::Json,
    cors: Cors::ClientWithCookies,
    guard: Guard::None,
    metadata: Some("token_endpoint"),
    handler: |request| answer(handle(request)),
};

async fn handle(mut request: Request) -> Result<Response, Refusal> {
    not_in_query(&request)?;
    let asked = token_request(&mut request);
    let answer = token::exchange(request.engine(), &request.ctx, asked).await?;
    let mut response = respond::json(StatusCode::OK, &answer);
    if let Some(cookie) = &answer.refresh_cookie {
        cookies::set_refresh(&mut response, cookie);
    }
    Ok(response)
}

/// RFC 6749 §2.3.1: credentials "MUST NOT be included in the request URI" (security row D1).
///
/// # Errors
/// [`Check::CredentialsInQuery`].
pub fn not_in_query(request: &Request) -> Result<(), Refusal> {
    const SECRETS: [&str; 10] = [
        "client_secret",
        "code",
        "code_verifier",
        "device_code",
        "refresh_token",
        "password",
        "token",
        "client_assertion",
        "access_token",
        "grant_type",
    ];
    match SECRETS.into_iter().find(|name| request.query.count(name) > 0) {
        Some(name) => Err(Refusal::new(Check::CredentialsInQuery).with("in the body", name)),
        None => Ok(()),
    }
}
