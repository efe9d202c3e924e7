//! THE validator of client metadata (RFC 7591 §2): creation and every update go through it, with
//! unchanged fields included (security row I3), and every URI through one check (row I2).

pub mod algs;
pub mod browser_apps;
mod keys;
mod logout;
mod looks;
mod registration;
mod response_types;
mod subjects;

use super::fault::FieldProblem;
use crate::base::id::is_ulid;
use crate::base::text;
use crate::domain::client::{ConsentPolicy, IMPLICIT, Metadata, PkcePolicy};
use crate::domain::user::is_email;
use crate::engine::device::GRANT_TYPE;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::redirect_uri;
use crate::protocol::scope::Scope;
use std::collections::HashSet;
use url::Url;

/// The grant types an app may be registered for (RFC 6749 §4.1, §6, §4.4; RFC 8628 §3.4).
pub const GRANT_TYPES: [&str; 4] = ["authorization_code", "refresh_token", "client_credentials", GRANT_TYPE];
/// The most entries of any list.
const MOST_ENTRIES: usize = 50;
/// The longest name, characters.
const LONGEST_NAME: usize = 100;
/// Life of access tokens, seconds.
pub(super) const ACCESS_TOKEN_SECONDS: std::ops::RangeInclusive<i64> = 10..=3600;
/// Grace for a retried refresh, seconds.
const GRACE_SECONDS: std::ops::RangeInclusive<i64> = 0..=60;
/// The longest acceptable `default_max_age`, seconds (ten years).
const MAX_AGE_SECONDS: std::ops::RangeInclusive<i64> = 0..=315_360_000;
/// Schemes that browsers run or open instead of visiting.
const ACTIVE_SCHEMES: [&str; 6] = ["javascript", "data", "vbscript", "file", "blob", "about"];

/// Brings metadata into its one form: names without control and direction marks, response types
/// that follow from the grant types.
#[must_use]
pub fn normalized(mut metadata: Metadata) -> Metadata {
    metadata.client_name = text::plain(&metadata.client_name, 1000);
    metadata.scope = metadata.scope.split_whitespace().collect::<Vec<_>>().join(" ");
    response_types::normalized(metadata)
}

/// Checks normalized metadata; all problems at once.
///
/// # Errors
/// Every field that is not as it must be.
pub fn validate(metadata: &Metadata) -> Result<(), Vec<FieldProblem>> {
    let mut found = Found(Vec::new());
    name(metadata, &mut found);
    uris(metadata, &mut found);
    origins(metadata, &mut found);
    grants(metadata, &mut found);
    trust(metadata, &mut found);
    scope(metadata, &mut found);
    numbers(metadata, &mut found);
    contacts(metadata, &mut found);
    registration::check(metadata, &mut found);
    algs::check(metadata, &mut found);
    subjects::check(metadata, &mut found);
    looks::check(metadata, &mut found);
    keys::check(metadata, &mut found);
    logout::validate(metadata, &mut found);
    browser_apps::check(metadata, &mut found);
    if found.0.is_empty() { Ok(()) } else { Err(found.0) }
}

/// Checks a `client_id` that somebody chose. It must not look like an id made here: a client's own
/// tokens carry it as `sub`, where the ids of people stand.
///
/// # Errors
/// Why it cannot be used.
pub fn validate_id(id: &str) -> Result<(), FieldProblem> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-');
    if id.is_empty() || id.len() > 100 || !id.bytes().all(allowed) {
        let problem = "must be 1 to 100 characters of A-Z a-z 0-9 . _ ~ -";
        return Err(FieldProblem::new(
            "client_id",
            id,
            problem,
            "Choose a short name, for example bookshop.",
        ));
    }
    // Ids of people are ULIDs; Crockford's letters are read in either case.
    if is_ulid(id) || is_ulid(&id.to_ascii_uppercase()) {
        let problem = "has the form of an id that this server makes (a ULID)";
        return Err(FieldProblem::new(
            "client_id",
            id,
            problem,
            "Choose another one, or leave it out to get one.",
        ));
    }
    Ok(())
}

