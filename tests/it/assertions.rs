//! Client assertions (RFC 7523 §2.2, §3, OIDC Core §9; behaviour 33, security row F4).

use crate::harness::app::{CALLBACK, TestApp, TestClient, VERIFIER};
use crate::harness::database::number;
use crate::harness::http::Answer;
use crate::harness::jose::{RpKey, hs256, jwks, unsigned};
use latchkey::domain::client::Metadata;
use latchkey::engine::admin::{Actor, Desk};
use latchkey::engine::admin::{AdminError, Mode, apply_blocking, clients};
use latchkey::protocol::alg::SigningAlg;
use latchkey::protocol::client_auth::{AuthMethod, JWT_BEARER};
use latchkey::store::prune;
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

fn keys(all: &[&RpKey]) -> Option<Map<String, Value>> {
    jwks(all).as_object().cloned()
}

pub fn as_machine(metadata: &mut Metadata, method: AuthMethod) {
    metadata.token_endpoint_auth_method = method;
    metadata.redirect_uris.clear();
    metadata.grant_types = vec!["client_credentials".to_owned()];
    metadata.response_types.clear();
    metadata.scope = "read".to_owned();
}

/// A service that authenticates by these keys.
fn signer(app: &TestApp, id: &str, all: &[&RpKey]) -> TestClient {
    app.client(id, |m| {
        as_machine(m, AuthMethod::PrivateKeyJwt);
        m.jwks = keys(all);
    })
}

/// The claims of a fresh assertion.
pub fn assertion(app: &TestApp, client_id: &str) -> Value {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let jti = format!("jti-{}", NEXT.fetch_add(1, Ordering::SeqCst));
    let now = app.clock.now();
    json!({ "iss": client_id, "sub": client_id, "aud": app.issuer, "jti": jti, "iat": now, "exp": now + 60 })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

pub fn post(app: &TestApp, path: &str, jwt: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("client_assertion_type", JWT_BEARER), ("client_assertion", jwt)];
    pairs.extend_from_slice(more);
    app.call("POST", path).form(&pairs).send()
}

/// A machine's token, asked for with this assertion.
pub fn ask(app: &TestApp, jwt: &str) -> Answer {
    post(app, "/oauth2/token", jwt, &[("grant_type", "client_credentials")])
}

#[track_caller]
fn refused(app: &TestApp, answer: &Answer, code: &str) {
    app.assert_json(answer, 401, "invalid_client", code);
    assert!(answer.header("www-authenticate").is_none(), "no header was used");
}

#[test]
fn b33_every_kind_of_key_authenticates_and_aud_is_the_issuer_or_the_token_endpoint() {
    let app = TestApp::start();
    let (rsa, p256, ed) = (RpKey::rsa("r"), RpKey::p256("p"), RpKey::ed25519("e"));
    signer(&app, "service", &[&rsa, &p256, &ed]);
    let token_endpoint = format!("{}/oauth2/token", app.issuer);
    for key in [&rsa, &p256, &ed] {
        let answer = ask(&app, &key.sign(&assertion(&app, "service")));
        assert_eq!(answer.status, 200, "{}: {}", key.alg(), answer.text());
    }
    let pss = rsa.sign_as(&json!({ "alg": "PS256", "kid": "r", "typ": "JWT" }), &assertion(&app, "service"));
    assert_eq!(ask(&app, &pss).status, 200);
    for aud in [json!(token_endpoint), json!([token_endpoint]), json!(["https://other.example", app.issuer])]
    {
        let answer = ask(&app, &ed.sign(&with(assertion(&app, "service"), "aud", aud.clone())));
        assert_eq!(answer.status, 200, "{aud}: {}", answer.text());
    }
    // Without kid the key is found by the algorithm; client_id may be there as well.
    let nameless = ed.sign_as(&json!({ "alg": "EdDSA" }), &assertion(&app, "service"));
    let more = [("grant_type", "client_credentials"), ("client_id", "service")];
    assert_eq!(post(&app, "/oauth2/token", &nameless, &more).status, 200);
}

