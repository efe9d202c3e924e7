//! `latchkey client show`.

use super::super::failure::Failure;
use super::super::local::{Global, Local};
use super::super::output::{Answer, Format, pairs, time};
use super::block::block;
use crate::domain::client::{Client, SecretHash};
use crate::engine::admin::clients;
use crate::store::registrations::{self, Registration};
use serde_json::Value;

/// Which app.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its client_id
    id: String,
}

/// Shows an app.
///
/// # Errors
/// No such app, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    let local = global.open()?;
    let client = local.look(|conn| clients::find(conn, &args.id))?;
    Ok(match local.format {
        Format::Json => Answer::json(&clients::shown(&client)),
        Format::Env => Answer::text(block(local.issuer(), &client, None)),
        Format::Table => {
            let came = local.read(|conn| registrations::of_client(conn, &args.id))?;
            Answer::text(format!("{}{}", text(&local, &client), came.map(how_it_came).unwrap_or_default()))
        }
    })
}

/// An app for people: every member of its metadata that is set.
pub fn text(local: &Local, client: &Client) -> String {
    let state = super::state(client);
    let mut rows = vec![
        ("client_id", client.id.to_string()),
        ("state", format!("{state}, {}, revision {}", super::kind(client), client.revision)),
        ("made", time(client.created_at)),
    ];
    let value = serde_json::to_value(&client.metadata).unwrap_or_default();
    for (key, _) in crate::engine::admin::document::KEYS {
        rows.push((*key, value.get(*key).map(plain).unwrap_or_default()));
    }
    for secret in &client.secrets {
        let how = match secret.hash {
            SecretHash::Digest | SecretHash::Sealed => "random",
            SecretHash::Argon2id => "chosen",
        };
        let end = match secret.expires_at {
            Some(end) if end <= local.engine.now() => ", ended".to_owned(),
            Some(end) => format!(", ends {}", time(end)),
            None => String::new(),
        };
        rows.push(("secret", format!("{} {how}, made {}{end}", secret.id, time(secret.created_at))));
    }
    format!("{}\n{}", client.metadata.client_name, pairs(&rows))
}

/// One that registered itself, and how it may be taken for one of the admins'.
fn how_it_came(registration: Registration) -> String {
    let with = match registration.initial_token {
        Some(id) => format!("with initial access token {id}"),
        None => "without a token".to_owned(),
    };
    let trust = if registration.trusted { ", trusted" } else { "" };
    format!(
        "\nIt registered itself {with}{trust}, and can change itself. See `latchkey client review --help`.\n"
    )
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(entries) => entries.iter().map(plain).collect::<Vec<_>>().join("  "),
        other => other.to_string(),
    }
}
