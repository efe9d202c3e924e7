//! The certification plans in their order, over https, with the server terminating TLS: Basic, Implicit, Hybrid
//! and Form Post with clients an admin made and with clients that registered themselves. Each line has
//! its own test elsewhere; here they follow one another on one server and in one browser, as a plan runs them.

use crate::harness::app::{CALLBACK, CHALLENGE, PASSWORD, TestApp, TestClient, VERIFIER, claims, header};
use crate::harness::http::{Answer, Visitor, form};
use latchkey::base::secret::Secret;
use latchkey::engine::admin::users;
use latchkey::protocol::client_auth::AuthMethod;
use latchkey::protocol::response_type::ResponseType;
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Params = BTreeMap<String, String>;

/// What a plan is run with.
struct Plan<'a> {
    app: &'a TestApp,
    kind: ResponseType,
    mode: Option<&'a str>,
    client: TestClient,
    other: TestClient,
    visitor: Visitor,
}

fn server() -> TestApp {
    let app = TestApp::https_with_env(&[
        ("LATCHKEY_REGISTRATION__MODE", "open"),
        ("LATCHKEY_REGISTRATION__TRUST", "reviewed"),
        ("LATCHKEY_REGISTRATION__LEGACY_RESPONSE_TYPES", "true"),
        ("LATCHKEY_TESTING__ENABLED", "true"),
        ("LATCHKEY_TESTING__NO_RATE_LIMITS", "true"),
    ]);
    assert!(app.issuer.starts_with("https://"), "{}", app.issuer);
    app.user("ada");
    let hash = app.engine.passwords.hash_blocking(&Secret::new(PASSWORD)).expect("a hash");
    let claims = json!({
        "name": "Grace Hopper", "birthdate": "1906-12-09", "phone_number": "+1 555 0100",
        "phone_number_verified": true, "address": { "locality": "Arlington", "country": "US" },
    });
    let grace = users::NewUser {
        username: Some("grace".to_owned()),
        email: Some("grace@example.com".to_owned()),
        email_verified: true,
        password_hash: Some(hash),
        roles: Vec::new(),
        claims: claims.as_object().cloned().unwrap(),
    };
    app.admin(move |conn, desk| users::create(conn, desk, grace));
    app
}

/// A client that registers itself, as the Dynamic variants of the plans do (OIDC Registration §3).
fn registered(app: &TestApp, kind: ResponseType) -> TestClient {
    let mut grants = vec!["authorization_code", "refresh_token"];
    grants.extend(kind.is_legacy().then_some("implicit"));
    let mut types = vec!["code"];
    types.extend(kind.is_legacy().then_some(kind.as_str()));
    let document = json!({
        "client_name": "A certification client",
        "redirect_uris": [CALLBACK],
        "grant_types": grants,
        "response_types": types,
        "token_endpoint_auth_method": "client_secret_basic",
        "contacts": ["certification@example.com"],
    });
    let call = app.call("POST", "/oauth2/register").header("Content-Type", "application/json");
    let answer = call.body(document.to_string().as_bytes()).send();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let made = answer.json();
    app.refresh();
    let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("no {name} in {made}")).to_owned();
    TestClient { id: text("client_id"), secret: text("client_secret") }
}

fn made(app: &TestApp, id: &str) -> TestClient {
    app.client(id, crate::response_types::legacy)
}

impl<'a> Plan<'a> {
    fn new(app: &'a TestApp, kind: ResponseType, mode: Option<&'a str>, dynamic: bool) -> Self {
        let make = |place: &str| {
            let name = format!("{place}-{}-{}", kind.as_str().replace(' ', "-"), mode.unwrap_or("default"));
            if dynamic { registered(app, kind) } else { made(app, &name) }
        };
        Self { app, kind, mode, client: make("one"), other: make("two"), visitor: app.visitor() }
    }

    fn path(&self, more: &[(&str, &str)]) -> String {
        let mut all = vec![("response_type", self.kind.as_str())];
        all.extend([("scope", "openid"), ("code_challenge", ""), ("code_challenge_method", "")]);
        all.extend(self.mode.map(|mode| ("response_mode", mode)));
        all.extend_from_slice(more);
        self.app.authorize_path(&self.client.id, &all)
    }

