//! `latchkey client list`.

use super::super::failure::Failure;
use super::super::local::Global;
use super::super::output::{Answer, Format, table};
use crate::engine::admin::clients;
use crate::store;
use serde_json::Value;

/// Lists all apps.
///
/// # Errors
/// The store.
pub fn run(global: &Global) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let all = local.read(store::clients::all)?;
    if local.format == Format::Json {
        return Ok(Answer::json(&Value::Array(all.iter().map(clients::shown).collect())));
    }
    if all.is_empty() {
        return Ok(Answer::text("No app is registered. Register one: latchkey client add NAME URL"));
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|client| {
            let first = client.metadata.redirect_uris.first().cloned().unwrap_or_default();
            let more = client.metadata.redirect_uris.len().saturating_sub(1);
            vec![
                client.id.to_string(),
                client.metadata.client_name.clone(),
                super::kind(client).to_owned(),
                if client.enabled { "on" } else { "off" }.to_owned(),
                if more > 0 { format!("{first} (+{more})") } else { first },
            ]
        })
        .collect();
    Ok(Answer::text(table(&["CLIENT_ID", "NAME", "KIND", "STATE", "REDIRECT_URI"], &rows)))
}
