//! `Db::read` and `Db::write`: the only ways to the database. A write is one transaction, and its
//! result is seen only after COMMIT.

use super::conn::{AnyConn, Conn, Manager, Use};
use super::fault::{Fault, StoreError, TxResult};
use super::queue::Piece;
use super::writer::{Job, Writer};
use crate::base::secret::Secret;
use diesel::connection::SimpleConnection as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// Which database.
#[derive(Clone)]
pub enum Target {
    /// A file of our own.
    Sqlite(PathBuf),
    /// A server; the URL holds a password.
    Postgres(Secret),
}

/// How to open it.
#[derive(Clone)]
pub struct DbConfig {
    /// Which database.
    pub target: Target,
    /// Connections at the most.
    pub pool_size: u32,
    /// Longest statement, seconds.
    pub statement_timeout: i64,
    /// Longest wait for a connection, seconds.
    pub pool_wait: u64,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    target: Target,
    pool: r2d2::Pool<Manager>,
    writer: Option<Writer>,
    gate: Arc<Semaphore>,
    wait: Duration,
}

impl Db {
    /// Opens the database; it must have been migrated.
    ///
    /// # Errors
    /// When it cannot be reached or is not usable.
    pub fn open(config: &DbConfig) -> Result<Self, StoreError> {
        let manager = |usage| Manager {
            target: config.target.clone(),
            usage,
            statement_timeout: config.statement_timeout,
            unanswered: config.statement_timeout,
        };
        let wait = Duration::from_secs(config.pool_wait);
        let (usage, writer) = match &config.target {
            Target::Sqlite(path) => (Use::Read, Some(Writer::start(path)?)),
            Target::Postgres(_) => (Use::Write, None),
        };
        let pool = r2d2::Pool::builder()
            .max_size(config.pool_size)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(wait)
            .error_handler(Box::new(LogErrors))
            .build(manager(usage))
            .map_err(StoreError::unavailable)?;
        let permits = usize::try_from(config.pool_size).unwrap_or(1);
        Ok(Self(Arc::new(Inner {
            target: config.target.clone(),
            pool,
            writer,
            gate: Arc::new(Semaphore::new(permits)),
            wait,
        })))
    }

