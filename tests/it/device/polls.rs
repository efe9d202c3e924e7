//! What a poll is answered (RFC 8628 §3.5; security row L1).

use super::{GRANT, approve, as_tv, ask, begin, codes, poll, poll_with, press, to_question, tokens, tv};
use crate::harness::app::{CHALLENGE, TestApp, TestClient, VERIFIER, claims};
use crate::harness::expect::rows;
use crate::harness::http::Answer;
use latchkey::protocol::client_auth::AuthMethod;
use std::time::{Duration, Instant};

/// The `error` of an answer.
#[track_caller]
fn said(answer: &Answer) -> String {
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()["error"].as_str().expect("an error").to_owned()
}

#[test]
fn sec_l1_each_poll_is_answered_by_the_table() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let (client, other) = (tv(&app), app.client("other", as_tv));
    let (yes, no, late) = (begin(&app, &client), begin(&app, &client), begin(&app, &client));
    // Pending, then too fast.
    assert_eq!(said(&poll(&app, &client, &yes)), "authorization_pending");
    // Turned back, so that it is too soon on the slowest machine.
    app.advance(-30);
    assert_eq!(said(&poll(&app, &client, &yes)), "slow_down");
    assert_eq!(rows(&app, "device_codes WHERE poll_seconds = 10"), 1, "stored");
    app.advance(60);
    assert_eq!(said(&poll(&app, &client, &yes)), "authorization_pending");
    // Another client's, unknown, malformed.
    approve(&app, &yes, "ada");
    assert_eq!(said(&poll(&app, &other, &yes)), "invalid_grant");
    assert_eq!(app.events("device.foreign"), 1);
    let unknown = super::Codes { device: format!("{}x", &yes.device[..yes.device.len() - 1]), ..yes.clone() };
    let unknown = if unknown.device == yes.device {
        super::Codes { device: unknown.device.replace('x', "y"), ..unknown }
    } else {
        unknown
    };
    assert_eq!(said(&poll(&app, &client, &unknown)), "invalid_grant");
    for text in ["x", "lk_dc_", "lk_dc_\u{e9}", &yes.device[..40]] {
        let garbage = super::Codes { device: text.to_owned(), ..yes.clone() };
        assert_eq!(said(&poll(&app, &client, &garbage)), "invalid_grant", "{text}");
    }
    let missing = app.token_call(&client, &[("grant_type", GRANT)]).send();
    app.assert_json(&missing, 400, "invalid_request", "LK-1204");
    // Still its owner's: once, and not twice. An answer does not wait for the interval.
    let first = tokens(&poll(&app, &client, &yes));
    assert_eq!(claims(first["id_token"].as_str().unwrap())["sub"], ada.id.as_str());
    app.assert_json(&poll(&app, &client, &yes), 400, "invalid_grant", "LK-1254");
    // A repeated poll is no theft: what was given goes on.
    assert_eq!(app.refresh_token(&client, first["refresh_token"].as_str().unwrap()).status, 200);
    assert_eq!((rows(&app, "grants"), app.events("token.issued")), (1, 2));
    // Denied.
    let mut visitor = app.visitor();
    let page = to_question(&mut visitor, &no, "ada");
    assert!(press(&mut visitor, &page, "deny").text().contains("The device was not connected"));
    app.assert_json(&poll(&app, &client, &no), 400, "access_denied", "LK-1253");
    // Expired, approved or not.
    let approved = begin(&app, &client);
    approve(&app, &approved, "ada");
    app.advance(450);
    assert_eq!(said(&poll(&app, &client, &late)), "authorization_pending");
    app.advance(150);
    app.assert_json(&poll(&app, &client, &late), 400, "expired_token", "LK-1252");
    app.assert_json(&poll(&app, &client, &approved), 400, "expired_token", "LK-1252");
    assert_eq!(said(&poll(&app, &client, &no)), "access_denied");
}

