//! A person's own second factors. Whatever changes one asks for a fresh sign-in of at least its level (security row
//! P4), inside the transaction of the change.

use crate::base::secret::Secret;
use crate::domain::factor::{Factor, Remembered};
use crate::domain::session::{Class, Session};
use crate::domain::user::User;
use crate::engine::context::{Ctx, Engine};
use crate::engine::login::factors::recovery_code;
use crate::engine::login::factors::totp::{self, Enrolment};
use crate::engine::login::{Demand, FRESH};
use crate::engine::visitor::Visitor;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Conn, TxResult, audit, factors, remembered};

/// Factors of one person at the most.
const MOST: usize = 10;
/// The longest name of a factor, characters.
const LONGEST_NAME: usize = 60;

/// What the page of the sign-in methods shows.
pub struct Methods {
    /// Whose.
    pub user: User,
    /// The factors, oldest first.
    pub factors: Vec<Factor>,
    /// How many recovery codes are left.
    pub codes_left: usize,
    /// How many there were in the set; 0 when there is none.
    pub codes: usize,
    /// Browsers that are not asked for the second factor.
    pub browsers: Vec<Remembered>,
    /// Whether the person must have a factor.
    pub required: bool,
}

/// Reads the sign-in methods of whoever is signed in.
///
/// # Errors
/// [`Check::SessionMissing`], store errors.
pub async fn methods(engine: &Engine, visitor: &Visitor) -> TxResult<Methods> {
    let (_, user) = visitor.current(engine).await?.ok_or(Check::SessionMissing)?;
    let (now, required) = (engine.now(), Demand::of(&engine.policy, &user, None, None).factor);
    let read = move |conn: &mut Conn| {
        let id = user.id.as_str();
        let (codes_left, codes) = factors::codes_left(conn, id)?;
        let (factors, browsers) = (factors::of_user(conn, id)?, remembered::of_user(conn, id, now)?);
        Ok(Methods { user, factors, codes_left, codes, browsers, required })
    };
    engine.db.read(read).await
}

/// Whoever is signed in, as long as they signed in a moment ago, with a second factor if they have one.
fn fresh(conn: &mut Conn, engine: &Engine, visitor: &Visitor) -> TxResult<(Session, User)> {
    let (session, user) = visitor.signed_in(conn, engine)?.ok_or(Check::SessionMissing)?;
    let needed = if factors::any(conn, user.id.as_str())? { Class::Mfa } else { Class::Password };
    let is_old = engine.now() >= session.auth.auth_time.saturating_add(FRESH);
    if is_old || Class::of(&session.auth.acr) < Some(needed) {
        return Err(Check::StepUpNeeded.into());
    }
    Ok((session, user))
}

/// [`fresh`], once whoever else changes the factors of this person is done, and before anybody else does.
fn changing(conn: &mut Conn, engine: &Engine, visitor: &Visitor) -> TxResult<User> {
    let (_, user) = visitor.signed_in(conn, engine)?.ok_or(Check::SessionMissing)?;
    factors::hold_person(conn, user.id.as_str())?;
    fresh(conn, engine, visitor).map(|(_, user)| user)
}

/// Whether a change would be let through now; by whom, and in which session.
///
/// # Errors
/// [`Check::StepUpNeeded`], [`Check::SessionMissing`], store errors.
pub async fn may_change(engine: &Engine, visitor: &Visitor) -> TxResult<(Session, User)> {
    let (with, visitor) = (engine.clone(), visitor.clone());
    engine.db.read(move |conn| fresh(conn, &with, &visitor)).await
}

/// A name as it is stored: one line, not too long; `None` when nothing is left of it.
pub fn name(typed: &str) -> Option<String> {
    let name = crate::base::text::plain(typed, LONGEST_NAME);
    (!name.is_empty()).then_some(name)
}

/// What became of a confirmed authenticator app.
pub struct Added {
    /// The recovery codes, when there were none before: to be shown once.
    pub codes: Option<Vec<Secret>>,
}

