//! The whole way by relying parties on the libraries of the field, as they are published: `openidconnect`
//! (Rust), openid-client with jose (Node), Authlib with PyJWT (Python).

use crate::harness::app::{TestApp, TestClient};
use crate::harness::http::{Answer, Visitor};
use crate::harness::node::Script;
use crate::harness::rp::{Party, RelyingParty};
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::{Value, json};

/// Where answers come; nothing listens there, the tests read the address.
const CALLBACK: &str = "http://127.0.0.1:9/callback";
const AFTERWARDS: &str = "http://127.0.0.1:9/";
const SCOPE: &str = "openid profile email offline_access";

pub fn client(app: &TestApp, method: AuthMethod) -> TestClient {
    app.client("party", |metadata| {
        metadata.token_endpoint_auth_method = method;
        metadata.redirect_uris = vec![CALLBACK.to_owned()];
        metadata.post_logout_redirect_uris = vec![AFTERWARDS.to_owned()];
        metadata.consent = latchkey::domain::client::ConsentPolicy::Ask;
    })
}

pub fn openidconnect(app: &TestApp, client: &TestClient) -> Box<dyn Party> {
    Box::new(RelyingParty::discover(app, client, CALLBACK))
}

pub fn environment<'a>(
    app: &'a TestApp,
    client: &'a TestClient,
    method: &'a str,
) -> Vec<(&'static str, &'a str)> {
    let mut all = vec![
        ("ISSUER", app.issuer.as_str()),
        ("CLIENT_ID", &client.id),
        ("REDIRECT_URI", CALLBACK),
        ("SCOPE", SCOPE),
        ("AUTH_METHOD", method),
    ];
    if !client.secret.is_empty() {
        all.push(("CLIENT_SECRET", &client.secret));
    }
    all
}

fn openid_client(app: &TestApp, client: &TestClient, method: &str) -> Box<dyn Party> {
    Box::new(Script::openid_client(&environment(app, client, method)))
}

fn authlib(app: &TestApp, client: &TestClient, method: &str) -> Box<dyn Party> {
    Box::new(Script::authlib(&environment(app, client, method)))
}

/// Signs in with a browser and hands the answer to the relying party.
#[track_caller]
fn sign_in(app: &TestApp, party: &mut dyn Party, visitor: &mut Visitor, more: &Value) -> (Value, Value) {
    let url = party.start(more);
    let answer = app.sign_in(visitor, &url, "ada");
    let came_back = came_back(&answer);
    party.callback(&came_back).unwrap_or_else(|error| panic!("{came_back}: {error}"))
}

#[track_caller]
fn came_back(answer: &Answer) -> String {
    let location = answer.location();
    assert!(location.starts_with(CALLBACK), "{location}");
    location.to_owned()
}

fn error(outcome: Result<impl std::fmt::Debug, Value>) -> Value {
    outcome.expect_err("refused")["error"].clone()
}

/// Sign-in, tokens, UserInfo, introspection, refresh, reuse, revocation, logout.
pub fn whole_way(app: &TestApp, party: &mut dyn Party, confidential: bool) {
    let ada = app.user("ada");
    let mut visitor = app.visitor();
    let (tokens, claims) = sign_in(app, party, &mut visitor, &json!({}));
    assert_eq!(claims["sub"], ada.id.as_str());
    assert_eq!(claims["iss"], app.issuer.as_str());
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    if let Some((header, claims)) = party.verify() {
        assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("at+jwt")));
        assert_eq!(claims["sub"], ada.id.as_str());
        assert_eq!(claims["client_id"], "party");
        let mut scope: Vec<&str> = claims["scope"].as_str().unwrap().split(' ').collect();
        scope.sort_unstable();
        assert_eq!(scope, ["email", "offline_access", "openid", "profile"]);
    }
    let userinfo = party.userinfo().unwrap();
    assert_eq!(userinfo["sub"], ada.id.as_str());
    assert_eq!(userinfo["email"], "ada@example.com");
    assert_eq!(userinfo["name"], "ada Example");
    if confidential {
        let said = party.introspect(&access).unwrap();
        assert_eq!((&said["active"], &said["sub"]), (&json!(true), &json!(ada.id.as_str())));
    }
    let first = tokens["refresh_token"].as_str().unwrap().to_owned();
    let refreshed = party.refresh(None).unwrap();
    assert_ne!(refreshed["refresh_token"], first.as_str());
    assert_ne!(refreshed["access_token"], access.as_str());
    assert_eq!(party.userinfo().unwrap()["sub"], ada.id.as_str());
    silently(party, &mut visitor, confidential);
    let newest = party.refresh(None).unwrap()["access_token"].as_str().unwrap().to_owned();
    party.revoke().unwrap();
    assert_eq!(error(party.refresh(None)), "invalid_grant");
    assert!(party.userinfo().is_err(), "the access token of a revoked grant is refused");
    if confidential {
        assert_eq!(party.introspect(&newest).unwrap()["active"], false);
    }
    log_out(party, &mut visitor);
}

