//! People in a real Chromium, with and without JavaScript, on the real server: the test application at
//! `/try`, the account page, and the ways that people go astray.

use crate::harness::app::{PASSWORD, TestApp, on_postgres};
use crate::harness::browser::{Browser, Options};
use latchkey::engine::admin::links;

/// A browser at a server; looks are taken only with JavaScript, which axe needs.
struct Walk<'a> {
    app: &'a TestApp,
    browser: Browser,
    javascript: bool,
}

impl<'a> Walk<'a> {
    fn new(app: &'a TestApp, javascript: bool) -> Self {
        let browser = Browser::new(Options { javascript, ..Options::default() });
        Self { app, browser, javascript }
    }

    #[track_caller]
    fn goto(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.app.issuer));
    }

    #[track_caller]
    fn look(&self, name: &str) {
        if self.javascript {
            self.browser.look(name);
        }
    }

    #[track_caller]
    fn log_in(&self, username: &str, password: &str) {
        self.browser.wait_text("Username or e-mail");
        self.browser.fill("username", username);
        self.enter(password);
    }

    /// The password alone, where the person is known.
    #[track_caller]
    fn enter(&self, password: &str) {
        self.browser.fill("password", password);
        self.browser.click_text("Sign in");
    }

    /// Begins at `/try` with options of its two lists.
    #[track_caller]
    fn try_with(&self, prompt: &str, response_mode: &str) {
        self.goto("/try");
        self.browser.click("[value=offline_access]");
        self.browser.click(&format!("#prompt [value=\"{prompt}\"]"));
        self.browser.click(&format!("#response_mode [value=\"{response_mode}\"]"));
        self.browser.click_text("Sign in");
    }

    /// Presses a button under the steps; what the last step then says.
    #[track_caller]
    fn act(&self, button: &str, says: &str) {
        let steps = self.browser.count(".steps > li") + 1;
        self.browser.click_text(button);
        self.browser.wait_count(".steps > li", steps);
        let last = self.browser.text_of("#last");
        assert!(last.contains(says), "{button}: {says} is not in {last}");
    }
}

fn tries_a_sign_in(javascript: bool) {
    let app = TestApp::dev();
    let walk = Walk::new(&app, javascript);
    let browser = &walk.browser;
    walk.goto("/");
    walk.look("home-dev");
    browser.click_text("Try a sign-in, step by step");
    walk.look("try-start");
    walk.try_with("", "query");
    browser.wait_text("Sign in to continue to Try Latchkey");
    walk.look("login");
    walk.log_in("ada", "wrong");
    browser.wait_text("The username or the password is not right");
    assert!(browser.title().starts_with("Error: "), "{}", browser.title());
    assert_eq!(browser.attribute("#username", "value").as_deref(), Some("ada"), "the name is kept");
    walk.look("login-wrong");
    walk.enter("ada");
    browser.wait_text("Allow Try Latchkey to use your account?");
    assert!(browser.text().contains("ada@example.com"), "{}", browser.text());
    walk.look("consent");
    browser.click_text("Allow");
    browser.wait_text("What happened, step by step");
    assert!(browser.url().ends_with("/try/act#last"), "no code stays in the address: {}", browser.url());
    for told in ["Read the server's metadata", "Exchange the code for tokens", "at+jwt", "\"alg\": \"RS256\""]
    {
        assert!(browser.text().contains(told), "{told}: {}", browser.text());
    }
    walk.look("try-result");
    uses_tokens(&walk);
    walk.look("try-refused");
    browser.click_text("Log out");
    browser.wait_text("You have signed out, and the app has forgotten its tokens.");
    walk.look("try-signed-out");
    walk.goto("/account");
    browser.wait_text("Sign in to your account");
}

/// UserInfo, refresh, introspection, revocation, and what is left of the tokens then.
fn uses_tokens(walk: &Walk<'_>) {
    walk.act("Ask UserInfo", "ada@example.com");
    walk.act("Refresh", "refresh_token");
    walk.act("Introspect", "The token counts.");
    walk.act("Revoke", "200 OK");
    walk.act("Introspect", "The token does not count");
    walk.act("Refresh", "invalid_grant");
    assert!(walk.browser.text_of("#last").contains("Refused"), "{}", walk.browser.text_of("#last"));
}

#[test]
fn a_person_tries_a_sign_in_with_javascript() {
    tries_a_sign_in(true);
}

#[test]
fn a_person_tries_a_sign_in_without_javascript() {
    tries_a_sign_in(false);
}

