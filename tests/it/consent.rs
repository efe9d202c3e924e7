//! The consent page (security group B; behaviours 24 and 26).

use crate::harness::app::{CALLBACK, TestApp, claims};
use crate::harness::expect::{
    assert_error, decide, ix, redeemed, rows, signed_in, to_consent, token, tokens_in,
};
use latchkey::domain::client::{AccessTokenFormat, Metadata};
use latchkey::engine::admin::clients;
use latchkey::protocol::client_auth::AuthMethod;
use latchkey::store::clients as stored;

fn edit(app: &TestApp, id: &'static str, change: impl FnOnce(&mut Metadata) + Send + 'static) {
    app.admin(move |conn, desk| {
        let mut metadata = clients::find(conn, id)?.metadata;
        change(&mut metadata);
        clients::update(conn, desk, id, metadata, None)
    });
}

#[test]
fn sec_b1_consent_needs_the_token_of_its_session_and_transaction() {
    let app = TestApp::start();
    app.user("ada");
    app.user("eve");
    let web = app.web_client();
    let mut ada = app.visitor();
    let page = to_consent(&app, &mut ada, &app.authorize_path(&web.id, &[]), "ada");
    let other = to_consent(&app, &mut ada, &app.authorize_path(&web.id, &[]), "ada");
    let mut eve = app.visitor();
    let eves = to_consent(&app, &mut eve, &app.authorize_path(&web.id, &[]), "eve");
    let of_login = token(&app, &ada, "login", &ix(&page));
    let mut signed_out = ada.clone();
    signed_out.cookies.remove("__Host-lk_sid");
    let before = token(&app, &signed_out, "consent", &ix(&page));
    let wrong = [
        "",
        "x",
        &other.input("csrf").unwrap(),
        &eves.input("csrf").unwrap(),
        &of_login,
        &before,
        &page.input("csrf").unwrap()[1..],
        &"A".repeat(43),
    ];
    for csrf in wrong {
        let answer = decide(&mut ada, "/consent", &page, &[("decision", "allow"), ("csrf", csrf)]);
        app.assert_page(&answer, 403, "LK-1601");
    }
    // By link, whatever it carries.
    let csrf = page.input("csrf").unwrap();
    let link = format!("/consent?ix={}&decision=allow&scope=openid&csrf={csrf}", ix(&page));
    assert_eq!(ada.get(&link).status, 200);
    assert_eq!((rows(&app, "consents"), app.events("code.issued")), (0, 0));
}

#[test]
fn sec_b1_posted_scopes_are_a_subset() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut ada = app.visitor();
    let path = app.authorize_path(&web.id, &[("scope", "openid profile email")]);
    let page = to_consent(&app, &mut ada, &path, "ada");
    for scope in ["openid profile email phone", "openid admin", "phone", "", " ", "openid \"x\"", "OPENID"] {
        let answer = decide(&mut ada, "/consent", &page, &[("decision", "allow"), ("scope", scope)]);
        app.assert_page(&answer, 400, "LK-1136");
    }
    assert_eq!((rows(&app, "consents"), app.events("code.issued")), (0, 0));
    let answer = decide(&mut ada, "/consent", &page, &[("decision", "allow"), ("scope", "email openid")]);
    let tokens = redeemed(&app, &web, &answer);
    let access = claims(tokens["access_token"].as_str().unwrap());
    let scope = access["scope"].as_str().unwrap();
    assert!(scope.split(' ').all(|s| s == "openid" || s == "email") && scope.contains("email"), "{scope}");
    assert!(app.userinfo(tokens["access_token"].as_str().unwrap()).json().get("name").is_none());
    // Only what was agreed to is remembered.
    to_consent(&app, &mut ada, &path, "ada");
}