/// Signed in already and consent remembered: no page at all. Of a public client on loopback the consent is
/// not remembered, as any program on that machine could pose as it (RFC 8252 §8.6).
fn silently(party: &mut dyn Party, visitor: &mut Visitor, assured: bool) {
    let url = party.start(&json!({ "prompt": "none" }));
    let answer = visitor.get(&url);
    let outcome = party.callback(&came_back(&answer));
    if assured {
        outcome.unwrap();
    } else {
        assert_eq!(error(outcome), "consent_required");
    }
}

fn log_out(party: &mut dyn Party, visitor: &mut Visitor) {
    let answer = visitor.get(&party.logout(AFTERWARDS));
    assert!(answer.location().starts_with(AFTERWARDS), "{}", answer.location());
    let url = party.start(&json!({ "prompt": "none" }));
    let answer = visitor.get(&url);
    assert_eq!(error(party.callback(&came_back(&answer))), "login_required");
}

/// What a library must refuse, and what the server must tell it.
pub fn refusals(app: &TestApp, party: &mut dyn Party) {
    app.user("ada");
    let mut visitor = app.visitor();
    let (tokens, _) = sign_in(app, party, &mut visitor, &json!({}));
    // Reuse: the old refresh token, its grace over, ends the family with all its tokens.
    let first = tokens["refresh_token"].as_str().unwrap().to_owned();
    party.refresh(None).unwrap();
    app.advance(11);
    assert_eq!(error(party.refresh(Some(&first))), "invalid_grant");
    assert_eq!(error(party.refresh(None)), "invalid_grant");
    assert!(party.userinfo().is_err(), "a reused refresh token ends the access tokens as well");
    // A code again: the answer to an address that was used.
    let url = party.start(&json!({}));
    let back = came_back(&app.sign_in(&mut visitor, &url, "ada"));
    party.callback(&back).unwrap();
    assert!(party.callback(&back).is_err(), "a second use of one answer");
    // The answer of one request at another: state tells them apart.
    let (one, two) = (party.start(&json!({})), party.start(&json!({})));
    assert_ne!(one, two);
    let back = came_back(&app.sign_in(&mut visitor, &one, "ada"));
    let state = |url: &str| {
        let url = url::Url::parse(url).unwrap();
        url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
    };
    let crossed = back.replace(&state(&one), &state(&two));
    assert_ne!(crossed, back);
    assert_eq!(error(party.callback(&crossed)), "invalid_grant", "PKCE binds the code to its request");
    // Denied.
    let url = party.start(&json!({ "prompt": "consent" }));
    let first = visitor.get(&url);
    let page = visitor.follow(first);
    let field = |name: &str| page.input(name).unwrap();
    let pairs = [("csrf", &*field("csrf")), ("ix", &*field("ix")), ("decision", "deny")];
    let answer = visitor.post("/consent", &pairs);
    assert_eq!(error(party.callback(&came_back(&answer))), "access_denied");
}

