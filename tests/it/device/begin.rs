//! The device authorization endpoint (RFC 8628 §3.1, §3.2).

use super::{GRANT, as_tv, ask, begin, codes, poll, tv};
use crate::harness::app::{CHALLENGE, TestApp};
use crate::harness::database::query;
use crate::harness::expect::rows;
use crate::harness::http::Answer;
use latchkey::protocol::client_auth::AuthMethod;
use std::collections::HashSet;

const API: &str = "https://api.example.com";

#[test]
fn sec_l2_the_answer_is_that_of_rfc_8628_and_no_code_is_stored() {
    let app = TestApp::start();
    let client = tv(&app);
    let answer = ask(&app, &client, &[]);
    let json = answer.json();
    let given = codes(&answer);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let uri = format!("{}/device", app.issuer);
    assert_eq!(json["verification_uri"], uri.as_str());
    assert_eq!(json["verification_uri_complete"], format!("{uri}?user_code={}", given.user));
    assert_eq!((&json["expires_in"], &json["interval"]), (&600.into(), &5.into()));
    let letters = |part: &str| part.len() == 4 && part.bytes().all(|b| b"BCDFGHJKLMNPQRSTVWXZ".contains(&b));
    let (first, second) = given.user.split_once('-').expect("XXXX-XXXX");
    assert!(letters(first) && letters(second), "{}", given.user);
    // 256 random bits after the name of the row.
    assert!(given.device.starts_with("lk_dc_") && given.device.len() == 6 + 26 + 43, "{}", given.device);
    let more: HashSet<String> = (0..20).map(|_| begin(&app, &client).device).collect();
    assert_eq!(more.len(), 20);
    let stored = query(&app.engine.db, "SELECT device_digest || ' ' || user_code AS line FROM device_codes");
    for line in stored {
        for secret in
            [&given.user, &given.user.replace('-', ""), &given.device, &given.device[32..].to_owned()]
        {
            assert!(!line.contains(secret.as_str()), "{line}");
        }
    }
}

#[track_caller]
fn refused(app: &TestApp, answer: &Answer, error: &str, code: &str) {
    app.assert_json(answer, if error == "invalid_client" { 401 } else { 400 }, error, code);
    assert_eq!(rows(app, "device_codes"), 0, "nothing is stored");
}

#[test]
fn sec_l4_what_the_authorization_endpoint_refuses_is_refused_here() {
    let app = TestApp::start();
    let client = app.client("tv", |m| {
        as_tv(m);
        m.resources = vec![API.to_owned()];
    });
    let no_grant = app.web_client();
    let secret = app.client("box", |m| {
        as_tv(m);
        m.token_endpoint_auth_method = AuthMethod::ClientSecretBasic;
    });
    refused(&app, &ask(&app, &no_grant, &[]), "unauthorized_client", "LK-1221");
    let stranger = crate::harness::app::TestClient { id: "nobody".to_owned(), secret: String::new() };
    refused(&app, &ask(&app, &stranger, &[]), "invalid_client", "LK-1213");
    let guessed = crate::harness::app::TestClient { id: secret.id.clone(), secret: "wrong".to_owned() };
    refused(&app, &ask(&app, &guessed, &[]), "invalid_client", "LK-1213");
    let without = crate::harness::app::TestClient { id: secret.id.clone(), secret: String::new() };
    refused(&app, &ask(&app, &without, &[]), "invalid_client", "LK-1213");
    let table: &[(&[(&str, &str)], &str, &str)] = &[
        (&[("scope", "openid admin")], "invalid_scope", "LK-1115"),
        (&[("scope", "a\"b")], "invalid_scope", "LK-1114"),
        (&[("resource", "https://other.example.com")], "invalid_target", "LK-1122"),
        (&[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")], "invalid_request", "LK-1112"),
        (&[("code_challenge", CHALLENGE)], "invalid_request", "LK-1112"),
        (&[("code_challenge", "short"), ("code_challenge_method", "S256")], "invalid_request", "LK-1113"),
        (&[("scope", "openid"), ("scope", "openid")], "invalid_request", "LK-1105"),
        (&[("authorization_details", "[]")], "invalid_authorization_details", "LK-1123"),
    ];
    for (more, error, code) in table {
        refused(&app, &ask(&app, &client, more), error, code);
    }
    let in_query =
        app.call("POST", "/oauth2/device_authorization?client_secret=x").form(&[("client_id", "tv")]);
    refused(&app, &in_query.send(), "invalid_request", "LK-1202");
    assert_eq!(app.call("GET", "/oauth2/device_authorization").send().status, 405);
    codes(&ask(&app, &client, &[("resource", API), ("scope", "")]));
    codes(&ask(&app, &secret, &[]));
}

/// Anybody can ask in the name of a public client, and each is a row that waits.
#[test]
fn sec_u4_a_network_begins_so_many_devices_and_no_more() {
    let app = TestApp::with_env(&[
        ("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
        ("LATCHKEY_SESSION__BEGUN_PER_NETWORK", "3"),
    ]);
    let client = tv(&app);
    let from = |ip: &str| {
        let call = app.call("POST", "/oauth2/device_authorization").header("X-Forwarded-For", ip);
        call.form(&[("client_id", &client.id)]).send()
    };
    (0..3).for_each(|_| drop(codes(&from("203.0.113.9"))));
    app.assert_json(&from("203.0.113.9"), 429, "temporarily_unavailable", "LK-1911");
    assert_eq!(rows(&app, "device_codes"), 3);
    codes(&from("198.51.100.1"));
}

#[test]
fn devices_are_forgotten_an_hour_after_their_codes_end() {
    let app = TestApp::start();
    let client = tv(&app);
    let given = begin(&app, &client);
    let mut visitor = app.visitor();
    assert_eq!(super::enter(&mut visitor, &given.user).status, 303);
    app.advance(4100);
    let now = app.clock.now();
    app.write(move |conn| latchkey::store::prune::batch(conn, now));
    app.assert_json(&poll(&app, &client, &given), 400, "expired_token", "LK-1252");
    app.advance(200);
    let now = app.clock.now();
    app.write(move |conn| latchkey::store::prune::batch(conn, now));
    assert_eq!(
        (rows(&app, "device_codes"), rows(&app, "device_visits"), rows(&app, "device_tries")),
        (0, 0, 0)
    );
    app.assert_json(&poll(&app, &client, &given), 400, "invalid_grant", "LK-1254");
}

#[test]
fn discovery_names_the_endpoint_and_the_grant() {
    let app = TestApp::start();
    let said = app.call("GET", "/.well-known/oauth-authorization-server").send().json();
    let endpoint = format!("{}/oauth2/device_authorization", app.issuer);
    assert_eq!(said["device_authorization_endpoint"], endpoint.as_str());
    assert!(said["grant_types_supported"].as_array().unwrap().contains(&GRANT.into()));
}
