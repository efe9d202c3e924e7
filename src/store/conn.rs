//! A connection to either database, and the r2d2 manager that opens it.

use super::fault::StoreError;
use crate::base::secret::Secret;
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::R2D2Connection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};

/// PostgreSQL first: SQLite would take any text as a file name.
#[derive(diesel::MultiConnection)]
pub enum AnyConn {
    /// PostgreSQL through libpq.
    Postgres(PgConnection),
    /// The bundled SQLite.
    Sqlite(SqliteConnection),
}

/// What store functions are handed.
pub type Conn = AnyConn;

/// Runs one expression per database: where the portable form is missing (upserts), and on the paths
/// that must be fast. Diesel's connection over both writes the SQL out anew at each use; the inner
/// ones know a statement by its type (measured: a third of a lookup's time).
macro_rules! on_each {
    ($conn:expr, $inner:ident => $run:expr) => {
        match $conn {
            $crate::store::conn::AnyConn::Postgres($inner) => $run,
            $crate::store::conn::AnyConn::Sqlite($inner) => $run,
        }
    };
}
pub(crate) use on_each;

/// Takes the rows whose keys `$keys` selects, before one statement changes them all. PostgreSQL locks
/// rows in the order it meets them: `$keys` must be ordered, so that of two such transactions neither
/// waits for the other. SQLite has one writer.
macro_rules! take_rows {
    ($conn:expr, $keys:expr) => {
        if let $crate::store::conn::AnyConn::Postgres(inner) = &mut *$conn {
            let _taken: Vec<String> = diesel::RunQueryDsl::load($keys.for_update(), inner)?;
        }
    };
}
pub(crate) use take_rows;

/// Keeps the rows whose keys `$keys` selects as they are until COMMIT: whoever would change one waits, and
/// then sees what this transaction stored. SQLite has one writer.
macro_rules! hold_rows {
    ($conn:expr, $keys:expr) => {
        if let $crate::store::conn::AnyConn::Postgres(inner) = &mut *$conn {
            let _held: Vec<String> = diesel::RunQueryDsl::load($keys.for_share(), inner)?;
        }
    };
}
pub(crate) use hold_rows;

/// The keys that `$keys` selects, but for rows another transaction has just taken (PostgreSQL): for
/// what can as well be done the next time, and must not make anybody wait.
macro_rules! free_rows {
    ($conn:expr, $keys:expr) => {{
        let keys: Vec<String> = match &mut *$conn {
            $crate::store::conn::AnyConn::Postgres(inner) => {
                diesel::RunQueryDsl::load($keys.for_update().skip_locked(), inner)?
            }
            $crate::store::conn::AnyConn::Sqlite(inner) => diesel::RunQueryDsl::load($keys, inner)?,
        };
        keys
    }};
}
pub(crate) use free_rows;

/// How a connection will be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Reads only (SQLite: `query_only`).
    Read,
    /// Reads and writes.
    Write,
}

/// Opens connections for r2d2.
pub struct Manager {
    /// Which database.
    pub target: super::Target,
    /// What for.
    pub usage: Use,
    /// Longest statement on PostgreSQL, seconds (security row U2).
    pub statement_timeout: i64,
    /// How long what was sent may stay unacknowledged before the server's machine counts as gone,
    /// seconds. Statements that take long are acknowledged all the same.
    pub unanswered: i64,
}

impl Manager {
    /// Opens a connection.
    ///
    /// # Errors
    /// When the database cannot be reached or is not usable.
    pub fn open(&self) -> Result<AnyConn, StoreError> {
        match &self.target {
            super::Target::Postgres(url) => {
                let url = Secret::new(with_limits(url.reveal(), self.unanswered));
                let mut conn = PgConnection::establish(url.reveal()).map_err(StoreError::unavailable)?;
                let timeouts = format!(
                    "SET statement_timeout = '{t}s'; SET lock_timeout = '{t}s'; SET idle_in_transaction_session_timeout = '{i}s'",
                    t = self.statement_timeout,
                    i = self.statement_timeout.saturating_mul(4)
                );
                conn.batch_execute(&timeouts)?;
                Ok(AnyConn::Postgres(conn))
            }
            super::Target::Sqlite(path) => super::sqlite::open(path, self.usage).map(AnyConn::Sqlite),
        }
    }
}

/// The URL with what libpq needs to notice that the server's machine is gone: left alone it waits a
/// quarter of an hour for its network. What the URL says itself counts.
fn with_limits(url: &str, unanswered: i64) -> String {
    let limits = [
        ("connect_timeout", 5),
        ("tcp_user_timeout", unanswered.saturating_mul(1000)),
        ("keepalives_idle", 5),
        ("keepalives_interval", 2),
        ("keepalives_count", 3),
    ];
    let mut out = url.to_owned();
    for (name, value) in limits.iter().filter(|(name, _)| !url.contains(name)) {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(&format!("{name}={value}"));
    }
    out
}

impl r2d2::ManageConnection for Manager {
    type Connection = AnyConn;
    type Error = StoreError;

    fn connect(&self) -> Result<AnyConn, StoreError> {
        self.open()
    }

    fn is_valid(&self, conn: &mut AnyConn) -> Result<(), StoreError> {
        conn.ping().map_err(StoreError::from)
    }

    fn has_broken(&self, conn: &mut AnyConn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_says_itself_counts() {
        let ours = "connect_timeout=5&tcp_user_timeout=30000&keepalives_idle=5&keepalives_interval=2&keepalives_count=3";
        for url in
            ["postgres://lk:p%3Fw@db.example:5432/latchkey", "postgresql://lk@[::1]/x", "postgresql:///x"]
        {
            assert_eq!(with_limits(url, 30), format!("{url}?{ours}"));
        }
        for url in [
            "postgresql:///x?host=/run&user=lk",
            "postgres://h/x?sslmode=verify-full&sslrootcert=/etc/ca.pem",
        ] {
            assert_eq!(with_limits(url, 30), format!("{url}&{ours}"));
        }
        let own = "postgres://h/x?connect_timeout=60&keepalives_idle=9";
        let rest = "tcp_user_timeout=7000&keepalives_interval=2&keepalives_count=3";
        assert_eq!(with_limits(own, 7), format!("{own}&{rest}"));
        let all = with_limits("postgres://h/x", 30);
        assert_eq!(with_limits(&all, 99), all, "nothing is said twice");
    }
}
