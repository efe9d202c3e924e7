//! The authorization code grant: what a code is bound to, replay, PKCE (RFC 6749 §4.1, RFC 7636).

use crate::harness::app::{TestApp, VERIFIER};
use crate::token::{redeem, text, told};
use latchkey::base::secret::sha256_b64;
use latchkey::domain::client::PkcePolicy;
use latchkey::protocol::client_auth::AuthMethod;

#[test]
fn sec_d4_b29_each_binding_of_a_code_counts_alone() {
    let app = TestApp::start();
    app.user("ada");
    let second = "https://rp.example.com/second";
    let client = app.client("web", |m| m.redirect_uris.push(second.to_owned()));
    let other = app.client("other", |_| {});
    let public = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    let code = app.code(&client, "ada");
    let shorter = &code[..code.len() - 1];
    let longer = format!("{code}A");
    let mut refused = Vec::new();
    for unknown in ["x", shorter, &longer, &code.to_uppercase(), &format!(" {code}")] {
        refused.push(redeem(&app, &client, unknown, &[]));
    }
    for uri in [
        second,
        "https://rp.example.com/cb/",
        "https://RP.example.com/cb",
        "https://rp.example.com:443/cb",
        "",
    ] {
        refused.push(redeem(&app, &client, &code, &[("redirect_uri", uri)]));
    }
    for thief in [&other, &public] {
        refused.push(redeem(&app, thief, &code, &[]));
    }
    for answer in &refused {
        app.assert_json(answer, 400, "invalid_grant", "LK-1230");
        assert_eq!(told(answer), told(&refused[0]), "one text");
    }
    assert_eq!(app.events("code.foreign"), 2);
    assert_eq!(app.redeem(&client, &code).status, 200, "its owner can still use it");
    let late = app.code(&client, "ada");
    app.advance(61);
    let expired = app.redeem(&client, &late);
    app.assert_json(&expired, 400, "invalid_grant", "LK-1230");
    assert_eq!(told(&expired), told(&refused[0]));
}

#[test]
fn sec_d5_b28_a_replayed_code_ends_what_it_gave() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let other = app.client("other", |_| {});
    for wait in [0, 35, 3_000] {
        let code = app.code(&client, "ada");
        let first = app.redeem(&client, &code).json();
        let next = app.refresh_token(&client, text(&first, "refresh_token")).json();
        app.advance(wait.min(800));
        let foreign = app.redeem(&other, &code);
        app.assert_json(&foreign, 400, "invalid_grant", "LK-1230");
        assert_eq!(app.userinfo(text(&next, "access_token")).status, 200, "another client ends nothing");
        app.advance(wait - wait.min(800));
        let before = app.events("code.replayed");
        let again = app.redeem(&client, &code);
        app.assert_json(&again, 400, "invalid_grant", "LK-1231");
        assert_eq!(told(&again), told(&foreign), "one text");
        assert_eq!(app.events("code.replayed"), before + 1);
        for tokens in [&first, &next] {
            assert_eq!(app.userinfo(text(tokens, "access_token")).status, 401);
            assert_eq!(app.introspect(&client, text(tokens, "access_token"))["active"], false);
            assert_eq!(app.introspect(&client, text(tokens, "refresh_token"))["active"], false);
            app.assert_json(
                &app.refresh_token(&client, text(tokens, "refresh_token")),
                400,
                "invalid_grant",
                "LK-1240",
            );
        }
        assert!(latest_family_ended(&app, text(&first, "refresh_token")));
    }
}

fn latest_family_ended(app: &TestApp, token: &str) -> bool {
    let family = &token["lk_rt_".len()..][..26];
    app.read(|conn| latchkey::store::grants::find_family(conn, family)).unwrap().ended_at.is_some()
}

#[test]
fn sec_d6_the_verifier_must_fit_and_a_wrong_one_burns_the_code() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let wrong = "a".repeat(43);
    for verifier in ["", wrong.as_str(), &VERIFIER.to_lowercase()] {
        let code = app.code(&client, "ada");
        let answer = redeem(&app, &client, &code, &[("code_verifier", verifier)]);
        app.assert_json(&answer, 400, "invalid_grant", "LK-1233");
        let burnt = app.redeem(&client, &code);
        app.assert_json(&burnt, 400, "invalid_grant", "LK-1230");
    }
    assert_eq!(app.events("code.burnt"), 3);
    let code = app.code(&client, "ada");
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    for malformed in
        [short.as_str(), &long, &format!("{VERIFIER}="), &format!("{VERIFIER} "), &format!("{VERIFIER}ä")]
    {
        let answer = redeem(&app, &client, &code, &[("code_verifier", malformed)]);
        app.assert_json(&answer, 400, "invalid_request", "LK-1232");
    }
    assert_eq!(app.redeem(&client, &code).status, 200, "bad syntax burns nothing");
}

#[test]
fn sec_d6_a_verifier_without_a_challenge_is_refused() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.client("web", |m| m.pkce = PkcePolicy::Optional);
    let bare = app.authorize_path("web", &[("code_challenge", ""), ("code_challenge_method", "")]);
    let mut visitor = app.visitor();
    let code = app.sign_in(&mut visitor, &bare, "ada").param("code").unwrap();
    app.assert_json(&app.redeem(&client, &code), 400, "invalid_grant", "LK-1233");
    let code = visitor.get(&bare).param("code").unwrap();
    assert_eq!(redeem(&app, &client, &code, &[("code_verifier", "")]).status, 200);
    // One that was sent is enforced, also where none is demanded (security row A7).
    let code = visitor.get(&app.authorize_path("web", &[])).param("code").unwrap();
    app.assert_json(&redeem(&app, &client, &code, &[("code_verifier", "")]), 400, "invalid_grant", "LK-1233");
}

#[test]
fn b10_a_verifier_may_hold_every_unreserved_character() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    let longest = format!("{all}{}", &all[..128 - all.len()]);
    for verifier in [all, &longest, &all[all.len() - 43..], &"~".repeat(43)] {
        let mut visitor = app.visitor();
        let challenge = sha256_b64(verifier.as_bytes());
        let path = app.authorize_path("web", &[("code_challenge", &challenge)]);
        let code = app.sign_in(&mut visitor, &path, "ada").param("code").unwrap();
        let answer = redeem(&app, &client, &code, &[("code_verifier", verifier)]);
        assert_eq!(answer.status, 200, "{verifier}: {}", answer.text());
    }
}
