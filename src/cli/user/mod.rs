//! `latchkey user`: people's accounts.

mod add;
mod factors;
mod import;
mod list;
mod passwd;
mod rm;
mod show;
mod switch;

use super::failure::Failure;
use super::local::{Global, Local, Write};
use super::output::{Answer, pairs, time};
use crate::domain::user::User;
use crate::engine::admin::links::Made;

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make an account; without a password it prints a link to set one
    Add(add::Args),
    /// Make the accounts of a file, with their passwords as another server hashed them
    Import(import::Args),
    /// List all accounts
    #[command(visible_alias = "ls")]
    List(list::Args),
    /// Show an account
    Show(show::Args),
    /// Set a password, or make a link to set one
    Passwd(passwd::Args),
    /// Show the second factors of a person, or take them away when they are lost
    Factors(factors::Args),
    /// Switch an account off: all it is signed in to ends
    Disable(switch::Args),
    /// Switch an account on again
    Enable(switch::Args),
    /// Delete an account: its data go, its id is never given to another
    Rm(rm::Args),
}

/// Runs one.
///
/// # Errors
/// Why it did not do what it was asked.
pub fn run(global: &Global, command: &Command) -> Result<Answer, Failure> {
    match command {
        Command::Add(args) => add::run(global, args),
        Command::Import(args) => import::run(global, args),
        Command::List(args) => list::run(global, args),
        Command::Show(args) => show::run(global, args),
        Command::Passwd(args) => passwd::run(global, args),
        Command::Factors(args) => factors::run(global, args),
        Command::Disable(args) => switch::run(global, args, false),
        Command::Enable(args) => switch::run(global, args, true),
        Command::Rm(args) => rm::run(global, args),
    }
}

/// Makes a link to set the account's password and prints it.
///
/// # Errors
/// A disabled account, the store.
pub fn recovery(local: &Local, user: &User, write: Write) -> Result<Answer, Failure> {
    passwd::link(local, user, write)
}

/// An account for people.
fn text(user: &User) -> String {
    let verified = if user.email_verified { " (verified)" } else { "" };
    let email = user.email.as_deref().map(|email| format!("{email}{verified}"));
    let mut rows = vec![
        ("id", user.id.to_string()),
        ("username", user.username.clone()),
        ("email", email.unwrap_or_default()),
        ("state", if user.enabled { "on" } else { "off" }.to_owned()),
        ("roles", user.roles.join(" ")),
        ("made", time(user.created_at)),
        ("changed", time(user.updated_at)),
    ];
    rows.extend(user.claims.iter().map(|(name, value)| {
        (name.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }));
    pairs(&rows)
}

/// A link for people, or what stands in for it in a dry run.
fn link_text(issuer: &str, made: &Made, dry_run: bool) -> String {
    if dry_run {
        return "A link to set the password would be made.\n".to_owned();
    }
    let url = made.recover_url(issuer);
    format!("To set the password (works once, until {}):\n\n  {url}\n", time(made.expires_at))
}