/// Stores an authenticator app whose code is right.
///
/// # Errors
/// [`Check::FactorWrong`], [`Check::FactorsFull`], those of [`may_change`], store errors.
pub async fn add(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    (enrolment, name): (Enrolment, String),
    typed: Secret,
) -> TxResult<Added> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    let job = move |conn: &mut Conn| {
        let user = changing(conn, &with, &visitor)?;
        if factors::of_user(conn, user.id.as_str())?.len() >= MOST {
            return Err(Check::FactorsFull.into());
        }
        match enrolment.confirm(conn, &with, (&user.id, &name), typed.reveal())? {
            None => return Err(Check::FactorWrong.into()),
            // The button was pressed twice.
            Some(false) => return Ok(Added { codes: None }),
            Some(true) => {}
        }
        changed(conn, (&with, &ctx), &user, ("factor.added", totp::FACTOR.kind))?;
        let has_codes = factors::codes_left(conn, user.id.as_str())?.1 > 0;
        let codes = if has_codes { None } else { Some(recovery_code::renew(conn, &with, &user.id)?) };
        Ok(Added { codes })
    };
    engine.db.write(job).await
}

/// Gives a factor another name.
///
/// # Errors
/// [`Check::FactorUnknown`], those of [`may_change`], store errors.
pub async fn rename(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    (id, name): (String, String),
) -> TxResult<()> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    let job = move |conn: &mut Conn| {
        let user = changing(conn, &with, &visitor)?;
        if !factors::rename(conn, user.id.as_str(), &id, &name)? {
            return Err(Check::FactorUnknown.into());
        }
        let event = ctx.event("factor.renamed").user(user.id.as_str()).target(id);
        audit::record(conn, &with.clock, &with.rng, event)
    };
    engine.db.write(job).await
}

/// Removes a factor; with the last one the recovery codes go. The last one stays where the person must have one.
///
/// # Errors
/// [`Check::FactorLast`], [`Check::FactorUnknown`], those of [`may_change`], store errors.
pub async fn remove(engine: &Engine, ctx: &Ctx, visitor: &Visitor, id: String) -> TxResult<()> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    let job = move |conn: &mut Conn| {
        let user = changing(conn, &with, &visitor)?;
        let Some((kind, _)) = factors::remove(conn, user.id.as_str(), &id)? else {
            return Err(Check::FactorUnknown.into());
        };
        if !factors::any(conn, user.id.as_str())? {
            if Demand::of(&with.policy, &user, None, None).factor {
                return Err(Refusal::new(Check::FactorLast).into());
            }
            factors::reset(conn, user.id.as_str())?;
        }
        changed(conn, (&with, &ctx), &user, ("factor.removed", &kind))
    };
    engine.db.write(job).await
}

/// Makes a new set of recovery codes; the old one is void.
///
/// # Errors
/// [`Check::FactorUnknown`] for a person without a factor, those of [`may_change`], store errors.
pub async fn new_codes(engine: &Engine, ctx: &Ctx, visitor: &Visitor) -> TxResult<Vec<Secret>> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    let job = move |conn: &mut Conn| {
        let user = changing(conn, &with, &visitor)?;
        if !factors::any(conn, user.id.as_str())? {
            return Err(Check::FactorUnknown.into());
        }
        let codes = recovery_code::renew(conn, &with, &user.id)?;
        changed(conn, (&with, &ctx), &user, ("factor.codes_renewed", recovery_code::FACTOR.kind))?;
        Ok(codes)
    };
    engine.db.write(job).await
}

/// What a person signs in with has changed: half-done sign-ins are over and no browser is remembered.
fn changed(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    user: &User,
    (event, kind): (&'static str, &str),
) -> TxResult<()> {
    factors::forget_way(conn, user.id.as_str())?;
    let event = ctx.event(event).user(user.id.as_str()).actor(user.id.as_str()).detail(kind);
    audit::record(conn, &engine.clock, &engine.rng, event)
}

/// Has a browser asked for the second factor again: one, or all. Nothing is opened by that, so no fresh sign-in is
/// asked for.
///
/// # Errors
/// [`Check::SessionMissing`], store errors.
pub async fn forget_browser(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    id: Option<String>,
) -> TxResult<()> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    let job = move |conn: &mut Conn| {
        let (_, user) = visitor.signed_in(conn, &with)?.ok_or(Check::SessionMissing)?;
        match &id {
            Some(id) => drop(remembered::forget(conn, user.id.as_str(), id)?),
            None => remembered::forget_all(conn, user.id.as_str())?,
        }
        let event = ctx.event("browser.forgotten").user(user.id.as_str());
        let event = event.target(id.unwrap_or_else(|| "all".to_owned()));
        audit::record(conn, &with.clock, &with.rng, event)
    };
    engine.db.write(job).await
}
