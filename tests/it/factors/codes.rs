//! Recovery codes (security row P5).

use super::{WRONG, answer, codes, enrol, second_step, signed_in};
use crate::harness::app::TestApp;
use crate::harness::expect::rows;
use std::collections::HashSet;

const BY_CODE: (&str, &str) = ("by", "recovery_code");

#[test]
fn sec_p5_ten_codes_of_80_bits_each_good_once() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    assert_eq!(ada.codes.iter().collect::<HashSet<_>>().len(), 10);
    for code in &ada.codes {
        let letters: String = code.split('-').collect();
        // 16 characters of 32 are 80 bits.
        assert!(
            letters.len() == 16 && letters.bytes().all(|b| b"abcdefghijklmnopqrstuvwxyz234567".contains(&b)),
            "{code}"
        );
    }
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    let other = visitor.get(&format!("/login/factor?at={}&by=recovery_code", page.input("at").unwrap()));
    assert_eq!(other.input("by").as_deref(), Some("recovery_code"));
    // Typed as people do.
    let typed = format!(" {} ", ada.codes[3].to_uppercase().replace('-', " "));
    assert_eq!(answer(&mut visitor, &other, &typed, &[]).location(), "/account");
    assert_eq!(rows(&app, "recovery_codes WHERE used_at IS NOT NULL"), 1);
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    assert!(answer(&mut visitor, &page, &ada.codes[3], &[BY_CODE]).text().contains(WRONG));
    assert_eq!(answer(&mut visitor, &page, &ada.codes[4], &[BY_CODE]).location(), "/account");
}

#[test]
fn sec_p5_a_new_set_voids_the_old_and_each_person_has_their_own() {
    let app = TestApp::start();
    for name in ["ada", "bob"] {
        app.user(name);
    }
    let (ada, bob) = (enrol(&app, "ada"), enrol(&app, "bob"));
    let mut visitor = signed_in(&app, "ada", &ada);
    let page = visitor.get("/account/security");
    assert!(page.text().contains("10 of 10 left"), "{}", page.text());
    let csrf = page.input("csrf").unwrap();
    let fresh = codes(&visitor.post("/account/security", &[("csrf", &csrf), ("action", "codes")]));
    assert!(fresh.len() == 10 && fresh.iter().all(|code| !ada.codes.contains(code)));
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    for wrong in [&ada.codes[0], &bob.codes[0]] {
        assert!(answer(&mut visitor, &page, wrong, &[BY_CODE]).text().contains(WRONG), "{wrong}");
    }
    assert_eq!(answer(&mut visitor, &page, &fresh[0], &[BY_CODE]).location(), "/account");
    let page = visitor.get("/account/security");
    assert!(page.text().contains("9 of 10 left"), "{}", page.text());
}

/// Wrong codes of the app do not bar the way of the recovery codes.
#[test]
fn sec_p5_recovery_codes_have_a_count_of_their_own() {
    let app = TestApp::start();
    app.user("ada");
    let ada = enrol(&app, "ada");
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    for _ in 0..5 {
        answer(&mut visitor, &page, &super::wrong_code(&ada, &app), &[]);
    }
    let page = second_step(&mut visitor, "/login", "ada");
    assert_eq!(answer(&mut visitor, &page, &ada.code(&app), &[]).status, 429);
    assert_eq!(answer(&mut visitor, &page, &ada.codes[0], &[BY_CODE]).location(), "/account");
}
