//! `latchkey key`: signing keys. They rotate by themselves; this is for looking and for emergencies.

use super::failure::Failure;
use super::local::{Global, Local, Write};
use super::output::{Answer, Format, table, time};
use crate::domain::signing_key::KeyStatus;
use crate::engine::admin::Actor;
use crate::engine::keys::{KeyInfo, Switch};
use crate::protocol::alg::SigningAlg;
use serde_json::{Value, json};

/// What to do with signing keys.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the keys: next, active, retired
    #[command(visible_alias = "ls")]
    List,
    /// Make new keys take over, one for each algorithm
    Rotate(RotateArgs),
    /// Drop a key in an emergency: every token under it is dead at once
    Revoke(RevokeArgs),
}

/// How to rotate.
#[derive(Debug, clap::Args)]
pub struct RotateArgs {
    /// Switch at once, not when every app can know the new key
    #[arg(long)]
    now: bool,
    /// Only the key of this algorithm: RS256, PS256, ES256 or EdDSA
    #[arg(long, value_parser = algorithm)]
    alg: Option<SigningAlg>,
    #[command(flatten)]
    write: Write,
}

fn algorithm(name: &str) -> Result<SigningAlg, String> {
    let known = SigningAlg::ASYMMETRIC.into_iter().find(|alg| alg.as_str().eq_ignore_ascii_case(name));
    known.ok_or_else(|| "keys are made for RS256, PS256, ES256 and EdDSA".to_owned())
}

/// Which key to revoke.
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// Its kid
    #[arg(allow_hyphen_values = true)]
    kid: String,
    #[command(flatten)]
    write: Write,
}

/// Runs one.
///
/// # Errors
/// No such key, the store.
pub fn run(global: &Global, command: &Command) -> Result<Answer, Failure> {
    global.no_env()?;
    match command {
        Command::List => {
            let local = global.open()?;
            let keys = keys(&local)?;
            Ok(shown(&local, &keys, ""))
        }
        Command::Rotate(args) => rotate(&global.open_for(args.write)?, args),
        Command::Revoke(args) => revoke(&global.open()?, args),
    }
}

fn keys(local: &Local) -> Result<Vec<KeyInfo>, Failure> {
    local.read(|conn| local.engine.keys.list(conn))
}

fn rotate(local: &Local, args: &RotateArgs) -> Result<Answer, Failure> {
    let (switch, when) = if args.now {
        (Switch::AtOnce, "at once")
    } else {
        (Switch::WhenPublished, "when every app can know it")
    };
    let what = match args.alg {
        Some(alg) => format!("A new {} key", alg.as_str()),
        None => "A new key of each algorithm".to_owned(),
    };
    if args.write.dry_run {
        let head = format!("Dry run, nothing was changed. {what} would take over {when}. Now:\n");
        return Ok(shown(local, &keys(local)?, &head));
    }
    let (ring, db, actor) = (&local.engine.keys, &local.engine.db, Actor::Cli.as_str());
    let after = match args.alg {
        Some(alg) => ring.rotate_one(db, alg, switch, actor)?,
        None => ring.rotate_now(db, switch, actor)?,
    };
    Ok(shown(local, &after, &format!("{what} takes over {when}.\n")))
}

fn revoke(local: &Local, args: &RevokeArgs) -> Result<Answer, Failure> {
    let before = keys(local)?;
    let known = before.iter().any(|key| key.kid == args.kid && key.status != KeyStatus::Revoked);
    if !known {
        return Err(Failure::not_found("key", &args.kid));
    }
    if args.write.dry_run {
        let head = "Dry run, nothing was changed. Every token under the key would be dead at once. Now:\n";
        return Ok(shown(local, &before, head));
    }
    if !local.engine.keys.revoke(&local.engine.db, &args.kid, Actor::Cli.as_str())? {
        return Err(Failure::not_found("key", &args.kid));
    }
    let head = "The key is revoked: every token under it is dead. Apps read the keys again by themselves.\n";
    Ok(shown(local, &keys(local)?, head))
}

fn shown(local: &Local, keys: &[KeyInfo], head: &str) -> Answer {
    if local.format == Format::Json {
        return Answer::json(&Value::Array(keys.iter().map(as_json).collect()));
    }
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|key| {
            vec![
                key.kid.clone(),
                key.alg.clone(),
                key.status.as_str().to_owned(),
                time(key.activate_at),
                key.expires_at.map(time).unwrap_or_default(),
            ]
        })
        .collect();
    Answer::text(format!(
        "{head}{}",
        table(&["KID", "ALG", "STATUS", "SIGNS FROM", "PUBLISHED UNTIL"], &rows)
    ))
}

fn as_json(key: &KeyInfo) -> Value {
    json!({
        "kid": key.kid,
        "alg": key.alg,
        "status": key.status.as_str(),
        "created_at": key.created_at,
        "activate_at": key.activate_at,
        "retired_at": key.retired_at,
        "expires_at": key.expires_at,
    })
}
