//! RP-Initiated Logout (OpenID Connect RP-Initiated Logout 1.0).

use crate::harness::app::{TestApp, TestClient, claims};
use crate::harness::http::{Answer, Visitor, form};
use serde_json::Value;

const AFTER: &str = "https://rp.example.com/signed-out";

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// A person signed in at a client, in one browser.
struct SignedIn {
    app: TestApp,
    client: TestClient,
    visitor: Visitor,
    tokens: Value,
}

impl SignedIn {
    fn new() -> Self {
        let app = TestApp::start();
        app.user("ada");
        app.user("bob");
        let client = app.client("web", |m| m.post_logout_redirect_uris = vec![AFTER.to_owned()]);
        let mut visitor = app.visitor();
        let tokens = Self::tokens_of(&app, &client, &mut visitor, "ada");
        Self { app, client, visitor, tokens }
    }

    fn tokens_of(app: &TestApp, client: &TestClient, visitor: &mut Visitor, username: &str) -> Value {
        let path = app.authorize_path(&client.id, &[("scope", "openid email")]);
        let code = app.sign_in(visitor, &path, username).param("code").expect("a code");
        app.redeem(client, &code).json()
    }

    fn sign_in_again(&mut self) {
        self.visitor = self.app.visitor();
        self.tokens = Self::tokens_of(&self.app, &self.client, &mut self.visitor, "ada");
    }

    fn hint(&self) -> String {
        text(&self.tokens, "id_token").to_owned()
    }

    fn logout(&mut self, pairs: &[(&str, &str)]) -> Answer {
        let target = format!("/oauth2/logout?{}", form(pairs));
        self.visitor.get(&target)
    }

    /// Whether the session goes on: silent sign-in works and the tokens do.
    fn is_in(&mut self) -> bool {
        let silent =
            self.app.authorize_path(&self.client.id, &[("scope", "openid email"), ("prompt", "none")]);
        let answer = self.visitor.get(&silent);
        let signed_in = answer.param("code").is_some();
        if !signed_in {
            assert_eq!(answer.param("error").as_deref(), Some("login_required"));
        }
        assert_eq!(self.app.userinfo(text(&self.tokens, "access_token")).status == 200, signed_in);
        signed_in
    }

    fn assert_question(&mut self, answer: &Answer) {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(
            answer.header("location").is_none() && answer.text().contains("value=\"logout\""),
            "{}",
            answer.text()
        );
        assert!(self.is_in(), "nothing was ended before");
    }
}

#[test]
fn sec_m1_m5_b63_a_valid_hint_ends_the_session_and_returns() {
    for post in [false, true] {
        let mut on = SignedIn::new();
        let state = "st ~!@#$%^&*()ä";
        let hint = on.hint();
        // An old hint is as good (RPI §2): ID tokens live 10 minutes.
        on.app.advance(3_600);
        let refresh = text(&on.tokens, "refresh_token").to_owned();
        let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", AFTER), ("state", state)];
        let answer = if post {
            let call = on.visitor.call("POST", "/oauth2/logout").form(&pairs);
            on.visitor.send(call)
        } else {
            on.logout(&pairs)
        };
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(answer.location().split('?').next(), Some(AFTER));
        assert_eq!(answer.param("state").as_deref(), Some(state));
        assert_eq!(answer.location().matches('=').count(), 1, "only the state: {}", answer.location());
        assert_eq!(answer.header("clear-site-data"), Some("\"cache\", \"storage\""));
        assert!(
            answer.all("set-cookie").iter().any(|cookie| cookie.contains("Max-Age=0")),
            "the cookie is cleared"
        );
        let refused = on.app.refresh_token(&on.client, &refresh);
        on.app.assert_json(&refused, 400, "invalid_grant", "LK-1240");
        assert!(!on.is_in());
    }
}

#[test]
fn sec_m1_a_kept_cookie_opens_nothing_after_logout() {
    let mut on = SignedIn::new();
    let kept = on.visitor.clone();
    let hint = on.hint();
    assert_eq!(on.logout(&[("id_token_hint", &hint)]).status, 200);
    on.visitor = kept;
    assert!(!on.is_in(), "the session is over in the store");
}

#[test]
fn sec_m1_without_state_none_is_returned() {
    let mut on = SignedIn::new();
    let hint = on.hint();
    let answer = on.logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", AFTER)]);
    assert_eq!((answer.status, answer.location()), (303, AFTER));
}

