//! What comes back bit by bit (GCRA): each name may have so much in a while, and all at once if it had none before. The
//! guard is in the statement: of many at once no more get through than may.

use super::conn::{Conn, on_each};
use super::ephemeral::{Take, Wait};
use super::fault::TxResult;
use super::schema::paces;
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl as _;
use diesel::sql_types::{BigInt, Bool};

/// Takes one of each; `now` is in microseconds. When one is used up, the caller rolls back and nothing was taken.
///
/// # Errors
/// Store errors.
pub fn take(conn: &mut Conn, takes: &[Take], now: i64) -> TxResult<Result<(), Wait>> {
    // In one order everywhere, or two transactions wait for each other.
    let mut order: Vec<(usize, &Take)> = takes.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
    for (which, take) in order {
        if !take_one(conn, take, now)? {
            let full_at: Option<i64> =
                paces::table.find(&take.name).select(paces::full_at).first(conn).optional()?;
            return Ok(Err(Wait { which, micros: take.wait(full_at.unwrap_or(now), now).max(1) }));
        }
    }
    Ok(Ok(()))
}

fn take_one(conn: &mut Conn, take: &Take, now: i64) -> TxResult<bool> {
    let (each, window) = (take.each(), take.window_micros());
    // What is stored counts from now on at the least. No count reaches two whiles ahead: then the clock was set back,
    // which must hold nobody up.
    let fits = paces::full_at.le(now.saturating_add(window).saturating_sub(each));
    let strange = paces::full_at.gt(now.saturating_add(window.saturating_mul(2)));
    let later = diesel::dsl::case_when(paces::full_at.gt(now), paces::full_at + each)
        .otherwise(now.saturating_add(each).into_sql::<BigInt>());
    let next =
        diesel::dsl::case_when(strange, now.saturating_add(each).into_sql::<BigInt>()).otherwise(later);
    let row = (paces::name.eq(&take.name), paces::full_at.eq(now.saturating_add(each)));
    let taken: Option<i64> = on_each!(conn, inner => diesel::insert_into(paces::table)
        .values(row)
        .on_conflict(paces::name)
        .do_update()
        .set(paces::full_at.eq(next))
        .filter(fits.or(strange).and(true.into_sql::<Bool>()))
        .returning(paces::full_at)
        .get_result(inner)
        .optional())?;
    Ok(taken.is_some())
}
