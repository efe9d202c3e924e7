//! Resource indicators (RFC 8707; security row A18): registered resources own their scopes, a token says the
//! scopes of its audience alone, and the resource says what its tokens are like.

use crate::harness::app::{CALLBACK, TestApp, TestClient, VERIFIER, claims};
use crate::harness::expect::{assert_error, signed_in, to_consent};
use crate::harness::http::Answer;
use latchkey::domain::client::{AccessTokenFormat, ConsentPolicy, Metadata};
use latchkey::domain::resource::Resource;
use latchkey::engine::admin::{clients, resources};
use latchkey::protocol::scope::Scope;
use serde_json::{Value, json};

const BOOKS: &str = "https://books.example.com";
const FILMS: &str = "urn:example:films";
const BARE: &str = "https://bare.example.com";

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn register(app: &TestApp, identifier: &str, scope: &str, change: impl FnOnce(&mut Resource)) {
    let mut resource = Resource {
        identifier: identifier.to_owned(),
        name: format!("The {} API", identifier.len()),
        scope: Scope::from_stored(scope),
        access_token_format: None,
        access_token_seconds: None,
        revision: 0,
        created_at: 0,
    };
    change(&mut resource);
    let issuer = app.issuer.clone();
    app.admin(move |conn, desk| resources::create(conn, desk, &issuer, resource));
}

/// Two registered resources, and one that only its client knows.
fn stand() -> (TestApp, TestClient) {
    let app = TestApp::start();
    app.user("ada");
    register(&app, BOOKS, "read write", |r| {
        r.access_token_seconds = Some(60);
        r.name = "Book API".to_owned();
    });
    register(&app, FILMS, "read watch", |r| {
        r.access_token_format = Some(AccessTokenFormat::Opaque);
        r.access_token_seconds = Some(120);
    });
    let client = app.client("web", asks_for_all);
    (app, client)
}

fn asks_for_all(m: &mut Metadata) {
    m.resources = vec![BARE.to_owned(), BOOKS.to_owned(), FILMS.to_owned()];
    m.scope = "openid email offline_access read write watch import".to_owned();
    m.consent = ConsentPolicy::Skip;
}

/// An authorization request for these resources.
fn path(app: &TestApp, scope: &str, asked: &[&str]) -> String {
    let mut path = app.authorize_path("web", &[("scope", scope)]);
    for resource in asked {
        path.push_str(&format!("&{}", crate::harness::http::form(&[("resource", resource)])));
    }
    path
}

fn exchange(app: &TestApp, client: &TestClient, first: &[(&str, &str)], asked: &[&str]) -> Answer {
    let mut pairs = first.to_vec();
    pairs.extend(asked.iter().map(|resource| ("resource", *resource)));
    app.token_call(client, &pairs).send()
}

fn redeem(app: &TestApp, client: &TestClient, code: &str, asked: &[&str]) -> Answer {
    let first = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    exchange(app, client, &first, asked)
}

fn refresh(app: &TestApp, client: &TestClient, token: &str, asked: &[&str]) -> Answer {
    exchange(app, client, &[("grant_type", "refresh_token"), ("refresh_token", token)], asked)
}

/// `aud` and `scope` of what was given, as introspection tells the client.
fn of(app: &TestApp, client: &TestClient, given: &Value) -> (Value, String) {
    let said = app.introspect(client, text(given, "access_token"));
    assert_eq!(said["active"], true, "{said}");
    let scope = said["scope"].as_str().unwrap_or_default().to_owned();
    assert_eq!(given["scope"].as_str().unwrap_or_default(), scope, "the answer says what the token may do");
    (said["aud"].clone(), scope)
}

#[test]
fn sec_a18_a_scope_is_granted_with_its_resource_alone() {
    let (app, web) = stand();
    let mut visitor = signed_in(&app, "ada");
    let refused = [
        ("openid read", &[][..]),
        ("read", &[BARE]),
        ("openid watch", &[BOOKS]),
        ("read watch write", &[FILMS]),
    ];
    for (scope, asked) in refused {
        assert_error(&app, &visitor.get(&path(&app, scope, asked)), "invalid_target");
    }
    assert_error(&app, &visitor.get(&path(&app, "read", &["https://other.example.com"])), "invalid_target");
    let granted = [
        ("openid import", &[][..], json!([BARE, app.issuer]), "import openid"),
        ("openid read write", &[BOOKS], json!([BOOKS, app.issuer]), "openid read write"),
        ("read", &[BOOKS], json!(BOOKS), "read"),
        ("read watch", &[FILMS], json!(FILMS), "read watch"),
        (
            "read watch write import",
            &[BOOKS, FILMS, BARE],
            json!([BOOKS, FILMS, BARE]),
            "import read watch write",
        ),
    ];
    for (scope, asked, audience, expected) in granted {
        let code = visitor
            .get(&path(&app, scope, asked))
            .param("code")
            .unwrap_or_else(|| panic!("{scope} {asked:?}"));
        let given = redeem(&app, &web, &code, &[]).json();
        assert_eq!(of(&app, &web, &given), (audience, expected.to_owned()), "{scope} {asked:?}");
    }
    // Who names no scope gets those that fit (RFC 6749 §3.3), instead of a refusal.
    for (asked, expected) in
        [(&[][..], "import"), (&[BOOKS], "read write"), (&[FILMS, BARE], "import read watch")]
    {
        let code = visitor.get(&path(&app, "", asked)).param("code").unwrap();
        let given = redeem(&app, &web, &code, &[]).json();
        assert_eq!(of(&app, &web, &given).1, expected, "{asked:?}");
    }
}

