//! Token introspection (RFC 7662).

use super::token::not_in_query;
use super::token_request;
use crate::engine::introspect;
use crate::protocol::refusal::Refusal;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::{Method, StatusCode};

/// `/oauth2/introspect`
pub static ROUTE: Route = Route {
    path: "/oauth2/introspect",
    methods: &[Method::POST],
    class: Class::Json,
    cors: Cors::None,
    guard: Guard::None,
    metadata: Some("introspection_endpoint"),
    handler: |request| answer(handle(request)),
};

async fn handle(mut request: Request) -> Result<Response, Refusal> {
    not_in_query(&request)?;
    let asked = token_request(&mut request);
    let answer = introspect::introspect(request.engine(), &request.ctx, asked).await?;
    Ok(respond::json(StatusCode::OK, &answer))
}
