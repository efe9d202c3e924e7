//! The logout question and the signed-out page (RPI §2, §3; security rows M2, M3).

use super::{person, typed, words};
use crate::base::secret::{b64, unb64};
use crate::engine::end_session::{self, LogoutRequest};
use crate::protocol::params::{self, Params};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::Fault;
use crate::web::headers::FormAction;
use crate::web::oauth::logout::done;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::logout::Logout;
use crate::web::views::signed_out::SignedOut;
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
    match typed(&request, "decision") {
        "logout" => {
            let (engine, ctx) = (request.engine(), &request.ctx);
            end_session::confirmed(engine, ctx, &request.visitor).await.map_err(Fault::into_refusal)?;
            done(&request, &asked)
        }
        "stay" => Ok(respond::to_own(&request, "/")),
        _ => Err(Check::StepUnexpected.into()),
    }
}

/// Asks before anything ends. The request rides along in the form: its CSRF token covers it, and
/// it is checked again when it comes back.
///
/// # Errors
/// Store errors, and when the page cannot be rendered.
pub async fn ask(request: &Request, asked: &LogoutRequest, params: &Params) -> Result<Response, Refusal> {
    let current = request.visitor.current(request.engine()).await.map_err(Fault::into_refusal)?;
    let Some((_, user)) = current else { return done(request, asked) };
    let ix = carry(params);
    let view = Logout {
        chrome: request.chrome(),
        csrf: request.csrf("/logout", ix.as_deref()),
        ix,
        app: asked.client.as_ref().map(|client| words(&client.metadata.client_name)),
        person: person(&user),
    };
    let leads_to: Vec<String> =
        asked.redirect.iter().map(crate::protocol::redirect_uri::VerifiedRedirect::csp_source).collect();
    respond::page(request, StatusCode::OK, &view, FormAction::leading_to(&leads_to))
}

fn carry(params: &Params) -> Option<String> {
    let known = params.pairs().iter().filter(|(name, _)| end_session::KNOWN.contains(&name.as_str()));
    let text = params::encode(known.map(|(name, value)| (name.as_str(), value.as_str())));
    (!text.is_empty()).then(|| b64(text.as_bytes()))
}

fn carried(ix: &str) -> Params {
    unb64(ix).and_then(|text| Params::parse(&text).ok()).unwrap_or_default()
}

/// "You are signed out", with a way on only to a registered address.
///
/// # Errors
/// When the page cannot be rendered.
pub fn signed_out(request: &Request, asked: &LogoutRequest) -> Result<Response, Refusal> {
    let onward = asked.client.as_ref().and_then(|client| {
        let home = client.metadata.client_uri.as_deref().and_then(Href::app)?;
        Some((Text::plain(&client.metadata.client_name), home))
    });
    let view = SignedOut { chrome: request.chrome(), everywhere: false, onward };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}
