//! Migrations: one portable folder, run forward only, by one node at a time.

use super::conn::{AnyConn, Manager, Use};
use super::db::DbConfig;
use super::fault::StoreError;
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::sql_types::Bool;
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
    let manager = manager(config, 600);
    match manager.open()? {
        AnyConn::Postgres(mut conn) => locked(&mut conn, up),
        AnyConn::Sqlite(mut conn) => up_alone(&mut conn),
    }
}

/// A migration's statements may take long; that the server's machine is gone is noticed as soon as ever.
fn manager(config: &DbConfig, statement_timeout: i64) -> Manager {
    let unanswered = config.statement_timeout;
    Manager { target: config.target.clone(), usage: Use::Write, statement_timeout, unanswered }
}

/// Whether an instance's tables are in a PostgreSQL database; unlike [`pending`], looking makes nothing.
///
/// # Errors
/// When the database cannot be reached.
pub fn is_made(config: &DbConfig) -> Result<bool, StoreError> {
    match manager(config, 60).open()? {
        AnyConn::Postgres(mut conn) => {
            Ok(diesel::select(sql::<Bool>("to_regclass('settings') IS NOT NULL")).get_result(&mut conn)?)
        }
        AnyConn::Sqlite(_) => Err(StoreError::inconsistent("a file is looked for by its path")),
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
    let manager = manager(config, 60);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Target;

    #[test]
    fn a_lost_server_is_noticed_while_migrating_as_soon_as_ever() {
        let target = Target::Sqlite("x.db".into());
        let config = DbConfig { target, pool_size: 1, statement_timeout: 7, pool_wait: 1 };
        for long in [60, 600] {
            let manager = manager(&config, long);
            assert_eq!((manager.statement_timeout, manager.unanswered), (long, 7));
        }
    }
}
