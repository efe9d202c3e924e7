//! Sign-in sessions: end one, or all of a person.

use super::Desk;
use super::fault::{AdminError, AdminResult};
use crate::base::id::UserId;
use crate::domain::audit::Event;
use crate::engine::logout;
use crate::store::grants::{self, Ending};
use crate::store::{Conn, authorizations, links, sessions};

/// What ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How many sessions.
    pub sessions: usize,
    /// How many grants (with their refresh tokens).
    pub grants: usize,
}

/// Ends a session and what was given in it; what was asked to outlive it (`offline_access`) stays.
///
/// # Errors
/// No such live session, store errors.
pub fn end(conn: &mut Conn, desk: &Desk, id: &str) -> AdminResult<Ended> {
    let gone = || AdminError::not_found("session", id);
    let session = sessions::find(conn, id)?.ok_or_else(gone)?;
    if !sessions::end(conn, id, desk.now())? {
        return Err(gone());
    }
    // Codes first: a redemption under way is waited for, and its grant is then seen and ended.
    authorizations::burn_codes_of_sessions(conn, session.user_id.as_str(), &[id])?;
    let ending = Ending::Sessions(&[id]);
    let grants = grants::end_all(conn, &ending, "session ended", desk.now())?;
    logout::tell(conn, &desk.clock, &desk.rng, &session.user_id, &[id])?;
    desk.audit(conn, Event::new("session.ended").user(session.user_id.as_str()).target(id))?;
    Ok(Ended { sessions: 1, grants })
}

/// "Sign out everywhere": ends all of a person's sessions, grants and unredeemed codes, offline
/// ones too (security row E11), and voids links to set the password.
///
/// # Errors
/// Store errors.
pub fn end_all(conn: &mut Conn, desk: &Desk, user_id: &str) -> AdminResult<Ended> {
    end_everything(conn, desk, user_id, "signed out everywhere")
}

/// [`end_all`] for the reason `why`.
pub(super) fn end_everything(
    conn: &mut Conn,
    desk: &Desk,
    user_id: &str,
    why: &'static str,
) -> AdminResult<Ended> {
    let now = desk.now();
    let ended = sessions::end_all(conn, user_id, None, now)?;
    // Codes first: a redemption under way is waited for, and its grant is then seen and ended.
    authorizations::burn_codes_of(conn, user_id, None)?;
    let grants = grants::end_all(conn, &Ending::User(user_id), why, now)?;
    links::void(conn, user_id)?;
    let told: Vec<&str> = ended.iter().map(String::as_str).collect();
    logout::tell(conn, &desk.clock, &desk.rng, &UserId::from_stored(user_id), &told)?;
    desk.audit(conn, Event::new("session.all_ended").user(user_id).detail(why))?;
    Ok(Ended { sessions: ended.len(), grants })
}
