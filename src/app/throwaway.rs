//! Instances that are gone afterwards: of `latchkey dev`, and of a dry run where there is none yet.

use super::data_dir;
use super::open::{Runtime, StartError, db_config};
use crate::base::id::ulid;
use crate::config::{DatabaseUrl, Settings};
use crate::store::{Target, migrate};
use std::path::PathBuf;

/// A data directory that is removed when this is dropped.
pub struct Throwaway(PathBuf);

impl Throwaway {
    /// Puts everything that `settings` store into a fresh directory among the temporary files; `what`
    /// tells people whose it is.
    pub fn of(settings: &mut Settings, what: &str, runtime: &Runtime) -> Self {
        let name = format!("latchkey-{what}-{}", ulid(&runtime.clock, &runtime.rng));
        let dir = std::env::temp_dir().join(name);
        settings.server.data_dir.clone_from(&dir);
        settings.database.url = DatabaseUrl::InDataDir;
        Self(dir)
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        // What is left behind lies in the system's temporary directory.
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

/// Whether the instance of `settings` was made. Looking makes nothing.
///
/// # Errors
/// When the database cannot be reached.
pub fn is_made(settings: &Settings) -> Result<bool, StartError> {
    if data_dir::instance(&settings.server.data_dir).is_some() {
        return Ok(true);
    }
    let config = db_config(settings);
    match &config.target {
        Target::Sqlite(path) => Ok(std::fs::metadata(path).is_ok_and(|meta| meta.is_dir() || meta.len() > 0)),
        Target::Postgres(_) => {
            migrate::is_made(&config).map_err(|error| StartError::store(&error, &config.target))
        }
    }
}
