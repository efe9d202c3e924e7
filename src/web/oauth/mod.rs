//! The protocol's endpoints: one file each, with its `ROUTE`.

pub mod authorize;
pub mod device_authorization;
pub mod discovery;
pub mod introspect;
pub mod jwks;
pub mod logout;
pub mod register;
pub mod revoke;
pub mod token;
pub mod userinfo;

use super::request::Request;
use crate::engine::token::TokenRequest;
use actix_web::http::header::AUTHORIZATION;

/// What the endpoints with client authentication are asked with.
fn token_request(request: &mut Request) -> TokenRequest {
    TokenRequest {
        authorization: request.header(&AUTHORIZATION).map(str::to_owned),
        body: std::mem::take(&mut request.form),
    }
}
