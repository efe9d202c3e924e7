//! OpenID Connect Session Management 1.0: off by default; where it is on, an app's page asks a frame of ours.

use crate::harness::app::{CHALLENGE, PASSWORD, TestApp, on_postgres};
use crate::harness::browser::{Browser, Options};
use crate::harness::child::PATIENCE;
use crate::harness::http::form;
use crate::harness::told::{Receiver, Reply};
use latchkey::domain::client::ConsentPolicy;
use serde_json::Value;
use std::time::{Duration, Instant};

const ON: (&str, &str) = ("LATCHKEY_SESSION__MANAGEMENT", "true");
const FRAME: &str = "/oauth2/check_session";
const COOKIE: &str = "__Host-lk_bs";

#[test]
fn b67_it_is_off_by_default() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.trusted_client();
    let mut visitor = app.visitor();
    let answer = app.sign_in(&mut visitor, &app.authorize_path(&client.id, &[]), "ada");
    assert!(answer.param("code").is_some() && answer.param("session_state").is_none());
    assert!(!visitor.cookies.contains_key(COOKIE));
    assert_eq!(app.call("GET", FRAME).send().status, 404);
    let said = app.call("GET", "/.well-known/openid-configuration").send().json();
    assert!(said.get("check_session_iframe").is_none());
}

#[test]
fn b67_answers_carry_a_session_state_and_the_cookie_says_nothing() {
    let app = TestApp::with_env(&[ON]);
    app.user("ada");
    app.user("bob");
    let client = app.trusted_client();
    let said = app.call("GET", "/.well-known/openid-configuration").send().json();
    assert_eq!(said["check_session_iframe"], format!("{}{FRAME}", app.issuer));
    let mut visitor = app.visitor();
    let path = app.authorize_path(&client.id, &[("scope", "openid")]);
    let answer = app.sign_in(&mut visitor, &path, "ada");
    let (hash, salt) = answer.param("session_state").unwrap().split_once('.').map(own).unwrap();
    assert_eq!((hash.len(), salt.len()), (43, 22));
    let held = visitor.cookies[COOKIE].clone();
    let text = format!("{} https://rp.example.com {held} {salt}", client.id);
    assert_eq!(hash, latchkey::base::secret::sha256_b64(text.as_bytes()));
    let set: Vec<String> = answer.all("set-cookie").into_iter().map(str::to_owned).collect();
    let set = set.iter().find(|set| set.starts_with(COOKIE)).expect("set with the answer");
    assert_eq!(set.split_once("; ").unwrap().1, "Path=/; Secure; SameSite=None", "readable in a frame");
    let session = &visitor.cookies["__Host-lk_sid"];
    let id_token = app.redeem(&client, &answer.param("code").unwrap()).json()["id_token"].to_string();
    let sid = crate::harness::app::claims(id_token.trim_matches('"'))["sid"].as_str().unwrap().to_owned();
    assert!(held.len() == 43 && held != *session && !held.contains(&sid));
    // It opens nothing.
    let mut thief = app.visitor();
    thief.cookies.insert("__Host-lk_sid".to_owned(), held.clone());
    assert_eq!(thief.get(&format!("{path}&prompt=none")).param("error").as_deref(), Some("login_required"));
    // The same session has the same value, with another salt each time; an error says nothing.
    let again = visitor.get(&path);
    assert_eq!(visitor.cookies[COOKIE], held);
    assert_ne!(again.param("session_state").unwrap().split_once('.').map(own).unwrap(), (hash, salt));
    let error = visitor.get(&app.authorize_path(&client.id, &[("scope", "nothing")]));
    assert!(error.param("error").is_some() && error.param("session_state").is_none());
    let oauth = visitor.get(&app.authorize_path(&client.id, &[("scope", "profile")]));
    assert!(oauth.param("code").is_some() && oauth.param("session_state").is_none(), "no sign-in, no state");
    // Another person: another value. Nobody: none.
    let page = visitor.get("/login?switch=1");
    let (csrf, bob) = (page.input("csrf").unwrap(), ("username", "bob"));
    visitor.post("/login", &[("csrf", &csrf), bob, ("password", PASSWORD)]);
    assert_ne!(visitor.cookies[COOKIE], held);
    let question = visitor.get("/logout");
    let csrf = question.input("csrf").unwrap();
    visitor.post("/logout", &[("csrf", &csrf), ("decision", "logout")]);
    assert!(!visitor.cookies.contains_key(COOKIE), "gone with the session");
}

