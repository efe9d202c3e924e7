//! The authorization endpoint's own checks (security rows A1, A3, A5 to A9; behaviours 8, 9, 13, 25).

use crate::harness::app::{CALLBACK, CHALLENGE, TestApp, TestClient, VERIFIER, claims};
use crate::harness::expect::{assert_error, assert_own, decide, redeemed, rows, to_consent};
use crate::harness::http::Answer;
use latchkey::domain::client::PkcePolicy;
use latchkey::engine::admin::clients;
use latchkey::protocol::authorize::KNOWN;

fn ask(app: &TestApp, client: &TestClient, more: &[(&str, &str)]) -> Answer {
    app.call("GET", &app.authorize_path(&client.id, more)).send()
}

#[track_caller]
fn assert_reason(answer: &Answer, code: &str) {
    let words = answer.param("error_description").unwrap();
    assert!(words.contains(code), "{words}");
}

#[test]
fn sec_a1_client_missing_unknown_disabled_deleted_or_twice() {
    let app = TestApp::start();
    let web = app.web_client();
    for id in ["off", "gone"] {
        app.client(id, |_| {});
    }
    app.admin(|conn, desk| clients::set_enabled(conn, desk, "off", false));
    app.admin(|conn, desk| clients::delete(conn, desk, "gone"));
    let twice = format!("{}&client_id=web", app.authorize_path(&web.id, &[]));
    let cases = [
        ("LK-1101", app.authorize_path("web", &[("client_id", "")])),
        ("LK-1101", format!("{}&client_id=", app.authorize_path("web", &[("client_id", "")]))),
        ("LK-1101", twice),
        ("LK-1101", format!("{}&client_id=off", app.authorize_path(&web.id, &[]))),
        ("LK-1102", app.authorize_path("nobody", &[])),
        ("LK-1102", app.authorize_path("WEB", &[])),
        ("LK-1102", app.authorize_path("web ", &[])),
        ("LK-1102", app.authorize_path(&"w".repeat(300), &[])),
        ("LK-1102", app.authorize_path("<script>alert(1)</script>", &[])),
        ("LK-1102", app.authorize_path("off", &[])),
        ("LK-1102", app.authorize_path("gone", &[])),
    ];
    for (code, path) in cases {
        // The redirect URI is one that a client owns; it is not used all the same.
        let answer = app.call("GET", &path).send();
        app.assert_page(&answer, 400, code);
        assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
        let by_post =
            app.call("POST", "/oauth2/authorize").header("Content-Type", "application/x-www-form-urlencoded");
        let by_post = by_post.body(path.split_once('?').unwrap().1.as_bytes()).send();
        app.assert_page(&by_post, 400, code);
    }
    assert_eq!(rows(&app, "authorizations"), 0);
}

#[test]
fn sec_a3_redirect_uri_is_always_needed_once() {
    let app = TestApp::start();
    let web = app.web_client();
    app.assert_page(&ask(&app, &web, &[("redirect_uri", "")]), 400, "LK-1103");
    let path = app.authorize_path(&web.id, &[]);
    for more in [
        "redirect_uri=https%3A%2F%2Frp.example.com%2Fcb",
        "redirect_uri=https%3A%2F%2Fevil.example",
        "redirect_uri=",
    ] {
        app.assert_page(&app.call("GET", &format!("{path}&{more}")).send(), 400, "LK-1103");
    }
    assert_eq!(rows(&app, "authorizations"), 0);
}

#[test]
fn sec_a5_any_known_parameter_twice() {
    let app = TestApp::start();
    let web =
        app.client("web", |m| m.resources = vec!["https://a.example".into(), "https://b.example".into()]);
    let path = app.authorize_path(&web.id, &[]);
    let mut seen = 0;
    for name in KNOWN.iter().filter(|n| !["client_id", "redirect_uri", "resource"].contains(n)) {
        let answer = app.call("GET", &format!("{path}&{name}=x&{name}=x")).send();
        assert_eq!(answer.status, 303, "{name}: {}", answer.text());
        assert_eq!(
            answer.param("error").as_deref(),
            Some("invalid_request"),
            "{name}: {}",
            answer.location()
        );
        assert!(answer.location().starts_with(&format!("{CALLBACK}?")), "{name}");
        // Of two states none is the right one.
        assert_eq!(answer.param("state").is_none(), *name == "state", "{name}: {}", answer.location());
        seen += 1;
    }
    assert!(seen >= 20);
    let both = format!("{path}&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example");
    assert_own(&app.call("GET", &both).send(), "login");
    // Behaviour 8: what is not known is ignored, however often.
    assert_own(&app.call("GET", &format!("{path}&foo=1&foo=2&bar")).send(), "login");
}

#[test]
fn sec_a6_response_types() {
    let app = TestApp::start();
    let web = app.web_client();
    assert_error(&app, &ask(&app, &web, &[("response_type", "")]), "invalid_request");
    let wrong = ["token", "none", "CODE", "code code", "code ", "device"];
    for kind in wrong {
        let answer = ask(&app, &web, &[("response_type", kind)]);
        assert_error(&app, &answer, "unsupported_response_type");
        assert!(!answer.location().contains('#') && !answer.location().contains("access_token"), "{kind}");
    }
    let machine = app.client("machine", |m| m.grant_types = vec!["client_credentials".to_owned()]);
    assert_error(&app, &ask(&app, &machine, &[]), "unauthorized_client");
    assert_eq!(rows(&app, "authorizations"), 0);
}

