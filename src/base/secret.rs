//! Secrets are types: a `Secret` cannot be printed, a `Plain` is shown once and stored only as its
//! `Digest`. Comparison is in constant time.

use super::id::{self, AuthorizationId, DeviceId};
use super::rng::Rng;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use std::marker::PhantomData;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Text that must not be seen: no `Debug`, `Display` or `Serialize`, wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The text, for the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Equality in constant time (for equal lengths).
    pub fn matches(&self, other: &Secret) -> bool {
        constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

/// Equality in constant time; only the length may be learnt from the time taken.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Unpadded base64url.
pub fn b64(bytes: &[u8]) -> String {
    B64.encode(bytes)
}

/// Decodes canonical unpadded base64url.
pub fn unb64(text: &str) -> Option<Vec<u8>> {
    B64.decode(text).ok()
}

/// SHA-256, unpadded base64url (43 characters).
pub fn sha256_b64(bytes: &[u8]) -> String {
    b64(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// What kind of secret a value is; its prefix lets scanners find leaked ones.
pub trait Kind {
    /// Text before the random part, for example `lk_cs_`.
    const PREFIX: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal)+) => {$(
        $(#[$doc])*
        pub enum $name {}
        impl Kind for $name {
            const PREFIX: &'static str = $prefix;
        }
    )+};
}

kinds! {
    /// An authorization code (RFC 6749 §4.1.2).
    Code = "lk_ac_"
    /// The value of the session cookie.
    SessionSecret = ""
    /// The value that binds stored authorizations to one browser.
    BrowserSecret = ""
    /// The value of the cookie of a browser that need not be asked for the second factor.
    DeviceSecret = ""
    /// A recovery code, with the person it is of.
    RecoveryCode = ""
    /// A client secret made by us.
    ClientSecret = "lk_cs_"
    /// An opaque access token.
    AccessToken = "lk_at_"
    /// A device code (RFC 8628 §3.2).
    DeviceCode = "lk_dc_"
    /// A single-use link (first set-up, recovery).
    OneTimeLink = "lk_ott_"
    /// What lets somebody register apps (RFC 7591 §3).
    InitialToken = "lk_iat_"
    /// What a registered app reads and changes its own registration with (RFC 7592 §2).
    RegistrationToken = "lk_rat_"
}

/// A secret of kind `K` in the clear: 256 random bits with a prefix, or what a client presented.
pub struct Plain<K> {
    value: Secret,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Plain<K> {
    /// A fresh one: 256 random bits.
    pub fn generate(rng: &Rng) -> Self {
        Self::presented(format!("{}{}", K::PREFIX, b64(&rng.bytes::<32>())))
    }

    /// One that came from outside; nothing is assumed of its form.
    pub fn presented(value: impl Into<String>) -> Self {
        Self { value: Secret::new(value), kind: PhantomData }
    }

    /// The text, for the answer that hands it out.
    pub fn reveal(&self) -> &str {
        self.value.reveal()
    }

    /// What is stored and looked up instead of it.
    pub fn digest(&self) -> Digest<K> {
        Digest { value: sha256_b64(self.value.reveal().as_bytes()), kind: PhantomData }
    }
}

impl Plain<Code> {
    /// The code of one authorization: it names the row it is for, so that no index of random digests
    /// has to be kept, and opens it by 256 random bits.
    pub fn of_authorization(id: &AuthorizationId, rng: &Rng) -> Self {
        Self::presented(format!("{}{id}{}", Code::PREFIX, b64(&rng.bytes::<32>())))
    }

    /// The authorization it names; `None` when it has not the form of a code of ours.
    pub fn authorization(&self) -> Option<AuthorizationId> {
        let id = self.reveal().strip_prefix(Code::PREFIX)?.get(..26)?;
        id::is_ulid(id).then(|| AuthorizationId::from_stored(id))
    }
}

impl Plain<DeviceCode> {
    /// The code of one device authorization: it names the row it is for, and opens it by 256 random bits.
    pub fn of_device(id: &DeviceId, rng: &Rng) -> Self {
        Self::presented(format!("{}{id}{}", DeviceCode::PREFIX, b64(&rng.bytes::<32>())))
    }

    /// The device authorization it names; `None` when it has not the form of a code of ours.
    pub fn device(&self) -> Option<DeviceId> {
        let id = self.reveal().strip_prefix(DeviceCode::PREFIX)?.get(..26)?;
        id::is_ulid(id).then(|| DeviceId::from_stored(id))
    }
}

/// The SHA-256 of a [`Plain`], base64url. It opens nothing, so it may be stored and compared.
pub struct Digest<K> {
    value: String,
    kind: PhantomData<fn() -> K>,
}

impl<K> Digest<K> {
    /// From storage.
    pub fn from_stored(value: impl Into<String>) -> Self {
        Self { value: value.into(), kind: PhantomData }
    }

    /// As text, for storage.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Equality in constant time.
    pub fn matches(&self, other: &Digest<K>) -> bool {
        constant_time_eq(self.value.as_bytes(), other.value.as_bytes())
    }
}

impl<K> Clone for Digest<K> {
    fn clone(&self) -> Self {
        Self::from_stored(self.value.clone())
    }
}