#[test]
fn b33_an_app_signs_in_refreshes_introspects_and_revokes_by_assertions() {
    let app = TestApp::start();
    app.user("ada");
    let key = RpKey::p256("k");
    let client = app.client("shop", |m| {
        m.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        m.jwks = keys(&[&key]);
    });
    assert_eq!(client.secret, "", "it has no secret");
    let fresh = || key.sign(&assertion(&app, "shop"));
    let code = app.code(&client, "ada");
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = post(&app, "/oauth2/token", &fresh(), &pairs).json();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let tokens = post(&app, "/oauth2/token", &fresh(), &pairs).json();
    let access = tokens["access_token"].as_str().unwrap();
    let looked = post(&app, "/oauth2/introspect", &fresh(), &[("token", access)]);
    assert_eq!(looked.json()["active"], json!(true), "{}", looked.text());
    assert_eq!(post(&app, "/oauth2/revoke", &fresh(), &[("token", access)]).status, 200);
    assert_eq!(app.userinfo(access).status, 401);
    for path in ["/oauth2/introspect", "/oauth2/revoke"] {
        let used = fresh();
        assert_eq!(post(&app, path, &used, &[("token", "x")]).status, 200);
        refused(&app, &post(&app, path, &used, &[("token", "x")]), "LK-1217");
    }
}

#[test]
fn sec_f4_each_claim_is_demanded() {
    let app = TestApp::start();
    let key = RpKey::ed25519("k");
    signer(&app, "service", &[&key]);
    let now = app.clock.now();
    let fresh = || assertion(&app, "service");
    let wrong = [
        ("iss", json!("other")),
        ("iss", json!(app.issuer)),
        ("aud", json!("https://other.example")),
        ("aud", json!(format!("{}/", app.issuer))),
        ("aud", json!(format!("{}/oauth2/authorize", app.issuer))),
        ("aud", json!([])),
        ("aud", json!([app.issuer, 7])),
        ("aud", json!({ "x": app.issuer })),
        ("exp", json!(now - 1)),
        ("exp", json!(now)),
        ("exp", json!(now + 660)),
        ("exp", json!("soon")),
        ("exp", json!(1e300)),
        ("iat", json!(now + 61)),
        ("nbf", json!(now + 61)),
        ("iat", json!("now")),
        ("jti", json!("")),
        ("jti", json!(7)),
    ];
    for (name, value) in wrong {
        let answer = ask(&app, &key.sign(&with(fresh(), name, value.clone())));
        assert_eq!(answer.json()["code"], json!("LK-1216"), "{name} = {value}");
        refused(&app, &answer, "LK-1216");
    }
    for name in ["iss", "aud", "exp", "jti"] {
        refused(&app, &ask(&app, &key.sign(&without(fresh(), name))), "LK-1216");
    }
    refused(&app, &ask(&app, &key.sign(&without(fresh(), "sub"))), "LK-1215");
    assert_eq!(number(&app.engine.db, "SELECT count(*) FROM client_assertions"), 0, "nothing was marked");
    for (name, value) in [
        ("exp", json!(app.clock.now() + 590)),
        ("exp", json!(f64::from(60_u8) + 0.5 + 1.0 * f64::from(u32::try_from(now).unwrap()))),
        ("iat", json!(app.clock.now() + 9)),
        ("nbf", json!(app.clock.now() + 9)),
    ] {
        let answer = ask(&app, &key.sign(&with(fresh(), name, value.clone())));
        assert_eq!(answer.status, 200, "{name} = {value}: {}", answer.text());
    }
    assert_eq!(ask(&app, &key.sign(&without(fresh(), "iat"))).status, 200);
}

