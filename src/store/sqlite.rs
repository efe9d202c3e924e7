//! What only SQLite needs: process set-up, connection settings, statements.

use super::conn::Use;
use super::fault::StoreError;
use diesel::connection::SimpleConnection as _;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{Connection as _, QueryResult, SqliteConnection};
use std::cell::Cell;
use std::path::Path;
use std::sync::Once;
use std::time::Duration;

static PROCESS: Once = Once::new();

/// Once per process, before the first connection: SQLite's allocation statistics take a mutex that
/// keeps readers from running side by side (measured: 68-85 k -> 156 k point reads a second).
#[expect(unsafe_code, reason = "sqlite3_config has no safe binding; it runs before any connection exists")]
fn set_up_process() {
    PROCESS.call_once(|| {
        // SAFETY: called once, with the documented argument for this option, before SQLite starts.
        let status = unsafe {
            libsqlite3_sys::sqlite3_config(
                libsqlite3_sys::SQLITE_CONFIG_MEMSTATUS,
                std::ffi::c_int::from(false),
            )
        };
        if status != libsqlite3_sys::SQLITE_OK {
            tracing::debug!(status, "SQLite was started before it could be configured");
        }
        // SAFETY: the function has the signature that SQLite documents and lives as long as the program.
        let status = unsafe { libsqlite3_sys::sqlite3_auto_extension(Some(keep_plans)) };
        if status != libsqlite3_sys::SQLITE_OK {
            tracing::debug!(status, "SQLite will plan statements again and again");
        }
    });
}

thread_local! {
    /// The connection that this thread opened last: Diesel hands out no handle.
    static OPENED: Cell<*mut libsqlite3_sys::sqlite3> = const { Cell::new(std::ptr::null_mut()) };
}

/// Counts the rows that one connection has changed.
pub struct Changes(*mut libsqlite3_sys::sqlite3);

#[expect(unsafe_code, reason = "moves with its connection to the writer's thread, and stays there")]
// SAFETY: the connection is used by one thread at a time, and `Changes` only beside it.
unsafe impl Send for Changes {}

impl Changes {
    /// Opens a connection for writing, with its count.
    pub fn open(path: &Path) -> Result<(SqliteConnection, Self), StoreError> {
        OPENED.set(std::ptr::null_mut());
        let conn = open(path, Use::Write)?;
        if OPENED.get().is_null() {
            return Err(StoreError::unavailable("SQLite was started before it could be configured"));
        }
        Ok((conn, Self(OPENED.get())))
    }

    /// Whether a transaction is open: SQLite rolls one back by itself when the disk is full or fails.
    #[expect(unsafe_code, reason = "sqlite3_get_autocommit has no safe binding")]
    pub fn in_transaction(&self) -> bool {
        // SAFETY: as for `count`.
        unsafe { libsqlite3_sys::sqlite3_get_autocommit(self.0) == 0 }
    }

    /// Rows changed since the connection was opened; it must still be open.
    #[expect(unsafe_code, reason = "sqlite3_total_changes64 has no safe binding")]
    pub fn count(&self) -> i64 {
        // SAFETY: the writer keeps the connection beside this, and drops neither before it ends.
        unsafe { libsqlite3_sys::sqlite3_total_changes64(self.0) }
    }
}

/// Called by SQLite for each new connection: a plan may not depend on bound values. Without this
/// every `LIMIT ?` is parsed and planned again at each use, since its value might change the plan
/// (measured: a third of a lookup's time).
#[expect(unsafe_code, reason = "sqlite3_db_config has no safe binding, and Diesel hands out no handle")]
unsafe extern "C" fn keep_plans(
    db: *mut libsqlite3_sys::sqlite3,
    _message: *mut *mut std::ffi::c_char,
    _api: *const libsqlite3_sys::sqlite3_api_routines,
) -> std::ffi::c_int {
    OPENED.set(db);
    // SAFETY: SQLite passes its open connection; the option takes an int and where to put the old value.
    unsafe {
        libsqlite3_sys::sqlite3_db_config(
            db,
            libsqlite3_sys::SQLITE_DBCONFIG_ENABLE_QPSG,
            std::ffi::c_int::from(true),
            std::ptr::null_mut::<std::ffi::c_int>(),
        )
    }
}

/// Opens a connection in WAL mode with `synchronous=FULL`: an acknowledged commit survives power loss.
pub fn open(path: &Path, usage: Use) -> Result<SqliteConnection, StoreError> {
    set_up_process();
    let name = path.to_str().ok_or_else(|| StoreError::unavailable("the database path is not UTF-8"))?;
    let mut conn = SqliteConnection::establish(name).map_err(StoreError::unavailable)?;
    conn.batch_execute("PRAGMA busy_timeout = 2000;")?;
    turn_to_wal(&mut conn)?;
    conn.batch_execute(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;",
    )?;
    if usage == Use::Read {
        conn.batch_execute("PRAGMA query_only = ON;")?;
    }
    Ok(conn)
}

/// Two connections that turn a new file to WAL at once hold a read lock each, and SQLite answers
/// "locked" without its busy timeout, since waiting could not end it: let go and try again.
fn turn_to_wal(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut tries = 500;
    loop {
        match conn.batch_execute("PRAGMA journal_mode = WAL;") {
            Err(error) if tries > 0 && error.to_string().contains("locked") => tries -= 1,
            turned => return turned.map_err(StoreError::from),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Begins one job of a batch.
#[derive(QueryId)]
pub struct BeginJob;

/// Keeps what one job did.
#[derive(QueryId)]
pub struct KeepJob;

// Statements of our own types stay prepared; text that is executed is parsed each time.
impl QueryFragment<Sqlite> for BeginJob {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SAVEPOINT job");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for KeepJob {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("RELEASE job");
        Ok(())
    }
}

/// Undoes what one job did.
pub const DROP_JOB: &str = "ROLLBACK TO job; RELEASE job";

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn many_may_open_a_new_file_at_once() {
        for round in 0..50 {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("new.db");
            let barrier = Barrier::new(4);
            let opened = || {
                barrier.wait();
                let mut conn = open(&path, Use::Write)?;
                conn.batch_execute("CREATE TABLE IF NOT EXISTS made (id INTEGER)").map_err(StoreError::from)
            };
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(opened)).collect();
                for thread in threads {
                    thread.join().unwrap().unwrap_or_else(|error| panic!("round {round}: {error}"));
                }
            });
        }
    }
}
