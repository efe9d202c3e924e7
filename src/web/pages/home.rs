//! `/`: what this is, and the way to sign in or to the account.

use super::person;
use crate::protocol::refusal::Refusal;
use crate::store::Fault;
use crate::web::headers::FormAction;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::home::{DevLinks, Home};
use actix_web::http::{Method, StatusCode};

/// `/`
pub static ROUTE: Route = Route {
    path: "/",
    methods: &[Method::GET],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(handle(request)),
};

async fn handle(request: Request) -> Result<Response, Refusal> {
    let current = request.visitor.current(request.engine()).await.map_err(Fault::into_refusal)?;
    let dev = request.site.edge.dev.then(|| DevLinks {
        issuer: request.engine().policy.issuer.clone(),
        people: request.site.dev_people.clone(),
    });
    let view = Home {
        chrome: request.chrome(),
        csrf: request.csrf("/logout", None),
        person: current.as_ref().map(|(_, user)| person(user)),
        dev,
    };
    respond::page(&request, StatusCode::OK, &view, FormAction::default())
}
