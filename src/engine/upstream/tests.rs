//! The relying party against a provider on a real socket, whose answers a test can spoil.

use super::{Answer, Exchange, Registration, RelyingParty, Started, Tokens, UpstreamError, Wire, Wish};
use crate::base::clock::{Clock, Seconds};
use crate::base::rng::Rng;
use crate::base::secret::{Secret, b64, sha256_b64};
use crate::engine::outbound::{Allowance, Limits, Outbound};
use crate::protocol::params::Params;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::Duration;

const ISSUER: &str = "http://localhost:1";
const BACK: &str = "http://app.example/cb";
static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("a key"));
static OTHER_KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("a key"));

/// What the provider answers now.
struct Provider {
    metadata: Value,
    kid: &'static str,
    token: Value,
    userinfo: (u16, Value),
    key: &'static LazyLock<KeyPair>,
}

struct Stand {
    provider: Arc<Mutex<Provider>>,
    outbound: Outbound,
    clock: Clock,
    /// When the person signed in, seconds: one moment, however often it is told.
    auth_time: Seconds,
    rng: Rng,
    runtime: tokio::runtime::Runtime,
}

impl Stand {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let addr = listener.local_addr().expect("an address");
        let url = |path: &str| format!("{ISSUER}{path}");
        let metadata = json!({
            "issuer": ISSUER, "authorization_endpoint": url("/authorize"), "token_endpoint": url("/token"),
            "jwks_uri": url("/jwks"), "userinfo_endpoint": url("/userinfo"), "revocation_endpoint": url("/revoke"),
            "introspection_endpoint": url("/introspect"), "end_session_endpoint": url("/logout"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": true,
        });
        let userinfo = (200, json!({ "sub": "ada", "name": "Ada" }));
        let provider = Provider { metadata, kid: "one", token: Value::Null, userinfo, key: &KEY };
        let provider = Arc::new(Mutex::new(provider));
        let served = provider.clone();
        thread::spawn(move || {
            // A client may open a connection to spare and never use it: none waits for another.
            listener.incoming().flatten().for_each(|stream| {
                let served = served.clone();
                thread::spawn(move || serve(stream, &served));
            });
        });
        let allowance = Allowance::SelfLoopback { origin: ISSUER.to_owned(), listener: addr };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let minute = Duration::from_secs(60);
        let limits = Limits { connect: minute, total: minute };
        let outbound = Outbound::limited(allowance, limits, &[]).expect("a client");
        let clock = Clock::turnable();
        let auth_time = clock.now() - 5;
        Self { provider, outbound, clock, auth_time, rng: Rng::seeded(7), runtime }
    }

    fn change(&self, change: impl FnOnce(&mut Provider)) {
        change(&mut self.provider.lock().expect("no poison"));
    }

    /// Runs a call on a line that keeps what is said.
    fn run<T>(&self, call: impl AsyncFnOnce(&Wire<'_>) -> T) -> (T, Vec<Exchange>) {
        let wire = Wire::keeping(&self.outbound);
        let outcome = self.runtime.block_on(async {
            tokio::time::timeout(Duration::from_secs(60), call(&wire)).await.expect("in a minute")
        });
        (outcome, wire.take())
    }

    fn discover(&self) -> Result<RelyingParty, UpstreamError> {
        let secret = Some(Secret::new("s3cr+t"));
        let registration =
            Registration { client_id: "app".to_owned(), secret, redirect_uri: BACK.to_owned() };
        self.run(async |wire| RelyingParty::discover(ISSUER, registration, self.clock.clone(), wire).await).0
    }

    fn claims(&self, started: &Started, change: &Value) -> Value {
        let now = self.clock.now();
        let nonce = param(&started.url, "nonce");
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"at");
        let mut claims = json!({
            "iss": ISSUER, "aud": "app", "sub": "ada", "exp": now + 300, "iat": now, "auth_time": self.auth_time,
            "nonce": nonce, "at_hash": b64(&hash.as_ref()[..16]),
        });
        for (name, value) in change.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().expect("claims").retain(|_, value| !value.is_null());
        claims
    }

    /// The provider answers with these tokens next.
    fn give(&self, claims: &Value) {
        self.change(|provider| {
            let header = json!({ "alg": "RS256", "kid": provider.kid, "typ": "JWT" });
            let id_token = signed(provider.key, &header, claims);
            provider.token = json!({
                "access_token": "at", "token_type": "Bearer", "expires_in": 900, "refresh_token": "rt1",
                "id_token": id_token, "scope": "openid email",
            });
        });
    }

