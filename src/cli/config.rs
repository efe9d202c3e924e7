//! `latchkey config`: check the settings, or read about each.

use super::failure::Failure;
use super::local::Global;
use super::output::{Answer, Format, table};
use crate::config;
use serde_json::{Value, json};

/// What to do with the settings.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check them; says every problem at once
    Check(CheckArgs),
    /// Print every setting with its meaning, default and limits
    Reference,
}

/// How to check.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Print every value and where it comes from
    #[arg(long)]
    show_origin: bool,
}

/// Runs one.
///
/// # Errors
/// Every problem of the configuration, exit 78.
pub fn run(global: &Global, command: &Command) -> Result<Answer, Failure> {
    global.no_env()?;
    match command {
        Command::Check(args) => check(global, args),
        Command::Reference => Ok(Answer::text(config::reference())),
    }
}

fn check(global: &Global, args: &CheckArgs) -> Result<Answer, Failure> {
    let mut settings = global.settings(&[])?;
    Global::check_files(&mut settings)?;
    let rows = settings.explain();
    let mut answer = if global.output == Format::Json {
        let row = |row: &config::Row| json!({ "key": row.key, "value": row.value, "origin": row.origin });
        let settings_json = Value::Array(rows.iter().map(row).collect());
        Answer::json(&json!({ "ok": true, "warnings": settings.warnings, "settings": settings_json }))
    } else if args.show_origin {
        let rows: Vec<Vec<String>> =
            rows.into_iter().map(|row| vec![row.key, row.value, row.origin]).collect();
        Answer::text(table(&["KEY", "VALUE", "ORIGIN"], &rows))
    } else {
        Answer::text("The configuration is good.")
    };
    for warning in &settings.warnings {
        answer = answer.notice(warning.as_str());
    }
    Ok(answer)
}
