//! The authorization endpoint (RFC 6749 §3.1; OIDC Core §3.1.2.1: GET and form POST).

use crate::engine::authorize::{self, Outcome, Step};
use crate::protocol::redirect_uri::csp_source;
use crate::protocol::refusal::{Check, Refusal};
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::Method;
use actix_web::http::header::HeaderName;
use std::collections::BTreeSet;

/// `/oauth2/authorize`
pub static ROUTE: Route = Route {
    path: "/oauth2/authorize",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::None,
    metadata: Some("authorization_endpoint"),
    handler: |request| answer(handle(request)),
};

/// What browsers say a navigation is for (W3C Fetch Metadata §2.1).
const NAVIGATIONS: [&str; 3] = ["document", "iframe", "frame"];

/// An image on any page can name this address, and what its visitors' browsers then ask for would be
/// stored and counted as sign-ins that they began. What is no browser does not say.
fn check_navigation(request: &Request) -> Result<(), Refusal> {
    let told = request.header(&HeaderName::from_static("sec-fetch-dest"));
    if let Some(other) = told.filter(|told| !NAVIGATIONS.contains(told)) {
        return Err(Refusal::new(Check::NavigationMissing).with(NAVIGATIONS.join(" or "), other));
    }
    request.ctx.trace.passed(Check::NavigationMissing);
    Ok(())
}

/// Every place that the client may be answered at: the one that is asked for may stand in a request object.
fn leads_to(request: &Request) -> Vec<String> {
    let client = request.form.get("client_id").and_then(|id| request.engine().clients.get(id));
    let all: BTreeSet<String> =
        client.iter().flat_map(|client| &client.metadata.redirect_uris).map(|uri| csp_source(uri)).collect();
    all.into_iter().collect()
}

async fn handle(request: Request) -> Result<Response, Refusal> {
    check_navigation(&request)?;
    if respond::lost_cookies(&request) {
        let pairs = request.form.all_pairs();
        return respond::once_more(&request, ROUTE.path, &pairs, || leads_to(&request));
    }
    let params = if *request.http.method() == Method::POST { &request.form } else { &request.query };
    let outcome = authorize::start(request.engine(), &request.ctx, &request.visitor, params).await;
    respond(&request, outcome)
}

/// Carries an outcome to the browser; pages of the flow end here as well.
///
/// # Errors
/// The refusal, when it is to be told on a page of ours.
pub fn respond(request: &Request, outcome: Outcome) -> Result<Response, Refusal> {
    match outcome {
        Outcome::Answer(answer) => {
            if let Some(refusal) = &answer.refusal {
                let code = refusal.row().code;
                request.ctx.trace.failed(refusal);
                request.site.metrics.refused(code);
                request.site.recorder.keep(request.engine(), &request.ctx.trace, ROUTE.path, code);
            }
            respond::authorization(request, answer)
        }
        Outcome::Interact { id, step } => {
            let page = match step {
                Step::Login | Step::Grant { .. } => "login",
                Step::Factor => "login/factor",
                Step::Choose => "switch",
                Step::Consent { .. } => "consent",
            };
            Ok(respond::to_own(request, &format!("/{page}?ix={id}")))
        }
        Outcome::Page(refusal) => Err(refusal),
    }
}
