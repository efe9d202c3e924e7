//! The Form Post plan as a browser lives it: every response type is posted from the https server to an app of
//! another origin, in Chromium, under the content security policy, with and without JavaScript (behaviours 52, 53).

use crate::harness::app::{PASSWORD, TestApp, claims};
use crate::harness::browser::{Browser, Options};
use crate::harness::told::{Receiver, Reply, Told};
use latchkey::domain::client::ConsentPolicy;
use latchkey::protocol::response_type::ResponseType;
use std::collections::{BTreeMap, BTreeSet};

#[track_caller]
fn form(told: &Told) -> BTreeMap<String, String> {
    assert_eq!(told.method, "POST");
    assert_eq!(told.header("content-type"), Some("application/x-www-form-urlencoded"));
    let pairs = told.form();
    let form: BTreeMap<String, String> = pairs.iter().cloned().collect();
    assert_eq!(form.len(), pairs.len(), "each once: {pairs:?}");
    form
}

fn posts(javascript: bool) {
    let app = TestApp::https();
    app.user("ada");
    let rp = Receiver::start();
    let callback = rp.url("/cb");
    rp.reply("/cb", Reply::Html(200, "<!doctype html><title>App</title><h1>Arrived</h1>".to_owned()));
    let client = app.client("form", |m| {
        crate::response_types::legacy(m);
        m.redirect_uris = vec![callback.clone()];
    });
    let browser = Browser::new(Options { javascript, ..Options::default() });
    let ask = |kind: &str, more: &[(&str, &str)]| {
        let mut all = vec![
            ("redirect_uri", callback.as_str()),
            ("response_type", kind),
            ("response_mode", "form_post"),
            ("scope", "openid profile"),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
        ];
        all.extend_from_slice(more);
        browser.goto(&format!("{}{}", app.issuer, app.authorize_path(&client.id, &all)));
    };
    let arrive = || {
        if !javascript {
            browser.wait_text("If nothing happens, press the button.");
            browser.click_text("Continue");
        }
        browser.wait_text("Arrived");
    };
    for (before, kind) in ResponseType::ALL.into_iter().enumerate() {
        ask(kind.as_str(), &[]);
        if before == 0 {
            browser.wait_text("Username or e-mail");
            browser.fill("username", "ada");
            browser.fill("password", PASSWORD);
            browser.click_text("Sign in");
            browser.wait_text("Allow form app");
            browser.click_text("Allow");
        }
        arrive();
        let told = rp.wait("/cb", before + 1);
        let form = form(&told[before]);
        let mut expected = BTreeSet::from(["state", "iss"]);
        expected.extend(kind.code().then_some("code"));
        expected.extend(kind.id_token().then_some("id_token"));
        if kind.token() {
            expected.extend(["access_token", "token_type", "expires_in", "scope"]);
        }
        assert_eq!(form.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected, "{kind:?}");
        assert_eq!((form["state"].as_str(), &form["iss"]), ("st-1", &app.issuer));
        if let Some(token) = form.get("id_token") {
            assert_eq!(claims(token)["nonce"], "n-1");
        }
    }
    let count = ResponseType::ALL.len();
    ask("id_token", &[("max_age", "x")]);
    arrive();
    let told = rp.wait("/cb", count + 1);
    let error = form(&told[count]);
    assert_eq!(error["error"], "invalid_request", "{error:?}");
    assert!(!error.contains_key("id_token"));
}

#[test]
fn b52_b53_every_response_type_is_posted_with_javascript() {
    posts(true);
}

#[test]
fn b52_b53_every_response_type_is_posted_without_javascript() {
    posts(false);
}

/// A browser sends no cookies along with another site's form: whoever is signed in is found all the same,
/// and what the browser holds stays (OIDC Core §3.1.2.1: POST).
#[test]
fn b11_an_app_that_asks_by_post_finds_who_is_signed_in() {
    let app = TestApp::https();
    app.user("ada");
    let rp = Receiver::start();
    let callback = rp.url("/cb");
    rp.reply("/cb", Reply::Html(200, "<!doctype html><title>App</title><h1>Arrived</h1>".to_owned()));
    let client = app.client("posting", |m| {
        m.redirect_uris = vec![callback.clone()];
        m.consent = ConsentPolicy::Skip;
    });
    let path = app.authorize_path(&client.id, &[("redirect_uri", &callback), ("prompt", "none")]);
    let (target, query) = path.split_once('?').unwrap();
    let fields: String = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| format!("<input type=hidden name=\"{name}\" value=\"{value}\">"))
        .collect();
    // What does not fit into an address, and a name that scripts of forms stumble over.
    let more = format!("<input type=hidden name=more value={}>", "x".repeat(9_000));
    let long = format!("{fields}{more}<input type=hidden name=submit value=x>");
    let page = |fields: &str| {
        let form = format!(
            "<form method=post action=\"{}{target}\">{fields}<button>Go on</button></form>",
            app.issuer
        );
        Reply::Html(200, format!("<!doctype html><title>App</title>{form}"))
    };
    rp.reply("/", page(&fields));
    let browser = Browser::new(Options::default());
    let ask = |count: usize| {
        browser.goto(&rp.url("/"));
        browser.click_text("Go on");
        browser.wait_text("Arrived");
        let told = rp.wait("/cb", count);
        let query = told[count - 1].target.split_once('?').unwrap().1.to_owned();
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect::<BTreeMap<String, String>>()
    };
    assert_eq!(ask(1)["error"], "login_required");
    browser.goto(&format!("{}/login", app.issuer));
    browser.fill("username", "ada");
    browser.fill("password", PASSWORD);
    browser.click_text("Sign in");
    browser.wait_text("ada@example.com");
    for count in [2, 3, 4] {
        if count == 4 {
            rp.reply("/", page(&long));
        }
        let answer = ask(count);
        assert!(answer.contains_key("code"), "{answer:?}");
    }
}
