//! Half-done sign-ins: kept for ten minutes, found only in the browser that began them, and good for nothing but
//! their own next step (security row P2).

use super::Toward;
use super::demand::Demand;
use super::factors::Factor;
use crate::base::clock::Seconds;
use crate::base::id::{AttemptId, SessionId, UserId, is_ulid};
use crate::base::secret::Digest;
use crate::domain::factor::{Attempt, Purpose, Stage};
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::engine::authorize::{self, signed_in_for};
use crate::engine::context::{Ctx, Engine};
use crate::engine::device;
use crate::engine::visitor::Visitor;
use crate::protocol::refusal::Check;
use crate::store::{Conn, TxResult, attempts, audit, factors, users};

/// Life of a half-done sign-in, seconds.
pub(super) const LIFE: Seconds = 600;
/// How long a sign-in counts as fresh for changes of what the person signs in with, seconds.
pub const FRESH: Seconds = 600;

/// What was proven so far, and by whom.
pub(super) struct SoFar {
    pub(super) user_id: UserId,
    pub(super) amr: Vec<String>,
    /// The session that goes on, when it is the first proof.
    pub(super) session_id: Option<SessionId>,
}

/// Keeps a half-done sign-in.
///
/// # Errors
/// Store errors.
pub(super) fn begin(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    visitor: &Visitor,
    (stage, so_far): (Stage, SoFar),
    toward: &Toward,
) -> TxResult<AttemptId> {
    let now = engine.now();
    let attempt = Attempt {
        id: AttemptId::generate(&engine.clock, &engine.rng),
        // Every page's visitor has a binding cookie by now; what is bound to none is found by nobody.
        browser: visitor.browser.as_ref().map(|digest| digest.as_str().to_owned()).unwrap_or_default(),
        stage,
        user_id: so_far.user_id,
        session_id: so_far.session_id,
        amr: so_far.amr,
        authorization_id: toward.authorization.clone(),
        visit_id: toward.device.clone(),
        switching: toward.switching,
        purpose: toward.purpose,
        created_at: now,
        expires_at: now.saturating_add(LIFE),
        ended_at: None,
    };
    attempts::insert(conn, &attempt)?;
    let event = ctx.event("login.halfway").user(attempt.user_id.as_str()).target(attempt.id.as_str());
    audit::record(conn, &engine.clock, &engine.rng, event.detail(stage.as_str()))?;
    Ok(attempt.id)
}

/// The half-done sign-in that a page names.
pub fn attempt_id(text: &str) -> Option<AttemptId> {
    is_ulid(text).then(|| AttemptId::from_stored(text))
}

/// One that was begun in this browser, also when it is over: for the way back to where it began.
///
/// # Errors
/// Store errors.
pub async fn find_here(engine: &Engine, visitor: &Visitor, id: &AttemptId) -> TxResult<Option<Attempt>> {
    let (visitor, id) = (visitor.clone(), id.clone());
    engine.db.read(move |conn| here(conn, &visitor, &id)).await
}

fn here(conn: &mut Conn, visitor: &Visitor, id: &AttemptId) -> TxResult<Option<Attempt>> {
    let Some(browser) = &visitor.browser else { return Ok(None) };
    let found = attempts::find(conn, id.as_str())?;
    Ok(found.filter(|found| browser.matches(&Digest::from_stored(found.browser.clone()))))
}

/// One that waits in this browser, with its person; `stages` are those that the caller can go on with.
///
/// # Errors
/// [`Check::AttemptGone`], store errors.
pub(super) fn live(
    conn: &mut Conn,
    engine: &Engine,
    visitor: &Visitor,
    (id, stages): (&AttemptId, &[Stage]),
) -> TxResult<(Attempt, User)> {
    let now = engine.now();
    let is_live = |attempt: &Attempt| {
        attempt.ended_at.is_none() && now < attempt.expires_at && stages.contains(&attempt.stage)
    };
    let attempt = here(conn, visitor, id)?.filter(is_live).ok_or(Check::AttemptGone)?;
    let user = users::find(conn, attempt.user_id.as_str())?.filter(|user| user.enabled);
    let user = user.ok_or(Check::AttemptGone)?;
    // A session that was the first proof must live on here, and be the same person's.
    if let Some(id) = &attempt.session_id {
        let current = visitor.signed_in(conn, engine)?.map(|(session, _)| session);
        let others = visitor.others(conn, engine, current.as_ref())?;
        let mut sessions = current.iter().chain(others.iter().map(|other| &other.session));
        if !sessions.any(|session| session.id == *id && session.user_id == user.id) {
            return Err(Check::AttemptGone.into());
        }
    }
    Ok((attempt, user))
}

/// What the page of the second step shows.
pub struct Halfway {
    /// What waits.
    pub attempt: Attempt,
    /// Whose.
    pub user: User,
    /// What the person could answer with, in the order in which it is offered.
    pub held: Vec<&'static Factor>,
}

