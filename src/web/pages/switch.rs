//! The page that asks as whom to go on: another person is signed in than the app asked for, or the
//! app wants the account chosen (security row A11; OIDC Core §3.1.2.1 `select_account`).

use super::{app_of, ix, leads_to, person, typed};
use crate::base::secret::{Digest, SessionSecret};
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::engine::authorize::{self, Outcome, Step};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::Fault;
use crate::web::cookies;
use crate::web::headers::FormAction;
use crate::web::oauth::authorize::respond as carry;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::parts::Person;
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
    let Some(sent) = request.query.get("ix") else { return show_alone(&request).await };
    let id = ix(Some(sent)).ok_or(Check::AuthorizationGone)?;
    let outcome = authorize::resume(request.engine(), &request.ctx, &request.visitor, &id).await;
    let Outcome::Interact { step: Step::Choose, .. } = outcome else { return carry(&request, outcome) };
    let waiting = authorize::waiting(request.engine(), &request.ctx, &request.visitor, &id).await;
    let waiting = waiting.map_err(Fault::into_refusal)?;
    let current = request.visitor.current(request.engine()).await.map_err(Fault::into_refusal)?;
    let (session, user) = current.ok_or(Check::SessionMissing)?;
    let accounts = accounts(&request, &session, &user).await?;
    let key = id.to_string();
    let admitted = waiting.admits(&user);
    let expected = admitted && waiting.expected.as_ref().is_none_or(|expected| *expected == user.id);
    let view = SwitchUser {
        chrome: request.chrome(),
        csrf: request.csrf("/switch", Some(&key)),
        ix: Some(key),
        app: Some(app_of(&waiting)),
        person: person(&user),
        accounts,
        why: if expected { Why::Choice } else { Why::SomebodyElse },
        asked: waiting.authorization.request.login_hint.as_deref().map(Text::plain),
        may_continue: admitted,
    };
    respond::page(&request, StatusCode::OK, &view, leads_to(&waiting))
}

/// Everybody who is signed in here, the current one first.
async fn accounts(
    request: &Request,
    current: &Session,
    user: &User,
) -> Result<Vec<(String, Person)>, Refusal> {
    let others = request.visitor.others_now(request.engine(), Some(current)).await;
    let others = others.map_err(Fault::into_refusal)?;
    let first = (current.id.to_string(), person(user));
    let rest = others.into_iter().map(|other| (other.session.id.to_string(), person(&other.user)));
    Ok(std::iter::once(first).chain(rest).collect())
}

/// The choice without an app, from the account page.
async fn show_alone(request: &Request) -> Result<Response, Refusal> {
    let current = request.visitor.current(request.engine()).await.map_err(Fault::into_refusal)?;
    let Some((session, user)) = current else { return Ok(respond::to_own(request, "/login")) };
    let view = SwitchUser {
        chrome: request.chrome(),
        csrf: request.csrf("/switch", None),
        ix: None,
        app: None,
        person: person(&user),
        accounts: accounts(request, &session, &user).await?,
        why: Why::Choice,
        asked: None,
        may_continue: true,
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}

async fn decide_alone(mut request: Request) -> Result<Response, Refusal> {
    match (typed(&request, "account").to_owned(), typed(&request, "decision")) {
        (account, _) if !account.is_empty() => {
            let chosen = choose(&mut request, &account).await?;
            let mut response = respond::to_own(&request, "/account");
            chosen.remember(&request, &mut response);
            Ok(response)
        }
        (_, "switch") => Ok(respond::to_own(&request, "/login?switch=1")),
        (_, "cancel") => Ok(respond::to_own(&request, "/account")),
        _ => Err(Check::StepUnexpected.into()),
    }
}

/// Who goes on, and who else stays signed in.
struct Chosen {
    current: Option<Digest<SessionSecret>>,
    others: Vec<Digest<SessionSecret>>,
}

impl Chosen {
    fn remember(&self, request: &Request, response: &mut Response) {
        if let Some(current) = &self.current {
            cookies::make_current(&request.http, response, current);
            cookies::keep_others(&request.http, response, &self.others);
        }
    }
}

/// Makes the person of the session `id` the current one of this request; only one who is signed in in
/// this very browser can be.
async fn choose(request: &mut Request, id: &str) -> Result<Chosen, Refusal> {
    let current = request.visitor.current(request.engine()).await.map_err(Fault::into_refusal)?;
    let Some((session, _)) = current else { return Err(Check::SessionMissing.into()) };
    if session.id.as_str() == id {
        return Ok(Chosen { current: None, others: Vec::new() });
    }
    let others = request.visitor.others_now(request.engine(), Some(&session)).await;
    let others = others.map_err(Fault::into_refusal)?;
    let chosen = others.iter().find(|other| other.session.id.as_str() == id).ok_or(Check::StepUnexpected)?;
    let rest = others.iter().filter(|other| other.session.id != chosen.session.id);
    let before = request.visitor.session.clone();
    let others = before.into_iter().chain(rest.map(|other| other.digest.clone())).collect();
    request.visitor.session = Some(chosen.digest.clone());
    Ok(Chosen { current: Some(chosen.digest.clone()), others })
}

async fn decide(mut request: Request) -> Result<Response, Refusal> {
    if request.form.get("ix").is_none() {
        return decide_alone(request).await;
    }
    let id = ix(request.form.get("ix")).ok_or(Check::AuthorizationGone)?;
    let account = typed(&request, "account").to_owned();
    if !account.is_empty() {
        let chosen = choose(&mut request, &account).await?;
        let (engine, ctx, visitor) = (request.engine(), &request.ctx, &request.visitor);
        let outcome = authorize::continue_as_current(engine, ctx, visitor, &id).await;
        let mut response = carry(&request, outcome)?;
        chosen.remember(&request, &mut response);
        return Ok(response);
    }
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
