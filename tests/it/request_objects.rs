//! Request objects (OIDC Core §6, RFC 9101; behaviours 43 to 46, security rows J4, J5, K2 to K4).

use crate::harness::app::{CALLBACK, CHALLENGE, TestApp, TestClient, VERIFIER, claims};
use crate::harness::child::PATIENCE;
use crate::harness::http::{Answer, form};
use crate::harness::jose::{RpKey, hs256, jwks, unsigned};
use crate::harness::site::Site;
use latchkey::domain::client::Metadata;
use latchkey::protocol::alg::SigningAlg;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SECOND: &str = "https://rp.example.com/second";
const AMPLE: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_secs(1);

/// What an object asks for, and says of itself.
fn object(app: &TestApp, client_id: &str) -> Value {
    let now = app.clock.now();
    json!({
        "iss": client_id, "aud": app.issuer, "iat": now, "nbf": now, "exp": now + 300, "jti": "j",
        "client_id": client_id, "response_type": "code", "redirect_uri": SECOND, "scope": "email openid",
        "state": "inner-state", "nonce": "inner-nonce", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256", "max_age": 3600,
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

/// An app with two redirect URIs.
fn app_with(app: &TestApp, id: &str, change: impl FnOnce(&mut Metadata)) -> TestClient {
    app.client(id, |m| {
        m.redirect_uris.push(SECOND.to_owned());
        change(m);
    })
}

fn signing(app: &TestApp, id: &str, keys: &[&RpKey]) -> TestClient {
    app_with(app, id, |m| m.jwks = jwks(keys).as_object().cloned())
}

fn unsigning(app: &TestApp, id: &str) -> TestClient {
    app_with(app, id, |m| m.request_object_signing_alg = Some(SigningAlg::None))
}

/// The answer to a usual request that also carries this object.
fn send(app: &TestApp, client: &TestClient, jwt: &str) -> Answer {
    app.call("GET", &app.authorize_path(&client.id, &[("request", jwt)])).send()
}

/// The refusal, by code, as it went to a redirect URI of the client.
#[track_caller]
fn refused(answer: &Answer, error: &str, code: &str) {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.location().starts_with(CALLBACK), "{}", answer.location());
    assert_eq!(answer.param("error").as_deref(), Some(error), "{}", answer.location());
    assert_eq!(answer.param("state").as_deref(), Some("st-1"), "the outer state goes with the outer address");
    let description = answer.param("error_description").unwrap();
    assert!(description.contains(code), "{description}");
}

/// That the request passed its checks and a page asks.
#[track_caller]
fn accepted(answer: &Answer) {
    let to = answer.header("location").unwrap_or_else(|| panic!("{}", answer.text()));
    assert!(answer.status == 303 && to.starts_with("/login"), "{to}");
}

/// What came back is the object's: address, state, scope and nonce.
#[track_caller]
fn is_the_objects(app: &TestApp, client: &TestClient, back: &Answer) {
    assert!(back.location().starts_with(SECOND), "{}", back.location());
    assert_eq!(back.param("state").as_deref(), Some("inner-state"));
    let code = back.param("code").unwrap();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", SECOND),
        ("code_verifier", VERIFIER),
    ];
    let tokens = app.token_call(client, &pairs).send().json();
    assert_eq!(tokens["scope"], json!("email openid"));
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["nonce"], json!("inner-nonce"));
}

