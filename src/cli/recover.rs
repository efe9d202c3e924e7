//! `latchkey recover`: back in when nobody can sign in as an administrator any more.

use super::exit::Exit;
use super::failure::Failure;
use super::local::{Global, Write};
use super::output::Answer;
use super::{setup_link, user};
use crate::engine::admin::{people, users};
use crate::store;

/// Whose password.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// User name, e-mail address or id [default: the administrator, if there is one]
    user: Option<String>,
    #[command(flatten)]
    write: Write,
}

/// Accounts that are searched for administrators, at the most.
const SEARCHED: i64 = 1_000_000;

/// Makes a link to set a password; the set-up link where there is no administrator.
///
/// # Errors
/// Several administrators, no such account, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open_for(args.write)?;
    if let Some(typed) = &args.user {
        let found = local.look(|conn| users::resolve(conn, typed))?;
        return user::recovery(&local, &found, args.write);
    }
    let all = local.read(|conn| store::users::list(conn, SEARCHED))?;
    let admins: Vec<_> =
        all.into_iter().filter(|user| user.enabled && user.has_role(people::ADMIN)).collect();
    match admins.as_slice() {
        [] => setup_link::make(&local, args.write),
        [one] => user::recovery(&local, one, args.write),
        many => {
            let names: Vec<&str> = many.iter().map(|user| user.username.as_str()).collect();
            let fix = format!("Name one: latchkey recover {}", names.first().unwrap_or(&"USER"));
            Err(Failure::new(
                Exit::Conflict,
                format!("there are several administrators: {}", names.join(", ")),
                fix,
            ))
        }
    }
}
