//! Sign-in sessions; the cookie's value is known only as a digest.

use super::conn::{AnyConn, Conn, hold_rows, on_each, take_rows};
use super::fault::{StoreError, TxResult};
use super::schema::{sessions, users};
use super::users::Row as UserRow;
use crate::base::clock::Seconds;
use crate::base::id::{SessionId, UserId};
use crate::base::secret::{Digest, SessionSecret};
use crate::domain::session::{AuthContext, Session};
use crate::domain::user::User;
use diesel::prelude::*;

/// The stored form; also what joins return.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
#[diesel(treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    digest: String,
    user_id: String,
    auth_time: i64,
    amr: String,
    acr: String,
    user_agent: String,
    ip: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    remembered: bool,
}

impl Row {
    pub(super) fn into_session(self) -> TxResult<Session> {
        Ok(Session {
            id: SessionId::from_stored(self.id),
            user_id: UserId::from_stored(self.user_id),
            auth: AuthContext {
                auth_time: self.auth_time,
                amr: serde_json::from_str(&self.amr).map_err(StoreError::inconsistent)?,
                acr: self.acr,
            },
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
            expires_at: self.expires_at,
            ended_at: self.ended_at,
            user_agent: self.user_agent,
            ip: self.ip,
            remembered: self.remembered,
        })
    }
}

/// Stores a new session under the digest of its cookie.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, session: &Session, digest: &Digest<SessionSecret>) -> TxResult<()> {
    let row = Row {
        id: session.id.to_string(),
        digest: digest.as_str().to_owned(),
        user_id: session.user_id.to_string(),
        auth_time: session.auth.auth_time,
        amr: serde_json::to_string(&session.auth.amr).unwrap_or_else(|_| "[]".to_owned()),
        acr: session.auth.acr.clone(),
        user_agent: session.user_agent.clone(),
        ip: session.ip.clone(),
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at,
        ended_at: session.ended_at,
        remembered: session.remembered,
    };
    diesel::insert_into(sessions::table).values(&row).execute(conn)?;
    Ok(())
}

/// The session of a cookie and its person; whether both are live is decided by the caller.
///
/// # Errors
/// Store errors.
pub fn find_by_digest(conn: &mut Conn, digest: &Digest<SessionSecret>) -> TxResult<Option<(Session, User)>> {
    let row: Option<(Row, UserRow)> = on_each!(conn, inner => sessions::table
        .inner_join(users::table)
        .filter(sessions::digest.eq(digest.as_str()))
        .select((Row::as_select(), UserRow::as_select()))
        .get_result(inner)
        .optional())?;
    row.map(|(session, user)| Ok((session.into_session()?, user.into_user()?))).transpose()
}

/// A session by id.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, id: &str) -> TxResult<Option<Session>> {
    let row: Option<Row> = sessions::table.find(id).first(conn).optional()?;
    row.map(Row::into_session).transpose()
}

/// A person's sessions that were not ended, newest first.
///
/// # Errors
/// Store errors.
pub fn of_user(conn: &mut Conn, user_id: &str, now: Seconds) -> TxResult<Vec<Session>> {
    let rows: Vec<Row> = sessions::table
        .filter(
            sessions::user_id.eq(user_id).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now)),
        )
        .order(sessions::id.desc())
        .limit(200)
        .load(conn)?;
    rows.into_iter().map(Row::into_session).collect()
}

/// All sessions that were not ended, newest first, for commands.
///
/// # Errors
/// Store errors.
pub fn live(conn: &mut Conn, now: Seconds, most: i64) -> TxResult<Vec<Session>> {
    let rows: Vec<Row> = sessions::table
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(now)))
        .order(sessions::id.desc())
        .limit(most)
        .load(conn)?;
    rows.into_iter().map(Row::into_session).collect()
}

