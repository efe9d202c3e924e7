//! The built-in relying party of `latchkey dev`: signs in here as any app would, through the
//! `openidconnect` package and this server's own listener, and shows each step. Outside of
//! development there is no such page.

mod acts;
mod client;
mod decode;
mod story;

#[cfg(test)]
mod tests;

pub use client::{CLIENT_ID, TryClient, registration};

use crate::engine::upstream::{Answer, RelyingParty, Started, UpstreamError, Wire, Wish};
use crate::protocol::params::Params;
use crate::protocol::refusal::{Check, Refusal};
use crate::web::headers::FormAction;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::text::Text;
use crate::web::views::try_result::{Action, TryResult};
use crate::web::views::try_start::{ScopeChoice, TryStart};
use actix_web::http::{Method, StatusCode};
use client::Trial;
use std::sync::Arc;

/// `/try`: where a trial begins, and where a logout comes back.
pub static ROUTE: Route = Route {
    path: "/try",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(start(request)),
};

/// `/try/callback`: the redirect URI; `state` is its guard, as at any app.
pub static CALLBACK: Route = Route {
    path: "/try/callback",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::None,
    metadata: None,
    handler: |request| answer(callback(request)),
};

/// `/try/act`: the steps so far (GET), and the next one (POST).
pub static ACT: Route = Route {
    path: "/try/act",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(act(request)),
};

/// The page with the steps, at the latest one.
const LATEST: &str = "/try/act#last";

/// The scopes to choose from, what they bring, and whether they are chosen at first.
const SCOPES: [(&str, &str, bool); 5] = [
    ("profile", "name and username", true),
    ("email", "e-mail address", true),
    ("offline_access", "tokens that outlive the session", false),
    ("address", "postal address", false),
    ("phone", "telephone number", false),
];

/// The values of `prompt` and `response_mode` that the form offers.
const PROMPTS: [&str; 4] = ["login", "consent", "select_account", "none"];
const MODES: [&str; 2] = ["query", "form_post"];

/// The relying party of this process; absent outside of development.
fn client(request: &Request) -> Result<&TryClient, Refusal> {
    let here = request.site.try_client.as_ref().filter(|_| request.site.edge.dev);
    here.ok_or_else(|| Check::PathUnknown.into())
}

/// The browser, by its binding cookie.
fn browser(request: &Request) -> String {
    request.visitor.browser.as_ref().map(|digest| digest.as_str().to_owned()).unwrap_or_default()
}

async fn start(request: Request) -> Result<Response, Refusal> {
    if *request.http.method() == Method::POST { begin(&request).await } else { show_start(&request) }
}

fn show_start(request: &Request) -> Result<Response, Refusal> {
    let client = client(request)?;
    let (key, now) = (browser(request), request.engine().now());
    // RP-Initiated Logout §3: the state comes back; it tells our own logout from a link of others.
    let signed_out =
        request.query.get("state").is_some_and(|state| client.trials.is_signed_out(&key, state, now));
    let scopes = SCOPES.iter().map(|(name, brings, chosen)| ScopeChoice {
        name: (*name).to_owned(),
        brings: Text::plain(brings),
        chosen: *chosen,
    });
    let view = TryStart {
        chrome: request.chrome().for_developers(),
        csrf: request.csrf(ROUTE.path, None),
        client_id: Text::plain(CLIENT_ID),
        scopes: scopes.collect(),
        done: signed_out.then(|| Text::plain("You have signed out, and the app has forgotten its tokens.")),
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}

/// What the form asks for; what it does not offer is left out.
fn wish(form: &Params) -> Wish {
    let asked = |name: &str| form.all("scope").any(|scope| scope == name);
    let scopes = SCOPES.iter().filter(|(name, ..)| asked(name)).map(|(name, ..)| (*name).to_owned());
    let prompt = form.get("prompt").filter(|prompt| PROMPTS.contains(prompt));
    let mode = form.get("response_mode").filter(|mode| MODES.contains(mode));
    let extra = [("prompt", prompt), ("response_mode", mode)];
    Wish {
        scopes: scopes.collect(),
        extra: extra
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name, value.to_owned())))
            .collect(),
    }
}

