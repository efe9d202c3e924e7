//! Introspection (RFC 7662) and revocation (RFC 7009).

use crate::harness::app::{CALLBACK, TestApp, TestClient, VERIFIER};
use crate::harness::expect::tokens_in;
use crate::harness::http::Answer;
use latchkey::domain::client::AccessTokenFormat;
use latchkey::engine::admin::users;
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::{Value, json};

const API: &str = "https://api.example.com";

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// One client with JWTs, one with opaque tokens, both for the API.
fn start() -> (TestApp, Vec<TestClient>) {
    let app = TestApp::start();
    app.user("ada");
    let make = |id: &str, format: AccessTokenFormat| {
        app.client(id, |m| {
            m.access_token_format = format;
            m.resources = vec![API.to_owned()];
        })
    };
    let clients = vec![make("jwt", AccessTokenFormat::Jwt), make("opaque", AccessTokenFormat::Opaque)];
    (app, clients)
}

fn kinds(tokens: &Value) -> [&str; 2] {
    [text(tokens, "access_token"), text(tokens, "refresh_token")]
}

fn assert_empty_yes(answer: &Answer) {
    assert_eq!((answer.status, answer.body.len()), (200, 0), "{}", answer.text());
}

#[test]
fn sec_g1_what_is_not_there_is_as_good_as_revoked() {
    let (app, clients) = start();
    for client in &clients {
        let tokens = app.tokens(client, "ada");
        for token in kinds(&tokens) {
            let shorter = &token[..token.len() - 1];
            for unknown in [shorter, "x", "lk_rt_x", "lk_at_x", "a.b.c", " ", "\u{1F511}"] {
                assert_empty_yes(&app.revoke(client, unknown));
            }
            assert_eq!(app.introspect(client, token)["active"], true, "nothing happened to it");
        }
        let before = app.events("token.revoked");
        for token in kinds(&tokens) {
            assert_empty_yes(&app.revoke(client, token));
            assert_empty_yes(&app.revoke(client, token));
        }
        assert_eq!(app.events("token.revoked"), before + 2, "once each");
        let late = app.tokens(client, "ada");
        app.advance(901);
        assert_empty_yes(&app.revoke(client, text(&late, "access_token")));
        app.assert_json(&app.revoke(client, ""), 400, "invalid_request", "LK-1204");
    }
}

#[test]
fn sec_g2_another_clients_token_is_not_touched() {
    let (app, clients) = start();
    let public = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    for owner in &clients {
        let tokens = app.tokens(owner, "ada");
        for thief in [&clients[0], &clients[1], &public].into_iter().filter(|client| client.id != owner.id) {
            for token in kinds(&tokens) {
                let pairs = [("token", token), ("client_id", thief.id.as_str())];
                let call = app.call("POST", "/oauth2/revoke");
                let call = if thief.secret.is_empty() { call } else { call.basic(&thief.id, &thief.secret) };
                app.assert_json(&call.form(&pairs).send(), 400, "unauthorized_client", "LK-1401");
                assert_eq!(app.introspect(owner, token)["active"], true);
            }
        }
    }
    assert_eq!(app.events("token.revoked"), 0);
}

#[test]
fn sec_g3_an_access_token_ends_alone_and_a_refresh_token_with_all() {
    let (app, clients) = start();
    for client in &clients {
        let first = app.tokens(client, "ada");
        let next = app.refresh_token(client, text(&first, "refresh_token")).json();
        assert_empty_yes(&app.revoke(client, text(&first, "access_token")));
        assert_eq!(app.userinfo(text(&first, "access_token")).status, 401, "seen by the next request");
        assert_eq!(app.introspect(client, text(&first, "access_token")), json!({ "active": false }));
        assert_eq!(app.userinfo(text(&next, "access_token")).status, 200, "the others live");
        assert_eq!(app.introspect(client, text(&next, "refresh_token"))["active"], true);
        // A replaced token of the family ends it as well: it is the client's wish to end it.
        assert_empty_yes(&app.revoke(client, text(&first, "refresh_token")));
        assert_eq!(app.userinfo(text(&next, "access_token")).status, 401);
        assert_eq!(app.introspect(client, text(&next, "refresh_token")), json!({ "active": false }));
        let refused = app.refresh_token(client, text(&next, "refresh_token"));
        app.assert_json(&refused, 400, "invalid_grant", "LK-1240");
    }
}

#[test]
fn sec_g3_a_hint_changes_nothing() {
    let (app, clients) = start();
    let client = &clients[0];
    for hint in ["access_token", "refresh_token", "nonsense"] {
        let tokens = app.tokens(client, "ada");
        for token in kinds(&tokens) {
            let pairs = [("token", token), ("token_type_hint", hint)];
            let call =
                |path: &str| app.call("POST", path).basic(&client.id, &client.secret).form(&pairs).send();
            assert_eq!(call("/oauth2/introspect").json()["active"], true, "{hint}");
            assert_empty_yes(&call("/oauth2/revoke"));
            assert_eq!(call("/oauth2/introspect").json(), json!({ "active": false }), "{hint}");
        }
    }
}