#[test]
fn sec_f4_the_signature_is_by_a_registered_key_and_algorithm() {
    let app = TestApp::start();
    let (rsa, other) = (RpKey::rsa("k"), RpKey::rsa("k"));
    let ed = RpKey::ed25519("e");
    signer(&app, "service", &[&rsa, &ed]);
    let off = signer(&app, "off", &[&ed]);
    app.admin(|conn, desk| clients::set_enabled(conn, desk, "off", false));
    let basic = app.machine_client();
    let fresh = || assertion(&app, "service");
    let modulus = rsa.jwk()["n"].as_str().unwrap().to_owned();
    let forged = [
        other.sign(&fresh()),
        ed.sign_as(&json!({ "alg": "EdDSA", "kid": "k" }), &fresh()),
        ed.sign_as(&json!({ "alg": "EdDSA", "kid": "nobody" }), &fresh()),
        ed.sign_as(&json!({ "alg": "EdDSA", "kid": 7 }), &fresh()),
        ed.sign_as(&json!({ "alg": "RS256", "kid": "e" }), &fresh()),
        rsa.sign_as(&json!({ "alg": "RS512", "kid": "k" }), &fresh()),
        rsa.sign_as(&json!({ "kid": "k" }), &fresh()),
        rsa.sign_as(&json!({ "alg": "PS256", "kid": "k", "jwk": other.jwk() }), &fresh()).replacen(
            "eyJhbGciOiJQ",
            "eyJhbGciOiJR",
            1,
        ),
        other.sign_as(&json!({ "alg": "RS256", "kid": "k", "jwk": other.jwk() }), &fresh()),
        // The public key as an HMAC secret (RFC 8725 §2.1).
        hs256(&modulus, &fresh()),
        unsigned(&fresh()),
        format!("{}AA", unsigned(&fresh())),
        rsa.sign_as(&json!({ "alg": "RS256", "kid": "k", "typ": "at+jwt" }), &fresh()),
        rsa.sign_as(&json!({ "alg": "RS256", "kid": "k", "typ": "oauth-authz-req+jwt" }), &fresh()),
        ed.sign(&assertion(&app, &off.id)),
        ed.sign(&assertion(&app, "nobody")),
        hs256(&basic.secret, &assertion(&app, &basic.id)),
    ];
    for (n, jwt) in forged.iter().enumerate() {
        let answer = ask(&app, jwt);
        assert_eq!(answer.json()["code"], json!("LK-1213"), "{n}: {}", answer.text());
        refused(&app, &answer, "LK-1213");
    }
    for header in [
        json!({ "alg": "RS256", "kid": "k", "crit": ["x"] }),
        json!({ "alg": "RS256", "kid": "k", "b64": false }),
        json!({ "alg": "RS256", "kid": "k", "zip": "DEF" }),
    ] {
        refused(&app, &ask(&app, &rsa.sign_as(&header, &fresh())), "LK-1215");
    }
    for malformed in ["x", "a.b", "a.b.c", "..", "e30.e30.e30.e30.e30"] {
        refused(&app, &ask(&app, malformed), "LK-1215");
    }
    assert_eq!(ask(&app, &rsa.sign(&fresh())).status, 200, "the keys are right");
    assert_eq!(app.events("token.issued"), 1, "for that one alone");
}

#[test]
fn sec_f4_only_the_registered_algorithm_counts() {
    let app = TestApp::start();
    let (rsa, ed) = (RpKey::rsa("r"), RpKey::ed25519("e"));
    app.client("strict", |m| {
        as_machine(m, AuthMethod::PrivateKeyJwt);
        m.jwks = keys(&[&rsa, &ed]);
        m.token_endpoint_auth_signing_alg = Some(SigningAlg::Ps256);
    });
    let fresh = || assertion(&app, "strict");
    refused(&app, &ask(&app, &rsa.sign(&fresh())), "LK-1213");
    refused(&app, &ask(&app, &ed.sign(&fresh())), "LK-1213");
    let pss = rsa.sign_as(&json!({ "alg": "PS256", "kid": "r" }), &fresh());
    assert_eq!(ask(&app, &pss).status, 200);
    // A key that names its own algorithm is for no other.
    let mut bound = rsa.jwk();
    bound["alg"] = json!("PS256");
    app.client("bound", |m| {
        as_machine(m, AuthMethod::PrivateKeyJwt);
        m.jwks = json!({ "keys": [bound] }).as_object().cloned();
    });
    refused(&app, &ask(&app, &rsa.sign(&assertion(&app, "bound"))), "LK-1213");
    let pss = rsa.sign_as(&json!({ "alg": "PS256", "kid": "r" }), &assertion(&app, "bound"));
    assert_eq!(ask(&app, &pss).status, 200);
}

