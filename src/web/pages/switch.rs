//! The page that asks as whom to go on: another person is signed in than the app asked for, or the
//! app wants the account chosen (security row A11; OIDC Core §3.1.2.1 `select_account`).

use super::{app_of, ix, leads_to, person, speak, typed};
use crate::base::secret::{Digest, SessionSecret};
use crate::domain::user::User;
use crate::engine::accounts::Account;
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
    speak(&request, &waiting);
    let (client, asked) = (&waiting.client, &waiting.authorization.request);
    let named = authorize::signed_in_for(request.engine(), &request.visitor, client, asked).await;
    let (_, user) = named.map_err(Fault::into_refusal)?.ok_or(Check::SessionMissing)?;
    let everybody = everybody(&request).await?;
    let key = id.to_string();
    let admitted = waiting.admits(&user);
    let expected = admitted && waiting.expected.as_ref().is_none_or(|expected| *expected == user.id);
    let view = SwitchUser {
        chrome: request.chrome_of(&waiting.client),
        csrf: request.csrf("/switch", Some(&key)),
        ix: Some(key),
        app: Some(app_of(&waiting)),
        person: person(&user),
        // Whoever the app does not mean would only be refused.
        accounts: shown(everybody.iter().filter(|account| waiting.admits(&account.user))),
        why: if expected { Why::Choice } else { Why::SomebodyElse },
        asked: waiting.authorization.request.login_hint.as_deref().map(Text::plain),
        may_continue: admitted,
    };
    respond::page(&request, StatusCode::OK, &view, leads_to(&waiting))
}

async fn everybody(request: &Request) -> Result<Vec<Account>, Refusal> {
    request.visitor.everybody(request.engine()).await.map_err(Fault::into_refusal)
}

fn shown<'a>(accounts: impl Iterator<Item = &'a Account>) -> Vec<(String, Person)> {
    accounts.map(|account| (account.session.id.to_string(), person(&account.user))).collect()
}

/// The choice without an app, from the account page.
async fn show_alone(request: &Request) -> Result<Response, Refusal> {
    let everybody = everybody(request).await?;
    let Some(first) = everybody.first() else { return Ok(respond::to_own(request, "/login")) };
    let view = SwitchUser {
        chrome: request.chrome(),
        csrf: request.csrf("/switch", None),
        ix: None,
        app: None,
        person: person(&first.user),
        accounts: shown(everybody.iter()),
        why: Why::Choice,
        asked: None,
        may_continue: true,
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}

async fn decide_alone(mut request: Request) -> Result<Response, Refusal> {
    match (typed(&request, "account").to_owned(), typed(&request, "decision")) {
        (account, _) if !account.is_empty() => {
            let chosen = choose(&mut request, &account, |_| true).await?;
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
    current: Digest<SessionSecret>,
    others: Vec<Digest<SessionSecret>>,
}

impl Chosen {
    fn remember(&self, request: &Request, response: &mut Response) {
        cookies::make_current(&request.http, response, &self.current);
        cookies::keep_others(&request.http, response, &self.others);
    }
}

/// Makes the person of the session `id` the current one of this request; only one who is signed in in
/// this very browser can be, and who is `meant`.
async fn choose(request: &mut Request, id: &str, meant: impl Fn(&User) -> bool) -> Result<Chosen, Refusal> {
    let everybody = everybody(request).await?;
    let is_chosen = |account: &&Account| account.session.id.as_str() == id && meant(&account.user);
    let chosen = everybody.iter().find(is_chosen).ok_or(Check::StepUnexpected)?;
    let rest = everybody.iter().filter(|account| account.session.id != chosen.session.id);
    let others = rest.map(|account| account.digest.clone()).collect();
    request.visitor.session = Some(chosen.digest.clone());
    Ok(Chosen { current: chosen.digest.clone(), others })
}

async fn decide(mut request: Request) -> Result<Response, Refusal> {
    if request.form.get("ix").is_none() {
        return decide_alone(request).await;
    }
    let id = ix(request.form.get("ix")).ok_or(Check::AuthorizationGone)?;
    let account = typed(&request, "account").to_owned();
    if !account.is_empty() {
        let waiting = authorize::waiting(request.engine(), &request.ctx, &request.visitor, &id).await;
        let waiting = waiting.map_err(Fault::into_refusal)?;
        let chosen = choose(&mut request, &account, |user| waiting.admits(user)).await?;
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
