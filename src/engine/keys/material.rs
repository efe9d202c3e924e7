//! A key pair's bytes: making one, reading one, sealing one. `rsa` converts (its only use: its
//! private-key operations leak time, RUSTSEC-2023-0071), aws-lc-rs generates and signs.

use super::jose::{Alg, SigningHandle, VerifyingKey};
use super::jwk::PublicRsa;
use crate::base::crypt::MasterKey;
use crate::base::rng::Rng;
use crate::domain::signing_key::SigningKey;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
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
    pub public: PublicRsa,
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

/// Makes an RSA pair; takes 50 to 500 ms, so never inside a transaction.
///
/// # Errors
/// [`MaterialError::Size`] and [`MaterialError::Failed`].
pub fn generate(bits: u32, master: &MasterKey, rng: &Rng) -> Result<Fresh, MaterialError> {
    let size = match bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        4096 => KeySize::Rsa4096,
        _ => return Err(MaterialError::Size(bits)),
    };
    let pair = RsaKeyPair::generate(size).map_err(|_| MaterialError::Failed)?;
    let pkcs8: Pkcs8V1Der<'static> = pair.as_der().map_err(|_| MaterialError::Failed)?;
    let public = public_part(pkcs8.as_ref()).ok_or(MaterialError::Failed)?;
    let kid = public.thumbprint();
    let public_jwk = serde_json::to_string(&public.to_jwk(Alg::Rs256)).map_err(|_| MaterialError::Failed)?;
    let sealed = master.seal(rng, &row(&kid), pkcs8.as_ref()).ok_or(MaterialError::Failed)?;
    Ok(Fresh { kid, alg: Alg::Rs256, public_jwk, sealed })
}

/// Unseals and parses a stored key. The public part comes from the sealed one, not from its column:
/// a row that was not sealed under the master key is never trusted.
///
/// # Errors
/// [`MaterialError::Sealed`] and [`MaterialError::Unfit`].
pub fn open(key: &SigningKey, master: &MasterKey) -> Result<Held, MaterialError> {
    let sealed = || MaterialError::Sealed(key.kid.clone());
    let unfit = || MaterialError::Unfit(key.kid.clone());
    let pkcs8: Zeroizing<Vec<u8>> = master.open(&row(&key.kid), &key.sealed).map_err(|_| sealed())?;
    let alg = Alg::parse(&key.alg).ok_or_else(unfit)?;
    let public = public_part(&pkcs8).filter(|public| public.thumbprint() == key.kid).ok_or_else(unfit)?;
    let pair = RsaKeyPair::from_pkcs8(&pkcs8).map_err(|_| unfit())?;
    let verifying = VerifyingKey::rsa(&pair).map_err(|_| unfit())?;
    Ok(Held { kid: key.kid.clone(), alg, public, signing: SigningHandle::new(pair), verifying })
}

/// What a private key is sealed for.
fn row(kid: &str) -> String {
    format!("signing_keys/{kid}/pkcs8")
}

fn public_part(pkcs8: &[u8]) -> Option<PublicRsa> {
    let key = RsaPrivateKey::from_pkcs8_der(pkcs8).ok()?;
    PublicRsa::new(&key.n().to_bytes_be(), &key.e().to_bytes_be()).ok()
}