#[test]
fn sec_a18_e8_a_refresh_narrows_and_never_widens() {
    let (app, web) = stand();
    let mut visitor = signed_in(&app, "ada");
    let all = path(&app, "openid email offline_access read write watch import", &[BOOKS, FILMS, BARE]);
    let code = visitor.get(&all).param("code").unwrap();
    let first = redeem(&app, &web, &code, &[BOOKS]).json();
    assert_eq!(of(&app, &web, &first), (json!(BOOKS), "read write".to_owned()));
    let id = claims(text(&first, "id_token"));
    assert_eq!(
        (&id["aud"], id["nonce"].as_str()),
        (&json!("web"), Some("n-1")),
        "the ID token is the client's all the same"
    );
    app.assert_json(&app.userinfo(text(&first, "access_token")), 403, "insufficient_scope", "LK-1303");
    let mut token = text(&first, "refresh_token").to_owned();
    let cases = [
        (&[FILMS][..], json!(FILMS), "read watch"),
        (&[BARE], json!(BARE), "email import offline_access openid"),
        (&[BOOKS, FILMS], json!([BOOKS, FILMS]), "read watch write"),
        (&[app.issuer.as_str()], json!(app.issuer), "email import offline_access openid"),
        (&[], json!([BOOKS, FILMS, BARE, app.issuer]), "email import offline_access openid read watch write"),
    ];
    for (asked, audience, scope) in cases {
        // Beyond the grant: refused, and the token is worth the same as before.
        for beyond in ["https://other.example.com", "web", "books"] {
            let refused = refresh(&app, &web, &token, &[BOOKS, beyond]);
            app.assert_json(&refused, 400, "invalid_target", "LK-1244");
        }
        let given = refresh(&app, &web, &token, asked).json();
        assert_eq!(of(&app, &web, &given), (audience, scope.to_owned()), "{asked:?}");
        text(&given, "refresh_token").clone_into(&mut token);
    }
    // Less at the start is all there ever is.
    let code = visitor.get(&path(&app, "openid offline_access read", &[BOOKS])).param("code").unwrap();
    let given = redeem(&app, &web, &code, &[]).json();
    for beyond in [FILMS, BARE] {
        app.assert_json(
            &refresh(&app, &web, text(&given, "refresh_token"), &[beyond]),
            400,
            "invalid_target",
            "LK-1244",
        );
    }
    let code = visitor.get(&path(&app, "openid read", &[BOOKS])).param("code").unwrap();
    app.assert_json(&redeem(&app, &web, &code, &[FILMS]), 400, "invalid_target", "LK-1244");
    assert_eq!(redeem(&app, &web, &code, &[BOOKS]).status, 200, "the code was not consumed by it");
}

#[test]
fn sec_a18_the_resource_says_what_its_tokens_are_like() {
    let (app, web) = stand();
    let mut visitor = signed_in(&app, "ada");
    let all = path(&app, "openid offline_access read write watch", &[BOOKS, FILMS, BARE]);
    let code = visitor.get(&all).param("code").unwrap();
    let mut given = redeem(&app, &web, &code, &[]).json();
    let cases: [(&[&str], bool, i64); 4] =
        [(&[BOOKS], true, 60), (&[FILMS], false, 120), (&[BOOKS, FILMS], false, 60), (&[BARE], true, 900)];
    for (asked, jwt, seconds) in cases {
        given = refresh(&app, &web, text(&given, "refresh_token"), asked).json();
        let access = text(&given, "access_token");
        assert_eq!((access.contains('.'), given["expires_in"].as_i64()), (jwt, Some(seconds)), "{asked:?}");
        let told = app.introspect(&web, access);
        assert_eq!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(), seconds);
        if jwt {
            let said = claims(access);
            assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), seconds);
        }
        app.advance(seconds + 1);
        assert_eq!(app.introspect(&web, access)["active"], false, "{asked:?}");
    }
}

