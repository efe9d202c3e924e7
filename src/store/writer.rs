//! The one SQLite writer: jobs that wait together share one transaction and one sync to disk
//! (group commit), each in a savepoint of its own, and are answered after COMMIT.

use super::conn::{AnyConn, Use};
use super::fault::StoreError;
use super::queue::{BATCH, Piece, Queue};
use super::sqlite::{self, BeginJob, Changes, KeepJob};
use super::wal::{self, Log};
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// From so many jobs on, the next batch waits for whoever is ready.
const CROWD: usize = 4;
/// The longest a commit waits for what is ahead of it.
const PATIENCE: Duration = Duration::from_millis(20);
/// The most jobs that may wait; beyond, callers are told to come back.
const QUEUE: usize = 4096;

/// A unit of work for the writer.
pub trait Job: Send {
    /// Does the work; `true` when it is to be kept.
    fn run(&mut self, conn: &mut AnyConn) -> bool;
    /// Whether it refuses, if it does, before it changes anything: then nothing is ever to be undone.
    fn is_decided_first(&self) -> bool;
    /// Tells the caller, after COMMIT or after it failed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// The way to the writer's thread; the thread ends when all are gone.
pub struct Writer(Arc<Queue>);

/// Answers what is left when the thread ends, however it ends.
struct Closing(Arc<Queue>);

impl Drop for Closing {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.gone = true;
        let left = std::mem::take(&mut state.jobs);
        drop(state);
        for job in left {
            job.answer(Err(StoreError::unavailable("the writer has stopped")));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.change(|state| state.closed = true);
    }
}

impl Writer {
    /// Starts the writer and the checkpoint thread.
    ///
    /// # Errors
    /// When the database cannot be opened or a thread cannot be started.
    pub fn start(path: &Path) -> Result<Self, StoreError> {
        Self::with(path, PATIENCE)
    }

    fn with(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let (conn, changes) = Changes::open(path)?;
        let checkpoints = sqlite::open(path, Use::Write)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let little = cores.saturating_add(1);
        let queue = Arc::new(Queue { state: Mutex::default(), wake: Condvar::new(), little, patience });
        let (alive, writer_gone) = sync_channel::<()>(0);
        let log = Arc::new(Log::default());
        let writer = Loop {
            conn: AnyConn::Sqlite(conn),
            changes,
            log: Arc::clone(&log),
            crowded: false,
            _alive: alive,
        };
        let closing = Closing(Arc::clone(&queue));
        spawn("latchkey-writer", move || writer.run(&closing.0))?;
        spawn("latchkey-checkpoint", move || log.copy(checkpoints, &writer_gone))?;
        Ok(Self(queue))
    }

    /// Hands a job over; it is answered with an error when the queue is full or the writer gone.
    pub fn send(&self, job: Box<dyn Job>) {
        let refused = self.0.change(|state| {
            if state.gone {
                return Some((job, "the writer has stopped"));
            }
            if state.jobs.len() >= QUEUE {
                return Some((job, "the write queue is full"));
            }
            state.jobs.push_back(job);
            None
        });
        if let Some((job, why)) = refused {
            job.answer(Err(StoreError::unavailable(why)));
        }
    }

