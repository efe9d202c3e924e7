//! UserInfo (OIDC Core §5.3) and bearer tokens (RFC 6750).

use crate::harness::app::{TestApp, TestClient, claims};
use latchkey::base::secret::Secret;
use latchkey::domain::client::AccessTokenFormat;
use latchkey::engine::admin::users;
use serde_json::{Value, json};

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn tokens(app: &TestApp, client: &TestClient, scope: &str, username: &str) -> Value {
    let path = app.authorize_path(&client.id, &[("scope", scope)]);
    let code = app.sign_in(&mut app.visitor(), &path, username).param("code").unwrap();
    app.redeem(client, &code).json()
}

#[test]
fn sec_h1_each_failure_has_its_status() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let given = app.tokens(&client, "ada");
    let access = text(&given, "access_token");
    let bare = app.call("GET", "/oauth2/userinfo").send();
    assert_eq!(bare.status, 401);
    let challenge = bare.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer ") && !challenge.contains("error"), "{challenge}");
    let bad = |header: &str| app.call("GET", "/oauth2/userinfo").header("Authorization", header).send();
    for header in [
        "Bearer x",
        "Bearer a.b.c",
        "Bearer",
        "Basic eDp5",
        "Token x",
        &format!("DPoP {access}"),
        &format!("Bearer {access}x"),
    ] {
        let answer = bad(header);
        app.assert_json(&answer, 401, "invalid_token", "LK-1302");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""),
            "{challenge}"
        );
    }
    for method in ["GET", "POST"] {
        let target = format!("/oauth2/userinfo?access_token={access}");
        for call in [app.call(method, &target), app.call(method, &target).bearer(access)] {
            let answer = call.send();
            app.assert_json(&answer, 400, "invalid_request", "LK-1304");
            assert!(!answer.text().contains(access));
        }
    }
    let twice = app.call("POST", "/oauth2/userinfo").bearer(access).form(&[("access_token", access)]).send();
    app.assert_json(&twice, 400, "invalid_request", "LK-1304");
    app.advance(901);
    app.assert_json(&app.userinfo(access), 401, "invalid_token", "LK-1302");
    let plain = tokens(&app, &client, "email offline_access", "ada");
    let answer = app.userinfo(text(&plain, "access_token"));
    app.assert_json(&answer, 403, "insufficient_scope", "LK-1303");
    assert!(answer.header("www-authenticate").unwrap().contains("scope=\"openid\""));
}

#[test]
fn b39_header_or_form_body_never_the_query() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let given = app.tokens(&client, "ada");
    let access = text(&given, "access_token");
    let get = app.userinfo(access);
    let posted = app.call("POST", "/oauth2/userinfo").bearer(access).send();
    let in_body = app.call("POST", "/oauth2/userinfo").form(&[("access_token", access)]).send();
    let scheme =
        app.call("GET", "/oauth2/userinfo").header("Authorization", &format!("bEARER {access}")).send();
    for answer in [&get, &posted, &in_body, &scheme] {
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some("application/json")),
            "{}",
            answer.text()
        );
        assert_eq!(answer.json(), get.json());
    }
    let put = app.call("PUT", "/oauth2/userinfo").bearer(access).send();
    assert_eq!((put.status, put.header("allow")), (405, Some("GET, POST")));
}

#[test]
fn sec_h2_only_an_access_token_of_a_person_opens_it() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let machine = app.machine_client();
    let given = app.tokens(&client, "ada");
    let own = app.token_call(&machine, &[("grant_type", "client_credentials")]).send().json();
    for token in [
        text(&given, "id_token"),
        text(&given, "refresh_token"),
        text(&own, "access_token"),
        client.secret.as_str(),
    ] {
        app.assert_json(&app.userinfo(token), 401, "invalid_token", "LK-1302");
    }
    assert_eq!(app.userinfo(text(&given, "access_token")).status, 200);
}

/// A person with a value for every standard claim, some of them not of their type.
fn full_person(app: &TestApp) {
    let hash = app.engine.passwords.hash_blocking(&Secret::new(crate::harness::app::PASSWORD)).unwrap();
    let claims = json!({
        "name": "Ada Lovelace", "family_name": "Lovelace", "given_name": "Ada", "middle_name": "Augusta",
        "nickname": "Countess", "profile": "https://example.com/ada", "picture": "https://example.com/ada.png",
        "website": "https://example.com", "gender": "female", "birthdate": "1815-12-10", "zoneinfo": "Europe/London",
        "locale": "en-GB", "phone_number": "+44 20 7946 0000", "phone_number_verified": true,
        "address": {"formatted": "12 St James's Square", "locality": "London", "country": "UK"},
        "team": "analytical engine",
    });
    let new = users::NewUser {
        username: Some("ada".to_owned()),
        email: Some("ada@example.com".to_owned()),
        email_verified: true,
        password_hash: Some(hash),
        roles: vec!["staff".to_owned()],
        claims: claims.as_object().unwrap().clone(),
    };
    app.admin(move |conn, desk| users::create(conn, desk, new));
}

