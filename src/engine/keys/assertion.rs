//! What a client assertion must claim (RFC 7523 §3, OIDC Core §9; security row F4).

use super::foreign::{Unfit, date, has_begun, is_for, text};
use crate::base::clock::Seconds;
use serde_json::{Map, Value};

/// The longest life, seconds.
const LONGEST: Seconds = 600;
/// A used one is remembered for so long after its end, seconds (security row T7).
const REMEMBERED: Seconds = 60;

/// An assertion whose claims are right; it counts if it was not used before.
#[derive(Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Its identifier.
    pub jti: String,
    /// Until when it must be remembered, seconds since 1970.
    pub remember_until: Seconds,
}

/// Checks the claims of an assertion that `client_id` signed. `accepted` are the names that this server
/// goes by in `aud`.
///
/// # Errors
/// The first claim that is not as it must be.
pub fn check_assertion(
    claims: &Map<String, Value>,
    client_id: &str,
    accepted: &[&str],
    now: Seconds,
) -> Result<Assertion, Unfit> {
    // RFC 7523 §3: "For client authentication, the subject MUST be the client_id of the OAuth client."
    for name in ["iss", "sub"] {
        if text(claims, name) != Some(client_id) {
            return Err(Unfit::new("iss and sub that are the client_id", claims.get(name)));
        }
    }
    if !is_for(claims, accepted) {
        return Err(Unfit::new("aud that is the issuer or the token endpoint", claims.get("aud")));
    }
    let exp = date(claims, "exp")?;
    let exp = exp
        .filter(|exp| (now.saturating_add(1)..=now.saturating_add(LONGEST)).contains(exp))
        .ok_or_else(|| Unfit::new("exp that lies ahead, ten minutes at the most", claims.get("exp")))?;
    has_begun(claims, now)?;
    let jti = text(claims, "jti").filter(|jti| !jti.is_empty());
    let jti = jti.ok_or_else(|| Unfit::new("a jti", claims.get("jti")))?.to_owned();
    Ok(Assertion { jti, remember_until: exp.saturating_add(REMEMBERED) })
}