    /// Where the SQLite file is, if this is SQLite.
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0.target {
            Target::Sqlite(path) => Some(path),
            Target::Postgres(_) => None,
        }
    }

    /// The engine's name, for logs and readiness.
    pub fn engine(&self) -> &'static str {
        if self.sqlite_path().is_some() { "sqlite" } else { "postgresql" }
    }

    /// Reads. On SQLite short indexed reads run here and now (a thread hop costs more than they
    /// do); on PostgreSQL on the blocking pool.
    ///
    /// # Errors
    /// What the job returns, or that no connection could be had.
    pub async fn read<T, F>(&self, job: F) -> TxResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> TxResult<T> + Send + 'static,
    {
        if self.0.writer.is_some() {
            let mut conn = self.0.pool.get().map_err(StoreError::unavailable)?;
            return job(&mut conn);
        }
        self.blocking(job).await
    }

    /// One transaction. The answer comes after COMMIT; a refusal that `commits` is committed too.
    ///
    /// # Errors
    /// What the job returns, or that the transaction could not be committed: then nothing was done.
    pub async fn write<T, F>(&self, job: F) -> TxResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> TxResult<T> + Send + 'static,
    {
        self.hand_over(job, false).await
    }

    /// [`Db::write`] for a job that refuses, if it does, before it changes anything (what a refusal
    /// that `commits` changes is kept and does not count). SQLite's writer can then spare the savepoint;
    /// the whole batch fails when the promise is broken.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_decided<T, F>(&self, job: F) -> TxResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> TxResult<T> + Send + 'static,
    {
        self.hand_over(job, true).await
    }

    async fn hand_over<T, F>(&self, job: F, decided_first: bool) -> TxResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> TxResult<T> + Send + 'static,
    {
        let Some(writer) = &self.0.writer else {
            return self.blocking(move |conn| transaction(conn, job)).await;
        };
        let (answer, answered) = oneshot::channel();
        writer.send(Box::new(WriteJob { work: Some(job), result: None, answer, decided_first }));
        answered.await.map_err(|_| StoreError::unavailable("the writer dropped the job"))?
    }

    /// Says, until dropped, that the processor has work to do before it can answer what is committed
    /// next. `None` where commits are not ours to time.
    pub fn ahead(&self) -> Option<Piece> {
        self.0.writer.as_ref().map(Writer::ahead)
    }

    /// [`Db::write`] for commands and start-up, which have no runtime.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T, F>(&self, job: F) -> TxResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> TxResult<T> + Send + 'static,
    {
        let Some(writer) = &self.0.writer else {
            let mut conn = self.0.pool.get().map_err(StoreError::unavailable)?;
            return transaction(&mut conn, job);
        };
        let (answer, answered) = oneshot::channel();
        writer.send(Box::new(WriteJob { work: Some(job), result: None, answer, decided_first: false }));
        answered.blocking_recv().map_err(|_| StoreError::unavailable("the writer dropped the job"))?
    }

    /// [`Db::read`] for commands and start-up.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T>(&self, job: impl FnOnce(&mut Conn) -> TxResult<T>) -> TxResult<T> {
        let mut conn = self.0.pool.get().map_err(StoreError::unavailable)?;
        job(&mut conn)
    }

    async fn blocking<T, F>(&self, job: F) -> TxResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> TxResult<T> + Send + 'static,
    {
        // More blocking threads than connections starve each other: callers wait here instead.
        let permit = tokio::time::timeout(self.0.wait, Arc::clone(&self.0.gate).acquire_owned())
            .await
            .map_err(|_| StoreError::unavailable("no database connection was free in time"))?
            .map_err(StoreError::unavailable)?;
        let pool = self.0.pool.clone();
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut conn = pool.get().map_err(StoreError::unavailable)?;
            job(&mut conn)
        })
        .await
        .map_err(StoreError::unavailable)?
    }
}

/// BEGIN, the job, COMMIT or ROLLBACK. A cut during COMMIT leaves it unknown and is an error.
fn transaction<T>(conn: &mut AnyConn, job: impl FnOnce(&mut Conn) -> TxResult<T>) -> TxResult<T> {
    conn.batch_execute("BEGIN")?;
    let outcome = catch_unwind(AssertUnwindSafe(|| job(conn)))
        .unwrap_or_else(|_| Err(StoreError::inconsistent("a store job panicked").into()));
    let keep = outcome.as_ref().map_or_else(Fault::commits, |_| true);
    conn.batch_execute(if keep { "COMMIT" } else { "ROLLBACK" })?;
    outcome
}

struct WriteJob<T, F> {
    work: Option<F>,
    result: Option<TxResult<T>>,
    answer: oneshot::Sender<TxResult<T>>,
    decided_first: bool,
}

impl<T, F> Job for WriteJob<T, F>
where
    T: Send,
    F: FnOnce(&mut Conn) -> TxResult<T> + Send,
{
    fn run(&mut self, conn: &mut AnyConn) -> bool {
        let Some(work) = self.work.take() else { return false };
        let result = work(conn);
        let keep = result.as_ref().map_or_else(Fault::commits, |_| true);
        self.result = Some(result);
        keep
    }

    fn is_decided_first(&self) -> bool {
        self.decided_first
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let panicked = || Err(StoreError::inconsistent("a store job panicked").into());
        let result = match committed {
            Ok(()) => self.result.unwrap_or_else(panicked),
            Err(error) => match self.result {
                Some(Err(Fault::Store(own))) => Err(own.into()),
                _ => Err(error.into()),
            },
        };
        // A caller that went away does not change what was committed.
        let _gone = self.answer.send(result);
    }
}

#[derive(Debug)]
struct LogErrors;

impl r2d2::HandleError<StoreError> for LogErrors {
    fn handle_error(&self, error: StoreError) {
        tracing::warn!(%error, "database connection");
    }
}
