//! The second step: the factor is right, or a first one is enrolled, and the half-done sign-in is finished once.

use super::Toward;
use super::factors::totp::{self, Enrolment};
use super::factors::{Factor, recovery_code};
use super::finish::{self, Aim, SignedIn};
use super::halfway;
use super::state::Authenticated;
use crate::base::clock::Seconds;
use crate::base::id::{AttemptId, ulid};
use crate::base::secret::{DeviceSecret, Plain, Secret};
use crate::domain::factor::{self, Remembered, Stage};
use crate::domain::user::User;
use crate::engine::context::{Ctx, Engine};
use crate::engine::limits::{Guess, guess};
use crate::engine::visitor::Visitor;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Conn, Fault, TxResult, attempts, audit, factors, remembered};

/// Wrong answers in one half-done sign-in; with the last of them it is over.
const MOST_FAILURES: i64 = 5;

/// What was typed on the page of the second step.
pub struct Answer {
    /// The half-done sign-in.
    pub at: AttemptId,
    /// What it is answered with.
    pub by: &'static Factor,
    /// The answer.
    pub typed: Secret,
    /// Whether this browser need not be asked for a while.
    pub remember: bool,
}

/// Checks the factor and finishes the sign-in.
///
/// # Errors
/// [`Check::AttemptGone`], [`Check::FactorWrong`], [`Check::FactorThrottled`], those of a sign-in, store errors.
pub async fn answer(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    answer: Answer,
) -> TxResult<(SignedIn, Toward)> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    engine.db.write(move |conn| answer_in(conn, (&with, &ctx), &visitor, &answer)).await
}

fn answer_in(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    visitor: &Visitor,
    answer: &Answer,
) -> TxResult<(SignedIn, Toward)> {
    let now = engine.now();
    let (attempt, user) = halfway::live(conn, engine, visitor, (&answer.at, &[Stage::Factor]))?;
    // Counted before it is looked at, so that parallel guesses cannot outrun the count (security row P1).
    let try_of = Guess::factor(engine, &user.id, answer.by.kind, &visitor.devices);
    guess::before(conn, &try_of, now)?;
    if !(answer.by.verify)(conn, engine, &user.id, answer.typed.reveal())? {
        return Err(wrong(conn, (engine, ctx), &attempt, answer.by.kind)?);
    }
    guess::succeeded(conn, &try_of)?;
    let event = ctx.event("factor.used").user(user.id.as_str()).target(attempt.id.as_str());
    audit::record(conn, &engine.clock, &engine.rng, event.detail(answer.by.kind))?;
    let who = Authenticated::by_second(user.clone(), attempt.amr.clone(), answer.by, now);
    let toward = Toward::from(&attempt);
    let aim = consume(conn, engine, visitor, (&attempt, &toward))?;
    let mut signed_in = finish::finish(conn, (engine, ctx), visitor, who, aim)?;
    if answer.remember && engine.policy.second_factor.remember > 0 {
        signed_in.remembered = Some(remember(conn, (engine, ctx), &user)?);
    }
    Ok((signed_in, toward))
}

/// Finishes a half-done sign-in, for exactly one caller (security row P2); what it is for.
fn consume(
    conn: &mut Conn,
    engine: &Engine,
    visitor: &Visitor,
    (attempt, toward): (&factor::Attempt, &Toward),
) -> TxResult<Aim> {
    if !attempts::consume(conn, &attempt.id, engine.now())? {
        return Err(Check::AttemptGone.into());
    }
    finish::aim(conn, engine, visitor, toward)
}

/// Counts a wrong answer; with the last one the half-done sign-in is over.
fn wrong(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    attempt: &factor::Attempt,
    kind: &str,
) -> TxResult<Fault> {
    let event = ctx.event("factor.failed").user(attempt.user_id.as_str()).target(attempt.id.as_str());
    audit::record(conn, &engine.clock, &engine.rng, event.detail(kind))?;
    if attempts::count_failure(conn, &attempt.id)? < MOST_FAILURES {
        return Ok(Refusal::new(Check::FactorWrong).committing().into());
    }
    attempts::consume(conn, &attempt.id, engine.now())?;
    Ok(Refusal::new(Check::AttemptGone).committing().into())
}

/// This browser need not be asked for the second factor of this person for a while.
fn remember(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    user: &User,
) -> TxResult<(Plain<DeviceSecret>, Seconds)> {
    let (now, life) = (engine.now(), engine.policy.second_factor.remember);
    let secret = Plain::<DeviceSecret>::generate(&engine.rng);
    let browser = Remembered {
        id: ulid(&engine.clock, &engine.rng),
        user_agent: ctx.user_agent.to_string(),
        ip: ctx.ip.to_string(),
        created_at: now,
        last_used_at: now,
        expires_at: now.saturating_add(life),
    };
    remembered::insert(conn, user.id.as_str(), &secret.digest(), &browser)?;
    let event = ctx.event("browser.remembered").user(user.id.as_str()).target(&browser.id);
    audit::record(conn, &engine.clock, &engine.rng, event)?;
    Ok((secret, life))
}

/// A first factor, enrolled on the way in.
pub struct Enrolled {
    /// The person is signed in; what waits is not given yet, for the codes must be seen first.
    pub signed_in: SignedIn,
    /// What the sign-in was for.
    pub toward: Toward,
    /// The recovery codes, to be shown once.
    pub codes: Vec<Secret>,
}

/// Confirms the first factor of a person who must have one, and finishes the sign-in.
///
/// # Errors
/// [`Check::AttemptGone`], [`Check::FactorWrong`], those of a sign-in, store errors.
pub async fn confirm_enrolment(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    (at, enrolment, name): (AttemptId, Enrolment, String),
    typed: Secret,
) -> TxResult<Enrolled> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    let job = move |conn: &mut Conn| {
        let now = with.now();
        let (attempt, user) = halfway::live(conn, &with, &visitor, (&at, &[Stage::Enrol]))?;
        factors::hold_person(conn, user.id.as_str())?;
        // Whoever has a factor by now must be asked for it: the password alone enrols no other (row P4).
        if factors::any(conn, user.id.as_str())? {
            return Err(Check::AttemptGone.into());
        }
        let Some(_) = enrolment.confirm(conn, &with, (&user.id, &name), typed.reveal())? else {
            return Err(wrong(conn, (&with, &ctx), &attempt, totp::FACTOR.kind)?);
        };
        let codes = recovery_code::renew(conn, &with, &user.id)?;
        factors::forget_other_ways(conn, user.id.as_str(), attempt.id.as_str())?;
        let event = ctx.event("factor.added").user(user.id.as_str()).detail(totp::FACTOR.kind);
        audit::record(conn, &with.clock, &with.rng, event)?;
        let who = Authenticated::by_second(user, attempt.amr.clone(), &totp::FACTOR, now);
        let toward = Toward::from(&attempt);
        let aim = consume(conn, &with, &visitor, (&attempt, &toward))?;
        let signed_in = finish::finish(conn, (&with, &ctx), &visitor, who, aim.pausing())?;
        Ok(Enrolled { signed_in, toward, codes })
    };
    engine.db.write(job).await
}