#[test]
fn sec_g3_a_public_client_revokes_its_own() {
    let (app, clients) = start();
    let public = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    let code = app.code(&public, "ada");
    let pairs = [
        ("client_id", "spa"),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = app.call("POST", "/oauth2/token").form(&pairs).send().json();
    let revoke = [("client_id", "spa"), ("token", text(&tokens, "refresh_token"))];
    assert_empty_yes(&app.call("POST", "/oauth2/revoke").form(&revoke).send());
    assert_eq!(app.userinfo(text(&tokens, "access_token")).status, 401);
    drop(clients);
}

#[test]
fn sec_g5_callers_must_be_known_and_see_their_own_only() {
    let (app, clients) = start();
    let (stranger, wrong) = (
        app.client("stranger", |_| {}),
        app.client("wrong-api", |m| m.introspects = vec!["https://other.example.com".to_owned()]),
    );
    let resource = app.client("api", |m| m.introspects = vec![API.to_owned()]);
    let public = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    for owner in &clients {
        let tokens = app.tokens(owner, "ada");
        let access = text(&tokens, "access_token");
        let bare = app.call("POST", "/oauth2/introspect").form(&[("token", access)]).send();
        app.assert_json(&bare, 401, "invalid_client", "LK-1210");
        let anyone = app
            .call("POST", "/oauth2/introspect")
            .form(&[("token", access), ("client_id", &public.id)])
            .send();
        app.assert_json(&anyone, 401, "invalid_client", "LK-1213");
        let with_itself =
            app.call("POST", "/oauth2/introspect").bearer(access).form(&[("token", access)]).send();
        assert_eq!(with_itself.status, 401);
        for caller in [&stranger, &wrong] {
            for token in kinds(&tokens) {
                assert_eq!(app.introspect(caller, token), json!({ "active": false }), "{}", caller.id);
            }
        }
        assert_eq!(app.introspect(&resource, access)["active"], true);
        assert_eq!(
            app.introspect(&resource, text(&tokens, "refresh_token")),
            json!({ "active": false }),
            "not an API's business"
        );
        for token in kinds(&tokens) {
            assert_eq!(app.introspect(owner, token)["active"], true);
        }
    }
}

#[test]
fn sec_g6_a_refresh_token_is_in_force_as_long_as_it_can_be_used() {
    let (app, clients) = start();
    for client in &clients {
        let tokens = tokens_in(&app, &mut app.visitor(), client, &[("scope", "openid profile")]);
        let refresh = text(&tokens, "refresh_token");
        assert_eq!(app.introspect(client, refresh)["active"], true);
        // Without offline_access it lives with its session, whose idle limit is a day.
        app.advance(86_400 + 1);
        assert_eq!(app.introspect(client, refresh), json!({ "active": false }));
        app.assert_json(&app.refresh_token(client, refresh), 400, "invalid_grant", "LK-1234");
    }
}

#[test]
fn sec_g6_everything_else_is_exactly_inactive() {
    let (app, clients) = start();
    for client in &clients {
        let tokens = app.tokens(client, "ada");
        for token in kinds(&tokens) {
            let end = &token[token.len() - 1..];
            let spellings = [
                token[..token.len() - 1].to_owned(),
                token[..token.len() / 2].to_owned(),
                format!("{token}="),
                format!("{token}=="),
                format!("{token}A"),
                format!("{token}{end}"),
                format!("{token}."),
                format!(" {token}"),
                format!("{token} "),
                token.to_uppercase(),
                token.to_lowercase(),
                token.replace('-', "+").replace('_', "/"),
                "x".repeat(16_000),
            ];
            for spelling in spellings.iter().filter(|spelling| *spelling != token) {
                let said = app.introspect(client, spelling);
                assert_eq!(said, json!({ "active": false }), "{spelling}");
            }
            assert_eq!(app.introspect(client, token)["active"], true);
        }
        app.advance(901);
        assert_eq!(
            app.introspect(client, text(&tokens, "access_token")),
            json!({ "active": false }),
            "expired"
        );
        app.advance(30 * 86_400);
        assert_eq!(
            app.introspect(client, text(&tokens, "refresh_token")),
            json!({ "active": false }),
            "expired"
        );
        let tokens = app.tokens(client, "ada");
        let ada = app.read(|conn| latchkey::store::users::resolve(conn, "ada")).unwrap();
        for enabled in [false, true] {
            let id = ada.id.to_string();
            app.admin(move |conn, desk| users::set_enabled(conn, desk, &id, enabled));
            for token in kinds(&tokens) {
                assert_eq!(
                    app.introspect(client, token),
                    json!({ "active": false }),
                    "the person was disabled"
                );
            }
        }
    }
}

#[test]
fn sec_g7_an_active_token_tells_what_it_is_and_no_more() {
    let (app, clients) = start();
    let resource = app.client("api", |m| m.introspects = vec![API.to_owned()]);
    for client in &clients {
        let path = app.authorize_path(&client.id, &[("scope", "openid email")]);
        let code = app.sign_in(&mut app.visitor(), &path, "ada").param("code").unwrap();
        let tokens = app.redeem(client, &code).json();
        let said = app.introspect(&resource, text(&tokens, "access_token"));
        assert_eq!(
            (text(&said, "client_id"), &said["aud"], text(&said, "scope")),
            (client.id.as_str(), &json!([API, app.issuer]), "email openid")
        );
        assert_eq!((text(&said, "iss"), text(&said, "token_type")), (app.issuer.as_str(), "Bearer"));
        let (iat, exp) = (said["iat"].as_i64().unwrap(), said["exp"].as_i64().unwrap());
        assert_eq!(exp - iat, 900);
        assert!(
            said.get("username").is_none() && !said.to_string().contains("ada@"),
            "profile was not asked: {said}"
        );
        let full = app.tokens(client, "ada");
        assert_eq!(app.introspect(&resource, text(&full, "access_token"))["username"], "ada");
        let known = [
            "active",
            "scope",
            "client_id",
            "username",
            "token_type",
            "exp",
            "iat",
            "sub",
            "aud",
            "iss",
            "jti",
            "sid",
            "auth_time",
            "acr",
            "amr",
            "roles",
        ];
        for name in said.as_object().unwrap().keys() {
            assert!(known.contains(&name.as_str()), "{name}");
        }
    }
}
