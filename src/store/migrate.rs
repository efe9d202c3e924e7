//! Migrations: one portable folder, run forward only, by one node at a time.

use super::conn::{AnyConn, Manager, Use};
use super::db::DbConfig;
use super::fault::StoreError;
use diesel::connection::SimpleConnection as _;
use diesel::{PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// The advisory lock under which a PostgreSQL node migrates; any constant of our own.
const LOCK: &str = "7270110108";

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Names of the migrations that ran now.
    pub ran: Vec<String>,
}

/// Brings the schema up to date.
///
/// # Errors
/// When the database cannot be reached, a migration fails (it is rolled back), or the schema is
/// newer than this program.
pub fn run(config: &DbConfig) -> Result<Migrated, StoreError> {
    let manager = Manager { target: config.target.clone(), usage: Use::Write, statement_timeout: 600 };
    match manager.open()? {
        AnyConn::Postgres(mut conn) => locked(&mut conn, up),
        AnyConn::Sqlite(mut conn) => up_alone(&mut conn),
    }
}

/// Looking makes the table of migrations where there is none, so that looking is done under the lock too.
fn locked<T>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    let done = work(conn);
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
    done
}

/// On SQLite the write lock is what others wait for; the usual start, with nothing to do, takes none.
fn up_alone(conn: &mut SqliteConnection) -> Result<Migrated, StoreError> {
    if !conn.has_pending_migration(MIGRATIONS).map_err(StoreError::unavailable)? {
        return up(conn);
    }
    conn.batch_execute("PRAGMA busy_timeout = 60000")?;
    conn.immediate_transaction(up)
}

/// The migrations that have not run yet.
///
/// # Errors
/// When the database cannot be reached.
pub fn pending(config: &DbConfig) -> Result<Vec<String>, StoreError> {
    let manager = Manager { target: config.target.clone(), usage: Use::Write, statement_timeout: 60 };
    match manager.open()? {
        AnyConn::Postgres(mut conn) => locked(&mut conn, names),
        AnyConn::Sqlite(mut conn) => names(&mut conn),
    }
}

fn names<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
) -> Result<Vec<String>, StoreError> {
    let pending = conn.pending_migrations(MIGRATIONS).map_err(StoreError::unavailable)?;
    Ok(pending.iter().map(|migration| migration.name().to_string()).collect())
}

fn up<DB: diesel::backend::Backend>(conn: &mut impl MigrationHarness<DB>) -> Result<Migrated, StoreError> {
    let known: Vec<String> = {
        use diesel::migration::MigrationSource as _;
        let all: Vec<Box<dyn diesel::migration::Migration<DB>>> =
            MIGRATIONS.migrations().map_err(StoreError::unavailable)?;
        all.iter().map(|migration| migration.name().version().to_string()).collect()
    };
    let applied = conn.applied_migrations().map_err(StoreError::unavailable)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(&version.to_string())) {
        return Err(StoreError::inconsistent(format!(
            "the database was written by a newer Latchkey (schema {newer}); start that version, or restore a backup"
        )));
    }
    let ran = conn.run_pending_migrations(MIGRATIONS).map_err(StoreError::unavailable)?;
    Ok(Migrated { ran: ran.iter().map(ToString::to_string).collect() })
}
