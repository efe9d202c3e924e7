//! Codes of authenticator apps (security row P1).

use super::{WRONG, answer, assert_over, enrol, second_step, signed_in, wrong_code};
use crate::harness::app::TestApp;
use crate::harness::expect::{is_signed_in, rows};
use std::sync::Barrier;

#[test]
fn sec_p1_each_step_is_accepted_once() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    let (mut first, mut second) = (app.visitor(), app.visitor());
    let pages = [second_step(&mut first, "/login", "ada"), second_step(&mut second, "/login", "ada")];
    let (old, code) = (ada.code_at(&app, -1), ada.code(&app));
    // The step that enrolled the app is used up as well.
    assert!(answer(&mut first, &pages[0], &old, &[]).text().contains(WRONG));
    assert_eq!(answer(&mut first, &pages[0], &code, &[]).location(), "/account");
    let again = answer(&mut second, &pages[1], &code, &[]);
    assert!(again.text().contains(WRONG) && !is_signed_in(&second), "{}", again.text());
    super::next_step(&app);
    assert_eq!(answer(&mut second, &pages[1], &ada.code_at(&app, 1), &[]).location(), "/account");
    // A step before one that was accepted is over too, though it was never used.
    let mut third = app.visitor();
    let page = second_step(&mut third, "/login", "ada");
    assert!(answer(&mut third, &page, &ada.code(&app), &[]).text().contains(WRONG));
    app.advance(60);
    assert_eq!(answer(&mut third, &page, &ada.code(&app), &[]).location(), "/account");
}

#[test]
fn sec_p1_one_step_early_or_late_by_the_clock_of_the_server() {
    for (drift, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let app = TestApp::start();
        app.user("ada");
        let ada = enrol(&app, "ada");
        app.advance(120);
        let mut visitor = app.visitor();
        let page = second_step(&mut visitor, "/login", "ada");
        let done = answer(&mut visitor, &page, &ada.code_at(&app, drift), &[]);
        assert_eq!(done.status == 303, good, "{drift}: {}", done.text());
    }
}

#[test]
fn sec_p1_a_code_is_taken_as_people_type_it_and_nothing_else_is_one() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    let code = ada.code(&app);
    for odd in ["", "12345", &format!("{code}0"), "abcdef"] {
        let answer = answer(&mut visitor, &page, odd, &[]);
        assert_eq!(answer.status, 200, "{odd:?}: {}", answer.text());
        assert!(answer.text().contains("aria-invalid"), "{odd:?}");
        assert!(
            !answer.text().contains(&format!("value=\"{odd}\"")) || odd.is_empty(),
            "{odd:?} is not shown again"
        );
    }
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    assert_eq!(answer(&mut visitor, &page, &spaced, &[]).location(), "/account");
}

#[test]
fn sec_p1_wrong_codes_have_a_count_of_their_own_and_end_the_half_done_sign_in() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    for _ in 0..4 {
        assert!(answer(&mut visitor, &page, &wrong_code(&ada, &app), &[]).text().contains(WRONG));
    }
    assert_over(&answer(&mut visitor, &page, &wrong_code(&ada, &app), &[]));
    assert_over(&answer(&mut visitor, &page, &ada.code(&app), &[]));
    assert_eq!(app.events("factor.failed"), 5);
    // The password is as good as before: the counts are two.
    let page = second_step(&mut visitor, "/login", "ada");
    let refused = answer(&mut visitor, &page, &ada.code(&app), &[]);
    assert_eq!(refused.status, 429, "{}", refused.text());
    let wait: i64 = refused.header("retry-after").expect("how long").parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    assert!(refused.text().contains("Too many wrong codes"));
    assert_eq!(app.events("factor.failed"), 5, "nothing was looked at");
    // It waits and goes on: nobody is locked out for ever, and each further wrong one makes the wait longer.
    let mut waits = Vec::new();
    for _ in 0..3 {
        app.advance(refused_for(&mut visitor, &page, &app, &ada));
        assert!(answer(&mut visitor, &page, &wrong_code(&ada, &app), &[]).text().contains(WRONG));
        waits.push(refused_for(&mut visitor, &page, &app, &ada));
    }
    // A second may have passed since.
    for (wait, most) in waits.iter().zip([4, 8, 16]) {
        assert!((most - 1..=most).contains(wait), "{waits:?}");
    }
    app.advance(16);
    assert_eq!(answer(&mut visitor, &page, &ada.code(&app), &[]).location(), "/account");
    assert_eq!(rows(&app, "login_throttles"), 0, "a right code forgets the wrong ones");
}

/// How long a right code is still refused, seconds; it is not used up by that.
fn refused_for(
    visitor: &mut crate::harness::http::Visitor,
    page: &crate::harness::http::Answer,
    app: &TestApp,
    ada: &super::Enrolled,
) -> i64 {
    let refused = answer(visitor, page, &ada.code(app), &[]);
    refused.header("retry-after").expect("it waits").parse().unwrap()
}

#[test]
fn sec_p1_of_many_wrong_codes_at_once_no_more_are_looked_at_than_may_be() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    let wrong = wrong_code(&ada, &app);
    let mut sent = Vec::new();
    for _ in 0..8 {
        let mut visitor = app.visitor();
        let page = second_step(&mut visitor, "/login", "ada");
        sent.push((visitor, page));
    }
    let barrier = Barrier::new(sent.len());
    std::thread::scope(|scope| {
        for (visitor, page) in &mut sent {
            scope.spawn(|| {
                barrier.wait();
                answer(visitor, page, &wrong, &[]);
            });
        }
    });
    assert_eq!(app.events("factor.failed"), 5);
}

#[test]
fn sec_p1_of_many_right_codes_at_once_one_is_accepted() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    let code = ada.code(&app);
    let mut sent = Vec::new();
    for _ in 0..4 {
        let mut visitor = app.visitor();
        let page = second_step(&mut visitor, "/login", "ada");
        sent.push((visitor, page));
    }
    let barrier = Barrier::new(sent.len());
    let done: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = sent
            .iter_mut()
            .map(|(visitor, page)| {
                scope.spawn(|| {
                    barrier.wait();
                    answer(visitor, page, &code, &[]).status
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|status| **status == 303).count(), 1, "{done:?}");
}

#[test]
fn sec_p1_a_secret_is_sealed_for_its_row() {
    let app = TestApp::start();
    for name in ["ada", "bob"] {
        app.user(name);
    }
    let (ada, bob) = (enrol(&app, "ada"), enrol(&app, "bob"));
    signed_in(&app, "bob", &bob);
    // Bob's sealed secret in Ada's row opens nothing there.
    let swap = "UPDATE factors SET sealed = (SELECT sealed FROM factors WHERE user_id <> f.user_id) FROM \
                (SELECT user_id FROM factors ORDER BY id LIMIT 1) AS f WHERE factors.user_id = f.user_id";
    crate::harness::database::execute(&app.engine.db, swap);
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    for code in [ada.code(&app), bob.code(&app)] {
        assert_eq!(answer(&mut visitor, &page, &code, &[]).status, 500);
    }
    assert!(!is_signed_in(&visitor));
}
