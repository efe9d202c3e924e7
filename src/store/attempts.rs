//! Half-done sign-ins. Each is finished once, by a guarded statement.

use super::conn::Conn;
use super::fault::{StoreError, TxResult};
use super::schema::login_attempts;
use crate::base::clock::Seconds;
use crate::base::id::{AttemptId, AuthorizationId, SessionId, UserId, VisitId};
use crate::domain::factor::{Attempt, Purpose, Stage};
use diesel::prelude::*;

/// Half-done sign-ins of one person at the most; the oldest make room.
const MOST: i64 = 50;

#[derive(Queryable, Insertable)]
#[diesel(table_name = login_attempts)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    id: String,
    browser: String,
    stage: String,
    user_id: String,
    session_id: Option<String>,
    amr: String,
    authorization_id: Option<String>,
    visit_id: Option<String>,
    switching: bool,
    purpose: String,
    failures: i64,
    created_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
}

impl Row {
    fn into_attempt(self) -> TxResult<Attempt> {
        let odd = || StoreError::inconsistent(format!("sign-in {} has no known stage", self.id));
        Ok(Attempt {
            stage: Stage::parse(&self.stage).ok_or_else(odd)?,
            id: AttemptId::from_stored(self.id),
            browser: self.browser,
            user_id: UserId::from_stored(self.user_id),
            session_id: self.session_id.map(SessionId::from_stored),
            amr: serde_json::from_str(&self.amr).map_err(StoreError::inconsistent)?,
            authorization_id: self.authorization_id.map(AuthorizationId::from_stored),
            visit_id: self.visit_id.map(VisitId::from_stored),
            switching: self.switching,
            purpose: Purpose::of(&self.purpose),
            created_at: self.created_at,
            expires_at: self.expires_at,
            ended_at: self.ended_at,
        })
    }
}

/// Stores one.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, attempt: &Attempt) -> TxResult<()> {
    let row = Row {
        id: attempt.id.to_string(),
        browser: attempt.browser.clone(),
        stage: attempt.stage.as_str().to_owned(),
        user_id: attempt.user_id.to_string(),
        session_id: attempt.session_id.as_ref().map(ToString::to_string),
        amr: serde_json::to_string(&attempt.amr).unwrap_or_else(|_| "[]".to_owned()),
        authorization_id: attempt.authorization_id.as_ref().map(ToString::to_string),
        visit_id: attempt.visit_id.as_ref().map(ToString::to_string),
        switching: attempt.switching,
        purpose: attempt.purpose.as_str().to_owned(),
        failures: 0,
        created_at: attempt.created_at,
        expires_at: attempt.expires_at,
        ended_at: attempt.ended_at,
    };
    diesel::insert_into(login_attempts::table).values(&row).execute(conn)?;
    let surplus: Vec<String> = login_attempts::table
        .filter(login_attempts::user_id.eq(attempt.user_id.as_str()))
        .order(login_attempts::id.desc())
        .offset(MOST)
        .limit(100)
        .select(login_attempts::id)
        .load(conn)?;
    if !surplus.is_empty() {
        diesel::delete(login_attempts::table.filter(login_attempts::id.eq_any(surplus))).execute(conn)?;
    }
    Ok(())
}

/// One by id, also one that is over; in whose browser it is asked for is the caller's to check.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, id: &str) -> TxResult<Option<Attempt>> {
    let row: Option<Row> = login_attempts::table.find(id).first(conn).optional()?;
    row.map(Row::into_attempt).transpose()
}

/// Finishes one, for exactly one caller (security row P2).
///
/// # Errors
/// Store errors.
pub fn consume(conn: &mut Conn, id: &AttemptId, now: Seconds) -> TxResult<bool> {
    let live = login_attempts::table
        .find(id.as_str())
        .filter(login_attempts::ended_at.is_null().and(login_attempts::expires_at.gt(now)));
    Ok(diesel::update(live).set(login_attempts::ended_at.eq(Some(now))).execute(conn)? == 1)
}

/// Counts a wrong answer; how many there were with it.
///
/// # Errors
/// Store errors.
pub fn count_failure(conn: &mut Conn, id: &AttemptId) -> TxResult<i64> {
    let counted: Option<i64> = diesel::update(login_attempts::table.find(id.as_str()))
        .set(login_attempts::failures.eq(login_attempts::failures + 1))
        .returning(login_attempts::failures)
        .get_result(conn)
        .optional()?;
    Ok(counted.unwrap_or(i64::MAX))
}

/// Takes away all of a person's but for one.
///
/// # Errors
/// Store errors.
pub fn end_others(conn: &mut Conn, user_id: &str, but: &str) -> TxResult<()> {
    let others = login_attempts::user_id.eq(user_id).and(login_attempts::id.ne(but));
    diesel::delete(login_attempts::table.filter(others)).execute(conn)?;
    Ok(())
}
