//! `latchkey user list`.

use super::super::failure::Failure;
use super::super::local::Global;
use super::super::output::{Answer, Format, table, time};
use crate::engine::admin::users;
use crate::store;
use serde_json::Value;

/// How many.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Accounts at the most, oldest first
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    limit: i64,
}

/// Lists accounts.
///
/// # Errors
/// The store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let all = local.read(|conn| store::users::list(conn, args.limit))?;
    let full = i64::try_from(all.len()).is_ok_and(|count| count == args.limit);
    let answer = if local.format == Format::Json {
        Answer::json(&Value::Array(all.iter().map(users::shown).collect()))
    } else if all.is_empty() {
        Answer::text(format!(
            "There is no account. The first administrator: latchkey setup-link{}",
            local.again
        ))
    } else {
        let rows: Vec<Vec<String>> = all
            .iter()
            .map(|user| {
                vec![
                    user.id.to_string(),
                    user.username.clone(),
                    user.email.clone().unwrap_or_default(),
                    if user.enabled { "on" } else { "off" }.to_owned(),
                    user.roles.join(" "),
                    time(user.created_at),
                ]
            })
            .collect();
        Answer::text(table(&["ID", "USERNAME", "EMAIL", "STATE", "ROLES", "MADE"], &rows))
    };
    Ok(if full {
        answer.notice(format!("the first {} only; ask for more with --limit", args.limit))
    } else {
        answer
    })
}
