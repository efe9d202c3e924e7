//! A sign-in that waits for its second factor opens nothing (security rows P2, C2, C7).

use super::{answer, assert_over, confirm, enrol, key, password, post_password, second_step};
use crate::harness::app::TestApp;
use crate::harness::expect::{assert_error, assert_own, decide, is_signed_in, ix, rows, token};
use crate::harness::http::{Answer, Visitor};
use latchkey::engine::admin::users;

fn half_done(app: &TestApp) -> (Visitor, Answer) {
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, &app.authorize_path("web", &[]), "ada");
    (visitor, page)
}

#[test]
fn sec_p2_a_half_done_sign_in_opens_no_other_page() {
    let app = TestApp::start();
    app.user("ada");
    app.web_client();
    enrol(&app, "ada");
    let (mut visitor, page) = half_done(&app);
    let before = (app.events("session.started"), app.events("code.issued"));
    assert!(!visitor.cookies.contains_key("__Host-lk_sid"));
    for path in ["/account", "/account/security", "/account/security/add", "/switch"] {
        assert_eq!(visitor.get(path).location(), "/login", "{path}");
    }
    let waiting = app.authorize_path("web", &[]);
    let first = visitor.get(&waiting);
    let id = ix(&first);
    assert_own(&visitor.get(&format!("/consent?ix={id}")), "login");
    let silent = visitor.get(&app.authorize_path("web", &[("prompt", "none")]));
    assert_error(&app, &silent, "login_required");
    // Its name is no session, no authorization and no visit.
    let at = page.input("at").unwrap();
    visitor.cookies.insert("__Host-lk_sid".to_owned(), format!("{at:A<43}"));
    assert!(!is_signed_in(&visitor));
    visitor.cookies.remove("__Host-lk_sid");
    for path in [format!("/consent?ix={at}"), format!("/switch?ix={at}"), format!("/device?ix={at}")] {
        assert_eq!(visitor.get(&path).status, 400, "{path}");
    }
    // Nor do the forms of other pages take it, with a token that would be right.
    for (path, form) in
        [("/account/apps", "account"), ("/account/sessions", "account"), ("/account/security", "account")]
    {
        let csrf = token(&app, &visitor, form, "");
        let answer = visitor.post(
            path,
            &[("csrf", &csrf), ("at", &at), ("session", "all"), ("grant", "web"), ("action", "codes")],
        );
        assert!(
            answer.status == 401 || answer.location() == "/login",
            "{path}: {} {}",
            answer.status,
            answer.text()
        );
    }
    let csrf = token(&app, &visitor, "consent", &id);
    let answer =
        visitor.post("/consent", &[("csrf", &csrf), ("ix", &id), ("scope", "openid"), ("decision", "allow")]);
    assert_own(&answer, "login");
    assert_eq!((app.events("session.started"), app.events("code.issued")), before);
}

#[test]
fn sec_p2_it_is_this_browsers_for_ten_minutes_and_finished_once() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let ada = enrol(&app, "ada");
    let (visitor, page) = half_done(&app);
    // Another browser has nothing of it, with a token of its own.
    let mut other = app.visitor();
    let theirs = other.get("/login");
    let csrf = theirs.input("csrf").unwrap();
    assert_over(&answer(&mut other, &page, &ada.code(&app), &[("csrf", &csrf)]));
    assert_over(&other.get(&format!("/login/factor?at={}", page.input("at").unwrap())));
    let mut late = visitor.clone();
    // Some seconds are left for a slow machine.
    app.advance(570);
    assert_eq!(late.get(&format!("/login/factor?at={}", page.input("at").unwrap())).status, 200);
    app.advance(30);
    let over = answer(&mut late, &page, &ada.code(&app), &[]);
    assert_over(&over);
    // The way back leads to where it began.
    let again = over.text();
    assert!(again.contains("href=\"/login?ix="), "{again}");
    let (mut visitor, page) = half_done(&app);
    let done = answer(&mut visitor, &page, &ada.code(&app), &[]);
    assert_own(&done, "consent");
    super::next_step(&app);
    let mut twice = visitor.clone();
    assert_over(&answer(&mut twice, &page, &ada.code(&app), &[]));
    let shown = visitor.follow(done);
    let done = decide(&mut visitor, "/consent", &shown, &[("decision", "allow")]);
    assert!(app.redeem(&client, &done.param("code").unwrap()).status == 200);
    app.advance(601);
    let now = app.clock.now();
    app.write(move |conn| latchkey::store::prune::batch(conn, now).map(drop));
    assert_eq!(rows(&app, "login_attempts"), 0, "they are forgotten");
}

