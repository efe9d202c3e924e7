//! The outbox: what clients are still to be told. A row is written in the transaction of the change it
//! tells of, so that it is never forgotten; whoever takes one up holds it by a lease, so that of many
//! nodes one delivers, and another takes over when that one dies.

use super::conn::Conn;
use super::fault::{StoreError, TxResult};
use super::schema::{clients, outbox};
use crate::base::clock::Seconds;
use crate::base::id::{ClientId, DeliveryId, SessionId, UserId};
use crate::domain::delivery::{Delivery, Notice, Outcome};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// The one kind there is.
const BACKCHANNEL_LOGOUT: &str = "backchannel_logout";

#[derive(Queryable, Insertable)]
#[diesel(table_name = outbox)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    id: String,
    kind: String,
    client_id: String,
    payload: String,
    jti: String,
    created_at: i64,
    expires_at: i64,
    next_at: i64,
    attempts: i64,
    ended_at: Option<i64>,
    outcome: Option<String>,
    last_error: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct LogoutPayload {
    user_id: String,
    sid: String,
}

impl Row {
    fn into_delivery(self) -> TxResult<Delivery> {
        let unknown = |what: String| StoreError::inconsistent(format!("outbox row {}: {what}", self.id));
        let notice = match self.kind.as_str() {
            BACKCHANNEL_LOGOUT => {
                let told: LogoutPayload =
                    serde_json::from_str(&self.payload).map_err(|error| unknown(error.to_string()))?;
                Notice::BackchannelLogout {
                    user_id: UserId::from_stored(told.user_id),
                    session_id: SessionId::from_stored(told.sid),
                }
            }
            other => return Err(unknown(format!("kind {other}")).into()),
        };
        let outcome = match self.outcome.as_deref() {
            None => None,
            Some(text) => Some(Outcome::parse(text).ok_or_else(|| unknown(format!("outcome {text}")))?),
        };
        Ok(Delivery {
            notice,
            outcome,
            id: DeliveryId::from_stored(self.id),
            client_id: ClientId::from_stored(self.client_id),
            jti: self.jti,
            created_at: self.created_at,
            expires_at: self.expires_at,
            next_at: self.next_at,
            attempts: self.attempts,
            ended_at: self.ended_at,
            last_error: self.last_error,
        })
    }
}

/// Puts something in, in the transaction of what it tells of.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, delivery: &Delivery) -> TxResult<()> {
    let Notice::BackchannelLogout { user_id, session_id } = &delivery.notice;
    let told = LogoutPayload { user_id: user_id.to_string(), sid: session_id.to_string() };
    let row = Row {
        id: delivery.id.to_string(),
        kind: BACKCHANNEL_LOGOUT.to_owned(),
        client_id: delivery.client_id.to_string(),
        payload: serde_json::to_string(&told).map_err(StoreError::inconsistent)?,
        jti: delivery.jti.clone(),
        created_at: delivery.created_at,
        expires_at: delivery.expires_at,
        next_at: delivery.next_at,
        attempts: delivery.attempts,
        ended_at: delivery.ended_at,
        outcome: delivery.outcome.map(|outcome| outcome.as_str().to_owned()),
        last_error: delivery.last_error.clone(),
    };
    diesel::insert_into(outbox::table).values(&row).execute(conn)?;
    Ok(())
}

/// Which of what is due.
#[derive(Clone)]
pub struct Lane {
    /// For clients that registered themselves and nobody reviewed, or for all the others.
    pub unreviewed: bool,
    /// Only what was never tried.
    pub fresh: bool,
    /// Nothing for these clients.
    pub but: Vec<String>,
}

