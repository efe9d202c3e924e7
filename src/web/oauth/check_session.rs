//! The page that apps put into a frame to ask, without a request, whether this browser still has the
//! sign-in they know of (OIDC Session Management §3.3). It is the one page that others may frame.

use crate::protocol::refusal::{Check, Refusal};
use crate::web::headers;
use crate::web::request::{Request, Response};
use crate::web::respond::Class;
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::Method;

/// `/oauth2/check_session`. It shows no page to people and reads no visitor, so it is not of their class.
pub static ROUTE: Route = Route {
    path: "/oauth2/check_session",
    methods: &[Method::GET],
    class: Class::Json,
    cors: Cors::None,
    guard: Guard::None,
    // In the metadata only where session management is on.
    metadata: None,
    handler: |request| answer(std::future::ready(show(request))),
};

/// Its script.
const SCRIPT: &str = include_str!("../../../static/check_session.js");

fn show(mut request: Request) -> Result<Response, Refusal> {
    if !request.engine().policy.session_management {
        return Err(Check::PathUnknown.into());
    }
    request.make_nonce();
    let nonce = &request.nonce;
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Session</title>\n\
         <script nonce=\"{nonce}\">\n{SCRIPT}</script>\n</html>\n"
    );
    let mut response = actix_web::HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html);
    headers::secure_framed(&mut response, &request.site.public, nonce);
    Ok(response)
}
