//! The device authorization endpoint (RFC 8628 §3.1).

use super::token::not_in_query;
use super::token_request;
use crate::engine::device;
use crate::protocol::refusal::Refusal;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::{Method, StatusCode};

/// `/oauth2/device_authorization`
pub static ROUTE: Route = Route {
    path: "/oauth2/device_authorization",
    methods: &[Method::POST],
    class: Class::Json,
    cors: Cors::Client,
    guard: Guard::None,
    metadata: Some("device_authorization_endpoint"),
    handler: |request| answer(handle(request)),
};

async fn handle(mut request: Request) -> Result<Response, Refusal> {
    not_in_query(&request)?;
    let asked = token_request(&mut request);
    let answer = device::begin(request.engine(), &request.ctx, asked).await?;
    Ok(respond::json(StatusCode::OK, &answer))
}