/// Each of several people in one browser has a value there: an app is told of the end of its own alone.
#[test]
fn b67_of_several_people_each_has_a_value_in_the_browser() {
    let app = TestApp::with_env(&[ON]);
    for name in ["ada", "bob"] {
        app.user(name);
    }
    let client = app.trusted_client();
    let path = app.authorize_path(&client.id, &[("scope", "openid")]);
    let mut visitor = app.visitor();
    let answer = app.sign_in(&mut visitor, &path, "ada");
    let of_ada = visitor.cookies[COOKIE].clone();
    let hint = app.redeem(&client, &answer.param("code").unwrap()).json()["id_token"].clone();
    let hint = hint.as_str().unwrap();
    let page = visitor.get("/login?switch=1");
    let csrf = page.input("csrf").unwrap();
    let form = |switch| [("csrf", &*csrf), ("switch", switch), ("username", "bob"), ("password", PASSWORD)];
    visitor.post("/login", &form("1"));
    let both = visitor.cookies[COOKIE].clone();
    let of_bob = both.split('.').find(|state| *state != of_ada).expect("bob's").to_owned();
    assert_eq!(both, format!("{of_bob}.{of_ada}"));
    // An answer about either changes nothing; where the cookie is gone, the answer brings its own.
    for more in ["", &format!("&id_token_hint={hint}")] {
        assert!(visitor.get(&format!("{path}{more}")).param("session_state").is_some());
        assert_eq!(visitor.cookies[COOKIE], both);
    }
    visitor.cookies.insert(COOKIE.to_owned(), of_bob.clone());
    visitor.get(&format!("{path}&id_token_hint={hint}"));
    assert_eq!(visitor.cookies[COOKIE], format!("{of_ada}.{of_bob}"));
    // Ada is signed out beside bob.
    visitor.get(&format!("/oauth2/logout?id_token_hint={hint}"));
    assert_eq!(visitor.cookies[COOKIE], of_bob);
    // She takes his place.
    let page = visitor.get("/login?switch=1");
    let csrf = page.input("csrf").unwrap();
    visitor.post("/login", &[("csrf", &csrf), ("username", "ada"), ("password", PASSWORD)]);
    let alone = &visitor.cookies[COOKIE];
    assert!(alone.len() == 43 && *alone != of_bob && *alone != of_ada, "{alone}");
}

fn own((hash, salt): (&str, &str)) -> (String, String) {
    (hash.to_owned(), salt.to_owned())
}

#[test]
fn b67_that_page_alone_may_be_framed() {
    let app = TestApp::with_env(&[ON]);
    let frame = app.call("GET", FRAME).send();
    assert_eq!((frame.status, frame.header("x-frame-options")), (200, None));
    let policy = frame.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors *") && policy.starts_with("default-src 'none'"), "{policy}");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(frame.text().contains(&format!("<script nonce=\"{nonce}\">")) && nonce.len() == 22);
    assert_eq!(frame.text().matches("<script").count(), 1);
    assert!(frame.all("set-cookie").is_empty(), "it reads and sets nothing");
    assert_eq!(
        (frame.header("cache-control"), frame.header("x-content-type-options")),
        (Some("no-store"), Some("nosniff"))
    );
    for other in ["/login", "/", "/oauth2/logout", "/errors"] {
        let page = app.call("GET", other).send();
        assert_eq!(page.header("x-frame-options"), Some("DENY"), "{other}");
        assert!(
            page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"),
            "{other}"
        );
    }
}

