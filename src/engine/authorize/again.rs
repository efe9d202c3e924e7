//! The same button pressed twice. Browsers show the answer to the second press, so it is the answer
//! to the first: the same code, which still works once. A moment later it is a replay, and refused
//! (security row A14).

use super::response::{AuthorizationResponse, Outcome, Target, refused};
use super::waiting::{is_here, still_allows};
use crate::base::clock::Seconds;
use crate::base::id::AuthorizationId;
use crate::base::secret::{Code, Plain};
use crate::domain::authorization::{Approval, Authorization, Stage};
use crate::engine::context::{Ctx, Engine};
use crate::engine::gate;
use crate::engine::visitor::Visitor;
use crate::protocol::refusal::Check;
use crate::store::{Conn, TxResult, audit, authorizations};

/// How long a second press is one, seconds.
const A_MOMENT: Seconds = 10;

/// The one code of a stored authorization. It can be made again, so it need not be stored.
pub(super) fn code_of(engine: &Engine, id: &AuthorizationId) -> Plain<Code> {
    Plain::<Code>::derived(id, &engine.macs.code.mac(id.as_str().as_bytes()))
}

/// Whether this browser's authorization was granted a moment ago, and its code not redeemed yet.
///
/// # Errors
/// Store errors.
pub async fn just_granted(engine: &Engine, visitor: &Visitor, id: &AuthorizationId) -> TxResult<bool> {
    let (with, visitor, key) = (engine.clone(), visitor.clone(), id.clone());
    engine.db.read(move |conn| was_just_granted(conn, &with, &visitor, key.as_str())).await
}

/// [`just_granted`], inside a transaction.
///
/// # Errors
/// Store errors.
pub fn was_just_granted(conn: &mut Conn, engine: &Engine, visitor: &Visitor, id: &str) -> TxResult<bool> {
    Ok(find(conn, engine, visitor, id)?.is_some())
}

fn find(
    conn: &mut Conn,
    engine: &Engine,
    visitor: &Visitor,
    id: &str,
) -> TxResult<Option<(Authorization, Approval)>> {
    let found = authorizations::find(conn, id)?.filter(|found| is_here(visitor, found));
    let Some(authorization) = found else { return Ok(None) };
    let Stage::Granted(approval) = authorization.stage.clone() else { return Ok(None) };
    let granted_at = approval.code_expires_at.saturating_sub(engine.policy.code);
    let end = granted_at.saturating_add(A_MOMENT).min(approval.code_expires_at);
    Ok((engine.now() < end).then_some((authorization, approval)))
}

/// `outcome`, or what the first press was answered with where `outcome` says that there was one.
pub async fn or_again(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    id: &AuthorizationId,
    outcome: Outcome,
) -> Outcome {
    if !matches!(&outcome, Outcome::Page(refusal) if refusal.check == Check::AuthorizationGone) {
        return outcome;
    }
    let (with, ctx, visitor, key) = (engine.clone(), ctx.clone(), visitor.clone(), id.clone());
    match engine.db.write(move |conn| repeat(conn, (&with, &ctx), &visitor, key.as_str())).await {
        Ok(Some(target)) => Outcome::Answer(AuthorizationResponse::code(target, &code_of(engine, id))),
        Ok(None) => outcome,
        Err(fault) => refused(fault.into_refusal(), None),
    }
}

/// Where the code goes once more: to nobody but the person it was made for, signed in here and now.
fn repeat(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    visitor: &Visitor,
    id: &str,
) -> TxResult<Option<Target>> {
    let Some((authorization, approval)) = find(conn, engine, visitor, id)? else { return Ok(None) };
    let signed_in = visitor.signed_in(conn, engine)?.filter(|(_, user)| user.id == approval.user_id);
    let Some((session, user)) = signed_in else { return Ok(None) };
    let request = &authorization.request;
    let client = engine.clients.get(request.client_id.as_str());
    if !client.is_some_and(|client| still_allows(engine, &client, request)) {
        return Ok(None);
    }
    gate::may_authorize(conn, &request.client_id, &session.id, &user.id)?;
    // Of two sign-ins the later one's cookie is the one the browser keeps.
    let last =
        if session.id.as_str() > approval.session_id.as_str() { &session.id } else { &approval.session_id };
    if !authorizations::move_granted(conn, id, last)? {
        return Ok(None);
    }
    let event =
        ctx.event("code.repeated").client(request.client_id.as_str()).user(user.id.as_str()).target(id);
    audit::record(conn, &engine.clock, &engine.rng, event)?;
    Ok(Some(Target::of(engine, request)))
}
