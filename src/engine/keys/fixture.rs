//! What the tests of this module stand on: a SQLite file, a turnable clock, seeded randomness, a ring,
//! and a forger who holds the genuine private key (so that a refusal is never about the signature).

use super::alg::Alg;
use super::material;
use super::pair::Pair;
use super::{AccessClaims, Audience, KeyPolicy, KeyRing, Setup, TokenType};
use crate::base::clock::{Clock, Seconds};
use crate::base::crypt::MasterKey;
use crate::base::rng::Rng;
use crate::base::secret::b64;
use crate::domain::signing_key::SigningKey;
use crate::protocol::alg::SigningAlg;
use crate::store::{Conn, Db, DbConfig, Target, TxResult, keys, migrate};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};
use std::path::Path;

pub const ISSUER: &str = "https://id.example";
pub const DAY: Seconds = 86_400;

pub fn policy() -> KeyPolicy {
    KeyPolicy { rsa_bits: 2048, rotation: 10 * DAY, jwks_max_age: 600, longest_token: 3600 }
}

pub struct Stand {
    pub dir: tempfile::TempDir,
    pub db: Db,
    pub clock: Clock,
    pub rng: Rng,
    pub master: MasterKey,
    pub ring: KeyRing,
    pub policy: KeyPolicy,
    /// Of the several lines of keys, the one a test is about.
    pub alg: SigningAlg,
}

/// The same with each algorithm.
pub fn each(test: impl Fn(&Stand)) {
    let mut stand = Stand::new();
    for alg in SigningAlg::ASYMMETRIC {
        stand.alg = alg;
        test(&stand);
    }
}

pub fn open(dir: &Path) -> Db {
    let target = Target::Sqlite(dir.join("test.db"));
    let config = DbConfig { target, pool_size: 4, statement_timeout: 10, pool_wait: 10 };
    migrate::run(&config).unwrap();
    Db::open(&config).unwrap()
}

impl Stand {
    pub fn new() -> Self {
        Self::with(policy())
    }

    pub fn with(policy: KeyPolicy) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (db, clock, rng) = (open(dir.path()), Clock::turnable(), Rng::seeded(1));
        let master = MasterKey::generate(&rng);
        let setup = Setup {
            issuer: ISSUER.to_owned(),
            master: master.clone(),
            policy: policy.clone(),
            clock: clock.clone(),
            rng: rng.clone(),
        };
        let ring = KeyRing::load(&db, setup).unwrap();
        Self { dir, db, clock, rng, master, ring, policy, alg: SigningAlg::Rs256 }
    }

    pub fn setup(&self) -> Setup {
        Setup {
            issuer: ISSUER.to_owned(),
            master: self.master.clone(),
            policy: self.policy.clone(),
            clock: self.clock.clone(),
            rng: self.rng.clone(),
        }
    }

    /// Another node on the same database: a writer and a ring of its own.
    pub fn node(&self) -> (Db, KeyRing) {
        let db = open(self.dir.path());
        let ring = KeyRing::load(&db, self.setup()).unwrap();
        (db, ring)
    }

    pub fn read<T>(&self, job: impl FnOnce(&mut Conn) -> TxResult<T>) -> T {
        self.db.read_blocking(job).unwrap()
    }

    pub fn now(&self) -> Seconds {
        self.clock.now()
    }

    pub fn kid(&self) -> String {
        self.ring.signing_kid(self.alg, self.now()).unwrap()
    }

    /// What is published of this algorithm, in its order.
    pub fn published(&self) -> Vec<String> {
        let ours = |jwk: &Value| jwk["alg"] == self.alg.as_str();
        published(&self.ring).iter().filter(|jwk| ours(jwk)).map(kid_of).collect()
    }

    pub fn claims(&self) -> AccessClaims {
        claims(self.now())
    }

    pub fn token(&self) -> String {
        self.sign(TokenType::Access, &self.claims())
    }

    pub fn sign(&self, purpose: TokenType, claims: &impl serde::Serialize) -> String {
        self.ring.sign(purpose, self.alg, claims, self.now()).unwrap()
    }

    pub fn accepts(&self, token: &str) -> bool {
        self.ring.verify_access_token(token, self.now()).is_some()
    }

    /// The row of the key that signs.
    pub fn row(&self) -> SigningKey {
        let kid = self.kid();
        self.read(keys::snapshot).1.into_iter().find(|row| row.kid == kid).unwrap()
    }

    /// The genuine private key, PKCS#8.
    pub fn pkcs8(&self) -> Vec<u8> {
        let row = self.row();
        let named = material::row(&row.kid, Alg::of(self.alg).unwrap());
        self.master.open(&named, &row.sealed).unwrap().to_vec()
    }

    pub fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": self.alg.as_str(), "kid": self.kid()})
    }

    pub fn payload(&self) -> Value {
        serde_json::to_value(self.claims()).unwrap()
    }

    /// Any header and payload text, genuinely signed.
    pub fn forge(&self, header: &str, payload: &str) -> String {
        let pair = Pair::from_pkcs8(Alg::of(self.alg).unwrap(), &self.pkcs8()).unwrap();
        self.forge_by(&pair, header, payload)
    }

    /// The same by the key of somebody else.
    pub fn forge_by(&self, pair: &Pair, header: &str, payload: &str) -> String {
        let message = format!("{}.{}", b64(header.as_bytes()), b64(payload.as_bytes()));
        let signature = pair.sign(Alg::of(self.alg).unwrap(), message.as_bytes()).unwrap();
        format!("{message}.{}", b64(&signature))
    }

    /// A key of this algorithm that is not ours, and its public JWK.
    pub fn stranger(&self) -> (Pair, Value) {
        let alg = Alg::of(self.alg).unwrap();
        let pkcs8 = Pair::generate(alg, KeySize::Rsa2048).unwrap();
        let pair = Pair::from_pkcs8(alg, &pkcs8).unwrap();
        let public = material::public_part(&pair, &pkcs8).unwrap();
        (pair, serde_json::to_value(public.to_jwk(alg)).unwrap())
    }
}

pub fn signed(pair: &RsaKeyPair, alg: &'static dyn RsaEncoding, header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(alg, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", b64(&signature))
}

/// The keys of the JWKS.
pub fn published(ring: &KeyRing) -> Vec<Value> {
    let jwks: Value = serde_json::from_slice(&ring.jwks().body).unwrap();
    jwks["keys"].as_array().unwrap().clone()
}

pub fn kid_of(jwk: &Value) -> String {
    jwk["kid"].as_str().unwrap().to_owned()
}

/// The names of all that is published.
pub fn kids(ring: &KeyRing) -> Vec<String> {
    published(ring).iter().map(kid_of).collect()
}

pub fn claims(now: Seconds) -> AccessClaims {
    AccessClaims {
        iss: ISSUER.to_owned(),
        sub: "01J00000000000000000000000".to_owned(),
        aud: Audience::One("https://api.example".to_owned()),
        client_id: "app".to_owned(),
        exp: now + 900,
        iat: now,
        nbf: None,
        jti: "j".to_owned(),
        scope: "openid".to_owned(),
        sid: Some("s".to_owned()),
        auth_time: Some(now - 5),
        acr: None,
        amr: vec!["pwd".to_owned()],
        roles: Vec::new(),
    }
}
