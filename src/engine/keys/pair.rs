//! A key pair of ours, parsed once: made, read, signed with. Every private-key operation is aws-lc-rs.

use super::alg::Alg;
use super::public::PublicKey;
use crate::base::rng;
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use zeroize::Zeroizing;

/// A private key by its kind.
pub enum Pair {
    /// For RS256 or PS256.
    Rsa(RsaKeyPair),
    /// For ES256.
    P256(EcdsaKeyPair),
    /// For EdDSA.
    Ed25519(Ed25519KeyPair),
}

impl Pair {
    /// A new one for `alg`, as PKCS#8. RSA takes 20 to 500 ms, the others a fraction of one.
    pub fn generate(alg: Alg, rsa: KeySize) -> Option<Zeroizing<Vec<u8>>> {
        Some(Zeroizing::new(match alg {
            Alg::Rs256 | Alg::Ps256 => {
                let der: Pkcs8V1Der<'static> = RsaKeyPair::generate(rsa).ok()?.as_der().ok()?;
                der.as_ref().to_vec()
            }
            Alg::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
                pair.to_pkcs8v1().ok()?.as_ref().to_vec()
            }
            Alg::EdDsa => Ed25519KeyPair::generate().ok()?.to_pkcs8v1().ok()?.as_ref().to_vec(),
        }))
    }

    /// From PKCS#8; `None` where it is not a pair for `alg`.
    pub fn from_pkcs8(alg: Alg, pkcs8: &[u8]) -> Option<Self> {
        match alg {
            Alg::Rs256 | Alg::Ps256 => RsaKeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa),
            Alg::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok().map(Self::P256)
            }
            Alg::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).ok().map(Self::Ed25519),
        }
    }

    /// The public part of a curve's key; that of RSA is read elsewhere.
    pub fn public_point(&self) -> Option<PublicKey> {
        match self {
            Self::Rsa(_) => None,
            Self::P256(pair) => PublicKey::from_point(pair.public_key().as_ref()),
            Self::Ed25519(pair) => Some(PublicKey::Ed25519(pair.public_key().as_ref().to_vec())),
        }
    }

    /// The public part, parsed for checking signatures of `alg`; RSA keys below 2048 bits are none.
    pub fn verifying(&self, alg: Alg) -> Option<ParsedPublicKey> {
        match (self, alg) {
            (Self::Rsa(pair), Alg::Rs256) => {
                ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key()).ok()
            }
            (Self::Rsa(pair), Alg::Ps256) => {
                ParsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, pair.public_key()).ok()
            }
            (Self::P256(pair), Alg::Es256) => {
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key()).ok()
            }
            (Self::Ed25519(pair), Alg::EdDsa) => ParsedPublicKey::new(&ED25519, pair.public_key()).ok(),
            _ => None,
        }
    }

    /// The signature over `message` in the form of JWS (RFC 7518 §3.3-3.5, RFC 8037 §3.1).
    pub fn sign(&self, alg: Alg, message: &[u8]) -> Option<Vec<u8>> {
        match (self, alg) {
            (Self::Rsa(pair), Alg::Rs256 | Alg::Ps256) => {
                let form = if alg == Alg::Ps256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signed = vec![0; pair.public_modulus_len()];
                pair.sign(form, &rng::blinding(), message, &mut signed).ok()?;
                Some(signed)
            }
            (Self::P256(pair), Alg::Es256) => {
                pair.sign(&rng::blinding(), message).ok().map(|signed| signed.as_ref().to_vec())
            }
            (Self::Ed25519(pair), Alg::EdDsa) => {
                pair.try_sign(message).ok().map(|signed| signed.as_ref().to_vec())
            }
            _ => None,
        }
    }
}
