//! OpenID Connect Front-Channel Logout 1.0: the page that loads the apps' own pages, in a real Chromium.

use crate::harness::app::{CHALLENGE, PASSWORD, TestApp, TestClient, VERIFIER, claims, on_postgres};
use crate::harness::browser::{Browser, Options};
use crate::harness::http::form;
use crate::harness::told::{Receiver, Reply, Told};
use latchkey::domain::client::ConsentPolicy;
use serde_json::Value;

/// A client whose own site is `receiver`, with a page for logouts that has a query of its own.
fn client(app: &TestApp, id: &str, receiver: &Receiver) -> TestClient {
    let (callback, bye, page) = (receiver.url("/cb"), receiver.url("/bye"), receiver.url("/fc?tenant=a%20b"));
    app.client(id, |m| {
        m.consent = ConsentPolicy::Skip;
        m.redirect_uris = vec![callback];
        m.post_logout_redirect_uris = vec![bye];
        m.frontchannel_logout_uri = Some(page);
        m.frontchannel_logout_session_required = true;
    })
}

fn authorize(app: &TestApp, client: &TestClient, receiver: &Receiver) -> String {
    let pairs = [
        ("client_id", client.id.as_str()),
        ("redirect_uri", &receiver.url("/cb")),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    format!("{}/oauth2/authorize?{}", app.issuer, form(&pairs))
}

/// Redeems the code that came to the receiver last.
fn redeem(app: &TestApp, client: &TestClient, receiver: &Receiver) -> Value {
    let told = receiver.wait("/cb", 1);
    let query = told.last().unwrap().target.split_once('?').unwrap().1.to_owned();
    let code =
        url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == "code").unwrap().1.into_owned();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &receiver.url("/cb")),
        ("code_verifier", VERIFIER),
    ];
    app.token_call(client, &pairs).send().json()
}

/// Signs ada in at both in one session of one browser; the token answers.
fn signed_in(app: &TestApp, browser: &Browser, parties: &[(&TestClient, &Receiver)]) -> Vec<Value> {
    let mut all = Vec::new();
    for (n, (client, receiver)) in parties.iter().enumerate() {
        browser.goto(&authorize(app, client, receiver));
        if n == 0 {
            browser.wait_text("Username or e-mail");
            browser.fill("username", "ada");
            browser.fill("password", PASSWORD);
            browser.click_text("Sign in");
        }
        browser.wait_url(&receiver.url("/cb"));
        all.push(redeem(app, client, receiver));
    }
    all
}

fn logout_url(app: &TestApp, tokens: &Value, back_to: &str) -> String {
    let hint = tokens["id_token"].as_str().unwrap();
    let pairs = [("id_token_hint", hint), ("post_logout_redirect_uri", back_to), ("state", "st 1")];
    format!("{}/oauth2/logout?{}", app.issuer, form(&pairs))
}

/// The page was loaded with its own query, `iss` and `sid`, and nothing else.
#[track_caller]
fn assert_told(app: &TestApp, told: &[Told], tokens: &Value) {
    let [told] = told else { panic!("once: {told:?}") };
    let query = told.target.split_once('?').unwrap().1;
    assert!(query.starts_with("tenant=a%20b&"), "its own query as it was registered: {query}");
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let sid = claims(tokens["id_token"].as_str().unwrap())["sid"].as_str().unwrap().to_owned();
    let expected = [("tenant", "a b".to_owned()), ("iss", app.issuer.clone()), ("sid", sid)];
    assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value)));
    assert_eq!((told.method.as_str(), told.header("referer")), ("GET", None));
    assert_eq!(told.header("sec-fetch-dest"), Some("iframe"));
}

fn both_are_told(javascript: bool) {
    let app = TestApp::start();
    app.user("ada");
    let (shop, mail) = (Receiver::start(), Receiver::start());
    let clients = [client(&app, "shop", &shop), client(&app, "mail", &mail)];
    let browser = Browser::new(Options { javascript, ..Options::default() });
    let tokens = signed_in(&app, &browser, &[(&clients[0], &shop), (&clients[1], &mail)]);
    let bye = shop.url("/bye");
    browser.goto(&logout_url(&app, &tokens[0], &bye));
    assert_eq!(browser.wait_url(&bye), format!("{bye}?state=st+1"));
    assert_told(&app, &shop.wait("/fc", 1), &tokens[0]);
    assert_told(&app, &mail.wait("/fc", 1), &tokens[1]);
    browser.goto(&format!("{}&prompt=none", authorize(&app, &clients[1], &mail)));
    assert!(browser.wait_url(&mail.url("/cb")).contains("error=login_required"));
}

