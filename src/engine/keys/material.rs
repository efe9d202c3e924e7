//! A key pair's bytes: making one, reading one, sealing one. `rsa` converts (its only use: its
//! private-key operations leak time, RUSTSEC-2023-0071), aws-lc-rs generates and signs.

use super::alg::Alg;
use super::jose::{SigningHandle, VerifyingKey};
use super::jwk::PublicRsa;
use super::pair::Pair;
use super::public::PublicKey;
use crate::base::crypt::MasterKey;
use crate::base::rng::Rng;
use crate::domain::signing_key::SigningKey;
use aws_lc_rs::rsa::KeySize;
use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use std::fmt;
use zeroize::Zeroizing;

/// A key of the ring: unsealed and parsed once.
pub struct Held {
    /// Its thumbprint.
    pub kid: String,
    /// What it signs with; never taken from a token.
    pub alg: Alg,
    /// The public part.
    pub public: PublicKey,
    pub(super) signing: SigningHandle,
    pub(super) verifying: VerifyingKey,
}

/// A pair that was just made.
pub struct Fresh {
    /// Its thumbprint.
    pub kid: String,
    /// What it is for.
    pub alg: Alg,
    /// Public JWK, JSON text.
    pub public_jwk: String,
    /// The private part, sealed for the row of this `kid`.
    pub sealed: String,
}

/// Why a pair cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub enum MaterialError {
    /// Another size than 2048, 3072 or 4096 bits was asked for.
    Size(u32),
    /// The private part does not open: another master key, or a row that was changed.
    Sealed(String),
    /// It opened, but is not the key its row says, or too weak.
    Unfit(String),
    /// Generating or sealing failed.
    Failed,
}

impl fmt::Display for MaterialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size(bits) => write!(f, "RSA keys have 2048, 3072 or 4096 bits, not {bits}"),
            Self::Sealed(kid) => {
                write!(
                    f,
                    "signing key {kid} does not open with this master key; start with the master key it was sealed with"
                )
            }
            Self::Unfit(kid) => write!(
                f,
                "signing key {kid} is not the key its row describes; restore the table from a backup"
            ),
            Self::Failed => f.write_str("a signing key could not be made"),
        }
    }
}

/// Makes a pair for `alg`; an RSA one takes 20 to 500 ms, so never inside a transaction. `rsa_bits` is
/// the size of RSA keys.
///
/// # Errors
/// [`MaterialError::Size`] and [`MaterialError::Failed`].
pub fn generate(alg: Alg, rsa_bits: u32, master: &MasterKey, rng: &Rng) -> Result<Fresh, MaterialError> {
    let size = match rsa_bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        4096 => KeySize::Rsa4096,
        _ => return Err(MaterialError::Size(rsa_bits)),
    };
    let made = || {
        let pkcs8 = Pair::generate(alg, size)?;
        let public = public_part(&Pair::from_pkcs8(alg, &pkcs8)?, &pkcs8)?;
        let kid = public.thumbprint();
        let public_jwk = serde_json::to_string(&public.to_jwk(alg)).ok()?;
        let sealed = master.seal(rng, &row(&kid, alg), &pkcs8)?;
        Some(Fresh { kid, alg, public_jwk, sealed })
    };
    made().ok_or(MaterialError::Failed)
}

/// Unseals and parses a stored key. The public part comes from the sealed one, not from its column:
/// a row that was not sealed under the master key is never trusted.
///
/// # Errors
/// [`MaterialError::Sealed`] and [`MaterialError::Unfit`].
pub fn open(key: &SigningKey, master: &MasterKey) -> Result<Held, MaterialError> {
    let sealed = || MaterialError::Sealed(key.kid.clone());
    let unfit = || MaterialError::Unfit(key.kid.clone());
    let alg = Alg::parse(&key.alg).ok_or_else(unfit)?;
    let pkcs8: Zeroizing<Vec<u8>> = master.open(&row(&key.kid, alg), &key.sealed).map_err(|_| sealed())?;
    let pair = Pair::from_pkcs8(alg, &pkcs8).ok_or_else(unfit)?;
    let public = public_part(&pair, &pkcs8).filter(|public| public.thumbprint() == key.kid);
    let public = public.ok_or_else(unfit)?;
    let verifying = VerifyingKey::of(alg, &pair).ok_or_else(unfit)?;
    Ok(Held { kid: key.kid.clone(), alg, public, signing: SigningHandle::new(alg, pair), verifying })
}

/// What a private key is sealed for: its row, and the algorithm, so that no key signs with another
/// because its row was changed. (RS256 came first, and keeps the name it had.)
pub(super) fn row(kid: &str, alg: Alg) -> String {
    match alg {
        Alg::Rs256 => format!("signing_keys/{kid}/pkcs8"),
        other => format!("signing_keys/{kid}/pkcs8/{}", other.as_str()),
    }
}

pub(super) fn public_part(pair: &Pair, pkcs8: &[u8]) -> Option<PublicKey> {
    if !matches!(pair, Pair::Rsa(_)) {
        return pair.public_point();
    }
    let key = RsaPrivateKey::from_pkcs8_der(pkcs8).ok()?;
    PublicRsa::new(&key.n().to_bytes_be(), &key.e().to_bytes_be()).ok().map(PublicKey::Rsa)
}