    /// Says, until dropped, that a piece of work is ahead of what is committed next.
    pub fn ahead(&self) -> Piece {
        self.0.lock().ahead += 1;
        Piece(Arc::clone(&self.0))
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map(|_| ()).map_err(StoreError::unavailable)
}

struct Loop {
    conn: AnyConn,
    changes: Changes,
    log: Arc<Log>,
    /// Whether the last batch was one of many.
    crowded: bool,
    /// Dropped with the loop, which ends the checkpoint thread.
    _alive: SyncSender<()>,
}

impl Loop {
    fn run(mut self, queue: &Queue) {
        while let Some(mut batch) = queue.next() {
            let outcome = self.transaction(&mut batch, queue);
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
    fn transaction(&mut self, batch: &mut Vec<Box<dyn Job>>, queue: &Queue) -> Result<(), StoreError> {
        self.conn.batch_execute("BEGIN IMMEDIATE")?;
        let mut done = 0;
        while let Some(job) = batch.get_mut(done) {
            if let Err(error) = self.work(job.as_mut()) {
                let _rolled_back = self.conn.batch_execute("ROLLBACK");
                return Err(error);
            }
            done += 1;
            if done == batch.len()
                && done < BATCH
                && let Some(next) = self.another(queue)
            {
                batch.push(next);
            }
        }
        self.conn.batch_execute("COMMIT").map_err(|error| {
            let _rolled_back = self.conn.batch_execute("ROLLBACK");
            StoreError::from(error)
        })
    }

    /// Runs one job; what it did is undone when it refuses or panics. One that decides first needs
    /// no savepoint, which copies each page that is touched; if it breaks its word, all is undone.
    fn work(&mut self, job: &mut dyn Job) -> Result<(), StoreError> {
        let decided_first = job.is_decided_first();
        let mut run = |conn: &mut AnyConn| catch_unwind(AssertUnwindSafe(|| job.run(conn))).unwrap_or(false);
        if !decided_first {
            execute(&mut self.conn, &BeginJob)?;
            return if run(&mut self.conn) {
                execute(&mut self.conn, &KeepJob)
            } else {
                Ok(self.conn.batch_execute(sqlite::DROP_JOB)?)
            };
        }
        let before = self.changes.count();
        let kept = run(&mut self.conn);
        if !self.changes.in_transaction() {
            return Err(StoreError::unavailable("SQLite gave the transaction up"));
        }
        if kept || self.changes.count() == before {
            return Ok(());
        }
        Err(StoreError::unavailable("a job of the same batch failed after it had changed something"))
    }

    /// One more job for this batch. Under load, before giving up, lets the requests that are ready on
    /// this core hand in their jobs: the sync to disk that follows is the dear part, and they can share it.
    fn another(&self, queue: &Queue) -> Option<Box<dyn Job>> {
        let next = queue.another();
        if next.is_some() || !self.crowded {
            return next;
        }
        std::thread::yield_now();
        queue.another()
    }
}

fn execute(conn: &mut AnyConn, verb: &(impl QueryFragment<Sqlite> + QueryId)) -> Result<(), StoreError> {
    let AnyConn::Sqlite(conn) = conn else { return Err(StoreError::inconsistent("the writer is SQLite's")) };
    conn.execute_returning_count(verb)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    /// Inserts a number, then keeps it or not.
    struct Insert {
        number: i32,
        keep: bool,
        decided_first: bool,
        answer: std::sync::mpsc::Sender<Result<(), StoreError>>,
    }

    impl Job for Insert {
        fn run(&mut self, conn: &mut AnyConn) -> bool {
            if self.number > 0 {
                conn.batch_execute(&format!("INSERT INTO numbers VALUES ({})", self.number)).unwrap();
            }
            self.keep
        }

        fn is_decided_first(&self) -> bool {
            self.decided_first
        }

        fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
            self.answer.send(committed).unwrap();
        }
    }

    const HOUR: Duration = Duration::from_secs(3600);
    type Answers = Receiver<Result<(), StoreError>>;

    /// A writer on a table of numbers, with so much ahead that it waits.
    fn waiting_writer(patience: Duration) -> (tempfile::TempDir, Writer, Vec<Piece>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("test.db");
        sqlite::open(&path, Use::Write).unwrap().batch_execute("CREATE TABLE numbers (n INTEGER)").unwrap();
        let writer = Writer::with(&path, patience).unwrap();
        let ahead = (0..=writer.0.little).map(|_| writer.ahead()).collect();
        (dir, writer, ahead)
    }

    fn send(writer: &Writer, jobs: &[(i32, bool, bool)]) -> Answers {
        let (answer, answers) = channel();
        for &(number, keep, decided_first) in jobs {
            writer.send(Box::new(Insert { number, keep, decided_first, answer: answer.clone() }));
        }
        answers
    }

    fn stored(dir: &tempfile::TempDir) -> Vec<i32> {
        use diesel::prelude::*;
        let mut conn = sqlite::open(&dir.path().join("test.db"), Use::Read).unwrap();
        let number = diesel::dsl::sql::<diesel::sql_types::Integer>("n FROM numbers ORDER BY n");
        diesel::select(number).load(&mut conn).unwrap()
    }

    #[test]
    fn jobs_wait_for_each_other_while_much_is_ahead_and_no_longer() {
        let (dir, writer, ahead) = waiting_writer(HOUR);
        let answers = send(&writer, &[(1, true, true), (2, true, false)]);
        assert!(answers.recv_timeout(Duration::from_millis(100)).is_err(), "nothing is committed yet");
        drop(ahead);
        for _ in 0..2 {
            answers.recv_timeout(Duration::from_secs(60)).unwrap().unwrap();
        }
        assert_eq!(stored(&dir), [1, 2]);
    }

    #[test]
    fn no_job_waits_longer_than_the_writers_patience() {
        let (dir, writer, ahead) = waiting_writer(Duration::from_millis(5));
        let answers = send(&writer, &[(1, true, true)]);
        answers.recv_timeout(Duration::from_secs(60)).unwrap().unwrap();
        assert_eq!(stored(&dir), [1]);
        drop(ahead);
    }

    /// What SQLite does by itself when the disk is full.
    struct GiveUp(std::sync::mpsc::Sender<Result<(), StoreError>>);

    impl Job for GiveUp {
        fn run(&mut self, conn: &mut AnyConn) -> bool {
            conn.batch_execute("ROLLBACK").unwrap();
            false
        }

        fn is_decided_first(&self) -> bool {
            true
        }

        fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
            self.0.send(committed).unwrap();
        }
    }

