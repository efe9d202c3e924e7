//! What people see of apps that registered themselves, and what such apps can do to them unseen (security
//! rows A10, B2, B4; behaviours 18, 24, 26).

use super::{again, client, manage, open, open_with, post, register, token};
use crate::harness::app::{CALLBACK, PASSWORD, TestApp, TestClient, claims};
use crate::harness::browser::{Browser, Options};
use crate::harness::expect::{assert_error, decide, redeemed, rows, signed_in, to_consent};
use crate::harness::http::{Answer, Visitor};
use latchkey::engine::admin::{registrations, users};
use serde_json::json;

fn review(app: &TestApp, client: &TestClient, reviewed: bool) {
    let id = client.id.clone();
    app.admin(move |conn, desk| registrations::review(conn, desk, &id, reviewed));
}

/// Agrees on the consent page, which must come.
#[track_caller]
fn agree(app: &TestApp, visitor: &mut Visitor, client: &TestClient) -> Answer {
    let page = to_consent(app, visitor, &app.authorize_path(&client.id, &[]), "ada");
    app.consent(visitor, page)
}

/// Every other way on: a broken request object, the start of its own sign-in, the end of a session.
#[test]
fn sec_a10_no_address_of_an_unverified_app_is_visited_without_a_word() {
    let app = open();
    app.user("ada");
    let more = json!({
        "initiate_login_uri": "https://rp.example.com/begin",
        "post_logout_redirect_uris": ["https://rp.example.com/bye"],
    });
    let unknown = client(&register(&app, &more));
    let out = format!(
        "/oauth2/logout?client_id={}&post_logout_redirect_uri=https%3A%2F%2Frp.example.com%2Fbye",
        unknown.id
    );
    let begin = format!("/start?client_id={}", unknown.id);
    let objects = [("request", "x"), ("request", "a.b.c"), ("request_uri", "https://rp.example.com/object")];
    for (name, value) in objects {
        for mode in ["query", "form_post"] {
            let path = app.authorize_path(&unknown.id, &[(name, value), ("response_mode", mode)]);
            let answer = app.visitor().get(&path);
            assert_eq!((answer.status, answer.header("location")), (400, None), "{name}={value}");
            assert!(
                !answer.text().contains("<form method=\"post\" action=\"https://rp"),
                "{}",
                answer.text()
            );
        }
    }
    assert!(app.visitor().get(&out).header("location").is_none());
    app.assert_page(&app.visitor().get(&begin), 404, "LK-1152");
    // Once somebody looked at it, all of them lead there.
    review(&app, &unknown, true);
    let path = app.authorize_path(&unknown.id, &[("request", "x")]);
    assert!(app.visitor().get(&path).location().starts_with(CALLBACK));
    assert_eq!(app.visitor().get(&out).location(), "https://rp.example.com/bye");
    assert!(app.visitor().get(&begin).location().starts_with("https://rp.example.com/begin?iss="));
}

#[test]
fn sec_a10_an_unverified_app_is_never_answered_without_a_page() {
    let app = open();
    app.user("ada");
    let unknown = client(&register(&app, &json!({})));
    let (none, mut stranger, mut ada) = (("prompt", "none"), app.visitor(), signed_in(&app, "ada"));
    let before = rows(&app, "authorizations");
    for visitor in [&mut stranger, &mut ada] {
        let answer = visitor.get(&app.authorize_path(&unknown.id, &[none]));
        app.assert_page(&answer, 400, "LK-1710");
        // Nor by a mistake made on purpose (RFC 9700 §4.11.2).
        for (wrong, code) in [
            (("scope", "openid everything"), "LK-1115"),
            (("response_type", "token"), "LK-11"),
            (("prompt", "none login"), "LK-1116"),
            (("code_challenge_method", "plain"), "LK-1112"),
            (("max_age", "x"), "LK-1117"),
        ] {
            app.assert_page(&visitor.get(&app.authorize_path(&unknown.id, &[wrong])), 400, code);
        }
    }
    assert_eq!(rows(&app, "authorizations"), before);
    // What a person said is answered to the app, yes or no.
    let page = to_consent(&app, &mut ada, &app.authorize_path(&unknown.id, &[]), "ada");
    let denied = decide(&mut ada, "/consent", &page, &[("decision", "deny")]);
    assert_error(&app, &denied, "access_denied");
    redeemed(&app, &unknown, &agree(&app, &mut ada, &unknown));
    app.assert_page(&ada.get(&app.authorize_path(&unknown.id, &[none])), 400, "LK-1710");
}

