//! Apps: make, change, switch off, delete (RFC 6749 §2, RFC 7591).

use super::client_secrets::{self, NewSecret};
use super::fault::{AdminError, AdminResult, FieldProblem};
use super::{Desk, metadata};
use crate::base::id::ClientId;
use crate::base::secret::{ClientSecret, Plain};
use crate::domain::audit::Event;
use crate::domain::client::{Client, Metadata, SubjectType, Withheld};
use crate::engine::subject;
use crate::protocol::redirect_uri::csp_source;
use crate::protocol::scope::Scope;
use crate::store::grants::{self, Ending};
use crate::store::{Conn, Fault, StoreErrorKind, authorizations, clients, consents, registrations};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An app to be made.
pub struct NewClient {
    /// A chosen `client_id`; a ULID is made without one.
    pub id: Option<String>,
    /// What it is.
    pub metadata: Metadata,
    /// A chosen secret; one is made without it, unless the app is public.
    pub secret: Option<NewSecret>,
}

/// An app as it now is.
pub struct Saved {
    /// The app.
    pub client: Client,
    /// The secret made for it, to be shown once.
    pub secret: Option<Plain<ClientSecret>>,
    /// What else happened, in plain sentences.
    pub notes: Vec<&'static str>,
}

/// Makes an app.
///
/// # Errors
/// Invalid metadata, a taken `client_id`, store errors.
pub fn create(conn: &mut Conn, desk: &Desk, new: NewClient) -> AdminResult<Saved> {
    create_as(conn, desk, new, false)
}

/// [`create`], also for an app that registers itself and that nobody here has looked at.
pub(super) fn create_as(
    conn: &mut Conn,
    desk: &Desk,
    new: NewClient,
    unreviewed: bool,
) -> AdminResult<Saved> {
    let metadata = metadata::normalized(new.metadata);
    let mut problems = metadata::validate(&metadata).err().unwrap_or_default();
    problems.extend(metadata::browser_apps::elsewhere(&metadata, &desk.issuer));
    problems.extend(new.id.as_deref().and_then(|id| metadata::validate_id(id).err()));
    let id = new.id.map_or_else(|| ClientId::generate(&desk.clock, &desk.rng), ClientId::from_stored);
    let mut client = Client {
        id,
        enabled: true,
        unreviewed,
        scope: Scope::from_stored(&metadata.scope),
        metadata,
        secrets: Vec::new(),
        revision: 0,
        created_at: desk.now(),
    };
    if new.secret.is_some() {
        problems.extend(client_secrets::unfit(&client, true));
    }
    if !problems.is_empty() {
        return Err(AdminError::Invalid(problems));
    }
    if clients::find(conn, client.id.as_str())?.is_some() {
        return Err(taken(&client.id));
    }
    let mut plain = None;
    if client.metadata.token_endpoint_auth_method.has_secret() {
        let (stored, made) = client_secrets::make(desk, &client, new.secret)?;
        client.secrets.push(stored);
        plain = made;
    }
    client.revision = clients::insert(conn, &client, desk.now())
        .map_err(|fault| if AdminError::is_taken(&fault) { taken(&client.id) } else { fault.into() })?;
    record(conn, desk, "client.created", (None, Some(&client)))?;
    Ok(Saved { client, secret: plain, notes: Vec::new() })
}

/// Replaces an app's metadata: the whole object, checked exactly as at creation. With `revision`,
/// only if it is still at that one. What it takes from an app that registered itself stays taken.
///
/// # Errors
/// Invalid metadata, no such app, changed meanwhile, store errors.
pub fn update(
    conn: &mut Conn,
    desk: &Desk,
    id: &str,
    metadata: Metadata,
    revision: Option<i64>,
) -> AdminResult<Saved> {
    let old = find(conn, id)?;
    let revision = revision.unwrap_or(old.revision);
    let client = Client { metadata: metadata::normalized(metadata), revision, ..old.clone() };
    let saved = put(conn, desk, &old, client)?;
    if let Some(registration) = registrations::of_client(conn, id)? {
        let stored = registration.withheld;
        let withheld = Withheld::from_stored(stored.as_deref()).after(&old.metadata, &saved.client.metadata);
        if withheld.to_stored() != stored {
            registrations::withhold(conn, id, withheld.to_stored().as_deref())?;
        }
    }
    Ok(saved)
}

