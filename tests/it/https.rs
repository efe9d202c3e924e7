//! An https issuer without a proxy: the server terminates TLS itself (behaviours 1 and 2, security row N4).

use crate::harness::app::{CALLBACK, TestApp, claims};
use crate::harness::http::form;
use serde_json::Value;
use std::collections::BTreeSet;

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// The members that a specification defines: IANA's registry "OAuth Authorization Server Metadata", which holds
/// RFC 8414, RFC 8628, RFC 8705, RFC 9101, RFC 9126, RFC 9207, RFC 9396, RFC 9449, RFC 9700 and what OpenID Connect
/// Discovery, Session Management, the logout specifications, prompt=create and CIBA register there.
const REGISTERED: [&str; 75] = [
    "acr_values_supported",
    "authorization_details_types_supported",
    "authorization_encryption_alg_values_supported",
    "authorization_encryption_enc_values_supported",
    "authorization_endpoint",
    "authorization_response_iss_parameter_supported",
    "authorization_signing_alg_values_supported",
    "backchannel_authentication_endpoint",
    "backchannel_authentication_request_signing_alg_values_supported",
    "backchannel_logout_session_supported",
    "backchannel_logout_supported",
    "backchannel_token_delivery_modes_supported",
    "backchannel_user_code_parameter_supported",
    "check_session_iframe",
    "claim_types_supported",
    "claims_locales_supported",
    "claims_parameter_supported",
    "claims_supported",
    "client_id_metadata_document_supported",
    "code_challenge_methods_supported",
    "device_authorization_endpoint",
    "display_values_supported",
    "dpop_signing_alg_values_supported",
    "end_session_endpoint",
    "frontchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "grant_types_supported",
    "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported",
    "id_token_signing_alg_values_supported",
    "introspection_encryption_alg_values_supported",
    "introspection_encryption_enc_values_supported",
    "introspection_endpoint",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "introspection_signing_alg_values_supported",
    "issuer",
    "jwks_uri",
    "mtls_endpoint_aliases",
    "nfv_token_encryption_alg_values_supported",
    "nfv_token_encryption_enc_values_supported",
    "nfv_token_signing_alg_values_supported",
    "op_policy_uri",
    "op_tos_uri",
    "prompt_values_supported",
    "protected_resources",
    "pushed_authorization_request_endpoint",
    "registration_endpoint",
    "request_object_encryption_alg_values_supported",
    "request_object_encryption_enc_values_supported",
    "request_object_signing_alg_values_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_pushed_authorization_requests",
    "require_request_uri_registration",
    "require_signed_request_object",
    "response_modes_supported",
    "response_types_supported",
    "revocation_endpoint",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "scopes_supported",
    "service_documentation",
    "signed_metadata",
    "subject_types_supported",
    "tls_client_certificate_bound_access_tokens",
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "ui_locales_supported",
    "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported",
    "userinfo_endpoint",
    "userinfo_signing_alg_values_supported",
    "http_message_signatures_supported",
];

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[test]
fn b1_the_issuer_is_https_and_the_same_in_metadata_answers_and_tokens() {
    let app = TestApp::https();
    assert_eq!(app.issuer, format!("https://localhost:{}", app.addr.port()));
    for at in [OPENID, OAUTH] {
        let said = app.call("GET", at).send().json();
        // Character by character the address it was read from, without what was added to it.
        assert_eq!(format!("{}{at}", text(&said, "issuer")), format!("https://{}{at}", app.host));
    }
    let client = app.web_client();
    app.user("ada");
    let mut visitor = app.visitor();
    let back = app.sign_in(&mut visitor, &app.authorize_path(&client.id, &[]), "ada");
    assert_eq!(back.param("iss").as_deref(), Some(app.issuer.as_str()), "RFC 9207");
    let tokens = app.redeem(&client, &back.param("code").unwrap()).json();
    for name in ["id_token", "access_token"] {
        assert_eq!(claims(text(&tokens, name))["iss"], app.issuer.as_str(), "{name}");
    }
    let said = app.call("POST", "/oauth2/introspect").basic(&client.id, &client.secret);
    let said = said.form(&[("token", text(&tokens, "access_token"))]).send().json();
    assert_eq!(said["iss"], app.issuer.as_str(), "{said}");
    let refused = visitor.get(&app.authorize_path(&client.id, &[("prompt", "none"), ("scope", "")]));
    assert_eq!(refused.param("iss").as_deref(), Some(app.issuer.as_str()), "errors too: {refused:?}");
}

#[test]
fn b2_the_metadata_is_json_with_https_endpoints_and_registered_names_only() {
    let app = TestApp::https();
    let registered = BTreeSet::from(REGISTERED);
    for at in [OPENID, OAUTH] {
        let answer = app.call("GET", at).send();
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        let said = answer.json();
        let members = said.as_object().unwrap();
        for (name, value) in members {
            assert!(registered.contains(name.as_str()), "{name} is registered nowhere");
            assert!(
                !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()),
                "{name}: {value}"
            );
            if name.ends_with("_endpoint") || name.ends_with("_uri") || name.ends_with("_iframe") {
                assert!(text(&said, name).starts_with(&format!("{}/", app.issuer)), "{name}: {value}");
            }
        }
        assert!(members.len() > 20 && members.contains_key("jwks_uri"), "{said}");
    }
}

#[test]
fn sec_n4_https_is_insisted_on_but_not_for_all_of_this_machine() {
    let named = [("LATCHKEY_ISSUER", "https://id.latchkey.test")];
    for (app, expected) in [
        (TestApp::https_with_env(&named), Some("max-age=31536000")),
        (
            TestApp::https_with_env(&[named[0], ("LATCHKEY_SERVER__HSTS_SUBDOMAINS", "true")]),
            Some("max-age=31536000; includeSubDomains"),
        ),
        // Browsers would refuse http from every port of localhost for a year.
        (TestApp::https(), None),
    ] {
        for path in ["/login", "/none", OPENID, "/oauth2/userinfo", "/assets/none"] {
            let answer = app.call("GET", path).send();
            assert_eq!(answer.header("strict-transport-security"), expected, "{path} of {}", app.issuer);
        }
    }
}

#[test]
fn sec_n1_cookies_over_https_are_secure_and_the_whole_way_works_with_them() {
    let app = TestApp::https();
    let client = app.web_client();
    app.user("ada");
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&client.id, &[]));
    for cookie in first.all("set-cookie") {
        assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure; HttpOnly"), "{cookie}");
    }
    let page = visitor.follow(first);
    let answer = app.log_in(&mut visitor, &page, "ada");
    let answer = app.consent(&mut visitor, answer);
    assert!(answer.location().starts_with(CALLBACK), "{answer:?}");
    assert!(visitor.cookies.keys().all(|name| name.starts_with("__Host-")), "{:?}", visitor.cookies.keys());
    // A form that was loaded over http elsewhere is another site's.
    let csrf = visitor.get("/account").input("csrf").unwrap();
    let forged = visitor.post_call("/account/sessions", &[("csrf", &csrf), ("session", "all")]);
    let forged =
        forged.header("Origin", &format!("http://{}", app.host)).header("Sec-Fetch-Site", "cross-site");
    assert_eq!(forged.send().status, 403);
}

#[test]
fn other_names_of_this_machine_lead_to_the_issuer_over_https() {
    let app = TestApp::https();
    let host = format!("127.0.0.1:{}", app.addr.port());
    let path = format!("/login?{}", form(&[("a", "b")]));
    let answer = app.call("GET", &path).header("Host", &host).send();
    assert_eq!((answer.status, answer.location()), (308, format!("{}{path}", app.issuer).as_str()));
}
