//! A person with an authenticator app in a real Chromium, with and without JavaScript.

use super::code_of;
use crate::harness::app::{PASSWORD, TestApp, on_postgres};
use crate::harness::browser::{Browser, Options};
use latchkey::domain::client::SecondFactorPolicy;

struct Walk<'a> {
    app: &'a TestApp,
    browser: Browser,
    javascript: bool,
}

impl Walk<'_> {
    fn goto(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.app.issuer));
    }

    /// A look at the page, with JavaScript, which axe needs.
    #[track_caller]
    fn look(&self, name: &str) {
        if self.javascript {
            self.browser.look(name);
        }
    }

    #[track_caller]
    fn log_in(&self) {
        self.browser.wait_text("Username or e-mail");
        self.browser.fill("username", "ada");
        self.enter();
    }

    /// The password alone.
    #[track_caller]
    fn enter(&self) {
        self.browser.fill("password", PASSWORD);
        self.browser.click_text("Sign in");
    }

    /// Confirms the app on the page with its current code; its key, and the recovery codes.
    #[track_caller]
    fn enrol(&self) -> (String, Vec<String>) {
        let key = self.browser.text_of("#key").replace(' ', "");
        assert_eq!(self.browser.count("svg.qr path"), 1);
        let link = self.browser.attribute("a[href^=\"otpauth://\"]", "href").expect("a link for this device");
        assert!(link.contains(&key), "{link}");
        self.browser.fill("code", &code_of(&key, self.app.clock.now()));
        self.browser.click_text("Confirm");
        self.browser.wait_text("Your recovery codes");
        let codes: Vec<String> =
            self.browser.text_of("#codes").split_whitespace().map(str::to_owned).collect();
        assert_eq!(codes.len(), 10);
        (key, codes)
    }

    /// The second step with what the app shows now.
    #[track_caller]
    fn second(&self, key: &str) {
        self.browser.wait_text("Enter the 6-digit code");
        self.browser.fill("code", &code_of(key, self.app.clock.now()));
        self.browser.click_text("Continue");
    }
}

fn a_person_enrols_and_signs_in(javascript: bool) {
    let app = TestApp::start();
    app.user("ada");
    let walk =
        Walk { app: &app, browser: Browser::new(Options { javascript, ..Options::default() }), javascript };
    let browser = &walk.browser;
    walk.goto("/account");
    walk.log_in();
    browser.click_text("Sign-in methods");
    browser.wait_text("Add a second step");
    walk.look("security-empty");
    browser.click_text("Add an authenticator app");
    browser.wait_text("Scan this");
    walk.look("enrol");
    browser.fill("code", "000000");
    browser.click_text("Confirm");
    browser.wait_text("This code is not right");
    walk.look("enrol-wrong");
    let (key, codes) = walk.enrol();
    walk.look("codes");
    browser.click_text("I have saved them");
    browser.wait_text("10 of 10 left");
    walk.look("security");
    // The next sign-in asks for it; a wrong code, another way, and back.
    super::next_step(&app);
    browser.clear_cookies();
    walk.goto("/account");
    walk.log_in();
    browser.wait_text("Enter the 6-digit code");
    assert_eq!(browser.attribute("#code", "autocomplete").as_deref(), Some("one-time-code"));
    assert_eq!(browser.attribute("#code", "inputmode").as_deref(), Some("numeric"));
    walk.look("second-step");
    browser.fill("code", "12");
    browser.click_text("Continue");
    browser.wait_text("This code is not right");
    assert!(browser.title().starts_with("Error:"));
    walk.look("second-step-wrong");
    browser.click_text("Use a recovery code");
    browser.wait_text("Enter a recovery code");
    walk.look("second-step-recovery");
    browser.fill("code", &codes[0]);
    browser.click("[name=remember]");
    browser.click_text("Continue");
    browser.wait_text("Your account");
    walk.goto("/account/security");
    browser.wait_text("9 of 10 left");
    walk.look("security-remembered");
    // In this browser the password is enough now.
    walk.goto("/account");
    browser.click_text("Sign out here");
    browser.wait_text("You are signed out");
    walk.goto("/login");
    walk.log_in();
    browser.wait_text("Your account");
    // A change asks for a fresh sign-in with both, and leads back.
    app.advance(700);
    walk.goto("/account/security");
    browser.click_text("Make new codes");
    browser.wait_text("Sign in again to continue");
    walk.look("sign-in-again");
    walk.enter();
    super::next_step(&app);
    walk.second(&key);
    browser.wait_text("Sign-in methods");
    browser.click_text("Make new codes");
    browser.wait_text("Your recovery codes");
    assert!(!browser.text_of("#codes").contains(&codes[1]));
}

#[test]
fn a_person_enrols_and_signs_in_with_javascript() {
    if on_postgres() {
        return; // no page knows the database
    }
    a_person_enrols_and_signs_in(true);
}

#[test]
fn a_person_enrols_and_signs_in_without_javascript() {
    if on_postgres() {
        return;
    }
    a_person_enrols_and_signs_in(false);
}

#[test]
fn sec_p3_an_app_that_demands_a_factor_is_reached_through_the_pages() {
    if on_postgres() {
        return;
    }
    let app = TestApp::start();
    app.user("ada");
    let site = crate::harness::site::Site::start();
    site.put("/cb", "text/html", "<title>App</title><p>Back at the app</p>");
    let callback = site.url("/cb");
    let redirect = callback.clone();
    app.client("strict", move |m| {
        m.redirect_uris = vec![redirect];
        m.second_factor = SecondFactorPolicy::Required;
    });
    let walk = Walk { app: &app, browser: Browser::new(Options::default()), javascript: true };
    let browser = &walk.browser;
    walk.goto(&app.authorize_path("strict", &[("redirect_uri", &callback)]));
    walk.log_in();
    browser.wait_text("Signing in here needs a second step");
    walk.look("enrol-required");
    walk.enrol();
    browser.click_text("I have saved them");
    browser.wait_text("Allow");
    assert!(browser.url().contains("/consent?ix="), "{}", browser.url());
    browser.click_text("Allow");
    browser.wait_url(&format!("{callback}?code="));
}