#[test]
fn b43_an_unsigned_object_wins_over_the_query_for_clients_that_registered_none() {
    let app = TestApp::start();
    app.user("ada");
    let client = unsigning(&app, "plain");
    let inner = object(&app, "plain");
    let path = app.authorize_path("plain", &[("request", &unsigned(&inner))]);
    let back = app.sign_in(&mut app.visitor(), &path, "ada");
    is_the_objects(&app, &client, &back);
    // It need not say whose it is; what it says must be right.
    for name in ["iss", "aud", "exp", "nbf", "iat"] {
        accepted(&send(&app, &client, &unsigned(&without(inner.clone(), name))));
    }
    for (name, value) in [("iss", json!("other")), ("aud", json!("https://other.example"))] {
        let answer = send(&app, &client, &unsigned(&with(inner.clone(), name, value)));
        refused(&answer, "invalid_request_object", "LK-1138");
    }
    // alg=none with a signature is no unsigned object, nor is one for a client that registered an algorithm.
    let signed_none = format!("{}AAAA", unsigned(&inner));
    refused(&send(&app, &client, &signed_none), "invalid_request_object", "LK-1138");
    let key = RpKey::ed25519("k");
    refused(&send(&app, &client, &key.sign(&inner)), "invalid_request_object", "LK-1138");
}

#[test]
fn sec_j4_b43_without_that_registration_an_unsigned_object_is_not_supported() {
    let app = TestApp::start();
    let key = RpKey::ed25519("k");
    let (bare, with_key) = (app_with(&app, "bare", |_| {}), signing(&app, "keyed", &[&key]));
    for client in [&bare, &with_key] {
        let answer = send(&app, client, &unsigned(&object(&app, &client.id)));
        refused(&answer, "request_not_supported", "LK-1118");
    }
    let strict = app_with(&app, "strict", |m| {
        m.jwks = jwks(&[&key]).as_object().cloned();
        m.request_object_signing_alg = Some(SigningAlg::EdDsa);
    });
    let answer = send(&app, &strict, &unsigned(&object(&app, "strict")));
    refused(&answer, "invalid_request_object", "LK-1138");
    // So it is not advertised: those who read it would send what is refused.
    let said = app.call("GET", "/.well-known/openid-configuration").send().json();
    assert_eq!(
        said["request_object_signing_alg_values_supported"],
        json!(["RS256", "PS256", "ES256", "EdDSA"])
    );
    assert_eq!(said["request_parameter_supported"], json!(true));
}

#[test]
fn b44_the_redirect_uri_in_the_object_is_what_counts() {
    let app = TestApp::start();
    app.user("ada");
    let client = unsigning(&app, "plain");
    let jwt = unsigned(&object(&app, "plain"));
    let bad = "https://evil.example/cb";
    let path = app.authorize_path("plain", &[("request", &jwt), ("redirect_uri", bad)]);
    let back = app.sign_in(&mut app.visitor(), &path, "ada");
    is_the_objects(&app, &client, &back);
    // A bad one inside is told on a page, with a good one outside as well: neither is used.
    let jwt = unsigned(&with(object(&app, "plain"), "redirect_uri", json!(bad)));
    app.assert_page(&send(&app, &client, &jwt), 400, "LK-1104");
    // A refused object with a bad address outside: a page.
    let forged = unsigned(&with(object(&app, "plain"), "iss", json!("other")));
    let path = app.authorize_path("plain", &[("request", &forged), ("redirect_uri", bad)]);
    app.assert_page(&app.call("GET", &path).send(), 400, "LK-1138");
    let path = app.authorize_path("nobody", &[("request", &forged)]);
    app.assert_page(&app.call("GET", &path).send(), 400, "LK-1102");
    let path = app.authorize_path("", &[("request", &forged)]);
    app.assert_page(&app.call("GET", &path).send(), 400, "LK-1101");
}

