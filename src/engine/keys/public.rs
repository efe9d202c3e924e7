//! The public half of a key of ours: its thumbprint, and its place in the JWKS.

use super::alg::Alg;
use super::jwk::PublicRsa;
use crate::base::secret::{b64, sha256_b64};
use serde::Serialize;

/// A public key by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA (RFC 7518 §6.3).
    Rsa(PublicRsa),
    /// A point on P-256 (RFC 7518 §6.2), its coordinates as 32 bytes each.
    P256 {
        /// First coordinate.
        x: Vec<u8>,
        /// Second coordinate.
        y: Vec<u8>,
    },
    /// Ed25519 (RFC 8037 §2), 32 bytes.
    Ed25519(Vec<u8>),
}

/// A key as it is published: public members only.
#[derive(Default, Serialize)]
pub struct PublicJwk {
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

impl PublicKey {
    /// From an uncompressed point on P-256 (SEC 1 §2.3.3).
    pub fn from_point(point: &[u8]) -> Option<Self> {
        let (form, coordinates) = point.split_first()?;
        let (x, y) = coordinates.split_at_checked(32)?;
        (*form == 4 && y.len() == 32).then(|| Self::P256 { x: x.to_vec(), y: y.to_vec() })
    }

    /// Its thumbprint (RFC 7638 §3.2, RFC 8037 §2), base64url; our `kid`.
    pub fn thumbprint(&self) -> String {
        let members = match self {
            Self::Rsa(key) => return key.thumbprint(),
            Self::P256 { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, b64(x), b64(y))
            }
            Self::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, b64(x)),
        };
        sha256_b64(members.as_bytes())
    }

    /// As a member of our JWKS (RFC 7517 §4).
    pub fn to_jwk(&self, alg: Alg) -> PublicJwk {
        let shared =
            PublicJwk { usage: "sig", alg: alg.as_str(), kid: self.thumbprint(), ..PublicJwk::default() };
        match self {
            Self::Rsa(key) => PublicJwk { kty: "RSA", n: Some(b64(&key.n)), e: Some(b64(&key.e)), ..shared },
            Self::P256 { x, y } => {
                PublicJwk { kty: "EC", crv: Some("P-256"), x: Some(b64(x)), y: Some(b64(y)), ..shared }
            }
            Self::Ed25519(x) => PublicJwk { kty: "OKP", crv: Some("Ed25519"), x: Some(b64(x)), ..shared },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::unb64;

    #[test]
    fn b4_thumbprints_are_those_of_the_specifications() {
        // RFC 8037 Appendix A.3.
        let key = PublicKey::Ed25519(unb64("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap());
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        // The key of RFC 9449 §4.2 has the thumbprint that §6.1 names as its jkt.
        let (x, y) =
            ("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
        let key = PublicKey::P256 { x: unb64(x).unwrap(), y: unb64(y).unwrap() };
        assert_eq!(key.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn a_point_is_uncompressed_and_whole() {
        let of = |form: u8, length: usize| PublicKey::from_point(&[vec![form], vec![7; length]].concat());
        assert!(of(4, 64).is_some());
        for (form, length) in [(2, 32), (3, 32), (4, 63), (4, 65), (4, 0), (6, 64)] {
            assert_eq!(of(form, length), None, "{form} {length}");
        }
        assert_eq!(PublicKey::from_point(&[]), None);
    }
}
