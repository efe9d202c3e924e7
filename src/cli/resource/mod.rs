//! `latchkey resource`: APIs that tokens are for (RFC 8707).

mod add;
mod edit;
mod list;
mod rm;
mod show;

use super::failure::Failure;
use super::local::{Global, Local, Write};
use super::output::{Answer, Format, pairs, time};
use crate::domain::client::AccessTokenFormat;
use crate::domain::resource::Resource;
use crate::engine::admin::resources;
use serde_json::{Value, json};

/// What to do with resources.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Register an API with its scopes
    Add(add::Args),
    /// List all resources
    #[command(visible_alias = "ls")]
    List,
    /// Show a resource
    Show(show::Args),
    /// Change a resource
    Edit(edit::Args),
    /// Delete a resource that no app names any more
    Rm(rm::Args),
}

/// Runs one.
///
/// # Errors
/// Why it did not do what it was asked.
pub fn run(global: &Global, command: &Command) -> Result<Answer, Failure> {
    global.no_env()?;
    match command {
        Command::Add(args) => add::run(global, args),
        Command::List => list::run(global),
        Command::Show(args) => show::run(global, args),
        Command::Edit(args) => edit::run(global, args),
        Command::Rm(args) => rm::run(global, args),
    }
}

/// The form of access tokens, as typed; `client` leaves it to the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// RFC 9068
    Jwt,
    /// A random string, to be introspected
    Opaque,
    /// As the app has it
    Client,
}

impl Form {
    fn format(self) -> Option<AccessTokenFormat> {
        match self {
            Self::Jwt => Some(AccessTokenFormat::Jwt),
            Self::Opaque => Some(AccessTokenFormat::Opaque),
            Self::Client => None,
        }
    }
}

fn shown(local: &Local, resource: &Resource, write: Option<Write>) -> Answer {
    let dry = write.is_some_and(|write| write.dry_run);
    if local.format == Format::Json {
        let mut value = resources::shown(resource);
        if let (true, Value::Object(members)) = (dry, &mut value) {
            members.insert("dry_run".to_owned(), json!(true));
        }
        return Answer::json(&value);
    }
    let head = if dry { "Dry run, nothing was changed. It would be:\n" } else { "" };
    Answer::text(format!("{head}{}", text(resource)))
}

fn text(resource: &Resource) -> String {
    let rows = [
        ("identifier", resource.identifier.clone()),
        ("scope", resource.scope.to_string()),
        ("access tokens", form(resource).to_owned()),
        ("life", life(resource)),
        ("made", time(resource.created_at)),
    ];
    format!("{}\n{}", resource.name, pairs(&rows))
}

fn form(resource: &Resource) -> &'static str {
    match resource.access_token_format {
        Some(AccessTokenFormat::Jwt) => "jwt",
        Some(AccessTokenFormat::Opaque) => "opaque",
        None => "as the app has them",
    }
}

fn life(resource: &Resource) -> String {
    resource.access_token_seconds.map_or_else(|| "as the app has it".to_owned(), |s| format!("{s} seconds"))
}
