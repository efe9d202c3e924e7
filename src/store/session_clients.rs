//! Which clients a session signed in at: by its grants, ended ones too, and by what is kept of grants
//! that were forgotten while the session goes on (a grant lives as long as its tokens, which may be minutes).

use super::conn::{Conn, on_each};
use super::fault::TxResult;
use super::schema::{grants, session_clients, sessions};
use crate::base::clock::Seconds;
use crate::base::id::{ClientId, SessionId};
use crate::domain::delivery::SignedInAt;
use crate::protocol::scope::Scope;
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::collections::BTreeMap;

/// A session and a client, and when the client was last given something in it.
type Seen = BTreeMap<(String, String), Seconds>;

/// A session, a client, when, and the scope.
type GrantRow = (Option<String>, String, Seconds, String);

/// The clients that each of these sessions signed in at: those that were given an ID token.
///
/// # Errors
/// Store errors.
pub fn of_sessions(conn: &mut Conn, sessions: &[&str]) -> TxResult<Vec<SignedInAt>> {
    let given: Vec<GrantRow> = grants::table
        .filter(grants::session_id.eq_any(sessions))
        .select((grants::session_id, grants::client_id, grants::created_at, grants::scope))
        .load(conn)?;
    let kept: Vec<(String, String, Seconds)> =
        session_clients::table.filter(session_clients::session_id.eq_any(sessions)).load(conn)?;
    let mut seen = signed_in(given);
    for (session, client, at) in kept {
        note(&mut seen, (session, client), at);
    }
    let all = seen.into_iter().map(|((session, client), last_at)| SignedInAt {
        session_id: SessionId::from_stored(session),
        client_id: ClientId::from_stored(client),
        last_at,
    });
    Ok(all.collect())
}

/// Keeps of these grants, which are about to be forgotten, what a logout will need.
///
/// # Errors
/// Store errors.
pub(super) fn keep(conn: &mut Conn, grant_ids: &[String], now: Seconds) -> TxResult<()> {
    let live = sessions::ended_at.is_null().and(sessions::expires_at.gt(now));
    let given: Vec<GrantRow> = grants::table
        .inner_join(sessions::table.on(grants::session_id.eq(sessions::id.nullable()).and(live)))
        .filter(grants::id.eq_any(grant_ids))
        .select((grants::session_id, grants::client_id, grants::created_at, grants::scope))
        .load(conn)?;
    // In the order of their keys: nodes that forget at the same time do not wait for each other in a ring.
    for ((session, client), at) in signed_in(given) {
        let row = (
            session_clients::session_id.eq(session),
            session_clients::client_id.eq(client),
            session_clients::last_at.eq(at),
        );
        on_each!(conn, inner => diesel::insert_into(session_clients::table)
            .values(row)
            .on_conflict((session_clients::session_id, session_clients::client_id))
            .do_update()
            .set(session_clients::last_at.eq(excluded(session_clients::last_at)))
            .execute(inner))?;
    }
    Ok(())
}

/// Whoever was given an ID token has a session of its own to end (OIDC Back-Channel Logout §2.1).
fn signed_in(given: Vec<GrantRow>) -> Seen {
    let mut seen = Seen::new();
    for (session, client, at, scope) in given {
        if let Some(session) = session.filter(|_| Scope::from_stored(&scope).has("openid")) {
            note(&mut seen, (session, client), at);
        }
    }
    seen
}

fn note(seen: &mut Seen, key: (String, String), at: Seconds) {
    seen.entry(key).and_modify(|last| *last = at.max(*last)).or_insert(at);
}