#[test]
fn b46_signed_objects_are_checked_with_the_clients_keys() {
    let app = TestApp::start();
    app.user("ada");
    let (rsa, p256, ed) = (RpKey::rsa("r"), RpKey::p256("p"), RpKey::ed25519("e"));
    let client = signing(&app, "signer", &[&rsa, &p256, &ed]);
    let path = app.authorize_path("signer", &[("request", &rsa.sign(&object(&app, "signer")))]);
    let back = app.sign_in(&mut app.visitor(), &path, "ada");
    is_the_objects(&app, &client, &back);
    let pss = rsa.sign_as(&json!({ "alg": "PS256", "kid": "r" }), &object(&app, "signer"));
    for jwt in [p256.sign(&object(&app, "signer")), ed.sign(&object(&app, "signer")), pss] {
        accepted(&send(&app, &client, &jwt));
    }
    for typ in ["oauth-authz-req+jwt", "JWT", "application/oauth-authz-req+jwt"] {
        let header = json!({ "alg": "EdDSA", "kid": "e", "typ": typ });
        accepted(&send(&app, &client, &ed.sign_as(&header, &object(&app, "signer"))));
    }
    let other = RpKey::rsa("r");
    let inner = object(&app, "signer");
    for jwt in [
        other.sign(&inner),
        ed.sign_as(&json!({ "alg": "EdDSA", "kid": "nobody" }), &inner),
        other.sign_as(&json!({ "alg": "RS256", "kid": "r", "jwk": other.jwk() }), &inner),
        hs256(&client.secret, &inner),
        ed.sign_as(&json!({ "alg": "EdDSA", "kid": "e", "typ": "at+jwt" }), &inner),
        ed.sign_as(&json!({ "alg": "EdDSA", "kid": "e", "crit": ["x"] }), &inner),
        "x.y.z".to_owned(),
        "not a jwt".to_owned(),
    ] {
        refused(&send(&app, &client, &jwt), "invalid_request_object", "LK-1138");
    }
}

#[test]
fn sec_j4_b46_the_claims_of_a_signed_object() {
    let app = TestApp::start();
    let key = RpKey::ed25519("e");
    let client = signing(&app, "signer", &[&key]);
    let inner = || object(&app, "signer");
    let now = app.clock.now();
    for (name, value) in [
        ("iss", json!("other")),
        ("iss", json!(app.issuer)),
        ("aud", json!("signer")),
        ("aud", json!(["https://other.example"])),
        ("exp", json!(now - 1)),
        ("exp", json!(now + 3700)),
        ("exp", json!("never")),
        ("nbf", json!(now + 61)),
        ("nbf", json!(now - 3700)),
        ("iat", json!(now + 61)),
        // RFC 9101 §10.8: it could be used as the client's assertion.
        ("sub", json!("signer")),
        ("client_id", json!("other")),
        ("response_type", json!("code id_token")),
        ("state", json!("a\r\nb")),
        ("state", json!(null)),
        ("state", json!(true)),
        ("prompt", json!(["none"])),
    ] {
        let answer = send(&app, &client, &key.sign(&with(inner(), name, value.clone())));
        assert_eq!(answer.param("error").as_deref(), Some("invalid_request_object"), "{name} = {value}");
        refused(&answer, "invalid_request_object", "LK-1138");
    }
    for name in ["iss", "aud"] {
        let answer = send(&app, &client, &key.sign(&without(inner(), name)));
        refused(&answer, "invalid_request_object", "LK-1138");
    }
    for (name, value) in [
        ("aud", json!([app.issuer, "https://other.example"])),
        ("exp", json!(now + 3590)),
        ("iat", json!(now + 9)),
        ("nbf", json!(now - 3500)),
        ("max_age", json!("60")),
        ("claims", json!({ "id_token": { "acr": null } })),
        ("unknown", json!({ "x": [1, true, null] })),
    ] {
        accepted(&send(&app, &client, &key.sign(&with(inner(), name, value))));
    }
    for name in ["exp", "nbf", "iat", "jti", "client_id", "response_type"] {
        accepted(&send(&app, &client, &key.sign(&without(inner(), name))));
    }
}

