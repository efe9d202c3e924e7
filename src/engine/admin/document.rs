//! Client metadata as people write it: a JSON document by RFC 7591 §2, or single `key=value` pairs.
//! Every problem is found, not only the first; members this server does not know are named, not
//! refused (RFC 7591 §2: "The authorization server MUST ignore any client metadata sent by the
//! client that it does not understand").

use super::fault::FieldProblem;
use super::metadata::normalized;
use crate::base::secret::Secret;
use crate::domain::client::Metadata;
use crate::engine::device::GRANT_TYPE;
use crate::engine::keys::strict_json;
use serde_json::{Map, Value};

/// Every metadata key with what it takes.
pub const KEYS: &[(&str, &str)] = &[
    ("client_name", "the name people know the app by"),
    ("application_type", "web or native"),
    (
        "token_endpoint_auth_method",
        "client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or none",
    ),
    ("redirect_uris", "a list of URIs"),
    ("post_logout_redirect_uris", "a list of URIs"),
    (
        "grant_types",
        "a list of authorization_code, refresh_token, client_credentials, device_code (implicit needs legacy_response_types)",
    ),
    ("response_types", "a list of code (others need legacy_response_types)"),
    ("scope", "space-separated scope names"),
    ("client_uri", "a URI"),
    ("logo_uri", "a URI"),
    ("policy_uri", "a URI"),
    ("tos_uri", "a URI"),
    ("contacts", "a list of e-mail addresses"),
    ("default_max_age", "a number of seconds"),
    ("require_auth_time", "true or false"),
    ("pkce", "required or optional"),
    ("consent", "ask or skip"),
    ("second_factor", "optional or required"),
    ("access_token_format", "jwt or opaque"),
    ("access_token_seconds", "a number of seconds, 10 to 3600"),
    ("refresh_grace_seconds", "a number of seconds, 0 to 60"),
    ("refresh_token_delivery", "body or cookie"),
    ("resources", "a list of URIs"),
    ("introspects", "a list of URIs"),
    ("cors_origins", "a list of origins, for example https://app.example.com"),
    ("jwks", "a JWK set with public keys"),
    ("jwks_uri", "a URI"),
    ("token_endpoint_auth_signing_alg", "RS256, PS256, ES256, EdDSA or HS256"),
    ("id_token_signed_response_alg", "RS256, PS256, ES256, EdDSA or none"),
    ("userinfo_signed_response_alg", "RS256, PS256, ES256 or EdDSA"),
    ("access_token_signing_alg", "RS256, PS256, ES256 or EdDSA"),
    ("request_object_signing_alg", "RS256, PS256, ES256, EdDSA or none"),
    ("request_uris", "a list of URIs"),
    ("subject_type", "public or pairwise"),
    ("sector_identifier_uri", "a URI"),
    ("default_acr_values", "a list of acr values"),
    ("initiate_login_uri", "a URI"),
    ("backchannel_logout_uri", "a URI"),
    ("backchannel_logout_session_required", "true or false"),
    ("frontchannel_logout_uri", "a URI"),
    ("frontchannel_logout_session_required", "true or false"),
    ("legacy_response_types", "true or false"),
    ("accent_color", "a colour as #rrggbb"),
    ("software_id", "text"),
    ("software_version", "text"),
];

/// A document that was read.
pub struct Document {
    /// The metadata, normalized; not validated yet.
    pub metadata: Metadata,
    /// A chosen `client_id`.
    pub client_id: Option<String>,
    /// A chosen `client_secret`.
    pub client_secret: Option<Secret>,
    /// Members that were ignored because this server does not know them.
    pub ignored: Vec<String>,
}

/// The longest document, bytes.
const LONGEST: usize = 64 * 1024;

