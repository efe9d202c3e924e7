//! Proof Key for Code Exchange (RFC 7636): S256 only (RFC 9700 §2.1.1).

use crate::base::secret::{constant_time_eq, sha256_b64};

/// A well-formed S256 challenge: 43 base64url characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// `None` unless `text` can be a base64url SHA-256 (RFC 7636 §4.2).
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        fits.then(|| Self(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// RFC 7636 §4.6: BASE64URL(SHA256(ASCII(code_verifier))) == code_challenge.
    pub fn fits(&self, verifier: &Verifier) -> bool {
        constant_time_eq(sha256_b64(verifier.0.as_bytes()).as_bytes(), self.0.as_bytes())
    }
}

/// A well-formed code verifier.
pub struct Verifier(String);

impl Verifier {
    /// `None` unless 43 to 128 unreserved characters (RFC 7636 §4.1).
    pub fn parse(text: &str) -> Option<Self> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        ((43..=128).contains(&text.len()) && text.bytes().all(unreserved)).then(|| Self(text.to_owned()))
    }

    /// As text, for the oxide-auth fence.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
