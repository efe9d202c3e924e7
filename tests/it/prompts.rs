//! Who is asked what, and when: `prompt`, `max_age`, hints, the switch page (security rows A10 to A12;
//! behaviours 18 to 22).

use crate::harness::app::{CALLBACK, PASSWORD, TestApp, claims};
use crate::harness::expect::{
    assert_error, assert_own, decide, is_signed_in, ix, post_login, redeemed, rows, signed_in, still,
    to_consent, tokens_in,
};
use latchkey::base::secret::{Plain, SessionSecret, b64};
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::Value;

fn id_claims(tokens: &Value) -> Value {
    claims(tokens["id_token"].as_str().unwrap())
}

#[test]
fn sec_a10_b18_prompt_none_never_shows_a_page() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let spa = app.client("spa", |m| {
        m.token_endpoint_auth_method = AuthMethod::None;
        m.redirect_uris = vec![CALLBACK.to_owned(), "http://localhost:3000/cb".to_owned()];
    });
    let none = ("prompt", "none");
    assert_error(&app, &app.call("GET", &app.authorize_path(&web.id, &[none])).send(), "login_required");
    let mut ada = signed_in(&app, "ada");
    let cookies = ada.cookies.clone();
    assert_error(&app, &ada.get(&app.authorize_path(&web.id, &[none])), "consent_required");
    for wrong in ["none login", "login none", "none consent", "none none x", "nothing", "NONE"] {
        assert_error(&app, &ada.get(&app.authorize_path(&web.id, &[("prompt", wrong)])), "invalid_request");
    }
    let first = ada.get(&app.authorize_path(&web.id, &[("prompt", "consent")]));
    let page = ada.follow(first);
    let agreed = redeemed(&app, &web, &app.consent(&mut ada, page));
    // Silent success for the same subject.
    let silent = ada.get(&app.authorize_path(&web.id, &[none]));
    let silent = redeemed(&app, &web, &silent);
    assert_eq!(id_claims(&silent)["sub"], id_claims(&agreed)["sub"]);
    assert_error(
        &app,
        &ada.get(&app.authorize_path(&web.id, &[none, ("scope", "openid phone")])),
        "consent_required",
    );
    app.advance(100);
    assert_error(&app, &ada.get(&app.authorize_path(&web.id, &[none, ("max_age", "60")])), "login_required");
    assert_error(&app, &ada.get(&app.authorize_path(&web.id, &[none, ("max_age", "0")])), "login_required");
    // Anyone could pose as a public client on loopback: its consent is not taken from memory.
    let path = app.authorize_path(&spa.id, &[]);
    let first = ada.get(&path);
    let page = ada.follow(first);
    assert!(app.consent(&mut ada, page).param("code").is_some());
    assert_error(&app, &ada.get(&format!("{path}&prompt=none")), "consent_required");
    assert_eq!((rows(&app, "authorizations WHERE stage = 'pending'"), ada.cookies), (0, cookies));
}

#[test]
fn sec_a11_b19_prompt_login_asks_for_the_password_again() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.trusted_client();
    let mut ada = app.visitor();
    let before = id_claims(&tokens_in(&app, &mut ada, &web, &[("max_age", "9999")]));
    let old = ada.clone();
    app.advance(100);
    let path = app.authorize_path(&web.id, &[("prompt", "login")]);
    let first = ada.get(&path);
    assert_own(&first, "login");
    let page = ada.follow(first);
    assert!(page.text().contains("Sign in again"), "{}", page.text());
    // Reload, a wrong password, or leaving: nothing is issued and the session stays as it was.
    assert_eq!(ada.get(&format!("/login?ix={}", ix(&page))).status, 200);
    let wrong = post_login(&mut ada, &page, "ada", "not my password");
    assert!(wrong.text().contains("is not right"), "{}", wrong.text());
    assert_own(&ada.get(&format!("/consent?ix={}", ix(&page))), "login");
    assert_eq!(ada.cookies, old.cookies);
    let unchanged = id_claims(&tokens_in(&app, &mut ada, &web, &[("max_age", "9999")]));
    assert_eq!(unchanged["auth_time"], before["auth_time"]);
    // The right one: a later auth_time, a new cookie, the old one dead, the same session.
    let answer = post_login(&mut ada, &page, "ada", PASSWORD);
    let answer = ada.follow(answer);
    let after = id_claims(&redeemed(&app, &web, &answer));
    let (was, is) = (before["auth_time"].as_i64().unwrap(), after["auth_time"].as_i64().unwrap());
    assert!(is >= was + 100, "{was} {is}");
    assert_eq!((&after["sub"], &after["sid"]), (&before["sub"], &before["sid"]));
    assert_ne!(ada.cookies["__Host-lk_sid"], old.cookies["__Host-lk_sid"]);
    assert!(!is_signed_in(&old));
    // One answer is for one request: the next asks again.
    assert_own(&ada.get(&path), "login");
}

