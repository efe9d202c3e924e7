//! The algorithms our own keys are made for, each with a key of its own, and the hash that goes with
//! each. A client may be registered for more (`none`, HS256); those never reach a key.

use crate::base::secret::b64;
use crate::protocol::alg::SigningAlg;
use aws_lc_rs::digest;
use jsonwebtoken::Algorithm;

/// What one key is for. It never signs with another (RFC 8725 §3.1; RFC 7517 §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alg {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    Rs256,
    /// RSASSA-PSS with SHA-256 (RFC 7518 §3.5).
    Ps256,
    /// ECDSA with P-256 and SHA-256 (RFC 7518 §3.4).
    Es256,
    /// Ed25519 (RFC 8037 §3.1).
    EdDsa,
}

impl Alg {
    /// All of them; the one that every client understands comes first (OIDC Core §15.1).
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// The one of this name, if keys are made for it.
    pub const fn of(alg: SigningAlg) -> Option<Self> {
        match alg {
            SigningAlg::Rs256 => Some(Self::Rs256),
            SigningAlg::Ps256 => Some(Self::Ps256),
            SigningAlg::Es256 => Some(Self::Es256),
            SigningAlg::EdDsa => Some(Self::EdDsa),
            SigningAlg::Hs256 | SigningAlg::None => None,
        }
    }

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => SigningAlg::Rs256.as_str(),
            Self::Ps256 => SigningAlg::Ps256.as_str(),
            Self::Es256 => SigningAlg::Es256.as_str(),
            Self::EdDsa => SigningAlg::EdDsa.as_str(),
        }
    }

    /// From the registered name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == name)
    }

    pub(super) const fn jose(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Ps256 => Algorithm::PS256,
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

/// The left half of the hash of `text` that goes with `alg`, base64url: `at_hash`, `c_hash` (OIDC Core
/// §3.1.3.6, §3.3.2.11) and `s_hash` (FAPI 1.0 part 2 §5.1). Ed25519 hashes with SHA-512 inside, so that
/// is its own, as implementations agree. `None` for `none`, which has no hash.
pub fn half_hash(alg: SigningAlg, text: &str) -> Option<String> {
    let hash = match alg {
        SigningAlg::Rs256 | SigningAlg::Ps256 | SigningAlg::Es256 | SigningAlg::Hs256 => &digest::SHA256,
        SigningAlg::EdDsa => &digest::SHA512,
        SigningAlg::None => return None,
    };
    let full = digest::digest(hash, text.as_bytes());
    full.as_ref().get(..hash.output_len() / 2).map(b64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_asymmetric_algorithm_has_a_key_and_no_other() {
        assert_eq!(SigningAlg::ASYMMETRIC.map(Alg::of), Alg::ALL.map(Some));
        assert_eq!((Alg::of(SigningAlg::Hs256), Alg::of(SigningAlg::None)), (None, None));
        assert_eq!(Alg::ALL.map(|alg| Alg::parse(alg.as_str())), Alg::ALL.map(Some));
        for name in ["none", "HS256", "RS512", "rs256", "Ed25519", ""] {
            assert_eq!(Alg::parse(name), None, "{name}");
        }
    }

    #[test]
    fn b48_the_half_hash_follows_the_algorithm() {
        // OIDC Core Appendix A.3: this access token, this at_hash; A.4: this code, this c_hash.
        let (token, code) = (
            "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
            "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk",
        );
        for alg in [SigningAlg::Rs256, SigningAlg::Ps256, SigningAlg::Es256, SigningAlg::Hs256] {
            assert_eq!(half_hash(alg, token).as_deref(), Some("77QmUPtjPfzWtF2AnpK9RQ"), "{alg:?}");
            assert_eq!(half_hash(alg, code).as_deref(), Some("LDktKdoQak3Pk0cnXxCltA"), "{alg:?}");
        }
        // FIPS 180-4, the example "abc": the left half of its SHA-512.
        let half = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a";
        let bytes: Vec<u8> = half
            .as_bytes()
            .chunks(2)
            .map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap())
            .collect();
        assert_eq!(half_hash(SigningAlg::EdDsa, "abc"), Some(b64(&bytes)));
        assert_eq!(half_hash(SigningAlg::None, token), None);
    }
}
