//! Single-use links: first set-up and recovery. Only digests are stored.

use super::conn::Conn;
use super::fault::TxResult;
use super::schema::one_time_links;
use crate::base::clock::Seconds;
use crate::base::secret::{Digest, OneTimeLink};
use diesel::prelude::*;

/// What a link is for.
pub const SETUP: &str = "setup";
/// What a link is for.
pub const RECOVER: &str = "recover";

/// Stores a link, and voids older ones of the same purpose and person.
///
/// # Errors
/// Store errors.
pub fn insert(
    conn: &mut Conn,
    digest: &Digest<OneTimeLink>,
    purpose: &str,
    user_id: Option<&str>,
    (now, expires_at): (Seconds, Seconds),
) -> TxResult<()> {
    let older = one_time_links::table.filter(one_time_links::purpose.eq(purpose));
    match user_id {
        Some(user) => diesel::delete(older.filter(one_time_links::user_id.eq(Some(user)))).execute(conn)?,
        None => diesel::delete(older.filter(one_time_links::user_id.is_null())).execute(conn)?,
    };
    diesel::insert_into(one_time_links::table)
        .values((
            one_time_links::digest.eq(digest.as_str()),
            one_time_links::purpose.eq(purpose),
            one_time_links::user_id.eq(user_id),
            one_time_links::created_at.eq(now),
            one_time_links::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether the link could be used now, and whose it is (`Some(None)`: nobody's yet).
///
/// # Errors
/// Store errors.
pub fn peek(
    conn: &mut Conn,
    digest: &Digest<OneTimeLink>,
    purpose: &str,
    now: Seconds,
) -> TxResult<Option<Option<String>>> {
    Ok(one_time_links::table
        .find(digest.as_str())
        .filter(
            one_time_links::purpose
                .eq(purpose)
                .and(one_time_links::used_at.is_null())
                .and(one_time_links::expires_at.gt(now)),
        )
        .select(one_time_links::user_id)
        .first(conn)
        .optional()?)
}

/// Uses the link, for exactly one caller (security row O3); whose it is.
///
/// # Errors
/// Store errors.
pub fn consume(
    conn: &mut Conn,
    digest: &Digest<OneTimeLink>,
    purpose: &str,
    now: Seconds,
) -> TxResult<Option<Option<String>>> {
    let live = one_time_links::purpose
        .eq(purpose)
        .and(one_time_links::used_at.is_null())
        .and(one_time_links::expires_at.gt(now));
    Ok(diesel::update(one_time_links::table.find(digest.as_str()).filter(live))
        .set(one_time_links::used_at.eq(Some(now)))
        .returning(one_time_links::user_id)
        .get_result(conn)
        .optional()?)
}

/// Voids all of a person's links.
///
/// # Errors
/// Store errors.
pub fn void(conn: &mut Conn, user_id: &str) -> TxResult<()> {
    diesel::delete(one_time_links::table.filter(one_time_links::user_id.eq(Some(user_id)))).execute(conn)?;
    Ok(())
}
