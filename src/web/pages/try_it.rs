//! The built-in relying party of `latchkey dev`.

use crate::protocol::refusal::{Check, Refusal};
use crate::web::request::{Request, Response};
use crate::web::respond::Class;
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::Method;

/// Its registration.
pub struct TryClient {}

impl TryClient {
    /// Registers it.
    ///
    /// # Errors
    /// Store errors.
    pub fn register(_: &mut crate::store::Conn, _: &crate::engine::admin::Desk, _: &str) -> crate::engine::admin::AdminResult<Self> {
        Ok(Self {})
    }
}

async fn none(_: Request) -> Result<Response, Refusal> {
    Err(Check::PathUnknown.into())
}

macro_rules! route {
    ($name:ident, $path:literal) => {
        /// A page of it.
        pub static $name: Route = Route {
            path: $path,
            methods: &[Method::GET, Method::POST],
            class: Class::Page,
            cors: Cors::None,
            guard: Guard::Csrf,
            metadata: None,
            handler: |request| answer(none(request)),
        };
    };
}

route!(ROUTE, "/try");
route!(CALLBACK, "/try/callback");
route!(ACT, "/try/act");
