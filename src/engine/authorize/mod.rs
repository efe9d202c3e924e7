//! The authorization endpoint: the ordered table of checks, and what comes after them. Where a
//! request stands is decided by `next::step` alone; pages carry only the id of the stored
//! authorization and come back to [`resume`].

mod checks;
mod claims;
mod client;
mod for_device;
mod give;
mod id_token_hint;
mod next;
mod pkce;
mod redirect_uri;
mod request_object;
mod response;
mod scope;
mod unsupported;
mod values;
mod waiting;

pub use checks::{CHECKS, Draft};
pub use for_device::{DEVICE_CHECKS, DeviceRequest, check_device};
use give::{Approved, grant, grant_at_once};
pub use give::{Given, grant_after_login};
pub use next::Step;
pub use request_object::RequestObjects;
pub use response::{AuthorizationResponse, Outcome, Target};
use waiting::{Standing, standing};
pub use waiting::{Waiting, find_over, find_waiting, is_over, signed_in_for, still_answers, waiting};

use super::context::{Ctx, Engine};
use super::visitor::Visitor;
use crate::base::id::AuthorizationId;
use crate::domain::authorization::{Authorization, Stage};
use crate::domain::client::Client;
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::params::Params;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Fault, TxResult, audit, authorizations};
use std::sync::Arc;

/// A request at the authorization endpoint, from its parameters to what the browser is to do.
pub async fn start(engine: &Engine, ctx: &Ctx, visitor: &Visitor, params: &Params) -> Outcome {
    let params = match request_object::effective(engine, ctx, params).await {
        Ok(params) => params,
        Err(refused) => return *refused,
    };
    let mut draft = Draft::new(&params);
    let checked = checks::run(engine, ctx, &mut draft);
    let target = draft.target(engine);
    let outcome = match (checked, draft.finish()) {
        (Ok(()), Some((request, client))) => begin(engine, ctx, visitor, request, client).await,
        (Ok(()), None) => Err(Check::Unexpected.into()),
        (Err(refusal), _) => Err(Fault::Refused(refusal)),
    };
    outcome.unwrap_or_else(|fault| response::refused(fault.into_refusal(), target))
}

/// Goes on with a stored authorization, after a page was answered.
pub async fn resume(engine: &Engine, ctx: &Ctx, visitor: &Visitor, id: &AuthorizationId) -> Outcome {
    match go_on(engine, ctx, visitor, id).await {
        Ok(outcome) => outcome,
        Err((fault, target)) => response::refused(fault.into_refusal(), target),
    }
}

async fn begin(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    request: AuthorizationRequest,
    client: Arc<Client>,
) -> TxResult<Outcome> {
    let Standing { session, consent, has_factor } = standing(engine, visitor, &client, &request).await?;
    let facts = next::Facts {
        request: &request,
        client: &client,
        session: session.as_ref(),
        consent: consent.as_ref(),
        answered_by: None,
        expected: None,
        now: engine.now(),
        macs: &engine.macs,
        policy: &engine.policy,
        has_factor,
    };
    let step = next::step(&facts);
    if request.prompt.none
        && let Some(check) = step.refusal_without_pages()
    {
        return Err(if client.unreviewed { Check::UnverifiedSilent } else { check }.into());
    }
    let authorization = Authorization {
        id: AuthorizationId::generate(&engine.clock, &engine.rng),
        browser: String::new(),
        stage: Stage::Pending { answered_by: None, expected: facts.expectation() },
        created_at: engine.now(),
        expires_at: engine.now().saturating_add(engine.policy.login),
        request,
    };
    match (step, session) {
        (Step::Grant { scope }, Some((session, user))) => {
            grant_at_once(engine, ctx, authorization, client, (session, user, scope)).await
        }
        (step, session) => {
            if session.is_none() {
                engine.begun.admit(ctx.ip, engine.policy.begun, || engine.now())?;
            }
            wait(engine, visitor, authorization, step).await
        }
    }
}

/// Stores the request and sends the browser to the page that asks.
async fn wait(
    engine: &Engine,
    visitor: &Visitor,
    mut authorization: Authorization,
    step: Step,
) -> TxResult<Outcome> {
    // Every page's visitor has a binding cookie by now; what is bound to none is found by nobody.
    authorization.browser = visitor.browser.as_ref().map(|d| d.as_str().to_owned()).unwrap_or_default();
    let id = authorization.id.clone();
    engine.db.write_decided(move |conn| authorizations::insert_pending(conn, &authorization)).await?;
    Ok(Outcome::Interact { id, step })
}