/// Checks a client secret that somebody chose; its text is never repeated.
///
/// # Errors
/// Why it cannot be used.
pub fn validate_secret(secret: &str) -> Result<(), FieldProblem> {
    let problem = if secret.len() < 16 {
        "is shorter than 16 bytes"
    } else if secret.len() > 1024 {
        "is longer than 1,024 bytes"
    } else if secret.chars().any(char::is_control) {
        "holds control characters"
    } else {
        return Ok(());
    };
    Err(FieldProblem::new(
        "client_secret",
        "",
        problem,
        "Leave it out to get a random one, or choose at least 16 characters.",
    ))
}

struct Found(Vec<FieldProblem>);

impl Found {
    fn add(
        &mut self,
        field: impl Into<String>,
        received: &str,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.0.push(FieldProblem::new(field, received, problem, fix));
    }

    /// A list: bounded, without repeats, each entry as `check` wants it.
    fn list(&mut self, field: &str, entries: &[String], check: impl Fn(&str) -> Result<(), &'static str>) {
        if entries.len() > MOST_ENTRIES {
            let problem = format!("has {} entries; at most {MOST_ENTRIES} are allowed", entries.len());
            self.add(field, "", problem, "Remove those that are not used.");
            return;
        }
        let mut seen = HashSet::new();
        for (index, entry) in entries.iter().enumerate() {
            let place = format!("{field}[{index}]");
            if let Err(problem) = check(entry) {
                self.add(place, entry, problem, "Correct it or leave it out.");
            } else if !seen.insert(entry) {
                self.add(place, entry, "stands there twice", "Leave one out.");
            }
        }
    }

    fn number(&mut self, field: &str, value: Option<i64>, range: &std::ops::RangeInclusive<i64>) {
        if let Some(value) = value.filter(|value| !range.contains(value)) {
            let problem = format!("must be {} to {} seconds", range.start(), range.end());
            self.add(field, &value.to_string(), problem, "Give a number in that range, or leave it out.");
        }
    }
}

fn name(metadata: &Metadata, found: &mut Found) {
    let name = &metadata.client_name;
    if name.is_empty() {
        found.add("client_name", "", "is missing", "Give the name that people know the app by.");
    } else if name.chars().count() > LONGEST_NAME {
        found.add("client_name", name, "is longer than 100 characters", "Give a shorter name.");
    } else if name.chars().any(text::is_unsafe_char) || name.trim() != name {
        found.add("client_name", name, "holds characters that cannot be shown", "Give plain text.");
    }
}

fn uris(metadata: &Metadata, found: &mut Found) {
    let native = metadata.application_type == crate::domain::client::ApplicationType::Native;
    let returning = |uri: &str| redirect_uri::validate(uri, native).map_err(|unfit| unfit.0);
    found.list("redirect_uris", &metadata.redirect_uris, returning);
    found.list("post_logout_redirect_uris", &metadata.post_logout_redirect_uris, returning);
    let shown = [
        ("client_uri", &metadata.client_uri),
        ("logo_uri", &metadata.logo_uri),
        ("policy_uri", &metadata.policy_uri),
        ("tos_uri", &metadata.tos_uri),
    ];
    for (field, uri) in shown {
        if let Some(uri) = uri
            && let Err(unfit) = redirect_uri::validate(uri, false)
        {
            found.add(field, uri, unfit.0, "Correct it or leave it out.");
        }
    }
    found.list("resources", &metadata.resources, resource);
    found.list("introspects", &metadata.introspects, resource);
}

/// RFC 8707 §2: an absolute URI without fragment.
pub(super) fn resource(uri: &str) -> Result<(), &'static str> {
    if uri.is_empty() || uri.len() > redirect_uri::LONGEST || !uri.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("must be 1 to 2,048 characters of plain ASCII without spaces");
    }
    if uri.contains('#') {
        return Err("must not have a fragment (#...)");
    }
    let url = Url::parse(uri).map_err(|_| "must be an absolute URI, for example https://api.example.com")?;
    if ACTIVE_SCHEMES.contains(&url.scheme()) {
        return Err("must name a resource, for example https://api.example.com");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password");
    }
    Ok(())
}

