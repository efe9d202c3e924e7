//! Keys of relying parties, and what they sign with them: JWTs of any header and claims, right or wrong.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use aws_lc_rs::{hmac, rsa};
use latchkey::base::secret::b64;
use serde_json::{Value, json};

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A key pair of a relying party.
pub struct RpKey {
    pub kid: String,
    pair: Pair,
}

impl RpKey {
    pub fn rsa(kid: &str) -> Self {
        Self::of(kid, Pair::Rsa(RsaKeyPair::generate(rsa::KeySize::Rsa2048).expect("a pair")))
    }

    pub fn p256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a pair");
        Self::of(kid, Pair::P256(pair))
    }

    pub fn ed25519(kid: &str) -> Self {
        Self::of(kid, Pair::Ed25519(Ed25519KeyPair::generate().expect("a pair")))
    }

    fn of(kid: &str, pair: Pair) -> Self {
        Self { kid: kid.to_owned(), pair }
    }

    /// The algorithm it is used with unless another is named.
    pub fn alg(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::P256(_) => "ES256",
            Pair::Ed25519(_) => "EdDSA",
        }
    }

    /// The public part as a JWK.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                let n = b64(public.modulus().big_endian_without_leading_zero());
                json!({ "kty": "RSA", "n": n, "e": b64(public.exponent().big_endian_without_leading_zero()) })
            }
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..]) })
            }
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": b64(pair.public_key().as_ref()) })
            }
        };
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk
    }

    /// A JWT with its `alg` and `kid`.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({ "alg": self.alg(), "kid": self.kid }), claims)
    }

    /// A JWT with any header; the signature is the one its `alg` names, else that of the key.
    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let (bytes, random) = (message.as_bytes(), SystemRandom::new());
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let pss: &dyn RsaEncoding = &RSA_PSS_SHA256;
                let encoding = if header["alg"] == "PS256" { pss } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, bytes, &mut signature).expect("a signature");
                signature
            }
            Pair::P256(pair) => pair.sign(&random, bytes).expect("a signature").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(bytes).as_ref().to_vec(),
        };
        format!("{message}.{}", b64(&signature))
    }
}

/// A JWT under a secret.
pub fn hs256(secret: &str, claims: &Value) -> String {
    let message = message(&json!({ "alg": "HS256" }), claims);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    format!("{message}.{}", b64(tag.as_ref()))
}

/// A JWT that nobody signed.
pub fn unsigned(claims: &Value) -> String {
    format!("{}.", message(&json!({ "alg": "none" }), claims))
}

/// A JWK set.
pub fn jwks(keys: &[&RpKey]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>() })
}

fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", b64(header.to_string().as_bytes()), b64(claims.to_string().as_bytes()))
}
