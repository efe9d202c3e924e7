//! `latchkey migrate`: for those who do not let the server migrate at its start.

use super::failure::Failure;
use super::local::{Global, Write};
use super::output::{Answer, Format};
use crate::app;
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
    let database = app::database(&settings);
    let names = if args.write.dry_run { migrate::pending(&database)? } else { migrate::run(&database)?.ran };
    if global.output == Format::Json {
        return Ok(Answer::json(&json!({ "migrations": names, "dry_run": args.write.dry_run })));
    }
    if names.is_empty() {
        return Ok(Answer::text("The database has this version's schema; nothing to do."));
    }
    let head = if args.write.dry_run { "Would run" } else { "Ran" };
    Ok(Answer::text(format!("{head}: {}", names.join(", "))))
}
