//! `latchkey client keys`: every key of client metadata with its meaning; `docs/clients.md` is this text.

use super::super::failure::Failure;
use super::super::local::Global;
use super::super::output::{Answer, Format};
use crate::domain::client::Metadata;
use crate::engine::admin::document::KEYS;
use crate::engine::registration::is_own;
use serde_json::{Value, json};

const INTRODUCTION: &str = "\
# Apps and their metadata

What Latchkey knows of an app is its client metadata, by the names of RFC 7591 and OpenID Connect Registration, plus a few
of its own. `latchkey client show ID` prints what an app has. There are three ways to set it:

- flags of `latchkey client add` and `latchkey client edit` for what nearly every app needs (`--help` names them),
- `--set KEY=VALUE` for every key below: a list is written with commas, or as JSON; an object as JSON. `--set KEY=` takes the
  value away: the default holds again. A list that is set replaces the one before; `--url`, `--logout-url`, `--scope` and
  `--grant` add to it, and `--rm-url`, `--rm-logout-url`, `--rm-scope` and `--rm-grant` take single entries out,
- `--metadata FILE`, a JSON document as in RFC 7591 §2; what it leaves out has its default.

What is wrong is refused with its reason, and nothing is changed. `--dry-run` tries it. An app that registers itself
(`registration.mode`) sends the same keys, but for those marked *admin*. `client_id` and `client_secret` are not metadata:
`--id`, `--secret-stdin`, `latchkey client secret`.

Guides with examples: [request objects](guides/request-objects.md), [keys instead of a secret](guides/private-key-jwt.md),
[pairwise subjects](guides/pairwise.md), [resources](guides/resources.md), [logout](guides/logout.md),
[several nodes](guides/nodes.md), [browser apps](guides/browser-apps.md), [the conformance suite](guides/conformance-suite.md).

This page is made by `latchkey client keys` from the keys in `src/engine/admin/document.rs`.

## Keys

| key | takes | default | effect | specification |
| --- | --- | --- | --- | --- |
";

const REGISTRATION: &str = "OIDC Registration §2";
const RFC7591: &str = "RFC 7591 §2";
const OURS: &str = "Latchkey's own";

/// Key, what it does, where it is from; in the order of [`KEYS`].
const EFFECTS: [(&str, &str, &str); 45] = [
    ("client_name", "Shown on every page about the app.", RFC7591),
    (
        "application_type",
        "`native` allows any loopback port and schemes like `com.example.app:/cb`.",
        "RFC 8252 §7",
    ),
    (
        "token_endpoint_auth_method",
        "The one way in which the app proves itself; `none` makes it public, and PKCE is then required.",
        "RFC 7591 §2, OIDC Core §9",
    ),
    ("redirect_uris", "Where answers may go; compared byte for byte.", "RFC 9700 §2.1"),
    (
        "post_logout_redirect_uris",
        "Where people may return to after logging out; compared byte for byte.",
        "OIDC RP-Initiated Logout §3.1",
    ),
    (
        "grant_types",
        "What the app may use at the token endpoint. `device_code` is short for the URN; `implicit` comes with `response_types`.",
        "RFC 7591 §2, RFC 8628 §3.4",
    ),
    ("response_types", "What the authorization endpoint may answer.", "RFC 7591 §2.1"),
    ("scope", "The scopes it may ask for, and those it gets when it names none.", RFC7591),
    ("client_uri", "The app's home page, linked to on pages.", RFC7591),
    ("logo_uri", "Linked to, never shown or fetched.", RFC7591),
    ("policy_uri", "Linked to where people are asked.", RFC7591),
    ("tos_uri", "Linked to where people are asked.", RFC7591),
    ("contacts", "Whom to ask; kept for administrators.", RFC7591),
    (
        "default_max_age",
        "A sign-in older than this is renewed when the request names no `max_age`.",
        REGISTRATION,
    ),
    ("require_auth_time", "Kept; ID tokens always have `auth_time`.", REGISTRATION),
    ("pkce", "`optional` lets a confidential app leave PKCE out; what it sends is checked.", OURS),
    ("consent", "`skip` never asks people: for apps of your own.", OURS),
    (
        "second_factor",
        "`required` asks people for a second factor whenever they sign in to the app; a remembered browser does not stand in.",
        OURS,
    ),
    ("access_token_format", "`jwt` is RFC 9068; `opaque` is a random string, to be introspected.", OURS),
    ("access_token_seconds", "Life of its access tokens; else `tokens.access_token_seconds`.", OURS),
    (
        "refresh_grace_seconds",
        "How long a refresh may be repeated with the token before; else `tokens.refresh_grace_seconds`, 0 is strict.",
        OURS,
    ),
    (
        "refresh_token_delivery",
        "`cookie` keeps the refresh tokens of an app that runs in a browser, on this server's site, out of its scripts.",
        "Latchkey's own; draft-ietf-oauth-browser-based-apps",
    ),
    (
        "resources",
        "APIs it may ask tokens for with `resource`. The order matters: without `resource` the token is for the first.",
        "RFC 8707",
    ),
    (
        "introspects",
        "It may introspect tokens for these resources, whichever app they were given to.",
        "RFC 7662",
    ),
    (
        "cors_origins",
        "Browser origins that may call token, userinfo and revocation; those of a public app's redirect URIs always may.",
        OURS,
    ),
    ("jwks", "Its public keys, by value; not beside `jwks_uri`.", RFC7591),
    ("jwks_uri", "Where its public keys are fetched from: https.", RFC7591),
    (
        "token_endpoint_auth_signing_alg",
        "The only algorithm of its client assertions; else any that fits the method.",
        REGISTRATION,
    ),
    ("id_token_signed_response_alg", "Algorithm of its ID tokens; else RS256.", REGISTRATION),
    (
        "userinfo_signed_response_alg",
        "Userinfo answers are JWTs of this algorithm; else plain JSON.",
        REGISTRATION,
    ),
    ("access_token_signing_alg", "Algorithm of its access tokens that are JWTs; else RS256.", OURS),
    (
        "request_object_signing_alg",
        "The only algorithm of its request objects; else any but `none`.",
        "OIDC Registration §2, RFC 9101",
    ),
    (
        "request_uris",
        "Where its request objects may be fetched from; compared byte for byte, without the fragment.",
        REGISTRATION,
    ),
    ("subject_type", "`pairwise` gives every sector another `sub` for the same person.", "OIDC Core §8"),
    (
        "sector_identifier_uri",
        "Its host is the sector. Needed when the redirect URIs are of several hosts: https.",
        "OIDC Core §8.1",
    ),
    (
        "default_acr_values",
        "Classes of sign-in that requests without `acr_values` ask for, best first: `urn:latchkey:acr:mfa`, `urn:latchkey:acr:password`.",
        REGISTRATION,
    ),
    (
        "initiate_login_uri",
        "Where a sign-in is begun from outside the app, as by the links on the account page: https.",
        "OIDC Core §4",
    ),
    (
        "backchannel_logout_uri",
        "A logout token is posted here when a session ends that signed in to the app.",
        "OIDC Back-Channel Logout §2.2",
    ),
    (
        "backchannel_logout_session_required",
        "Kept; logout tokens always have `sid`.",
        "OIDC Back-Channel Logout §2.2",
    ),
    (
        "frontchannel_logout_uri",
        "Loaded in a frame when the browser signs out; on the same site as a redirect URI.",
        "OIDC Front-Channel Logout §2",
    ),
    ("frontchannel_logout_session_required", "Adds `iss` and `sid` to it.", "OIDC Front-Channel Logout §2"),
    (
        "legacy_response_types",
        "Allows response types that hand tokens to the browser (`id_token`, `code id_token` and others).",
        "Latchkey's own; RFC 9700 §2.1.2",
    ),
    (
        "accent_color",
        "The colour of buttons and links while people sign in to it; made darker or lighter where it could not be read.",
        "Latchkey's own",
    ),
    ("software_id", "Kept for administrators.", RFC7591),
    ("software_version", "Kept for administrators.", RFC7591),
];

