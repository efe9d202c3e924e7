//! The consent page: who asks for what, in plain words (OIDC Core §3.1.2.4; security group B).

use super::{app_of, claims, ix, leads_to, person, speak, typed};
use crate::base::words::{Phrase, Words};
use crate::domain::client::Client;
use crate::domain::user::User;
use crate::engine::authorize::{self, Outcome, Step, Waiting};
use crate::engine::token::longest_access;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::Fault;
use crate::web::oauth::authorize::respond as carry;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::consent::{Consent, Lifetime, ScopeLine};
use crate::web::views::text::Text;
use actix_web::http::{Method, StatusCode};

/// `/consent`
pub static ROUTE: Route = Route {
    path: "/consent",
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
    // Another step's turn, or everything is said by now: go there (security row A15).
    let Outcome::Interact { step: Step::Consent { scope }, .. } = outcome else {
        return carry(&request, outcome);
    };
    let waiting = authorize::waiting(request.engine(), &request.ctx, &request.visitor, &id).await;
    let waiting = waiting.map_err(Fault::into_refusal)?;
    speak(&request, &waiting);
    let asked = &waiting.authorization.request;
    let current = authorize::signed_in_for(request.engine(), &request.visitor, &waiting.client, asked).await;
    let current = current.map_err(Fault::into_refusal)?;
    let (_, user) = current.ok_or(Check::SessionMissing)?;
    let key = id.to_string();
    let say = request.words();
    let lifetime = lifetime(&request, &waiting, &scope);
    let asked = waiting.authorization.request.claims.as_ref();
    let claims = asked.map(|asked| asked.beyond(&scope)).unwrap_or_default();
    let view = Consent {
        chrome: request.chrome_of(&waiting.client),
        csrf: request.csrf("/consent", Some(&key)),
        ix: key,
        app: app_of(&waiting),
        verified: is_verified(&waiting.client),
        person: person(&user),
        scopes: in_order(&scope).into_iter().map(|name| line(say, name, &user)).collect(),
        claims: claims.iter().map(|name| claims::line(say, name, &user)).collect(),
        resources: waiting.authorization.request.resource.iter().map(|uri| named(&request, uri)).collect(),
        lifetime,
    };
    respond::page(&request, StatusCode::OK, &view, leads_to(&waiting))
}

fn lifetime(request: &Request, waiting: &Waiting, scope: &Scope) -> Lifetime {
    let asked = &waiting.authorization.request;
    let refreshed = refreshed(request, &waiting.client, scope).filter(|_| asked.response_type.code());
    refreshed.unwrap_or_else(|| Lifetime::EachTime(access(request, &waiting.client, &asked.resource)))
}

/// How long an app may come back on its own, if it may: refresh tokens end with the session but for
/// `offline_access` (OIDC Core §11), and with it at their absolute limit.
pub(super) fn refreshed(request: &Request, client: &Client, scope: &Scope) -> Option<Lifetime> {
    let longest = u64::try_from(request.engine().policy.refresh_absolute).unwrap_or_default();
    let lasts =
        if scope.has("offline_access") { Lifetime::UntilTakenBack(longest) } else { Lifetime::WhileSignedIn };
    client.allows_grant("refresh_token").then_some(lasts)
}

/// How long an access token lasts at the most, seconds.
pub(super) fn access(request: &Request, client: &Client, resource: &[String]) -> u64 {
    u64::try_from(longest_access(request.engine(), client, resource)).unwrap_or_default()
}

/// A resource by the name an admin gave it, if one did, and by its address.
fn named(request: &Request, uri: &str) -> Text {
    match request.engine().resources.now().name_of(uri) {
        Some(name) => Text::sentence(&format!("{} ({uri})", Text::plain(name))),
        None => Text::plain(uri),
    }
}

/// Not where nobody here looked at the app, nor where anyone could pose as it.
pub(super) fn is_verified(client: &Client) -> bool {
    !client.is_unassured()
}

/// As people read them: who they are first, the app's own last, and for how long at the end.
pub fn in_order(scope: &Scope) -> Vec<&str> {
    let first = ["openid", "profile", "email", "address", "phone"];
    let place = |name: &str| match name {
        "offline_access" => first.len().saturating_add(1),
        name => first.iter().position(|known| *known == name).unwrap_or(first.len()),
    };
    let mut names: Vec<&str> = scope.names().collect();
    names.sort_by_key(|name| place(name));
    names
}

/// A scope in plain words, with the value it would hand over.
pub(super) fn line(say: Words, name: &str, user: &User) -> ScopeLine {
    let claim = |name: &str| user.claims.get(name).and_then(|value| value.as_str()).unwrap_or_default();
    let value = match name {
        "openid" => say.scope_openid_value().plain(),
        "profile" => user.display_name().to_owned(),
        "email" => user.email.clone().unwrap_or_default(),
        "phone" => claim("phone_number").to_owned(),
        _ => String::new(),
    };
    ScopeLine::new(name, sentence(say, name), &value)
}

/// What a scope lets an app do; one that only the app's API knows is named.
pub fn sentence(say: Words, name: &str) -> Phrase {
    match name {
        "openid" => say.scope_openid(),
        "profile" => say.scope_profile(),
        "email" => say.scope_email(),
        "address" => say.scope_address(),
        "phone" => say.scope_phone(),
        "offline_access" => say.scope_offline_access(),
        other => say.scope_other(other),
    }
}

async fn decide(request: Request) -> Result<Response, Refusal> {
    let id = ix(request.form.get("ix")).ok_or(Check::AuthorizationGone)?;
    let (engine, ctx, visitor) = (request.engine(), &request.ctx, &request.visitor);
    let outcome = match typed(&request, "decision") {
        "allow" => {
            let posted = Scope::parse(typed(&request, "scope")).ok_or(Check::ConsentScopes)?;
            authorize::allow(engine, ctx, visitor, &id, &posted).await
        }
        "deny" => authorize::deny(engine, ctx, visitor, &id).await,
        _ => return Err(Check::StepUnexpected.into()),
    };
    carry(&request, outcome)
}
