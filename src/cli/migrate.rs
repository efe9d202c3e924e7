//! `latchkey migrate`: for those who do not let the server migrate at its start.

use super::failure::Failure;
use super::local::{Global, Write};
use super::output::{Answer, Format};
use crate::app::{self, OpenMode, Runtime, StartError};
use crate::store::migrate;
use serde_json::json;

/// How.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    write: Write,
}

/// Runs what has not run yet; with `--dry-run` only names it.
///
/// # Errors
/// The database, or one that a newer version wrote.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let settings = global.settings(&[])?;
    // Looking at what is not there would make it.
    let is_there = app::is_made(&settings)?;
    let config = app::db_config(&settings);
    let failed = |error| StartError::store(&error, &config.target);
    let pending = if is_there { migrate::pending(&config).map_err(failed)? } else { Vec::new() };
    if !args.write.dry_run {
        // Opening is what the server does at its start: it makes what is missing and migrates.
        app::open_engine(&settings, OpenMode::Command, &Runtime::system())?;
    }
    if global.output == Format::Json {
        let value =
            json!({ "migrations": pending, "new_database": !is_there, "dry_run": args.write.dry_run });
        return Ok(Answer::json(&value));
    }
    Ok(Answer::text(match (is_there, pending.as_slice(), args.write.dry_run) {
        (false, _, true) => "There is no instance yet; it would be made.".to_owned(),
        (false, _, false) => "The database is made.".to_owned(),
        (true, [], _) => "The database has this version's schema; nothing to do.".to_owned(),
        (true, names, true) => format!("Would run: {}", names.join(", ")),
        (true, names, false) => format!("Ran: {}", names.join(", ")),
    }))
}
