//! Where the instance of a configuration is, and whether there is one.

use super::data_dir;
use super::open::{StartError, db_config};
use crate::config::Settings;
use crate::store::{Target, migrate};

/// Whether the instance of `settings` was made. Looking makes nothing.
///
/// # Errors
/// When the database cannot be reached.
pub fn is_made(settings: &Settings) -> Result<bool, StartError> {
    if data_dir::may_hold_instance(&settings.server.data_dir) {
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

/// Where the instance of `settings` lives or would live, for people.
pub fn place(settings: &Settings) -> String {
    match db_config(settings).target {
        Target::Sqlite(path) => {
            let path = std::path::absolute(&path).unwrap_or(path);
            path.parent().unwrap_or(&path).display().to_string()
        }
        Target::Postgres(_) => "the PostgreSQL database of DATABASE_URL".to_owned(),
    }
}
