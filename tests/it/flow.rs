//! The whole way by plain HTTP: sign-in, consent, code, tokens, userinfo, refresh, revoke, logout.

use crate::harness::app::{TestApp, claims, header};
use crate::harness::child::PATIENCE;
use latchkey::store::traces;
use std::time::{Duration, Instant};

#[test]
fn a_person_signs_in_and_the_app_gets_uses_refreshes_and_ends_its_tokens() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let client = app.web_client();
    let tokens = app.tokens(&client, "ada");
    let (access, id) = (tokens["access_token"].as_str().unwrap(), tokens["id_token"].as_str().unwrap());
    assert_eq!(header(access)["typ"], "at+jwt");
    assert_eq!(claims(access)["sub"], ada.id.as_str());
    assert_eq!(claims(id)["nonce"], "n-1");
    assert_eq!(claims(id)["aud"], "web");
    let userinfo = app.userinfo(access).json();
    assert_eq!(userinfo["sub"], ada.id.as_str());
    assert_eq!(userinfo["email"], "ada@example.com");
    assert_eq!(app.introspect(&client, access)["active"], true);
    let refreshed = app.refresh_token(&client, tokens["refresh_token"].as_str().unwrap());
    assert_eq!(refreshed.status, 200, "{}", refreshed.text());
    let refreshed = refreshed.json();
    let next = refreshed["refresh_token"].as_str().unwrap();
    assert_eq!(app.revoke(&client, next).status, 200);
    assert_eq!(app.userinfo(refreshed["access_token"].as_str().unwrap()).status, 401);
    assert_eq!(app.introspect(&client, access)["active"], false);
    assert_eq!(app.refresh_token(&client, next).status, 400);
}

#[test]
fn successes_are_kept_as_traces_when_the_setting_asks_for_them() {
    let app = TestApp::with_env(&[("LATCHKEY_TRACE__SAMPLE_SUCCESSES", "100")]);
    let id = app.visitor().get("/login").header("x-trace-id").unwrap().to_owned();
    let started = Instant::now();
    while app.read(|conn| traces::find(conn, &id)).is_none_or(|trace| trace.code != "ok") {
        assert!(started.elapsed() < PATIENCE, "no trace {id}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
