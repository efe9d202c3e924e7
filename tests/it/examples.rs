//! The first hour of an admin who reads the page after set-up: the set-up link, the first app, and the two
//! Express examples started with the very lines that the page shows, in Chromium with and without JavaScript.

use crate::harness::app::{TestApp, TestClient, claims};
use crate::harness::browser::{Browser, Options};
use crate::harness::child::PATIENCE;
use crate::harness::http::{Answer, Call};
use crate::harness::node::NodeApp;
use latchkey::engine::admin::{links, users};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Instant;

const ADMIN_PASSWORD: &str = "marmalade on a tall bicycle";

struct Admin<'a> {
    app: &'a TestApp,
    browser: Browser,
    javascript: bool,
}

impl<'a> Admin<'a> {
    fn new(app: &'a TestApp, javascript: bool) -> Self {
        let browser = Browser::new(Options { javascript, ..Options::default() });
        Self { app, browser, javascript }
    }

    #[track_caller]
    fn look(&self, name: &str) {
        if self.javascript {
            self.browser.look(name);
        }
    }

    /// The set-up link, once with a password that is refused.
    fn set_up(&self) {
        let link = self.app.admin(links::make_setup).setup_url(&self.app.issuer);
        let browser = &self.browser;
        browser.goto(&link);
        browser.wait_text("Welcome. Who are you?");
        self.look("setup-admin");
        browser.fill("name", "Grace Hopper");
        browser.fill("email", "grace@example.com");
        browser.fill("username", "grace");
        browser.fill("password", "password1234567");
        browser.click_text("Create admin");
        browser.wait_text("Please look again");
        self.look("setup-admin-weak");
        assert_eq!(browser.attribute("#name", "value").as_deref(), Some("Grace Hopper"), "typed words stay");
        browser.fill("password", ADMIN_PASSWORD);
        browser.click_text("Create admin");
        browser.wait_text("Your first app");
        let link_again = browser.url();
        browser.goto(&link);
        browser.wait_text("This set-up link no longer works");
        browser.goto(&link_again);
    }

    /// The first app; the lines of the page after it.
    fn register(&self, name: &str, redirect_uri: &str) -> Vec<(String, String)> {
        let browser = &self.browser;
        self.look("setup-app");
        browser.fill("name", name);
        browser.fill("redirect_uri", &redirect_uri.replace("http:", "javascript:"));
        browser.click_text("Create app");
        browser.wait_text("Please look again");
        self.look("setup-app-wrong");
        browser.fill("redirect_uri", redirect_uri);
        browser.click_text("Create app");
        browser.wait_text(&format!("{name} is ready"));
        self.look("setup-done");
        let lines = browser.text_of("#env");
        lines
            .lines()
            .map(|line| line.split_once('=').unwrap_or_else(|| panic!("{lines}")))
            .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
            .collect()
    }

    /// Presses "Sign in" at an app; signs in where asked, and agrees.
    fn sign_in(&self, at: &str, password: Option<&str>) {
        let browser = &self.browser;
        browser.goto(at);
        browser.click_text("Sign in");
        if let Some(password) = password {
            browser.wait_text("Sign in to continue to");
            browser.fill("username", "grace");
            browser.fill("password", password);
            browser.click_text("Sign in");
        }
        browser.wait_text("to use your account?");
        browser.click_text("Allow");
        browser.wait_url(at);
    }
}

/// Starts an example with the lines of a registration.
fn example(name: &str, port: u16, lines: &[(String, String)]) -> NodeApp {
    // PORT and BASE_URL come from the harness, and are what the registration says.
    let lines: Vec<(&str, &str)> = lines.iter().map(|(name, value)| (&**name, &**value)).collect();
    NodeApp::example_on(port, name, &lines)
}

/// Signs in at `express-session`, refreshes, and logs out at both ends.
fn uses_the_session(admin: &Admin<'_>, example: &NodeApp) {
    let browser = &admin.browser;
    // The session of the set-up ends first, so that the password is asked.
    browser.clear_cookies();
    admin.sign_in(&example.url, Some(ADMIN_PASSWORD));
    browser.wait_text("Hello Grace Hopper");
    assert_eq!(browser.text_of("#claim-email"), "grace@example.com");
    assert_eq!(browser.text_of("#refreshes"), "0");
    for times in ["1", "2"] {
        browser.click_text("Refresh");
        browser.wait_text(&format!("refreshed {times} times"));
    }
    browser.quiet("express-session");
    browser.click_text("Log out");
    browser.wait_text("Express session example");
    assert_eq!(browser.url(), format!("{}/", example.url), "back at the app, without a question");
    browser.goto(&format!("{}/account", admin.app.issuer));
    browser.wait_text("Sign in to your account");
}