#[test]
fn sec_f4_an_assertion_works_once_also_when_the_request_fails() {
    let app = TestApp::start();
    app.user("ada");
    let key = RpKey::ed25519("k");
    signer(&app, "service", &[&key]);
    signer(&app, "second", &[&key]);
    let claims = assertion(&app, "service");
    let jwt = key.sign(&claims);
    assert_eq!(ask(&app, &jwt).status, 200);
    refused(&app, &ask(&app, &jwt), "LK-1217");
    // The same jti in another JWT is used as well; another client's is its own.
    let again = with(claims.clone(), "exp", json!(app.clock.now() + 90));
    refused(&app, &ask(&app, &key.sign(&again)), "LK-1217");
    let theirs = with(assertion(&app, "second"), "jti", claims["jti"].clone());
    assert_eq!(ask(&app, &key.sign(&theirs)).status, 200);
    // What was sent with a code that is none is used up too.
    let used = key.sign(&assertion(&app, "service"));
    let pairs = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", CALLBACK)];
    assert_ne!(post(&app, "/oauth2/token", &used, &pairs).status, 200);
    refused(&app, &ask(&app, &used), "LK-1217");
}

#[test]
fn sec_f4_of_many_who_send_one_assertion_one_is_let_in() {
    let app = TestApp::start();
    let key = RpKey::ed25519("k");
    signer(&app, "service", &[&key]);
    for _ in 0..5 {
        let jwt = key.sign(&assertion(&app, "service"));
        let gate = std::sync::Barrier::new(4);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        gate.wait();
                        ask(&app, &jwt).status
                    })
                })
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}

#[test]
fn sec_f4_used_ones_are_remembered_past_their_end_and_then_forgotten() {
    let app = TestApp::start();
    let key = RpKey::ed25519("k");
    signer(&app, "service", &[&key]);
    let kept = || number(&app.engine.db, "SELECT count(*) FROM client_assertions");
    let forget = || {
        let now = app.clock.now();
        app.write(move |conn| prune::batch(conn, now).map(|_| ()));
    };
    let jwt = key.sign(&assertion(&app, "service"));
    assert_eq!((ask(&app, &jwt).status, kept()), (200, 1));
    app.advance(61);
    forget();
    assert_eq!(kept(), 1, "its end is over, but clocks differ");
    refused(&app, &ask(&app, &jwt), "LK-1216");
    app.advance(61);
    forget();
    assert_eq!(kept(), 0);
}

#[test]
fn sec_f4_one_method_at_a_time_and_one_client() {
    let app = TestApp::start();
    let key = RpKey::ed25519("k");
    signer(&app, "service", &[&key]);
    let machine = app.machine_client();
    let fresh = || key.sign(&assertion(&app, "service"));
    let grant = ("grant_type", "client_credentials");
    let call = |pairs: &[(&str, &str)]| app.call("POST", "/oauth2/token").form(pairs);
    let jwt = fresh();
    let both = [grant, ("client_assertion_type", JWT_BEARER), ("client_assertion", jwt.as_str())];
    let answer = call(&both).basic(&machine.id, &machine.secret).send();
    app.assert_json(&answer, 400, "invalid_request", "LK-1211");
    let with_secret = post(&app, "/oauth2/token", &fresh(), &[grant, ("client_secret", "x")]);
    app.assert_json(&with_secret, 400, "invalid_request", "LK-1211");
    let twice = call(&[both[0], both[1], both[2], both[2]]).send();
    app.assert_json(&twice, 400, "invalid_request", "LK-1203");
    let another = post(&app, "/oauth2/token", &fresh(), &[grant, ("client_id", "machine")]);
    refused(&app, &another, "LK-1215");
    refused(&app, &call(&[grant, both[2]]).send(), "LK-1214");
    refused(&app, &call(&[grant, both[1], ("client_id", "service")]).send(), "LK-1214");
    let saml = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer");
    refused(&app, &call(&[grant, saml, both[2]]).send(), "LK-1214");
    // A method is not another one: neither a secret for the signer, nor its name alone.
    let named = call(&[grant, ("client_id", "service")]).send();
    refused(&app, &named, "LK-1213");
    let posted = call(&[grant, ("client_id", "service"), ("client_secret", "x")]).send();
    refused(&app, &posted, "LK-1213");
    assert_eq!(ask(&app, &jwt).status, 200, "nothing of all this used it up");
}