/// [`update`] by the app itself: with another name or address it is not the one that was reviewed, unless
/// whoever registered it is `trusted`.
pub(super) fn update_own(
    conn: &mut Conn,
    desk: &Desk,
    old: Client,
    metadata: Metadata,
    trusted: bool,
) -> AdminResult<Saved> {
    let mut client = Client { metadata: metadata::normalized(metadata), ..old.clone() };
    let is_another = is_renamed(&old, &client) || leads_elsewhere(&old, &client);
    client.unreviewed = old.unreviewed || (!trusted && is_another);
    if subjects_moved(&old, &client) {
        return Err(AdminError::Invalid(vec![other_subjects(&old, &client)]));
    }
    put(conn, desk, &old, client)
}

/// Puts an app with normalized metadata in the place of the old one.
fn put(conn: &mut Conn, desk: &Desk, old: &Client, mut client: Client) -> AdminResult<Saved> {
    let mut problems = metadata::validate(&client.metadata).err().unwrap_or_default();
    problems.extend(metadata::browser_apps::elsewhere(&client.metadata, &desk.issuer));
    if !problems.is_empty() {
        return Err(AdminError::Invalid(problems));
    }
    client.scope = Scope::from_stored(&client.metadata.scope);
    let id = old.id.as_str();
    if !clients::update(conn, &client, desk.now())? {
        return Err(AdminError::changed_meanwhile("client_id", id));
    }
    client.revision = client.revision.saturating_add(1);
    let mut notes = Vec::new();
    if identity_moved(old, &client) {
        consents::forget_client(conn, id)?;
        notes.push("People are asked for consent again: the app's name or address changed.");
    }
    if subjects_moved(old, &client) {
        // What an app holds of people must not tell it who they are in another sector (OIDC Core §8.1).
        authorizations::burn_codes_of_client(conn, id)?;
        grants::end_all(conn, &Ending::Client(id), "other subjects", desk.now())?;
        notes.push("People get other identifiers (sub) at this app now, and its tokens end: it will not know them again by the old ones.");
    }
    let secret = client_secrets::fit(conn, desk, &mut client)?;
    if client.is_public() && !old.is_public() {
        notes.push("Its secrets were removed: a public app has none.");
    } else if client.secrets.is_empty() && !old.secrets.is_empty() {
        notes.push("Its secrets were removed: it authenticates with its own key.");
    } else if secret.is_some() && !old.secrets.is_empty() {
        notes.push("Its secrets were replaced by a new one: the old ones cannot be used with this method.");
    }
    record(conn, desk, "client.updated", (Some(old), Some(&client)))?;
    Ok(Saved { client, secret, notes })
}

/// Switches an app on or off. While it is off nothing is issued to it and none of its tokens count.
///
/// # Errors
/// No such app, changed meanwhile, store errors.
pub fn set_enabled(conn: &mut Conn, desk: &Desk, id: &str, enabled: bool) -> AdminResult<Client> {
    let old = find(conn, id)?;
    let mut client = Client { enabled, ..old.clone() };
    if old.enabled == enabled {
        return Ok(client);
    }
    if !clients::update(conn, &client, desk.now())? {
        return Err(AdminError::changed_meanwhile("client_id", id));
    }
    client.revision = client.revision.saturating_add(1);
    let kind = if enabled { "client.enabled" } else { "client.disabled" };
    record(conn, desk, kind, (Some(&old), Some(&client)))?;
    Ok(client)
}

/// Deletes an app with its secrets, codes, grants, tokens and consents (security row I5). One whose row
/// cannot be read goes as well; it is `None`, and the record does not say what it was.
///
/// # Errors
/// No such app, store errors.
pub fn delete(conn: &mut Conn, desk: &Desk, id: &str) -> AdminResult<Option<Client>> {
    let old = match find(conn, id) {
        Err(AdminError::Store(Fault::Store(error))) if error.kind == StoreErrorKind::Inconsistent => None,
        found => Some(found?),
    };
    authorizations::burn_codes_of_client(conn, id)?;
    if !clients::delete(conn, id, desk.now())? {
        return Err(AdminError::not_found("client", id));
    }
    desk.audit(conn, Event::new("client.deleted").client(id))?;
    desk.revise(conn, ("client", id), (old.as_ref().map(shown), None))?;
    Ok(old)
}