/// What is due at `now`, the longest due first: its name and its client.
///
/// # Errors
/// Store errors.
pub fn due(conn: &mut Conn, now: Seconds, lane: &Lane, most: i64) -> TxResult<Vec<(String, String)>> {
    use diesel::dsl::{exists, not};
    let unreviewed =
        exists(clients::table.filter(clients::id.eq(outbox::client_id)).filter(clients::unreviewed.eq(true)));
    let due = outbox::table
        .filter(outbox::ended_at.is_null().and(outbox::next_at.le(now)))
        .filter(outbox::client_id.ne_all(&lane.but))
        .order(outbox::next_at)
        .limit(most)
        .select((outbox::id, outbox::client_id));
    let untried = outbox::attempts.eq(0);
    Ok(match (lane.unreviewed, lane.fresh) {
        (true, true) => due.filter(untried.and(unreviewed)).load(conn)?,
        (true, false) => due.filter(unreviewed).load(conn)?,
        (false, true) => due.filter(untried.and(not(unreviewed))).load(conn)?,
        (false, false) => due.filter(not(unreviewed)).load(conn)?,
    })
}

/// Takes one up until `lease_until`, for exactly one of many; the delivery as it is now.
///
/// # Errors
/// Store errors.
pub fn claim(conn: &mut Conn, id: &str, now: Seconds, lease_until: Seconds) -> TxResult<Option<Delivery>> {
    let due = outbox::ended_at.is_null().and(outbox::next_at.le(now));
    let row: Option<Row> = diesel::update(outbox::table.find(id).filter(due))
        .set((outbox::attempts.eq(outbox::attempts + 1), outbox::next_at.eq(lease_until)))
        .returning(outbox::all_columns)
        .get_result(conn)
        .optional()?;
    row.map(Row::into_delivery).transpose()
}

/// Puts off the try that `claimed` was; whoever took over meanwhile is not disturbed.
///
/// # Errors
/// Store errors.
pub fn put_off(conn: &mut Conn, claimed: &Delivery, next_at: Seconds, error: &str) -> TxResult<bool> {
    let mine = outbox::ended_at.is_null().and(outbox::attempts.eq(claimed.attempts));
    let changed = diesel::update(outbox::table.find(claimed.id.as_str()).filter(mine))
        .set((outbox::next_at.eq(next_at), outbox::last_error.eq(Some(error))))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Gives back what was taken up and not tried: it is as if nobody had taken it up, until `next_at`.
///
/// # Errors
/// Store errors.
pub fn give_back(conn: &mut Conn, claimed: &Delivery, next_at: Seconds, why: &str) -> TxResult<bool> {
    let mine = outbox::ended_at.is_null().and(outbox::attempts.eq(claimed.attempts));
    let untried = (outbox::attempts.eq(outbox::attempts - 1), outbox::next_at.eq(next_at));
    let changed = diesel::update(outbox::table.find(claimed.id.as_str()).filter(mine))
        .set((untried, outbox::last_error.eq(Some(why))))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Brings it to its end, for exactly one caller; `error` is kept beside what was known.
///
/// # Errors
/// Store errors.
pub fn end(
    conn: &mut Conn,
    id: &str,
    (outcome, now): (Outcome, Seconds),
    error: Option<&str>,
) -> TxResult<bool> {
    let open = outbox::table.find(id).filter(outbox::ended_at.is_null());
    let ended = (outbox::ended_at.eq(Some(now)), outbox::outcome.eq(Some(outcome.as_str())));
    let changed = match error {
        Some(error) => diesel::update(open).set((ended, outbox::last_error.eq(Some(error)))).execute(conn)?,
        None => diesel::update(open).set(ended).execute(conn)?,
    };
    Ok(changed == 1)
}

/// Which deliveries to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this client's.
    pub client_id: Option<String>,
    /// Only those that are still to be made.
    pub open: bool,
    /// At the most.
    pub most: i64,
}

/// The newest deliveries, newest first.
///
/// # Errors
/// Store errors.
pub fn list(conn: &mut Conn, filter: &Filter) -> TxResult<Vec<Delivery>> {
    let mut all = outbox::table.order(outbox::id.desc()).limit(filter.most).into_boxed();
    if let Some(client) = &filter.client_id {
        all = all.filter(outbox::client_id.eq(client));
    }
    if filter.open {
        all = all.filter(outbox::ended_at.is_null());
    }
    let rows: Vec<Row> = all.load(conn)?;
    rows.into_iter().map(Row::into_delivery).collect()
}