    fn redeem(
        &self,
        party: &RelyingParty,
        started: &Started,
    ) -> (Result<Tokens, UpstreamError>, Vec<Exchange>) {
        self.run(async |wire| party.redeem(wire, started, &Secret::new("the code")).await)
    }

    /// A finished sign-in.
    fn signed_in(&self) -> (RelyingParty, Started, Tokens) {
        let party = self.discover().ok().expect("metadata");
        let started = party.begin(&self.rng, &Wish::default());
        self.give(&self.claims(&started, &json!({})));
        let tokens = self.redeem(&party, &started).0.ok().expect("tokens");
        (party, started, tokens)
    }
}

fn serve(mut stream: std::net::TcpStream, provider: &Mutex<Provider>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let (mut line, mut length) = (String::new(), 0);
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if header.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).expect("a body");
    let provider = provider.lock().expect("no poison");
    let (status, body) = match line.split(' ').nth(1).expect("a path") {
        "/.well-known/openid-configuration" => (200, provider.metadata.clone()),
        "/jwks" => (200, json!({ "keys": [jwk(provider.key, provider.kid)] })),
        "/token" if provider.token.get("error").is_some() => (400, provider.token.clone()),
        "/token" => (200, provider.token.clone()),
        "/userinfo" => provider.userinfo.clone(),
        "/introspect" => (200, json!({ "active": true, "scope": "openid" })),
        "/revoke" => (200, Value::Null),
        path => panic!("{path}"),
    };
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = "Content-Type: application/json\r\nConnection: close";
    let answer = format!("HTTP/1.1 {status} X\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).expect("sent");
}

fn jwk(key: &KeyPair, kid: &str) -> Value {
    let (n, e) = (key.public_key().modulus(), key.public_key().exponent());
    let text = |part: &[u8]| b64(part);
    json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
        "n": text(n.big_endian_without_leading_zero()), "e": text(e.big_endian_without_leading_zero()),
    })
}

fn signed(key: &KeyPair, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", b64(header.to_string().as_bytes()), b64(claims.to_string().as_bytes()));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("signed");
    format!("{message}.{}", b64(&signature))
}