#[test]
fn sec_b4_an_unverified_app_asks_each_time_and_a_reviewed_one_is_remembered() {
    let app = open();
    app.user("ada");
    let shop = client(&register(&app, &json!({})));
    let mut ada = signed_in(&app, "ada");
    for _ in 0..2 {
        redeemed(&app, &shop, &agree(&app, &mut ada, &shop));
    }
    // Not even where an admin lets it skip consent, before somebody looked at it.
    let id = shop.id.clone();
    app.admin(move |conn, desk| {
        let mut metadata = latchkey::engine::admin::clients::find(conn, &id)?.metadata;
        metadata.consent = latchkey::domain::client::ConsentPolicy::Skip;
        latchkey::engine::admin::clients::update(conn, desk, &id, metadata, None)
    });
    redeemed(&app, &shop, &agree(&app, &mut ada, &shop));
    review(&app, &shop, true);
    assert!(ada.get(&app.authorize_path(&shop.id, &[])).param("code").is_some());
    review(&app, &shop, false);
    redeemed(&app, &shop, &agree(&app, &mut ada, &shop));
    assert_eq!((app.events("client.reviewed"), app.events("client.review_withdrawn")), (1, 1));
}

#[test]
fn sec_b4_a_review_is_of_the_app_as_it_was() {
    let app = open();
    app.user("ada");
    let made = register(&app, &json!({}));
    let shop = client(&made);
    review(&app, &shop, true);
    let mut ada = signed_in(&app, "ada");
    agree(&app, &mut ada, &shop);
    let silent = |ada: &mut Visitor| ada.get(&app.authorize_path(&shop.id, &[("prompt", "none")]));
    assert!(silent(&mut ada).param("code").is_some());
    let changed = manage(&app, "PUT", &made, Some(&again(&made, &json!({ "contacts": ["a@example.com"] }))));
    assert_eq!(changed.status, 200);
    assert!(silent(&mut ada).param("code").is_some(), "still the same app for people");
    for more in [
        json!({ "client_name": "Your Bank" }),
        json!({ "redirect_uris": [CALLBACK, "https://bank.example.com/cb"] }),
    ] {
        let changed = manage(&app, "PUT", &made, Some(&again(&made, &more)));
        assert_eq!(changed.status, 200, "{}", changed.text());
        app.assert_page(&silent(&mut ada), 400, "LK-1710");
        assert_eq!(rows(&app, "consents"), 0, "what was agreed was for another app");
        manage(&app, "PUT", &made, Some(&again(&made, &json!({}))));
        app.assert_page(&silent(&mut ada), 400, "LK-1710");
        review(&app, &shop, true);
        agree(&app, &mut ada, &shop);
        assert!(silent(&mut ada).param("code").is_some());
    }
}

/// What people are sent to, and shown, is part of what an admin looked at.
#[test]
fn sec_a10_b4_a_reviewed_app_with_other_addresses_is_not_the_one_that_was_reviewed() {
    let app = open();
    let good = |name: &str, value: serde_json::Value| {
        let mut document = json!({
            "initiate_login_uri": "https://rp.example.com/begin",
            "post_logout_redirect_uris": ["https://rp.example.com/bye"],
            "client_uri": "https://rp.example.com/",
        });
        document[name] = value;
        document
    };
    let evil = "https://evil.example/x";
    for name in
        ["initiate_login_uri", "client_uri", "policy_uri", "tos_uri", "logo_uri", "post_logout_redirect_uris"]
    {
        let made = register(&app, &good("client_name", json!("Shop")));
        let shop = client(&made);
        review(&app, &shop, true);
        // Another page of its own is fine.
        let own = good("policy_uri", json!("https://rp.example.com/privacy"));
        assert_eq!(manage(&app, "PUT", &made, Some(&again(&made, &own))).status, 200);
        let start = format!("/start?client_id={}", shop.id);
        assert_eq!(app.visitor().get(&start).status, 303, "reviewed");
        let value = if name.ends_with('s') { json!([evil]) } else { json!(evil) };
        let changed = manage(&app, "PUT", &made, Some(&again(&made, &good(name, value))));
        assert_eq!(changed.status, 200, "{name}: {}", changed.text());
        let out = format!("/oauth2/logout?client_id={}&post_logout_redirect_uri={evil}", shop.id);
        app.assert_page(&app.visitor().get(&start), 404, "LK-1152");
        let answer = app.visitor().get(&out);
        assert_eq!(answer.status, 200, "{name}: {:?}", answer.header("location"));
        assert!(!answer.text().contains("Continue to"), "{name}: {}", answer.text());
    }
}

/// Roles are told to apps that somebody here knows.
#[test]
fn sec_i2_an_unverified_app_does_not_hear_who_is_an_admin() {
    let app = open();
    let ada = app.user("ada").id.to_string();
    app.admin(move |conn, desk| {
        let mut user = users::find(conn, &ada)?;
        user.roles = vec!["admin".to_owned()];
        users::update(conn, desk, user)
    });
    let shop = client(&register(&app, &json!({})));
    let mut visitor = signed_in(&app, "ada");
    for reviewed in [false, true] {
        review(&app, &shop, reviewed);
        let page =
            to_consent(&app, &mut visitor, &app.authorize_path(&shop.id, &[("prompt", "consent")]), "ada");
        let answer = app.consent(&mut visitor, page);
        let tokens = redeemed(&app, &shop, &answer);
        let access = tokens["access_token"].as_str().unwrap();
        for said in [claims(access), app.introspect(&shop, access)] {
            assert_eq!(said.get("roles").is_some_and(|roles| *roles == json!(["admin"])), reviewed, "{said}");
        }
    }
}

