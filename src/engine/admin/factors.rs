//! A person's second factors, for people who lost them: what there is, and taking all of it away.

use super::fault::AdminResult;
use super::{Desk, users};
use crate::base::clock::Seconds;
use crate::domain::audit::Event;
use crate::domain::factor::{Factor, Remembered};
use crate::domain::user::User;
use crate::store::{self, Conn};
use serde_json::{Value, json};

/// What a person has.
pub struct Held {
    /// Whose.
    pub user: User,
    /// The factors, oldest first.
    pub factors: Vec<Factor>,
    /// Recovery codes left.
    pub codes_left: usize,
    /// Browsers that are not asked.
    pub browsers: Vec<Remembered>,
}

/// What a person has at `now`.
///
/// # Errors
/// No such account, store errors.
pub fn held(conn: &mut Conn, now: Seconds, typed: &str) -> AdminResult<Held> {
    let user = users::resolve(conn, typed)?;
    let id = user.id.to_string();
    Ok(Held {
        factors: store::factors::of_user(conn, &id)?,
        codes_left: store::factors::codes_left(conn, &id)?.0,
        browsers: store::remembered::of_user(conn, &id, now)?,
        user,
    })
}

/// Removes every factor, recovery code and remembered browser of a person, and ends what half-done sign-ins there
/// are; how many factors there were.
///
/// # Errors
/// No such account, store errors.
pub fn reset(conn: &mut Conn, desk: &Desk, typed: &str) -> AdminResult<(User, usize)> {
    let held = held(conn, desk.now(), typed)?;
    let id = held.user.id.to_string();
    store::factors::hold_person(conn, &id)?;
    let removed = store::factors::reset(conn, &id)?;
    let side = |kinds: Vec<&str>| -> Option<Value> { Some(json!({ "factors": kinds })) };
    let before = side(held.factors.iter().map(|factor| factor.kind.as_str()).collect());
    desk.audit(conn, Event::new("factor.reset").user(&id).detail(format!("{removed} factors")))?;
    desk.revise(conn, ("user", &id), (before, side(Vec::new())))?;
    Ok((held.user, removed))
}
