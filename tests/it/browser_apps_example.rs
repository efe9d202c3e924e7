//! `examples/spa` in Chromium, registered with the very line of its README.

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::browser::{Browser, Options};
use crate::harness::child::PATIENCE;
use crate::harness::node::{NodeApp, repository};
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant};

/// The command of the README that registers the app, for a page on `port` and the server of this test.
fn register(app: &TestApp, port: u16) -> Vec<(String, String)> {
    let readme = std::fs::read_to_string(repository().join("examples/spa/README.md")).expect("the README");
    let joined = readme.replace("\\\n", " ");
    let line = joined.lines().find(|line| line.starts_with("latchkey client add")).expect("a command");
    let line = line.replace("localhost:3000", &format!("localhost:{port}"));
    let line = line.replace("latchkey ", &format!("{} ", env!("CARGO_BIN_EXE_latchkey")));
    let data = app.data.path().join("data");
    let line = line.replace("../../data", &data.display().to_string()).replace("> .env", "");
    let mut command = Command::new("sh");
    command.args(["-eu", "-c", &line]).env_clear().env("LATCHKEY_ISSUER", &app.issuer);
    if let Some(url) = &app.database {
        command.env("DATABASE_URL", url);
    }
    let ended = command.current_dir(app.data.path()).output().expect("a shell");
    assert!(ended.status.success(), "{line}: {}", String::from_utf8_lossy(&ended.stderr));
    app.refresh();
    let lines = String::from_utf8(ended.stdout).expect("text");
    let pair =
        |line: &str| line.split_once('=').map(|(n, v)| (n.to_owned(), v.trim_matches('\'').to_owned()));
    lines.lines().filter_map(pair).collect()
}

fn example(port: u16, lines: &[(String, String)]) -> NodeApp {
    let lines: Vec<(&str, &str)> = lines.iter().map(|(name, value)| (&**name, &**value)).collect();
    NodeApp::start(port, &repository().join("examples/spa/server.mjs"), &lines)
}

fn sign_in(browser: &Browser) {
    browser.click_text("Sign in");
    browser.wait_text("Sign in to continue to");
    browser.fill("username", "ada");
    browser.fill("password", PASSWORD);
    browser.click_text("Sign in");
    browser.wait_text("to use your account?");
    browser.click_text("Allow");
}

/// Waits until the page has renewed its token more often than `times`; how often it has.
fn renewed(browser: &Browser, times: u32) -> u32 {
    let started = Instant::now();
    loop {
        let now = browser.text_of("#renewals").parse().unwrap_or(0);
        if now > times {
            return now;
        }
        assert!(started.elapsed() < PATIENCE, "renewed {now} times\n{}", browser.text());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Everything that scripts of the page can read and that stays.
fn readable(browser: &Browser) -> String {
    let all =
        "return document.cookie + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})";
    browser.evaluate(all).as_str().expect("text").to_owned()
}

/// What a script of the page gets when it asks the token endpoint with cookies.
fn ask(browser: &Browser, app: &TestApp, client_id: &str) -> Value {
    browser.evaluate(&format!(
        "return fetch('{}/oauth2/token', {{ method: 'POST', credentials: 'include', body: new URLSearchParams({{ \
         client_id: '{client_id}', grant_type: 'refresh_token' }}) }}).then((answer) => answer.json(), String)",
        app.issuer
    ))
}

#[test]
fn browser_apps_the_example_signs_in_stays_renews_and_logs_out() {
    // So short that the page renews by itself within the test.
    let app = TestApp::with_env(&[("LATCHKEY_TOKENS__ACCESS_TOKEN_SECONDS", "32")]);
    app.user("ada");
    let (port, url) = NodeApp::reserve();
    let lines = register(&app, port);
    let client_id = lines.iter().find(|(name, _)| name == "CLIENT_ID").expect("an id").1.clone();
    let spa = example(port, &lines);
    let browser = Browser::new(Options::default());
    browser.goto(&spa.url);
    browser.wait_text("Nobody is signed in here.");
    browser.look("spa-signed-out");
    sign_in(&browser);
    browser.wait_text("Hello ada Example");
    assert_eq!(browser.url(), format!("{url}/"), "the code is not in the address any more");
    assert_eq!(browser.text_of("#claim-email"), "ada@example.com");
    let before = app.events("token.issued");
    renewed(&browser, 0);
    assert!(app.events("token.issued") > before, "by itself");
    let read = readable(&browser);
    assert!(!read.contains("lk_rt_") && !read.contains("eyJ"), "no token where scripts keep things: {read}");
    // A reload keeps the person signed in, by the cookie alone.
    browser.reload();
    browser.wait_text("Hello ada Example");
    let times = renewed(&browser, 0);
    browser.click_text("Renew now");
    renewed(&browser, times);
    browser.look("spa-signed-in");
    // A second tab uses the same cookie; both go on.
    let first = browser.this_tab();
    let second = browser.open_tab(&spa.url);
    browser.wait_text("Hello ada Example");
    renewed(&browser, 0);
    browser.tab(&first);
    renewed(&browser, times + 1);
    assert_eq!(app.events("refresh.reused"), 0);
    // A page of the same host that is not the app's is refused, and Chromium lets it read nothing.
    let foreign = example(NodeApp::reserve().0, &lines);
    browser.goto(&format!("{}/settings.json", foreign.url));
    assert!(ask(&browser, &app, &client_id).as_str().is_some_and(|said| said.contains("Failed to fetch")));
    // From another site the browser keeps the cookie back; it would be refused as well.
    browser.goto(&format!("http://127.0.0.1:{}/settings.json", foreign.port));
    assert!(ask(&browser, &app, &client_id).as_str().is_some_and(|said| said.contains("Failed to fetch")));
    browser.goto(&spa.url);
    browser.wait_text("Hello ada Example");
    let cookie = |name: &str| {
        let all = browser.devtools("Network.getAllCookies", &json!({}));
        let found = all["cookies"].as_array().expect("cookies").iter().find(|c| c["name"] == name).cloned();
        found.unwrap_or_default()
    };
    let name = format!("__Host-lk_rt_{client_id}");
    let held = cookie(&name);
    let flags = (&held["httpOnly"], &held["secure"], &held["sameSite"], &held["path"]);
    assert_eq!(flags, (&json!(true), &json!(true), &json!("Strict"), &json!("/")), "{held}");
    browser.click_text("Sign out");
    browser.wait_text("Nobody is signed in here.");
    assert_eq!((browser.url(), cookie(&name)), (format!("{url}/"), Value::Null), "the cookie went");
    browser.tab(&second);
    browser.wait_text("Nobody is signed in here.");
    browser.goto(&format!("{}/account", app.issuer));
    browser.wait_text("Sign in to your account");
}
