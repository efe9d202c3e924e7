//! Public keys of clients (RFC 7517 §5, RFC 7518 §6, RFC 8037 §2): RSA from 2048 bits, P-256 and
//! Ed25519. What is registered is read strictly, so that a mistake is told; of what is fetched, keys
//! that are no use here are passed over (RFC 7517 §5).

use super::jwk::{PRIVATE, PublicRsa, WeakKey};
use super::strict_json;
use crate::base::secret::unb64;
use crate::protocol::alg::SigningAlg;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents,
};
use serde_json::{Map, Value};

/// The most keys a set may have.
const MOST: usize = 32;

/// A key that signatures can be checked with.
struct ClientKey {
    kid: Option<String>,
    /// The only algorithm it may be used with, where it says so.
    alg: Option<SigningAlg>,
    material: Material,
}

enum Material {
    /// Parsed for PKCS #1 v1.5 and for PSS.
    Rsa(ParsedPublicKey, ParsedPublicKey),
    P256(ParsedPublicKey),
    Ed25519(ParsedPublicKey),
}

/// The keys of a client that are of use here.
#[derive(Default)]
pub struct ClientKeySet(Vec<ClientKey>);

/// What is wrong with a key set; the text is for people, and tells nothing of the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetFault {
    /// Which of the keys, where it is one of them.
    pub index: Option<usize>,
    /// What is wrong.
    pub problem: &'static str,
}

/// A key that was looked at.
enum Read {
    Usable(ClientKey),
    /// For another use, or of a kind unknown here.
    Other,
    Wrong(&'static str),
}

impl ClientKeySet {
    /// Of what a client registered: what is wrong is refused.
    ///
    /// # Errors
    /// [`KeySetFault`]: no key set, too many keys, private or symmetric keys, weak or malformed ones.
    pub fn registered(set: &Map<String, Value>) -> Result<Self, KeySetFault> {
        let mut usable: Vec<ClientKey> = Vec::new();
        for (index, key) in listed(set)?.iter().enumerate() {
            let wrong = |problem| KeySetFault { index: Some(index), problem };
            match read(key) {
                Read::Wrong(problem) => return Err(wrong(problem)),
                Read::Other => {}
                Read::Usable(key) => {
                    if usable.iter().any(|known| key.kid.is_some() && known.kid == key.kid) {
                        return Err(wrong("has the same kid as another one"));
                    }
                    usable.push(key);
                }
            }
        }
        Ok(Self(usable))
    }

    /// Of what was fetched, in strict JSON: keys that are wrong are passed over as well.
    ///
    /// # Errors
    /// [`KeySetFault`]: no key set, too many keys.
    pub fn fetched(body: &[u8]) -> Result<Self, KeySetFault> {
        let set = strict_json::object(body).ok_or(fault("is not a JSON object"))?;
        let keys = listed(&set)?.iter().filter_map(|key| match read(key) {
            Read::Usable(key) => Some(key),
            Read::Other | Read::Wrong(_) => None,
        });
        Ok(Self(keys.collect()))
    }

    /// Whether one of the keys can be used with `alg`.
    pub fn serves(&self, alg: SigningAlg) -> bool {
        self.0.iter().any(|key| key.verifier(alg).is_some())
    }

    /// The keys that a signature with `alg` may come from: those of the name, or all without one.
    pub(super) fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
        alg: SigningAlg,
    ) -> impl Iterator<Item = &'a ParsedPublicKey> {
        let named = move |key: &&ClientKey| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid));
        self.0.iter().filter(named).filter_map(move |key| key.verifier(alg))
    }
}

impl ClientKey {
    /// For one algorithm, which the kind of the key decides (security row T1).
    fn verifier(&self, alg: SigningAlg) -> Option<&ParsedPublicKey> {
        if self.alg.is_some_and(|only| only != alg) {
            return None;
        }
        match (&self.material, alg) {
            (Material::Rsa(pkcs1, _), SigningAlg::Rs256) => Some(pkcs1),
            (Material::Rsa(_, pss), SigningAlg::Ps256) => Some(pss),
            (Material::P256(key), SigningAlg::Es256) | (Material::Ed25519(key), SigningAlg::EdDsa) => {
                Some(key)
            }
            _ => None,
        }
    }
}

