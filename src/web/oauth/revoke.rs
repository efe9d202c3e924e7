//! Token revocation (RFC 7009).

use super::token::not_in_query;
use super::token_request;
use crate::engine::revoke;
use crate::protocol::refusal::Refusal;
use crate::web::cookies;
use crate::web::request::{Request, Response};
use crate::web::respond::Class;
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::{Method, StatusCode};

/// `/oauth2/revoke`
pub static ROUTE: Route = Route {
    path: "/oauth2/revoke",
    methods: &[Method::POST],
    class: Class::Json,
    cors: Cors::ClientWithCookies,
    guard: Guard::None,
    metadata: Some("revocation_endpoint"),
    handler: |request| answer(handle(request)),
};

async fn handle(mut request: Request) -> Result<Response, Refusal> {
    not_in_query(&request)?;
    let asked = token_request(&mut request);
    let revoked = revoke::revoke(request.engine(), &request.ctx, asked).await?;
    // RFC 7009 §2.2: 200, and nothing in the body.
    let mut response = Response::new(StatusCode::OK);
    if let Some(client_id) = &revoked.cookie_of {
        cookies::clear_refresh(&mut response, client_id);
    }
    Ok(response)
}
