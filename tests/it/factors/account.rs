//! The page of the sign-in methods: what changes a factor asks for a fresh sign-in of its level (security row P4).

use super::{answer, change, confirm, confirm_another, enrol, enrol_in, key, post_password, signed_in};
use crate::harness::app::TestApp;
use crate::harness::expect::{self, rows};
use crate::harness::http::{Answer, Visitor};
use latchkey::engine::admin::factors;

/// Asserts that a fresh sign-in is asked for; the page that asks.
#[track_caller]
fn assert_asked(visitor: &mut Visitor, answer: Answer) -> Answer {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.location().starts_with("/login?at="), "{}", answer.location());
    let page = visitor.follow(answer);
    assert!(
        page.text().contains("name=\"password\"") && page.text().contains("ada@example.com"),
        "{}",
        page.text()
    );
    page
}

fn of_ada(app: &TestApp) -> Vec<(String, String)> {
    let now = app.clock.now();
    let held = app.read(move |conn| {
        factors::held(conn, now, "ada").map_err(|_| latchkey::protocol::refusal::Check::Unexpected.into())
    });
    held.factors.into_iter().map(|factor| (factor.id.to_string(), factor.name)).collect()
}

#[test]
fn sec_p4_every_change_asks_for_a_sign_in_that_is_fresh_and_led_back_to_by_what_is_stored() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    let mut visitor = signed_in(&app, "ada", &ada);
    let (id, _) = of_ada(&app).remove(0);
    app.advance(601);
    let changes: [&[(&str, &str)]; 3] = [
        &[("action", "rename"), ("factor", &id), ("name", "Mine")],
        &[("action", "remove"), ("factor", &id)],
        &[("action", "codes")],
    ];
    for fields in changes {
        let refused = change(&mut visitor, fields);
        assert_asked(&mut visitor, refused);
    }
    assert_eq!(of_ada(&app), [(id.clone(), "Phone".to_owned())], "nothing was changed");
    let asked = visitor.get("/account/security/add?next=https://evil.example&return=/evil");
    let page = assert_asked(&mut visitor, asked);
    // Both proofs, and then back to where it was asked, whatever the request says.
    let answered = post_password(&mut visitor, &page, "ada");
    let page = visitor.follow(answered);
    let done = answer(&mut visitor, &page, &ada.code(&app), &[("next", "https://evil.example")]);
    assert_eq!(done.location(), "/account/security/add");
    assert!(visitor.follow(done).text().contains("Set up an authenticator app"));
    let done = change(&mut visitor, changes[0]);
    assert!(done.text().contains("The name is changed"), "{} {}", done.status, done.text());
    assert_eq!(of_ada(&app), [(id, "Mine".to_owned())]);
}

/// The password of somebody with a factor changes nothing alone.
#[test]
fn sec_p4_a_session_without_the_factor_does_not_change_one() {
    let app = TestApp::start();
    app.user("ada");
    let mut weak = expect::signed_in(&app, "ada");
    let mut visitor = expect::signed_in(&app, "ada");
    let page = weak.get("/account/security/add");
    let _ada = enrol_in(&app, &mut visitor);
    // Open since before there was one, and still fresh.
    let code = super::code_of(&key(&page), app.clock.now());
    let refused = confirm(&mut weak, &page, &code);
    assert_asked(&mut weak, refused);
    let (id, _) = of_ada(&app).remove(0);
    for fields in [&[("action", "remove"), ("factor", id.as_str())][..], &[("action", "codes")]] {
        let refused = change(&mut weak, fields);
        assert_asked(&mut weak, refused);
    }
    assert_eq!(rows(&app, "factors"), 1);
}

#[test]
fn sec_p4_the_last_factor_stays_where_one_must_be() {
    let app = TestApp::with_env(&[("LATCHKEY_LOGIN__SECOND_FACTOR", "required")]);
    app.user("ada");
    let mut visitor = app.visitor();
    let first = super::password(&mut visitor, "/login", "ada");
    let page = visitor.follow(first);
    confirm(&mut visitor, &page, &super::code_of(&key(&page), app.clock.now()));
    super::next_step(&app);
    let (id, _) = of_ada(&app).remove(0);
    let page = visitor.get("/account/security");
    assert!(!page.text().contains("value=\"remove\"") && page.text().contains("so the last app stays"));
    let refused = change(&mut visitor, &[("action", "remove"), ("factor", &id)]);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("so the last app stays"), "{}", refused.text());
    assert_eq!(of_ada(&app).len(), 1);
    confirm_another(&app, &mut visitor);
    let done = change(&mut visitor, &[("action", "remove"), ("factor", &id)]);
    assert!(done.text().contains("The app is removed"), "{}", done.text());
    assert_eq!(of_ada(&app).len(), 1);
}

