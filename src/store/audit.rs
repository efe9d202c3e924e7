//! Audit rows, written in the transaction of the change they record (security row V10).

use super::conn::{Conn, on_each, take_rows};
use super::fault::TxResult;
use super::schema::audit_events;
use crate::base::clock::{Clock, Seconds};
use crate::base::id::ulid;
use crate::base::rng::Rng;
use crate::domain::audit::Event;
use diesel::prelude::*;

/// Events a batch forgets at the most.
const BATCH: i64 = 500;

/// A stored event.
#[derive(Queryable, Insertable, Clone, Debug)]
#[diesel(table_name = audit_events)]
#[diesel(treat_none_as_default_value = false)]
pub struct Row {
    /// Time-ordered.
    pub id: String,
    /// Seconds since 1970.
    pub at: i64,
    /// `noun.verb`.
    pub kind: String,
    /// The person it is about.
    pub user_id: Option<String>,
    /// The client it is about.
    pub client_id: Option<String>,
    /// The thing it is about.
    pub target: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
    /// The request.
    pub trace_id: Option<String>,
    /// Short text.
    pub detail: Option<String>,
}

/// Stores an event; when it cannot be stored the change fails with it.
///
/// # Errors
/// Store errors.
pub fn record(conn: &mut Conn, clock: &Clock, rng: &Rng, event: Event) -> TxResult<()> {
    let row = Row {
        id: ulid(clock, rng),
        at: clock.now(),
        kind: event.kind.to_owned(),
        user_id: event.user_id,
        client_id: event.client_id,
        target: event.target,
        actor: event.actor,
        trace_id: event.trace_id,
        detail: event.detail,
    };
    on_each!(conn, inner => diesel::insert_into(audit_events::table).values(&row).execute(inner))?;
    Ok(())
}

/// The newest events, newest first.
///
/// # Errors
/// Store errors.
pub fn newest(conn: &mut Conn, most: i64) -> TxResult<Vec<Row>> {
    Ok(audit_events::table.order(audit_events::id.desc()).limit(most).load(conn)?)
}

/// Forgets events older than `before`, the oldest first, at most a batch; how many went.
///
/// # Errors
/// Store errors.
pub fn prune(conn: &mut Conn, before: Seconds) -> TxResult<usize> {
    // Ids are in the order of time: the oldest are found without an index of their own.
    let oldest: Vec<(String, i64)> = audit_events::table
        .order(audit_events::id)
        .limit(BATCH)
        .select((audit_events::id, audit_events::at))
        .load(conn)?;
    let gone: Vec<String> = oldest.into_iter().filter(|(_, at)| *at < before).map(|(id, _)| id).collect();
    remove(conn, &gone)
}

/// Where events of one kind are looked for, and what was found.
pub struct Found {
    /// The oldest ones of the kind, at most a batch.
    pub ids: Vec<String>,
    /// Up to here all were looked at; where to go on.
    pub up_to: Option<String>,
}

/// Events of `kind` that are older than `before`, among the next ones after the event `after`. Who goes
/// on from where it was looks at each event once, and the kind needs no index, which every event
/// would have to be written to.
///
/// # Errors
/// Store errors.
pub fn next_of_kind(conn: &mut Conn, kind: &str, after: &str, before: Seconds) -> TxResult<Found> {
    let next: Vec<(String, i64, String)> = audit_events::table
        .filter(audit_events::id.gt(after))
        .order(audit_events::id)
        .limit(BATCH)
        .select((audit_events::id, audit_events::at, audit_events::kind))
        .load(conn)?;
    let old: Vec<_> = next.into_iter().take_while(|(_, at, _)| *at < before).collect();
    let up_to = old.last().map(|(id, ..)| id.clone());
    let ids = old.into_iter().filter(|(_, _, of)| of == kind).map(|(id, ..)| id).collect();
    Ok(Found { ids, up_to })
}

/// Forgets these events; how many went.
///
/// # Errors
/// Store errors.
pub fn remove(conn: &mut Conn, ids: &[String]) -> TxResult<usize> {
    if ids.is_empty() {
        return Ok(0);
    }
    let these = || audit_events::table.filter(audit_events::id.eq_any(ids));
    take_rows!(conn, these().order(audit_events::id).select(audit_events::id));
    Ok(diesel::delete(these()).execute(conn)?)
}

/// How many events of this kind exist; for tests and reports.
///
/// # Errors
/// Store errors.
pub fn count_kind(conn: &mut Conn, kind: &str) -> TxResult<i64> {
    Ok(audit_events::table.filter(audit_events::kind.eq(kind)).count().get_result(conn)?)
}
