//! Wrong passwords per account and network. An attempt is reserved **before** its password is
//! looked at, by one guarded statement: of many at once no more than are allowed are evaluated
//! (security row S3). A reservation counts as a failure until a success clears the row.

use super::conn::{Conn, on_each};
use super::fault::TxResult;
use super::schema::login_throttles;
use crate::base::clock::Seconds;
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::upsert::excluded;

/// Failures before there is any waiting.
pub const FREE: i64 = 5;
/// The last failure is forgotten after this, seconds.
const FORGET: Seconds = 86_400;

/// Whether an attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserve {
    /// Yes; it is counted already.
    Granted,
    /// Not before so many seconds.
    Wait(Seconds),
}

/// Reserves an attempt for `key` (see `engine::throttle`). The wait after the fifth failure is 2
/// seconds, then twice the last one, at most `max_delay` seconds. Refused attempts change nothing,
/// so hammering does not make the wait longer.
///
/// # Errors
/// Store errors.
pub fn reserve(conn: &mut Conn, key: &str, now: Seconds, max_delay: Seconds) -> TxResult<Reserve> {
    let Some(failures) = count(conn, key, now)? else {
        let next_at: Option<i64> =
            login_throttles::table.find(key).select(login_throttles::next_at).first(conn).optional()?;
        // Gone or due since: whoever was first in between has only just taken this attempt.
        return Ok(Reserve::Wait(next_at.map_or(1, |at| at.saturating_sub(now)).max(1)));
    };
    let wait = delay(failures, max_delay);
    if wait > 0 {
        // The row is ours until COMMIT: the statement that counted it holds its lock.
        diesel::update(login_throttles::table.find(key))
            .set(login_throttles::next_at.eq(now.saturating_add(wait)))
            .execute(conn)?;
    }
    Ok(Reserve::Granted)
}

/// Counts one more failure if the wait is over; `None` when it is not. The guard is in the statement.
fn count(conn: &mut Conn, key: &str, now: Seconds) -> TxResult<Option<i64>> {
    use diesel::query_dsl::methods::FilterDsl as _;
    let row = (
        login_throttles::name.eq(key),
        login_throttles::failures.eq(1),
        login_throttles::next_at.eq(now),
        login_throttles::forget_at.eq(now.saturating_add(FORGET)),
    );
    let failures: Option<i64> = on_each!(conn, inner => diesel::insert_into(login_throttles::table)
        .values(row)
        .on_conflict(login_throttles::name)
        .do_update()
        .set((
            login_throttles::failures.eq(
                case_when(login_throttles::forget_at.le(now), 1_i64.into_sql::<diesel::sql_types::BigInt>())
                    .otherwise(login_throttles::failures + 1),
            ),
            login_throttles::next_at.eq(excluded(login_throttles::next_at)),
            login_throttles::forget_at.eq(excluded(login_throttles::forget_at)),
        ))
        .filter(login_throttles::next_at.le(now))
        .returning(login_throttles::failures)
        .get_result(inner)
        .optional())?;
    Ok(failures)
}

/// A success forgets the failures of its account and network.
///
/// # Errors
/// Store errors.
pub fn clear(conn: &mut Conn, key: &str) -> TxResult<()> {
    diesel::delete(login_throttles::table.find(key)).execute(conn)?;
    Ok(())
}

/// Takes a reservation back whose password was never looked at (the server was busy).
///
/// # Errors
/// Store errors.
pub fn give_back(conn: &mut Conn, key: &str, now: Seconds) -> TxResult<()> {
    let counted = login_throttles::table.find(key).filter(login_throttles::failures.gt(0));
    diesel::update(counted)
        .set((login_throttles::failures.eq(login_throttles::failures - 1), login_throttles::next_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// The wait after so many failures, seconds.
fn delay(failures: i64, max_delay: Seconds) -> Seconds {
    let beyond = failures.saturating_sub(FREE);
    if beyond < 0 {
        return 0;
    }
    let doubled = u32::try_from(beyond).ok().and_then(|n| 2_i64.checked_pow(n.saturating_add(1)));
    doubled.unwrap_or(max_delay).min(max_delay.max(0))
}
