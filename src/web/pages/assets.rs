//! The files that pages load, compiled in, cached for good under their version.

use crate::protocol::refusal::Refusal;
use crate::web::request::{Request, Response};
use crate::web::respond::Class;
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::assets::{self, Asset};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::http::{Method, StatusCode};

macro_rules! asset {
    ($name:ident, $path:literal) => {
        /// A static file.
        pub static $name: Route = Route {
            path: $path,
            methods: &[Method::GET, Method::HEAD],
            class: Class::Json,
            cors: Cors::None,
            guard: Guard::None,
            metadata: None,
            handler: |request| answer(std::future::ready(Ok::<_, Refusal>(serve(&request, &assets::$name)))),
        };
    };
}

asset!(STYLE, "/static/latchkey.css");
asset!(MODULE, "/static/latchkey.js");
asset!(ONWARD, "/static/onward.js");
asset!(ICON, "/static/latchkey.svg");

fn serve(request: &Request, asset: &'static Asset) -> Response {
    let fresh = request.query.get("v") == Some(asset.version());
    let cache = if fresh { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let mut response = Response::with_body(StatusCode::OK, actix_web::body::BoxBody::new(asset.body));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    response
}