#[test]
fn sec_p2_a_password_set_meanwhile_ends_it() {
    let app = TestApp::start();
    let id = app.user("ada").id.to_string();
    app.web_client();
    let ada = enrol(&app, "ada");
    let (mut visitor, page) = half_done(&app);
    let hash = app
        .engine
        .passwords
        .hash_blocking(&latchkey::base::secret::Secret::new("another one of hers"))
        .unwrap();
    app.admin(move |conn, desk| users::set_password(conn, desk, &id, &hash));
    assert_over(&answer(&mut visitor, &page, &ada.code(&app), &[]));
}

#[test]
fn sec_c7_at_the_second_factor() {
    for deleted in [false, true] {
        let app = TestApp::start();
        let id = app.user("ada").id.to_string();
        app.web_client();
        let ada = enrol(&app, "ada");
        let (mut visitor, page) = half_done(&app);
        app.admin(move |conn, desk| {
            if deleted { users::delete(conn, desk, &id) } else { users::set_enabled(conn, desk, &id, false) }
        });
        assert_over(&answer(&mut visitor, &page, &ada.code(&app), &[]));
        assert!(!is_signed_in(&visitor) && !visitor.cookies.contains_key("__Host-lk_sid"));
        if deleted {
            let left = ["factors", "recovery_codes", "login_attempts", "remembered_browsers"]
                .map(|table| rows(&app, table));
            assert_eq!(left, [0; 4], "what was theirs is gone");
        }
    }
}

/// A stranger with the password begins to enrol an app of theirs; the owner enrols one first.
#[test]
fn sec_p2_an_enrolment_on_the_way_in_is_over_once_the_person_has_a_factor() {
    let app = TestApp::with_env(&[("LATCHKEY_LOGIN__SECOND_FACTOR", "required")]);
    app.user("ada");
    let (mut stranger, mut owner) = (app.visitor(), app.visitor());
    let begin = |visitor: &mut Visitor| {
        let answer = password(visitor, "/login", "ada");
        visitor.follow(answer)
    };
    let (theirs, hers) = (begin(&mut stranger), begin(&mut owner));
    assert!(theirs.text().contains("Set up an authenticator app") && key(&theirs) != key(&hers));
    let shown = confirm(&mut owner, &hers, &super::code_of(&key(&hers), app.clock.now()));
    assert_eq!(super::codes(&shown).len(), 10);
    assert!(is_signed_in(&owner));
    assert_over(&confirm(&mut stranger, &theirs, &super::code_of(&key(&theirs), app.clock.now())));
    assert!(!is_signed_in(&stranger));
    assert_eq!(rows(&app, "factors"), 1);
    // And the enrolment of one half-done sign-in is no good in another.
    let again = begin(&mut stranger);
    assert!(again.input("enrolment").is_none(), "now a code is asked for");
}

/// The person begins at another one's page: who proves themselves is who is signed in.
#[test]
fn sec_p2_the_second_step_is_that_of_who_gave_the_password() {
    let app = TestApp::start();
    for name in ["ada", "bob"] {
        app.user(name);
    }
    let (ada, bob) = (enrol(&app, "ada"), enrol(&app, "bob"));
    let mut visitor = app.visitor();
    let page = visitor.get("/login");
    let first = post_password(&mut visitor, &page, "ada");
    let page = visitor.follow(first);
    assert!(answer(&mut visitor, &page, &bob.code(&app), &[]).text().contains(super::WRONG));
    assert_eq!(answer(&mut visitor, &page, &ada.code(&app), &[]).location(), "/account");
    assert!(visitor.get("/account").text().contains("ada Example"));
}

#[test]
fn another_language_keeps_the_half_done_sign_in() {
    let app = TestApp::start();
    app.user("ada");
    app.web_client();
    enrol(&app, "ada");
    let (mut visitor, page) = half_done(&app);
    let at = page.input("at").unwrap();
    let link = format!("/login/factor?at={at}&#38;lang=de\"");
    assert!(page.text().contains(&link), "{}", page.text());
    let german = visitor.get(&format!("/login/factor?at={at}&lang=de"));
    assert_eq!((german.status, german.input("at")), (200, Some(at)));
    assert!(german.text().contains("<html lang=\"de\""), "{}", german.text());
}