#[test]
fn sec_f4_a_key_that_was_taken_away_gives_nothing_before_the_snapshot_follows() {
    let app = TestApp::start();
    let (old, new) = (RpKey::ed25519("old"), RpKey::ed25519("new"));
    signer(&app, "service", &[&old]);
    assert_eq!(ask(&app, &old.sign(&assertion(&app, "service"))).status, 200);
    let now = app.clock.now();
    let replaced = keys(&[&new]);
    app.write(move |conn| {
        let mut current = latchkey::store::clients::find(conn, "service")?.unwrap();
        current.metadata.jwks = replaced;
        latchkey::store::clients::update(conn, &current, now)
    });
    let status = ask(&app, &old.sign(&assertion(&app, "service"))).status;
    assert!([401, 503].contains(&status), "{status}");
    app.refresh();
    refused(&app, &ask(&app, &old.sign(&assertion(&app, "service"))), "LK-1213");
    assert_eq!(ask(&app, &new.sign(&assertion(&app, "service"))).status, 200);
}

#[test]
fn sec_f4_client_secret_jwt_signs_under_the_secret_that_was_made() {
    let app = TestApp::start();
    let client = app.client("mac", |m| as_machine(m, AuthMethod::ClientSecretJwt));
    assert!(client.secret.starts_with("lk_cs_"));
    let fresh = || assertion(&app, "mac");
    assert_eq!(ask(&app, &hs256(&client.secret, &fresh())).status, 200);
    let jwt = hs256(&client.secret, &fresh());
    assert_eq!(ask(&app, &jwt).status, 200);
    refused(&app, &ask(&app, &jwt), "LK-1217");
    for wrong in ["", "x", &client.secret[..client.secret.len() - 1]] {
        refused(&app, &ask(&app, &hs256(wrong, &fresh())), "LK-1213");
    }
    refused(&app, &ask(&app, &unsigned(&fresh())), "LK-1213");
    refused(&app, &ask(&app, &RpKey::ed25519("k").sign(&fresh())), "LK-1213");
    // Neither by Basic nor in the body: the method is another one.
    let pairs = [("grant_type", "client_credentials")];
    let basic = app.call("POST", "/oauth2/token").basic("mac", &client.secret).form(&pairs).send();
    app.assert_json(&basic, 401, "invalid_client", "LK-1213");
    // A second secret for a while, then the old one ends.
    let added =
        app.admin(|conn, desk| latchkey::engine::admin::client_secrets::add(conn, desk, "mac", None, 600));
    let second = added.secret.unwrap().reveal().to_owned();
    assert_eq!(ask(&app, &hs256(&second, &fresh())).status, 200);
    assert_eq!(ask(&app, &hs256(&client.secret, &fresh())).status, 200);
    app.advance(601);
    assert_eq!(ask(&app, &hs256(&second, &fresh())).status, 200);
    refused(&app, &ask(&app, &hs256(&client.secret, &fresh())), "LK-1213");
}

#[test]
fn sec_v4_a_secret_that_signs_is_sealed_and_follows_the_method() {
    let app = TestApp::start();
    let client = app.client("mac", |m| as_machine(m, AuthMethod::ClientSecretJwt));
    let rows = |what: &str| {
        let sql = format!("SELECT {what} AS line FROM client_secrets WHERE client_id = 'mac'");
        crate::harness::database::query(&app.engine.db, &sql)
    };
    assert_eq!(rows("hash"), ["sealed"]);
    assert!(!rows("value")[0].contains(&client.secret[6..]));
    let change = |method: AuthMethod| {
        app.admin(move |conn, desk| {
            let mut metadata = clients::find(conn, "mac")?.metadata;
            metadata.token_endpoint_auth_method = method;
            clients::update(conn, desk, "mac", metadata, None)
        })
    };
    let by_basic = |secret: &str| {
        let pairs = [("grant_type", "client_credentials")];
        app.call("POST", "/oauth2/token").basic("mac", secret).form(&pairs).send().status
    };
    let saved = change(AuthMethod::ClientSecretBasic);
    assert!(saved.secret.is_none(), "the secret stays");
    assert_eq!((rows("hash"), by_basic(&client.secret)), (vec!["sha256".to_owned()], 200));
    // From a digest nothing can be had back: a new one.
    let saved = change(AuthMethod::ClientSecretJwt);
    let new = saved.secret.expect("a new secret").reveal().to_owned();
    assert_eq!(rows("hash"), ["sealed"]);
    assert!(saved.notes.iter().any(|note| note.contains("replaced")), "{:?}", saved.notes);
    assert_eq!(ask(&app, &hs256(&new, &assertion(&app, "mac"))).status, 200);
    refused(&app, &ask(&app, &hs256(&client.secret, &assertion(&app, "mac"))), "LK-1213");
    // A value that was put into another row does not open there.
    let now = app.clock.now();
    let other = app.client("other", |m| as_machine(m, AuthMethod::ClientSecretJwt));
    let copy = "UPDATE client_secrets SET value = (SELECT value FROM client_secrets WHERE client_id = 'mac') WHERE client_id = 'other'";
    crate::harness::database::execute(&app.engine.db, copy);
    app.write(move |conn| {
        let current = latchkey::store::clients::find(conn, "other")?.unwrap();
        latchkey::store::clients::update(conn, &current, now)
    });
    app.refresh();
    for secret in [&new, &other.secret] {
        refused(&app, &ask(&app, &hs256(secret, &assertion(&app, "other"))), "LK-1213");
    }
}

