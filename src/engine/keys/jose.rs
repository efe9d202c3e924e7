//! Compact JWS through jsonwebtoken (RFC 7515 §7.1) with a cryptography provider of our own. As
//! shipped, jsonwebtoken parses the private key for every token, which costs more than signing;
//! ours is handed a number in place of the key and signs with the parsed key behind it.

use super::alg::Alg;
use super::pair::Pair;
use crate::base::secret::{b64, unb64};
use aws_lc_rs::signature::ParsedPublicKey;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, aws_lc};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use signature::Signer;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// What a token is for; it decides the `typ` header, so that none passes for another (RFC 8725 §3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// An access token (RFC 9068 §2.1).
    Access,
    /// An ID token (OIDC Core §2).
    Id,
    /// A signed userinfo answer (OIDC Core §5.3.2).
    UserInfo,
    /// A logout token (OIDC Back-Channel Logout §2.4).
    Logout,
}

impl TokenType {
    /// The `typ` header we write. No specification names one for userinfo answers, and libraries take
    /// none or `JWT`; without one, such an answer is neither of the others.
    pub const fn typ(self) -> Option<&'static str> {
        match self {
            Self::Access => Some("at+jwt"),
            Self::Id => Some("JWT"),
            Self::UserInfo => None,
            Self::Logout => Some("logout+jwt"),
        }
    }

    /// Whether a token with this `typ` header is one of these (RFC 9068 §4 allows the long form).
    pub fn accepts(self, typ: &str) -> bool {
        self.typ() == Some(typ) || (self == Self::Access && typ == "application/at+jwt")
    }
}

/// A parsed private key with what it is for.
struct Key {
    alg: Alg,
    pair: Pair,
}

/// A parsed private key, under the number that stands for it towards jsonwebtoken.
pub struct SigningHandle {
    number: u64,
    encoding: EncodingKey,
}

type Signers = RwLock<HashMap<u64, Arc<Key>>>;

/// The keys behind the numbers. Bounded by the handles that live.
static SIGNERS: LazyLock<Signers> = LazyLock::new(Signers::default);
static NEXT: AtomicU64 = AtomicU64::new(1);

static PROVIDER: LazyLock<CryptoProvider> = LazyLock::new(|| CryptoProvider {
    signer_factory: signer,
    verifier_factory: aws_lc::DEFAULT_PROVIDER.verifier_factory,
    key_utils: aws_lc::DEFAULT_PROVIDER.key_utils.clone(),
});

impl SigningHandle {
    /// Keeps `pair` for signing with `alg` until the handle is dropped.
    pub fn new(alg: Alg, pair: Pair) -> Self {
        // An error says that a provider is installed already: ours, as nobody else installs one.
        let _installed = LazyLock::force(&PROVIDER).install_default();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        SIGNERS.write().unwrap_or_else(PoisonError::into_inner).insert(number, Arc::new(Key { alg, pair }));
        let stands_for = number.to_be_bytes();
        let encoding = match alg {
            Alg::Rs256 | Alg::Ps256 => EncodingKey::from_rsa_der(&stands_for),
            Alg::Es256 => EncodingKey::from_ec_der(&stands_for),
            Alg::EdDsa => EncodingKey::from_ed_der(&stands_for),
        };
        Self { number, encoding }
    }
}

impl Drop for SigningHandle {
    fn drop(&mut self) {
        SIGNERS.write().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

/// A signed token.
///
/// # Errors
/// When the claims are not JSON or the signature could not be made.
pub fn sign(
    handle: &SigningHandle,
    alg: Alg,
    kid: &str,
    purpose: TokenType,
    claims: &impl Serialize,
) -> Result<String, Error> {
    let mut header = Header::new(alg.jose());
    header.typ = purpose.typ().map(str::to_owned);
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, &handle.encoding)
}

/// A token without a signature (RFC 7519 §6): header, claims, and nothing after the second dot.
///
/// # Errors
/// When the claims are not JSON.
pub fn unsecured(claims: &impl Serialize) -> Result<String, Error> {
    Ok(format!("{}.{}.", b64(br#"{"typ":"JWT","alg":"none"}"#), b64(&serde_json::to_vec(claims)?)))
}

/// A public key, parsed once: doing it for every signature costs a third of checking it.
pub struct VerifyingKey(ParsedPublicKey);

impl VerifyingKey {
    /// The public half of a pair, for signatures of `alg` alone; `None` where it is none for them.
    pub fn of(alg: Alg, pair: &Pair) -> Option<Self> {
        pair.verifying(alg).map(Self)
    }

    /// Whether `signature` (base64url) is this key's over `message`.
    pub fn verifies(&self, message: &str, signature: &str) -> bool {
        unb64(signature).is_some_and(|signature| self.0.verify_sig(message.as_bytes(), &signature).is_ok())
    }
}

struct Behind(Arc<Key>);

impl Signer<Vec<u8>> for Behind {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        self.0.pair.sign(self.0.alg, message).ok_or_else(signature::Error::new)
    }
}

impl JwtSigner for Behind {
    fn algorithm(&self) -> Algorithm {
        self.0.alg.jose()
    }
}

/// The signer for a handle's number. Nothing else signs here: no secret, no key from outside.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the provider's signature")]
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    let number = <[u8; 8]>::try_from(key.as_bytes())
        .map(u64::from_be_bytes)
        .map_err(|_| ErrorKind::InvalidKeyFormat)?;
    let key = SIGNERS.read().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
    let key = key.filter(|key| key.alg.jose() == *algorithm).ok_or(ErrorKind::InvalidAlgorithm)?;
    Ok(Box::new(Behind(key)))
}
