//! The JSON Web Key Set (RFC 7517 §5), prebuilt, with ETag and max-age.

use crate::web::request::{Request, Response};
use crate::web::respond::Class;
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;

/// `/.well-known/jwks.json`
pub static ROUTE: Route = Route {
    path: "/.well-known/jwks.json",
    methods: &[Method::GET, Method::HEAD],
    class: Class::Json,
    cors: Cors::Open,
    guard: Guard::None,
    metadata: Some("jwks_uri"),
    handler: |request| answer(std::future::ready(Ok(handle(&request)))),
};

fn handle(request: &Request) -> Response {
    let keys = &request.engine().keys;
    let set = keys.jwks();
    let etag = HeaderValue::from_str(&set.etag).unwrap_or_else(|_| HeaderValue::from_static("\"jwks\""));
    let cache = HeaderValue::from_str(&format!("public, max-age={}", keys.jwks_max_age()));
    let cache = cache.unwrap_or_else(|_| HeaderValue::from_static("no-cache"));
    cached(request, Bytes::from_owner(set.body), &etag, &cache)
}

/// A prebuilt document that may be cached; 304 when the caller has it (RFC 9110 §13.1.2).
pub fn cached(request: &Request, body: Bytes, etag: &HeaderValue, cache_control: &HeaderValue) -> Response {
    let known = request.http.headers().get(IF_NONE_MATCH).is_some_and(|sent| {
        let sent = sent.to_str().unwrap_or_default();
        sent == "*"
            || sent.split(',').any(|tag| tag.trim().trim_start_matches("W/").as_bytes() == etag.as_bytes())
    });
    let mut response = if known {
        Response::new(StatusCode::NOT_MODIFIED)
    } else {
        Response::with_body(StatusCode::OK, actix_web::body::BoxBody::new(body))
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, etag.clone());
    headers.insert(CACHE_CONTROL, cache_control.clone());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