/// The half-done sign-in of the page of the second step.
///
/// # Errors
/// [`Check::AttemptGone`], store errors.
pub async fn halfway(engine: &Engine, visitor: &Visitor, id: &AttemptId) -> TxResult<Halfway> {
    let (with, visitor, id) = (engine.clone(), visitor.clone(), id.clone());
    let find = move |conn: &mut Conn| {
        let (attempt, user) = live(conn, &with, &visitor, (&id, &[Stage::Factor, Stage::Enrol]))?;
        let held = Factor::held(conn, &user.id)?;
        Ok(Halfway { attempt, user, held })
    };
    engine.db.read(find).await
}

/// Begins a half-done sign-in in which the person proves anew, from the first proof on, who they are: what a
/// change of the account asks for (security row P4). Where it leads is stored with it.
///
/// # Errors
/// [`Check::SessionMissing`], store errors.
pub async fn again(engine: &Engine, ctx: &Ctx, visitor: &Visitor, purpose: Purpose) -> TxResult<AttemptId> {
    let (session, user) = visitor.current(engine).await?.ok_or(Check::SessionMissing)?;
    let toward = Toward { purpose, ..Toward::default() };
    keep(engine, ctx, visitor, (Stage::Again, &session, &user), toward).await
}

async fn keep(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    (stage, session, user): (Stage, &Session, &User),
    toward: Toward,
) -> TxResult<AttemptId> {
    let amr = if stage == Stage::Again { Vec::new() } else { session.auth.amr.clone() };
    let so_far = SoFar { user_id: user.id.clone(), amr, session_id: Some(session.id.clone()) };
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    engine.db.write(move |conn| begin(conn, (&with, &ctx), &visitor, (stage, so_far), &toward)).await
}

/// One of [`again`] that waits in this browser, and whose it is.
///
/// # Errors
/// [`Check::AttemptGone`], store errors.
pub async fn find_again(engine: &Engine, visitor: &Visitor, id: &AttemptId) -> TxResult<(Attempt, User)> {
    let (with, visitor, id) = (engine.clone(), visitor.clone(), id.clone());
    engine.db.read(move |conn| live(conn, &with, &visitor, (&id, &[Stage::Again]))).await
}

/// Begins the second step for somebody who is signed in, when what they want asks for more than their session
/// has; the session is the first proof. `None` when nothing more is asked.
///
/// # Errors
/// [`Check::SessionMissing`], [`Check::AuthorizationGone`], store errors.
pub async fn step_up(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    toward: Toward,
) -> TxResult<Option<(AttemptId, Stage)>> {
    let (signed_in, demand_of) = standing(engine, ctx, visitor, &toward).await?;
    let (session, user) = signed_in.ok_or(Check::SessionMissing)?;
    let demand = demand_of(&user);
    let id = user.id.clone();
    let has_factor = engine.db.read(move |conn| factors::any(conn, id.as_str())).await?;
    let met = demand.is_met_by(&session) && !(has_factor && demand.leaves_wish(&session));
    if met {
        return Ok(None);
    }
    let is_old = engine.now() >= session.auth.auth_time.saturating_add(FRESH);
    let stage = match has_factor {
        true => Stage::Factor,
        // Whoever enrols a first factor says with what the account is opened from now on.
        false if is_old => Stage::Again,
        false => Stage::Enrol,
    };
    let id = keep(engine, ctx, visitor, (stage, &session, &user), toward).await?;
    Ok(Some((id, stage)))
}

type DemandOf<'a> = Box<dyn Fn(&User) -> Demand + 'a>;

/// Who is signed in for what `toward` names, and what that asks of whom.
async fn standing<'a>(
    engine: &'a Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    toward: &Toward,
) -> TxResult<(Option<(Session, User)>, DemandOf<'a>)> {
    let policy = &engine.policy;
    if let Some(id) = &toward.authorization {
        let waiting = authorize::waiting(engine, ctx, visitor, id).await?;
        let asked = &waiting.authorization.request;
        let signed_in = signed_in_for(engine, visitor, &waiting.client, asked).await?;
        let demand = move |user: &User| {
            Demand::of(policy, user, Some(&waiting.client), Some(&waiting.authorization.request))
        };
        return Ok((signed_in, Box::new(demand)));
    }
    let client = match &toward.device {
        None => None,
        Some(visit) => {
            let (with, visitor, visit) = (engine.clone(), visitor.clone(), visit.clone());
            engine.db.read(move |conn| device::client_of_visit(conn, &with, &visitor, &visit)).await?
        }
    };
    let signed_in = visitor.current(engine).await?;
    Ok((signed_in, Box::new(move |user| Demand::of(policy, user, client.as_deref(), None))))
}
