//! `latchkey resource list`.

use super::super::failure::Failure;
use super::super::local::Global;
use super::super::output::{Answer, Format, table};
use super::{form, life};
use crate::engine::admin::resources;
use crate::store;
use serde_json::Value;

/// Lists all resources.
///
/// # Errors
/// The store.
pub fn run(global: &Global) -> Result<Answer, Failure> {
    let local = global.open()?;
    let all = local.read(store::resources::all)?;
    if local.format == Format::Json {
        return Ok(Answer::json(&all.iter().map(resources::shown).collect::<Value>()));
    }
    if all.is_empty() {
        let again = &local.again;
        return Ok(Answer::text(format!(
            "No resource is registered. Register one: latchkey resource add URI NAME{again}"
        )));
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|resource| {
            vec![
                resource.identifier.clone(),
                resource.name.clone(),
                form(resource).to_owned(),
                life(resource),
                resource.scope.to_string(),
            ]
        })
        .collect();
    Ok(Answer::text(table(&["IDENTIFIER", "NAME", "TOKENS", "LIFE", "SCOPE"], &rows)))
}
