//! Access tokens as JWTs (RFC 9068, RFC 8725) at the endpoints that read them, and what rotating and
//! revoking keys does to them (security rows T1-T4, T7, V1, V2).

use crate::harness::app::{TestApp, TestClient, claims, header};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use aws_lc_rs::{hmac, rand, rsa};
use latchkey::base::secret::{b64, unb64};
use latchkey::engine::keys::{Switch, TokenType};
use latchkey::protocol::alg::SigningAlg;
use latchkey::store::settings;
use serde_json::{Value, json};

const SPKI_START: &[u8] = &[
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
    0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00,
];

struct Stand {
    app: TestApp,
    client: TestClient,
    /// A good access token.
    token: String,
    claims: Value,
}

impl Stand {
    fn new() -> Self {
        let app = TestApp::start();
        app.user("ada");
        let client = app.web_client();
        let given = app.tokens(&client, "ada");
        let token = given["access_token"].as_str().unwrap().to_owned();
        let claims = claims(&token);
        Self { app, client, token, claims }
    }

    /// Userinfo and introspection agree.
    fn accepts(&self, token: &str) -> bool {
        let status = self.app.userinfo(token).status;
        assert!(matches!(status, 200 | 401), "{status} for {token}");
        let said = self.app.introspect(&self.client, token);
        assert_eq!(said["active"] == true, status == 200, "{said} but {status}: {token}");
        status == 200
    }

    /// A token with these claims, really signed by the server's key.
    fn signed(&self, claims: &Value) -> String {
        let now = self.app.clock.now();
        self.app.engine.keys.sign(TokenType::Access, SigningAlg::Rs256, claims, now).ok().unwrap()
    }

    fn with(&self, name: &str, value: Value) -> String {
        let mut changed = self.claims.clone();
        changed[name] = value;
        self.signed(&changed)
    }

    fn payload(&self) -> &str {
        self.token.split('.').nth(1).unwrap()
    }

    /// The header of the good token with one member changed or added, encoded.
    fn head(&self, name: &str, value: Value) -> String {
        let mut head = header(&self.token);
        head[name] = value;
        b64(head.to_string().as_bytes())
    }
}

#[test]
fn sec_t1_none_and_a_public_key_as_a_secret_are_refused() {
    let stand = Stand::new();
    assert!(stand.accepts(&stand.token));
    let payload = stand.payload();
    let signature = stand.token.rsplit('.').next().unwrap();
    for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "RS512", "PS256", "ES256", "EdDSA"] {
        let head = stand.head("alg", json!(alg));
        for signature in ["", "AA", signature] {
            assert!(!stand.accepts(&format!("{head}.{payload}.{signature}")), "{alg}");
        }
    }
    let jwks = stand.app.call("GET", "/.well-known/jwks.json").send();
    let key = &jwks.json()["keys"][0];
    let modulus = unb64(key["n"].as_str().unwrap()).unwrap();
    // SubjectPublicKeyInfo of a 2048-bit key with the exponent 65537.
    let spki = [SPKI_START, &modulus, &[2, 3, 1, 0, 1]].concat();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &spki)
    );
    for secret in
        [spki.as_slice(), pem.as_bytes(), &modulus, jwks.body.as_slice(), key.to_string().as_bytes()]
    {
        let message = format!("{}.{payload}", stand.head("alg", json!("HS256")));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        assert!(!stand.accepts(&format!("{message}.{}", b64(tag.as_ref()))));
    }
}