fn origins(metadata: &Metadata, found: &mut Found) {
    found.list("cors_origins", &metadata.cors_origins, |origin| {
        let url = Url::parse(origin).map_err(|_| "must be an origin, for example https://app.example.com")?;
        let secure = url.scheme() == "https" || (url.scheme() == "http" && redirect_uri::is_loopback(&url));
        if !secure || !url.has_host() {
            return Err("must be https (or http on localhost)");
        }
        if url.origin().ascii_serialization() != origin {
            return Err(
                "must be an origin alone: scheme, host and port in lower case, without path or slash",
            );
        }
        Ok(())
    });
}

fn grants(metadata: &Metadata, found: &mut Found) {
    found.list("grant_types", &metadata.grant_types, |grant| match grant {
        IMPLICIT if metadata.legacy_response_types => Ok(()),
        IMPLICIT => Err("is not offered here: it hands tokens to the browser (RFC 9700 §2.1.2); use authorization_code, or legacy_response_types=true for an app that cannot"),
        "password" => Err("is not offered here: it hands out secrets (RFC 9700 §2.4)"),
        known if GRANT_TYPES.contains(&known) => Ok(()),
        _ => Err("is unknown; known are authorization_code, refresh_token, client_credentials, device_code (urn:ietf:params:oauth:grant-type:device_code) and, with legacy_response_types, implicit"),
    });
    response_types::check(metadata, found);
    let has = |grant: &str| metadata.grant_types.iter().any(|known| known == grant);
    if metadata.grant_types.is_empty() {
        found.add(
            "grant_types",
            "",
            "is empty",
            "Allow authorization_code (people sign in) or client_credentials.",
        );
    }
    if has("authorization_code") || has(IMPLICIT) {
        if metadata.redirect_uris.is_empty() {
            let fix = "Give the address people return to, for example https://app.example.com/callback.";
            found.add("redirect_uris", "", "is empty, but people who sign in return to one", fix);
        }
    } else if has("refresh_token") && !has(GRANT_TYPE) {
        let problem = "has refresh_token without authorization_code";
        found.add("grant_types", "", problem, "Add authorization_code, or leave refresh_token out.");
    }
    // RFC 6749 §4.4: "The client credentials grant type MUST only be used by confidential clients."
    if has("client_credentials") && metadata.token_endpoint_auth_method == AuthMethod::None {
        let problem = "has client_credentials, but a public app has no credentials";
        found.add(
            "grant_types",
            "",
            problem,
            "Leave it out, or let the app authenticate with client_secret_basic.",
        );
    }
}

/// What nobody may have whose identity is not assured (RFC 8252 §8.6; security row B4).
fn trust(metadata: &Metadata, found: &mut Found) {
    if metadata.token_endpoint_auth_method != AuthMethod::None {
        return;
    }
    if metadata.pkce == PkcePolicy::Optional {
        let problem = "cannot be optional for a public app (RFC 9700 §2.1.1)";
        found.add("pkce", "optional", problem, "Leave it out; every OAuth library can send PKCE.");
    }
    let weak = |uri: &String| {
        Url::parse(uri).map_or(true, |url| url.scheme() != "https" || redirect_uri::is_loopback(&url))
    };
    if metadata.consent == ConsentPolicy::Skip && metadata.redirect_uris.iter().any(weak) {
        let problem = "cannot be skipped for a public app on localhost or with a scheme of its own: any program could pose as it";
        found.add("consent", "skip", problem, "Use consent=ask, or https redirect URIs.");
    }
}

fn scope(metadata: &Metadata, found: &mut Found) {
    if Scope::parse(&metadata.scope).is_none() {
        let problem = "is malformed or has more than 100 names";
        found.add(
            "scope",
            &metadata.scope,
            problem,
            "Give space-separated names, for example openid profile email.",
        );
    }
}

fn numbers(metadata: &Metadata, found: &mut Found) {
    found.number("access_token_seconds", metadata.access_token_seconds, &ACCESS_TOKEN_SECONDS);
    found.number("refresh_grace_seconds", metadata.refresh_grace_seconds, &GRACE_SECONDS);
    found.number("default_max_age", metadata.default_max_age, &MAX_AGE_SECONDS);
}

fn contacts(metadata: &Metadata, found: &mut Found) {
    found.list("contacts", &metadata.contacts, |contact| {
        if is_email(contact) { Ok(()) } else { Err("must be an e-mail address") }
    });
}

#[cfg(test)]
mod tests;