async fn go_on(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    id: &AuthorizationId,
) -> Result<Outcome, (Fault, Option<Target>)> {
    let waiting = waiting(engine, ctx, visitor, id).await.map_err(|fault| (fault, None))?;
    let target = waiting.target(engine);
    decide(engine, ctx, visitor, waiting).await.map_err(|fault| {
        let ours = matches!(&fault, Fault::Refused(refusal) if refusal.check == Check::AuthorizationGone);
        (fault, (!ours).then_some(target))
    })
}

async fn decide(engine: &Engine, ctx: &Ctx, visitor: &Visitor, waiting: Waiting) -> TxResult<Outcome> {
    let standing = standing(engine, visitor, &waiting.client, &waiting.authorization.request).await?;
    match (waiting.step(&standing, engine.now()), standing.session) {
        (Step::Grant { scope }, Some((session, user))) => {
            grant(engine, ctx, waiting, (session, user), Approved { scope, remember: false }).await
        }
        (step, _) => Ok(Outcome::Interact { id: waiting.authorization.id, step }),
    }
}

/// The person agreed on the consent page to `posted` scopes.
pub async fn allow(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    id: &AuthorizationId,
    posted: &Scope,
) -> Outcome {
    let tried = try_allow(engine, ctx, visitor, id, posted).await;
    tried.unwrap_or_else(|fault| response::refused(fault.into_refusal(), None))
}

async fn try_allow(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    id: &AuthorizationId,
    posted: &Scope,
) -> TxResult<Outcome> {
    let waiting = waiting(engine, ctx, visitor, id).await?;
    let standing = standing(engine, visitor, &waiting.client, &waiting.authorization.request).await?;
    // A form sent out of order does not skip a step (security row A15).
    let step = waiting.step(&standing, engine.now());
    let (Step::Consent { .. }, Some((session, user))) = (&step, standing.session) else {
        return Ok(Outcome::Interact { id: waiting.authorization.id, step });
    };
    let request = &waiting.authorization.request;
    if posted.is_empty() || !posted.is_within(&request.scope) {
        return Err(Refusal::new(Check::ConsentScopes)
            .with(request.scope.to_string(), posted.to_string())
            .into());
    }
    let approved = Approved { scope: posted.clone(), remember: true };
    grant(engine, ctx, waiting, (session, user), approved).await
}

/// The person declined.
pub async fn deny(engine: &Engine, ctx: &Ctx, visitor: &Visitor, id: &AuthorizationId) -> Outcome {
    let waiting = match waiting(engine, ctx, visitor, id).await {
        Ok(waiting) => waiting,
        Err(fault) => return response::refused(fault.into_refusal(), None),
    };
    let target = Some(waiting.target(engine));
    let (with, ctx, key) = (engine.clone(), ctx.clone(), id.clone());
    let client = waiting.client.id.clone();
    let denied = engine
        .db
        .write(move |conn| {
            if !authorizations::advance_denied(conn, key.as_str())? {
                return Err(Check::AuthorizationGone.into());
            }
            let event = ctx.event("consent.denied").client(client.as_str()).target(key.as_str());
            audit::record(conn, &with.clock, &with.rng, event)
        })
        .await;
    match denied {
        Ok(()) => response::refused(Check::AccessDenied.into(), target),
        Err(fault) => response::refused(fault.into_refusal(), None),
    }
}

/// The person at the browser said on the switch page that the request goes on as them.
pub async fn continue_as_current(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    id: &AuthorizationId,
) -> Outcome {
    match try_continue(engine, ctx, visitor, id).await {
        Ok(()) => resume(engine, ctx, visitor, id).await,
        Err(fault) => response::refused(fault.into_refusal(), None),
    }
}

async fn try_continue(engine: &Engine, ctx: &Ctx, visitor: &Visitor, id: &AuthorizationId) -> TxResult<()> {
    let waiting = waiting(engine, ctx, visitor, id).await?;
    let standing = standing(engine, visitor, &waiting.client, &waiting.authorization.request).await?;
    // Out of its turn this answer would stand in for the sign-in that is asked for (security row A15).
    let step = waiting.step(&standing, engine.now());
    let (Step::Choose, Some((session, user))) = (step, standing.session) else { return Ok(()) };
    if !waiting.admits(&user) {
        return Err(Check::StepUnexpected.into());
    }
    let choosing = waiting.authorization.request.prompt.select_account;
    let key = id.clone();
    engine
        .db
        .write(move |conn| {
            authorizations::expect_user(conn, key.as_str(), &user.id)?;
            if choosing {
                authorizations::answer_login(conn, key.as_str(), &session.id)?;
            }
            Ok(())
        })
        .await
}
