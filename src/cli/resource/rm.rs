//! `latchkey resource rm`.

use super::super::failure::Failure;
use super::super::local::{Global, Write};
use super::super::output::{Answer, Format};
use crate::engine::admin::resources;
use serde_json::json;

/// Which resource.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its identifier
    identifier: String,
    #[command(flatten)]
    write: Write,
}

/// Deletes it.
///
/// # Errors
/// No such resource, an app still names it, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    let local = global.open()?;
    let identifier = args.identifier.clone();
    let gone = local.change(args.write, move |conn, desk| resources::delete(conn, desk, &identifier))?;
    if local.format == Format::Json {
        return Ok(Answer::json(&json!({ "deleted": args.identifier, "dry_run": args.write.dry_run })));
    }
    Ok(Answer::text(if args.write.dry_run {
        format!("Dry run: {} ({}) would be deleted.", gone.name, args.identifier)
    } else {
        format!("{} ({}) is deleted.", gone.name, args.identifier)
    }))
}
