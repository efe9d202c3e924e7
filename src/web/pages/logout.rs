//! The logout question and the signed-out page (RPI §2, §3; security rows M2, M3).

use super::{person, typed, words};
use crate::base::secret::{b64, unb64};
use crate::domain::client::Client;
use crate::engine::end_session::{self, Ended, LogoutRequest};
use crate::engine::logout::Frame;
use crate::protocol::params::{self, Params};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::Fault;
use crate::web::headers::{self, FormAction};
use crate::web::oauth::logout::done;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::logout::Logout;
use crate::web::views::signed_out::{Extent, Onward, SignedOut};
use crate::web::views::text::{Href, Text};
use actix_web::http::{Method, StatusCode};

/// `/logout`
pub static ROUTE: Route = Route {
    path: "/logout",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(handle(request)),
};

async fn handle(request: Request) -> Result<Response, Refusal> {
    if *request.http.method() != Method::POST {
        let nothing = Params::default();
        let asked = end_session::read(request.engine(), &nothing)?;
        return ask(&request, &asked, &nothing).await;
    }
    let asked = end_session::read(request.engine(), &carried(typed(&request, "ix")))?;
    let (engine, ctx, visitor) = (request.engine(), &request.ctx, &request.visitor);
    let ended = match typed(&request, "decision") {
        "logout" => end_session::confirmed(engine, ctx, visitor).await,
        "one" => end_session::current_alone(engine, ctx, visitor).await,
        "stay" => return Ok(respond::to_own(&request, "/")),
        _ => return Err(Check::StepUnexpected.into()),
    };
    done(&request, &asked, &ended.map_err(Fault::into_refusal)?)
}

/// Asks before anything ends. The request rides along in the form: its CSRF token covers it, and
/// it is checked again when it comes back.
///
/// # Errors
/// Store errors, and when the page cannot be rendered.
pub async fn ask(request: &Request, asked: &LogoutRequest, params: &Params) -> Result<Response, Refusal> {
    let everybody = request.visitor.everybody(request.engine()).await.map_err(Fault::into_refusal)?;
    let Some(first) = everybody.first() else { return done(request, asked, &Ended::default()) };
    let current = request.visitor.is_current(first);
    let ix = carry(params);
    let view = Logout {
        chrome: request.chrome(),
        csrf: request.csrf("/logout", ix.as_deref()),
        ix,
        app: asked.client.as_ref().map(|client| words(&client.metadata.client_name)),
        people: everybody.iter().map(|account| person(&account.user)).collect(),
        current,
    };
    respond::page(request, StatusCode::OK, &view, FormAction::leading_to(&asked.leads_to()))
}

fn carry(params: &Params) -> Option<String> {
    let text = params::encode(params.known_pairs(&end_session::KNOWN));
    (!text.is_empty()).then(|| b64(text.as_bytes()))
}

fn carried(ix: &str) -> Params {
    unb64(ix).and_then(|text| Params::parse(&text).ok()).unwrap_or_default()
}

/// "You are signed out", with a way on only to a registered address. Where apps have pages that this
/// browser is to load, it loads them in frames, and then goes on by itself to `next`: the verified
/// address with the state.
///
/// # Errors
/// When the page cannot be rendered.
pub fn signed_out(
    request: &Request,
    asked: &LogoutRequest,
    ended: &Ended,
    next: Option<&str>,
) -> Result<Response, Refusal> {
    let name = |client: &Client| Text::plain(&client.metadata.client_name);
    let client = asked.client.as_deref();
    // What nobody here looked at says whatever it likes of its name and home.
    let looked_at = client.filter(|client| !client.unreviewed);
    let home = looked_at.and_then(|client| client.metadata.client_uri.as_deref()).and_then(Href::app);
    let onward = match next.and_then(Href::app) {
        Some(next) => Onward::ByItself(client.map(name).unwrap_or_default(), next),
        None => {
            client.map(name).zip(home).map_or(Onward::Nowhere, |(app, home)| Onward::OnRequest(app, home))
        }
    };
    let extent = if ended.beside.is_some() { Extent::One } else { Extent::Browser };
    page(request, &ended.frames, (extent, onward))
}

/// "You are signed out", here or everywhere, from the account page.
///
/// # Errors
/// When the page cannot be rendered.
pub fn from_account(request: &Request, frames: &[Frame], everywhere: bool) -> Result<Response, Refusal> {
    let extent = if everywhere { Extent::Everywhere } else { Extent::Browser };
    page(request, frames, (extent, Onward::Nowhere))
}

/// The policy lets in the origins of these frames and no other.
fn page(
    request: &Request,
    frames: &[Frame],
    (extent, onward): (Extent, Onward),
) -> Result<Response, Refusal> {
    let told = |frame: &Frame| Some((Text::plain(&frame.app), Href::web(&frame.url)?));
    let told = frames.iter().filter_map(told).collect();
    let view = SignedOut { chrome: request.chrome(), extent, told, onward };
    let mut response = respond::page(request, StatusCode::OK, &view, FormAction::default())?;
    headers::allow_frames(&mut response, frames.iter().map(|frame| frame.source.as_str()));
    Ok(response)
}