/// A device may poll for ten minutes: that somebody has not answered is no story.
#[test]
fn a_poll_that_waits_leaves_no_trace_and_no_event() {
    let app = TestApp::start();
    let client = tv(&app);
    let given = begin(&app, &client);
    let events = rows(&app, "audit_events");
    for _ in 0..10 {
        assert_eq!(said(&poll(&app, &client, &given)), "authorization_pending");
        app.advance(5);
    }
    // One that is kept comes after them.
    app.advance(-60);
    assert_eq!(said(&poll(&app, &client, &given)), "slow_down");
    let started = Instant::now();
    while rows(&app, "flow_traces WHERE code = 'LK-1251'") == 0 {
        assert!(started.elapsed() < crate::harness::child::PATIENCE);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(rows(&app, "flow_traces"), 1);
    assert_eq!(rows(&app, "audit_events"), events);
}

#[test]
fn sec_l4_the_tokens_are_those_of_the_code_flow() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let api = "https://api.example.com";
    let client = app.client("box", |m| {
        as_tv(m);
        m.token_endpoint_auth_method = AuthMethod::ClientSecretPost;
        m.resources = vec![api.to_owned()];
    });
    let post = |path: &str, pairs: &[(&str, &str)]| {
        let mut all = vec![("client_id", client.id.as_str()), ("client_secret", client.secret.as_str())];
        all.extend_from_slice(pairs);
        app.call("POST", path).form(&all).send()
    };
    let given = codes(&post("/oauth2/device_authorization", &[("scope", super::SCOPE), ("resource", api)]));
    approve(&app, &given, "ada");
    let poll = |more: &[(&str, &str)]| {
        let mut all = vec![("grant_type", GRANT), ("device_code", given.device.as_str())];
        all.extend_from_slice(more);
        post("/oauth2/token", &all)
    };
    // A resource that was not granted consumes nothing.
    app.assert_json(&poll(&[("resource", "https://other.example.com")]), 400, "invalid_target", "LK-1244");
    let answer = tokens(&poll(&[]));
    let id = claims(answer["id_token"].as_str().unwrap());
    assert_eq!((&id["sub"], &id["aud"]), (&ada.id.as_str().into(), &client.id.as_str().into()));
    assert_eq!(id["amr"], serde_json::json!(["pwd"]));
    assert!(
        id["auth_time"].is_i64()
            && id["sid"].is_string()
            && id["at_hash"].is_string()
            && id["nonce"].is_null()
    );
    let access = claims(answer["access_token"].as_str().unwrap());
    assert_eq!(access["aud"], serde_json::json!([api, app.issuer]));
    assert_eq!(answer["scope"], "email offline_access openid profile");
    let info = app.userinfo(answer["access_token"].as_str().unwrap());
    assert_eq!(info.json()["email"], "ada@example.com");
    assert_eq!(app.events("device.approved"), 1);
    // Without openid there is no ID token, without the grant no refresh token.
    app.admin(|conn, desk| {
        let mut metadata = latchkey::engine::admin::clients::find(conn, "box")?.metadata;
        metadata.grant_types = vec![GRANT.to_owned()];
        metadata.scope = "read".to_owned();
        latchkey::engine::admin::clients::update(conn, desk, "box", metadata, None)
    });
    let given = codes(&post("/oauth2/device_authorization", &[]));
    approve(&app, &given, "ada");
    let answer = tokens(&post("/oauth2/token", &[("grant_type", GRANT), ("device_code", &given.device)]));
    assert!(answer["id_token"].is_null() && answer["refresh_token"].is_null(), "{answer}");
    assert_eq!(answer["scope"], "read");
}

/// PKCE in both halves, each binding alone (security rows D6 and L4).
#[test]
fn sec_l4_pkce_is_enforced_where_it_was_sent() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let bound =
        || codes(&ask(&app, &client, &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]));
    let given = bound();
    app.assert_json(
        &poll_with(&app, &client, &given, &[("code_verifier", VERIFIER)]),
        400,
        "authorization_pending",
        "LK-1250",
    );
    approve(&app, &given, "ada");
    tokens(&poll_with(&app, &client, &given, &[("code_verifier", VERIFIER)]));
    let wrong = "wrong".repeat(10);
    let cases: [(&TestClient, &[(&str, &str)]); 2] =
        [(&client, &[]), (&client, &[("code_verifier", &wrong)])];
    for (client, sent) in cases {
        for before in [true, false] {
            let given = bound();
            if !before {
                approve(&app, &given, "ada");
            }
            app.assert_json(&poll_with(&app, client, &given, sent), 400, "invalid_grant", "LK-1233");
            if before {
                let mut visitor = app.visitor();
                assert_eq!(
                    super::enter(&mut visitor, &given.user).status,
                    200,
                    "nobody is asked for it any more"
                );
            }
            let second = poll_with(&app, client, &given, &[("code_verifier", VERIFIER)]);
            app.assert_json(&second, 400, "invalid_grant", "LK-1254");
        }
    }
    let given = begin(&app, &client);
    app.assert_json(
        &poll_with(&app, &client, &given, &[("code_verifier", "short")]),
        400,
        "invalid_request",
        "LK-1232",
    );
    let unasked = poll_with(&app, &client, &given, &[("code_verifier", VERIFIER)]);
    app.assert_json(&unasked, 400, "invalid_grant", "LK-1233");
    assert_eq!(rows(&app, "grants"), 1);
}
