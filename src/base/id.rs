//! Identifiers: ULIDs (26 characters, time-ordered, 80 random bits). They name things and open
//! nothing; what opens something is a `secret::Plain`.

use super::clock::Clock;
use super::rng::Rng;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// A new ULID from the given clock and randomness.
pub fn ulid(clock: &Clock, rng: &Rng) -> String {
    let ms = u64::try_from(clock.now_ms()).unwrap_or(0);
    ulid::Ulid::from_parts(ms, u128::from_be_bytes(rng.bytes::<16>())).to_string()
}

/// Whether `text` has the form of a ULID; used before an identifier from outside reaches a query.
pub fn is_ulid(text: &str) -> bool {
    text.len() == 26 && ulid::Ulid::from_string(text).is_ok()
}

/// Makes the ids of requests: ULIDs whose random part is a random start plus a count. They name
/// answers and open nothing, so they need to differ, not to be guessed at.
pub struct Sequence {
    start: u128,
    count: AtomicU64,
}

impl Sequence {
    /// With its own random start.
    pub fn new(rng: &Rng) -> Self {
        Self { start: u128::from_be_bytes(rng.bytes::<16>()), count: AtomicU64::new(0) }
    }

    /// The next id.
    pub fn next(&self, clock: &Clock) -> TraceId {
        let ms = u64::try_from(clock.now_ms()).unwrap_or(0);
        let count = u128::from(self.count.fetch_add(1, Ordering::Relaxed));
        TraceId(ulid::Ulid::from_parts(ms, self.start.wrapping_add(count)).to_string())
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// A fresh identifier.
            pub fn generate(clock: &Clock, rng: &Rng) -> Self {
                Self(ulid(clock, rng))
            }
            /// From storage, or from a value that was checked before.
            pub fn from_stored(value: impl Into<String>) -> Self {
                Self(value.into())
            }
            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
            /// As owned text.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A person's account.
    UserId
    /// A registered client (RFC 6749 §2.2); may be chosen by the admin.
    ClientId
    /// A sign-in session; the `sid` claim.
    SessionId
    /// A stored authorization request with its state.
    AuthorizationId
    /// What one authorization gave one client; everything issued hangs from it.
    GrantId
    /// A refresh token family.
    FamilyId
    /// A device authorization (RFC 8628).
    DeviceId
    /// A browser in which a user code was entered.
    VisitId
    /// A half-done sign-in.
    AttemptId
    /// An enrolled second factor.
    FactorId
    /// Something a client is to be told.
    DeliveryId
    /// One request, for the person who asks what went wrong.
    TraceId
}
