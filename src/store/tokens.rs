//! Opaque access tokens, and single JWTs revoked before their end.

use super::conn::{AnyConn, Conn, on_each};
use super::fault::TxResult;
use super::schema::{access_tokens, revoked_tokens};
use crate::base::clock::Seconds;
use crate::base::secret::{AccessToken, Digest};
use diesel::prelude::*;

/// An opaque access token as stored.
#[derive(Queryable, Insertable, Clone, Debug)]
#[diesel(table_name = access_tokens)]
#[diesel(treat_none_as_default_value = false)]
pub struct Row {
    /// SHA-256 of the token.
    pub digest: String,
    /// The grant it dies with.
    pub grant_id: String,
    /// What it may do.
    pub scope: String,
    /// For whom, space-separated.
    pub audience: String,
    /// Since when.
    pub issued_at: i64,
    /// Until when.
    pub expires_at: i64,
}

/// Stores an opaque token.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, row: &Row) -> TxResult<()> {
    on_each!(conn, inner => diesel::insert_into(access_tokens::table).values(row).execute(inner))?;
    Ok(())
}

/// An opaque token.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, digest: &Digest<AccessToken>) -> TxResult<Option<Row>> {
    Ok(on_each!(conn, inner => access_tokens::table.find(digest.as_str()).get_result(inner).optional())?)
}

/// Ends an opaque token.
///
/// # Errors
/// Store errors.
pub fn remove(conn: &mut Conn, digest: &Digest<AccessToken>) -> TxResult<()> {
    diesel::delete(access_tokens::table.find(digest.as_str())).execute(conn)?;
    Ok(())
}

/// Ends one JWT until its own end (security row G3).
///
/// # Errors
/// Store errors.
pub fn revoke_jti(conn: &mut Conn, jti: &str, expires_at: Seconds) -> TxResult<()> {
    let row = (revoked_tokens::jti.eq(jti), revoked_tokens::expires_at.eq(expires_at));
    on_each!(conn, inner => diesel::insert_into(revoked_tokens::table).values(row).on_conflict_do_nothing().execute(inner))?;
    Ok(())
}

/// Whether this JWT was ended.
///
/// # Errors
/// Store errors.
pub fn is_revoked(conn: &mut AnyConn, jti: &str) -> TxResult<bool> {
    let found: Option<String> =
        revoked_tokens::table.find(jti).select(revoked_tokens::jti).first(conn).optional()?;
    Ok(found.is_some())
}