/// Reads metadata and keys, and sends the browser to the authorization endpoint.
async fn begin(request: &Request) -> Result<Response, Refusal> {
    let (client, engine) = (client(request)?, request.engine());
    let wire = Wire::keeping(&client.outbound);
    let found = client.discover(engine, &wire).await;
    let mut trial = Trial { steps: story::discovery(&wire.take(), found.as_ref().err()), ..Trial::default() };
    let (key, now) = (browser(request), engine.now());
    let party = match found {
        Ok(party) => party,
        Err(error) => {
            trial.stopped = Some(error.to_string());
            client.trials.put(&key, trial, now);
            return Ok(respond::to_own(request, LATEST));
        }
    };
    let started = party.begin(&engine.rng, &wish(&request.form));
    trial.steps.push(story::sent_to_authorize(&started.url));
    let leave = own(request, &started.url)?;
    trial.party = Some(Arc::new(party));
    trial.started = Some(Arc::new(started));
    client.trials.put(&key, trial, now);
    Ok(leave)
}

/// 303 to an address of this very server, which the metadata named.
fn own(request: &Request, url: &str) -> Result<Response, Refusal> {
    let path = url.strip_prefix(request.engine().policy.issuer.as_str()).filter(|path| path.starts_with('/'));
    path.map(|path| respond::to_own(request, path)).ok_or_else(|| Check::Unexpected.into())
}

/// The answer of the authorization endpoint: checked, then the code is exchanged. The page shown is
/// another one, so that a reload sends no code twice.
async fn callback(request: Request) -> Result<Response, Refusal> {
    let client = client(&request)?;
    let (key, now) = (browser(&request), request.engine().now());
    let posted = *request.http.method() == Method::POST;
    let params = if posted { &request.form } else { &request.query };
    // Taken: whatever happens, these state, nonce and verifier are not used again.
    let (mut trial, started) = client.trials.take_started(&key, now);
    let outcome = match (&trial.party, &started) {
        (Some(party), Some(started)) => answered(party, started, params),
        _ => Err(UpstreamError::Unverified("this browser has begun no sign-in that still waits".into())),
    };
    let url = request.engine().policy.url(CALLBACK.path);
    trial.steps.push(story::came_back(&url, posted, params, outcome.as_ref().err()));
    match outcome {
        Ok((party, started, code)) => acts::redeem(client, &mut trial, (&party, &started), &code).await,
        // A stray answer (Back, a reload) is shown as a step; the sign-in before it stays finished.
        Err(error) if trial.tokens.is_none() => trial.stopped = Some(error.to_string()),
        Err(_) => {}
    }
    client.trials.put(&key, trial, now);
    Ok(respond::to_own(&request, LATEST))
}

type Accepted = (Arc<RelyingParty>, Arc<Started>, crate::base::secret::Secret);

fn answered(
    party: &Arc<RelyingParty>,
    started: &Arc<Started>,
    params: &Params,
) -> Result<Accepted, UpstreamError> {
    let code = party.accept(started, &Answer::read(params)?)?;
    Ok((party.clone(), started.clone(), code))
}

async fn act(request: Request) -> Result<Response, Refusal> {
    let client = client(&request)?;
    let (key, now) = (browser(&request), request.engine().now());
    let Some(mut trial) = client.trials.get(&key, now) else {
        return Ok(respond::to_own(&request, ROUTE.path));
    };
    if *request.http.method() != Method::POST {
        return show_steps(&request, trial);
    }
    let chosen =
        request.form.get("action").and_then(|value| Action::ALL.into_iter().find(|a| a.value() == value));
    let action = chosen.ok_or(Check::StepUnexpected)?;
    let (Some(party), Some(tokens)) = (trial.party.clone(), trial.tokens.clone()) else {
        return Ok(respond::to_own(&request, LATEST));
    };
    let response = if action == Action::Logout {
        let back_to = request.engine().policy.url(ROUTE.path);
        match party.logout(&request.engine().rng, &tokens, &back_to) {
            Ok((url, state)) => {
                trial.logout_state = Some(state);
                own(&request, &url)?
            }
            Err(error) => {
                trial.steps.push(story::no_logout(&error));
                respond::to_own(&request, LATEST)
            }
        }
    } else {
        acts::call(client, &mut trial, (&party, &tokens), action).await;
        respond::to_own(&request, LATEST)
    };
    client.trials.put(&key, trial, now);
    Ok(response)
}

fn show_steps(request: &Request, trial: Trial) -> Result<Response, Refusal> {
    let view = TryResult {
        chrome: request.chrome().for_developers(),
        csrf: request.csrf(ACT.path, None),
        stopped: trial.stopped.as_deref().map(Text::block),
        actions: trial.tokens.as_ref().map(|tokens| acts::offered(tokens)).unwrap_or_default(),
        steps: trial.steps,
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}
