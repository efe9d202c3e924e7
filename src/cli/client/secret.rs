//! `latchkey client secret`: rotation without downtime (two live secrets).

use super::super::failure::Failure;
use super::super::local::{Global, Write, secret_from_stdin};
use super::super::output::{Answer, Format, env, time};
use super::block::DRY_SECRET;
use crate::engine::admin::client_secrets::{self, NewSecret, OVERLAP};
use crate::engine::admin::{AdminError, metadata};
use serde_json::json;

/// What to do with secrets.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add a secret; the old one ends after a while
    Add(AddArgs),
    /// Remove a secret at once
    Rm(RmArgs),
}

/// A secret to add.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The app's client_id
    id: String,
    /// How long the old secret still works, seconds; 0 ends it now
    #[arg(long, value_name = "SECONDS", default_value_t = OVERLAP, value_parser = clap::value_parser!(i64).range(0..=31_536_000))]
    keep_old: i64,
    /// Choose it: read it from standard input [default: a random one]
    #[arg(long)]
    secret_stdin: bool,
    #[command(flatten)]
    write: Write,
}

/// A secret to remove.
#[derive(Debug, clap::Args)]
pub struct RmArgs {
    /// The app's client_id
    id: String,
    /// The secret's id, from `latchkey client show`
    secret_id: String,
    #[command(flatten)]
    write: Write,
}

/// Runs one.
///
/// # Errors
/// No such app or secret, too many or too few secrets, the store.
pub fn run(global: &Global, command: &Command) -> Result<Answer, Failure> {
    match command {
        Command::Add(args) => add(global, args),
        Command::Rm(args) => rm(global, args),
    }
}

fn add(global: &Global, args: &AddArgs) -> Result<Answer, Failure> {
    let chosen = if args.secret_stdin { Some(secret_from_stdin("secret")?) } else { None };
    if let Some(problem) = chosen.as_ref().and_then(|secret| metadata::validate_secret(secret.reveal()).err())
    {
        return Err(AdminError::Invalid(vec![problem]).into());
    }
    let local = global.open()?;
    let hash = chosen.as_ref().map(|secret| local.engine.passwords.hash_blocking(secret)).transpose()?;
    let (id, keep_old) = (args.id.clone(), args.keep_old);
    let added = local.change(args.write, move |conn, desk| {
        client_secrets::add(conn, desk, &id, hash.map(|phc| NewSecret { phc }), keep_old)
    })?;
    let made =
        added.secret.as_ref().map(|plain| if args.write.dry_run { DRY_SECRET } else { plain.reveal() });
    Ok(match local.format {
        Format::Env => Answer::text(env(&[("CLIENT_SECRET", made.unwrap_or_default().to_owned())])),
        Format::Json => Answer::json(&json!({
            "client_id": args.id,
            "secret_id": added.id,
            "client_secret": made,
            "old_secret_expires_at": added.old_ends_at,
            "dry_run": args.write.dry_run,
        })),
        Format::Table => {
            let old = added.old_ends_at.map(|end| format!("The old one works until {}.\n", time(end)));
            let old = old.unwrap_or_default();
            if args.write.dry_run {
                return Ok(Answer::text(format!("Dry run: {} would have a new secret. {old}", args.id)));
            }
            let line = made.map(|made| format!("It is shown only now:\n\nCLIENT_SECRET={made}\n\n"));
            let line = line.unwrap_or_default();
            Answer::text(format!("{} has a new secret ({}). {line}{old}", args.id, added.id))
        }
    })
}

fn rm(global: &Global, args: &RmArgs) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let (id, secret_id) = (args.id.clone(), args.secret_id.clone());
    local.change(args.write, move |conn, desk| client_secrets::remove(conn, desk, &id, &secret_id))?;
    if local.format == Format::Json {
        return Ok(Answer::json(&json!({ "removed": args.secret_id, "dry_run": args.write.dry_run })));
    }
    let would = if args.write.dry_run { "would be" } else { "is" };
    Ok(Answer::text(format!("Secret {} of {} {would} removed.", args.secret_id, args.id)))
}
