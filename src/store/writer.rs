//! The one SQLite writer: jobs that wait together share one transaction and one sync to disk
//! (group commit), each in a savepoint of its own, and are answered after COMMIT.

use super::conn::{AnyConn, Manager, Use};
use super::fault::StoreError;
use super::sqlite::{self, BeginJob, KeepJob};
use diesel::connection::SimpleConnection as _;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{Connection as _, SqliteConnection};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

/// The most jobs in one transaction.
const BATCH: usize = 64;
/// The most jobs that may wait; beyond, callers are told to come back.
const QUEUE: usize = 4096;
/// Above this the log is cut between batches, bytes.
const WAL_LIMIT: u64 = 64 * 1024 * 1024;
/// How often the checkpoint thread looks.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(250);
/// Below this the log is left alone, bytes.
const CHECKPOINT_FROM: u64 = 4 * 1024 * 1024;

/// A unit of work for the writer.
pub trait Job: Send {
    /// Does the work; `true` when it is to be kept.
    fn run(&mut self, conn: &mut AnyConn) -> bool;
    /// Tells the caller, after COMMIT or after it failed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// The way to the writer's thread; the thread ends when all are gone.
#[derive(Clone)]
pub struct Writer(SyncSender<Box<dyn Job>>);

impl Writer {
    /// Starts the writer and the checkpoint thread.
    ///
    /// # Errors
    /// When the database cannot be opened or a thread cannot be started.
    pub fn start(manager: &Manager, path: &Path) -> Result<Self, StoreError> {
        let conn = manager.open()?;
        let checkpoints = sqlite::open(path, Use::Write)?;
        let (sender, receiver) = sync_channel::<Box<dyn Job>>(QUEUE);
        let (alive, writer_gone) = sync_channel::<()>(0);
        let writer = Loop { conn, wal: path.to_path_buf(), _alive: alive };
        spawn("latchkey-writer", move || writer.run(&receiver))?;
        let file = path.to_path_buf();
        spawn("latchkey-checkpoint", move || checkpoint_loop(checkpoints, &file, &writer_gone))?;
        Ok(Self(sender))
    }

    /// Hands a job over; it is answered with an error when the queue is full or the writer gone.
    pub fn send(&self, job: Box<dyn Job>) {
        match self.0.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(job)) => {
                job.answer(Err(StoreError::unavailable("the write queue is full")));
            }
            Err(TrySendError::Disconnected(job)) => {
                job.answer(Err(StoreError::unavailable("the writer has stopped")));
            }
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map(|_| ()).map_err(StoreError::unavailable)
}

struct Loop {
    conn: AnyConn,
    wal: PathBuf,
    /// Dropped with the loop, which ends the checkpoint thread.
    _alive: SyncSender<()>,
}

impl Loop {
    fn run(mut self, jobs: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = Vec::with_capacity(8);
            batch.push(first);
            let outcome = self.transaction(&mut batch, jobs);
            for job in batch {
                job.answer(outcome.clone());
            }
            if sqlite::wal_bytes(&self.wal) > WAL_LIMIT {
                self.cut_log();
            }
        }
        self.cut_log();
    }

    /// One transaction for the first job and all that wait behind it, in the order they came.
    fn transaction(
        &mut self,
        batch: &mut Vec<Box<dyn Job>>,
        jobs: &Receiver<Box<dyn Job>>,
    ) -> Result<(), StoreError> {
        self.conn.batch_execute("BEGIN IMMEDIATE")?;
        let mut done = 0;
        while let Some(job) = batch.get_mut(done) {
            if let Err(error) = savepoint(&mut self.conn, job.as_mut()) {
                let _rolled_back = self.conn.batch_execute("ROLLBACK");
                return Err(error);
            }
            done += 1;
            if done == batch.len()
                && done < BATCH
                && let Some(next) = waiting(jobs)
            {
                batch.push(next);
            }
        }
        self.conn.batch_execute("COMMIT").map_err(|error| {
            let _rolled_back = self.conn.batch_execute("ROLLBACK");
            StoreError::from(error)
        })
    }

    fn cut_log(&mut self) {
        if let AnyConn::Sqlite(conn) = &mut self.conn
            && let Err(error) = sqlite::checkpoint_truncate(conn)
        {
            tracing::warn!(%error, "the write-ahead log could not be cut");
        }
    }
}

/// The next job that waits. Before giving up, lets the requests that are ready on this core hand
/// in their jobs: the sync to disk that follows is the dear part, and they can share it.
fn waiting(jobs: &Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
    jobs.try_recv().ok().or_else(|| {
        std::thread::yield_now();
        jobs.try_recv().ok()
    })
}

/// Runs one job; what it did is undone when it refuses or panics.
fn savepoint(conn: &mut AnyConn, job: &mut dyn Job) -> Result<(), StoreError> {
    execute(conn, &BeginJob)?;
    if catch_unwind(AssertUnwindSafe(|| job.run(conn))).unwrap_or(false) {
        execute(conn, &KeepJob)
    } else {
        Ok(conn.batch_execute(sqlite::DROP_JOB)?)
    }
}

fn execute(conn: &mut AnyConn, verb: &(impl QueryFragment<Sqlite> + QueryId)) -> Result<(), StoreError> {
    let AnyConn::Sqlite(conn) = conn else { return Err(StoreError::inconsistent("the writer is SQLite's")) };
    conn.execute_returning_count(verb)?;
    Ok(())
}

fn checkpoint_loop(mut conn: SqliteConnection, path: &Path, writer_gone: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = writer_gone.recv_timeout(CHECKPOINT_EVERY) {
        if sqlite::wal_bytes(path) > CHECKPOINT_FROM
            && let Err(error) = sqlite::checkpoint_passive(&mut conn)
        {
            tracing::warn!(%error, "checkpoint failed");
        }
    }
}
