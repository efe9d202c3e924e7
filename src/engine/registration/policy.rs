//! What an app may say about itself (OIDC Registration §2, RFC 7591 §2): one reading for creation and for
//! update, with the whole object (security row I3). What only an admin may decide is kept as it is, and
//! refused when an app asks for something else.

use super::super::admin::{FieldProblem, document, metadata};
use super::{sector, unmet};
use crate::base::clock::Seconds;
use crate::base::secret::Secret;
use crate::domain::client::{Client, Metadata, PkcePolicy, Withheld};
use crate::engine::begun::Limits;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::scope::Scope;
use serde_json::{Map, Value};

/// Who may register apps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Nobody.
    #[default]
    Off,
    /// Who has an initial access token.
    Token,
    /// Anybody.
    Open,
}

impl Mode {
    /// As in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Token => "token",
            Self::Open => "open",
        }
    }

    /// From its name in the configuration.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Off, Self::Token, Self::Open].into_iter().find(|mode| mode.as_str() == text)
    }
}

/// What holds for apps that register themselves. The default is that there are none.
#[derive(Clone, Debug, Default)]
pub struct RegistrationPolicy {
    /// Who may register apps.
    pub mode: Mode,
    /// Whether they need no review.
    pub trusted: bool,
    /// The scopes they may have.
    pub scope: Scope,
    /// The grant types they may have.
    pub grant_types: Vec<String>,
    /// Whether they may have response types other than `code`, and the grant type `implicit`.
    pub legacy: bool,
    /// Life of their secrets, seconds; `None` for ever.
    pub secret: Option<Seconds>,
    /// How often apps may be registered without a token, in ten minutes.
    pub open: Limits,
    /// Apps registered without a token that there may be at once.
    pub most_open: i64,
    /// Those that nobody used for this long are removed, seconds; `None` for never.
    pub unused: Option<Seconds>,
}

/// What an app asked for, checked.
pub struct Asked {
    /// The metadata that it is to have, normalized and valid.
    pub metadata: Metadata,
    /// The `client_id` it sent.
    pub client_id: Option<String>,
    /// The `client_secret` it sent.
    pub client_secret: Option<Secret>,
}

/// The longest document of an app, bytes: what strangers register is held in the memory of every node.
const LONGEST: usize = 16 * 1024;

/// The members that an app decides itself. Every other member of client metadata is an admin's: what
/// is added to the metadata later is not open to strangers before somebody says so here.
const OWN: [&str; 32] = [
    "client_name",
    "application_type",
    "token_endpoint_auth_method",
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "response_types",
    "scope",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "contacts",
    "default_max_age",
    "require_auth_time",
    "jwks",
    "jwks_uri",
    "token_endpoint_auth_signing_alg",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "request_object_signing_alg",
    "request_uris",
    "subject_type",
    "sector_identifier_uri",
    "default_acr_values",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "software_id",
    "software_version",
];

/// Reads the document of an app that registers itself, or (with `current`) replaces what it registered, of
/// which an admin took `withheld`.
///
/// # Errors
/// Every member that is not as it must be.
pub fn asked(
    text: &str,
    policy: &RegistrationPolicy,
    (current, withheld): (Option<&Client>, &Withheld),
) -> Result<Asked, Vec<FieldProblem>> {
    if text.len() > LONGEST {
        let fix = "Leave out what is not needed; give keys by jwks_uri.";
        return Err(vec![FieldProblem::new("metadata", "", "is longer than 16 KiB", fix)]);
    }
    let mut members = document::members(text)?;
    // RFC 7592 §2.2: a null is read as if the member were not there.
    members.retain(|_, value| !value.is_null());
    let mut problems = Vec::new();
    unmet::take(&mut members, &mut problems);
    let (mut client_id, mut client_secret) = (None, None);
    if current.is_some() {
        client_id = document::take_text(&mut members, "client_id", &mut problems);
        client_secret = document::take_text(&mut members, "client_secret", &mut problems).map(Secret::new);
    }
    let base = base(policy, (current, withheld), &members);
    keep_ours(&base, current, &mut members, &mut problems);
    let mut metadata = document::onto(base, &mut members, &mut problems);
    if problems.is_empty() {
        if metadata.client_name.trim().is_empty() {
            metadata.client_name = unnamed(&metadata);
        }
        // First: it adds what goes with the rest, and writes response types in one order.
        metadata = metadata::normalized(metadata);
        within(policy, current, &metadata, &mut problems);
        regained(withheld, &metadata, &mut problems);
        sector::proven(&metadata, &mut problems);
        problems.extend(metadata::validate(&metadata).err().unwrap_or_default());
    }
    if problems.is_empty() { Ok(Asked { metadata, client_id, client_secret }) } else { Err(problems) }
}

/// What holds where the app says nothing.
fn base(
    policy: &RegistrationPolicy,
    (current, withheld): (Option<&Client>, &Withheld),
    members: &Map<String, Value>,
) -> Metadata {
    let mut base = current.map_or_else(|| Metadata::named(""), |client| ours_of(&client.metadata));
    let is_public =
        members.get("token_endpoint_auth_method").and_then(Value::as_str) == Some(AuthMethod::None.as_str());
    base.pkce = match current {
        // RFC 9700 §2.1.1: always of public clients. OpenID Connect has none, so that an app which
        // authenticates may leave it out.
        _ if is_public => PkcePolicy::Required,
        None => PkcePolicy::Optional,
        Some(client) => client.metadata.pkce,
    };
    base.grant_types = default_grants(members);
    base.grant_types.retain(|grant| !withheld.has_grant(grant));
    base.legacy_response_types |= policy.legacy && is_legacy(members) && !withheld.has_legacy();
    base.scope = match current {
        Some(client) => client.metadata.scope.clone(),
        None if document::is_machine(members) => String::new(),
        None => policy.scope.to_string(),
    };
    base
}

