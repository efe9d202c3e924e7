//! The plain http listener beside TLS: it leads to the issuer and does nothing else. Where to is configuration
//! alone, never the `Host` header (security row H4); what came in the clear is not taken.

use super::headers::{self, FormAction};
use super::request::Response;
use super::respond;
use super::site::PublicUrl;
use crate::protocol::refusal::Check;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};

/// The longest path and query that are repeated, bytes (security row U1).
const LONGEST: usize = 8 * 1024;

/// Where the redirects lead.
pub struct Target {
    issuer: PublicUrl,
    /// The same without TLS: RFC 6797 §7.2 forbids `Strict-Transport-Security` here.
    here: PublicUrl,
}

impl Target {
    /// To the issuer.
    pub fn of(issuer: PublicUrl) -> Self {
        let here = PublicUrl { https: false, ..issuer.clone() };
        Self { issuer, here }
    }
}

/// Registers the redirect for everything.
pub fn configure(service: &mut web::ServiceConfig) {
    service.default_service(web::to(answer));
}

async fn answer(target: Data<Target>, http: HttpRequest) -> Response {
    let mut response = lead(&target.issuer, &http);
    headers::secure(&mut response, &target.here, "", &FormAction::default());
    response
}

fn lead(issuer: &PublicUrl, http: &HttpRequest) -> Response {
    if ![Method::GET, Method::HEAD].contains(http.method()) {
        // A redirect would have what was just sent in the clear sent again, as if nothing had happened.
        let mut refused = refusal(Check::PlainHttpRefused);
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    let path = http.uri().path_and_query().map_or("/", |path| path.as_str());
    if path.len() > LONGEST {
        return refusal(Check::UriTooLong);
    }
    // A target such as `*` or `@evil.example` must not grow the host's name.
    let path = if path.starts_with('/') { path } else { "/" };
    respond::to_issuer(&format!("{}{path}", issuer.origin))
}

/// What is wrong and what to do, as plain text: there is no page on this side.
fn refusal(check: Check) -> Response {
    let row = check.row();
    let status = StatusCode::from_u16(row.status).unwrap_or(StatusCode::BAD_REQUEST);
    let text = format!("{}: {} {}\n", row.code, row.cause, row.fix);
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(text)
}
