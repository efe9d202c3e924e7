//! The page that asks as whom to go on: another person is signed in than the app asked for, or the
//! app wants the account chosen (security row A11; OIDC Core §3.1.2.1 `select_account`).

use super::{app_of, ix, leads_to, person, typed};
use crate::engine::authorize::{self, Outcome, Step};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::Fault;
use crate::web::oauth::authorize::respond as carry;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::switch_user::{SwitchUser, Why};
use crate::web::views::text::Text;
use actix_web::http::{Method, StatusCode};

/// `/switch`
pub static ROUTE: Route = Route {
    path: "/switch",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(handle(request)),
};

async fn handle(request: Request) -> Result<Response, Refusal> {
    if *request.http.method() == Method::POST { decide(request).await } else { show(request).await }
}

async fn show(request: Request) -> Result<Response, Refusal> {
    let id = ix(request.query.get("ix")).ok_or(Check::AuthorizationGone)?;
    let outcome = authorize::resume(request.engine(), &request.ctx, &request.visitor, &id).await;
    let Outcome::Interact { step: Step::Choose, .. } = outcome else { return carry(&request, outcome) };
    let waiting = authorize::waiting(request.engine(), &request.ctx, &request.visitor, &id).await;
    let waiting = waiting.map_err(Fault::into_refusal)?;
    let current = request.visitor.current(request.engine()).await.map_err(Fault::into_refusal)?;
    let (_, user) = current.ok_or(Check::SessionMissing)?;
    let key = id.to_string();
    let expected = waiting.expected.as_ref().is_none_or(|expected| *expected == user.id);
    let view = SwitchUser {
        chrome: request.chrome(),
        csrf: request.csrf("/switch", Some(&key)),
        ix: key,
        app: app_of(&waiting),
        person: person(&user),
        why: if expected { Why::Choice } else { Why::SomebodyElse },
        asked: waiting.authorization.request.login_hint.as_deref().map(Text::plain),
        may_continue: waiting.admits(&user),
    };
    respond::page(&request, StatusCode::OK, &view, leads_to(&waiting))
}

async fn decide(request: Request) -> Result<Response, Refusal> {
    let id = ix(request.form.get("ix")).ok_or(Check::AuthorizationGone)?;
    let (engine, ctx, visitor) = (request.engine(), &request.ctx, &request.visitor);
    match typed(&request, "decision") {
        "continue" => {
            let outcome = authorize::continue_as_current(engine, ctx, visitor, &id).await;
            carry(&request, outcome)
        }
        "cancel" => carry(&request, authorize::deny(engine, ctx, visitor, &id).await),
        "switch" => Ok(respond::to_own(&request, &format!("/login?ix={id}&switch=1"))),
        _ => Err(Check::StepUnexpected.into()),
    }
}
