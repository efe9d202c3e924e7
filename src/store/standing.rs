//! What the issuance gate asks about (client, person, session, consent), read in one statement.

use super::conn::{Conn, on_each};
use super::fault::TxResult;
use super::grants::Row as GrantRow;
use super::schema::{clients, consents, grants, sessions, users};
use super::sessions::Row as SessionRow;
use super::users::Row as UserRow;
use crate::base::clock::Seconds;
use crate::domain::grant::Grant;
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::protocol::scope::Scope;
use diesel::prelude::*;

/// What is stored now about those a token would be made for. Whether they are live is decided by the gate.
pub struct Standing {
    /// The revision of the client. Whoever holds a snapshot of the same revision holds what is stored.
    pub revision: i64,
    /// Since when there is this client under its id, seconds since 1970.
    pub client_since: Seconds,
    /// The person.
    pub user: Option<User>,
    /// The session.
    pub session: Option<Session>,
    /// What the person agreed to for this client: scopes, and claims beyond them.
    pub consent: Option<(Scope, Vec<String>)>,
}

/// Scopes and claims of a consent.
type Agreed = (Option<String>, Option<String>);
type Found = (i64, Seconds, Option<UserRow>, Option<SessionRow>, Agreed);

/// How an enabled client, a person and a session stand; `None` when the client is disabled or gone.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, client_id: &str, user_id: &str, session_id: &str) -> TxResult<Option<Standing>> {
    let found: Option<Found> = on_each!(conn, inner => clients::table
        .left_join(users::table.on(users::id.eq(user_id.to_owned())))
        .left_join(sessions::table.on(sessions::id.eq(session_id.to_owned())))
        .left_join(consents::table.on(consents::user_id.eq(user_id.to_owned()).and(consents::client_id.eq(clients::id))))
        .filter(clients::id.eq(client_id).and(clients::enabled.eq(true)))
        .select((
            clients::revision,
            clients::created_at,
            Option::<UserRow>::as_select(),
            Option::<SessionRow>::as_select(),
            (consents::scope.nullable(), consents::claims.nullable()),
        ))
        .get_result(inner)
        .optional())?;
    let Some((revision, client_since, user, session, (scope, claims))) = found else { return Ok(None) };
    let claims = claims.map(|names| names.split(' ').map(str::to_owned).collect()).unwrap_or_default();
    Ok(Some(Standing {
        revision,
        client_since,
        user: user.map(UserRow::into_user).transpose()?,
        session: session.map(SessionRow::into_session).transpose()?,
        consent: scope.as_deref().map(|scope| (Scope::from_stored(scope), claims)),
    }))
}

/// A client's own grant, and when it may be forgotten, seconds since 1970.
pub type Own = (Grant, Seconds);

/// The revision of an enabled client, and the live grant it has for itself with when that may be
/// forgotten; `None` when the client is disabled or gone.
///
/// # Errors
/// Store errors.
pub fn find_machine(conn: &mut Conn, client_id: &str) -> TxResult<Option<(i64, Option<Own>)>> {
    let own =
        grants::client_id.eq(clients::id).and(grants::user_id.is_null()).and(grants::ended_at.is_null());
    let found: Option<(i64, Option<GrantRow>)> = on_each!(conn, inner => clients::table
        .left_join(grants::table.on(own))
        .filter(clients::id.eq(client_id).and(clients::enabled.eq(true)))
        .order(grants::id.desc())
        .select((clients::revision, Option::<GrantRow>::as_select()))
        .first(inner)
        .optional())?;
    let Some((revision, grant)) = found else { return Ok(None) };
    let own = grant.map(|grant| (grant.forget_after(), grant));
    let own = own.map(|(forget_after, grant)| grant.into_grant().map(|grant| (grant, forget_after)));
    Ok(Some((revision, own.transpose()?)))
}

/// The revision of an enabled client; `None` when it is disabled or gone.
///
/// # Errors
/// Store errors.
pub fn find_client(conn: &mut Conn, client_id: &str) -> TxResult<Option<i64>> {
    Ok(on_each!(conn, inner => clients::table
        .filter(clients::id.eq(client_id).and(clients::enabled.eq(true)))
        .select(clients::revision)
        .get_result(inner)
        .optional())?)
}
