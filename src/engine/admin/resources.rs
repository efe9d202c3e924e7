//! Registered resources (RFC 8707): make, change, delete.

use super::fault::{AdminError, AdminResult, FieldProblem};
use super::{Desk, metadata};
use crate::base::text;
use crate::domain::audit::Event;
use crate::domain::resource::Resource;
use crate::protocol::scope::{self, Scope};
use crate::store::{Conn, clients, resources};
use serde_json::{Value, json};

/// The longest name, characters.
const LONGEST_NAME: usize = 100;

/// Makes one. `issuer` is this server itself, which is a resource already.
///
/// # Errors
/// Invalid fields, a taken identifier, store errors.
pub fn create(conn: &mut Conn, desk: &Desk, issuer: &str, resource: Resource) -> AdminResult<Resource> {
    let mut problems = problems(&resource);
    if resource.identifier == issuer {
        let problem = "is this server itself";
        let fix = "Name the API's own address, for example https://api.example.com.";
        problems.push(FieldProblem::new("identifier", issuer, problem, fix));
    }
    if !problems.is_empty() {
        return Err(AdminError::Invalid(problems));
    }
    let resource = Resource { revision: 1, created_at: desk.now(), ..resource };
    resources::insert(conn, &resource, desk.now())
        .map_err(|fault| if AdminError::is_taken(&fault) { taken(&resource) } else { fault.into() })?;
    record(conn, desk, "resource.created", (None, Some(&resource)))?;
    Ok(resource)
}

/// Replaces one, checked exactly as at creation, if it is still at its revision.
///
/// # Errors
/// Invalid fields, no such resource, changed meanwhile, store errors.
pub fn update(conn: &mut Conn, desk: &Desk, resource: Resource) -> AdminResult<Resource> {
    let problems = problems(&resource);
    if !problems.is_empty() {
        return Err(AdminError::Invalid(problems));
    }
    let old = find(conn, &resource.identifier)?;
    if !resources::update(conn, &resource, desk.now())? {
        return Err(AdminError::changed_meanwhile("identifier", &resource.identifier));
    }
    let resource = Resource { revision: resource.revision.saturating_add(1), ..resource };
    record(conn, desk, "resource.updated", (Some(&old), Some(&resource)))?;
    Ok(resource)
}

/// Deletes one that no app names any more: its scopes belong to nobody afterwards, so an app that could
/// still name it would get them for anything.
///
/// # Errors
/// No such resource, an app still names it, store errors.
pub fn delete(conn: &mut Conn, desk: &Desk, identifier: &str) -> AdminResult<Resource> {
    let old = find(conn, identifier)?;
    let (all, _) = clients::all(conn)?;
    let named = |list: &[String]| list.iter().any(|known| known == identifier);
    let users: Vec<&str> = all
        .iter()
        .filter(|client| named(&client.metadata.resources))
        .map(|client| client.id.as_str())
        .collect();
    if !users.is_empty() {
        let problem = format!("is named by {}", users.join(", "));
        let fix = "Take it out of their resources first: latchkey client edit ID --set resources=...";
        return Err(AdminError::conflict("identifier", identifier, problem, fix));
    }
    resources::delete(conn, identifier, desk.now())?;
    record(conn, desk, "resource.deleted", (Some(&old), None))?;
    Ok(old)
}

/// One of them, or that there is none.
///
/// # Errors
/// No such resource, store errors.
pub fn find(conn: &mut Conn, identifier: &str) -> AdminResult<Resource> {
    resources::find(conn, identifier)?.ok_or_else(|| AdminError::not_found("resource", identifier))
}

/// One as JSON for people and programs.
pub fn shown(resource: &Resource) -> Value {
    json!({
        "identifier": resource.identifier,
        "name": resource.name,
        "scope": resource.scope.to_string(),
        "access_token_format": resource.access_token_format,
        "access_token_seconds": resource.access_token_seconds,
        "created_at": resource.created_at,
    })
}

fn problems(resource: &Resource) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    let mut add = |field: &str, received: &str, problem: &str, fix: &str| {
        found.push(FieldProblem::new(field, received, problem, fix));
    };
    if let Err(problem) = metadata::resource(&resource.identifier) {
        add("identifier", &resource.identifier, problem, "Give a URI, for example https://api.example.com.");
    }
    let name = &resource.name;
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || text::plain(name, 1000) != *name {
        add(
            "name",
            name,
            "must be 1 to 100 characters of plain text",
            "Give the name people know the API by.",
        );
    }
    let names = resource.scope.to_string();
    if Scope::parse(&names).is_none() {
        add("scope", &names, "is malformed or has more than 100 names", "Give names such as orders:read.");
    }
    if let Some(own) = resource.scope.names().find(|name| scope::STANDARD.contains(name)) {
        add("scope", own, "belongs to this server itself", "Leave it out.");
    }
    let range = metadata::ACCESS_TOKEN_SECONDS;
    if let Some(seconds) = resource.access_token_seconds.filter(|seconds| !range.contains(seconds)) {
        let problem = format!("must be {} to {} seconds", range.start(), range.end());
        add(
            "access_token_seconds",
            &seconds.to_string(),
            &problem,
            "Give a number in that range, or leave it out.",
        );
    }
    found
}

fn taken(resource: &Resource) -> AdminError {
    let fix = "Change it with `latchkey resource edit`.";
    AdminError::conflict("identifier", &resource.identifier, "is registered already", fix)
}

fn record(
    conn: &mut Conn,
    desk: &Desk,
    kind: &'static str,
    (old, new): (Option<&Resource>, Option<&Resource>),
) -> AdminResult<()> {
    let Some(identifier) = new.or(old).map(|resource| resource.identifier.clone()) else { return Ok(()) };
    desk.audit(conn, Event::new(kind).target(identifier.as_str()))?;
    desk.revise(conn, ("resource", &identifier), (old.map(shown), new.map(shown)))
}