/// Deny, `prompt` and `response_mode`.
fn answers_otherwise(javascript: bool) {
    let app = TestApp::dev();
    let walk = Walk::new(&app, javascript);
    let browser = &walk.browser;
    walk.try_with("none", "query");
    browser.wait_text("The sign-in stopped");
    assert!(browser.text().contains("login_required"), "{}", browser.text());
    walk.look("try-stopped");
    walk.try_with("", "query");
    walk.log_in("bob", "bob");
    browser.wait_text("Allow Try Latchkey");
    browser.click_text("Cancel");
    browser.wait_text("The sign-in stopped");
    assert!(browser.text().contains("access_denied"), "{}", browser.text());
    // Signed in now: consent alone is asked, and the answer comes in a form.
    walk.try_with("", "form_post");
    browser.wait_text("Allow Try Latchkey");
    browser.click_text("Allow");
    if !javascript {
        browser.wait_text("If nothing happens, press the button.");
        browser.resize(390);
        browser.click_text("Continue");
    }
    browser.wait_text("The answer came in a form");
    // Consent is remembered, so nothing is asked at all; the form alone is between.
    walk.try_with("none", "query");
    browser.wait_text("What happened, step by step");
    walk.try_with("login", "query");
    browser.wait_text("Sign in again to continue");
    assert!(browser.text().contains("Bob Builder"), "{}", browser.text());
    walk.look("login-again");
    walk.enter("ada");
    browser.wait_text("The username or the password is not right");
    walk.enter("bob");
    browser.wait_text("What happened, step by step");
    walk.try_with("consent", "query");
    browser.wait_text("Allow Try Latchkey");
    browser.click_text("Allow");
    browser.wait_text("What happened, step by step");
    switches_user(&walk);
}

/// From bob to ada, by the account chooser and on the consent page.
fn switches_user(walk: &Walk<'_>) {
    let browser = &walk.browser;
    walk.try_with("select_account", "query");
    browser.wait_text("Choose an account");
    walk.look("switch-user");
    browser.click("button.account");
    browser.wait_text("What happened, step by step");
    walk.try_with("consent", "query");
    browser.wait_text("Bob Builder");
    browser.click_text("Use another account");
    browser.wait_text("Username or e-mail");
    walk.look("login-switch");
    walk.log_in("ada", "ada");
    browser.wait_text("Ada Lovelace");
    browser.click_text("Allow");
    browser.wait_text("What happened, step by step");
    walk.goto("/account");
    browser.wait_text("ada@example.com");
    // Both are signed in now, and the choice is between them.
    walk.try_with("select_account", "query");
    browser.wait_text("Bob Builder");
    walk.look("switch-several");
    browser.click("button.account + button.account");
    browser.wait_text("What happened, step by step");
    walk.goto("/account");
    browser.wait_text("bob@example.com");
}

#[test]
fn a_person_declines_is_asked_again_and_switches_account_with_javascript() {
    if on_postgres() {
        return; // the pages are the same; the flow above ran on both
    }
    answers_otherwise(true);
}

#[test]
fn a_person_declines_is_asked_again_and_switches_account_without_javascript() {
    if on_postgres() {
        return;
    }
    answers_otherwise(false);
}

#[test]
fn a_person_withdraws_access_and_signs_out_everywhere() {
    let app = TestApp::dev();
    let walk = Walk::new(&app, true);
    let browser = &walk.browser;
    walk.try_with("", "query");
    walk.log_in("ada", "ada");
    browser.click_text("Allow");
    browser.wait_text("What happened, step by step");
    walk.goto("/");
    browser.wait_text("Hello, Ada");
    walk.look("home-signed-in");
    // Another device of the same person.
    let mut other = app.visitor();
    let page = other.get("/login");
    let csrf = page.input("csrf").unwrap();
    other.post("/login", &[("csrf", &csrf), ("username", "ada"), ("password", "ada")]);
    assert_eq!(other.get("/account").status, 200);
    walk.goto("/account");
    assert_eq!(browser.count("#sessions li"), 2);
    walk.look("account");
    browser.click_text("Take back");
    browser.wait_text("No app has access to your account.");
    walk.look("account-no-apps");
    walk.goto("/try/act");
    walk.act("Refresh", "invalid_grant");
    walk.goto("/logout");
    browser.wait_text("Sign out of");
    walk.look("logout");
    browser.click_text("Stay signed in");
    browser.wait_text("Hello, Ada");
    walk.goto("/account");
    browser.click_text("Sign out everywhere");
    browser.wait_text("Every session of your account has ended");
    walk.look("signed-out-everywhere");
    walk.goto("/account");
    browser.wait_text("Sign in to your account");
    walk.look("login-own");
    assert_eq!(other.get("/account").status, 303, "the other device is signed out as well");
}