/// Notes that a session is in use; slides its idle limit.
///
/// # Errors
/// Store errors.
pub fn touch(conn: &mut Conn, id: &str, now: Seconds) -> TxResult<()> {
    diesel::update(sessions::table.find(id).filter(sessions::last_seen_at.lt(now)))
        .set(sessions::last_seen_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Renews a live session after another sign-in: a new cookie digest, the old one opens nothing. Its
/// end stays where it was: a limit that is absolute (OWASP ASVS 7.3.2) is one because nothing moves it.
///
/// # Errors
/// Store errors.
pub fn renew(conn: &mut Conn, session: &Session, digest: &Digest<SessionSecret>) -> TxResult<bool> {
    let changed =
        diesel::update(sessions::table.find(session.id.as_str()).filter(sessions::ended_at.is_null()))
            .set((
                sessions::digest.eq(digest.as_str()),
                sessions::auth_time.eq(session.auth.auth_time),
                sessions::amr
                    .eq(serde_json::to_string(&session.auth.amr).unwrap_or_else(|_| "[]".to_owned())),
                sessions::acr.eq(&session.auth.acr),
                sessions::last_seen_at.eq(session.last_seen_at),
                sessions::remembered.eq(session.remembered),
            ))
            .execute(conn)?;
    Ok(changed == 1)
}

/// Whoever would end this session waits until COMMIT, and then ends what was given in it as well.
///
/// # Errors
/// Store errors.
pub fn hold(conn: &mut Conn, id: &str) -> TxResult<()> {
    hold_rows!(conn, sessions::table.find(id).select(sessions::id));
    Ok(())
}

/// Waits for what is being given in the live sessions of a person ([`hold`]), so that it is seen.
///
/// # Errors
/// Store errors.
pub fn take_all(conn: &mut Conn, user_id: &str) -> TxResult<()> {
    let mine = sessions::user_id.eq(user_id).and(sessions::ended_at.is_null());
    let ids = sessions::table.filter(mine).order(sessions::id).select(sessions::id);
    if let AnyConn::Postgres(inner) = conn {
        // Not against what only refers to them, as the forgetting of grants does.
        let _taken: Vec<String> = ids.for_no_key_update().load(inner)?;
    }
    Ok(())
}

/// Ends a session; `true` for the one that ended it.
///
/// # Errors
/// Store errors.
pub fn end(conn: &mut Conn, id: &str, now: Seconds) -> TxResult<bool> {
    let ended = diesel::update(sessions::table.find(id).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(Some(now)))
        .execute(conn)?;
    Ok(ended == 1)
}

/// Ends all sessions of a person, but for one; the ids of those ended.
///
/// # Errors
/// Store errors.
pub fn end_all(conn: &mut Conn, user_id: &str, but: Option<&str>, now: Seconds) -> TxResult<Vec<String>> {
    let live = sessions::user_id.eq(user_id).and(sessions::ended_at.is_null());
    let mine = live.and(sessions::id.ne(but.unwrap_or("")));
    take_rows!(conn, sessions::table.filter(mine).order(sessions::id).select(sessions::id));
    Ok(diesel::update(sessions::table.filter(mine))
        .set(sessions::ended_at.eq(Some(now)))
        .returning(sessions::id)
        .get_results(conn)?)
}

/// Ends a person's oldest live sessions beyond `most` (security row N2); the ids of those ended.
///
/// # Errors
/// Store errors.
pub fn end_beyond(conn: &mut Conn, user_id: &str, most: i64, now: Seconds) -> TxResult<Vec<String>> {
    let live = sessions::user_id.eq(user_id).and(sessions::ended_at.is_null());
    let mut surplus: Vec<String> = sessions::table
        .filter(live)
        .order(sessions::id.desc())
        .offset(most)
        .limit(100)
        .select(sessions::id)
        .load(conn)?;
    // In the order in which everybody takes them.
    surplus.reverse();
    for id in &surplus {
        end(conn, id, now)?;
    }
    Ok(surplus)
}
