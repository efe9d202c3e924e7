//! `latchkey client review`: stand by an app that registered itself.

use super::super::failure::Failure;
use super::super::local::{Global, Write};
use super::super::output::{Answer, Format};
use crate::engine::admin::{clients, registrations};
use serde_json::{Value, json};

/// Which app.
#[derive(Debug, clap::Args)]
#[command(after_help = "Look first at who runs it and where it returns to: latchkey client show ID")]
pub struct Args {
    /// Its client_id
    id: String,
    /// Take it back: people are warned again, and asked each time
    #[arg(long)]
    withdraw: bool,
    #[command(flatten)]
    write: Write,
}

/// Says that somebody looked at the app, or takes that back.
///
/// # Errors
/// No such app, one that an admin made, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let (id, reviewed) = (args.id.clone(), !args.withdraw);
    let client =
        local.change(args.write, move |conn, desk| registrations::review(conn, desk, &id, reviewed))?;
    if local.format == Format::Json {
        let mut value = clients::shown(&client);
        if let Value::Object(members) = &mut value {
            members.extend(args.write.dry_run.then(|| ("dry_run".to_owned(), json!(true))));
        }
        return Ok(Answer::json(&value));
    }
    let (name, would) = (&client.metadata.client_name, if args.write.dry_run { "would be" } else { "is" });
    Ok(Answer::text(if reviewed {
        format!("{name} {would} reviewed: people see it like any other app here.")
    } else {
        format!("{name} {would} unverified: people are warned, and asked each time.")
    }))
}
