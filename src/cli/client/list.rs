//! `latchkey client list`.

use super::super::failure::Failure;
use super::super::local::Global;
use super::super::output::{Answer, Format, table};
use crate::engine::admin::clients;
use crate::store;
use serde_json::{Value, json};

/// Lists all apps.
///
/// # Errors
/// The store.
pub fn run(global: &Global) -> Result<Answer, Failure> {
    global.no_env()?;
    let local = global.open()?;
    let (all, unreadable) = local.read(store::clients::all)?;
    if local.format == Format::Json {
        let broken = unreadable
            .iter()
            .map(|client| json!({ "client_id": client.id, "enabled": false, "unreadable": client.why }));
        return Ok(Answer::json(&all.iter().map(clients::shown).chain(broken).collect::<Value>()));
    }
    if all.is_empty() && unreadable.is_empty() {
        let again = &local.again;
        return Ok(Answer::text(format!(
            "No app is registered. Register one: latchkey client add NAME URL{again}"
        )));
    }
    let broken = unreadable.into_iter().map(|client| {
        let (none, state) = ("-".to_owned(), "unreadable".to_owned());
        vec![client.id, none.clone(), none, state, client.why]
    });
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|client| {
            let first = client.metadata.redirect_uris.first().cloned().unwrap_or_default();
            let more = client.metadata.redirect_uris.len().saturating_sub(1);
            vec![
                client.id.to_string(),
                client.metadata.client_name.clone(),
                super::kind(client).to_owned(),
                super::state(client).to_owned(),
                if more > 0 { format!("{first} (+{more})") } else { first },
            ]
        })
        .chain(broken)
        .collect();
    Ok(Answer::text(table(&["CLIENT_ID", "NAME", "KIND", "STATE", "REDIRECT_URI"], &rows)))
}
