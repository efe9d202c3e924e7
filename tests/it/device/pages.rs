//! The pages around the answer (RFC 8628 §3.3, §5.4; security rows L3 and L5).

use super::{
    Codes, approve, ask, begin, codes, enter, is_question, poll, press, sign_in, to_question, tokens, tv,
};
use crate::harness::app::{TestApp, claims};
use crate::harness::expect::{rows, signed_in, token};
use crate::harness::http::Visitor;
use serde_json::Value;

#[test]
fn sec_l3_the_page_shows_all_by_which_a_person_knows_their_device() {
    let app = TestApp::with_env(&[("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8")]);
    app.user("ada");
    let client = tv(&app);
    let begun = app
        .call("POST", "/oauth2/device_authorization")
        .header("X-Forwarded-For", "203.0.113.9")
        .header("User-Agent", "BookshopTV/2.1 <b>")
        .form(&[("client_id", &client.id), ("scope", super::SCOPE)]);
    let given = codes(&begun.send());
    app.advance(125);
    let mut visitor = app.visitor();
    let page = to_question(&mut visitor, &given, "ada");
    let text = page.text();
    for shown in [
        &given.user,
        "Bookshop TV",
        "ada Example",
        "ada@example.com",
        "3 minutes ago",
        "203.0.113.9",
        "Another network than you are in now",
        "BookshopTV/2.1 &#60;b&#62;",
        "Know who you are",
        "Stay connected while you are away",
        "Only continue if you started this on a device in front of you. Nobody from support will ever ask you to enter a code.",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(!text.contains("Unverified app"));
    app.write(|conn| {
        let mut found = latchkey::store::clients::find(conn, "tv")?.unwrap();
        found.unreviewed = true;
        latchkey::store::clients::update(conn, &found, 0)
    });
    app.refresh();
    let again = visitor.get(&format!("/device?ix={}", page.input("ix").unwrap()));
    assert!(again.text().contains("Unverified app"), "{}", again.text());
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{policy}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

/// Looking is not answering: nothing moves but by the form, with its token, in this browser.
#[test]
fn sec_l3_only_an_explicit_post_with_its_token_approves() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let given = begin(&app, &client);
    let mut visitor = app.visitor();
    let page = to_question(&mut visitor, &given, "ada");
    let ix = page.input("ix").unwrap();
    let pending = || assert_eq!(rows(&app, "device_codes WHERE stage = 'pending'"), 1);
    assert!(is_question(&visitor.get(&format!("/device?ix={ix}&decision=allow"))));
    pending();
    let forged = visitor.post("/device", &[("ix", &ix), ("decision", "allow"), ("csrf", "x")]);
    app.assert_page(&forged, 403, "LK-1601");
    // The token of the form that takes codes is not that of this one.
    let csrf = visitor.get("/device").input("csrf").unwrap();
    let forged = visitor.post("/device", &[("ix", &ix), ("decision", "allow"), ("csrf", &csrf)]);
    app.assert_page(&forged, 403, "LK-1601");
    let csrf = page.input("csrf").unwrap();
    let elsewhere = visitor
        .post_call("/device", &[("ix", &ix), ("decision", "allow"), ("csrf", &csrf)])
        .header("Sec-Fetch-Site", "cross-site");
    app.assert_page(&visitor.send(elsewhere), 403, "LK-1601");
    let neither = visitor.post("/device", &[("ix", &ix), ("decision", "maybe"), ("csrf", &csrf)]);
    app.assert_page(&neither, 400, "LK-1135");
    pending();
    // Another browser, signed in as the same person, has not entered the code.
    let mut other = signed_in(&app, "ada");
    app.assert_page(&other.get(&format!("/device?ix={ix}")), 400, "LK-1803");
    let own = token(&app, &other, "device", &ix);
    let sent = other.post("/device", &[("ix", &ix), ("decision", "allow"), ("csrf", &own)]);
    app.assert_page(&sent, 400, "LK-1803");
    for ix in ["x", "01J9ZK6V3Q0000000000000000"] {
        app.assert_page(&other.get(&format!("/device?ix={ix}")), 400, "LK-1803");
    }
    pending();
    press(&mut visitor, &page, "allow");
    tokens(&poll(&app, &client, &given));
}

/// The sign-in leads back by what the store knows of this browser, and by nothing else (row C6).
#[test]
fn sec_l3_signing_in_leads_back_to_the_device_in_this_browser_alone() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let given = begin(&app, &client);
    let mut visitor = app.visitor();
    let entered = enter(&mut visitor, &given.user);
    let to_login = visitor.get(entered.location());
    assert_eq!(to_login.status, 303);
    let login = to_login.location().to_owned();
    assert!(login.starts_with("/login?device="), "{login}");
    // In a browser that did not enter the code the sign-in is a plain one.
    let mut other = app.visitor();
    let page = other.get(&format!("{login}&next=https://evil.example/&return_to=/logout"));
    let (csrf, device) = (page.input("csrf").unwrap(), page.input("device").unwrap());
    let pairs = [
        ("csrf", csrf.as_str()),
        ("device", &device),
        ("username", "ada"),
        ("password", crate::harness::app::PASSWORD),
    ];
    let landed = other.post("/login", &pairs);
    assert_eq!((landed.status, landed.location()), (303, "/account"));
    assert_eq!(other.get(&login).location(), "/account", "signed in already");
    // Here it goes on, also after a wrong password.
    let page = visitor.get(&login);
    assert!(page.text().contains("Sign in to go on with your device."), "{}", page.text());
    let (csrf, device) = (page.input("csrf").unwrap(), page.input("device").unwrap());
    let wrong = visitor
        .post("/login", &[("csrf", &csrf), ("device", &device), ("username", "ada"), ("password", "no")]);
    let asked = sign_in(&mut visitor, &wrong, "ada");
    assert!(is_question(&asked), "{}", asked.text());
    let page = visitor.get(&login);
    assert!(page.location().starts_with("/device?ix="), "signed in already: {}", page.location());
}