/// An app's page with our frame in it; what it asks and what it hears.
fn page(app: &TestApp) -> String {
    let frame = format!("{}{FRAME}", app.issuer);
    format!(
        "<!doctype html><title>app</title><script>
         heard = []
         addEventListener('message', e => heard.push([e.origin, e.data]))
         ask = text => document.getElementById('op').contentWindow.postMessage(text, '{}')
         </script><iframe id=op src=\"{frame}\" onload=\"loaded = true\"></iframe>",
        app.issuer
    )
}

/// Waits for what a script returns.
#[track_caller]
fn told(browser: &Browser, script: &str) -> Value {
    let started = Instant::now();
    loop {
        let said = browser.evaluate(script);
        if !said.is_null() {
            return said;
        }
        assert!(started.elapsed() < PATIENCE, "nothing comes of {script}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What the frame answers. It is asked once, when it is there: a second answer would be taken for that to
/// the next question.
#[track_caller]
fn ask(app: &TestApp, browser: &Browser, text: &str) -> String {
    told(browser, "return window.loaded");
    let quoted = serde_json::to_string(text).unwrap();
    browser.evaluate(&format!("heard.length = 0; ask({quoted})"));
    let heard = told(browser, "return heard[0]");
    assert_eq!(heard[0], app.issuer.as_str());
    heard[1].as_str().unwrap().to_owned()
}

#[test]
fn b67_in_a_browser_the_frame_says_unchanged_changed_or_error() {
    if on_postgres() {
        return; // no page knows the database
    }
    let app = TestApp::with_env(&[ON]);
    app.user("ada");
    let shop = Receiver::start();
    let callback = shop.url("/cb");
    let client = app.client("shop", |m| {
        m.consent = ConsentPolicy::Skip;
        m.redirect_uris = vec![callback.clone()];
    });
    shop.reply("/page", Reply::Html(200, page(&app)));
    let browser = Browser::new(Options::default());
    let pairs = [
        ("client_id", client.id.as_str()),
        ("redirect_uri", &callback),
        ("response_type", "code"),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let start = format!("{}/oauth2/authorize?{}", app.issuer, form(&pairs));
    let log_in = || {
        browser.goto(&start);
        browser.wait_text("Username or e-mail");
        browser.fill("username", "ada");
        browser.fill("password", PASSWORD);
        browser.click_text("Sign in");
        let back = url::Url::parse(&browser.wait_url(&callback)).unwrap();
        let state = back.query_pairs().find(|(name, _)| name == "session_state").expect("a session_state").1;
        state.into_owned()
    };
    let state = log_in();
    browser.goto(&shop.url("/page"));
    assert_eq!(ask(&app, &browser, &format!("shop {state}")), "unchanged");
    assert_eq!(ask(&app, &browser, &format!("other {state}")), "changed", "another client's");
    let other = format!("shop {}.{}", "A".repeat(43), "A".repeat(22));
    assert_eq!(ask(&app, &browser, &other), "changed");
    for nonsense in ["", "shop", "shop x", &state, &format!("shop  {state}"), &format!("shop {state} x")] {
        assert_eq!(ask(&app, &browser, nonsense), "error", "{nonsense:?}");
    }
    app.user("bob");
    browser.goto(&format!("{}/login?switch=1", app.issuer));
    browser.fill("username", "bob");
    browser.fill("password", PASSWORD);
    browser.click_text("Sign in");
    browser.wait_text("bob@example.com");
    browser.goto(&shop.url("/page"));
    assert_eq!(ask(&app, &browser, &format!("shop {state}")), "unchanged", "beside somebody else");
    browser.goto(&format!("{}/logout", app.issuer));
    browser.look("logout-several");
    browser.click_text("Sign everybody out");
    browser.wait_text("You are signed out");
    browser.goto(&shop.url("/page"));
    assert_eq!(ask(&app, &browser, &format!("shop {state}")), "changed", "signed out");
    let next = log_in();
    browser.goto(&shop.url("/page"));
    assert_eq!(ask(&app, &browser, &format!("shop {state}")), "changed", "another session");
    assert_eq!(ask(&app, &browser, &format!("shop {next}")), "unchanged");
}
