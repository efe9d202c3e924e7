//! Documents and single keys.

use super::*;
use crate::domain::client::{AccessTokenFormat, ConsentPolicy, PkcePolicy};
use crate::protocol::alg::SigningAlg;
use crate::protocol::client_auth::AuthMethod;
use serde_json::json;

#[test]
fn the_keys_are_exactly_those_of_the_metadata() {
    let mut full = Metadata::named("x");
    let uri = || Some("https://a.example".to_owned());
    (full.client_uri, full.logo_uri, full.policy_uri, full.tos_uri) = (uri(), uri(), uri(), uri());
    for list in [
        &mut full.post_logout_redirect_uris,
        &mut full.contacts,
        &mut full.resources,
        &mut full.introspects,
        &mut full.cors_origins,
        &mut full.request_uris,
        &mut full.default_acr_values,
    ] {
        list.push("x".to_owned());
    }
    (full.default_max_age, full.access_token_seconds, full.refresh_grace_seconds) =
        (Some(1), Some(1), Some(1));
    for text in [
        &mut full.accent_color,
        &mut full.jwks_uri,
        &mut full.sector_identifier_uri,
        &mut full.initiate_login_uri,
        &mut full.backchannel_logout_uri,
        &mut full.frontchannel_logout_uri,
        &mut full.software_id,
        &mut full.software_version,
    ] {
        *text = Some("x".to_owned());
    }
    for alg in [
        &mut full.token_endpoint_auth_signing_alg,
        &mut full.id_token_signed_response_alg,
        &mut full.userinfo_signed_response_alg,
        &mut full.access_token_signing_alg,
        &mut full.request_object_signing_alg,
    ] {
        *alg = Some(SigningAlg::Es256);
    }
    full.jwks = Some(serde_json::Map::from_iter([("keys".to_owned(), serde_json::json!([]))]));
    let Value::Object(members) = serde_json::to_value(&full).unwrap() else { panic!("an object") };
    let mut names: Vec<&str> = members.keys().map(String::as_str).collect();
    let mut keys: Vec<_> = KEYS.iter().map(|(key, _)| *key).collect();
    names.sort_unstable();
    keys.sort_unstable();
    assert_eq!(names, keys);
}

#[test]
fn an_rfc_7591_document_is_read_and_unknown_members_are_named() {
    let text = r#"{"client_id":"shop","client_secret":"0123456789abcdef","client_name":"Shop",
        "redirect_uris":["https://shop.example/cb"],"token_endpoint_auth_method":"client_secret_post",
        "jwks_uri":"https://shop.example/jwks","software_statement":"x","x":1}"#;
    let read = read(text).unwrap();
    assert_eq!(read.client_id.as_deref(), Some("shop"));
    assert!(read.client_secret.is_some_and(|secret| secret.reveal() == "0123456789abcdef"));
    assert_eq!(read.metadata.token_endpoint_auth_method, AuthMethod::ClientSecretPost);
    assert_eq!(read.metadata.grant_types, ["authorization_code", "refresh_token"]);
    assert_eq!(read.ignored, ["software_statement", "x"]);
}

#[test]
fn every_malformed_member_is_named() {
    let text =
        r#"{"client_name":1,"redirect_uris":"x","pkce":"maybe","client_secret":["x"],"scope":"openid"}"#;
    let fields: Vec<String> = read(text).err().unwrap().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["client_secret", "client_name", "redirect_uris", "pkce"]);
    for text in ["", "[]", "{", "7", &format!("\"{}\"", "x".repeat(70_000))] {
        assert_eq!(read(text).err().unwrap().len(), 1);
    }
}

#[test]
fn an_app_without_people_gets_no_scopes_about_people() {
    let machine = read(r#"{"client_name":"Job","grant_types":["client_credentials"]}"#).unwrap().metadata;
    assert_eq!((machine.scope.as_str(), machine.response_types.len()), ("", 0));
    let named = read(r#"{"client_name":"Job","grant_types":["client_credentials"],"scope":"a  b"}"#).unwrap();
    assert_eq!(named.metadata.scope, "a b");
}

#[test]
fn keys_are_set_from_text() {
    let set_all = |pairs: &[(&str, &str)]| {
        pairs.iter().fold(Metadata::named("x"), |metadata, (key, text)| set(&metadata, key, text).unwrap())
    };
    let metadata = set_all(&[
        ("pkce", "optional"),
        ("consent", "skip"),
        ("access_token_format", "opaque"),
        ("access_token_seconds", "300"),
        ("require_auth_time", "true"),
        ("client_name", "42"),
        ("redirect_uris", "https://a.example/cb, https://b.example/cb"),
        ("contacts", r#"["a@example.com"]"#),
        ("client_uri", "https://a.example"),
    ]);
    assert_eq!((metadata.pkce, metadata.consent), (PkcePolicy::Optional, ConsentPolicy::Skip));
    assert_eq!(metadata.access_token_format, AccessTokenFormat::Opaque);
    assert_eq!((metadata.access_token_seconds, metadata.require_auth_time), (Some(300), true));
    assert_eq!(metadata.client_name, "42", "text stays text");
    assert_eq!(metadata.redirect_uris, ["https://a.example/cb", "https://b.example/cb"]);
    assert_eq!(metadata.contacts, ["a@example.com"]);
    let reset = set(&set(&metadata, "access_token_seconds", "").unwrap(), "redirect_uris", "").unwrap();
    assert_eq!((reset.access_token_seconds, reset.redirect_uris.len()), (None, 0));
}

#[test]
fn a_wrong_key_or_value_says_what_would_do() {
    let metadata = Metadata::named("x");
    let fix = |key, text| set(&metadata, key, text).unwrap_err();
    assert!(fix("acces_token_secnds", "1").fix.contains("access_token_seconds"));
    assert!(fix("PKCE-", "1").fix.contains("pkce"));
    assert!(fix("colour", "red").fix.contains("Known keys"));
    assert!(fix("pkce", "maybe").problem.contains("required or optional"));
    assert!(fix("access_token_seconds", "soon").problem.contains("seconds"));
}

#[test]
fn a_document_is_the_same_after_a_round() {
    let metadata =
        read(r#"{"client_name":"Shop","redirect_uris":["https://shop.example/cb"]}"#).unwrap().metadata;
    let again = read(&json!(metadata).to_string()).unwrap().metadata;
    assert_eq!(metadata, again);
}
