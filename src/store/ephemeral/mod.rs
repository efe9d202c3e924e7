//! Counters that may be lost: how much a name has used up of what it may have in a while. In the memory of each node, in
//! Redis for all of them together, or in the database. When Redis does not answer, each node counts in its memory: no
//! limit is gone and nobody is stopped (security row S1, promise Z10). What protects secrets is never here but in the
//! database alone.

mod memory;
mod redis;

use super::db::Db;
use super::fault::{Fault, TxResult};
use super::paces;
use crate::base::clock::Seconds;
use crate::base::secret::Secret;
use crate::protocol::refusal::{Check, Refusal};
use memory::Memory;
use redis::Redis;
use std::sync::{Arc, Mutex, PoisonError};

/// One of what `name` may have `most` of in `window` seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    /// Whose; a MAC where it leaves this process.
    pub name: String,
    /// How many there are.
    pub most: u32,
    /// The while, seconds.
    pub window: Seconds,
}

/// Why it could not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Which of those that were asked for.
    pub which: usize,
    /// Until one comes back, microseconds.
    pub micros: i64,
}

impl Take {
    /// Until one comes back, microseconds.
    pub(super) fn each(&self) -> i64 {
        self.window_micros().checked_div(i64::from(self.most)).unwrap_or(1).max(1)
    }

    pub(super) fn window_micros(&self) -> i64 {
        self.window.saturating_mul(1_000_000)
    }

    /// How long to wait where all will have come back at `full_at`, microseconds; none is 0 or less.
    pub(super) fn wait(&self, full_at: i64, now: i64) -> i64 {
        full_at.saturating_add(self.each()).saturating_sub(now.saturating_add(self.window_micros()))
    }
}

impl Wait {
    /// Whole seconds, at least one.
    pub fn seconds(self) -> Seconds {
        self.micros.saturating_add(999_999).checked_div(1_000_000).unwrap_or(1).max(1)
    }
}

/// Where is counted.
pub enum Place {
    /// On each node.
    Memory,
    /// In the database, which costs a write for each.
    Database(Db),
    /// In Redis at this address.
    Redis(Secret),
}

/// The counters; cheap to clone.
#[derive(Clone)]
pub struct Ephemeral(Arc<Inner>);

struct Inner {
    memory: Mutex<Memory>,
    database: Option<Db>,
    redis: Option<Redis>,
}

impl Ephemeral {
    /// Opens them. Redis is called when first needed: a server starts without it.
    ///
    /// # Errors
    /// An address that is none, or a thread that cannot be started.
    pub fn open(place: Place) -> Result<Self, String> {
        let (database, redis) = match place {
            Place::Memory => (None, None),
            Place::Database(db) => (Some(db), None),
            Place::Redis(url) => (None, Some(Redis::start(&url)?)),
        };
        Ok(Self(Arc::new(Inner { memory: Mutex::default(), database, redis })))
    }

    /// Takes one of each, or none; `now_ms` is the time on this node, milliseconds.
    ///
    /// # Errors
    /// Which one is used up, and until when.
    pub async fn take(&self, takes: Vec<Take>, now_ms: i64) -> Result<(), Wait> {
        let now = now_ms.saturating_mul(1000);
        // Also where all nodes count together: what this one alone has let through is enough to say no.
        self.in_memory(&takes, now)?;
        if let Some(redis) = &self.0.redis {
            return redis.take(takes).await.unwrap_or(Ok(()));
        }
        let Some(db) = &self.0.database else { return Ok(()) };
        match db.write(move |conn| in_database(conn, &takes, now)).await {
            Ok(outcome) => outcome,
            // The node's own count stands.
            Err(_) => Ok(()),
        }
    }

    /// [`Ephemeral::take`] in the memory of this node alone.
    ///
    /// # Errors
    /// As [`Ephemeral::take`].
    fn in_memory(&self, takes: &[Take], now: i64) -> Result<(), Wait> {
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner).take(takes, now)
    }
}

/// All or none: when one is used up, what was taken before it is given back.
fn in_database(conn: &mut super::Conn, takes: &[Take], now: i64) -> TxResult<Result<(), Wait>> {
    use diesel::Connection as _;
    let mut wait = None;
    let outcome = conn.transaction(|conn| match paces::take(conn, takes, now)? {
        Ok(()) => Ok(()),
        Err(found) => {
            wait = Some(found);
            Err(Fault::from(Refusal::new(Check::TooManyRequests)))
        }
    });
    match (outcome, wait) {
        (_, Some(wait)) => Ok(Err(wait)),
        (Ok(()), None) => Ok(Ok(())),
        (Err(fault), None) => Err(fault),
    }
}