#[test]
fn sec_m2_b64_without_a_hint_of_this_very_session_the_person_is_asked() {
    let mut on = SignedIn::new();
    let (app, client) = (&on.app, &on.client);
    let other = text(&SignedIn::tokens_of(app, client, &mut app.visitor(), "bob"), "id_token").to_owned();
    let elsewhere = text(&SignedIn::tokens_of(app, client, &mut app.visitor(), "ada"), "id_token").to_owned();
    let hint = on.hint();
    let (head, rest) = hint.split_once('.').unwrap();
    let unsigned = format!(
        "{}.{}.",
        latchkey::base::secret::b64(br#"{"alg":"none","typ":"JWT"}"#),
        rest.split('.').next().unwrap()
    );
    let (body, signature) = rest.split_once('.').unwrap();
    let broken = format!("{head}.{body}.{}", signature.chars().rev().collect::<String>());
    let access = text(&on.tokens, "access_token").to_owned();
    for bad in [other.as_str(), &elsewhere, &unsigned, &broken, &access, "x", ""] {
        let pairs = [("id_token_hint", bad), ("post_logout_redirect_uri", AFTER), ("state", "s")];
        let answer = on.logout(&pairs);
        on.assert_question(&answer);
    }
    for pairs in [
        &[][..],
        &[("state", "s")],
        &[("client_id", "web")],
        &[("client_id", "web"), ("post_logout_redirect_uri", AFTER)],
    ] {
        let answer = on.logout(pairs);
        on.assert_question(&answer);
    }
    let mismatch = on.logout(&[("id_token_hint", &hint), ("client_id", "somebody-else")]);
    on.assert_question(&mismatch);
}

#[test]
fn sec_m2_the_question_is_answered_by_a_guarded_form() {
    let mut on = SignedIn::new();
    let question = on.logout(&[("client_id", "web"), ("post_logout_redirect_uri", AFTER), ("state", "s t")]);
    let csrf = question.input("csrf").unwrap();
    let ix = question.input("ix").unwrap();
    // From another site, without the token, or about another request: nothing.
    let foreign = on
        .visitor
        .post_call("/logout", &[("csrf", &csrf), ("ix", &ix), ("decision", "logout")])
        .header("Sec-Fetch-Site", "cross-site")
        .header("Origin", "https://evil.example");
    assert_eq!(on.visitor.send(foreign).status, 403);
    assert_eq!(on.visitor.post("/logout", &[("ix", &ix), ("decision", "logout")]).status, 403);
    let planted =
        latchkey::base::secret::b64(b"client_id=web&post_logout_redirect_uri=https%3A%2F%2Fevil.example");
    assert_eq!(
        on.visitor.post("/logout", &[("csrf", &csrf), ("ix", &planted), ("decision", "logout")]).status,
        403
    );
    let stayed = on.visitor.post("/logout", &[("csrf", &csrf), ("ix", &ix), ("decision", "stay")]);
    assert!(stayed.location().starts_with('/'), "{}", stayed.location());
    assert!(on.is_in());
    let done = on.visitor.post("/logout", &[("csrf", &csrf), ("ix", &ix), ("decision", "logout")]);
    assert_eq!((done.status, done.location()), (303, "https://rp.example.com/signed-out?state=s+t"));
    assert!(done.header("clear-site-data").is_some());
    assert!(!on.is_in());
}

#[test]
fn sec_m3_an_unregistered_address_is_never_visited() {
    let mut on = SignedIn::new();
    for uri in [
        "https://evil.example/",
        "https://rp.example.com/signed-out/",
        "https://rp.example.com/signed-out?x=1",
        "https://rp.example.com/signed-out#x",
        "https://RP.example.com/signed-out",
        "https://rp.example.com:443/signed-out",
        "https://rp.example.com/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/",
    ] {
        on.sign_in_again();
        let hint = on.hint();
        let answer =
            on.logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", uri), ("state", "s")]);
        assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
        assert!(answer.header("location").is_none() && answer.text().contains("signed out"), "{uri}");
        assert!(!answer.text().contains("evil.example") && !answer.text().contains("javascript:"), "{uri}");
        assert!(!on.is_in(), "the session is over all the same");
    }
}

#[test]
fn sec_m3_b64_nobody_signed_in_gets_the_page_or_the_registered_address() {
    let on = SignedIn::new();
    let mut stranger = on.app.visitor();
    for pairs in [
        &[][..],
        &[("state", "s")],
        &[("post_logout_redirect_uri", AFTER)],
        &[("client_id", "nobody"), ("post_logout_redirect_uri", AFTER)],
    ] {
        let answer = stranger.get(&format!("/oauth2/logout?{}", form(pairs)));
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.header("location").is_none() && answer.text().contains("signed out"));
    }
    let known = stranger.get(&format!(
        "/oauth2/logout?{}",
        form(&[("client_id", "web"), ("post_logout_redirect_uri", AFTER)])
    ));
    assert_eq!((known.status, known.location()), (303, AFTER), "a confirmed client's own address");
    let twice = stranger.get("/oauth2/logout?client_id=web&client_id=other");
    assert_eq!(twice.status, 400);
    assert_eq!(on.app.userinfo(text(&on.tokens, "access_token")).status, 200, "ada is still in");
}

#[test]
fn sec_m1_a_hint_made_for_another_client_does_not_name_this_one() {
    let mut on = SignedIn::new();
    let other = on
        .app
        .client("other", |m| m.post_logout_redirect_uris = vec!["https://other.example.com/out".to_owned()]);
    let hint = on.hint();
    assert_eq!(text(&claims(&hint), "aud"), "web");
    // The other client's address with this client's hint: signed out, but not sent there.
    let answer =
        on.logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://other.example.com/out")]);
    assert_eq!(answer.status, 200);
    assert!(answer.header("location").is_none());
    drop(other);
}