#[test]
fn sec_a18_f1_a_machine_is_held_to_the_same() {
    let (app, _) = stand();
    let machine = app.client("job", |m| {
        m.redirect_uris.clear();
        m.grant_types = vec!["client_credentials".to_owned()];
        m.response_types.clear();
        m.scope = "read write watch import".to_owned();
        m.resources = vec![BOOKS.to_owned(), FILMS.to_owned()];
    });
    let ask = |scope: &str, asked: &[&str]| {
        let mut first = vec![("grant_type", "client_credentials")];
        first.extend((!scope.is_empty()).then_some(("scope", scope)));
        exchange(&app, &machine, &first, asked)
    };
    for (scope, asked, audience, expected) in [
        ("", &[][..], json!(BOOKS), "read write"),
        ("", &[FILMS], json!(FILMS), "read watch"),
        ("write", &[BOOKS, FILMS], json!([BOOKS, FILMS]), "write"),
        ("read", &[], json!(BOOKS), "read"),
    ] {
        let given = ask(scope, asked).json();
        assert_eq!(of(&app, &machine, &given), (audience, expected.to_owned()), "{scope} {asked:?}");
    }
    for (scope, asked) in [("watch", &[][..]), ("watch", &[BOOKS]), ("write read", &[FILMS])] {
        app.assert_json(&ask(scope, asked), 400, "invalid_target", "LK-1245");
    }
    app.assert_json(&ask("read", &[BARE]), 400, "invalid_target", "LK-1244");
    assert_eq!(ask("", &[FILMS]).json()["expires_in"], 120);
}

#[test]
fn sec_b2_the_consent_page_names_the_resource() {
    let (app, _) = stand();
    let client = app.client("asking", |m| {
        asks_for_all(m);
        m.consent = ConsentPolicy::Ask;
    });
    let sent = path(&app, "openid read", &[BOOKS, BARE])
        .replace("client_id=web", &format!("client_id={}", client.id));
    let page = to_consent(&app, &mut app.visitor(), &sent, "ada");
    assert!(page.text().contains("Book API (https://books.example.com)"), "{}", page.text());
    assert!(page.text().contains(BARE));
}

#[test]
fn a_change_is_followed_and_what_was_granted_keeps_to_it() {
    let (app, web) = stand();
    let mut visitor = signed_in(&app, "ada");
    let code = visitor.get(&path(&app, "openid offline_access read write", &[BOOKS])).param("code").unwrap();
    let given = redeem(&app, &web, &code, &[]).json();
    let edit = |change: fn(&mut Resource)| {
        app.admin(move |conn, desk| {
            let mut resource = resources::find(conn, BOOKS)?;
            change(&mut resource);
            resources::update(conn, desk, resource)
        })
    };
    edit(|r| {
        r.scope = Scope::from_stored("write");
        r.access_token_seconds = None;
    });
    let next = refresh(&app, &web, text(&given, "refresh_token"), &[]).json();
    assert_eq!(of(&app, &web, &next).1, "offline_access openid write", "read is of the films alone now");
    assert_eq!(next["expires_in"], 900);
    assert_error(&app, &visitor.get(&path(&app, "read", &[BOOKS])), "invalid_target");
    // Once no app names it, it may go, and its scopes are nobody's.
    app.admin(|conn, desk| {
        let mut metadata = clients::find(conn, "web")?.metadata;
        metadata.resources.retain(|known| known != BOOKS);
        clients::update(conn, desk, "web", metadata, None)?;
        resources::delete(conn, desk, BOOKS)
    });
    assert!(visitor.get(&path(&app, "write", &[])).param("code").is_some());
    app.assert_json(&refresh(&app, &web, text(&next, "refresh_token"), &[]), 400, "invalid_grant", "LK-1234");
    assert_eq!(
        (app.events("resource.created"), app.events("resource.updated"), app.events("resource.deleted")),
        (2, 1, 1)
    );
}

#[test]
fn another_process_follows_the_resources() {
    let app = TestApp::start();
    let resource = Resource {
        identifier: BOOKS.to_owned(),
        name: "Book API".to_owned(),
        scope: Scope::of(["read"]),
        access_token_format: None,
        access_token_seconds: None,
        revision: 1,
        created_at: 0,
    };
    // As a command does it: straight in the database.
    app.write(move |conn| latchkey::store::resources::insert(conn, &resource, 1));
    let started = std::time::Instant::now();
    while app.engine.resources.now().name_of(BOOKS) != Some("Book API") {
        assert!(started.elapsed() < crate::harness::child::PATIENCE, "it was not followed");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn sec_a18_a_device_is_held_to_the_same() {
    let (app, _) = stand();
    let tv = app.client("tv", |m| {
        crate::device::as_tv(m);
        m.resources = vec![BARE.to_owned(), BOOKS.to_owned()];
        m.scope = "openid read write watch".to_owned();
    });
    let ask = |scope: &str, resource: &str| {
        crate::device::ask(&app, &tv, &[("scope", scope), ("resource", resource)])
    };
    for (scope, resource) in [("openid read", BARE), ("watch", BOOKS), ("read", FILMS)] {
        let refused = ask(scope, resource);
        assert_eq!(
            (refused.status, refused.json()["error"].as_str()),
            (400, Some("invalid_target")),
            "{scope} {resource}"
        );
    }
    assert_eq!(ask("openid read write", BOOKS).status, 200);
}
