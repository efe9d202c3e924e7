//! UserInfo (OIDC Core §5.3): GET and POST with a bearer header, POST with the token in the form
//! (RFC 6750 §2.2); never in the query.

use crate::base::secret::Secret;
use crate::engine::signed_userinfo::UserInfo;
use crate::engine::userinfo;
use crate::protocol::refusal::{Check, Refusal};
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::HttpResponse;
use actix_web::http::header::AUTHORIZATION;
use actix_web::http::{Method, StatusCode};

/// `/oauth2/userinfo`
pub static ROUTE: Route = Route {
    path: "/oauth2/userinfo",
    methods: &[Method::GET, Method::POST],
    class: Class::Bearer,
    cors: Cors::Client,
    guard: Guard::None,
    metadata: Some("userinfo_endpoint"),
    handler: |request| answer(handle(request)),
};

async fn handle(request: Request) -> Result<Response, Refusal> {
    let token = bearer(&request)?;
    Ok(match userinfo::userinfo(request.engine(), &request.ctx, &token).await? {
        UserInfo::Plain(claims) => respond::json(StatusCode::OK, &claims),
        UserInfo::Signed(jwt) => HttpResponse::Ok().content_type("application/jwt").body(jwt),
    })
}

/// The one token of the request (RFC 6750 §2: "Clients MUST NOT use more than one method").
fn bearer(request: &Request) -> Result<Secret, Refusal> {
    if request.query.count("access_token") > 0 {
        return Err(Check::BearerInQuery.into());
    }
    let in_form = request.form.get("access_token");
    if request.header(&AUTHORIZATION).is_none() {
        return in_form.map(Secret::new).ok_or_else(|| Check::BearerMissing.into());
    }
    if in_form.is_some() {
        return Err(Check::BearerInQuery.into());
    }
    bearer_header(request)
}

/// The token of the `Authorization` header (RFC 6750 §2.1).
///
/// # Errors
/// [`Check::BearerMissing`] without the header, [`Check::BearerInvalid`] with another scheme.
pub fn bearer_header(request: &Request) -> Result<Secret, Refusal> {
    let header = request.header(&AUTHORIZATION).ok_or(Check::BearerMissing)?;
    token_of(header).ok_or_else(|| Check::BearerInvalid.into())
}

/// The token of an `Authorization` header of the scheme Bearer (RFC 6750 §2.1); the name of a scheme is
/// case-insensitive (RFC 9110 §11.1).
pub fn token_of(header: &str) -> Option<Secret> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
}
