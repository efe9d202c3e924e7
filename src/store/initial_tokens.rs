//! Initial access tokens (RFC 7591 §3): what lets somebody register apps, so often and so long.

use super::conn::Conn;
use super::fault::TxResult;
use super::schema::initial_access_tokens as tokens;
use crate::base::clock::Seconds;
use crate::base::secret::{Digest, InitialToken};
use diesel::prelude::*;

/// A stored initial access token.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = tokens)]
pub struct Row {
    /// Names it; opens nothing.
    pub id: String,
    /// The digest of the token.
    pub digest: String,
    /// What it is for, in the words of whoever made it.
    pub name: String,
    /// Whether what is registered with it needs no review.
    pub trusted: bool,
    /// How many apps may be registered with it.
    pub uses: i64,
    /// How many were.
    pub used: i64,
    /// When it was made.
    pub created_at: Seconds,
    /// When it ends.
    pub expires_at: Seconds,
}

impl Row {
    /// Whether one more app may be registered with it at `now`.
    pub fn is_live(&self, now: Seconds) -> bool {
        self.used < self.uses && self.expires_at > now
    }
}

/// Stores a token.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, row: &Row) -> TxResult<()> {
    diesel::insert_into(tokens::table).values(row).execute(conn)?;
    Ok(())
}

/// The token, whether live or not.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, digest: &Digest<InitialToken>) -> TxResult<Option<Row>> {
    Ok(tokens::table.filter(tokens::digest.eq(digest.as_str())).first(conn).optional()?)
}

/// Counts one use, if one is left; of any number of callers, no more than the uses succeed.
///
/// # Errors
/// Store errors.
pub fn consume(conn: &mut Conn, digest: &Digest<InitialToken>, now: Seconds) -> TxResult<Option<Row>> {
    let live =
        tokens::digest.eq(digest.as_str()).and(tokens::used.lt(tokens::uses)).and(tokens::expires_at.gt(now));
    let counted = diesel::update(tokens::table.filter(live))
        .set(tokens::used.eq(tokens::used + 1))
        .returning(tokens::all_columns)
        .get_result(conn);
    Ok(counted.optional()?)
}

/// All that are stored, newest first.
///
/// # Errors
/// Store errors.
pub fn all(conn: &mut Conn) -> TxResult<Vec<Row>> {
    Ok(tokens::table.order(tokens::id.desc()).load(conn)?)
}

/// Deletes one; `None` when there is none of this id.
///
/// # Errors
/// Store errors.
pub fn remove(conn: &mut Conn, id: &str) -> TxResult<Option<Row>> {
    let gone = diesel::delete(tokens::table.find(id)).returning(tokens::all_columns).get_result(conn);
    Ok(gone.optional()?)
}
