//! Keeps SQLite's write-ahead log short while it is written to. A file that is used again and again
//! costs a third of one that grows, and under steady load only the writer finds the moment to begin
//! it anew: between two batches.

use super::fault::StoreError;
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How often the log is looked at.
const EVERY: Duration = Duration::from_millis(100);
/// As many pages wait to be copied before it is done.
const COPY_FROM: i32 = 1024;
/// As many pages are in the log before it is begun anew.
const RESTART_FROM: i32 = 4096;

/// What the writer and the thread that copies know of the log.
#[derive(Default)]
pub struct Log {
    written: AtomicBool,
    pages: AtomicI32,
}

#[derive(QueryableByName)]
struct State {
    #[diesel(sql_type = Integer)]
    log: i32,
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

impl Log {
    /// A batch was committed. Between batches: begins the log anew when it is long and no reader
    /// needs it; one that does is not waited for.
    pub fn committed(&self, conn: &mut SqliteConnection) {
        self.written.store(true, Ordering::Relaxed);
        if self.pages.load(Ordering::Relaxed) < RESTART_FROM {
            return;
        }
        self.pages.store(0, Ordering::Relaxed);
        let restarted = conn.batch_execute("PRAGMA busy_timeout = 20; PRAGMA wal_checkpoint(RESTART);");
        let patient = conn.batch_execute("PRAGMA busy_timeout = 2000;");
        if let Err(error) = restarted.and(patient) {
            tracing::warn!(%error, "the write-ahead log could not be begun anew");
        }
    }

    /// Copies the log into the database from time to time, without anybody waiting, until the writer is gone.
    pub fn copy(&self, mut conn: SqliteConnection, writer_gone: &Receiver<()>) {
        while let Err(RecvTimeoutError::Timeout) = writer_gone.recv_timeout(EVERY) {
            if self.written.swap(false, Ordering::Relaxed)
                && let Err(error) = self.look(&mut conn)
            {
                tracing::warn!(%error, "checkpoint failed");
            }
        }
    }

    fn look(&self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        let state: State = diesel::sql_query("PRAGMA wal_checkpoint(NOOP)").get_result(conn)?;
        if state.log.saturating_sub(state.checkpointed) > COPY_FROM {
            conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE);")?;
        }
        self.pages.store(state.log, Ordering::Relaxed);
        Ok(())
    }
}

/// Copies the whole log and cuts it to nothing, when nothing more is written.
///
/// # Errors
/// Store errors.
pub fn truncate(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);").map_err(StoreError::from)
}
