//! The protocol's endpoints: one file each, with its `ROUTE`.

pub mod authorize;
pub mod check_session;
pub mod device_authorization;
pub mod discovery;
pub mod introspect;
pub mod jwks;
pub mod logout;
pub mod register;
pub mod revoke;
pub mod token;
pub mod userinfo;

use super::cookies;
use super::request::Request;
use crate::engine::token::TokenRequest;
use crate::engine::token::browser_app::Browser;
use actix_web::http::header::{AUTHORIZATION, HeaderName, ORIGIN};

/// What the endpoints with client authentication are asked with.
fn token_request(request: &mut Request) -> TokenRequest {
    TokenRequest {
        authorization: request.header(&AUTHORIZATION).map(str::to_owned),
        body: std::mem::take(&mut request.form),
        browser: Browser {
            origin: request.header(&ORIGIN).map(str::to_owned),
            site: request.header(&HeaderName::from_static("sec-fetch-site")).map(str::to_owned),
            held: cookies::refresh_tokens(&request.http),
        },
    }
}
