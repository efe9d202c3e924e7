//! `latchkey user rm`.

use super::super::failure::Failure;
use super::super::local::{Global, Write};
use super::super::output::{Answer, Format};
use crate::engine::admin::users;
use serde_json::json;

/// Which account.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// User name, e-mail address or id
    user: String,
    #[command(flatten)]
    write: Write,
}

/// Deletes an account.
///
/// # Errors
/// No such account, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let typed = args.user.clone();
    let user = local.change(args.write, move |conn, desk| {
        let user = users::resolve(conn, &typed)?;
        users::delete(conn, desk, user.id.as_str())
    })?;
    if local.format == Format::Json {
        return Ok(Answer::json(&json!({ "deleted": user.id.as_str(), "dry_run": args.write.dry_run })));
    }
    let (name, id) = (&user.username, &user.id);
    Ok(Answer::text(if args.write.dry_run {
        format!("Dry run: {name} ({id}) would be deleted, and all it is signed in to would end.")
    } else {
        format!("{name} ({id}) is deleted; all it was signed in to has ended.")
    }))
}
