//! `latchkey user show`.

use super::super::failure::Failure;
use super::super::local::Global;
use super::super::output::{Answer, Format};
use crate::engine::admin::users;

/// Which account.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// User name, e-mail address or id
    user: String,
}

/// Shows an account.
///
/// # Errors
/// No such account, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let user = local.look(|conn| users::resolve(conn, &args.user))?;
    Ok(match local.format {
        Format::Json => Answer::json(&users::shown(&user)),
        Format::Table | Format::Env => Answer::text(super::text(&user)),
    })
}
