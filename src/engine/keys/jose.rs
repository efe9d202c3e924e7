//! Compact JWS through jsonwebtoken (RFC 7515 §7.1) with a cryptography provider of our own. As
//! shipped, jsonwebtoken parses the private key for every token, which costs more than signing;
//! ours is handed a number in place of the key and signs with the parsed key behind it.

use crate::base::rng;
use crate::base::secret::unb64;
use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
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
}

impl TokenType {
    /// The `typ` header we write.
    pub const fn typ(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Id => "JWT",
        }
    }

    /// Whether a token with this `typ` header is one of these (RFC 9068 §4 allows the long form).
    pub fn accepts(self, typ: &str) -> bool {
        typ == self.typ() || (self == Self::Access && typ == "application/at+jwt")
    }
}

/// The algorithms keys are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alg {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    Rs256,
}

impl Alg {
    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
        }
    }

    /// From the registered name.
    pub fn parse(name: &str) -> Option<Self> {
        (name == Self::Rs256.as_str()).then_some(Self::Rs256)
    }

    const fn jose(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
        }
    }
}

/// A parsed private key, under the number that stands for it towards jsonwebtoken.
pub struct SigningHandle {
    number: u64,
    encoding: EncodingKey,
}

type Signers = RwLock<HashMap<u64, Arc<RsaKeyPair>>>;

/// The keys behind the numbers. Bounded by the handles that live.
static SIGNERS: LazyLock<Signers> = LazyLock::new(Signers::default);
static NEXT: AtomicU64 = AtomicU64::new(1);

static PROVIDER: LazyLock<CryptoProvider> = LazyLock::new(|| CryptoProvider {
    signer_factory: signer,
    verifier_factory: aws_lc::DEFAULT_PROVIDER.verifier_factory,
    key_utils: aws_lc::DEFAULT_PROVIDER.key_utils.clone(),
});

impl SigningHandle {
    /// Keeps `pair` for signing until the handle is dropped.
    pub fn new(pair: RsaKeyPair) -> Self {
        // An error says that a provider is installed already: ours, as nobody else installs one.
        let _installed = LazyLock::force(&PROVIDER).install_default();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        SIGNERS.write().unwrap_or_else(PoisonError::into_inner).insert(number, Arc::new(pair));
        Self { number, encoding: EncodingKey::from_rsa_der(&number.to_be_bytes()) }
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
    header.typ = Some(purpose.typ().to_owned());
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, &handle.encoding)
}

/// A public key, parsed once: doing it for every signature costs a third of checking it.
pub struct VerifyingKey(ParsedPublicKey);

impl VerifyingKey {
    /// The public half of an RSA key.
    ///
    /// # Errors
    /// When the key is none that signatures can be checked with (shorter than 2048 bits).
    pub fn rsa(pair: &RsaKeyPair) -> Result<Self, KeyRejected> {
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key()).map(Self)
    }

    /// Whether `signature` (base64url) is this key's over `message`.
    pub fn verifies(&self, message: &str, signature: &str) -> bool {
        unb64(signature).is_some_and(|signature| self.0.verify_sig(message.as_bytes(), &signature).is_ok())
    }
}

struct Rs256(Arc<RsaKeyPair>);

impl Signer<Vec<u8>> for Rs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut signed = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &rng::blinding(), message, &mut signed)
            .map_err(|_| signature::Error::new())?;
        Ok(signed)
    }
}

impl JwtSigner for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

/// The signer for a handle's number. Nothing else signs here: no secret, no key from outside.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the provider's signature")]
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    let number = <[u8; 8]>::try_from(key.as_bytes())
        .map(u64::from_be_bytes)
        .map_err(|_| ErrorKind::InvalidKeyFormat)?;
    let pair = SIGNERS.read().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
    let pair = pair.ok_or(ErrorKind::InvalidKeyFormat)?;
    match algorithm {
        Algorithm::RS256 => Ok(Box::new(Rs256(pair))),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}
