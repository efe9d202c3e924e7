//! Why requests were refused: a bounded, short-lived record.

use super::conn::{Conn, take_rows};
use super::fault::TxResult;
use super::schema::flow_traces;
use crate::base::clock::Seconds;
use diesel::prelude::*;

/// A stored trace.
#[derive(Queryable, Insertable, Clone, Debug)]
#[diesel(table_name = flow_traces)]
#[diesel(treat_none_as_default_value = false)]
pub struct Row {
    /// The trace id.
    pub id: String,
    /// When.
    pub at: i64,
    /// Whose request, if it is known.
    pub client_id: Option<String>,
    /// Which endpoint.
    pub route: String,
    /// The refusal's code, or `ok`.
    pub code: String,
    /// The steps, JSON.
    pub story: String,
}

/// Stores a trace.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, row: &Row) -> TxResult<()> {
    diesel::insert_into(flow_traces::table).values(row).execute(conn)?;
    Ok(())
}

/// A trace by id.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, id: &str) -> TxResult<Option<Row>> {
    Ok(flow_traces::table.find(id).first(conn).optional()?)
}

/// The newest traces.
///
/// # Errors
/// Store errors.
pub fn newest(conn: &mut Conn, most: i64) -> TxResult<Vec<Row>> {
    Ok(flow_traces::table.order(flow_traces::id.desc()).limit(most).load(conn)?)
}

/// Forgets those older than `before`, and the oldest beyond `most` rows.
///
/// # Errors
/// Store errors.
pub fn prune(conn: &mut Conn, before: Seconds, most: i64) -> TxResult<()> {
    let ids = flow_traces::table.order(flow_traces::id).select(flow_traces::id);
    take_rows!(conn, ids.filter(flow_traces::at.lt(before)));
    diesel::delete(flow_traces::table.filter(flow_traces::at.lt(before))).execute(conn)?;
    let edge: Option<String> = flow_traces::table
        .order(flow_traces::id.desc())
        .offset(most)
        .select(flow_traces::id)
        .first(conn)
        .optional()?;
    if let Some(edge) = edge {
        take_rows!(conn, ids.filter(flow_traces::id.le(edge.clone())));
        diesel::delete(flow_traces::table.filter(flow_traces::id.le(edge))).execute(conn)?;
    }
    Ok(())
}