#[test]
fn sec_b2_b26_the_page_says_who_asks_for_what() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.client("web", |m| {
        m.client_name = "Bookshop".to_owned();
        m.policy_uri = Some("https://rp.example.com/privacy".to_owned());
        m.tos_uri = Some("https://rp.example.com/terms".to_owned());
        m.logo_uri = Some("https://rp.example.com/logo.png".to_owned());
        m.resources = vec!["https://api.example.com/v1".to_owned()];
        m.scope = "openid email offline_access orders:read".to_owned();
    });
    let mut ada = app.visitor();
    let more =
        [("scope", "openid email offline_access orders:read"), ("resource", "https://api.example.com/v1")];
    let first = ada.get(&app.authorize_path(&web.id, &more));
    let login = ada.follow(first);
    let page = app.log_in(&mut ada, &login, "ada");
    for said in
        ["Bookshop", "rp.example.com", "https://rp.example.com/privacy", "https://rp.example.com/terms"]
    {
        assert!(login.text().contains(said), "the login page does not say {said}");
        assert!(page.text().contains(said), "the consent page does not say {said}");
    }
    for said in [
        "See your e-mail address",
        "ada@example.com",
        "orders:read",
        "https://api.example.com/v1",
        "How long",
        "Until you take the access back in your account",
    ] {
        assert!(page.text().contains(said), "no {said}: {}", page.text());
    }
    assert!(!page.text().contains("Unverified"));
    for answer in [&login, &page] {
        // The logo is for people to follow, never loaded into the page.
        assert!(answer.text().contains("href=\"https://rp.example.com/logo.png\""), "{}", answer.text());
        assert!(!answer.text().contains("<img"), "a remote image");
        assert!(answer.header("content-security-policy").unwrap().contains("img-src 'self'"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    }
}

#[test]
fn sec_b2_unassured_apps_are_marked_and_names_do_no_harm() {
    let app = TestApp::start();
    app.user("ada");
    let spa = app.client("spa", |m| {
        m.token_endpoint_auth_method = AuthMethod::None;
        m.redirect_uris = vec![CALLBACK.to_owned(), "http://localhost:3000/cb".to_owned()];
    });
    // Written past the checks at registration, as a row from elsewhere might be.
    let now = app.clock.now();
    app.write(move |conn| {
        let mut client = stored::find(conn, "spa")?.unwrap();
        client.metadata.client_name = "\u{202e}<script>alert(1)</script>\u{7}\"'&\u{2066}Bank".to_owned();
        stored::update(conn, &client, now)
    });
    app.refresh();
    let mut ada = app.visitor();
    let page = to_consent(&app, &mut ada, &app.authorize_path(&spa.id, &[]), "ada");
    let html = page.text();
    assert!(html.contains("Unverified app"), "{html}");
    assert!(html.contains("&#60;script&#62;alert(1)"), "{html}");
    assert!(!html.contains("<script>alert") && !html.contains(['\u{202e}', '\u{2066}', '\u{7}']), "{html}");
}

#[test]
fn sec_b3_a_denial_stores_nothing() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut ada = app.visitor();
    let path = app.authorize_path(&web.id, &[]);
    let page = to_consent(&app, &mut ada, &path, "ada");
    let answer = decide(&mut ada, "/consent", &page, &[("decision", "deny")]);
    assert_error(&app, &answer, "access_denied");
    assert_eq!((rows(&app, "consents"), rows(&app, "grants"), app.events("code.issued")), (0, 0, 0));
    assert_eq!(ada.get("/account").status, 200, "saying no signs nobody out");
    to_consent(&app, &mut ada, &path, "ada");
}

#[test]
fn sec_b4_what_is_remembered_covers_the_same_and_less() {
    let app = TestApp::start();
    app.user("ada");
    let (one, two) = ("https://one.example", "https://two.example");
    let resources = |m: &mut Metadata| m.resources = vec![one.to_owned(), two.to_owned()];
    let (web, other) = (app.client("web", resources), app.client("other", resources));
    let mut ada = app.visitor();
    let given = [("scope", "openid profile email"), ("resource", one)];
    tokens_in(&app, &mut ada, &web, &given);
    let mut asks =
        |id: &str, more: &[(&str, &str)]| ada.get(&app.authorize_path(id, more)).param("code").is_none();
    assert!(!asks("web", &given));
    assert!(!asks("web", &[("scope", "email openid"), ("resource", one)]));
    assert!(!asks("web", &[("scope", "openid")]));
    assert!(asks("web", &[("scope", "openid profile email phone"), ("resource", one)]));
    assert!(asks("web", &[("scope", "openid"), ("resource", two)]));
    assert!(asks("web", &[("scope", "openid"), ("prompt", "consent")]));
    assert!(asks(&other.id, &given), "another client");
    // An app that keeps a secret is itself under another name; one that anybody could pose as is not.
    edit(&app, "web", |m| m.client_name = "Renamed".to_owned());
    assert!(!asks("web", &given));
    edit(&app, "web", |m| {
        m.token_endpoint_auth_method = AuthMethod::None;
        m.redirect_uris.push("http://localhost:3000/cb".to_owned());
    });
    assert!(asks("web", &given));
    edit(&app, "web", |m| {
        m.token_endpoint_auth_method = AuthMethod::ClientSecretBasic;
        m.redirect_uris.pop();
    });
    assert!(ada.get(&app.authorize_path("web", &given)).param("code").is_none());
}