/// Reads an RFC 7591 document; what is left out has its default.
///
/// # Errors
/// Every member that does not have its form.
pub fn read(text: &str) -> Result<Document, Vec<FieldProblem>> {
    let mut members = members(text)?;
    let mut problems = Vec::new();
    let client_id = take_text(&mut members, "client_id", &mut problems);
    let client_secret = take_text(&mut members, "client_secret", &mut problems).map(Secret::new);
    let mut metadata = Metadata::named("");
    if is_machine(&members) {
        // The default scopes are about people; an app of its own has none unless they are named.
        metadata.scope.clear();
    }
    let metadata = onto(metadata, &mut members, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut ignored: Vec<String> = members.keys().map(|name| crate::base::text::plain(name, 100)).collect();
    ignored.sort_unstable();
    Ok(Document { metadata: normalized(metadata), client_id, client_secret, ignored })
}

/// The members of the one JSON object in `text`, read strictly.
///
/// # Errors
/// That it is not one.
pub fn members(text: &str) -> Result<Map<String, Value>, Vec<FieldProblem>> {
    let refuse = |problem: String| {
        vec![FieldProblem::new(
            "metadata",
            "",
            problem,
            "Send one JSON object as in RFC 7591, with client_name.",
        )]
    };
    if text.len() > LONGEST {
        return Err(refuse("is longer than 64 KiB".to_owned()));
    }
    let members = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(members)) => members,
        Ok(_) => return Err(refuse("is not a JSON object".to_owned())),
        Err(error) => return Err(refuse(format!("is not JSON: {error}"))),
    };
    // The usual reader takes the last of two members of one name; which was meant is not known.
    if strict_json::object(text.as_bytes()).is_none() {
        return Err(refuse("has a member twice, or is nested too deeply".to_owned()));
    }
    Ok(members)
}

/// Whether these members describe an app that acts for itself alone.
pub fn is_machine(members: &Map<String, Value>) -> bool {
    members.get("grant_types").and_then(Value::as_array).is_some_and(|grants| {
        !grants.is_empty() && grants.iter().all(|grant| grant.as_str() == Some("client_credentials"))
    })
}

/// Takes every member of client metadata out of `members`, and puts it over `base`.
pub fn onto(
    mut base: Metadata,
    members: &mut Map<String, Value>,
    problems: &mut Vec<FieldProblem>,
) -> Metadata {
    for (key, _) in KEYS {
        let Some(value) = members.remove(*key) else { continue };
        match with_member(&base, key, value.clone()) {
            Some(changed) => base = changed,
            None => problems.push(unfit(key, &shown(&value))),
        }
    }
    base
}

/// Sets one key from text: lists are written with commas (or as JSON), an empty text resets.
///
/// # Errors
/// An unknown key with the nearest known one, or a value that does not have the key's form.
pub fn set(metadata: &Metadata, key: &str, text: &str) -> Result<Metadata, FieldProblem> {
    if !KEYS.iter().any(|(known, _)| *known == key) {
        let fix = match nearest(key, KEYS.iter().map(|(known, _)| *known)) {
            Some(near) => format!("Did you mean {near}?"),
            None => format!(
                "Known keys: {}.",
                KEYS.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ")
            ),
        };
        return Err(FieldProblem::new(key, text, "is not a key of client metadata", fix));
    }
    let list = text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(Value::from).collect();
    let mut forms = vec![Value::String(text.to_owned())];
    forms.extend(serde_json::from_str::<Value>(text).ok());
    forms.push(Value::Array(list));
    if text.is_empty() {
        forms.insert(0, Value::Null);
    }
    let fitting = forms.into_iter().find_map(|form| with_member(metadata, key, form)).map(|mut changed| {
        changed.grant_types = grant_names(&changed.grant_types);
        changed
    });
    fitting.map(normalized).ok_or_else(|| unfit(key, text))
}

/// Grant types as they were typed, with the short name of the one that is a URN (RFC 8628 §3.4).
pub fn grant_names(typed: &[String]) -> Vec<String> {
    let full = |name: &String| if name == "device_code" { GRANT_TYPE.to_owned() } else { name.clone() };
    typed.iter().map(full).collect()
}

/// The name among `known` that a typing error most likely meant.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase().replace('-', "_");
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&typed, name), name))
        .filter(|(distance, name)| {
            *distance <= 2.max(name.len() / 4) || (typed.len() > 3 && name.starts_with(&typed))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn with_member(metadata: &Metadata, key: &str, value: Value) -> Option<Metadata> {
    let Ok(Value::Object(mut members)) = serde_json::to_value(metadata) else { return None };
    if value.is_null() {
        members.remove(key);
    } else {
        members.insert(key.to_owned(), value);
    }
    serde_json::from_value(Value::Object(members)).ok()
}

/// Takes a member out that is text.
pub fn take_text(
    members: &mut Map<String, Value>,
    key: &str,
    problems: &mut Vec<FieldProblem>,
) -> Option<String> {
    match members.remove(key) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(_) => {
            problems.push(FieldProblem::new(key, "", "is not text", "Write it in quotes, or leave it out."));
            None
        }
    }
}

fn unfit(key: &str, received: &str) -> FieldProblem {
    let takes = KEYS.iter().find(|(known, _)| *known == key).map_or("another value", |(_, takes)| takes);
    FieldProblem::new(key, received, format!("takes {takes}"), "Correct it or leave it out.")
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
