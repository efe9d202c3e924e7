//! The registration endpoint (OIDC Registration §3, RFC 7591 §3), and of each app that registered itself
//! the endpoint to read, replace and remove that (RFC 7592 §2): the same path with its `client_id`, which
//! the app is told as `registration_client_uri`.

use crate::base::secret::Secret;
use crate::engine::registration::{self, Mode};
use crate::protocol::refusal::{Check, Refusal};
use crate::web::oauth::userinfo::token_of;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::header::AUTHORIZATION;
use actix_web::http::{Method, StatusCode};

/// `/oauth2/register`
pub static ROUTE: Route = Route {
    path: registration::PATH,
    methods: &[Method::POST, Method::GET, Method::PUT, Method::DELETE],
    class: Class::Json,
    cors: Cors::None,
    guard: Guard::Json,
    metadata: Some(METADATA),
    handler: |request| answer(handle(request)),
};

/// Its name in the discovery document, where it stands while registration is on.
pub const METADATA: &str = "registration_endpoint";

async fn handle(request: Request) -> Result<Response, Refusal> {
    let (engine, ctx) = (request.engine(), &request.ctx);
    if engine.policy.registration.mode == Mode::Off {
        return Err(Check::RegistrationOff.into());
    }
    let token = bearer(&request)?;
    if *request.http.method() == Method::POST {
        let made = registration::register(engine, ctx, token.as_ref(), &request.document).await?;
        return Ok(respond::json(StatusCode::CREATED, &made));
    }
    let token = token.ok_or(Check::RegistrationTokenMissing)?;
    let id = request.query.get("client_id").unwrap_or_default();
    let registered = match *request.http.method() {
        Method::GET => registration::read(engine, ctx, id, &token).await?,
        Method::PUT => registration::replace(engine, ctx, (id, &token), &request.document).await?,
        _ => {
            registration::remove(engine, ctx, id, &token).await?;
            return Ok(actix_web::HttpResponse::new(StatusCode::NO_CONTENT));
        }
    };
    Ok(respond::json(StatusCode::OK, &registered))
}

/// The token of the request, if it bears one; never in the URL (RFC 9700 §4.3.2).
fn bearer(request: &Request) -> Result<Option<Secret>, Refusal> {
    if ["access_token", "registration_access_token"].iter().any(|name| request.query.count(name) > 0) {
        return Err(Check::BearerInQuery.into());
    }
    let Some(header) = request.header(&AUTHORIZATION) else { return Ok(None) };
    match token_of(header) {
        Some(token) => Ok(Some(token)),
        None if *request.http.method() == Method::POST => Err(Check::InitialTokenInvalid.into()),
        None => Err(Check::RegistrationTokenInvalid.into()),
    }
}
