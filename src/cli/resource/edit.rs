//! `latchkey resource edit`.

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::local::{Global, Write};
use super::super::output::Answer;
use super::{Form, shown};
use crate::domain::resource::Resource;
use crate::engine::admin::resources;
use crate::protocol::scope::Scope;

/// What to change; what is not named stays.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  latchkey resource edit https://api.example.com --scope orders:delete
  latchkey resource edit https://api.example.com --rm-scope orders:delete --seconds 300
  latchkey resource edit https://api.example.com --format client --seconds 0")]
pub struct Args {
    /// Its identifier
    identifier: String,
    /// Give it this name
    #[arg(long)]
    name: Option<String>,
    /// Also give it this scope
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Take this scope from it
    #[arg(long = "rm-scope", value_name = "SCOPE")]
    rm_scopes: Vec<String>,
    /// The form of its access tokens
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Life of its access tokens, seconds, 10 to 3600; 0 for as the app has it
    #[arg(long)]
    seconds: Option<i64>,
    #[command(flatten)]
    write: Write,
}

/// Changes it.
///
/// # Errors
/// No such resource, invalid values, changed meanwhile, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    let local = global.open()?;
    let old = local.look(|conn| resources::find(conn, &args.identifier))?;
    let new = changed(args, &old)?;
    if new == old {
        return Ok(shown(&local, &old, Some(args.write)).notice("Nothing to change."));
    }
    let saved = local.change(args.write, move |conn, desk| resources::update(conn, desk, new))?;
    Ok(shown(&local, &saved, Some(args.write)))
}

fn changed(args: &Args, old: &Resource) -> Result<Resource, Failure> {
    let mut new = old.clone();
    if let Some(name) = &args.name {
        new.name.clone_from(name);
    }
    for gone in &args.rm_scopes {
        if !new.scope.has(gone) {
            let fix = "See its scopes with `latchkey resource show IDENTIFIER`.";
            return Err(Failure::new(Exit::NotFound, format!("{gone} is no scope of this resource"), fix));
        }
        new.scope = new.scope.without(gone);
    }
    new.scope = new.scope.or(&Scope::from_stored(&args.scopes.join(" ")));
    if let Some(form) = args.format {
        new.access_token_format = form.format();
    }
    if let Some(seconds) = args.seconds {
        new.access_token_seconds = (seconds != 0).then_some(seconds);
    }
    Ok(new)
}
