//! `latchkey errors`: every error code with its cause and fix; `docs/errors.md` is this text.

use super::failure::Failure;
use super::local::Global;
use super::output::{Answer, Format};
use crate::protocol::refusal::{Answer as Way, REGISTRY, Row};
use serde_json::{Value, json};

const INTRODUCTION: &str = "\
# Error codes

Whenever Latchkey refuses a request it names the reason: a code such as `LK-1104` and a trace id, on the error page, in the
JSON or the redirect the app gets, and in the log. Codes never change their meaning. Whoever runs the server sees every
check of the request, with what was expected and what came: `latchkey trace show TRACE_ID`.

This page is made by `latchkey errors` from the registry in `src/protocol/registry.rs`.
";

/// Prints the reference.
///
/// # Errors
/// Never, but for a form it does not have.
pub fn run(global: &Global) -> Result<Answer, Failure> {
    global.no_env()?;
    if global.output == Format::Json {
        return Ok(Answer::json(&Value::Array(REGISTRY.iter().map(as_json).collect())));
    }
    Ok(Answer::text(reference()))
}

/// The reference as Markdown.
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    let mut group = 0;
    for row in REGISTRY {
        if row.number / 100 != group {
            group = row.number / 100;
            text.push_str(&format!("\n## {}\n", group_name(group)));
        }
        text.push_str(&entry(row));
    }
    text
}

fn group_name(group: u16) -> &'static str {
    match group {
        11 => "Authorization endpoint",
        12 => "Client authentication and token endpoint",
        13 => "Access tokens",
        14 => "Revocation and introspection",
        15 => "Logout",
        16 => "Pages for people",
        17 => "Registration",
        18 => "Devices",
        19 => "Transport and server",
        20 => "Accounts and second factors",
        21 => "Limits and browser apps",
        _ => "Others",
    }
}

/// The heading is the anchor: `errors.md#lk-1104`.
fn entry(row: &Row) -> String {
    let way = match row.answer {
        Way::Page => "an error page, never a redirect",
        Way::Redirect => "a redirect to the app",
        Way::Json => "JSON",
        Way::Bearer => "`WWW-Authenticate: Bearer`",
    };
    let status = if row.answer == Way::Redirect { "303".to_owned() } else { row.status.to_string() };
    let cells = [
        ("name", format!("`{}`", row.name)),
        ("cause", row.cause.to_owned()),
        ("who must act", row.who.as_str().to_owned()),
        ("fix", row.fix.to_owned()),
        ("specification", row.spec.to_owned()),
        ("OAuth error", format!("`{}`", row.error.as_str())),
        ("answer", format!("{status}, {way}")),
    ];
    let mut text = format!("\n### {}\n\n| | |\n| --- | --- |\n", row.code);
    for (name, value) in cells {
        text.push_str(&format!("| {name} | {} |\n", value.replace('|', "\\|")));
    }
    text
}

fn as_json(row: &Row) -> Value {
    json!({
        "code": row.code,
        "name": row.name,
        "cause": row.cause,
        "who": row.who.as_str(),
        "fix": row.fix,
        "spec": row.spec,
        "error": row.error.as_str(),
        "status": row.status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_reference_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
        let current = reference();
        if std::env::var_os("LATCHKEY_BLESS").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == current, "docs/errors.md is stale: run LATCHKEY_BLESS=1 cargo test reference");
    }

    #[test]
    fn every_group_has_a_name_and_every_code_one_anchor() {
        let text = reference();
        assert!(!text.contains("## Others"), "name the new group");
        for row in REGISTRY {
            let heading = format!("\n### {}\n", row.code);
            assert_eq!(text.matches(&heading).count(), 1, "{}", row.code);
        }
    }
}
