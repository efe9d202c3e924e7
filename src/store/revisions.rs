//! The history of configuration: who changed which client, person or key, from what to what.

use super::conn::Conn;
use super::fault::TxResult;
use super::schema::config_revisions;
use crate::base::clock::Clock;
use crate::base::id::ulid;
use crate::base::rng::Rng;
use diesel::prelude::*;

/// One change. `before` and `after` are JSON without secrets.
pub struct Change<'a> {
    /// Who did it: a user id, `cli`.
    pub actor: &'a str,
    /// `client`, `user`, ...
    pub kind: &'a str,
    /// Which one.
    pub target: &'a str,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// Stores a change, in the transaction that makes it.
///
/// # Errors
/// Store errors.
pub fn record(conn: &mut Conn, clock: &Clock, rng: &Rng, change: Change<'_>) -> TxResult<()> {
    diesel::insert_into(config_revisions::table)
        .values((
            config_revisions::id.eq(ulid(clock, rng)),
            config_revisions::at.eq(clock.now()),
            config_revisions::actor.eq(change.actor),
            config_revisions::kind.eq(change.kind),
            config_revisions::target.eq(change.target),
            config_revisions::before.eq(change.before),
            config_revisions::after.eq(change.after),
        ))
        .execute(conn)?;
    Ok(())
}

/// A stored change.
#[derive(Queryable, Clone, Debug)]
pub struct Row {
    /// Time-ordered.
    pub id: String,
    /// Seconds since 1970.
    pub at: i64,
    /// Who did it.
    pub actor: String,
    /// `client`, `user`, ...
    pub kind: String,
    /// Which one.
    pub target: String,
    /// What it was, JSON.
    pub before: Option<String>,
    /// What it is, JSON.
    pub after: Option<String>,
}

/// The newest changes, newest first.
///
/// # Errors
/// Store errors.
pub fn newest(conn: &mut Conn, most: i64) -> TxResult<Vec<Row>> {
    Ok(config_revisions::table.order(config_revisions::id.desc()).limit(most).load(conn)?)
}