    #[test]
    fn a_transaction_that_sqlite_gave_up_is_not_gone_on_with() {
        let (dir, writer, ahead) = waiting_writer(HOUR);
        let (answer, given_up) = channel();
        let before = send(&writer, &[(1, true, true)]);
        writer.send(Box::new(GiveUp(answer)));
        let behind = send(&writer, &[(2, true, true), (3, true, false)]);
        drop(ahead);
        for answers in [before, given_up] {
            answers.recv_timeout(Duration::from_secs(60)).unwrap().unwrap_err();
        }
        let answered: Vec<_> =
            (0..2).map(|_| behind.recv_timeout(Duration::from_secs(60)).unwrap().is_ok()).collect();
        let expected = if answered[0] { vec![2, 3] } else { Vec::new() };
        assert_eq!((stored(&dir), answered[1]), (expected, answered[0]), "all of a batch, or nothing");
    }

    #[test]
    fn what_a_refused_job_did_is_undone_and_its_neighbours_stay() {
        let (dir, writer, ahead) = waiting_writer(HOUR);
        let answers = send(&writer, &[(1, true, true), (2, false, false), (0, false, true), (3, true, true)]);
        drop(ahead);
        for _ in 0..4 {
            answers.recv_timeout(Duration::from_secs(60)).unwrap().unwrap();
        }
        assert_eq!(stored(&dir), [1, 3]);
    }

    #[test]
    fn a_job_that_refuses_after_all_takes_its_batch_with_it_and_leaves_nothing() {
        let (dir, writer, ahead) = waiting_writer(HOUR);
        let answers = send(&writer, &[(1, true, true), (2, false, true)]);
        drop(ahead);
        for _ in 0..2 {
            answers.recv_timeout(Duration::from_secs(60)).unwrap().unwrap_err();
        }
        assert_eq!(stored(&dir), [0; 0]);
        let answers = send(&writer, &[(3, true, true)]);
        answers.recv_timeout(Duration::from_secs(60)).unwrap().unwrap();
        assert_eq!(stored(&dir), [3]);
    }
}
