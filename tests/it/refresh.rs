//! Refresh tokens (RFC 6749 §6, RFC 9700 §4.14, OIDC Core §12).

use crate::harness::app::{TestApp, TestClient, claims};
use crate::harness::http::Answer;
use latchkey::engine::admin::{sessions, users};
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::Value;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn refresh(app: &TestApp, client: &TestClient, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    pairs.extend_from_slice(more);
    app.token_call(client, &pairs).send()
}

/// Tokens for a scope.
fn tokens(app: &TestApp, client: &TestClient, scope: &str) -> Value {
    let path = app.authorize_path(&client.id, &[("scope", scope)]);
    let code = app.sign_in(&mut app.visitor(), &path, "ada").param("code").unwrap();
    app.redeem(client, &code).json()
}

/// A person and a confidential client.
fn start(env: &[(&'static str, &str)]) -> (TestApp, TestClient) {
    let app = TestApp::with_env(env);
    app.user("ada");
    let client = app.web_client();
    (app, client)
}

#[test]
fn sec_e1_each_use_gives_a_new_token_and_one_is_live() {
    let (app, client) = start(&[]);
    let public = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    for client in [&client, &public] {
        let mut all = vec![text(&app.tokens(client, "ada"), "refresh_token").to_owned()];
        for _ in 0..4 {
            let next = app.refresh_token(client, all.last().unwrap());
            assert_eq!(next.status, 200, "{}", next.text());
            all.push(text(&next.json(), "refresh_token").to_owned());
        }
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 5, "all differ");
        if !client.secret.is_empty() {
            let live: Vec<_> =
                all.iter().map(|token| app.introspect(client, token)["active"] == true).collect();
            assert_eq!(live, [false, false, false, false, true]);
        }
    }
}

#[test]
fn sec_e2_a_lost_answer_is_given_again() {
    let (app, client) = start(&[("LATCHKEY_TOKENS__REFRESH_GRACE_SECONDS", "60")]);
    let first = app.tokens(&client, "ada");
    let token = text(&first, "refresh_token");
    let next = app.refresh_token(&client, token).json();
    app.advance(20);
    let again = app.refresh_token(&client, token);
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!(text(&again.json(), "refresh_token"), text(&next, "refresh_token"), "no second branch");
    assert_eq!(app.events("token.refresh_retried"), 1);
    for access in [text(&next, "access_token"), text(&again.json(), "access_token")] {
        assert_eq!(app.userinfo(access).status, 200);
    }
    assert_eq!(app.refresh_token(&client, text(&next, "refresh_token")).status, 200);
}

#[test]
fn sec_e3_an_older_token_ends_the_family() {
    let (app, client) = start(&[]);
    // After the window.
    let late = app.tokens(&client, "ada");
    let late_next = app.refresh_token(&client, text(&late, "refresh_token")).json();
    app.advance(11);
    // Its successor was used.
    let used = app.tokens(&client, "ada");
    let used_next = app.refresh_token(&client, text(&used, "refresh_token")).json();
    let used_last = app.refresh_token(&client, text(&used_next, "refresh_token")).json();
    for (n, (old, given)) in
        [(&late, vec![&late, &late_next]), (&used, vec![&used, &used_next, &used_last])].iter().enumerate()
    {
        let newest = given.last().unwrap();
        assert_eq!(app.userinfo(text(newest, "access_token")).status, 200);
        let answer = app.refresh_token(&client, text(old, "refresh_token"));
        app.assert_json(&answer, 400, "invalid_grant", "LK-1241");
        assert_eq!(app.events("refresh.reused"), i64::try_from(n).unwrap() + 1);
        for tokens in given {
            assert_eq!(app.userinfo(text(tokens, "access_token")).status, 401, "access tokens end too");
            let refused = app.refresh_token(&client, text(tokens, "refresh_token"));
            app.assert_json(&refused, 400, "invalid_grant", "LK-1240");
        }
    }
}

#[test]
fn sec_e2_a_client_may_be_strict() {
    let (app, _) = start(&[]);
    let strict = app.client("strict", |m| m.refresh_grace_seconds = Some(0));
    let token = app.tokens(&strict, "ada");
    let next = app.refresh_token(&strict, text(&token, "refresh_token")).json();
    app.assert_json(
        &app.refresh_token(&strict, text(&token, "refresh_token")),
        400,
        "invalid_grant",
        "LK-1241",
    );
    app.assert_json(
        &app.refresh_token(&strict, text(&next, "refresh_token")),
        400,
        "invalid_grant",
        "LK-1240",
    );
}

#[test]
fn sec_e5_the_order_is_counted_and_never_timed() {
    let (app, client) = start(&[]);
    let mut token = text(&app.tokens(&client, "ada"), "refresh_token").to_owned();
    let first = token.clone();
    // Within one second, and with a clock that jumps back, each is one further.
    for jump in [0, 0, 0, -3_600, 0, 7_200, -7_200] {
        app.advance(jump);
        let next = app.refresh_token(&client, &token);
        assert_eq!(next.status, 200, "{jump}: {}", next.text());
        token = text(&next.json(), "refresh_token").to_owned();
    }
    let family = &token["lk_rt_".len()..][..26];
    assert_eq!(app.read(|conn| latchkey::store::grants::find_family(conn, family)).unwrap().generation, 7);
    app.assert_json(&app.refresh_token(&client, &first), 400, "invalid_grant", "LK-1241");
}

#[test]
fn sec_e7_b30_another_clients_token_is_refused_and_stays() {
    let (app, client) = start(&[]);
    let other = app.client("other", |_| {});
    let public = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    let token = app.tokens(&client, "ada");
    let token = text(&token, "refresh_token");
    for thief in [&other, &public] {
        app.assert_json(&app.refresh_token(thief, token), 400, "invalid_grant", "LK-1240");
    }
    assert_eq!(app.events("refresh.foreign"), 2);
    let next = app.refresh_token(&client, token);
    assert_eq!(next.status, 200, "its owner's is as it was");
    let next = next.json();
    let next = text(&next, "refresh_token");
    for forged in [
        &next[..next.len() - 1],
        &format!("{next}A"),
        &next.replace("-1-", "-2-"),
        &next.to_uppercase(),
        "lk_rt_x",
        "x",
    ] {
        app.assert_json(&app.refresh_token(&client, forged), 400, "invalid_grant", "LK-1240");
    }
    let access = text(&app.refresh_token(&client, next).json(), "access_token").to_owned();
    app.assert_json(&app.refresh_token(&client, &access), 400, "invalid_grant", "LK-1240");
}

#[test]
fn sec_e8_b30_scope_may_only_shrink_and_a_refusal_consumes_nothing() {
    let (app, _) = start(&[]);
    let api = "https://api.example.com";
    let client =
        app.client("api-user", |m| m.resources = vec![api.to_owned(), "https://b.example.com".to_owned()]);
    let given = tokens(&app, &client, "openid email offline_access");
    let token = text(&given, "refresh_token");
    for wider in ["openid profile", "openid email offline_access profile", "admin", "open\"id"] {
        app.assert_json(&refresh(&app, &client, token, &[("scope", wider)]), 400, "invalid_scope", "LK-1242");
    }
    let elsewhere = refresh(&app, &client, token, &[("resource", "https://evil.example")]);
    app.assert_json(&elsewhere, 400, "invalid_target", "LK-1244");
    assert_eq!(app.introspect(&client, token)["active"], true, "not consumed");
    let narrow = refresh(&app, &client, token, &[("scope", "email  openid")]).json();
    assert_eq!(narrow["scope"], "email openid");
    assert_eq!(claims(text(&narrow, "access_token"))["scope"], "email openid");
    let narrower = refresh(&app, &client, text(&narrow, "refresh_token"), &[("scope", "email")]).json();
    assert!(narrower.get("id_token").is_none(), "without openid there is no ID token");
    let full = refresh(&app, &client, text(&narrower, "refresh_token"), &[]).json();
    assert_eq!(full["scope"], "email offline_access openid", "the family did not shrink");
}

#[test]
fn sec_e10_idle_and_absolute_limits_are_stored_times() {
    let (app, client) = start(&[
        ("LATCHKEY_TOKENS__REFRESH_IDLE_SECONDS", "600"),
        ("LATCHKEY_TOKENS__REFRESH_ABSOLUTE_SECONDS", "1500"),
    ]);
    let idle = app.tokens(&client, "ada");
    app.advance(601);
    app.assert_json(
        &app.refresh_token(&client, text(&idle, "refresh_token")),
        400,
        "invalid_grant",
        "LK-1240",
    );
    let mut token = text(&app.tokens(&client, "ada"), "refresh_token").to_owned();
    for _ in 0..2 {
        app.advance(560);
        let next = app.refresh_token(&client, &token);
        assert_eq!(next.status, 200, "{}", next.text());
        token = text(&next.json(), "refresh_token").to_owned();
    }
    app.advance(330);
    assert_eq!(app.refresh_token(&client, &token).status, 200, "1,450 s old");
    app.advance(55);
    app.assert_json(&app.refresh_token(&client, &token), 400, "invalid_grant", "LK-1240");
}

#[test]
fn sec_e11_what_ends_an_account_ends_every_family() {
    let (app, client) = start(&[]);
    let phc = app
        .engine
        .passwords
        .hash_blocking(&latchkey::base::secret::Secret::new("another good password"))
        .unwrap();
    type Event<'a> = (&'a str, Box<dyn Fn(&TestApp, String)>);
    let events: Vec<Event<'_>> = vec![
        (
            "signed out everywhere by an admin",
            Box::new(|app, id| {
                app.admin(move |conn, desk| sessions::end_all(conn, desk, &id));
            }),
        ),
        ("signed out everywhere on the account page", Box::new(|app, _| sign_out_everywhere(app))),
        (
            "disabled",
            Box::new(|app, id| {
                let on = id.clone();
                app.admin(move |conn, desk| users::set_enabled(conn, desk, &id, false));
                app.admin(move |conn, desk| users::set_enabled(conn, desk, &on, true));
            }),
        ),
        (
            "a new password",
            Box::new(move |app, id| {
                let phc = phc.clone();
                app.admin(move |conn, desk| users::set_password(conn, desk, &id, &phc));
            }),
        ),
    ];
    let ada = app.read(|conn| latchkey::store::users::resolve(conn, "ada")).unwrap();
    for (what, happen) in events {
        let offline = app.tokens(&client, "ada");
        let bound = tokens(&app, &client, "openid email");
        happen(&app, ada.id.to_string());
        for given in [&offline, &bound] {
            let refused = app.refresh_token(&client, text(given, "refresh_token"));
            app.assert_json(&refused, 400, "invalid_grant", "LK-1240");
            assert_eq!(app.userinfo(text(given, "access_token")).status, 401, "{what}");
        }
    }
}

