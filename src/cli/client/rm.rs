//! `latchkey client rm`.

use super::super::failure::Failure;
use super::super::local::{Global, Write};
use super::super::output::{Answer, Format};
use crate::engine::admin::clients;
use serde_json::json;

/// Which app.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its client_id
    id: String,
    #[command(flatten)]
    write: Write,
}

/// Deletes an app.
///
/// # Errors
/// No such app, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let id = args.id.clone();
    let found = local.change(args.write, move |conn, desk| clients::delete(conn, desk, &id))?;
    if local.format == Format::Json {
        return Ok(Answer::json(&json!({ "deleted": args.id, "dry_run": args.write.dry_run })));
    }
    let name = found.map_or_else(|| "The unreadable client".to_owned(), |gone| gone.metadata.client_name);
    Ok(Answer::text(if args.write.dry_run {
        format!("Dry run: {name} ({}) would be deleted with all its codes, tokens and consents.", args.id)
    } else {
        format!("{name} ({}) is deleted with all its codes, tokens and consents.", args.id)
    }))
}