#[test]
fn sec_b4_nothing_is_remembered_for_who_could_be_anyone() {
    let app = TestApp::start();
    app.user("ada");
    for (id, weak) in [("loopback", "http://127.0.0.1/cb"), ("scheme", "com.example.app:/cb")] {
        let client = app.client(id, |m| {
            m.application_type = latchkey::domain::client::ApplicationType::Native;
            m.token_endpoint_auth_method = AuthMethod::None;
            m.redirect_uris = vec![weak.to_owned(), CALLBACK.to_owned()];
        });
        let mut ada = app.visitor();
        for uri in [CALLBACK, weak, CALLBACK] {
            let path = app.authorize_path(&client.id, &[("redirect_uri", uri)]);
            let page = to_consent(&app, &mut ada, &path, "ada");
            assert!(decide(&mut ada, "/consent", &page, &[("decision", "allow")]).param("code").is_some());
        }
    }
}

#[test]
fn sec_b5_taking_access_back_ends_everything_at_once() {
    let app = TestApp::start();
    app.user("ada");
    app.user("bob");
    let web = app.web_client();
    let opaque = app.client("opaque", |m| m.access_token_format = AccessTokenFormat::Opaque);
    let (of_bob, kept) = (app.tokens(&web, "bob"), app.tokens(&opaque, "bob"));
    for client in [&web, &opaque] {
        let mut ada = signed_in(&app, "ada");
        let tokens = tokens_in(&app, &mut ada, client, &[]);
        let again = tokens_in(&app, &mut ada, client, &[]);
        let pending = ada.get(&app.authorize_path(&client.id, &[])).param("code").unwrap();
        let account = ada.get("/account");
        assert!(account.text().contains(&format!("value=\"{}\"", client.id)), "{}", account.text());
        let csrf = account.input("csrf").unwrap();
        let answer = ada.post("/account/apps", &[("csrf", &csrf), ("grant", &client.id)]);
        assert_eq!((answer.status, answer.location()), (303, "/account"), "{}", answer.text());
        assert!(!ada.get("/account").text().contains(&format!("value=\"{}\"", client.id)));
        for tokens in [&tokens, &again] {
            let (access, refresh) =
                (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
            assert_eq!(app.userinfo(access).status, 401);
            assert_eq!(app.introspect(client, access)["active"], false);
            assert_eq!(app.introspect(client, refresh)["active"], false);
            let answer = app.refresh_token(client, refresh);
            assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_grant".into()));
        }
        let answer = app.redeem(client, &pending);
        assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_grant".into()));
        to_consent(&app, &mut ada, &app.authorize_path(&client.id, &[]), "ada");
    }
    // Nobody else's.
    for tokens in [of_bob, kept] {
        assert_eq!(app.userinfo(tokens["access_token"].as_str().unwrap()).status, 200);
    }
    assert_eq!(app.events("consent.withdrawn"), 2);
}

#[test]
fn sec_b5_only_the_own_account_with_its_own_token() {
    let app = TestApp::start();
    app.user("ada");
    app.user("eve");
    let web = app.web_client();
    let tokens = app.tokens(&web, "ada");
    let mut eve = signed_in(&app, "eve");
    let csrf = eve.get("/account").input("csrf").unwrap();
    eve.post("/account/apps", &[("csrf", &csrf), ("grant", "web")]);
    let mut ada = signed_in(&app, "ada");
    app.assert_page(&ada.post("/account/apps", &[("csrf", &csrf), ("grant", "web")]), 403, "LK-1601");
    app.assert_page(&ada.post("/account/apps", &[("grant", "web")]), 403, "LK-1601");
    assert_eq!(app.userinfo(tokens["access_token"].as_str().unwrap()).status, 200);
}