/// By the form of the account page.
fn sign_out_everywhere(app: &TestApp) {
    let mut visitor = app.visitor();
    app.sign_in(&mut visitor, &app.authorize_path("web", &[]), "ada");
    let page = visitor.get("/account");
    let csrf = page.input("csrf").unwrap_or_else(|| panic!("{}", page.text()));
    let answer = visitor.post("/account/sessions", &[("csrf", &csrf), ("session", "all")]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(visitor.get("/account").status, 303, "this session too");
}

#[test]
fn sec_e12_unknown_parameters_change_nothing() {
    let (app, client) = start(&[]);
    let given = app.tokens(&client, "ada");
    let more = [
        ("redirect_uri", "https://evil.example/"),
        ("client_attestation", "x"),
        ("sub", "root"),
        ("nonce", "evil.example"),
        ("audience", "https://evil.example"),
    ];
    let answer = refresh(&app, &client, text(&given, "refresh_token"), &more);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!answer.text().contains("evil.example"));
    for token in ["access_token", "id_token"] {
        assert!(!claims(text(&answer.json(), token)).to_string().contains("evil.example"), "{token}");
    }
}

#[test]
fn b31_an_id_token_from_a_refresh_speaks_of_the_same_sign_in() {
    let (app, client) = start(&[]);
    let given = app.tokens(&client, "ada");
    app.advance(100);
    let next = app.refresh_token(&client, text(&given, "refresh_token")).json();
    let (old, new) = (claims(text(&given, "id_token")), claims(text(&next, "id_token")));
    for name in ["iss", "sub", "aud", "auth_time", "sid", "acr", "amr"] {
        assert_eq!(old[name], new[name], "{name}");
    }
    assert!(new.get("nonce").is_none() && new.get("azp").is_none(), "{new}");
    assert!(new["iat"].as_i64() >= old["iat"].as_i64().map(|at| at + 100));
}

#[test]
fn b32_without_offline_access_a_refresh_token_lives_as_long_as_the_session() {
    let (app, client) = start(&[]);
    let mut visitor = app.visitor();
    let bound = app.authorize_path("web", &[("scope", "openid email")]);
    let code = app.sign_in(&mut visitor, &bound, "ada").param("code").unwrap();
    let bound = app.redeem(&client, &code).json();
    let asked = visitor.get(&app.authorize_path("web", &[]));
    let asked = visitor.follow(asked);
    let code = app.consent(&mut visitor, asked).param("code").unwrap();
    let offline = app.redeem(&client, &code).json();
    let sid = text(&claims(text(&bound, "id_token")), "sid").to_owned();
    assert_eq!(text(&claims(text(&offline, "id_token")), "sid"), sid);
    app.admin(move |conn, desk| sessions::end(conn, desk, &sid));
    app.assert_json(
        &app.refresh_token(&client, text(&bound, "refresh_token")),
        400,
        "invalid_grant",
        "LK-1240",
    );
    let alive = app.refresh_token(&client, text(&offline, "refresh_token"));
    assert_eq!(alive.status, 200, "offline_access outlives the session: {}", alive.text());
}