fn freshness(app: &TestApp, party: &mut dyn Party) {
    app.user("ada");
    let mut visitor = app.visitor();
    sign_in(app, party, &mut visitor, &json!({}));
    app.advance(2);
    let (_, claims) = sign_in(app, party, &mut visitor, &json!({ "max_age": "3600" }));
    let first = claims["auth_time"].as_i64().unwrap();
    // The libraries' own clocks stay where they are: they allow for half a minute.
    for wish in [json!({ "prompt": "login" }), json!({ "max_age": "8" })] {
        app.advance(10);
        let url = party.start(&wish);
        let first_answer = visitor.get(&url);
        let page = visitor.follow(first_answer);
        assert!(page.text().contains("Sign in again"), "{wish}: {}", page.text());
        let page = app.log_in(&mut visitor, &page, "ada");
        let answer = app.consent(&mut visitor, page);
        let (_, claims) = party.callback(&came_back(&answer)).unwrap();
        assert!(claims["auth_time"].as_i64().unwrap() > first, "{wish}: {claims}");
    }
}

fn machine(party: &mut dyn Party) {
    let tokens = party.client_credentials("read").unwrap();
    assert_eq!(tokens["scope"], "read");
    assert!(tokens.get("refresh_token").is_none_or(Value::is_null), "RFC 6749 §4.4.3: no refresh token");
    if let Some((_, claims)) = party.verify() {
        assert_eq!((&claims["sub"], &claims["scope"]), (&json!("machine"), &json!("read")));
    }
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(party.introspect(access).unwrap()["active"], true);
    assert_eq!(error(party.client_credentials("openid")), "invalid_scope");
}

#[test]
fn openidconnect_walks_the_whole_way() {
    let app = TestApp::start();
    let client = client(&app, AuthMethod::ClientSecretBasic);
    whole_way(&app, &mut *openidconnect(&app, &client), true);
}

#[test]
fn openidconnect_hears_refusals_and_asks_for_a_fresh_login() {
    let app = TestApp::start();
    let with = client(&app, AuthMethod::ClientSecretBasic);
    refusals(&app, &mut *openidconnect(&app, &with));
    let app = TestApp::start();
    let with = client(&app, AuthMethod::ClientSecretBasic);
    freshness(&app, &mut *openidconnect(&app, &with));
    let app = TestApp::start();
    let with = app.machine_client();
    machine(&mut *openidconnect(&app, &with));
}

#[test]
fn openidconnect_walks_the_whole_way_as_a_public_client() {
    let app = TestApp::start();
    let client = client(&app, AuthMethod::None);
    whole_way(&app, &mut *openidconnect(&app, &client), false);
}

#[test]
fn openid_client_and_jose_walk_the_whole_way() {
    for (method, name) in METHODS {
        let app = TestApp::start();
        let client = client(&app, method);
        whole_way(&app, &mut *openid_client(&app, &client, name), !client.secret.is_empty());
    }
}

#[test]
fn openid_client_hears_refusals_and_asks_for_a_fresh_login() {
    let app = TestApp::start();
    let with = client(&app, AuthMethod::ClientSecretBasic);
    refusals(&app, &mut *openid_client(&app, &with, "client_secret_basic"));
    let app = TestApp::start();
    let with = client(&app, AuthMethod::ClientSecretBasic);
    freshness(&app, &mut *openid_client(&app, &with, "client_secret_basic"));
    let app = TestApp::start();
    let with = app.machine_client();
    machine(&mut *openid_client(&app, &with, "client_secret_basic"));
}

#[test]
fn authlib_and_pyjwt_walk_the_whole_way() {
    for (method, name) in METHODS {
        let app = TestApp::start();
        let client = client(&app, method);
        whole_way(&app, &mut *authlib(&app, &client, name), !client.secret.is_empty());
    }
}

#[test]
fn authlib_hears_refusals_and_asks_for_a_fresh_login() {
    let app = TestApp::start();
    let with = client(&app, AuthMethod::ClientSecretBasic);
    refusals(&app, &mut *authlib(&app, &with, "client_secret_basic"));
    let app = TestApp::start();
    let with = client(&app, AuthMethod::ClientSecretBasic);
    freshness(&app, &mut *authlib(&app, &with, "client_secret_basic"));
    let app = TestApp::start();
    let with = app.machine_client();
    machine(&mut *authlib(&app, &with, "client_secret_basic"));
}

pub const METHODS: [(AuthMethod, &str); 3] = [
    (AuthMethod::ClientSecretBasic, "client_secret_basic"),
    (AuthMethod::ClientSecretPost, "client_secret_post"),
    (AuthMethod::None, "none"),
];