#[test]
fn a_person_goes_back_and_starts_again() {
    if on_postgres() {
        return;
    }
    let app = TestApp::dev();
    let walk = Walk::new(&app, true);
    let browser = &walk.browser;
    walk.try_with("", "query");
    walk.log_in("ada", "ada");
    browser.wait_text("Allow Try Latchkey");
    // Back to the login page of a request whose login is done: on to where it stands.
    browser.back();
    browser.wait_text("Allow Try Latchkey");
    browser.reload();
    browser.click_text("Allow");
    browser.wait_text("What happened, step by step");
    // Back to the consent page of a request that is finished. Chromium may show it from memory.
    browser.back();
    browser.wait_url(&format!("{}/consent", app.issuer));
    let over = "This sign-in is over";
    if browser.wait_either("Allow Try Latchkey", over) {
        browser.click_text("Allow");
    }
    browser.wait_text(over);
    walk.look("back-to-finished");
    // A link into the middle of a sign-in that another browser began.
    walk.goto("/login?ix=01J9ZK6V3Q0000000000000000");
    browser.wait_text("This sign-in is over");
}

#[test]
fn a_person_sets_a_new_password() {
    if on_postgres() {
        return;
    }
    let app = TestApp::start();
    let ada = app.user("ada");
    let made =
        app.admin(move |conn, desk| links::make_recover(conn, desk, ada.id.as_str(), links::RECOVER_SECONDS));
    let link = made.recover_url(&app.issuer);
    let walk = Walk::new(&app, true);
    let browser = &walk.browser;
    browser.goto(&link);
    browser.wait_text("Set your password");
    walk.look("set-password");
    browser.click_text("Show");
    assert_eq!(browser.attribute("#password", "type").as_deref(), Some("text"));
    browser.fill("password", "password1234567");
    browser.click_text("Set password");
    browser.wait_text("Please look again");
    assert_eq!(browser.attribute("#password", "type").as_deref(), Some("password"));
    walk.look("set-password-weak");
    browser.fill("password", "four unusual words here");
    browser.click_text("Set password");
    browser.wait_text("Your password is set");
    walk.look("password-is-set");
    browser.goto(&link);
    browser.wait_text("This link does not work any more");
    walk.look("link-used");
    walk.goto("/login");
    walk.log_in("ada", PASSWORD);
    browser.wait_text("The username or the password is not right");
    walk.enter("four unusual words here");
    browser.wait_text("Your account");
}

#[test]
fn a_person_meets_errors_that_explain_themselves() {
    if on_postgres() {
        return;
    }
    let app = TestApp::start();
    app.client("loopback", |m| m.redirect_uris = vec!["http://localhost:3000/callback".to_owned()]);
    app.web_client();
    let walk = Walk::new(&app, true);
    let browser = &walk.browser;
    walk.goto("/");
    walk.look("home");
    walk.goto(&app.authorize_path("nobody", &[]));
    browser.wait_text("LK-1102");
    walk.look("error-client");
    walk.goto(&app.authorize_path("web", &[("redirect_uri", "https://rp.example.com/cb/")]));
    browser.wait_text("LK-1104");
    assert!(!browser.text().contains("Nearest expected"), "registered values are not for everybody");
    walk.look("error-redirect");
    walk.goto(&app.authorize_path("loopback", &[("redirect_uri", "http://localhost:3000/callback/")]));
    browser.wait_text("Nearest expected");
    walk.look("error-redirect-loopback");
    browser.click_text("More about LK-1104");
    browser.wait_text("Error codes");
    assert!(browser.url().ends_with("/errors#LK-1104"), "{}", browser.url());
    walk.look("errors");
    walk.goto("/nothing/here");
    browser.wait_text("There is no page here");
    walk.look("error-404");
    walk.goto("/setup?link=lk_ott_nonsense");
    browser.wait_text("This set-up link no longer works");
    walk.look("setup-link-used");
    walk.goto("/setup/app");
    walk.look("setup-app-signed-out");
    too_many_tries(&app);
    walk.goto("/login");
    walk.log_in("ada", "wrong");
    browser.wait_text("Too many tries");
    walk.look("login-too-many");
}

/// Wrong passwords for ada from this network, until the server makes them wait.
fn too_many_tries(app: &TestApp) {
    app.user("ada");
    let mut visitor = app.visitor();
    let csrf = visitor.get("/login").input("csrf").unwrap();
    let pairs = [("csrf", &*csrf), ("username", "ada"), ("password", "wrong")];
    let refused = (0..20).any(|_| visitor.post("/login", &pairs).status == 429);
    assert!(refused, "twenty wrong passwords in a row");
    // The wait is a few seconds now; the browser on a busy machine must not outlast it.
    app.advance(-300);
}
