//! Relying parties nobody here wrote, unmodified, over https with this server terminating TLS: the libraries of
//! `relying_parties.rs` and oauth4webapi through the whole way, express-openid-connect and Apache's
//! mod_auth_openidc in Chromium, with RP-initiated and back-channel logout.

use crate::harness::apache::{Apache, Settings, callback};
use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::binary::{Instance, Server};
use crate::harness::browser::{Browser, Options};
use crate::harness::child::{PATIENCE, free_port};
use crate::harness::node::{NodeApp, Script, repository};
use crate::harness::tls::{self, authority};
use crate::relying_parties::{METHODS, client, environment, openidconnect, refusals, whole_way};
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Walks the whole way with a script that trusts the tests' authority.
fn over_https(method: (AuthMethod, &str), start: impl Fn(&[(&str, &str)]) -> Script) {
    let app = TestApp::https();
    let client = client(&app, method.0);
    let trust = tls::environment();
    let mut all = environment(&app, &client, method.1);
    all.extend(trust.iter().map(|(name, file)| (*name, file.as_str())));
    assert!(app.issuer.starts_with("https://"));
    whole_way(&app, &mut start(&all), !client.secret.is_empty());
}

#[test]
fn openidconnect_walks_the_whole_way_over_https() {
    let app = TestApp::https();
    let client = client(&app, AuthMethod::ClientSecretBasic);
    whole_way(&app, &mut *openidconnect(&app, &client), true);
}

#[test]
fn openid_client_and_jose_walk_the_whole_way_over_https() {
    over_https((AuthMethod::ClientSecretBasic, "client_secret_basic"), Script::openid_client);
}

#[test]
fn oauth4webapi_walks_the_whole_way_over_https_with_each_method() {
    for method in METHODS {
        over_https(method, Script::oauth4webapi);
    }
}

#[test]
fn oauth4webapi_hears_refusals() {
    let app = TestApp::start();
    let client = client(&app, AuthMethod::ClientSecretBasic);
    let script = Script::oauth4webapi(&environment(&app, &client, "client_secret_basic"));
    refusals(&app, &mut { script });
}

#[test]
fn authlib_and_pyjwt_walk_the_whole_way_over_https_to_rp_initiated_logout() {
    over_https((AuthMethod::ClientSecretBasic, "client_secret_basic"), Script::authlib);
}

#[test]
fn without_the_authority_no_library_talks_to_it() {
    let app = TestApp::https();
    let client = client(&app, AuthMethod::ClientSecretBasic);
    let all = environment(&app, &client, "client_secret_basic");
    for start in [Script::openid_client, Script::oauth4webapi, Script::authlib] {
        let answer = start(&all).ask(&serde_json::json!({ "cmd": "discover" }));
        assert!(answer["kind"].is_string(), "{answer}");
    }
}

/// `latchkey serve` over TLS with ada, and an app registered by the command line.
struct Stand {
    _instance: Instance,
    server: Server,
    issuer: String,
    secret: String,
    ada: String,
}

impl Stand {
    fn serve(app: &str, redirect_uri: &str, logout_url: &str, set: &[&str]) -> Self {
        let mut instance = Instance::new();
        instance.speak_tls();
        // Apps here are on loopback, with certificates of the tests' authority.
        instance.set("LATCHKEY_TESTING__ENABLED", "true");
        instance.set("LATCHKEY_TESTING__LOOPBACK_FETCHES", "true");
        instance.set("LATCHKEY_TESTING__EXTRA_CA", &authority().file().display().to_string());
        let user = ["user", "add", "ada@example.com", "--username", "ada", "--password-stdin", "--verified"];
        instance.ok_with(&user, PASSWORD);
        let shown: Value =
            serde_json::from_str(&instance.ok(&["-o", "json", "user", "show", "ada"])).unwrap();
        let secret = "a secret that the app was given 0123456789".replace(' ', "-");
        let mut add =
            vec!["client", "add", "Bookshop", redirect_uri, "--id", app, "--logout-url", logout_url];
        add.push("--secret-stdin");
        set.iter().for_each(|pair| add.extend(["--set", pair]));
        instance.ok_with(&add, &secret);
        let issuer = format!("https://localhost:{}", instance.port);
        let server = instance.serve();
        let ada = shown["id"].as_str().unwrap().to_owned();
        Self { _instance: instance, server, issuer, secret, ada }
    }

    /// Fills in the login page, and agrees where that is asked.
    #[track_caller]
    fn sign_in(&self, browser: &Browser) {
        assert!(browser.wait_url(&self.issuer).contains("/login"), "{}", browser.url());
        browser.fill("username", "ada");
        browser.fill("password", PASSWORD);
        browser.click_text("Sign in");
    }

    /// Whether the browser is still signed in here.
    fn is_signed_in(&self, browser: &Browser) -> bool {
        browser.goto(&format!("{}/account", self.issuer));
        browser.count("[name=password]") == 0
    }
}