/// Two tabs at a time, each with a sign-in of its own.
fn uses_two_tabs(admin: &Admin<'_>, example: &NodeApp) {
    let browser = &admin.browser;
    browser.goto(&format!("{}/login", example.url));
    browser.wait_text("Sign in to continue to");
    let first = browser.this_tab();
    let second = browser.open_tab(&format!("{}/login", example.url));
    browser.wait_text("Sign in to continue to");
    let sign_in = || {
        browser.fill("username", "grace");
        browser.fill("password", ADMIN_PASSWORD);
        browser.click_text("Sign in");
    };
    sign_in();
    browser.wait_text("Hello Grace Hopper");
    browser.tab(&first);
    sign_in();
    browser.wait_text("Hello Grace Hopper");
    browser.tab(&second);
    browser.reload();
    browser.wait_text("Hello Grace Hopper");
}

fn first_hour(javascript: bool) {
    let app = TestApp::start();
    let admin = Admin::new(&app, javascript);
    admin.set_up();
    let (port, url) = NodeApp::reserve();
    let lines = admin.register("Bookshop", &format!("{url}/callback"));
    let session = example("express-session", port, &lines);
    uses_the_session(&admin, &session);
    uses_two_tabs(&admin, &session);
    let (port, url) = NodeApp::reserve();
    admin.browser.goto(&format!("{}/setup/app", app.issuer));
    let lines = admin.register("Bookshop API", &format!("{url}/callback"));
    let api = example("express-api", port, &lines);
    admin.sign_in(&api.url, None);
    admin.browser.wait_text("Your access token");
    let token = admin.browser.text_of("#token");
    assert_eq!(claims(&token)["roles"], Value::from(vec!["admin"]));
    for path in ["/api/me", "/api/email", "/api/admin"] {
        let answer = call(&api, path, Some(&token));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    admin.browser.quiet("express-api");
}

#[test]
fn an_admin_sets_up_and_signs_in_at_both_examples_with_javascript() {
    first_hour(true);
}

#[test]
fn an_admin_sets_up_and_signs_in_at_both_examples_without_javascript() {
    if crate::harness::app::on_postgres() {
        return; // the pages are the same; the test above runs on both databases
    }
    first_hour(false);
}

/// A call at the example, on its own port. It waits five seconds for the server and then answers 500: a machine
/// that takes longer is asked again.
fn call(api: &NodeApp, path: &str, token: Option<&str>) -> Answer {
    let addr = SocketAddr::from(([127, 0, 0, 1], api.port));
    let started = Instant::now();
    loop {
        let call = Call::new(addr, &format!("localhost:{}", api.port), "GET", path);
        let call = if let Some(token) = token { call.bearer(token) } else { call };
        let answer = call.send();
        if answer.status != 500 || started.elapsed() > PATIENCE {
            return answer;
        }
    }
}

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    assert!(challenge.starts_with("Bearer realm=\"api\""), "{challenge}");
    assert!(challenge.contains(error), "{challenge}");
}

#[test]
fn the_api_example_answers_401_and_403_as_it_must() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let client = app.web_client();
    let api = NodeApp::example("express-api", &[("ISSUER", &app.issuer)]);
    let token = |client: &TestClient, scope: &str| {
        let mut visitor = app.visitor();
        let path = app.authorize_path(&client.id, &[("scope", scope)]);
        let code = app.sign_in(&mut visitor, &path, "ada").param("code").expect("a code");
        app.redeem(client, &code).json()
    };
    refused(&call(&api, "/api/me", None), 401, "");
    refused(&call(&api, "/api/me", Some("nonsense")), 401, "invalid_token");
    let tokens = token(&client, "openid profile");
    let text = |name: &str| tokens[name].as_str().expect(name).to_owned();
    let (access, id) = (text("access_token"), text("id_token"));
    refused(&call(&api, "/api/me", Some(&id)), 401, "invalid_token");
    let (head, signature) = access.rsplit_once('.').expect("a JWT");
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    refused(&call(&api, "/api/me", Some(&forged)), 401, "invalid_token");
    let answer = call(&api, "/api/me", Some(&access));
    assert_eq!((answer.status, &answer.json()["sub"]), (200, &Value::from(ada.id.as_str())));
    refused(&call(&api, "/api/email", Some(&access)), 403, "scope=\"email\"");
    refused(&call(&api, "/api/admin", Some(&access)), 403, "insufficient_scope");
    let with_email = token(&client, "openid email");
    let access = with_email["access_token"].as_str().expect("a token");
    assert_eq!(call(&api, "/api/email", Some(access)).status, 200);
    refused(&call(&api, "/api/admin", Some(access)), 403, "needs the role admin");
    app.admin(move |conn, desk| {
        let mut user = users::find(conn, ada.id.as_str())?;
        user.roles = vec!["admin".to_owned()];
        users::update(conn, desk, user)
    });
    let as_admin = token(&client, "openid");
    let access = as_admin["access_token"].as_str().expect("a token");
    assert_eq!(call(&api, "/api/admin", Some(access)).status, 200, "a role needs no scope");
    refused(&call(&api, "/api/email", Some(access)), 403, "scope=\"email\"");
}
