//! `latchkey user disable` and `latchkey user enable`.

use super::super::failure::Failure;
use super::super::local::{Global, Write};
use super::super::output::{Answer, Format};
use crate::engine::admin::users;

/// Which account.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// User name, e-mail address or id
    user: String,
    #[command(flatten)]
    write: Write,
}

/// Switches an account on or off.
///
/// # Errors
/// No such account, the store.
pub fn run(global: &Global, args: &Args, on: bool) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let typed = args.user.clone();
    let user = local.change(args.write, move |conn, desk| {
        let user = users::resolve(conn, &typed)?;
        users::set_enabled(conn, desk, user.id.as_str(), on)
    })?;
    if local.format == Format::Json {
        return Ok(Answer::json(&users::shown(&user)));
    }
    let what = match (args.write.dry_run, on) {
        (false, true) => "is on",
        (false, false) => "is off; all it was signed in to has ended",
        (true, true) => "would be on; nothing was changed",
        (true, false) => "would be off, and all it is signed in to would end; nothing was changed",
    };
    Ok(Answer::text(format!("{} ({}) {what}.", user.username, user.id)))
}