#[test]
fn b66_both_apps_of_the_session_are_loaded_and_then_the_browser_goes_on() {
    if !on_postgres() {
        both_are_told(true);
    }
}

#[test]
fn b66_without_javascript_as_well() {
    if !on_postgres() {
        both_are_told(false);
    }
}

#[test]
fn b66_an_app_that_does_not_answer_holds_nobody() {
    if on_postgres() {
        return; // no page knows the database
    }
    let app = TestApp::start();
    app.user("ada");
    let (shop, mail) = (Receiver::start(), Receiver::start());
    mail.reply("/fc", Reply::Silence);
    let clients = [client(&app, "shop", &shop), client(&app, "mail", &mail)];
    let browser = Browser::new(Options::default());
    let tokens = signed_in(&app, &browser, &[(&clients[0], &shop), (&clients[1], &mail)]);
    let bye = shop.url("/bye");
    browser.goto(&logout_url(&app, &tokens[0], &bye));
    browser.wait_url(&bye);
    shop.wait("/fc", 1);
    mail.wait("/fc", 1);
}

#[test]
fn b66_without_an_app_to_go_on_to_the_page_stays() {
    if on_postgres() {
        return; // no page knows the database
    }
    let app = TestApp::start();
    app.user("ada");
    let (shop, mail) = (Receiver::start(), Receiver::start());
    let clients = [client(&app, "shop", &shop), client(&app, "mail", &mail)];
    let browser = Browser::new(Options::default());
    let tokens = signed_in(&app, &browser, &[(&clients[0], &shop), (&clients[1], &mail)]);
    browser.goto(&format!("{}/oauth2/logout", app.issuer));
    browser.click_text("Sign out");
    browser.wait_text("The apps that you used are being told");
    browser.look("signed-out-telling");
    assert_told(&app, &shop.wait("/fc", 1), &tokens[0]);
    assert_told(&app, &mail.wait("/fc", 1), &tokens[1]);
}

#[test]
fn b66_the_policy_lists_exactly_the_origins_of_the_frames() {
    let app = TestApp::start();
    app.user("ada");
    let sites = ["https://shop.example.com", "https://mail.example.com:8443"];
    let told = |id: &str, site: &str| {
        let (callback, page) = (format!("{site}/cb"), format!("{site}/fc"));
        app.client(id, |m| {
            m.consent = ConsentPolicy::Skip;
            m.redirect_uris.push(callback);
            m.frontchannel_logout_uri = Some(page);
            m.post_logout_redirect_uris = vec!["https://rp.example.com/bye".to_owned()];
        })
    };
    let clients = [told("shop", sites[0]), told("mail", sites[1])];
    told("elsewhere", "https://elsewhere.example.com");
    let plain = app.trusted_client();
    let mut visitor = app.visitor();
    let mut hint = String::new();
    for client in clients.iter().chain([&plain]) {
        let path = app.authorize_path(&client.id, &[("scope", "openid")]);
        let code = app.sign_in(&mut visitor, &path, "ada").param("code").unwrap();
        hint = app.redeem(client, &code).json()["id_token"].as_str().unwrap().to_owned();
    }
    let page = visitor.get(&format!("/oauth2/logout?{}", form(&[("id_token_hint", &hint)])));
    let policy = page.header("content-security-policy").unwrap();
    let listed = policy.split("; ").find(|directive| directive.starts_with("frame-src")).unwrap();
    assert_eq!(listed, format!("frame-src {} {}", sites[1], sites[0]), "{policy}");
    let html = page.text();
    assert_eq!(html.matches("<iframe").count(), 2, "{html}");
    for site in sites {
        assert!(html.contains(&format!("src=\"{site}/fc?iss=")), "{html}");
    }
    assert!(!html.contains("elsewhere") && html.contains("sandbox="), "{html}");
    assert_eq!(page.header("clear-site-data"), Some("\"cache\", \"storage\""));
    // Without such apps there is no page in between, and no frame is let in anywhere else.
    let other = visitor.get("/oauth2/logout");
    assert!(!other.header("content-security-policy").unwrap().contains("frame-src"));
}

#[test]
fn b66_the_metadata_promises_it() {
    let app = TestApp::start();
    let said = app.call("GET", "/.well-known/openid-configuration").send().json();
    for name in ["frontchannel_logout_supported", "frontchannel_logout_session_supported"] {
        assert_eq!(said[name], true, "{name}");
    }
}