#[test]
fn a_person_has_several_apps_with_names_and_removes_them() {
    let app = TestApp::start();
    for name in ["ada", "bob"] {
        app.user(name);
    }
    let ada = enrol(&app, "ada");
    enrol(&app, "bob");
    let mut visitor = signed_in(&app, "ada", &ada);
    assert!(visitor.get("/account").text().contains("href=\"/account/security\""));
    let second = confirm_another(&app, &mut visitor);
    let names: Vec<String> = of_ada(&app).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["Phone", "Phone"]);
    change(&mut visitor, &[("action", "rename"), ("factor", &second), ("name", " <b>Old \u{202e}phone ")]);
    assert_eq!(of_ada(&app)[1].1, "<b>Old phone");
    assert!(visitor.get("/account/security").text().contains("&#60;b&#62;Old phone"));
    let missing = change(&mut visitor, &[("action", "rename"), ("factor", &second), ("name", "  ")]);
    assert_eq!((missing.status, of_ada(&app)[1].1.as_str()), (400, "<b>Old phone"));
    // Nobody else's.
    let theirs =
        crate::harness::database::query(&app.engine.db, "SELECT id AS line FROM factors ORDER BY id");
    let bobs = theirs.iter().find(|id| !of_ada(&app).iter().any(|(own, _)| own == *id)).unwrap().clone();
    for action in ["rename", "remove"] {
        let refused = change(&mut visitor, &[("action", action), ("factor", &bobs), ("name", "x")]);
        app.assert_page(&refused, 400, "LK-2057");
    }
    // With the last one the codes go, and a password is enough again.
    for (id, _) in of_ada(&app) {
        change(&mut visitor, &[("action", "remove"), ("factor", &id)]);
    }
    assert_eq!((rows(&app, "factors"), rows(&app, "recovery_codes")), (1, 10), "bob's are there");
    assert!(expect::is_signed_in(&expect::signed_in(&app, "ada")));
    for kind in ["factor.added", "factor.renamed", "factor.removed"] {
        assert!(app.events(kind) > 0, "{kind}");
    }
}

#[test]
fn an_enrolment_is_of_one_session_and_good_for_ten_minutes_and_once() {
    let app = TestApp::start();
    for name in ["ada", "bob"] {
        app.user(name);
    }
    let (mut ada, mut bob) = (expect::signed_in(&app, "ada"), expect::signed_in(&app, "bob"));
    let (hers, his) = (ada.get("/account/security/add"), bob.get("/account/security/add"));
    let code = super::code_of(&key(&hers), app.clock.now());
    // Her secret in his form.
    let csrf = his.input("csrf").unwrap();
    let enrolment = hers.input("enrolment").unwrap();
    let mixed =
        bob.post("/account/security/add", &[("csrf", &csrf), ("enrolment", &enrolment), ("code", &code)]);
    assert!(
        mixed.text().contains("That took a little too long") && rows(&app, "factors") == 0,
        "{}",
        mixed.text()
    );
    assert!(!mixed.text().contains(&enrolment));
    app.advance(580);
    let late = super::code_of(&key(&hers), app.clock.now());
    let shown = confirm(&mut ada, &hers, &late);
    assert_eq!(super::codes(&shown).len(), 10);
    // His sign-in is renewed, so that the age of the form alone is in the way.
    let asked = bob.get("/login?switch=1");
    super::post_password(&mut bob, &asked, "bob");
    app.advance(20);
    let (csrf, enrolment) = (bob.get("/account").input("csrf").unwrap(), his.input("enrolment").unwrap());
    let code = super::code_of(&key(&his), app.clock.now());
    let too_late =
        bob.post("/account/security/add", &[("csrf", &csrf), ("enrolment", &enrolment), ("code", &code)]);
    assert!(
        too_late.text().contains("That took a little too long"),
        "{} {}",
        too_late.status,
        too_late.text()
    );
    assert_eq!(rows(&app, "factors"), 1);
}

#[test]
fn an_account_has_ten_apps_at_the_most() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    let mut visitor = signed_in(&app, "ada", &ada);
    for _ in 0..9 {
        confirm_another(&app, &mut visitor);
    }
    let page = visitor.get("/account/security/add");
    let full = confirm(&mut visitor, &page, &super::code_of(&key(&page), app.clock.now()));
    app.assert_page(&full, 400, "LK-2055");
    assert_eq!(rows(&app, "factors"), 10);
}

/// Somebody lost everything: an administrator takes the factors away, and it is written down.
#[test]
fn an_administrator_resets_the_factors_of_a_person() {
    let app = TestApp::start();
    app.user("ada");
    enrol(&app, "ada");
    let mut visitor = app.visitor();
    super::second_step(&mut visitor, "/login", "ada");
    let (_, removed) = app.admin(|conn, desk| factors::reset(conn, desk, "ada"));
    assert_eq!(
        (removed, app.events("factor.reset"), rows(&app, "config_revisions WHERE kind = 'user'") > 1),
        (1, 1, true)
    );
    let left = ["factors", "recovery_codes", "login_attempts"].map(|table| rows(&app, table));
    assert_eq!(left, [0; 3]);
    assert!(expect::is_signed_in(&expect::signed_in(&app, "ada")));
}