/// The example's browser: signs in at the app, is known there, and signs out of both.
fn express(response_type: Option<&str>, set: &[&str]) {
    let (port, _) = NodeApp::reserve();
    let base = format!("https://localhost:{port}");
    let stand = Stand::serve("express", &format!("{base}/callback"), &base, set);
    let files = authority().server();
    let [certificate, key] = [&files.certificate, &files.key].map(|path| path.display().to_string());
    let mut all = vec![
        ("ISSUER", stand.issuer.as_str()),
        ("BASE_URL", &base),
        ("CLIENT_ID", "express"),
        ("TLS_CERTIFICATE", &certificate),
        ("TLS_KEY", &key),
    ];
    if let Some(response_type) = response_type {
        all.extend([("RESPONSE_TYPE", response_type), ("CLIENT_SECRET", &stand.secret)]);
    }
    let trust = tls::environment();
    all.extend(trust.iter().map(|(name, file)| (*name, file.as_str())));
    let app = NodeApp::start(port, &repository().join("tests/rp/express_openid_connect.mjs"), &all);

    let browser = Browser::new(Options::default());
    browser.goto(&base);
    browser.wait_text("Signed out");
    browser.goto(&format!("{base}/profile"));
    stand.sign_in(&browser);
    browser.wait_text("Bookshop");
    browser.click("[name=decision][value=allow]");
    browser.wait_url(&base);
    browser.wait_text(&stand.ada);
    let profile: Value =
        serde_json::from_str(&browser.text()).unwrap_or_else(|e| panic!("{e}: {}", app.log()));
    assert_eq!(profile["claims"]["iss"], stand.issuer.as_str());
    if response_type.is_some() {
        assert_eq!(profile["userinfo"]["email"], "ada@example.com", "{profile}");
    }
    browser.goto(&base);
    browser.wait_text(&format!("Signed in: {}", stand.ada));
    browser.goto(&format!("{base}/logout"));
    browser.wait_url(&base);
    browser.wait_text("Signed out");
    assert!(!stand.is_signed_in(&browser), "signed out of both");
    assert!(!stand.server.err().contains("panicked"), "{}", stand.server.err());
}

#[test]
fn express_openid_connect_signs_in_with_the_code_flow_and_out_of_both() {
    express(Some("code"), &[]);
}

#[test]
fn express_openid_connect_as_it_comes_signs_in_by_form_post() {
    let set = [
        "response_types=id_token",
        "grant_types=implicit",
        "legacy_response_types=true",
        "token_endpoint_auth_method=client_secret_basic",
    ];
    express(None, &set);
}

/// An Apache at which ada is signed in.
fn apache(set: impl Fn(u16) -> Option<String>) -> (Stand, Apache, Browser) {
    let port = free_port();
    let app = format!("https://localhost:{port}");
    let set = set(port);
    let set: Vec<&str> = set.as_deref().into_iter().collect();
    let stand = Stand::serve("apache", &callback(port), &format!("{app}/bye.html"), &set);
    let (issuer, client_secret) = (stand.issuer.as_str(), stand.secret.as_str());
    let apache = Apache::start(&Settings { port, issuer, client_id: "apache", client_secret });
    assert_eq!(apache.url, app);
    let browser = Browser::new(Options::default());
    browser.goto(&format!("{app}/app/"));
    stand.sign_in(&browser);
    browser.wait_text("Bookshop");
    browser.click("[name=decision][value=allow]");
    browser.wait_url(&format!("{app}/app/"));
    browser.wait_text(&format!("Signed in: {}", stand.ada));
    (stand, apache, browser)
}

#[test]
fn mod_auth_openidc_signs_in_and_logs_out_of_both() {
    let (stand, apache, browser) = apache(|_| None);
    let app = &apache.url;
    for line in ["E-mail: ada@example.com".to_owned(), format!("Issuer: {}", stand.issuer)] {
        assert!(browser.text().contains(&line), "{}\n{}", browser.text(), apache.log());
    }
    let back = url::form_urlencoded::byte_serialize(format!("{app}/bye.html").as_bytes()).collect::<String>();
    browser.goto(&format!("{app}/app/callback?logout={back}"));
    browser.wait_url(&format!("{app}/bye.html"));
    browser.wait_text("Signed out");
    assert!(!stand.is_signed_in(&browser), "signed out of both");
    browser.goto(&format!("{app}/app/"));
    assert!(browser.wait_url(&stand.issuer).contains("/login"), "asked again: {}", apache.log());
}

#[test]
fn b65_mod_auth_openidc_hears_of_a_logout_elsewhere_by_back_channel() {
    let uri = |port| Some(format!("backchannel_logout_uri={}?logout=backchannel", callback(port)));
    let (stand, apache, browser) = apache(uri);
    let page = format!("{}/app/", apache.url);
    browser.goto(&page);
    browser.wait_text(&format!("Signed in: {}", stand.ada));
    browser.goto(&format!("{}/oauth2/logout", stand.issuer));
    browser.click("[name=decision][value=logout]");
    browser.wait_text("signed out");
    // Nobody waits for the app: it hears of it a moment later.
    let started = Instant::now();
    loop {
        browser.goto(&page);
        if browser.url().starts_with(&stand.issuer) {
            break;
        }
        assert!(started.elapsed() < PATIENCE, "still signed in: {}\n{}", apache.log(), stand.server.err());
        std::thread::sleep(Duration::from_millis(100));
    }
}
