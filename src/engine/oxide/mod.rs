//! The fence around oxide-auth: the only place that knows it.
//!
//! Its sans-I/O machines (`code_grant`) drive the order of the steps, the binding of client,
//! redirect URI and verifier, and the scope algebra. Each function here is an executor that answers
//! a machine's questions from rows already read in our transaction, and maps its closed errors to
//! our checks. Where the machines are laxer than our rules, the stricter comparison comes first:
//! redirect URIs byte for byte (theirs compare parsed URLs), a verifier without a challenge
//! (theirs ignores it), expiry (theirs reads the machine's clock).

pub mod authorize;
pub mod client_credentials;
pub mod redeem;
pub mod refresh;
mod registrar;

use crate::protocol::refusal::Check;
use crate::protocol::scope::Scope;
use chrono::{DateTime, Utc};
use oxide_auth::primitives::scope::Scope as OxideScope;

/// A machine has at most this many questions; a loop that asks more is broken, not served.
const STEPS: usize = 8;
/// Stands where a machine demands a redirect URI and the grant has none.
const NO_REDIRECT: &str = "about:blank";
/// Expiry is decided by our own clock before a machine runs; to its ambient one nothing expires.
const FAR: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

fn inward(scope: &Scope) -> Result<OxideScope, Check> {
    scope.to_string().parse().map_err(|_| Check::Unexpected)
}

/// Theirs is a hash set whose order varies; ours is sorted.
fn outward(scope: &OxideScope) -> Scope {
    Scope::of(scope.iter())
}