#[test]
fn sec_h3_b35_b37_claims_by_scope_and_only_there() {
    let app = TestApp::start();
    full_person(&app);
    let client = app.web_client();
    let profile = [
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ];
    let cases: [(&str, Vec<&str>); 6] = [
        ("openid", vec![]),
        ("openid profile", profile.to_vec()),
        ("openid email", vec!["email", "email_verified"]),
        ("openid phone", vec!["phone_number", "phone_number_verified"]),
        ("openid address", vec!["address"]),
        (
            "openid profile email phone address",
            [&profile[..], &["email", "email_verified", "phone_number", "phone_number_verified", "address"]]
                .concat(),
        ),
    ];
    for (scope, mut expected) in cases {
        let given = tokens(&app, &client, scope, "ada");
        let answer = app.userinfo(text(&given, "access_token"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let said = answer.json();
        expected.push("sub");
        expected.sort_unstable();
        let mut names: Vec<_> = said.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{scope}");
        let id = claims(text(&given, "id_token"));
        assert_eq!(said["sub"], id["sub"], "the same everywhere (behaviour 42)");
        assert_eq!(said["sub"], claims(text(&given, "access_token"))["sub"]);
        assert!(profile.iter().all(|name| id.get(*name).is_none()), "not in the ID token: {id}");
    }
}

#[test]
fn b36_claims_have_their_types_and_empty_ones_are_left_out() {
    let app = TestApp::start();
    full_person(&app);
    app.user("bob");
    let client = app.web_client();
    let scope = "openid profile email phone address";
    let said = app.userinfo(text(&tokens(&app, &client, scope, "ada"), "access_token")).json();
    assert!(
        said["updated_at"].is_number()
            && said["email_verified"].is_boolean()
            && said["phone_number_verified"].is_boolean()
    );
    assert!(said["address"].is_object() && said["birthdate"] == "1815-12-10");
    for (name, value) in said.as_object().unwrap() {
        assert!(!value.is_null() && value.as_str() != Some(""), "{name}: {value}");
    }
    let bob = app.userinfo(text(&tokens(&app, &client, scope, "bob"), "access_token")).json();
    let mut names: Vec<_> = bob.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["email", "email_verified", "name", "preferred_username", "sub", "updated_at"]);
}

#[test]
fn sec_h2_a_token_for_another_resource_reads_no_profile() {
    let (one, two) = ("https://one.example.com", "https://two.example.com");
    let app = TestApp::start();
    app.user("ada");
    for (id, format) in [("jwt", AccessTokenFormat::Jwt), ("opaque", AccessTokenFormat::Opaque)] {
        let client = app.client(id, |m| {
            m.access_token_format = format;
            m.resources = vec![one.to_owned(), two.to_owned()];
        });
        for asked in [&[][..], &[("resource", two)]] {
            let code = app.sign_in(&mut app.visitor(), &app.authorize_path(id, asked), "ada").param("code");
            let given = app.redeem(&client, &code.unwrap()).json();
            let of = |token: &str| app.introspect(&client, token)["aud"].clone();
            let resource = if asked.is_empty() { one } else { two };
            let access = text(&given, "access_token");
            assert_eq!(of(access), json!([resource, app.issuer]), "{id}");
            assert_eq!(app.userinfo(access).status, 200, "{id}");
            // For one API alone: it cannot be used here by whoever runs that API.
            let refresh = |token: &str, resource: &str| {
                let pairs =
                    [("grant_type", "refresh_token"), ("refresh_token", token), ("resource", resource)];
                app.token_call(&client, &pairs).send().json()
            };
            let narrow = refresh(text(&given, "refresh_token"), resource);
            assert_eq!(of(text(&narrow, "access_token")), resource, "{id}");
            let refused = app.userinfo(text(&narrow, "access_token"));
            app.assert_json(&refused, 401, "invalid_token", "LK-1305");
            let ours = refresh(text(&narrow, "refresh_token"), &app.issuer);
            assert_eq!(of(text(&ours, "access_token")), app.issuer.as_str(), "{id}");
            assert_eq!(app.userinfo(text(&ours, "access_token")).status, 200, "{id}");
            let wide = app.refresh_token(&client, text(&ours, "refresh_token")).json();
            assert_eq!(of(text(&wide, "access_token")), json!([resource, app.issuer]), "{id}");
        }
    }
}

#[test]
fn without_openid_this_server_is_in_no_audience_but_its_own() {
    let app = TestApp::start();
    app.user("ada");
    let bare = app.client("bare", |_| {});
    let api = app.client("api", |m| m.resources = vec!["https://one.example.com".to_owned()]);
    for (client, aud) in [(&bare, app.issuer.as_str()), (&api, "https://one.example.com")] {
        let given = tokens(&app, client, "email", "ada");
        assert_eq!(claims(text(&given, "access_token"))["aud"], aud);
        app.assert_json(&app.userinfo(text(&given, "access_token")), 403, "insufficient_scope", "LK-1303");
    }
}
