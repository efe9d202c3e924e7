//! `latchkey client`: apps that sign people in.

mod add;
mod block;
mod edit;
mod keys;
mod list;
mod review;
mod rm;
mod secret;
mod show;

use super::failure::Failure;
use super::local::Global;
use super::output::Answer;
use crate::domain::client::{ApplicationType, Client, Metadata};
use crate::engine::admin::{FieldProblem, document};

/// What to do with apps.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Register an app: prints the lines for its .env file
    Add(add::Args),
    /// List all apps
    #[command(visible_alias = "ls")]
    List,
    /// Show an app
    Show(show::Args),
    /// Change an app
    Edit(edit::Args),
    /// Stand by an app that registered itself
    Review(review::Args),
    /// Print every key of client metadata with its meaning
    Keys,
    /// Delete an app with all its codes, tokens and consents
    Rm(rm::Args),
    /// Secrets of an app
    #[command(subcommand)]
    Secret(secret::Command),
}

/// Runs one.
///
/// # Errors
/// Why it did not do what it was asked.
pub fn run(global: &Global, command: &Command) -> Result<Answer, Failure> {
    match command {
        Command::Add(args) => add::run(global, args),
        Command::List => list::run(global),
        Command::Show(args) => show::run(global, args),
        Command::Edit(args) => edit::run(global, args),
        Command::Review(args) => review::run(global, args),
        Command::Keys => keys::run(global),
        Command::Rm(args) => rm::run(global, args),
        Command::Secret(command) => secret::run(global, command),
    }
}

/// Applies `KEY=VALUE` arguments; what is wrong with them, so that all is said at once.
fn with_settings(mut metadata: Metadata, settings: &[String]) -> (Metadata, Vec<FieldProblem>) {
    let mut problems = Vec::new();
    for setting in settings {
        let Some((key, value)) = setting.split_once('=') else {
            let fix = "Write --set KEY=VALUE, for example --set access_token_seconds=300.";
            problems.push(FieldProblem::new("--set", setting, "has no =", fix));
            continue;
        };
        match document::set(&metadata, key.trim(), value.trim()) {
            Ok(changed) => metadata = changed,
            Err(problem) => problems.push(problem),
        }
    }
    (metadata, problems)
}

/// Whether it may do anything, and whether nobody here knows it.
fn state(client: &Client) -> &'static str {
    match (client.enabled, client.unreviewed) {
        (true, false) => "on",
        (true, true) => "on, unverified",
        (false, false) => "off",
        (false, true) => "off, unverified",
    }
}

/// What kind of app it is, in two words.
fn kind(client: &Client) -> &'static str {
    match (client.is_public(), client.metadata.application_type) {
        (true, ApplicationType::Native) => "public, native",
        (true, ApplicationType::Web) => "public",
        (false, ApplicationType::Native) => "confidential, native",
        (false, ApplicationType::Web) => "confidential",
    }
}