#[test]
fn sec_l3_another_account_can_be_used() {
    let app = TestApp::start();
    let (_, bob) = (app.user("ada"), app.user("bob"));
    let client = tv(&app);
    let given = begin(&app, &client);
    let mut visitor = app.visitor();
    let page = to_question(&mut visitor, &given, "ada");
    let ix = page.input("ix").unwrap();
    assert!(page.text().contains(&format!("/login?device={ix}&switch=1")), "{}", page.text());
    let login = visitor.get(&format!("/login?device={ix}&switch=1"));
    let asked = sign_in(&mut visitor, &login, "bob");
    assert!(is_question(&asked) && asked.text().contains("bob@example.com"), "{}", asked.text());
    // What was shown to ada is answered by nobody.
    app.assert_page(&press(&mut visitor, &page, "allow"), 403, "LK-1601");
    press(&mut visitor, &asked, "allow");
    assert_eq!(sub(&tokens(&poll(&app, &client, &given))), bob.id.as_str());
}

fn sub(tokens: &Value) -> String {
    claims(tokens["id_token"].as_str().unwrap())["sub"].as_str().unwrap().to_owned()
}

#[test]
fn sec_l5_the_first_who_approves_has_the_device_and_the_second_hears_that_it_is_used() {
    let app = TestApp::start();
    let ada = app.user("ada");
    app.user("bob");
    let client = tv(&app);
    // The device cannot choose the person.
    let given = codes(&ask(&app, &client, &[("login_hint", "bob"), ("user", "bob"), ("sub", "bob")]));
    let (mut first, mut second, mut third) = (app.visitor(), app.visitor(), app.visitor());
    let of_ada = to_question(&mut first, &given, "ada");
    let of_bob = to_question(&mut second, &given, "bob");
    to_question(&mut third, &given, "bob");
    assert!(press(&mut first, &of_ada, "allow").text().contains("You can go back to your device"));
    for decision in ["allow", "deny"] {
        app.assert_page(&press(&mut second, &of_bob, decision), 400, "LK-1803");
    }
    let seen = second.get(&format!("/device?ix={}", of_bob.input("ix").unwrap()));
    app.assert_page(&seen, 400, "LK-1803");
    assert!(seen.text().contains("This code has been used already, or has expired"), "{}", seen.text());
    assert_eq!(sub(&tokens(&poll(&app, &client, &given))), ada.id.as_str());
    assert_eq!((app.events("device.approved"), app.events("device.denied")), (1, 0));
    assert_eq!(rows(&app, "consents"), 1, "what lost left nothing");
}

/// The browser shows the answer to the second press.
#[test]
fn a_button_pressed_twice_says_the_same_twice() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    for (decision, words) in
        [("allow", "You can go back to your device"), ("deny", "The device was not connected")]
    {
        let given = begin(&app, &client);
        let mut visitor = app.visitor();
        let page = to_question(&mut visitor, &given, "ada");
        for _ in 0..2 {
            assert!(press(&mut visitor, &page, decision).text().contains(words));
        }
        let other = if decision == "allow" { "deny" } else { "allow" };
        assert!(press(&mut visitor, &page, other).text().contains(words), "what was said stays said");
        let polled = poll(&app, &client, &given).status;
        assert_eq!(polled, if decision == "allow" { 200 } else { 400 });
        assert!(press(&mut visitor, &page, decision).text().contains(words), "also when the device has come");
    }
    assert_eq!((app.events("device.approved"), app.events("device.denied")), (1, 1));
}

#[test]
fn a_code_that_expires_under_the_page_is_told_so() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let given = begin(&app, &client);
    app.advance(300);
    let mut visitor = app.visitor();
    let page = to_question(&mut visitor, &given, "ada");
    app.advance(300);
    app.assert_page(&press(&mut visitor, &page, "allow"), 400, "LK-1803");
    app.assert_page(&visitor.get(&format!("/device?ix={}", page.input("ix").unwrap())), 400, "LK-1803");
    app.assert_json(&poll(&app, &client, &given), 400, "expired_token", "LK-1252");
}

/// Two devices in one browser, each in its tab.
#[test]
fn two_devices_in_one_browser_do_not_mix() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let (one, two) = (begin(&app, &client), begin(&app, &client));
    let mut visitor: Visitor = app.visitor();
    let first = to_question(&mut visitor, &one, "ada");
    let second = to_question(&mut visitor, &two, "ada");
    press(&mut visitor, &first, "deny");
    press(&mut visitor, &second, "allow");
    let polled = |codes: &Codes| poll(&app, &client, codes).status;
    assert_eq!((polled(&one), polled(&two)), (400, 200));
    approve(&app, &begin(&app, &client), "ada");
}
