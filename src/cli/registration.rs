//! `latchkey registration`: who may register apps at the registration endpoint.

use super::failure::Failure;
use super::local::{Global, Local, Write};
use super::output::{Answer, Format, table, time};
use crate::engine::admin::initial_tokens::{self, Made, NewToken};
use crate::engine::registration::{Mode, PATH};
use crate::store;
use crate::store::initial_tokens::Row;
use serde_json::{Value, json};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Initial access tokens: what lets somebody register apps
    #[command(subcommand)]
    Token(TokenCommand),
}

/// What to do with initial access tokens.
#[derive(Debug, clap::Subcommand)]
pub enum TokenCommand {
    /// Make a token: it is shown once
    Add(AddArgs),
    /// List all tokens
    #[command(visible_alias = "ls")]
    List,
    /// Delete a token at once; what was registered with it stays
    Rm(RmArgs),
}

/// A token to make.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  latchkey registration token add --name 'Team Blue' --uses 5 --days 30
  latchkey registration token add --name 'Certification' --uses 500 --trusted -o json")]
pub struct AddArgs {
    /// What it is for
    #[arg(long, default_value = "")]
    name: String,
    /// How many apps may be registered with it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    uses: i64,
    /// How long it lasts, days
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: i64,
    /// What is registered with it needs no review: whoever gets it is trusted
    #[arg(long)]
    trusted: bool,
    #[command(flatten)]
    write: Write,
}

/// A token to delete.
#[derive(Debug, clap::Args)]
pub struct RmArgs {
    /// Its id, from `latchkey registration token list`
    id: String,
    #[command(flatten)]
    write: Write,
}

/// Runs one.
///
/// # Errors
/// No such token, the store.
pub fn run(global: &Global, command: &Command) -> Result<Answer, Failure> {
    global.no_env()?;
    let Command::Token(command) = command;
    match command {
        TokenCommand::Add(args) => add(&global.open_for(args.write)?, args),
        TokenCommand::List => list(&global.open()?),
        TokenCommand::Rm(args) => rm(&global.open()?, args),
    }
}

fn add(local: &Local, args: &AddArgs) -> Result<Answer, Failure> {
    let new = NewToken {
        name: args.name.clone(),
        uses: args.uses,
        life: args.days.saturating_mul(86_400),
        trusted: args.trusted,
    };
    let made = local.change(args.write, move |conn, desk| initial_tokens::make(conn, desk, new))?;
    let mut answer = match local.format {
        Format::Json => Answer::json(&made_json(&made, args.write)),
        _ => Answer::text(made_text(local, &made, args.write)),
    };
    if local.engine.policy.registration.mode == Mode::Off {
        answer = answer.notice(
            "nobody can use it yet: set registration.mode to token (LATCHKEY_REGISTRATION__MODE=token)",
        );
    }
    Ok(answer)
}

fn made_json(made: &Made, write: Write) -> Value {
    let mut value = as_json(&made.row);
    if let Value::Object(members) = &mut value {
        let token = if write.dry_run { Value::Null } else { json!(made.token.reveal()) };
        members.insert("initial_access_token".to_owned(), token);
        members.extend(write.dry_run.then(|| ("dry_run".to_owned(), json!(true))));
    }
    value
}

fn made_text(local: &Local, made: &Made, write: Write) -> String {
    let row = &made.row;
    let apps = if row.uses == 1 { "1 app".to_owned() } else { format!("{} apps", row.uses) };
    let trusted = if row.trusted { ", which need no review" } else { "" };
    let what = format!("for {apps}{trusted}, until {}", time(row.expires_at));
    if write.dry_run {
        return format!("Dry run: a token {what} would be made.");
    }
    format!(
        "A token {what} ({}). It is shown only now:\n\n  {}\n\nApps are registered at {}{PATH} with\n  Authorization: Bearer TOKEN\n",
        row.id,
        made.token.reveal(),
        local.issuer()
    )
}

fn list(local: &Local) -> Result<Answer, Failure> {
    let all = local.read(store::initial_tokens::all)?;
    if local.format == Format::Json {
        return Ok(Answer::json(&all.iter().map(as_json).collect::<Value>()));
    }
    if all.is_empty() {
        let again = &local.again;
        return Ok(Answer::text(format!(
            "There is no initial access token. Make one: latchkey registration token add{again}"
        )));
    }
    let now = local.engine.now();
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|row| {
            let state = match row {
                row if row.expires_at <= now => "ended",
                row if row.used >= row.uses => "used up",
                _ => "good",
            };
            vec![
                row.id.clone(),
                state.to_owned(),
                format!("{} of {}", row.used, row.uses),
                time(row.expires_at),
                if row.trusted { "yes" } else { "no" }.to_owned(),
                row.name.clone(),
            ]
        })
        .collect();
    Ok(Answer::text(table(&["ID", "STATE", "USED", "UNTIL", "TRUSTED", "NAME"], &rows)))
}

fn as_json(row: &Row) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "trusted": row.trusted,
        "uses": row.uses,
        "used": row.used,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    })
}

fn rm(local: &Local, args: &RmArgs) -> Result<Answer, Failure> {
    let id = args.id.clone();
    local.change(args.write, move |conn, desk| initial_tokens::remove(conn, desk, &id))?;
    if local.format == Format::Json {
        return Ok(Answer::json(&json!({ "removed": args.id, "dry_run": args.write.dry_run })));
    }
    let would = if args.write.dry_run { "would be" } else { "is" };
    Ok(Answer::text(format!("Token {} {would} deleted.", args.id)))
}
