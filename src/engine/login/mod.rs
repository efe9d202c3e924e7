//! Signing in, in states that are types:
//!
//! a proof of `factors/` -> [`PrimaryDone`] -> (does [`Demand`] ask for more? a half-done sign-in, which opens nothing:
//! `halfway.rs`) -> [`Authenticated`] -> a session, in the one function that starts, renews and answers (`finish.rs`).
//!
//! To add a way to prove who one is: a file in `factors/`; for a second factor its line in `FACTORS` as well.

mod demand;
pub mod factors;
mod finish;
mod halfway;
mod second;
mod state;

pub use demand::Demand;
pub use factors::password::{Attempt, LONGEST_PASSWORD, is_retryable, password};
pub use finish::SignedIn;
pub use halfway::{FRESH, Halfway, again, attempt_id, find_again, find_here, halfway, step_up};
pub use second::{Answer, Enrolled, answer, confirm_enrolment};
pub use state::{Authenticated, PrimaryDone};

use super::context::{Ctx, Engine};
use super::visitor::Visitor;
use crate::base::id::{AttemptId, AuthorizationId, VisitId};
use crate::domain::factor::{self, Purpose};
use crate::protocol::refusal::Check;
use crate::store::{Conn, TxResult, remembered, users};

/// What a sign-in is for.
#[derive(Clone, Default)]
pub struct Toward {
    /// The authorization it is for, if it is for one.
    pub authorization: Option<AuthorizationId>,
    /// The visit of the device pages it is for, if it is for one.
    pub device: Option<VisitId>,
    /// Whether the person asked to go on as somebody else than the request was about.
    pub switching: bool,
    /// Where it leads otherwise.
    pub purpose: Purpose,
}

impl From<&factor::Attempt> for Toward {
    fn from(attempt: &factor::Attempt) -> Self {
        Self {
            authorization: attempt.authorization_id.clone(),
            device: attempt.visit_id.clone(),
            switching: attempt.switching,
            purpose: attempt.purpose,
        }
    }
}

/// What follows from a right proof.
pub enum Next {
    /// It was enough: the person is signed in.
    SignedIn(Box<SignedIn>),
    /// A second factor must follow, or be enrolled: the half-done sign-in goes on at its page.
    Halfway(AttemptId),
}

/// Goes on after a right proof, in its transaction: the person is still enabled, and either that was enough
/// or a half-done sign-in is kept.
///
/// # Errors
/// [`Check::LoginFailed`] when the account was disabled meanwhile, [`Check::AuthorizationGone`], store errors.
pub fn advance(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    visitor: &Visitor,
    primary: PrimaryDone,
    toward: &Toward,
) -> TxResult<Next> {
    let now = engine.now();
    let found = users::find_at_login(conn, primary.user_id.as_str())?;
    let (user, has_factor) = found.filter(|(user, _)| user.enabled).ok_or(Check::LoginFailed)?;
    let aim = finish::aim(conn, engine, visitor, toward)?;
    let demand = aim.demand(engine, &user);
    let strict = demand.is_strict(has_factor) || (has_factor && toward.purpose.changes_factors());
    let done = Some(primary.class) >= demand.class.max(Some(factors::totp::FACTOR.class));
    if !done && (has_factor || strict || demand.factor) {
        let digests = &visitor.remembered;
        let stands_in = !strict
            && engine.policy.second_factor.remember > 0
            && has_factor
            && remembered::stands_in(conn, user.id.as_str(), digests, now)?;
        if !stands_in {
            let stage = if has_factor { factor::Stage::Factor } else { factor::Stage::Enrol };
            let so_far = halfway::SoFar { user_id: user.id, amr: primary.amr, session_id: None };
            return halfway::begin(conn, (engine, ctx), visitor, (stage, so_far), toward).map(Next::Halfway);
        }
        let who = primary.enough(user, true, now);
        return Ok(Next::SignedIn(Box::new(finish::finish(conn, (engine, ctx), visitor, who, aim)?)));
    }
    let who = primary.enough(user, false, now);
    Ok(Next::SignedIn(Box::new(finish::finish(conn, (engine, ctx), visitor, who, aim)?)))
}
