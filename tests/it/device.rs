//! The device authorization grant (RFC 8628; security rows L1 to L5), without a browser: what a device is
//! answered, what a person is shown and asked, and who wins where two come at once.

mod begin;
mod clients;
mod codes;
mod killed;
mod pages;
mod polls;
mod race;
mod rules;
mod store;

use crate::harness::app::{PASSWORD, TestApp, TestClient};
use crate::harness::http::{Answer, Visitor};
use latchkey::domain::client::Metadata;
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::Value;

pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const SCOPE: &str = "openid profile email offline_access";

/// A public client on a device: no redirect URI, no secret.
pub fn tv(app: &TestApp) -> TestClient {
    app.client("tv", as_tv)
}

pub fn as_tv(metadata: &mut Metadata) {
    metadata.client_name = "Bookshop TV".to_owned();
    metadata.token_endpoint_auth_method = AuthMethod::None;
    metadata.redirect_uris.clear();
    metadata.response_types.clear();
    metadata.grant_types = vec![GRANT.to_owned(), "refresh_token".to_owned()];
}

/// What a device holds that was given its codes.
#[derive(Clone)]
pub struct Codes {
    pub device: String,
    pub user: String,
}

/// A request at the device authorization endpoint; `more` replaces or adds parameters.
pub fn ask(app: &TestApp, client: &TestClient, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("scope", SCOPE)];
    pairs.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    pairs.extend_from_slice(more);
    let call = app.call("POST", "/oauth2/device_authorization").header("User-Agent", "BookshopTV/2.1");
    if client.secret.is_empty() {
        pairs.push(("client_id", &client.id));
        call.form(&pairs).send()
    } else {
        call.basic(&client.id, &client.secret).form(&pairs).send()
    }
}

/// A device with its codes.
#[track_caller]
pub fn begin(app: &TestApp, client: &TestClient) -> Codes {
    codes(&ask(app, client, &[]))
}

#[track_caller]
pub fn codes(answer: &Answer) -> Codes {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let json = answer.json();
    let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("no {name}: {json}")).to_owned();
    Codes { device: text("device_code"), user: text("user_code") }
}

/// One poll.
pub fn poll(app: &TestApp, client: &TestClient, codes: &Codes) -> Answer {
    poll_with(app, client, codes, &[])
}

pub fn poll_with(app: &TestApp, client: &TestClient, codes: &Codes, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("grant_type", GRANT), ("device_code", codes.device.as_str())];
    pairs.extend_from_slice(more);
    app.token_call(client, &pairs).send()
}

/// Opens the page and sends a code.
#[track_caller]
pub fn enter(visitor: &mut Visitor, code: &str) -> Answer {
    let page = visitor.get("/device");
    let csrf = page.input("csrf").unwrap_or_else(|| panic!("no form: {} {}", page.status, page.text()));
    visitor.post("/device", &[("csrf", &csrf), ("user_code", code)])
}

/// Submits the sign-in page of a device.
#[track_caller]
pub fn sign_in(visitor: &mut Visitor, page: &Answer, username: &str) -> Answer {
    let field =
        |name: &str| page.input(name).unwrap_or_else(|| panic!("no {name}: {} {}", page.status, page.text()));
    let (csrf, device) = (field("csrf"), field("device"));
    let mut pairs =
        vec![("csrf", csrf.as_str()), ("device", &device), ("username", username), ("password", PASSWORD)];
    if page.input("switch").is_some() {
        pairs.push(("switch", "1"));
    }
    let answer = visitor.post("/login", &pairs);
    visitor.follow(answer)
}

/// Follows a device's code to the page that asks.
#[track_caller]
pub fn to_question(visitor: &mut Visitor, codes: &Codes, username: &str) -> Answer {
    let entered = enter(visitor, &codes.user);
    let mut page = visitor.follow(entered);
    if page.text().contains("name=\"password\"") {
        page = sign_in(visitor, &page, username);
    }
    assert!(is_question(&page), "no question: {} {}", page.status, page.text());
    page
}

pub fn is_question(page: &Answer) -> bool {
    page.text().contains("Yes, connect it")
}

/// Presses a button of that page.
pub fn press(visitor: &mut Visitor, page: &Answer, decision: &str) -> Answer {
    let (csrf, ix) = (page.input("csrf").unwrap_or_default(), page.input("ix").unwrap_or_default());
    let answer = visitor.post("/device", &[("csrf", &csrf), ("ix", &ix), ("decision", decision)]);
    visitor.follow(answer)
}

/// A person enters the code and says yes.
#[track_caller]
pub fn approve(app: &TestApp, codes: &Codes, username: &str) -> Visitor {
    let mut visitor = app.visitor();
    let page = to_question(&mut visitor, codes, username);
    let done = press(&mut visitor, &page, "allow");
    assert!(done.text().contains("You can go back to your device"), "{} {}", done.status, done.text());
    visitor
}

/// The token answer, when there is one.
#[track_caller]
pub fn tokens(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}
