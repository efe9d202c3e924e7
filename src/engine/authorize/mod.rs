//! The authorization endpoint: the ordered table of checks, and what comes after them. Where a
//! request stands is decided by `next::step` alone; pages carry only the id of the stored
//! authorization and come back to [`resume`].

mod checks;
mod client;
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
pub use next::Step;
pub use response::{AuthorizationResponse, Outcome, Target};
use waiting::{Standing, consent_of, standing};
pub use waiting::{Waiting, find_over, find_waiting, is_over, waiting};

use super::context::{Ctx, Engine};
use super::gate;
use super::visitor::Visitor;
use crate::base::id::AuthorizationId;
use crate::base::secret::{Code, Plain};
use crate::domain::authorization::{Approval, Authorization, Stage};
use crate::domain::client::Client;
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::params::Params;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Conn, Fault, TxResult, audit, authorizations, consents};
use std::sync::Arc;

/// A request at the authorization endpoint, from its parameters to what the browser is to do.
pub async fn start(engine: &Engine, ctx: &Ctx, visitor: &Visitor, params: &Params) -> Outcome {
    let mut draft = Draft::new(params);
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
    let Standing { session, consent } = standing(engine, visitor, &client).await?;
    let facts = next::Facts {
        request: &request,
        client: &client,
        session: session.as_ref(),
        consent: consent.as_ref(),
        answered_by: None,
        expected: None,
        now: engine.now(),
    };
    let step = next::step(&facts);
    if request.prompt.none
        && let Some(check) = step.refusal_without_pages()
    {
        return Err(check.into());
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
            grant_at_once(engine, ctx, authorization, (session, user), scope).await
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

async fn grant_at_once(
    engine: &Engine,
    ctx: &Ctx,
    mut authorization: Authorization,
    (session, user): (Session, User),
    scope: Scope,
) -> TxResult<Outcome> {
    let now = engine.now();
    let approval = Approval {
        user_id: user.id.clone(),
        session_id: session.id.clone(),
        scope,
        code_expires_at: now.saturating_add(engine.policy.code),
    };
    authorization.stage = Stage::Granted(approval);
    authorization.expires_at = keep_until(engine);
    let code = Plain::<Code>::of_authorization(&authorization.id, &engine.rng);
    let (digest, with, ctx) = (code.digest(), engine.clone(), ctx.clone());
    let target = Target::of(engine, &authorization.request);
    engine
        .db
        .write_decided(move |conn| {
            gate::may_authorize(conn, &authorization.request.client_id, &session.id, &user.id)?;
            authorizations::insert_granted(conn, &authorization, &digest)?;
            record_code(conn, &with, &ctx, &authorization)
        })
        .await?;
    Ok(Outcome::Answer(AuthorizationResponse::code(target, &code)))
}

/// Evidence of a code is kept until nothing that came from it can live.
fn keep_until(engine: &Engine) -> i64 {
    engine.now().saturating_add(engine.policy.code).saturating_add(3600)
}

fn record_code(conn: &mut Conn, engine: &Engine, ctx: &Ctx, authorization: &Authorization) -> TxResult<()> {
    let mut event = ctx
        .event("code.issued")
        .client(authorization.request.client_id.as_str())
        .target(authorization.id.as_str());
    if let Stage::Granted(approval) = &authorization.stage {
        event = event.user(approval.user_id.as_str());
    }
    audit::record(conn, &engine.clock, &engine.rng, event)
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
    let standing = standing(engine, visitor, &waiting.client).await?;
    match (waiting.step(&standing, engine.now()), standing.session) {
        (Step::Grant { scope }, Some((session, user))) => {
            grant(engine, ctx, waiting, (session, user), Approved { scope, remember: false }).await
        }
        (step, _) => Ok(Outcome::Interact { id: waiting.authorization.id, step }),
    }
}

/// What was approved, and what of it is to be remembered.
struct Approved {
    scope: Scope,
    remember: bool,
}

async fn grant(
    engine: &Engine,
    ctx: &Ctx,
    waiting: Waiting,
    who: (Session, User),
    approved: Approved,
) -> TxResult<Outcome> {
    let (with, ctx) = (engine.clone(), ctx.clone());
    engine.db.write(move |conn| grant_in(conn, (&with, &ctx), waiting, (&who.0, &who.1), approved)).await
}

/// [`grant`], inside a transaction. What refuses does so before anything is changed, unless something
/// is to be remembered.
fn grant_in(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    waiting: Waiting,
    (session, user): (&Session, &User),
    approved: Approved,
) -> TxResult<Outcome> {
    let now = engine.now();
    let mut authorization = waiting.authorization;
    let code = Plain::<Code>::of_authorization(&authorization.id, &engine.rng);
    let approval = Approval {
        user_id: user.id.clone(),
        session_id: session.id.clone(),
        scope: approved.scope,
        code_expires_at: now.saturating_add(engine.policy.code),
    };
    let request = &authorization.request;
    gate::may_authorize(conn, &request.client_id, &session.id, &user.id)?;
    if approved.remember {
        let whose = (user.id.as_str(), request.client_id.as_str());
        let consent = consents::add(conn, whose, (&approval.scope, &request.resource), now)?;
        let event = ctx.event("consent.given").user(user.id.as_str()).client(&consent.client_id);
        audit::record(conn, &engine.clock, &engine.rng, event.detail(consent.scope.to_string()))?;
    }
    let (id, digest) = (authorization.id.as_str(), code.digest());
    if !authorizations::advance_granted(conn, id, &approval, &digest, keep_until(engine))? {
        return Err(Check::AuthorizationGone.into());
    }
    authorization.stage = Stage::Granted(approval);
    record_code(conn, engine, ctx, &authorization)?;
    let target = Target::of(engine, &authorization.request);
    Ok(Outcome::Answer(AuthorizationResponse::code(target, &code)))
}

/// What follows from a sign-in that was just stored, in its transaction: the code, if nothing more is
/// to be asked. `None` when a page is next, or something is in the way that [`resume`] will tell of.
///
/// # Errors
/// Store errors.
pub fn grant_after_login(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    waiting: Waiting,
    who: (Session, User),
) -> TxResult<Option<Outcome>> {
    let consent = consent_of(conn, &waiting.client, &who.1)?;
    let standing = Standing { session: Some(who), consent };
    let (Step::Grant { scope }, Some((session, user))) =
        (waiting.step(&standing, engine.now()), &standing.session)
    else {
        return Ok(None);
    };
    let approved = Approved { scope, remember: false };
    match grant_in(conn, (engine, ctx), waiting, (session, user), approved) {
        Ok(outcome) => Ok(Some(outcome)),
        Err(Fault::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
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
    let standing = standing(engine, visitor, &waiting.client).await?;
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
    let standing = standing(engine, visitor, &waiting.client).await?;
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