    /// What the client is told, however it travels.
    #[track_caller]
    fn told(&self, answer: &Answer) -> Params {
        if self.mode == Some("form_post") {
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert!(answer.text().contains(&format!("action=\"{CALLBACK}\"")), "{}", answer.text());
            let names = [
                "code",
                "id_token",
                "access_token",
                "token_type",
                "expires_in",
                "scope",
                "state",
                "iss",
                "error",
            ];
            return names.iter().filter_map(|n| Some(((*n).to_owned(), answer.input(n)?))).collect();
        }
        assert_eq!(answer.status, 303, "{}", answer.text());
        let location = answer.location();
        if self.kind.is_legacy() {
            assert!(location.starts_with(&format!("{CALLBACK}#")), "{location}");
            return answer.fragment();
        }
        let (to, query) = location.split_once('?').unwrap_or_else(|| panic!("no query: {location}"));
        assert_eq!(to, CALLBACK);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// A whole sign-in in the plan's browser.
    #[track_caller]
    fn ask(&mut self, more: &[(&str, &str)]) -> Params {
        let path = self.path(more);
        let mut visitor = self.visitor.clone();
        let answer = self.app.sign_in(&mut visitor, &path, "grace");
        self.visitor = visitor;
        let params = self.told(&answer);
        assert!(!params.contains_key("error"), "{params:?}");
        self.check(&params);
        params
    }

    /// No page may be in the way.
    #[track_caller]
    fn silently(&mut self, more: &[(&str, &str)]) -> Params {
        let answer = self.visitor.get(&self.path(more));
        self.told(&answer)
    }

    /// OIDC Core §3.1.2.7, §3.2.2.8, §3.3.2.8: what a client checks of any answer.
    #[track_caller]
    fn check(&self, params: &Params) {
        assert_eq!(params.get("state").map(String::as_str), Some("st-1"));
        assert_eq!(params.get("iss"), Some(&self.app.issuer));
        for (part, there) in [
            ("code", self.kind.code()),
            ("id_token", self.kind.id_token()),
            ("access_token", self.kind.token()),
        ] {
            assert_eq!(params.contains_key(part), there, "{part} in {params:?}");
        }
        if let Some(token) = params.get("id_token") {
            self.check_id_token(token);
        }
    }

    #[track_caller]
    fn check_id_token(&self, token: &str) -> Value {
        let (head, id) = (header(token), claims(token));
        assert_eq!((&head["alg"], head["kid"].is_string()), (&json!("RS256"), true), "{head}");
        assert_eq!((&id["iss"], &id["aud"]), (&json!(self.app.issuer), &json!(self.client.id)), "{id}");
        assert!(
            id["exp"].as_i64() > id["iat"].as_i64() && id["sub"].as_str().is_some_and(|s| s.len() <= 255)
        );
        let kids = self.app.call("GET", "/.well-known/jwks.json").send().json();
        assert!(kids["keys"].as_array().unwrap().iter().any(|key| key["kid"] == head["kid"]), "{kids}");
        id
    }

    fn redeem(&self, client: &TestClient, code: &str, more: &[(&str, &str)]) -> Answer {
        let mut pairs =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        pairs.extend_from_slice(more);
        self.app.token_call(client, &pairs).send()
    }

    /// The ID token of an answer, from the token endpoint where it is not in the answer itself.
    #[track_caller]
    fn id_token(&self, params: &Params) -> Value {
        if let Some(token) = params.get("id_token") {
            return claims(token);
        }
        let tokens = self.redeem(&self.client, &params["code"], &[]);
        assert_eq!(tokens.status, 200, "{}", tokens.text());
        claims(tokens.json()["id_token"].as_str().unwrap())
    }

    fn run(&mut self) {
        self.plain();
        self.parameters();
        self.prompts();
        self.errors();
        if self.kind.code() {
            self.codes();
            self.refreshes();
        }
        if self.kind.id_token() {
            let without = self.silently(&[("nonce", "")]);
            assert_eq!(without["error"], "invalid_request");
        }
    }

    /// oidcc-server, -userinfo-get, -userinfo-post-header, -userinfo-post-body, -scope-*.
    fn plain(&mut self) {
        let scope = "openid profile email address phone";
        let params = self.ask(&[("scope", scope)]);
        let sub = self.id_token(&params)["sub"].clone();
        if self.kind == ResponseType::IdToken {
            // Nothing else can tell them (OIDC Core §5.4).
            let id = self.id_token(&params);
            for name in ["name", "email", "email_verified", "address", "phone_number"] {
                assert!(id.get(name).is_some(), "{name} is missing: {id}");
            }
            return;
        }
        let params = self.ask(&[("scope", scope)]);
        let token = if let Some(token) = params.get("access_token") {
            token.clone()
        } else {
            let tokens = self.redeem(&self.client, &params["code"], &[]).json();
            tokens["access_token"].as_str().unwrap().to_owned()
        };
        let endpoint = "/oauth2/userinfo";
        let body = form(&[("access_token", &token)]);
        let typed = |method: &str| {
            self.app.call(method, endpoint).header("Content-Type", "application/x-www-form-urlencoded")
        };
        for answer in [
            self.app.call("GET", endpoint).bearer(&token).send(),
            typed("POST").bearer(&token).send(),
            typed("POST").body(body.as_bytes()).send(),
        ] {
            assert_eq!(answer.status, 200, "{}", answer.text());
            let info = answer.json();
            assert_eq!(info["sub"], sub, "{info}");
            for name in
                ["name", "email", "email_verified", "address", "phone_number", "birthdate", "updated_at"]
            {
                assert!(info.get(name).is_some_and(|value| !value.is_null()), "{name} is missing: {info}");
            }
        }
    }

    /// oidcc-display-*, -ui-locales, -claims-locales, -login-hint, -ensure-request-with-*.
    fn parameters(&mut self) {
        for more in [
            [("display", "page"), ("login_hint", "grace")],
            [("display", "popup"), ("ui_locales", "se")],
            [("claims_locales", "se"), ("acr_values", "1 2")],
            [("extra", "foobar"), ("login_hint", "nobody@example.com")],
        ] {
            self.ask(&more);
        }
        if !self.kind.id_token() {
            let params = self.ask(&[("nonce", "")]);
            assert!(self.id_token(&params).get("nonce").is_none());
        }
        let asked = r#"{"userinfo":{"name":{"essential":true}},"id_token":{"email":null}}"#;
        let params = self.ask(&[("claims", asked)]);
        let id = self.id_token(&params);
        assert!(id["email"].is_string() && id.get("name").is_none(), "{id}");
    }

    /// oidcc-prompt-*, -max-age-*, -id-token-hint.
    fn prompts(&mut self) {
        let strangers = self.told(&self.app.visitor().get(&self.path(&[("prompt", "none")])));
        assert_eq!(strangers["error"], "login_required");
        let first = self.ask(&[("max_age", "10000")]);
        let before = self.id_token(&first);
        let silent = self.silently(&[("prompt", "none"), ("max_age", "10000")]);
        let again = self.id_token(&silent);
        assert_eq!((&again["sub"], &again["auth_time"]), (&before["sub"], &before["auth_time"]));
        self.app.advance(2);
        let login = self.ask(&[("prompt", "login")]);
        let after = self.id_token(&login);
        assert!(after["auth_time"].as_i64() > before["auth_time"].as_i64(), "{after}");
        self.app.advance(2);
        let short = self.ask(&[("max_age", "1")]);
        assert!(self.id_token(&short)["auth_time"].as_i64() > after["auth_time"].as_i64());
        let hint = if let Some(token) = short.get("id_token") {
            token.clone()
        } else {
            let params = self.ask(&[]);
            let tokens = self.redeem(&self.client, &params["code"], &[]).json();
            tokens["id_token"].as_str().unwrap().to_owned()
        };
        let hinted = self.silently(&[("prompt", "none"), ("id_token_hint", &hint)]);
        assert_eq!(self.id_token(&hinted)["sub"], before["sub"]);
    }

    /// oidcc-ensure-registered-redirect-uri, -redirect-uri-query-mismatch, -response-type-missing, -request-*.
    fn errors(&mut self) {
        for wrong in ["https://rp.example.com/other", &format!("{CALLBACK}?foo=bar"), ""] {
            let answer = self.visitor.get(&self.path(&[("redirect_uri", wrong)]));
            assert_eq!((answer.status, answer.header("location")), (400, None), "{wrong}");
        }
        let missing = self.visitor.get(&self.path(&[("response_type", ""), ("response_mode", "")]));
        assert_eq!(
            missing.param("error").as_deref(),
            Some("invalid_request"),
            "{:?}",
            missing.header("location")
        );
        let unsigned = format!("{}.{}.", b64(r#"{"alg":"none"}"#), b64(r#"{"state":"inside"}"#));
        let refused = self.silently(&[("request", &unsigned)]);
        assert!(refused.contains_key("error") && !refused.contains_key("code"), "{refused:?}");
    }

    /// oidcc-codereuse, -codereuse-30seconds, -ensure-client-secret-post, the PKCE of the plan.
    fn codes(&mut self) {
        let params = self.ask(&[]);
        let foreign = self.redeem(&self.other, &params["code"], &[]);
        assert_eq!((foreign.status, &foreign.json()["error"]), (400, &json!("invalid_grant")));
        let tokens = self.redeem(&self.client, &params["code"], &[]).json();
        let token = tokens["access_token"].as_str().unwrap();
        self.check_id_token(tokens["id_token"].as_str().unwrap());
        assert_eq!(self.app.userinfo(token).status, 200);
        self.app.advance(31);
        let again = self.redeem(&self.client, &params["code"], &[]);
        assert_eq!((again.status, &again.json()["error"]), (400, &json!("invalid_grant")));
        assert_eq!(self.app.userinfo(token).status, 401, "what it gave has ended");
        let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        let params = self.ask(&pkce);
        assert_eq!(self.redeem(&self.client, &params["code"], &[("code_verifier", VERIFIER)]).status, 200);
        let params = self.ask(&pkce);
        assert_eq!(self.redeem(&self.client, &params["code"], &[]).status, 400);
    }

    /// oidcc-refresh-token, -refresh-token-rp-key-rotation's plain half.
    fn refreshes(&mut self) {
        let params = self.ask(&[("scope", "openid offline_access"), ("prompt", "consent")]);
        let tokens = self.redeem(&self.client, &params["code"], &[]).json();
        let refresh = tokens["refresh_token"].as_str().unwrap_or_else(|| panic!("none in {tokens}"));
        let foreign = self.app.refresh_token(&self.other, refresh);
        assert_eq!((foreign.status, &foreign.json()["error"]), (400, &json!("invalid_grant")));
        let next = self.app.refresh_token(&self.client, refresh);
        assert_eq!(next.status, 200, "{}", next.text());
        let (old, new) = (claims(tokens["id_token"].as_str().unwrap()), next.json());
        let new = claims(new["id_token"].as_str().unwrap());
        for same in ["iss", "sub", "aud", "auth_time"] {
            assert_eq!(old[same], new[same], "{same}");
        }
    }
}

fn b64(text: &str) -> String {
    latchkey::base::secret::b64(text.as_bytes())
}

fn run(kinds: &[ResponseType], mode: Option<&str>) {
    let app = server();
    for kind in kinds {
        for dynamic in [false, true] {
            Plan::new(&app, *kind, mode, dynamic).run();
        }
    }
}

#[test]
fn b11_the_basic_plan() {
    run(&[ResponseType::Code], None);
    // What the plan asks of `client_secret_post`.
    let app = server();
    let post = app.client("post", |m| {
        crate::response_types::legacy(m);
        m.token_endpoint_auth_method = AuthMethod::ClientSecretPost;
    });
    let answer =
        app.sign_in(&mut app.visitor(), &app.authorize_path(&post.id, &[("scope", "openid")]), "ada");
    let code = answer.param("code").unwrap();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let wrong = app.call("POST", "/oauth2/token").basic(&post.id, &post.secret).form(&pairs).send();
    assert_eq!((wrong.status, &wrong.json()["error"]), (401, &json!("invalid_client")));
    let mut all = pairs.to_vec();
    all.extend([("client_id", post.id.as_str()), ("client_secret", &post.secret)]);
    assert_eq!(app.call("POST", "/oauth2/token").form(&all).send().status, 200);
}

#[test]
fn b47_the_implicit_plan() {
    run(&[ResponseType::IdToken, ResponseType::IdTokenToken], None);
}

#[test]
fn b50_the_hybrid_plan() {
    run(&[ResponseType::CodeIdToken, ResponseType::CodeToken, ResponseType::CodeIdTokenToken], None);
}

#[test]
fn b52_the_form_post_plans() {
    run(&ResponseType::ALL, Some("form_post"));
}
