//! `latchkey trace`: why a request was refused, check by check.

use super::exit::Exit;
use super::failure::Failure;
use super::local::{Global, Local};
use super::output::{Answer, Format, one_line, pairs, table, time};
use crate::engine::trace::Step;
use crate::protocol::refusal::{REGISTRY, Row};
use crate::store::traces;
use serde_json::{Value, json};

/// What to do with traces.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Show one: the id stands on the error page, in headers and in the log
    Show(ShowArgs),
    /// List the newest
    #[command(visible_alias = "ls")]
    List(ListArgs),
}

/// Which trace.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Its id
    id: String,
}

/// Which traces.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only of this app
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// Traces at the most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

/// Traces that are searched for one app's, at the most.
const SEARCHED: i64 = 1_000_000;

/// Runs one.
///
/// # Errors
/// No such trace, the store.
pub fn run(global: &Global, command: &Command) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    match command {
        Command::Show(args) => show(&local, args),
        Command::List(args) => list(&local, args),
    }
}

fn show(local: &Local, args: &ShowArgs) -> Result<Answer, Failure> {
    let id = args.id.trim();
    let Some(trace) = local.read(|conn| traces::find(conn, id))? else {
        let fix = "Copy the id from the error page or the log; traces are kept for a while only (trace.keep_seconds).";
        return Err(Failure::new(Exit::NotFound, format!("there is no trace {}", one_line(id)), fix));
    };
    let steps = steps(&trace.story);
    let row = row_of(&trace.code);
    if local.format == Format::Json {
        let mut value = as_json(&trace);
        if let Value::Object(members) = &mut value {
            members.insert("cause".to_owned(), json!(row.map(|row| row.cause)));
            members.insert("who".to_owned(), json!(row.map(|row| row.who.as_str())));
            members.insert("fix".to_owned(), json!(row.map(|row| row.fix)));
            members.insert("steps".to_owned(), serde_json::to_value(&steps).unwrap_or_default());
        }
        return Ok(Answer::json(&value));
    }
    let said = |text: fn(&Row) -> &str| row.map(text).unwrap_or_default().to_owned();
    let head = [
        ("trace", trace.id.clone()),
        ("at", time(trace.at)),
        ("app", trace.client_id.clone().unwrap_or_else(|| "unknown".to_owned())),
        ("endpoint", trace.route.clone()),
        ("result", trace.code.clone()),
        ("cause", said(|row| row.cause)),
        ("who", said(|row| row.who.as_str())),
        ("fix", said(|row| row.fix)),
        ("spec", said(|row| row.spec)),
    ];
    Ok(Answer::text(format!("{}\n{}", pairs(&head), story(&steps))))
}

/// The checks in their order; of the one that failed, what was expected and what came.
fn story(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        let mark = if step.passed { "ok" } else { "NO" };
        text.push_str(&format!("  {mark}  {}\n", one_line(&step.check)));
        for (name, value) in [("expected", &step.expected), ("received", &step.received)] {
            if !value.is_empty() {
                text.push_str(&format!("        {name}  {}\n", one_line(value)));
            }
        }
    }
    text
}

fn list(local: &Local, args: &ListArgs) -> Result<Answer, Failure> {
    let most = if args.client.is_some() { SEARCHED } else { args.limit };
    let mut found = local.read(|conn| traces::newest(conn, most))?;
    if args.client.is_some() {
        found.retain(|trace| trace.client_id == args.client);
        found.truncate(usize::try_from(args.limit).unwrap_or(usize::MAX));
    }
    if local.format == Format::Json {
        return Ok(Answer::json(&Value::Array(found.iter().map(as_json).collect())));
    }
    if found.is_empty() {
        return Ok(Answer::default().notice("there is no trace: nothing was refused, or it is too long ago"));
    }
    let rows: Vec<Vec<String>> = found
        .into_iter()
        .map(|trace| {
            let cause = row_of(&trace.code).map(|row| row.cause).unwrap_or_default();
            vec![
                trace.id,
                time(trace.at),
                trace.client_id.unwrap_or_default(),
                trace.route,
                trace.code,
                cause.to_owned(),
            ]
        })
        .collect();
    Ok(Answer::text(table(&["ID", "AT", "APP", "ENDPOINT", "RESULT", "CAUSE"], &rows)))
}

/// The stored story is a list of steps, or an object that holds one under `steps`.
fn steps(story: &str) -> Vec<Step> {
    let value: Value = serde_json::from_str(story).unwrap_or_default();
    let list = value.get("steps").cloned().unwrap_or(value);
    serde_json::from_value(list).unwrap_or_default()
}

fn row_of(code: &str) -> Option<&'static Row> {
    REGISTRY.iter().find(|row| row.code == code || row.name == code)
}

fn as_json(trace: &traces::Row) -> Value {
    json!({ "id": trace.id, "at": trace.at, "client_id": trace.client_id, "route": trace.route, "code": trace.code })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_shows_the_difference_and_cannot_drive_the_terminal() {
        let stored = r#"[{"check":"client_unknown","passed":true},
            {"check":"redirect_uri_mismatch","passed":false,"expected":"https://a/cb","received":"https://a/cb/\u001b[2J"}]"#;
        let text = story(&steps(stored));
        let expected = "  ok  client_unknown\n  NO  redirect_uri_mismatch\n        expected  https://a/cb\n        received  https://a/cb/ [2J\n";
        assert_eq!(text, expected);
        assert_eq!(steps(&format!("{{\"steps\":{stored}}}")).len(), 2);
        assert!(steps("not json").is_empty());
    }
}