/// The admin's members of what is registered, and nothing of the app's own.
fn ours_of(current: &Metadata) -> Metadata {
    let (Ok(Value::Object(mut base)), Ok(Value::Object(mut theirs))) =
        (serde_json::to_value(Metadata::named("")), serde_json::to_value(current))
    else {
        return current.clone();
    };
    for key in document::KEYS.iter().map(|(key, _)| *key).filter(|key| !is_own(key)) {
        match theirs.remove(key) {
            Some(value) => base.insert(key.to_owned(), value),
            None => base.remove(key),
        };
    }
    serde_json::from_value(Value::Object(base)).unwrap_or_else(|_| current.clone())
}

/// Whether an app that registers itself decides this member of its metadata.
pub fn is_own(key: &str) -> bool {
    OWN.contains(&key)
}

/// Takes out the admin's members. An app may repeat what it was told (RFC 7592 §2.2: it "MUST include all
/// client metadata fields as returned"), and say nothing else there.
fn keep_ours(
    base: &Metadata,
    current: Option<&Client>,
    members: &mut Map<String, Value>,
    problems: &mut Vec<FieldProblem>,
) {
    let told = |metadata: &Metadata, key: &str, said: &Value| {
        serde_json::to_value(metadata).is_ok_and(|all| match all.get(key) {
            Some(value) => value == said,
            None => said.as_array().is_some_and(Vec::is_empty),
        })
    };
    for key in document::KEYS.iter().map(|(key, _)| *key).filter(|key| !is_own(key)) {
        let Some(said) = members.remove(key) else { continue };
        if !told(base, key, &said) && !current.is_some_and(|client| told(&client.metadata, key, &said)) {
            let problem = "can only be set by an administrator of this server";
            let shown = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
            problems.push(FieldProblem::new(key, &shown, problem, "Leave it out, and ask them to set it."));
        }
    }
}

/// OIDC Registration §2: `authorization_code` when omitted; where response types are named, those that go
/// with them.
fn default_grants(members: &Map<String, Value>) -> Vec<String> {
    let words = response_words(members);
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let mut grants = Vec::new();
    if has(&["code"]) || words.is_empty() {
        grants.push("authorization_code".to_owned());
    }
    if has(&["id_token", "token"]) {
        grants.push("implicit".to_owned());
    }
    grants
}

fn is_legacy(members: &Map<String, Value>) -> bool {
    let grants = members.get("grant_types").and_then(Value::as_array);
    response_words(members).iter().any(|word| *word != "code")
        || grants.is_some_and(|grants| grants.iter().any(|grant| grant.as_str() == Some("implicit")))
}

fn response_words(members: &Map<String, Value>) -> Vec<&str> {
    let kinds = members.get("response_types").and_then(Value::as_array);
    kinds.into_iter().flatten().filter_map(Value::as_str).flat_map(str::split_whitespace).collect()
}

/// Scopes and grant types beyond what such apps may have. A registered app may keep or give up what it
/// has and gain nothing: what an admin took from it stays taken.
fn within(
    policy: &RegistrationPolicy,
    current: Option<&Client>,
    metadata: &Metadata,
    problems: &mut Vec<FieldProblem>,
) {
    let allowed = current.map_or(&policy.scope, |client| &client.scope);
    let asked = Scope::parse(&metadata.scope).unwrap_or_default();
    let beyond: Vec<&str> = asked.names().filter(|name| !allowed.has(name)).collect();
    if !beyond.is_empty() {
        let problem = "has names that this app may not have here";
        let fix = format!("Ask for no more than {allowed}, or leave scope out.");
        problems.push(FieldProblem::new("scope", &beyond.join(" "), problem, fix));
    }
    let has = |known: &[String], grant: &String| known.contains(grant);
    let beyond = metadata.grant_types.iter().enumerate().filter(|(_, grant)| {
        let legacy = policy.legacy && *grant == "implicit";
        let kept = current.is_some_and(|client| has(&client.metadata.grant_types, grant));
        !legacy && !kept && !has(&policy.grant_types, grant)
    });
    for (index, grant) in beyond {
        let fix = format!("Use {}.", policy.grant_types.join(" or "));
        let problem = "is not offered to apps that register themselves";
        problems.push(FieldProblem::new(format!("grant_types[{index}]"), grant, problem, fix));
    }
}

/// What an admin took from the app: it does not get it back by itself, whatever others may have.
fn regained(withheld: &Withheld, metadata: &Metadata, problems: &mut Vec<FieldProblem>) {
    let grants = metadata.grant_types.iter().map(|grant| ("grant_types", grant, withheld.has_grant(grant)));
    let responses = metadata.response_types.iter();
    let responses = responses.map(|kind| ("response_types", kind, withheld.has_response(kind)));
    for (field, value, _) in grants.chain(responses).filter(|(_, _, taken)| *taken) {
        let problem = "was taken from this app by an administrator of this server";
        problems.push(FieldProblem::new(
            field,
            value,
            problem,
            "Leave it out, and ask them to give it back.",
        ));
    }
}

/// What people read where the app has no name: the place they return to.
fn unnamed(metadata: &Metadata) -> String {
    let first = metadata.redirect_uris.first().map(|uri| VerifiedRedirect::from_stored(uri).display_host());
    first.filter(|host| !host.is_empty()).unwrap_or_else(|| "An app without a name".to_owned())
}