#[test]
fn b46_numbers_and_lists_in_an_object_are_read_like_text() {
    let app = TestApp::start();
    app.user("ada");
    let key = RpKey::ed25519("e");
    let client = app_with(&app, "signer", |m| {
        m.jwks = jwks(&[&key]).as_object().cloned();
        m.resources = vec!["https://a.example".to_owned(), "https://b.example".to_owned()];
    });
    let mut visitor = app.visitor();
    app.sign_in(&mut visitor, &app.authorize_path("signer", &[]), "ada");
    app.advance(10);
    let ask = |visitor: &mut crate::harness::http::Visitor, inner: &Value| {
        visitor.get(&app.authorize_path("signer", &[("request", &key.sign(inner)), ("max_age", "9999")]))
    };
    let silent = with(object(&app, "signer"), "prompt", json!("none"));
    let old = ask(&mut visitor, &with(silent.clone(), "max_age", json!(5)));
    assert_eq!(old.param("error").as_deref(), Some("login_required"), "{}", old.location());
    assert!(ask(&mut visitor, &with(silent.clone(), "max_age", json!(500))).param("code").is_some());
    let wrong = ask(&mut visitor, &with(silent.clone(), "max_age", json!(1.5)));
    assert_eq!(wrong.param("error").as_deref(), Some("invalid_request"));
    assert!(wrong.location().starts_with(SECOND), "what is wrong inside is told to the inner address");
    let both = with(silent.clone(), "resource", json!(["https://a.example", "https://b.example"]));
    let told = ask(&mut visitor, &both);
    assert_ne!(told.param("error").as_deref(), Some("invalid_target"), "{}", told.location());
    let unknown = with(silent, "resource", json!(["https://a.example", "https://evil.example"]));
    assert_eq!(ask(&mut visitor, &unknown).param("error").as_deref(), Some("invalid_target"));
    let _ = client;
}

#[test]
fn sec_j4_two_objects_and_objects_in_objects_are_refused() {
    let app = TestApp::start();
    let key = RpKey::ed25519("e");
    let client = signing(&app, "signer", &[&key]);
    let jwt = key.sign(&object(&app, "signer"));
    let path =
        app.authorize_path("signer", &[("request", &jwt), ("request_uri", "https://rp.example.com/r")]);
    refused(&app.call("GET", &path).send(), "invalid_request", "LK-1139");
    for name in ["request", "request_uri"] {
        let nested = key.sign(&with(object(&app, "signer"), name, json!(jwt)));
        refused(&send(&app, &client, &nested), "invalid_request", "LK-1139");
    }
    let twice = format!("{}&request={jwt}", app.authorize_path("signer", &[("request", &jwt)]));
    refused(&app.call("GET", &twice).send(), "invalid_request", "LK-1105");
    let empty_first = format!("{}&request=&request={jwt}", app.authorize_path("signer", &[]));
    refused(&app.call("GET", &empty_first).send(), "invalid_request", "LK-1105");
}

/// For a client that may ask for openid what the object leaves out counts from outside (OIDC Core §6.1);
/// for another only the object counts (RFC 9101 §6.3).
#[test]
fn sec_j4_parameters_outside_the_object() {
    let app = TestApp::start();
    app.user("ada");
    let key = RpKey::ed25519("e");
    let open = signing(&app, "open", &[&key]);
    let pure = app_with(&app, "pure", |m| {
        m.jwks = jwks(&[&key]).as_object().cloned();
        m.scope = "read write".to_owned();
    });
    let silent = |id: &str| {
        let inner = with(with(object(&app, id), "prompt", json!("none")), "scope", json!("read"));
        without(without(inner, "state"), "nonce")
    };
    let inner = with(silent("open"), "scope", json!("openid"));
    let answer = send(&app, &open, &key.sign(&inner));
    assert_eq!(answer.param("state").as_deref(), Some("st-1"), "{}", answer.location());
    let answer = send(&app, &pure, &key.sign(&silent("pure")));
    assert_eq!(answer.param("error").as_deref(), Some("login_required"));
    assert_eq!(answer.param("state"), None, "{}", answer.location());
    // A demand that stands outside alone is none: PKCE is missing where the object has none.
    let bare = without(silent("pure"), "code_challenge");
    let answer = send(&app, &pure, &key.sign(&bare));
    assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
    assert!(answer.param("error_description").unwrap().contains("LK-1111"), "{}", answer.location());
}

