//! Signing in, in states that are types: a proof of `factors/` -> [`PrimaryDone`] -> (a second factor?) ->
//! [`Authenticated`] -> a session, in the one function that starts, renews and answers (`finish.rs`).
//!
//! To add a way to prove who one is: a file in `factors/`.

pub mod factors;
mod finish;
mod state;

pub use factors::password::{Attempt, LONGEST_PASSWORD, is_retryable, password};
pub use finish::SignedIn;
pub use state::{Authenticated, PrimaryDone};

use super::context::{Ctx, Engine};
use super::visitor::Visitor;
use crate::base::id::AuthorizationId;
use crate::protocol::refusal::Check;
use crate::store::{Conn, TxResult, users};

/// What a sign-in is for.
#[derive(Clone, Default)]
pub struct Toward {
    /// The authorization it is for, if it is for one.
    pub authorization: Option<AuthorizationId>,
    /// Whether the person asked to go on as somebody else than the request was about.
    pub switching: bool,
}

/// What follows from a right proof.
pub enum Next {
    /// It was enough: the person is signed in.
    SignedIn(Box<SignedIn>),
}

/// Goes on after a right proof, in its transaction: the person is still enabled, and is signed in.
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
    let found = users::find(conn, primary.user_id.as_str())?;
    let user = found.filter(|user| user.enabled).ok_or(Check::LoginFailed)?;
    let who = primary.authenticated(user, engine.now());
    let aim = finish::aim(conn, engine, visitor, toward)?;
    Ok(Next::SignedIn(Box::new(finish::finish(conn, (engine, ctx), visitor, who, aim)?)))
}