/// An app, or that there is none.
///
/// # Errors
/// No such app, store errors.
pub fn find(conn: &mut Conn, id: &str) -> AdminResult<Client> {
    clients::find(conn, id)?.ok_or_else(|| AdminError::not_found("client", id))
}

/// An app as JSON for people and programs: RFC 7591 names, no secret.
pub fn shown(client: &Client) -> Value {
    let mut members = serde_json::Map::new();
    members.insert("client_id".to_owned(), Value::from(client.id.as_str()));
    members.insert("client_id_issued_at".to_owned(), Value::from(client.created_at));
    members.insert("enabled".to_owned(), Value::from(client.enabled));
    members.insert("unreviewed".to_owned(), Value::from(client.unreviewed));
    if let Ok(Value::Object(metadata)) = serde_json::to_value(&client.metadata) {
        members.extend(metadata);
    }
    let secrets = client.secrets.iter().map(
        |secret| json!({ "id": secret.id, "created_at": secret.created_at, "expires_at": secret.expires_at }),
    );
    members.insert("secrets".to_owned(), secrets.collect());
    Value::Object(members)
}

pub(super) fn record(
    conn: &mut Conn,
    desk: &Desk,
    kind: &'static str,
    (old, new): (Option<&Client>, Option<&Client>),
) -> AdminResult<()> {
    let Some(id) = new.or(old).map(|client| client.id.to_string()) else { return Ok(()) };
    desk.audit(conn, Event::new(kind).client(id.as_str()))?;
    desk.revise(conn, ("client", &id), (old.map(shown), new.map(shown)))
}

fn taken(id: &ClientId) -> AdminError {
    let fix = "Choose another one, or change that app with `latchkey client edit`.";
    AdminError::conflict("client_id", id.as_str(), "is taken", fix)
}

/// Whether people would now see, or be sent to, somebody else (security row B4).
fn identity_moved(old: &Client, new: &Client) -> bool {
    (old.is_unassured() || new.is_unassured())
        && (is_renamed(old, new) || old.is_unassured() != new.is_unassured())
}

/// Whether it has another name, or returns to other places.
fn is_renamed(old: &Client, new: &Client) -> bool {
    let places = |client: &Client| -> BTreeSet<String> {
        client.metadata.redirect_uris.iter().map(|uri| csp_source(uri)).collect()
    };
    old.metadata.client_name != new.metadata.client_name || places(old) != places(new)
}

/// Whether it has other addresses that people are sent to or shown.
fn leads_elsewhere(old: &Client, new: &Client) -> bool {
    let places = |client: &Client| -> BTreeSet<String> {
        let m = &client.metadata;
        let one = [&m.initiate_login_uri, &m.client_uri, &m.policy_uri, &m.tos_uri, &m.logo_uri];
        let all = m.post_logout_redirect_uris.iter().chain(one.into_iter().flatten());
        all.map(|uri| csp_source(uri)).collect()
    };
    places(old) != places(new)
}

/// An app must not learn, in codes, logouts or tokens under way, by what name another sector knows a
/// person (OIDC Core §8.1): what it is known as when it registers, it stays.
fn other_subjects(old: &Client, new: &Client) -> FieldProblem {
    let (field, received) = match (old.metadata.subject_type, new.metadata.subject_type) {
        (SubjectType::Pairwise, SubjectType::Public) => ("subject_type", "public"),
        (SubjectType::Public, SubjectType::Pairwise) => ("subject_type", "pairwise"),
        _ => ("redirect_uris", ""),
    };
    let problem = "would give people other identifiers (sub) at this app: its subject_type and sector stay as they were registered";
    FieldProblem::new(field, received, problem, "Register a new client for the other sector.")
}

/// Whether the app now knows people by other names (OIDC Core §8).
fn subjects_moved(old: &Client, new: &Client) -> bool {
    let pairwise = |client: &Client| client.metadata.subject_type == SubjectType::Pairwise;
    pairwise(old) != pairwise(new) || (pairwise(new) && subject::sector(old) != subject::sector(new))
}
