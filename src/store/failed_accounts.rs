//! Accounts that somebody failed to sign in to, by network.

use super::conn::{Conn, on_each};
use super::fault::TxResult;
use super::schema::failed_accounts;
use crate::base::clock::Seconds;
use diesel::prelude::*;
use diesel::upsert::excluded;

/// Notes a try, until it is known to be right, and how many accounts were tried from this network by now.
///
/// # Errors
/// Store errors.
pub fn note(
    conn: &mut Conn,
    network: &str,
    account: &str,
    now: Seconds,
    forget_at: Seconds,
) -> TxResult<i64> {
    let row = (
        failed_accounts::network.eq(network),
        failed_accounts::account.eq(account),
        failed_accounts::forget_at.eq(forget_at),
    );
    on_each!(conn, inner => diesel::insert_into(failed_accounts::table)
        .values(row)
        .on_conflict((failed_accounts::network, failed_accounts::account))
        .do_update()
        .set(failed_accounts::forget_at.eq(excluded(failed_accounts::forget_at)))
        .execute(inner))?;
    let live = failed_accounts::network.eq(network).and(failed_accounts::forget_at.gt(now));
    Ok(failed_accounts::table.filter(live).count().get_result(conn)?)
}

/// The try was right, or was never looked at.
///
/// # Errors
/// Store errors.
pub fn forget(conn: &mut Conn, network: &str, account: &str) -> TxResult<()> {
    diesel::delete(failed_accounts::table.find((network, account))).execute(conn)?;
    Ok(())
}
