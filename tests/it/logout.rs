//! RP-Initiated Logout (OpenID Connect RP-Initiated Logout 1.0).

use crate::harness::app::{TestApp, TestClient, claims};
use crate::harness::http::{Answer, Visitor, form};
use latchkey::protocol::alg::SigningAlg;
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

#[test]
fn b62_a_hint_that_this_server_did_not_sign_is_no_hint() {
    let mut on = SignedIn::new();
    let hint = on.hint();
    let (head, said) = (crate::harness::app::header(&hint), claims(&hint));
    let with = |member: &str, value: Value| {
        let mut head = head.clone();
        head[member] = value;
        head
    };
    let message = |head: &Value, said: &Value| {
        let part = |value: &Value| latchkey::base::secret::b64(value.to_string().as_bytes());
        format!("{}.{}", part(head), part(said))
    };
    let hmac = |message: &str, secret: &str| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
        let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
        format!("{message}.{}", latchkey::base::secret::b64(tag.as_ref()))
    };
    let pair = aws_lc_rs::signature::RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let rsa = |message: &str| {
        let mut signature = vec![0; pair.public_modulus_len()];
        let (scheme, rng) = (&aws_lc_rs::signature::RSA_PKCS1_SHA256, aws_lc_rs::rand::SystemRandom::new());
        pair.sign(scheme, &rng, message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", latchkey::base::secret::b64(&signature))
    };
    let unsigned = with("alg", "none".into());
    let secret = on.client.secret.clone();
    let mut other_issuer = said.clone();
    other_issuer["iss"] = "https://other.example".into();
    let now = on.app.clock.now();
    let ours =
        |purpose, said: &Value| on.app.engine.keys.sign(purpose, SigningAlg::Rs256, said, now).ok().unwrap();
    let bad = [
        ("alg none", format!("{}.", message(&unsigned, &said))),
        ("alg none, with a signature", rsa(&message(&unsigned, &said))),
        ("the client's secret", hmac(&message(&with("alg", "HS256".into()), &said), &secret)),
        ("the client's secret under our name", hmac(&message(&head, &said), &secret)),
        ("another key under our name", rsa(&message(&head, &said))),
        ("a key without a name", rsa(&message(&with("kid", "theirs".into()), &said))),
        ("another issuer", ours(latchkey::engine::keys::TokenType::Id, &other_issuer)),
        ("another kind of token", ours(latchkey::engine::keys::TokenType::Logout, &said)),
    ];
    for (what, bad) in &bad {
        let answer = on.logout(&[("id_token_hint", bad), ("post_logout_redirect_uri", AFTER)]);
        assert!(answer.text().contains("value=\"logout\"") && answer.header("location").is_none(), "{what}");
        on.assert_question(&answer);
    }
    let good = on.logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", AFTER)]);
    assert_eq!((good.status, good.location()), (303, AFTER), "what this server did sign is one");
}

