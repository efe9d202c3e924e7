//! The registry of checks as a page: where `error_uri` leads.

use crate::protocol::refusal::{REGISTRY, Refusal};
use crate::web::headers::FormAction;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::errors::{Entry, Errors};
use crate::web::views::text::Text;
use actix_web::http::{Method, StatusCode};

/// `/errors`
pub static ROUTE: Route = Route {
    path: "/errors",
    methods: &[Method::GET],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(std::future::ready(show(&request))),
};

fn show(request: &Request) -> Result<Response, Refusal> {
    let entries = REGISTRY.iter().map(|row| Entry {
        code: row.code,
        name: row.name,
        error: row.error.as_str(),
        spec: row.spec,
        cause: Text::sentence(row.cause),
        who: row.who.as_str(),
        fix: Text::sentence(row.fix),
    });
    let view = Errors { chrome: request.chrome().for_developers(), entries: entries.collect() };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}