#[test]
fn b18_b24_apps_of_trusted_registrants_are_answered_by_the_standard() {
    let trusting = open_with(&[("LATCHKEY_REGISTRATION__TRUST", "reviewed")]);
    let by_token = TestApp::with_env(&[("LATCHKEY_REGISTRATION__MODE", "token")]);
    for (app, with) in [(&trusting, None), (&by_token, Some(token(&by_token, 1, true)))] {
        app.user("ada");
        let answer = post(app, with.as_deref(), &json!({}));
        assert_eq!(answer.status, 201, "{}", answer.text());
        let shop = client(&answer.json());
        // As the Basic profile does: no PKCE.
        let none = [("prompt", "none"), ("code_challenge", ""), ("code_challenge_method", "")];
        let silently = app.authorize_path(&shop.id, &none);
        assert_error(app, &app.visitor().get(&silently), "login_required");
        let mut ada = signed_in(app, "ada");
        assert_error(app, &ada.get(&silently), "consent_required");
        let page = to_consent(app, &mut ada, &app.authorize_path(&shop.id, &[]), "ada");
        assert!(!page.text().contains("Unverified app"), "{}", page.text());
        assert_error(app, &decide(&mut ada, "/consent", &page, &[("decision", "deny")]), "access_denied");
        agree(app, &mut ada, &shop);
        assert!(ada.get(&silently).param("code").is_some());
        // Trust is in whoever registered it, also under another name; until it is taken back.
        let made = answer.json();
        let renamed = manage(app, "PUT", &made, Some(&again(&made, &json!({ "client_name": "Books" }))));
        assert_eq!(renamed.status, 200);
        assert!(ada.get(&silently).param("code").is_some());
        review(app, &shop, false);
        app.assert_page(&ada.get(&silently), 400, "LK-1710");
        manage(app, "PUT", &made, Some(&again(&made, &json!({}))));
        app.assert_page(&ada.get(&silently), 400, "LK-1710");
    }
}

#[test]
fn sec_b2_b26_pages_name_the_app_link_to_it_and_say_that_nobody_knows_it() {
    let app = open();
    app.user("ada");
    let more = json!({
        "client_name": "Evil\u{202e}<b>Bank</b>",
        "client_uri": "https://rp.example.com/home", "logo_uri": "https://rp.example.com/logo.png",
        "policy_uri": "https://rp.example.com/privacy?a=1&b=2", "tos_uri": "https://rp.example.com/terms",
    });
    let shop = client(&register(&app, &more));
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&shop.id, &[]));
    let login = visitor.follow(first);
    let consent = app.log_in(&mut visitor, &login, "ada");
    for page in [&login, &consent] {
        let text = page.text();
        assert!(text.contains("Evil") && text.contains("rp.example.com"), "{text}");
        assert!(!text.contains('\u{202e}') && !text.contains("<b>Bank"), "{text}");
        for link in ["logo.png", "privacy?a=1&#38;b=2", "terms"] {
            assert!(
                text.contains(&format!("href=\"https://rp.example.com/{link}\" rel=\"noreferrer\"")),
                "{link}: {text}"
            );
        }
    }
    assert!(consent.text().contains("Unverified app"), "{}", consent.text());
    review(&app, &shop, true);
    let page = to_consent(&app, &mut visitor, &app.authorize_path(&shop.id, &[]), "ada");
    assert!(!page.text().contains("Unverified app"), "{}", page.text());
}

/// The same in a browser: nothing is loaded from where the app says, and the pages are held to axe.
#[test]
fn b26_pages_of_an_unverified_app_in_a_browser() {
    let app = open();
    app.user("ada");
    let more = json!({
        "logo_uri": "https://rp.example.com/logo.png", "policy_uri": "https://rp.example.com/privacy",
        "tos_uri": "https://rp.example.com/terms",
    });
    let shop = client(&register(&app, &more));
    let browser = Browser::new(Options::default());
    let at = |more: &[(&str, &str)]| format!("{}{}", app.issuer, app.authorize_path(&shop.id, more));
    browser.goto(&at(&[("prompt", "none")]));
    browser.wait_text("LK-1710");
    browser.look("error-unverified");
    browser.goto(&at(&[]));
    browser.wait_text("Privacy policy");
    browser.look("login-registered");
    browser.fill("username", "ada");
    browser.fill("password", PASSWORD);
    browser.click_text("Sign in");
    browser.wait_text("Unverified app");
    browser.look("consent-unverified");
}