#[test]
fn sec_a11_b20_max_age() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.trusted_client();
    let strict = app.client("strict", |m| {
        m.default_max_age = Some(60);
        m.consent = latchkey::domain::client::ConsentPolicy::Skip;
    });
    let mut ada = app.visitor();
    let one = id_claims(&tokens_in(&app, &mut ada, &web, &[("max_age", "60")]));
    assert!(ada.get(&app.authorize_path(&strict.id, &[])).param("code").is_some());
    app.advance(100);
    assert_own(&ada.get(&app.authorize_path(&web.id, &[("max_age", "60")])), "login");
    assert_own(&ada.get(&app.authorize_path(&strict.id, &[])), "login");
    assert_own(&ada.get(&app.authorize_path(&web.id, &[("max_age", "0")])), "login");
    let long = ada.get(&app.authorize_path(&web.id, &[("max_age", "10000")]));
    let long = id_claims(&redeemed(&app, &web, &long));
    assert!(one["auth_time"].is_i64());
    assert_eq!(long["auth_time"], one["auth_time"]);
    let later = id_claims(&tokens_in(&app, &mut ada, &web, &[("max_age", "60")]));
    assert!(later["auth_time"].as_i64() >= one["auth_time"].as_i64().map(|t| t + 100));
    for wrong in ["-1", "1.5", "abc", "99999999999", " 1", "0x10"] {
        assert_error(&app, &ada.get(&app.authorize_path(&web.id, &[("max_age", wrong)])), "invalid_request");
    }
}

#[test]
fn sec_a11_another_person_signs_in() {
    let app = TestApp::start();
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let web = app.trusted_client();
    for decision in ["continue", "switch", "cancel"] {
        let mut visitor = signed_in(&app, "ada");
        let of_ada = visitor.clone();
        let first = visitor.get(&app.authorize_path(&web.id, &[("prompt", "login")]));
        let page = visitor.follow(first);
        let answer = post_login(&mut visitor, &page, "bob", PASSWORD);
        assert_own(&answer, "switch");
        let page = visitor.follow(answer);
        assert!(page.text().contains("You are signed in as somebody else"), "{}", page.text());
        assert!(!is_signed_in(&of_ada), "ada's session lives on");
        let answer = decide(&mut visitor, "/switch", &page, &[("decision", decision)]);
        match decision {
            "continue" => assert_eq!(id_claims(&redeemed(&app, &web, &answer))["sub"], bob.id.as_str()),
            "cancel" => assert_error(&app, &answer, "access_denied"),
            _ => {
                let page = visitor.follow(answer);
                let answer = post_login(&mut visitor, &page, "ada", PASSWORD);
                let answer = visitor.follow(answer);
                assert_eq!(id_claims(&redeemed(&app, &web, &answer))["sub"], ada.id.as_str());
            }
        }
    }
}