#[test]
fn sec_f4_a_chosen_secret_is_not_taken_for_signing() {
    let app = TestApp::start();
    let secret = latchkey::base::secret::Secret::new("a secret that somebody chose, rather long");
    let phc = app.engine.passwords.hash_blocking(&secret).unwrap();
    let desk = Desk::of(&app.engine, Actor::Cli);
    let mut metadata = Metadata::named("mac");
    as_machine(&mut metadata, AuthMethod::ClientSecretJwt);
    let chosen = latchkey::engine::admin::client_secrets::NewSecret { phc };
    let new = clients::NewClient { id: Some("mac".to_owned()), metadata, secret: Some(chosen) };
    let refused = apply_blocking(&app.engine.db, Mode::Apply, move |conn| clients::create(conn, &desk, new));
    let Err(AdminError::Invalid(problems)) = refused else { panic!("it was taken") };
    assert!(problems[0].to_string().contains("256 random bits"), "{}", problems[0]);
}

/// Apps that register themselves get what their method needs, and no more (OIDC Registration §3.2).
#[test]
fn b33_apps_that_register_themselves_authenticate_by_assertions() {
    let app = TestApp::with_env(&[("LATCHKEY_REGISTRATION__MODE", "open")]);
    let key = RpKey::p256("k");
    let send = |method: &str, target: &str, token: Option<&str>, body: &Value| {
        let call = app.call(method, target).header("Content-Type", "application/json");
        let call = if let Some(token) = token { call.bearer(token) } else { call };
        call.body(body.to_string().as_bytes()).send()
    };
    let document =
        |method: &str| json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": method });
    let proven = |jwt: &str| post(&app, "/oauth2/introspect", jwt, &[("token", "x")]).status == 200;
    let made =
        send("POST", "/oauth2/register", None, &with(document("private_key_jwt"), "jwks", jwks(&[&key])));
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert!(made.get("client_secret").is_none(), "{made}");
    assert!(proven(&key.sign(&assertion(&app, made["client_id"].as_str().unwrap()))));
    let keyless = send("POST", "/oauth2/register", None, &document("private_key_jwt"));
    assert_eq!(keyless.json()["error"], json!("invalid_client_metadata"), "{}", keyless.text());

    let made = send("POST", "/oauth2/register", None, &document("client_secret_jwt")).json();
    let (id, secret) = (made["client_id"].as_str().unwrap(), made["client_secret"].as_str().unwrap());
    assert!(proven(&hs256(secret, &assertion(&app, id))));
    let place = made["registration_client_uri"].as_str().unwrap().strip_prefix(&app.issuer).unwrap();
    let token = made["registration_access_token"].as_str();
    let update = with(document("client_secret_jwt"), "client_id", json!(id));
    let wrong = send("PUT", place, token, &with(update.clone(), "client_secret", json!("another")));
    assert_eq!(wrong.status, 400, "{}", wrong.text());
    let kept = send("PUT", place, token, &with(update, "client_secret", json!(secret)));
    assert_eq!((kept.status, &kept.json()["client_secret"]), (200, &json!(secret)), "{}", kept.text());
    assert!(proven(&hs256(secret, &assertion(&app, id))));
}
