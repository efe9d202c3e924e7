//! `latchkey setup-link`: the way to the first administrator, as often as it is needed.

use super::failure::Failure;
use super::local::{Global, Local, Write};
use super::output::{Answer, Format, time};
use crate::engine::admin::links;
use serde_json::{Value, json};

/// How.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    write: Write,
}

/// Makes the set-up link; older ones are void.
///
/// # Errors
/// An administrator exists already, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    make(&global.open_for(args.write)?, args.write)
}

/// Makes the link and prints it.
///
/// # Errors
/// As [`run`].
pub fn make(local: &Local, write: Write) -> Result<Answer, Failure> {
    let made = local.change(write, links::make_setup)?;
    let url = made.setup_url(local.issuer());
    if local.format == Format::Json {
        let url = if write.dry_run { Value::Null } else { json!(url) };
        return Ok(Answer::json(&json!({ "setup_link": url, "expires_at": made.expires_at })));
    }
    if write.dry_run {
        return Ok(Answer::text("Dry run: a link to make the first administrator would be made."));
    }
    let end = time(made.expires_at);
    Ok(Answer::text(format!("To make the first administrator (works once, until {end}):\n\n  {url}\n")))
}
