//! Forgets what has expired, in small batches, so that no table grows without end. Evidence (used
//! codes, ended grants, revoked tokens) stays until nothing that it guards can live.

use super::conn::{Conn, free_rows};
use super::fault::TxResult;
use super::schema::{
    access_tokens, authorizations, client_assertions, client_secrets, device_codes, device_tries,
    failed_accounts, grants, initial_access_tokens, login_attempts, login_throttles, one_time_links, outbox,
    paces, remembered_browsers, revoked_tokens, sessions,
};
use super::session_clients;
use crate::base::clock::Seconds;
use diesel::prelude::*;

/// Rows a batch deletes from a table at the most.
const BATCH: i64 = 500;

macro_rules! batch {
    ($conn:expr, $table:ident, $key:ident, $when:expr) => {{
        // Nodes forget at the same time: each takes what is free.
        let keys = free_rows!($conn, $table::table.filter($when).select($table::$key).limit(BATCH));
        if keys.is_empty() {
            0
        } else {
            diesel::delete($table::table.filter($table::$key.eq_any(keys))).execute($conn)?
        }
    }};
}

/// One batch from each table; how many rows went. Call again while it is not 0.
///
/// # Errors
/// Store errors.
pub fn batch(conn: &mut Conn, now: Seconds) -> TxResult<usize> {
    let day_ago = now.saturating_sub(86_400);
    let week_ago = now.saturating_sub(7 * 86_400);
    let mut gone = 0;
    gone += batch!(conn, authorizations, id, authorizations::expires_at.lt(now));
    gone += batch!(conn, access_tokens, digest, access_tokens::expires_at.lt(now));
    gone += batch!(conn, revoked_tokens, jti, revoked_tokens::expires_at.lt(now));
    gone += batch!(conn, client_assertions, digest, client_assertions::expires_at.lt(now));
    gone += expired_grants(conn, now)?;
    gone += batch!(conn, sessions, id, sessions::expires_at.lt(now).or(sessions::ended_at.lt(day_ago)));
    gone += batch!(conn, login_attempts, id, login_attempts::expires_at.lt(now));
    gone += batch!(conn, remembered_browsers, id, remembered_browsers::expires_at.lt(now));
    gone += batch!(conn, login_throttles, name, login_throttles::forget_at.lt(now));
    gone += batch!(conn, paces, name, paces::full_at.lt(now.saturating_mul(1_000_000)));
    gone += failed_tries(conn, now)?;
    gone += batch!(conn, device_codes, id, device_codes::forget_at.lt(now));
    gone += batch!(conn, device_tries, name, device_tries::ends_at.lt(now));
    gone += batch!(conn, one_time_links, digest, one_time_links::expires_at.lt(day_ago));
    gone += batch!(conn, client_secrets, id, client_secrets::expires_at.lt(day_ago));
    gone += batch!(conn, initial_access_tokens, id, initial_access_tokens::expires_at.lt(day_ago));
    gone += batch!(conn, outbox, id, outbox::ended_at.lt(week_ago));
    Ok(gone)
}

/// Tries of an hour ago. Their key has two columns: those of a few networks go at a time.
fn failed_tries(conn: &mut Conn, now: Seconds) -> TxResult<usize> {
    let over = failed_accounts::forget_at.lt(now);
    let networks: Vec<String> =
        failed_accounts::table.filter(over).select(failed_accounts::network).limit(BATCH).load(conn)?;
    if networks.is_empty() {
        return Ok(0);
    }
    Ok(diesel::delete(failed_accounts::table.filter(failed_accounts::network.eq_any(networks).and(over)))
        .execute(conn)?)
}

/// Grants whose last token has expired. At which clients a live session signed in is known on.
fn expired_grants(conn: &mut Conn, now: Seconds) -> TxResult<usize> {
    let ids =
        free_rows!(conn, grants::table.filter(grants::expires_at.lt(now)).select(grants::id).limit(BATCH));
    if ids.is_empty() {
        return Ok(0);
    }
    session_clients::keep(conn, &ids, now)?;
    Ok(diesel::delete(grants::table.filter(grants::id.eq_any(ids))).execute(conn)?)
}