#[test]
fn b62_b63_the_named_client_must_be_that_of_the_hint_and_other_parameters_do_not_matter() {
    let mut on = SignedIn::new();
    on.app.client("other", |m| m.post_logout_redirect_uris = vec![AFTER.to_owned()]);
    let hint = on.hint();
    let pairs =
        [("id_token_hint", hint.as_str()), ("client_id", "other"), ("post_logout_redirect_uri", AFTER)];
    let mismatch = on.logout(&pairs);
    on.assert_question(&mismatch);
    // Confirmed, it still leads nowhere: the hint and the name contradict each other (RPI §2).
    let field = |name: &str| mismatch.input(name).unwrap();
    let form = [("csrf", field("csrf")), ("ix", field("ix")), ("decision", "logout".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let done = on.visitor.post("/logout", &form);
    assert_eq!((done.status, done.header("location")), (200, None), "{}", done.text());
    on.sign_in_again();
    let hint = on.hint();
    let answer = on.logout(&[
        ("id_token_hint", &hint),
        ("client_id", "web"),
        ("logout_hint", "ada"),
        ("ui_locales", "fr-CA fr en"),
        ("unknown", "x"),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ]);
    assert_eq!((answer.status, answer.location()), (303, "https://rp.example.com/signed-out?state=s"));
    assert!(!on.is_in());
}

/// A form of the app's own site comes without our cookies (SameSite=Lax): they come with the GET that
/// follows, and the session ends all the same.
#[test]
fn b62_a_form_post_from_the_apps_own_site_ends_the_session() {
    let mut on = SignedIn::new();
    let hint = on.hint();
    let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", AFTER), ("state", "s t&x")];
    let cross = on.app.call("POST", "/oauth2/logout").header("Sec-Fetch-Site", "cross-site").form(&pairs);
    let answer = cross.send();
    assert_eq!(answer.status, 303, "{}", answer.text());
    let next = answer.location().to_owned();
    assert!(next.starts_with("/oauth2/logout?") && answer.all("set-cookie").is_empty(), "{next}");
    let done = on.visitor.get(&next);
    assert_eq!((done.status, done.param("state").as_deref()), (303, Some("s t&x")));
    assert!(!on.is_in());
    // Nobody at all: it ends at the same place, and no loop comes of it. A program is answered at once.
    let mut stranger = on.app.visitor();
    let post = |stranger: &Visitor| stranger.call("POST", "/oauth2/logout").form(&[("unknown", "x")]);
    let call = post(&stranger).header("Sec-Fetch-Site", "cross-site");
    let first = stranger.send(call);
    assert_eq!(first.location(), "/oauth2/logout");
    assert_eq!(stranger.follow(first).status, 200);
    assert_eq!(on.app.visitor().send(post(&stranger)).status, 200);
    // What does not fit into an address is sent once more by a form of ours.
    let long = "x".repeat(9_000);
    let call = on.app.call("POST", "/oauth2/logout").form(&[("id_token_hint", &long), ("state", "\"><x")]);
    let page = call.header("Sec-Fetch-Site", "cross-site").send();
    assert_eq!((page.status, page.input("id_token_hint").as_deref()), (200, Some(&*long)));
    assert!(page.text().contains("name=\"state\" value=\"&#34;&#62;&#60;x\""), "{}", page.text());
    assert!(page.text().contains("action=\"/oauth2/logout\"") && page.all("set-cookie").is_empty());
    let twice = on.app.call("POST", "/oauth2/logout").body(b"state=a&state=b");
    let twice = twice.header("Content-Type", "application/x-www-form-urlencoded").send();
    assert_eq!(twice.status, 400);
}

#[test]
fn sec_m1_of_several_people_in_a_browser_the_hint_ends_the_one_it_names() {
    let mut on = SignedIn::new();
    let hint = on.hint();
    let page = on.visitor.get("/login?switch=1");
    let field = |name: &str| page.input(name).unwrap_or_else(|| panic!("no {name}: {}", page.text()));
    let pairs = [("csrf", field("csrf")), ("switch", "1".to_owned()), ("username", "bob".to_owned())];
    let mut pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
    pairs.push(("password", crate::harness::app::PASSWORD));
    assert_eq!(on.visitor.post("/login", &pairs).status, 303);
    assert_eq!(on.app.userinfo(text(&on.tokens, "access_token")).status, 200, "ada stays beside bob");
    let answer = on.logout(&[("id_token_hint", &hint), ("post_logout_redirect_uri", AFTER)]);
    assert_eq!((answer.status, answer.location()), (303, AFTER));
    assert_eq!(on.app.userinfo(text(&on.tokens, "access_token")).status, 401, "ada is signed out");
    let account = on.visitor.get("/account");
    assert!(account.status == 200 && account.text().contains("bob"), "bob is not: {}", account.text());
    let again = on.logout(&[("id_token_hint", &hint)]);
    assert!(again.text().contains("value=\"logout\""), "and is asked before his session ends");
}

#[test]
fn sec_m5_what_was_not_to_outlive_the_session_ends_with_it_and_only_that() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let mut visitor = app.visitor();
    let mut refresh = |scope: &str| {
        let path = app.authorize_path(&client.id, &[("scope", scope), ("prompt", "consent")]);
        let code = app.sign_in(&mut visitor, &path, "ada").param("code").expect("a code");
        let tokens = app.redeem(&client, &code).json();
        (text(&tokens, "refresh_token").to_owned(), tokens)
    };
    let (online, _) = refresh("openid email");
    let (offline, tokens) = refresh("openid offline_access");
    let hint = text(&tokens, "id_token").to_owned();
    let answer = visitor.get(&format!("/oauth2/logout?{}", form(&[("id_token_hint", &hint)])));
    assert_eq!(answer.header("clear-site-data"), Some("\"cache\", \"storage\""));
    app.assert_json(&app.refresh_token(&client, &online), 400, "invalid_grant", "LK-1240");
    assert_eq!(app.refresh_token(&client, &offline).status, 200);
    let mut visitor = app.visitor();
    app.sign_in(&mut visitor, &app.authorize_path(&client.id, &[("scope", "openid")]), "ada");
    let page = visitor.get("/account");
    let (csrf, html) = (page.input("csrf").unwrap(), page.text());
    let own = html.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let over = visitor.post("/account/sessions", &[("csrf", &csrf), ("session", own)]);
    assert_eq!(over.header("clear-site-data"), Some("\"cache\", \"storage\""), "{}", over.text());
    // Everywhere means everything.
    let mut visitor = app.visitor();
    app.sign_in(&mut visitor, &app.authorize_path(&client.id, &[("scope", "openid")]), "ada");
    let csrf = visitor.get("/account").input("csrf").unwrap();
    let over = visitor.post("/account/sessions", &[("csrf", &csrf), ("session", "all")]);
    assert_eq!(over.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert_eq!(app.refresh_token(&client, &offline).status, 400);
}