#[test]
fn sec_a11_select_account_shows_the_choice() {
    let app = TestApp::start();
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let web = app.trusted_client();
    let path = app.authorize_path(&web.id, &[("prompt", "select_account")]);
    let mut visitor = signed_in(&app, "ada");
    let first = visitor.get(&path);
    assert_own(&first, "switch");
    let page = visitor.follow(first);
    assert!(page.text().contains("<h1>Choose an account</h1>"), "{}", page.text());
    assert!(!page.text().contains("somebody else"), "{}", page.text());
    let answer = decide(&mut visitor, "/switch", &page, &[("decision", "continue")]);
    assert_eq!(id_claims(&redeemed(&app, &web, &answer))["sub"], ada.id.as_str());
    let first = visitor.get(&path);
    let page = visitor.follow(first);
    let answer = decide(&mut visitor, "/switch", &page, &[("decision", "switch")]);
    let page = visitor.follow(answer);
    let answer = post_login(&mut visitor, &page, "bob", PASSWORD);
    let answer = visitor.follow(answer);
    assert_eq!(id_claims(&redeemed(&app, &web, &answer))["sub"], bob.id.as_str());
    assert_error(&app, &visitor.get(&format!("{path}%20none")), "invalid_request");
}

#[test]
fn sec_a11_a_choice_does_not_stand_in_for_a_sign_in() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.trusted_client();
    let mut visitor = signed_in(&app, "ada");
    let path = app.authorize_path(&web.id, &[("prompt", "select_account"), ("max_age", "60")]);
    let first = visitor.get(&path);
    assert_own(&first, "switch");
    let page = visitor.follow(first);
    // The page lies open until the sign-in is too old for the app.
    app.advance(100);
    let answer = decide(&mut visitor, "/switch", &page, &[("decision", "continue")]);
    assert_own(&answer, "login");
    assert_eq!(app.events("code.issued"), 0);
}

#[test]
fn sec_a12_b21_id_token_hint_selects_and_never_signs_in() {
    let app = TestApp::start();
    let (ada, _) = (app.user("ada"), app.user("bob"));
    let web = app.trusted_client();
    let other = app.client("other", |_| {});
    let mut browser = app.visitor();
    let tokens = tokens_in(&app, &mut browser, &web, &[]);
    let hint = tokens["id_token"].as_str().unwrap().to_owned();
    let with = |hint: &str, prompt: &str| {
        app.authorize_path(&web.id, &[("id_token_hint", hint), ("prompt", prompt)])
    };
    // The same person: silent, same subject, same auth_time; an expired hint is fine.
    app.advance(7200);
    let silent = browser.get(&with(&hint, "none"));
    let again = id_claims(&redeemed(&app, &web, &silent));
    assert_eq!(again["sub"], ada.id.as_str());
    // Nobody, or somebody else, is signed in: the hint does not sign in.
    assert_error(&app, &app.call("GET", &with(&hint, "none")).send(), "login_required");
    let mut bob = signed_in(&app, "bob");
    assert_error(&app, &bob.get(&with(&hint, "none")), "login_required");
    let first = bob.get(&with(&hint, ""));
    assert_own(&first, "login");
    let page = bob.follow(first);
    assert!(!still(&page).contains("ada"), "the hint tells who it is about: {}", page.text());
    // The hint names the only one it may go on as.
    let answer = post_login(&mut bob, &page, "bob", PASSWORD);
    let page = bob.follow(answer);
    assert!(
        page.text().contains("somebody else") && !page.text().contains("value=\"continue\""),
        "{}",
        page.text()
    );
    app.assert_page(&decide(&mut bob, "/switch", &page, &[("decision", "continue")]), 400, "LK-1135");
    let answer = decide(&mut bob, "/switch", &page, &[("decision", "switch")]);
    let page = bob.follow(answer);
    let answer = post_login(&mut bob, &page, "ada", PASSWORD);
    let answer = bob.follow(answer);
    assert_eq!(id_claims(&redeemed(&app, &web, &answer))["sub"], ada.id.as_str());
    // Not ours, not this client's, not an ID token.
    let (head, rest) = hint.split_once('.').unwrap();
    let (body, _) = rest.split_once('.').unwrap();
    let unsigned = format!("{}.{body}.", b64(br#"{"alg":"none"}"#));
    let forged = format!("{head}.{body}.{}", b64(&[7; 256]));
    let access = tokens["access_token"].as_str().unwrap();
    for wrong in [unsigned.as_str(), &forged, access, "x", "a.b.c"] {
        assert_error(&app, &browser.get(&with(wrong, "none")), "invalid_request");
        assert_error(&app, &app.call("GET", &with(wrong, "")).send(), "invalid_request");
    }
    let foreign = app.authorize_path(&other.id, &[("id_token_hint", &hint)]);
    assert_error(&app, &browser.get(&foreign), "invalid_request");
}

/// "Use another account" on the login page is no way around the person whom the hint names.
#[test]
fn sec_a12_another_account_is_no_way_around_the_hint() {
    let app = TestApp::start();
    let (ada, _) = (app.user("ada"), app.user("bob"));
    let web = app.trusted_client();
    let tokens = tokens_in(&app, &mut app.visitor(), &web, &[]);
    let hint = tokens["id_token"].as_str().unwrap();
    let issued = app.events("code.issued");
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&web.id, &[("id_token_hint", hint)]));
    let ix = ix(&first);
    let page = visitor.get(&format!("/login?ix={ix}&switch=1"));
    assert_eq!(page.input("switch").as_deref(), Some("1"), "{}", page.text());
    let csrf = page.input("csrf").unwrap();
    let mut sign_in = |name: &str| {
        let pairs =
            [("csrf", &*csrf), ("ix", &ix), ("switch", "1"), ("username", name), ("password", PASSWORD)];
        visitor.post("/login", &pairs)
    };
    app.assert_page(&sign_in("bob"), 400, "LK-1135");
    assert_eq!((rows(&app, "sessions"), app.events("code.issued")), (1, issued), "bob is not signed in");
    let answer = sign_in("ada");
    assert_eq!(id_claims(&redeemed(&app, &web, &answer))["sub"], ada.id.as_str());
}

