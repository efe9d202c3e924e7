//! Is the SQLite file whole? Small ones are checked before anything is served; large ones while the
//! server runs, and readiness tells.

use super::open::StartError;
use crate::store::{Db, Fault, health};
use crate::web::ops::Health;
use std::path::Path;

/// Files up to this size are checked before the start, bytes.
const SMALL: u64 = 24 * 1024 * 1024;

/// Whether the file is checked before the start.
pub fn is_small(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |meta| meta.len() <= SMALL)
}

/// Checks the database (SQLite's `quick_check`).
///
/// # Errors
/// What is damaged, and what to do.
pub fn quick(db: &Db) -> Result<(), StartError> {
    let Some(path) = db.sqlite_path() else { return Ok(()) };
    match db.read_blocking(health::quick_check) {
        Ok(None) => Ok(()),
        Ok(Some(damage)) => Err(damaged(path, &damage)),
        Err(Fault::Store(error)) => Err(damaged(path, &error.message)),
        Err(Fault::Refused(_)) => Ok(()),
    }
}

/// Checks a database that was too large to check before the start; damage is logged and `readyz` tells.
pub fn in_background(db: &Db, readiness: &Health) {
    if db.sqlite_path().is_none_or(is_small) {
        return;
    }
    let (db, readiness) = (db.clone(), readiness.clone());
    let started = std::thread::Builder::new().name("latchkey-check".to_owned()).spawn(move || {
        // Reading a large file takes seconds: what people wait for goes first. Linux counts this for the
        // thread alone; elsewhere it would slow the whole process.
        #[cfg(target_os = "linux")]
        let _as_before = rustix::process::nice(19);
        if let Err(damage) = quick(&db) {
            tracing::error!(%damage, "the database is damaged");
            readiness.mark_damaged();
        }
    });
    if let Err(error) = started {
        tracing::warn!(%error, "the database could not be checked");
    }
}

/// What a damaged database is answered with: never an empty one in its place.
pub fn damaged(path: &Path, detail: &str) -> StartError {
    let first = detail.lines().next().unwrap_or_default();
    StartError::new(
        format!("the database {} is damaged: {first}", path.display()),
        "Stop everything that uses it, keep a copy of the file with its -wal, and put a backup in its place.",
    )
}
