//! How apps that registered themselves came, and what they may change themselves with (RFC 7592 §2).

use super::conn::{Conn, free_rows};
use super::fault::TxResult;
use super::schema::{client_registrations, clients, consents, grants};
use crate::base::clock::Seconds;
use crate::base::secret::{Digest, RegistrationToken};
use diesel::prelude::*;

/// How one app registered itself.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = client_registrations)]
#[diesel(treat_none_as_default_value = false)]
pub struct Registration {
    /// The app.
    pub client_id: String,
    /// The digest of its registration access token.
    pub digest: String,
    /// The id of the initial access token it was registered with; `None` without one, in open mode.
    pub initial_token: Option<String>,
    /// Whether whoever registered it is trusted, so that no admin has to look at it.
    pub trusted: bool,
    /// When.
    pub created_at: Seconds,
    /// What an admin took from it, as [`crate::domain::client::Withheld`] writes it.
    pub withheld: Option<String>,
}

/// Stores how an app came.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, registration: &Registration) -> TxResult<()> {
    diesel::insert_into(client_registrations::table).values(registration).execute(conn)?;
    Ok(())
}

/// The registration that this token opens.
///
/// # Errors
/// Store errors.
pub fn by_token(conn: &mut Conn, digest: &Digest<RegistrationToken>) -> TxResult<Option<Registration>> {
    let row = client_registrations::table.filter(client_registrations::digest.eq(digest.as_str()));
    Ok(row.first(conn).optional()?)
}

/// How this app came, if it registered itself.
///
/// # Errors
/// Store errors.
pub fn of_client(conn: &mut Conn, client_id: &str) -> TxResult<Option<Registration>> {
    Ok(client_registrations::table.find(client_id).first(conn).optional()?)
}

/// Stores what an admin took from it.
///
/// # Errors
/// Store errors.
pub fn withhold(conn: &mut Conn, client_id: &str, withheld: Option<&str>) -> TxResult<()> {
    diesel::update(client_registrations::table.find(client_id))
        .set(client_registrations::withheld.eq(withheld))
        .execute(conn)?;
    Ok(())
}

/// Takes back that whoever registered it is trusted.
///
/// # Errors
/// Store errors.
pub fn distrust(conn: &mut Conn, client_id: &str) -> TxResult<()> {
    diesel::update(client_registrations::table.find(client_id))
        .set(client_registrations::trusted.eq(false))
        .execute(conn)?;
    Ok(())
}

/// How many apps came without an initial access token.
///
/// # Errors
/// Store errors.
pub fn count_open(conn: &mut Conn) -> TxResult<i64> {
    let open = client_registrations::table.filter(client_registrations::initial_token.is_null());
    Ok(open.count().get_result(conn)?)
}

/// Some apps that came without an initial access token before `before`, that no admin reviewed, and to
/// which nobody ever gave anything: no consent and no grant names them.
///
/// # Errors
/// Store errors.
pub fn unused(conn: &mut Conn, before: Seconds, most: i64) -> TxResult<Vec<String>> {
    use diesel::dsl::{exists, not};
    let old = client_registrations::initial_token.is_null().and(client_registrations::created_at.lt(before));
    let unreviewed = clients::table
        .filter(clients::id.eq(client_registrations::client_id))
        .filter(clients::unreviewed.eq(true));
    let consent = consents::table.filter(consents::client_id.eq(client_registrations::client_id));
    let grant = grants::table.filter(grants::client_id.eq(client_registrations::client_id));
    let ids = free_rows!(
        conn,
        client_registrations::table
            .filter(old)
            .filter(exists(unreviewed))
            .filter(not(exists(consent)))
            .filter(not(exists(grant)))
            .select(client_registrations::client_id)
            .limit(most)
    );
    Ok(ids)
}