#[test]
fn sec_t2_a_key_inside_the_token_is_never_used() {
    let stand = Stand::new();
    let mallory = RsaKeyPair::generate(rsa::KeySize::Rsa2048).unwrap();
    let modulus = mallory.public_key().modulus().big_endian_without_leading_zero().to_vec();
    let jwk = json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": header(&stand.token)["kid"], "n": b64(&modulus), "e": "AQAB" });
    let offers = [
        ("jwk", jwk),
        ("jku", json!("https://mallory.example/jwks.json")),
        ("x5u", json!("https://mallory.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("kid", json!("../../../dev/null")),
        ("kid", json!("x' UNION SELECT 'key")),
        ("kid", json!("")),
        ("kid", json!(7)),
    ];
    for (name, value) in offers {
        let message = format!("{}.{}", stand.head(name, value), stand.payload());
        let mut signature = vec![0; mallory.public_modulus_len()];
        mallory
            .sign(&RSA_PKCS1_SHA256, &rand::SystemRandom::new(), message.as_bytes(), &mut signature)
            .unwrap();
        assert!(!stand.accepts(&format!("{message}.{}", b64(&signature))), "{name} was used");
    }
}

#[test]
fn sec_t3_each_claim_is_demanded() {
    let stand = Stand::new();
    let signed_as = |purpose, claims: &Value| {
        let now = stand.app.clock.now();
        stand.app.engine.keys.sign(purpose, SigningAlg::Rs256, claims, now).ok().unwrap()
    };
    assert!(stand.accepts(&signed_as(TokenType::Access, &stand.claims)), "the forger can sign");
    assert!(!stand.accepts(&signed_as(TokenType::Id, &stand.claims)), "typ JWT");
    for name in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"] {
        let mut missing = stand.claims.clone();
        missing.as_object_mut().unwrap().remove(name);
        assert!(!stand.accepts(&stand.signed(&missing)), "without {name}");
        assert!(!stand.accepts(&stand.with(name, json!(null))), "{name} null");
        assert!(!stand.accepts(&stand.with(name, json!(""))), "{name} empty");
    }
    for (name, wrong) in [
        ("iss", json!("https://other.example")),
        ("iss", json!(format!("{}/", stand.app.issuer))),
        ("sub", json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
        ("client_id", json!("another")),
        ("jti", json!("01ARZ3NDEKTSV4RRFFQ69G5FAV.AAAAAAAAAAAAAAAAAAAAAA")),
        ("exp", json!(1)),
        ("exp", json!("9999999999")),
        ("exp", json!(1e30)),
        ("aud", json!([])),
    ] {
        assert!(!stand.accepts(&stand.with(name, wrong.clone())), "{name} = {wrong}");
    }
}

#[test]
fn sec_t4_odd_forms_are_refused() {
    let stand = Stand::new();
    let [head, payload, signature] = stand.token.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts")
    };
    let mut odd = vec![
        format!("{head}.{payload}"),
        format!("{head}.{payload}."),
        format!("{head}.{payload}.{signature}."),
        format!("{head}.{payload}.{signature}.x.y"),
        format!("{head}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{head}=.{payload}.{signature}"),
        format!("{head}.{payload}=.{signature}"),
        format!("{head}.{payload}.{signature}="),
        format!("{head} .{payload}.{signature}"),
        format!("{head}.{payload}.{}", signature.replace('_', "/").replace('-', "+")),
    ];
    // The last character carries two or four unused bits: another spelling of the same bytes.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.find(signature.chars().last().unwrap()).unwrap();
    let sibling = &alphabet[(at ^ 1)..=(at ^ 1)];
    odd.push(format!("{head}.{payload}.{}{sibling}", &signature[..signature.len() - 1]));
    for (name, value) in [("crit", json!(["exp"])), ("b64", json!(false)), ("zip", json!("DEF"))] {
        odd.push(format!("{}.{payload}.{signature}", stand.head(name, value)));
    }
    let twice = b64(format!("{{\"alg\":\"none\",{}", &header(&stand.token).to_string()[1..]).as_bytes());
    odd.push(format!("{twice}.{payload}.{signature}"));
    for token in odd.iter().filter(|token| **token != stand.token) {
        assert!(!stand.accepts(token), "{token}");
    }
    let long = format!("Bearer {}.{payload}.{signature}", "A".repeat(12_000));
    assert_eq!(stand.app.call("GET", "/oauth2/userinfo").header("Authorization", &long).send().status, 401);
}

#[test]
fn sec_t7_a_clock_may_be_ten_seconds_ahead_and_no_minute() {
    let stand = Stand::new();
    // The clock goes on meanwhile: each bound is of the moment, and leaves a slow machine some time.
    let ahead = |seconds: i64| json!(stand.app.clock.now() + seconds);
    for name in ["iat", "nbf"] {
        assert!(stand.accepts(&stand.with(name, ahead(8))), "{name} 8 s ahead");
        assert!(!stand.accepts(&stand.with(name, ahead(61))), "{name} 61 s ahead");
        assert!(!stand.accepts(&stand.with(name, ahead(3_600))), "{name} an hour ahead");
    }
    assert!(stand.accepts(&stand.with("exp", ahead(60))));
    assert!(!stand.accepts(&stand.with("exp", ahead(-1))), "no leeway at the end");
}

#[test]
fn sec_v1_b61_a_rotation_keeps_old_tokens_valid() {
    let stand = Stand::new();
    let old = header(&stand.token)["kid"].clone();
    stand.app.engine.keys.rotate_now(&stand.app.engine.db, Switch::AtOnce, "test").unwrap();
    stand.app.refresh();
    let given = stand.app.tokens(&stand.client, "ada");
    let fresh = given["access_token"].as_str().unwrap();
    assert_ne!(header(fresh)["kid"], old, "another key signs");
    assert!(stand.accepts(&stand.token) && stand.accepts(fresh));
    let jwks = stand.app.call("GET", "/.well-known/jwks.json").send().json();
    let published: Vec<_> = jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect();
    assert!(published.contains(&old) && published.contains(&header(fresh)["kid"]), "both are published");
}

#[test]
fn sec_v1_a_planned_rotation_is_published_before_it_signs() {
    let stand = Stand::new();
    let old = header(&stand.token)["kid"].clone();
    stand.app.engine.keys.rotate_now(&stand.app.engine.db, Switch::WhenPublished, "test").unwrap();
    stand.app.refresh();
    let kids = || {
        let jwks = stand.app.call("GET", "/.well-known/jwks.json").send();
        assert_eq!(jwks.header("cache-control"), Some("public, max-age=600"));
        let keys = jwks.json()["keys"].as_array().unwrap().clone();
        let of_default = keys.iter().filter(|key| key["alg"] == "RS256");
        of_default.map(|key| key["kid"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(kids().len(), 2);
    let given = stand.app.tokens(&stand.client, "ada");
    assert_eq!(header(given["access_token"].as_str().unwrap())["kid"], old, "not yet");
    stand.app.advance(2 * 600 + 120);
    let given = stand.app.tokens(&stand.client, "ada");
    let kid = header(given["id_token"].as_str().unwrap())["kid"].clone();
    assert!(kid != old && kids().contains(&kid), "now, and published for twice the max-age before");
}

#[test]
fn sec_v2_a_revoked_keys_tokens_are_dead_at_once() {
    let stand = Stand::new();
    let given = stand.app.tokens(&stand.client, "ada");
    let kid = header(&stand.token)["kid"].as_str().unwrap().to_owned();
    assert!(stand.app.engine.keys.revoke(&stand.app.engine.db, &kid, "test").unwrap());
    stand.app.refresh();
    assert!(!stand.accepts(&stand.token));
    assert!(!stand.accepts(given["access_token"].as_str().unwrap()));
    let jwks = stand.app.call("GET", "/.well-known/jwks.json").send();
    assert!(!jwks.text().contains(&kid), "not published any more");
    // The person stays signed in and the app goes on with its refresh token, under another key.
    let next = stand.app.refresh_token(&stand.client, given["refresh_token"].as_str().unwrap()).json();
    assert!(stand.accepts(next["access_token"].as_str().unwrap()));
}

/// As another process does it: straight in the database, with the epoch raised.
fn elsewhere(app: &TestApp, sql: String, epoch: &'static str) {
    use diesel::connection::SimpleConnection as _;
    app.write(move |conn| {
        conn.batch_execute(&sql)?;
        settings::raise(conn, epoch, 0)
    });
}

#[test]
fn sec_v2_another_process_follows_the_keys_also_when_it_cannot_read_the_clients() {
    let stand = Stand::new();
    let hidden = "ALTER TABLE client_secrets RENAME TO client_secrets_gone".to_owned();
    elsewhere(&stand.app, hidden, settings::CLIENTS_EPOCH);
    let clients = stand.app.engine.db.read_blocking(|conn| stand.app.engine.clients.refresh(conn));
    assert!(clients.is_err(), "the clients were read");
    assert!(stand.accepts(&stand.token), "those in memory stay");
    let kid = header(&stand.token)["kid"].as_str().unwrap().to_owned();
    let started = std::time::Instant::now();
    for status in ["revoked", "active", "revoked", "active", "revoked"] {
        let change = format!("UPDATE signing_keys SET status = '{status}' WHERE kid = '{kid}'");
        elsewhere(&stand.app, change, settings::KEYS_EPOCH);
        while (stand.app.userinfo(&stand.token).status == 200) != (status == "active") {
            // The rotation job looks too, every 30 s: five changes are more than it would bring by then.
            assert!(started.elapsed() < std::time::Duration::from_secs(100), "{status} was not followed");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}
