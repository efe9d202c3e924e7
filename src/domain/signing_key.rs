//! Signing keys and their life: next (published, not used), active, retired (published until the
//! last token under it has ended), then deleted (security row V1).

use crate::base::clock::Seconds;

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// Published, signs from `activate_at` on.
    Next,
    /// Signs.
    Active,
    /// Published only.
    Retired,
    /// Dropped in an emergency: published no more, tokens under it are dead.
    Revoked,
}

impl KeyStatus {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
        }
    }

    /// From the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired, Self::Revoked].into_iter().find(|s| s.as_str() == text)
    }
}

/// A stored signing key; the private part is sealed.
#[derive(Clone)]
pub struct SigningKey {
    /// JWK thumbprint (RFC 7638), base64url.
    pub kid: String,
    /// JOSE algorithm, for example `RS256`.
    pub alg: String,
    /// Public JWK as JSON text.
    pub public_jwk: String,
    /// Sealed PKCS#8.
    pub sealed: String,
    /// Where it is in its life.
    pub status: KeyStatus,
    /// When it was made.
    pub created_at: Seconds,
    /// When all nodes begin to sign with it.
    pub activate_at: Seconds,
    /// When it stopped signing, if it did.
    pub retired_at: Option<Seconds>,
    /// When it leaves the JWKS, if it is known.
    pub expires_at: Option<Seconds>,
}
