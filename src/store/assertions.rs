//! Client assertions that were used: each works once, on whichever node (RFC 7523 §3; security row F4).

use super::conn::{Conn, on_each};
use super::fault::TxResult;
use super::schema::client_assertions;
use crate::base::clock::Seconds;
use diesel::prelude::*;

/// Marks one as used; `false` when it was before. `expires_at` is when it could not be used anyway.
///
/// # Errors
/// Store errors.
pub fn spend(conn: &mut Conn, digest: &str, expires_at: Seconds) -> TxResult<bool> {
    let row = (client_assertions::digest.eq(digest), client_assertions::expires_at.eq(expires_at));
    let first = on_each!(conn, inner => diesel::insert_into(client_assertions::table).values(row).on_conflict_do_nothing().execute(inner))?;
    Ok(first == 1)
}
