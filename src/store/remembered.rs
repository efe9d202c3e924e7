//! Browsers that need not be asked for the second factor for a while; their cookie is known only as a digest.

use super::conn::Conn;
use super::fault::TxResult;
use super::schema::remembered_browsers;
use crate::base::clock::Seconds;
use crate::base::secret::{DeviceSecret, Digest};
use crate::domain::factor::Remembered;
use diesel::prelude::*;

/// Browsers of one person at the most.
const MOST: i64 = 20;

/// Remembers a browser; the person's oldest ones beyond the limit are forgotten.
///
/// # Errors
/// Store errors.
pub fn insert(
    conn: &mut Conn,
    user_id: &str,
    digest: &Digest<DeviceSecret>,
    browser: &Remembered,
) -> TxResult<()> {
    diesel::insert_into(remembered_browsers::table)
        .values((
            remembered_browsers::id.eq(&browser.id),
            remembered_browsers::digest.eq(digest.as_str()),
            remembered_browsers::user_id.eq(user_id),
            remembered_browsers::user_agent.eq(&browser.user_agent),
            remembered_browsers::ip.eq(&browser.ip),
            remembered_browsers::created_at.eq(browser.created_at),
            remembered_browsers::last_used_at.eq(browser.last_used_at),
            remembered_browsers::expires_at.eq(browser.expires_at),
        ))
        .execute(conn)?;
    let surplus: Vec<String> = remembered_browsers::table
        .filter(remembered_browsers::user_id.eq(user_id))
        .order(remembered_browsers::id.desc())
        .offset(MOST)
        .limit(100)
        .select(remembered_browsers::id)
        .load(conn)?;
    if !surplus.is_empty() {
        diesel::delete(remembered_browsers::table.filter(remembered_browsers::id.eq_any(surplus)))
            .execute(conn)?;
    }
    Ok(())
}

/// Whether this browser is remembered for the person now; that it stood in is noted.
///
/// # Errors
/// Store errors.
pub fn stands_in(
    conn: &mut Conn,
    user_id: &str,
    digests: &[Digest<DeviceSecret>],
    now: Seconds,
) -> TxResult<bool> {
    if digests.is_empty() {
        return Ok(false);
    }
    let live = remembered_browsers::digest
        .eq_any(digests.iter().map(Digest::as_str))
        .and(remembered_browsers::user_id.eq(user_id))
        .and(remembered_browsers::expires_at.gt(now));
    let noted = diesel::update(remembered_browsers::table.filter(live))
        .set(remembered_browsers::last_used_at.eq(now))
        .execute(conn)?;
    Ok(noted > 0)
}

/// The browsers of a person that are remembered now, newest first.
///
/// # Errors
/// Store errors.
pub fn of_user(conn: &mut Conn, user_id: &str, now: Seconds) -> TxResult<Vec<Remembered>> {
    let rows: Vec<(String, String, String, i64, i64, i64)> = remembered_browsers::table
        .filter(remembered_browsers::user_id.eq(user_id).and(remembered_browsers::expires_at.gt(now)))
        .order(remembered_browsers::id.desc())
        .limit(100)
        .select((
            remembered_browsers::id,
            remembered_browsers::user_agent,
            remembered_browsers::ip,
            remembered_browsers::created_at,
            remembered_browsers::last_used_at,
            remembered_browsers::expires_at,
        ))
        .load(conn)?;
    let browser = |(id, user_agent, ip, created_at, last_used_at, expires_at)| Remembered {
        id,
        user_agent,
        ip,
        created_at,
        last_used_at,
        expires_at,
    };
    Ok(rows.into_iter().map(browser).collect())
}

/// Forgets one browser of the person; `false` when it is not theirs.
///
/// # Errors
/// Store errors.
pub fn forget(conn: &mut Conn, user_id: &str, id: &str) -> TxResult<bool> {
    let one = remembered_browsers::table.find(id).filter(remembered_browsers::user_id.eq(user_id));
    Ok(diesel::delete(one).execute(conn)? == 1)
}

/// Forgets every browser of the person.
///
/// # Errors
/// Store errors.
pub fn forget_all(conn: &mut Conn, user_id: &str) -> TxResult<()> {
    diesel::delete(remembered_browsers::table.filter(remembered_browsers::user_id.eq(user_id)))
        .execute(conn)?;
    Ok(())
}
