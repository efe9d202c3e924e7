//! `latchkey user factors`: a person's second factors, and taking them away when they are lost.

use super::super::failure::Failure;
use super::super::local::{Global, Write};
use super::super::output::{Answer, Format, pairs, time};
use crate::engine::admin::factors::{self, Held};
use serde_json::json;

/// Whose, and what to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// User name, e-mail address or id
    user: String,
    #[command(subcommand)]
    action: Option<Action>,
}

/// What to do; nothing shows them.
#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Take all of them away: for somebody who lost them
    Reset(Write),
}

/// Shows them, or takes them away.
///
/// # Errors
/// No such account, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let user = args.user.clone();
    let Some(Action::Reset(write)) = args.action else {
        let now = local.engine.now();
        let held = local.look(|conn| factors::held(conn, now, &user))?;
        return Ok(if local.format == Format::Json {
            Answer::json(&shown(&held))
        } else {
            Answer::text(text(&held))
        });
    };
    let (user, removed) = local.change(write, move |conn, desk| factors::reset(conn, desk, &user))?;
    if local.format == Format::Json {
        let id = user.id.as_str();
        return Ok(Answer::json(&json!({ "id": id, "removed": removed, "dry_run": write.dry_run })));
    }
    let what = if removed == 1 { "1 second factor".to_owned() } else { format!("{removed} second factors") };
    let name = &user.username;
    Ok(Answer::text(if write.dry_run {
        format!(
            "Dry run: {what} of {name} would be removed, with the recovery codes and remembered browsers."
        )
    } else {
        format!("{what} of {name} removed, with the recovery codes and remembered browsers.")
    }))
}

fn text(held: &Held) -> String {
    if held.factors.is_empty() {
        return format!("{} has no second factor.\n", held.user.username);
    }
    let used =
        |at: Option<i64>| at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", time(at)));
    let mut rows: Vec<(&str, String)> = held
        .factors
        .iter()
        .map(|factor| {
            (
                factor.kind.as_str(),
                format!("{}, since {}, {}", factor.name, time(factor.created_at), used(factor.last_used_at)),
            )
        })
        .collect();
    rows.push(("recovery codes", format!("{} left", held.codes_left)));
    rows.push(("remembered", format!("{} browsers", held.browsers.len())));
    pairs(&rows)
}

fn shown(held: &Held) -> serde_json::Value {
    let factor = |factor: &crate::domain::factor::Factor| {
        json!({
            "id": factor.id.as_str(),
            "kind": factor.kind,
            "name": factor.name,
            "created_at": factor.created_at,
            "last_used_at": factor.last_used_at,
        })
    };
    json!({
        "id": held.user.id.as_str(),
        "username": held.user.username,
        "factors": held.factors.iter().map(factor).collect::<Vec<_>>(),
        "recovery_codes_left": held.codes_left,
        "remembered_browsers": held.browsers.len(),
    })
}
