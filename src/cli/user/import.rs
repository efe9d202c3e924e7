//! `latchkey user import`.

use super::super::failure::Failure;
use super::super::local::{Global, Local, Write, import_from};
use super::super::output::{Answer, Format};
use crate::engine::admin::imports::{self, Line, Made};
use serde_json::json;
use std::time::Duration;

/// Lines of one transaction.
const BATCH: usize = 500;

/// From where.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "One JSON object a line, with email or username (or both), and as wanted name, email_verified, enabled,
roles, claims and password_hash:

  {\"email\":\"ada@example.com\",\"username\":\"ada\",\"email_verified\":true,\"password_hash\":\"$2b$10$...\"}

A password_hash is bcrypt, scrypt, PBKDF2 or argon2 as crypt, PHC, Django, Werkzeug and passlib write it, or an object
with secretData and credentialData as Keycloak exports it. It is replaced by argon2id when its owner signs in.
All lines are checked before the first is made. Accounts that are there already stay as they are: run it again after
it was cut off."
)]
pub struct Args {
    /// The file, or - for standard input
    file: String,
    #[command(flatten)]
    write: Write,
}

/// Makes accounts.
///
/// # Errors
/// Every line that cannot be made, with its number; the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let lines = imports::read(&import_from(&args.file)?)?;
    let local = global.open_for(args.write)?;
    let conflicts = local.read(|conn| imports::conflicts(conn, &lines))?;
    if !conflicts.is_empty() {
        return Err(Failure::invalid(conflicts));
    }
    let slowest = imports::hashes(&lines).iter().map(|hash| local.engine.passwords.measure(hash)).max();
    let made = make(&local, lines, args.write)?;
    let waits = slowest.map(|took| noted(&local, took, args.write)).transpose()?;
    let new = made.iter().filter(|made| **made == Made::New).count();
    let known = made.len().saturating_sub(new);
    if local.format == Format::Json {
        return Ok(Answer::json(
            &json!({ "made": new, "there_already": known, "dry_run": args.write.dry_run }),
        ));
    }
    let head = if args.write.dry_run { "Dry run, nothing was changed. " } else { "" };
    let mut answer = Answer::text(format!("{head}{new} made, {known} there already."));
    if let Some(waits) = waits.filter(|_| !args.write.dry_run) {
        answer = answer.notice(format!(
            "restart running servers: they will tell wrong passwords after {} ms, so that nobody can see which accounts came from elsewhere",
            waits.as_millis()
        ));
    }
    Ok(answer)
}

fn make(local: &Local, lines: Vec<Line>, write: Write) -> Result<Vec<Made>, Failure> {
    let mut made = Vec::new();
    let mut rest = lines.into_iter();
    loop {
        let batch: Vec<Line> = rest.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(made);
        }
        made.extend(local.change(write, move |conn, desk| imports::make(conn, desk, batch))?);
    }
}

fn noted(local: &Local, took: Duration, write: Write) -> Result<Duration, Failure> {
    local.engine.passwords.equalise(took);
    local.change(write, move |conn, desk| Ok(imports::note_slowest(conn, took, desk.now())?))?;
    Ok(local.engine.passwords.told_after())
}