fn param(url: &str, name: &str) -> String {
    let url = url::Url::parse(url).expect("a URL");
    url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn unverified<T>(outcome: Result<T, UpstreamError>) -> bool {
    matches!(outcome, Err(UpstreamError::Unverified(_)))
}

#[test]
fn a_request_carries_pkce_state_and_nonce() {
    let stand = Stand::new();
    let party = stand.discover().ok().expect("metadata");
    let scopes = vec!["openid".to_owned(), "email".to_owned()];
    let wish = Wish { scopes, extra: vec![("prompt", "login".to_owned())] };
    let (first, second) = (party.begin(&stand.rng, &wish), party.begin(&stand.rng, &wish));
    let shown = |name: &str| param(&first.url, name);
    assert!(first.url.starts_with("http://localhost:1/authorize?"), "{}", first.url);
    assert_eq!(
        ["response_type", "client_id", "redirect_uri", "scope", "prompt"].map(shown),
        ["code", "app", BACK, "openid email", "login"]
    );
    assert_eq!(shown("code_challenge_method"), "S256");
    assert_eq!(shown("code_challenge"), sha256_b64(first.verifier.reveal().as_bytes()));
    for name in ["state", "nonce", "code_challenge"] {
        assert!(shown(name).len() >= 43 && shown(name) != param(&second.url, name), "{name}");
    }
}

#[test]
fn metadata_of_another_issuer_are_refused() {
    let stand = Stand::new();
    stand.change(|provider| provider.metadata["issuer"] = json!("http://localhost:1/"));
    assert!(unverified(stand.discover().map(|_| ())));
}

#[test]
fn an_answer_counts_only_with_its_state_and_issuer() {
    let stand = Stand::new();
    let party = stand.discover().ok().expect("metadata");
    let started = party.begin(&stand.rng, &Wish::default());
    let state = param(&started.url, "state");
    let read = |text: String| Answer::read(&Params::parse(text.as_bytes()).expect("parameters"));
    let accept = |text: String| party.accept(&started, &read(text).expect("an answer"));
    let right = format!("code=c&state={state}&iss={ISSUER}");
    assert_eq!(accept(right.clone()).ok().expect("the code").reveal(), "c");
    for wrong in [
        format!("code=c&iss={ISSUER}"),
        format!("code=c&state=x&iss={ISSUER}"),
        format!("code=c&state={state}"),
        format!("code=c&state={state}&iss=http://evil.example"),
        format!("error=access_denied&state={state}&iss=http://evil.example"),
    ] {
        assert!(unverified(accept(wrong.clone())), "{wrong}");
    }
    let refused = accept(format!("error=access_denied&error_description=no&state={state}&iss={ISSUER}"));
    let expected =
        UpstreamError::Refused { error: "access_denied".to_owned(), description: Some("no".to_owned()) };
    assert_eq!(refused.err(), Some(expected));
    assert!(matches!(read(format!("{right}&state=y")), Err(UpstreamError::Malformed(_))));
}

#[test]
fn a_code_is_exchanged_with_secret_and_verifier() {
    let stand = Stand::new();
    let party = stand.discover().ok().expect("metadata");
    let started = party.begin(&stand.rng, &Wish::default());
    stand.give(&stand.claims(&started, &json!({})));
    let (tokens, said) = stand.redeem(&party, &started);
    let tokens = tokens.ok().expect("tokens");
    assert_eq!((tokens.access_token.reveal(), tokens.id_token.subject.as_str()), ("at", "ada"));
    assert!(tokens.id_token.names_access_token);
    assert_eq!(tokens.scope, Some(vec!["openid".to_owned(), "email".to_owned()]));
    let [exchange] = said.as_slice() else { panic!("{} exchanges", said.len()) };
    let body = Params::parse(exchange.request_body.as_bytes()).expect("a form");
    assert_eq!(body.get("grant_type"), Some("authorization_code"));
    assert_eq!(body.get("code_verifier"), Some(started.verifier.reveal()));
    assert_eq!((body.get("redirect_uri"), body.get("client_secret")), (Some(BACK), None));
    // RFC 6749 §2.3.1: form-encoded, then base64: "app:s3cr%2Bt".
    let basic = ("authorization".to_owned(), "Basic YXBwOnMzY3IlMkJ0".to_owned());
    assert!(exchange.request_headers.contains(&basic));
}

#[test]
fn an_id_token_with_anything_wrong_is_refused() {
    let stand = Stand::new();
    let party = stand.discover().ok().expect("metadata");
    let started = party.begin(&stand.rng, &Wish::default());
    let now = stand.clock.now();
    for wrong in [
        json!({ "iss": "http://evil.example" }),
        json!({ "aud": "other" }),
        json!({ "aud": ["app", "other"] }),
        json!({ "exp": now - 1 }),
        json!({ "nonce": "other" }),
        json!({ "nonce": null }),
        json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
    ] {
        stand.give(&stand.claims(&started, &wrong));
        assert!(unverified(stand.redeem(&party, &started).0.map(|_| ())), "{wrong}");
    }
    stand.change(|provider| provider.key = &OTHER_KEY);
    stand.give(&stand.claims(&started, &json!({})));
    assert!(unverified(stand.redeem(&party, &started).0.map(|_| ())), "signed by another key");
    stand.change(|provider| provider.token["id_token"] = Value::Null);
    assert!(unverified(stand.redeem(&party, &started).0.map(|_| ())), "no ID token");
    stand.change(|provider| {
        provider.token = json!({ "error": "invalid_grant", "error_description": "LK-1230" });
    });
    let refused =
        UpstreamError::Refused { error: "invalid_grant".to_owned(), description: Some("LK-1230".to_owned()) };
    assert_eq!(stand.redeem(&party, &started).0.err(), Some(refused));
}

#[test]
fn times_are_told_by_the_one_clock() {
    let stand = Stand::new();
    let party = stand.discover().ok().expect("metadata");
    let started = party.begin(&stand.rng, &Wish::default());
    let claims = stand.claims(&started, &json!({}));
    stand.give(&claims);
    stand.clock.advance(200);
    assert!(stand.redeem(&party, &started).0.is_ok());
    stand.clock.advance(100);
    assert!(unverified(stand.redeem(&party, &started).0.map(|_| ())));
}

#[test]
fn keys_are_read_again_once_when_a_key_is_new() {
    let stand = Stand::new();
    let party = stand.discover().ok().expect("metadata");
    let started = party.begin(&stand.rng, &Wish::default());
    stand.change(|provider| (provider.kid, provider.key) = ("two", &OTHER_KEY));
    stand.give(&stand.claims(&started, &json!({})));
    let (tokens, said) = stand.redeem(&party, &started);
    assert!(tokens.is_ok());
    assert_eq!(
        said.iter().map(|exchange| exchange.url.as_str()).collect::<Vec<_>>(),
        ["http://localhost:1/token", "http://localhost:1/jwks"]
    );
    stand.change(|provider| provider.kid = "three");
    stand.give(&stand.claims(&started, &json!({})));
    stand.change(|provider| provider.kid = "two");
    let (tokens, said) = stand.redeem(&party, &started);
    assert!(unverified(tokens.map(|_| ())));
    assert_eq!(said.len(), 2);
}

#[test]
fn a_refresh_is_about_the_same_person() {
    let stand = Stand::new();
    let (party, started, tokens) = stand.signed_in();
    let refresh = || stand.run(async |wire| party.refresh(wire, &tokens).await).0;
    for (change, right) in [
        (json!({}), true),
        (json!({ "nonce": null }), true),
        (json!({ "nonce": "other" }), false),
        (json!({ "sub": "bob" }), false),
        (json!({ "auth_time": 1 }), false),
        (json!({ "aud": "other" }), false),
    ] {
        stand.give(&stand.claims(&started, &change));
        let outcome = refresh();
        assert_eq!(outcome.is_ok(), right, "{change}: {:?}", outcome.as_ref().err());
        assert_eq!(unverified(outcome.map(|_| ())), !right, "{change}");
    }
    stand.change(|provider| provider.token = json!({ "access_token": "new", "token_type": "Bearer" }));
    let kept = refresh().ok().expect("tokens");
    assert_eq!(kept.access_token.reveal(), "new");
    assert_eq!(kept.refresh_token.map(|token| token.reveal().to_owned()).as_deref(), Some("rt1"));
    assert_eq!(kept.id_token.subject, "ada");
}

#[test]
fn userinfo_of_another_person_is_refused() {
    let stand = Stand::new();
    let (party, _, tokens) = stand.signed_in();
    let ask = || stand.run(async |wire| party.userinfo(wire, &tokens).await).0;
    assert_eq!(ask().ok().map(|claims| claims["name"].clone()), Some(json!("Ada")));
    stand.change(|provider| provider.userinfo.1["sub"] = json!("bob"));
    assert!(unverified(ask()));
    let error = json!({ "error": "invalid_token", "error_description": "LK-1302" });
    stand.change(|provider| provider.userinfo = (401, error));
    let refused =
        UpstreamError::Refused { error: "invalid_token".to_owned(), description: Some("LK-1302".to_owned()) };
    assert_eq!(ask().err(), Some(refused));
}

#[test]
fn introspection_revocation_and_logout() {
    let stand = Stand::new();
    let (party, _, tokens) = stand.signed_in();
    let (said, _) = stand.run(async |wire| party.introspect(wire, &tokens).await);
    assert_eq!(said.ok().map(|said| said["active"].clone()), Some(json!(true)));
    let (done, said) = stand.run(async |wire| party.revoke(wire, &tokens).await);
    assert!(done.is_ok());
    let [exchange] = said.as_slice() else { panic!("{} exchanges", said.len()) };
    assert_eq!(exchange.url, "http://localhost:1/revoke");
    assert_eq!(exchange.request_body, "token=rt1&token_type_hint=refresh_token");
    let (url, state) = party.logout(&stand.rng, &tokens, "http://app.example/bye").ok().expect("a URL");
    assert!(url.starts_with("http://localhost:1/logout?"), "{url}");
    assert_eq!(param(&url, "id_token_hint"), tokens.id_token.raw.reveal());
    assert_eq!(param(&url, "post_logout_redirect_uri"), "http://app.example/bye");
    assert_eq!((param(&url, "client_id"), param(&url, "state")), ("app".to_owned(), state));
}

#[test]
fn a_line_keeps_only_when_asked() {
    let stand = Stand::new();
    let wire = Wire::new(&stand.outbound);
    let registration =
        Registration { client_id: "app".to_owned(), secret: None, redirect_uri: BACK.to_owned() };
    let found =
        stand.runtime.block_on(RelyingParty::discover(ISSUER, registration, stand.clock.clone(), &wire));
    assert!(found.is_ok() && wire.take().is_empty());
}