#[test]
fn sec_a12_login_hint_prefills_and_reveals_nothing() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let page = |hint: &str| {
        let mut visitor = app.visitor();
        let first = visitor.get(&app.authorize_path(&web.id, &[("login_hint", hint)]));
        visitor.follow(first)
    };
    let shape = |hint: &str| {
        let answer = page(hint);
        still(&answer).replace(&ix(&answer), "_").replace(hint, "_")
    };
    assert!(page("ada").text().contains("name=\"username\"") && page("ada").text().contains("value=\"ada\""));
    assert_eq!(shape("ada"), shape("nobody-has-this-name"));
    assert_eq!(shape("ada@example.com"), shape("nobody@example.com"));
    let html = page("\"><script>alert(1)</script>\u{202e}").text();
    assert!(!html.contains("<script>alert") && !html.contains('\u{202e}'), "{html}");
    // It does not choose for who is signed in, and is no sign-in.
    let mut visitor = app.visitor();
    let page = to_consent(&app, &mut visitor, &app.authorize_path(&web.id, &[("login_hint", "bob")]), "ada");
    assert!(page.text().contains("ada"), "{}", page.text());
}

/// An absolute limit that a renewal moved would be none.
#[test]
fn sec_n2_signing_in_again_does_not_move_the_end_of_the_session() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.trusted_client();
    let mut visitor = app.visitor();
    let of = |visitor: &crate::harness::http::Visitor| {
        let value = visitor.cookies["__Host-lk_sid"].clone();
        let digest = Plain::<SessionSecret>::presented(value).digest();
        app.read(|conn| latchkey::store::sessions::find_by_digest(conn, &digest)).map(|(session, _)| session)
    };
    app.sign_in(&mut visitor, &app.authorize_path(&web.id, &[]), "ada");
    let (before, begun) = (visitor.clone(), of(&visitor).unwrap());
    app.advance(3600);
    let again = app.authorize_path(&web.id, &[("prompt", "login")]);
    assert!(app.sign_in(&mut visitor, &again, "ada").param("code").is_some());
    let renewed = of(&visitor).unwrap();
    assert_eq!((renewed.id, renewed.expires_at), (begun.id, begun.expires_at));
    assert!(renewed.auth.auth_time > begun.auth.auth_time, "the sign-in itself is new");
    assert!(of(&before).is_none(), "the old cookie opens nothing");
}
