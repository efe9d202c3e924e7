//! How often something was tried in a while that begins with the first try. The guard is in the
//! statement: of many tries at once no more are let through than are allowed.

use super::conn::{Conn, on_each};
use super::fault::TxResult;
use super::schema::device_tries;
use crate::base::clock::Seconds;
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::upsert::excluded;

/// Counts one more try of `name`, if there were fewer than `most` in the last `seconds`; how many there
/// are now, or the seconds to wait. The row is the caller's until COMMIT.
///
/// # Errors
/// Store errors.
pub fn count(
    conn: &mut Conn,
    name: &str,
    most: i64,
    seconds: Seconds,
    now: Seconds,
) -> TxResult<Result<i64, Seconds>> {
    use diesel::query_dsl::methods::FilterDsl as _;
    let row = (
        device_tries::name.eq(name),
        device_tries::tries.eq(1),
        device_tries::ends_at.eq(now.saturating_add(seconds)),
    );
    let over = || device_tries::ends_at.le(now);
    let counted: Option<i64> = on_each!(conn, inner => diesel::insert_into(device_tries::table)
        .values(row)
        .on_conflict(device_tries::name)
        .do_update()
        .set((
            device_tries::tries
                .eq(case_when(over(), 1_i64.into_sql::<BigInt>()).otherwise(device_tries::tries + 1)),
            device_tries::ends_at
                .eq(case_when(over(), excluded(device_tries::ends_at)).otherwise(device_tries::ends_at)),
        ))
        .filter(over().or(device_tries::tries.lt(most)))
        .returning(device_tries::tries)
        .get_result(inner)
        .optional())?;
    if let Some(tries) = counted {
        return Ok(Ok(tries));
    }
    let ends_at: Option<i64> =
        device_tries::table.find(name).select(device_tries::ends_at).first(conn).optional()?;
    Ok(Err(ends_at.map_or(1, |end| end.saturating_sub(now)).max(1)))
}

/// Takes one try back that was no guess.
///
/// # Errors
/// Store errors.
pub fn give_back(conn: &mut Conn, name: &str) -> TxResult<()> {
    let counted = device_tries::table.find(name).filter(device_tries::tries.gt(0));
    diesel::update(counted).set(device_tries::tries.eq(device_tries::tries - 1)).execute(conn)?;
    Ok(())
}
