//! Browsers that are not asked for the second factor again (security rows P3, P4, N1).

use super::{answer, enrol, password, second_step};
use crate::harness::app::TestApp;
use crate::harness::expect::{is_signed_in, rows, signed_in};
use crate::harness::http::Visitor;
use latchkey::base::secret::Secret;
use latchkey::engine::admin::users;

const COOKIE: &str = "__Host-lk_rem";

/// A browser that ada had remembered, with nobody signed in.
#[track_caller]
fn remembered(app: &TestApp, ada: &super::Enrolled) -> Visitor {
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    assert!(page.text().contains("Do not ask again in this browser for 30 days"), "{}", page.text());
    let done = answer(&mut visitor, &page, &ada.code(app), &[("remember", "1")]);
    let set =
        done.all("set-cookie").into_iter().find(|set| set.starts_with(COOKIE)).expect("a cookie").to_owned();
    assert!(set.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000"), "{set}");
    super::next_step(app);
    visitor.cookies.remove("__Host-lk_sid");
    visitor
}

#[test]
fn sec_p3_a_remembered_browser_is_not_asked_for_thirty_days() {
    let app = TestApp::start();
    for name in ["ada", "bob"] {
        app.user(name);
    }
    let ada = enrol(&app, "ada");
    let bob = enrol(&app, "bob");
    let before = app.clock.now();
    let browser = remembered(&app, &ada);
    let after = app.clock.now();
    assert_eq!(password(&mut browser.clone(), "/login", "ada").location(), "/account");
    // Of another person nothing is remembered, and another browser is asked.
    second_step(&mut browser.clone(), "/login", "bob");
    second_step(&mut app.visitor(), "/login", "ada");
    let mut made_up = app.visitor();
    made_up.cookies.insert(COOKIE.to_owned(), "A".repeat(43));
    second_step(&mut made_up, "/login", "ada");
    // One browser can be remembered for both.
    let mut both = browser.clone();
    let page = second_step(&mut both, "/login", "bob");
    answer(&mut both, &page, &bob.code(&app), &[("remember", "1")]);
    both.cookies.remove("__Host-lk_sid");
    for name in ["ada", "bob"] {
        assert_eq!(password(&mut both.clone(), "/login", name).location(), "/account", "{name}");
    }
    let days = 30 * 86_400;
    app.advance(before + days - 60 - app.clock.now());
    assert_eq!(password(&mut browser.clone(), "/login", "ada").location(), "/account");
    app.advance(after + days - app.clock.now());
    second_step(&mut browser.clone(), "/login", "ada");
}

#[test]
fn sec_p4_a_change_of_password_or_factors_voids_it() {
    let app = TestApp::start();
    let id = app.user("ada").id.to_string();
    let ada = enrol(&app, "ada");
    let browser = remembered(&app, &ada);
    let hash = app.engine.passwords.hash_blocking(&Secret::new(crate::harness::app::PASSWORD)).unwrap();
    app.admin(move |conn, desk| users::set_password(conn, desk, &id, &hash));
    second_step(&mut browser.clone(), "/login", "ada");
    let browser = remembered(&app, &ada);
    let mut visitor = super::signed_in(&app, "ada", &ada);
    let other = super::confirm_another(&app, &mut visitor);
    assert_eq!(rows(&app, "remembered_browsers"), 0);
    second_step(&mut browser.clone(), "/login", "ada");
    let browser = remembered(&app, &ada);
    let mut visitor = super::signed_in(&app, "ada", &ada);
    super::change(&mut visitor, &[("action", "remove"), ("factor", &other)]);
    second_step(&mut browser.clone(), "/login", "ada");
}

/// A fresh sign-in for a change asks for the factor here too.
#[test]
fn sec_p4_a_remembered_browser_does_not_stand_in_for_a_change() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    let mut browser = remembered(&app, &ada);
    assert_eq!(password(&mut browser, "/login", "ada").location(), "/account");
    let asked = browser.get("/account/security/add");
    assert!(asked.location().starts_with("/login?at="), "{} {}", asked.status, asked.text());
    let page = browser.follow(asked);
    let answered = super::post_password(&mut browser, &page, "ada");
    assert!(answered.location().starts_with("/login/factor?at="), "{}", answered.location());
    let page = browser.follow(answered);
    let done = answer(&mut browser, &page, &ada.code(&app), &[]);
    assert_eq!(done.location(), "/account/security/add");
    assert_eq!(browser.follow(done).status, 200);
}

#[test]
fn a_person_sees_and_forgets_remembered_browsers() {
    let app = TestApp::start();
    for name in ["ada", "bob"] {
        app.user(name);
    }
    let ada = enrol(&app, "ada");
    let (first, second) = (remembered(&app, &ada), remembered(&app, &ada));
    let mut visitor = super::signed_in(&app, "ada", &ada);
    // Nothing is opened by it, so an old session may do it.
    app.advance(3600);
    let page = visitor.get("/account/security");
    let ids: Vec<String> = page
        .text()
        .split("name=\"browser\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 3, "two, and the button for all: {}", page.text());
    // Somebody else's button does nothing to it.
    let mut bob = signed_in(&app, "bob");
    super::change(&mut bob, &[("action", "forget"), ("browser", &ids[0])]);
    assert_eq!(rows(&app, "remembered_browsers"), 2);
    super::change(&mut visitor, &[("action", "forget"), ("browser", &ids[0])]);
    second_step(&mut second.clone(), "/login", "ada");
    assert_eq!(password(&mut first.clone(), "/login", "ada").location(), "/account");
    super::change(&mut visitor, &[("action", "forget"), ("browser", "all")]);
    second_step(&mut first.clone(), "/login", "ada");
}

#[test]
fn with_no_days_nothing_is_offered_and_what_is_remembered_counts_no_more() {
    let app = TestApp::with_env(&[("LATCHKEY_LOGIN__REMEMBER_DAYS", "0")]);
    app.user("ada");
    let ada = enrol(&app, "ada");
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    assert!(!page.text().contains("name=\"remember\""));
    let done = answer(&mut visitor, &page, &ada.code(&app), &[("remember", "1")]);
    assert!(is_signed_in(&visitor) && !done.all("set-cookie").iter().any(|set| set.starts_with(COOKIE)));
    assert_eq!(rows(&app, "remembered_browsers"), 0);
}