#[test]
fn sec_j5_b45_a_request_uri_is_unsupported_unless_registered() {
    let (app, site) = (TestApp::fetching(AMPLE), Site::start());
    let (uri, key) = (site.url("/r.jwt"), RpKey::ed25519("e"));
    site.put("/r.jwt", "application/oauth-authz-req+jwt", &key.sign(&object(&app, "other")));
    let _bare = app_with(&app, "bare", |_| {});
    let ask = |id: &str, uri: &str| app.call("GET", &app.authorize_path(id, &[("request_uri", uri)])).send();
    refused(&ask("bare", &uri), "request_uri_not_supported", "LK-1119");
    let _other = app_with(&app, "other", |m| {
        m.jwks = jwks(&[&key]).as_object().cloned();
        m.request_uris = vec![uri.clone()];
    });
    for wrong in [
        format!("{uri}?x=1"),
        format!("{uri}/"),
        site.url("/R.jwt"),
        uri.replace("127.0.0.1", "localhost"),
        uri.replace("https:", "HTTPS:"),
        "urn:ietf:params:oauth:request_uri:abc".to_owned(),
        "x".to_owned(),
    ] {
        refused(&ask("other", &wrong), "invalid_request_uri", "LK-1137");
    }
    assert!(site.asked().is_empty());
    accepted(&ask("other", &uri));
    assert_eq!(site.asked(), ["/r.jwt"]);
    let said = app.call("GET", "/.well-known/openid-configuration").send().json();
    assert_eq!(said["request_uri_parameter_supported"], json!(true));
    assert_eq!(said["require_request_uri_registration"], json!(true));
}

#[test]
fn b45_the_fragment_is_not_sent_and_names_the_version() {
    let (app, site) = (TestApp::fetching(AMPLE), Site::start());
    app.user("ada");
    let key = RpKey::ed25519("e");
    let client = app_with(&app, "shop", |m| {
        m.jwks = jwks(&[&key]).as_object().cloned();
        // Registered with one version; every version is of that address.
        m.request_uris = vec![site.url("/r.jwt#v0")];
    });
    let put = |state: &str| {
        let inner = with(with(object(&app, "shop"), "state", json!(state)), "prompt", json!("none"));
        site.put("/r.jwt", "application/jose", &key.sign(&inner));
    };
    let state = |fragment: &str| {
        let uri = format!("{}{fragment}", site.url("/r.jwt"));
        let answer = app.call("GET", &app.authorize_path("shop", &[("request_uri", &uri)])).send();
        assert_eq!(answer.param("error").as_deref(), Some("login_required"), "{}", answer.location());
        answer.param("state").unwrap()
    };
    put("one");
    assert_eq!((state("#v1"), state("#v1")), ("one".to_owned(), "one".to_owned()));
    put("two");
    assert_eq!(state("#v1"), "one", "the same version is not fetched again");
    assert_eq!(state("#v2"), "two", "another version is");
    assert_eq!((state(""), state("")), ("two".to_owned(), "two".to_owned()));
    assert_eq!(site.asked(), ["/r.jwt"; 4], "without a fragment each time; never with it");
    put("three");
    app.advance(200);
    assert_eq!(state("#v2"), "two");
    app.advance(100);
    put("three");
    assert_eq!(state("#v2"), "three", "not kept for ever");
    // A whole sign-in by reference.
    site.put("/r.jwt", "application/jose", &key.sign(&object(&app, "shop")));
    let uri = site.url("/r.jwt");
    let pairs =
        [("client_id", "shop"), ("response_type", "code"), ("scope", "openid"), ("request_uri", &uri)];
    let back = app.sign_in(&mut app.visitor(), &format!("/oauth2/authorize?{}", form(&pairs)), "ada");
    is_the_objects(&app, &client, &back);
}