#[test]
fn sec_a6_the_record_counts_at_the_time_of_issue() {
    let app = TestApp::start();
    app.user("ada");
    let changes: [(&str, fn(&mut latchkey::domain::client::Metadata)); 3] = [
        ("grant", |m| m.grant_types = vec!["client_credentials".to_owned()]),
        ("redirect", |m| m.redirect_uris = vec!["https://moved.example.com/cb".to_owned()]),
        ("scope", |m| m.scope = "openid".to_owned()),
    ];
    for (id, change) in changes {
        let client = app.client(id, |_| {});
        let mut visitor = app.visitor();
        let page = to_consent(&app, &mut visitor, &app.authorize_path(&client.id, &[]), "ada");
        app.admin(move |conn, desk| {
            let mut metadata = clients::find(conn, id)?.metadata;
            change(&mut metadata);
            clients::update(conn, desk, id, metadata, None)
        });
        let answer = decide(&mut visitor, "/consent", &page, &[("decision", "allow")]);
        app.assert_page(&answer, 400, "LK-1134");
    }
    assert_eq!((rows(&app, "authorizations WHERE stage <> 'pending'"), app.events("code.issued")), (0, 0));
}

#[test]
fn sec_a7_pkce_is_demanded_and_must_be_s256() {
    let app = TestApp::start();
    let web = app.web_client();
    let padded = format!("{}=", &CHALLENGE[..42]);
    let cases: &[(&str, &str, &str)] = &[
        ("", "", "LK-1111"),
        ("", "S256", "LK-1111"),
        (CHALLENGE, "", "LK-1112"),
        (CHALLENGE, "plain", "LK-1112"),
        (VERIFIER, "plain", "LK-1112"),
        (CHALLENGE, "s256", "LK-1112"),
        (CHALLENGE, "S512", "LK-1112"),
        (&CHALLENGE[..42], "S256", "LK-1113"),
        (&format!("{CHALLENGE}A"), "S256", "LK-1113"),
        (&padded, "S256", "LK-1113"),
        (&format!("{}+", &CHALLENGE[..42]), "S256", "LK-1113"),
        (&format!("{}.", &CHALLENGE[..42]), "S256", "LK-1113"),
        (&"A".repeat(128), "S256", "LK-1113"),
    ];
    for (challenge, method, code) in cases {
        let answer = ask(&app, &web, &[("code_challenge", challenge), ("code_challenge_method", method)]);
        assert_error(&app, &answer, "invalid_request");
        assert_reason(&answer, code);
    }
    assert_eq!(rows(&app, "authorizations"), 0);
}

#[test]
fn sec_a7_b25_pkce_may_be_optional_for_confidential_clients_only() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.client("web", |m| m.pkce = PkcePolicy::Optional);
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let answer = app.sign_in(&mut app.visitor(), &app.authorize_path(&web.id, &none), "ada");
    let code = answer.param("code").unwrap();
    let pairs = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    assert_eq!(app.token_call(&web, &pairs).send().status, 200);
    // What was sent is checked as ever, and enforced.
    for (challenge, method) in [(CHALLENGE, "plain"), (CHALLENGE, ""), ("short", "S256"), ("", "S256")] {
        let answer = ask(&app, &web, &[("code_challenge", challenge), ("code_challenge_method", method)]);
        assert_error(&app, &answer, "invalid_request");
    }
    let code = app.code(&web, "ada");
    let pairs = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    let answer = app.token_call(&web, &pairs).send();
    assert_eq!(answer.json()["error"], "invalid_grant", "{}", answer.text());
}

#[test]
fn sec_a8_unknown_response_modes_are_told_in_the_query() {
    let app = TestApp::start();
    let web = app.web_client();
    for mode in ["web_message", "jwt", "query.jwt", "form_post.jwt", "QUERY", "query form_post"] {
        let answer = ask(&app, &web, &[("response_mode", mode)]);
        assert_error(&app, &answer, "invalid_request");
        assert_reason(&answer, "LK-1110");
    }
    assert_own(&ask(&app, &web, &[("response_mode", "query")]), "login");
}

#[test]
fn sec_a9_scopes_unknown_not_allowed_or_beyond_the_limits() {
    let app = TestApp::start();
    let web = app.client("web", |m| m.scope = "openid email read".to_owned());
    let many = (0..101).map(|n| format!("s{n}")).collect::<Vec<_>>().join(" ");
    let long = format!("openid {}", "s".repeat(4100));
    let wrong = [
        "openid profile",
        "admin",
        "openid READ",
        "openid read:all",
        "openid *",
        "openid urn:org:1",
        "openid \"read\"",
        "openid re\\ad",
        "openid caf\u{e9}",
        &many,
        &long,
    ];
    for scope in wrong {
        assert_error(&app, &ask(&app, &web, &[("scope", scope)]), "invalid_scope");
    }
    assert_eq!(rows(&app, "authorizations"), 0);
    app.user("ada");
    // Behaviour 9: order never matters; and what is granted is what was asked, not what is allowed.
    let answer =
        app.sign_in(&mut app.visitor(), &app.authorize_path(&web.id, &[("scope", "read openid")]), "ada");
    let tokens = redeemed(&app, &web, &answer);
    let mut granted: Vec<&str> = claims(tokens["access_token"].as_str().unwrap())["scope"]
        .as_str()
        .unwrap()
        .split(' ')
        .map(|s| if s == "read" { "read" } else { "openid" })
        .collect();
    granted.sort_unstable();
    assert_eq!(granted, ["openid", "read"]);
}
