//! The command line. Each command is a file: its arguments as a struct, and `run`, which returns
//! what to print or why not. To add one: a file, a variant here, a line in `dispatch`.

mod client;
mod config;
mod errors;
mod exit;
mod failure;
mod healthcheck;
mod key;
mod local;
mod migrate;
mod output;
mod recover;
mod registration;
mod resource;
mod serve;
mod session;
mod setup_link;
mod trace;
mod user;

use clap::{Parser, Subcommand};
use exit::Exit;
use failure::Failure;
use local::Global;
use output::{Answer, Format};
use std::io::Write as _;
use std::process::ExitCode;

/// An OAuth 2.0 and OpenID Connect authorization server that explains itself.
///
/// Without a command it serves: SQLite and keys under ./data, at http://localhost:8617.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, after_help = exit::HELP)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (the default)
    Serve(serve::Args),
    /// Serve for development: with a relying party to try at /try
    Dev(serve::Args),
    /// Apps that sign people in
    #[command(subcommand)]
    Client(client::Command),
    /// Who may register apps by themselves
    #[command(subcommand)]
    Registration(registration::Command),
    /// APIs that tokens are for
    #[command(subcommand)]
    Resource(resource::Command),
    /// People's accounts
    #[command(subcommand)]
    User(user::Command),
    /// Signing keys
    #[command(subcommand)]
    Key(key::Command),
    /// Where people are signed in
    #[command(subcommand)]
    Session(session::Command),
    /// Bring the database to this version's schema
    Migrate(migrate::Args),
    /// Make a link to set an administrator's password
    Recover(recover::Args),
    /// Make the link for the first administrator
    SetupLink(setup_link::Args),
    /// Why a request was refused
    #[command(subcommand)]
    Trace(trace::Command),
    /// Settings: check them, or read about each
    #[command(subcommand)]
    Config(config::Command),
    /// Every error code with its cause and fix
    Errors,
    /// Ask the running server whether it is ready
    Healthcheck(healthcheck::Args),
}

/// Runs the command of this process.
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => run(&cli),
        Err(error) => {
            // A closed pipe is not worth a second error.
            let _closed = error.print();
            let code = u8::try_from(error.exit_code()).unwrap_or(Exit::Usage.code());
            ExitCode::from(code)
        }
    }
}

fn run(cli: &Cli) -> ExitCode {
    let global = &cli.global;
    let outcome = match &cli.command {
        None => return serve::run(global, &serve::Args::default(), false),
        Some(Command::Serve(args)) => return serve::run(global, args, false),
        Some(Command::Dev(args)) => return serve::run(global, args, true),
        Some(command) => dispatch(global, command),
    };
    match outcome {
        Ok(answer) => say(&answer).into(),
        Err(failure) => complain(&failure, global.output).into(),
    }
}

fn dispatch(global: &Global, command: &Command) -> Result<Answer, Failure> {
    match command {
        Command::Client(command) => client::run(global, command),
        Command::Registration(command) => registration::run(global, command),
        Command::Resource(command) => resource::run(global, command),
        Command::User(command) => user::run(global, command),
        Command::Key(command) => key::run(global, command),
        Command::Session(command) => session::run(global, command),
        Command::Migrate(args) => migrate::run(global, args),
        Command::Recover(args) => recover::run(global, args),
        Command::SetupLink(args) => setup_link::run(global, args),
        Command::Trace(command) => trace::run(global, command),
        Command::Config(command) => config::run(global, command),
        Command::Errors => errors::run(global),
        Command::Healthcheck(args) => healthcheck::run(global, args),
        Command::Serve(_) | Command::Dev(_) => Ok(Answer::default()),
    }
}

/// Prints what there is to say. A reader that went away (`| head`) is no failure.
fn say(answer: &Answer) -> Exit {
    let mut err = std::io::stderr().lock();
    for notice in &answer.notices {
        let _closed = writeln!(err, "latchkey: {notice}");
    }
    let mut out = std::io::stdout().lock();
    match out.write_all(answer.text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let _closed = writeln!(err, "latchkey: the output cannot be written: {error}");
            Exit::Failed
        }
        _ => Exit::Ok,
    }
}

/// Says what went wrong.
fn complain(failure: &Failure, format: Format) -> Exit {
    let _closed = std::io::stderr().lock().write_all(failure.render(format).as_bytes());
    failure.exit
}

#[cfg(test)]
mod tests;