/// Prints the reference.
///
/// # Errors
/// There is no env form.
pub fn run(global: &Global) -> Result<Answer, Failure> {
    global.no_env()?;
    if global.output == Format::Json {
        return Ok(Answer::json(&rows().map(|row| json!(row)).collect()));
    }
    Ok(Answer::text(reference()))
}

/// One key.
#[derive(serde::Serialize)]
struct Row {
    key: &'static str,
    takes: &'static str,
    default: Value,
    effect: &'static str,
    specification: &'static str,
    /// Whether only an administrator may set it.
    admin: bool,
}

fn rows() -> impl Iterator<Item = Row> {
    let defaults = serde_json::to_value(Metadata::named("")).unwrap_or_default();
    KEYS.iter().map(move |(key, takes)| {
        let known = EFFECTS.iter().find(|(name, ..)| name == key);
        let (_, effect, specification) = known.copied().unwrap_or_default();
        let default = defaults.get(key).filter(|value| **value != json!("")).cloned().unwrap_or_default();
        Row { key, takes, default, effect, specification, admin: !is_own(key) }
    })
}

/// The reference as Markdown.
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    for row in rows() {
        let default = match &row.default {
            Value::Null => String::new(),
            Value::Array(entries) if entries.is_empty() => String::new(),
            Value::String(word) => format!("`{word}`"),
            Value::Array(entries) => {
                let names = entries.iter().filter_map(Value::as_str).collect::<Vec<_>>();
                format!("`{}`", names.join(","))
            }
            other => format!("`{other}`"),
        };
        let Row { key, takes, effect, specification, .. } = row;
        let admin = if row.admin { "; *admin*" } else { "" };
        text.push_str(&format!("| `{key}` | {takes} | {default} | {effect} | {specification}{admin} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_reference_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/clients.md");
        let current = reference();
        if std::env::var_os("LATCHKEY_BLESS").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == current, "docs/clients.md is stale: run LATCHKEY_BLESS=1 cargo test reference");
    }

    #[test]
    fn every_key_is_explained_in_its_order() {
        let keys: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
        let explained: Vec<&str> = EFFECTS.iter().map(|(key, ..)| *key).collect();
        assert_eq!(keys, explained);
        assert!(EFFECTS.iter().all(|(_, effect, spec)| !effect.is_empty() && !spec.is_empty()));
    }
}
