//! The one gate: may this person and this client get something now? Asked inside the transaction
//! that gives it, on every path (design 4; the most common flaw of this field is a check that one
//! path has and another has not).

use crate::base::id::{ClientId, SessionId, UserId};
use crate::protocol::refusal::Check;
use crate::store::{Conn, TxResult, clients, sessions, users};

/// May a code be issued? Client enabled, person enabled, session not ended.
///
/// # Errors
/// [`Check::ClientUnknown`], [`Check::LoginRequired`].
pub fn may_authorize(conn: &mut Conn, client: &ClientId, session: &SessionId, user: &UserId) -> TxResult<()> {
    if !clients::is_enabled(conn, client.as_str())? {
        return Err(Check::ClientUnknown.into());
    }
    let live = sessions::find(conn, session.as_str())?.is_some_and(|s| s.ended_at.is_none());
    let enabled = users::find(conn, user.as_str())?.is_some_and(|u| u.enabled);
    if live && enabled { Ok(()) } else { Err(Check::LoginRequired.into()) }
}