#[test]
fn sec_k2_k3_k4_b45_what_cannot_be_fetched_is_one_refusal() {
    let (app, site) = (TestApp::fetching(SOON), Site::start());
    let key = RpKey::ed25519("e");
    let jwt = key.sign(&object(&app, "shop"));
    site.put("/right", "application/jwt", &jwt);
    let moved = format!(
        "HTTP/1.1 307 Moved\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        site.url("/right")
    );
    site.put_raw("/moved", &moved);
    site.put_raw("/secret", "HTTP/1.1 500 No\r\nContent-Length: 12\r\nConnection: close\r\n\r\ninner secret");
    site.put("/large", "application/jwt", &"x".repeat(16 * 1024 + 1));
    let uris = [
        site.url("/moved"),
        site.url("/secret"),
        site.url("/large"),
        "https://127.0.0.1:9/r".to_owned(),
        "https://10.0.0.1/r".to_owned(),
        site.url("/right"),
    ];
    let _shop = app_with(&app, "shop", |m| {
        m.jwks = jwks(&[&key]).as_object().cloned();
        m.request_uris = uris.to_vec();
    });
    let ask = |uri: &str| app.call("GET", &app.authorize_path("shop", &[("request_uri", uri)])).send();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for uri in &uris[..5] {
            let ask = &ask;
            scope.spawn(move || {
                let begun = Instant::now();
                let answer = ask(uri);
                refused(&answer, "invalid_request_uri", "LK-1137");
                assert!(!answer.location().contains("inner") && !answer.text().contains("inner"));
                assert!(begun.elapsed() >= SOON, "{uri} was told at once");
            });
        }
    });
    assert!(begun.elapsed() >= SOON);
    // A slow machine does not reach each of them in the time in which a failure is told.
    let left = |uri: &&String| !site.asked().iter().any(|asked| uri.ends_with(asked.as_str()));
    while let Some(uri) = uris[..3].iter().find(left) {
        assert!(begun.elapsed() < PATIENCE, "{uri} is not asked for");
        app.advance(60);
        refused(&ask(uri), "invalid_request_uri", "LK-1137");
    }
    assert_eq!(site.asked().len(), 3);
    // Not tried again for a minute, whatever the fragment (security row K3).
    app.advance(60);
    refused(&ask(&site.url("/secret")), "invalid_request_uri", "LK-1137");
    let asked = site.asked().len();
    refused(&ask(&format!("{}#x", site.url("/secret"))), "invalid_request_uri", "LK-1137");
    assert_eq!(site.asked().len(), asked);
    for path in ["/secret", "/right"] {
        let goes_on = || {
            app.advance(60);
            site.put(path, "application/jwt", &key.sign(&object(&app, "shop")));
            let answer = ask(&site.url(path));
            let is_accepted = answer.param("error").is_none();
            if is_accepted {
                accepted(&answer);
            }
            is_accepted
        };
        while !goes_on() {
            assert!(begun.elapsed() < PATIENCE, "{path} is not read");
        }
    }
}

#[test]
fn sec_k1_b45_without_the_allowance_of_tests_nothing_private_is_fetched() {
    let (app, site) = (TestApp::start(), Site::start());
    let key = RpKey::ed25519("e");
    site.put("/r", "application/jwt", &key.sign(&object(&app, "shop")));
    let _shop = app_with(&app, "shop", |m| {
        m.jwks = jwks(&[&key]).as_object().cloned();
        m.request_uris = vec![site.url("/r")];
    });
    let answer = app.call("GET", &app.authorize_path("shop", &[("request_uri", &site.url("/r"))])).send();
    refused(&answer, "invalid_request_uri", "LK-1137");
    assert!(site.asked().is_empty());
}

#[test]
fn b46_an_objects_key_may_come_from_jwks_uri() {
    let (app, site) = (TestApp::fetching(AMPLE), Site::start());
    let (old, new) = (RpKey::ed25519("old"), RpKey::ed25519("new"));
    site.put("/jwks", "application/json", &jwks(&[&old]).to_string());
    let client = app_with(&app, "shop", |m| m.jwks_uri = Some(site.url("/jwks")));
    accepted(&send(&app, &client, &old.sign(&object(&app, "shop"))));
    site.put("/jwks", "application/json", &jwks(&[&new]).to_string());
    accepted(&send(&app, &client, &new.sign(&object(&app, "shop"))));
    refused(&send(&app, &client, &old.sign(&object(&app, "shop"))), "invalid_request_object", "LK-1138");
}
