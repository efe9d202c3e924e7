//! The endpoints of test mode. They are in the route table only while it is on.

use super::oauth::userinfo::bearer_header;
use super::request::{Request, Response};
use super::respond::{self, Class};
use super::routes::{Cors, Guard, Route, answer};
use crate::base::secret::Secret;
use crate::engine::testing;
use crate::protocol::refusal::{Check, Refusal};
use actix_web::http::{Method, StatusCode};

/// What the endpoints need to know.
pub struct TestMode {
    /// Who may rotate keys; nobody without it.
    pub token: Option<Secret>,
}

/// Every endpoint of test mode.
pub static ROUTES: &[&Route] = &[&RESOURCE, &ROTATE];

static RESOURCE: Route = Route {
    path: "/testing/resource",
    methods: &[Method::GET, Method::POST],
    class: Class::Bearer,
    cors: Cors::Client,
    guard: Guard::None,
    metadata: None,
    handler: |request| answer(resource(request)),
};

static ROTATE: Route = Route {
    path: "/testing/rotate-keys",
    methods: &[Method::POST],
    class: Class::Bearer,
    cors: Cors::None,
    guard: Guard::None,
    metadata: None,
    handler: |request| answer(rotate(request)),
};

async fn resource(request: Request) -> Result<Response, Refusal> {
    let token = bearer_header(&request)?;
    let claims = testing::resource(request.engine(), &request.ctx, &token).await?;
    Ok(respond::json(StatusCode::OK, &claims))
}

async fn rotate(request: Request) -> Result<Response, Refusal> {
    let expected = request.site.testing.as_ref().and_then(|mode| mode.token.clone());
    let expected = expected.ok_or(Check::PathUnknown)?;
    if !bearer_header(&request)?.matches(&expected) {
        return Err(Check::TestingTokenWrong.into());
    }
    let keys = testing::rotate_keys(request.engine()).await?;
    Ok(respond::json(StatusCode::OK, &keys))
}
