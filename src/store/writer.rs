//! The one SQLite writer: jobs that wait together share one transaction and one sync to disk
//! (group commit), each in a savepoint of its own, and are answered after COMMIT.

use super::conn::{AnyConn, Manager, Use};
use super::fault::StoreError;
use super::sqlite::{self, BeginJob, KeepJob};
use super::wal::{self, Log};
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// The most jobs in one transaction.
const BATCH: usize = 64;
/// From so many jobs on, the next batch waits for whoever is ready.
const CROWD: usize = 4;
/// The most jobs that may wait; beyond, callers are told to come back.
const QUEUE: usize = 4096;

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
        let log = Arc::new(Log::default());
        let writer = Loop { conn, log: Arc::clone(&log), crowded: false, _alive: alive };
        spawn("latchkey-writer", move || writer.run(&receiver))?;
        spawn("latchkey-checkpoint", move || log.copy(checkpoints, &writer_gone))?;
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
    log: Arc<Log>,
    /// Whether the last batch was one of many.
    crowded: bool,
    /// Dropped with the loop, which ends the checkpoint thread.
    _alive: SyncSender<()>,
}

impl Loop {
    fn run(mut self, jobs: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = Vec::with_capacity(8);
            batch.push(first);
            let outcome = self.transaction(&mut batch, jobs);
            self.crowded = batch.len() >= CROWD;
            for job in batch {
                job.answer(outcome.clone());
            }
            if let AnyConn::Sqlite(conn) = &mut self.conn {
                self.log.committed(conn);
            }
        }
        if let AnyConn::Sqlite(conn) = &mut self.conn
            && let Err(error) = wal::truncate(conn)
        {
            tracing::warn!(%error, "the write-ahead log could not be cut");
        }
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
                && let Some(next) = waiting(jobs, self.crowded)
            {
                batch.push(next);
            }
        }
        self.conn.batch_execute("COMMIT").map_err(|error| {
            let _rolled_back = self.conn.batch_execute("ROLLBACK");
            StoreError::from(error)
        })
    }
}

/// The next job that waits. Under load, before giving up, lets the requests that are ready on this
/// core hand in their jobs: the sync to disk that follows is the dear part, and they can share it.
fn waiting(jobs: &Receiver<Box<dyn Job>>, crowded: bool) -> Option<Box<dyn Job>> {
    let next = jobs.try_recv().ok();
    if next.is_some() || !crowded {
        return next;
    }
    std::thread::yield_now();
    jobs.try_recv().ok()
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