fn fault(problem: &'static str) -> KeySetFault {
    KeySetFault { index: None, problem }
}

fn listed(set: &Map<String, Value>) -> Result<&Vec<Value>, KeySetFault> {
    let keys =
        set.get("keys").and_then(Value::as_array).ok_or(fault("has no list \"keys\" (RFC 7517 §5)"))?;
    if keys.len() > MOST { Err(fault("has more than 32 keys")) } else { Ok(keys) }
}

fn read(key: &Value) -> Read {
    let Some(key) = key.as_object() else { return Read::Wrong("is not a JSON object") };
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    if text("kty") == Some("oct") || key.contains_key("k") {
        return Read::Wrong("is a symmetric key, which must never be sent; a public key is needed");
    }
    if PRIVATE.iter().any(|name| key.contains_key(*name)) {
        return Read::Wrong("holds its private part, which must never be sent; replace the key");
    }
    let alg = match key.get("alg") {
        None => None,
        Some(alg) => match named(alg) {
            Some(alg) => Some(alg),
            None => return Read::Other,
        },
    };
    if !signs(key) {
        return Read::Other;
    }
    let material = match (text("kty"), text("crv")) {
        (Some("RSA"), _) => rsa(key),
        (Some("EC"), Some("P-256")) => p256(key),
        (Some("OKP"), Some("Ed25519")) => ed25519(key),
        _ => return Read::Other,
    };
    match material {
        Ok(material) => Read::Usable(ClientKey { kid: text("kid").map(str::to_owned), alg, material }),
        Err(problem) => Read::Wrong(problem),
    }
}

fn named(alg: &Value) -> Option<SigningAlg> {
    SigningAlg::ASYMMETRIC.into_iter().find(|known| alg.as_str() == Some(known.as_str()))
}

/// Whether it says nothing else than that it is for signatures (RFC 7517 §4.2, §4.3).
fn signs(key: &Map<String, Value>) -> bool {
    let is_verify = |operation: &Value| operation.as_str() == Some("verify");
    key.get("use").is_none_or(|usage| usage.as_str() == Some("sig"))
        && key.get("key_ops").is_none_or(|ops| ops.as_array().is_some_and(|ops| ops.iter().any(is_verify)))
}

fn rsa(key: &Map<String, Value>) -> Result<Material, &'static str> {
    let public = PublicRsa::from_jwk(key).map_err(|weak| match weak {
        WeakKey::Modulus => "is an RSA key of fewer than 2048 or more than 8192 bits",
        WeakKey::Exponent => "is an RSA key with an exponent below 65537",
        WeakKey::Malformed | WeakKey::Private => "is not a public RSA key as in RFC 7518 §6.3.1",
    })?;
    let parts = RsaPublicKeyComponents { n: public.n, e: public.e };
    let pkcs1 = parts.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
    let pss = parts.to_parsed_public_key(&RSA_PSS_2048_8192_SHA256);
    match (pkcs1, pss) {
        (Ok(pkcs1), Ok(pss)) => Ok(Material::Rsa(pkcs1, pss)),
        _ => Err("is not a public RSA key as in RFC 7518 §6.3.1"),
    }
}

fn p256(key: &Map<String, Value>) -> Result<Material, &'static str> {
    let unfit = "is not a point of the curve P-256 (RFC 7518 §6.2.1)";
    let (x, y) = (coordinate(key, "x").ok_or(unfit)?, coordinate(key, "y").ok_or(unfit)?);
    // SEC 1 §2.3.3: an uncompressed point.
    let point = [&[4_u8][..], &x, &y].concat();
    // Reading it refuses points off the curve (security row T5).
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map(Material::P256).map_err(|_| unfit)
}

fn ed25519(key: &Map<String, Value>) -> Result<Material, &'static str> {
    let unfit = "is not an Ed25519 public key (RFC 8037 §2)";
    let x = coordinate(key, "x").ok_or(unfit)?;
    ParsedPublicKey::new(&ED25519, x).map(Material::Ed25519).map_err(|_| unfit)
}

/// A member of exactly 32 bytes.
fn coordinate(key: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    key.get(name).and_then(Value::as_str).and_then(unb64).filter(|bytes| bytes.len() == 32)
}
