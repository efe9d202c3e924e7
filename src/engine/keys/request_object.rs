//! What a request object must claim of itself (OIDC Core §6.1, RFC 9101 §4, §6; security row J4). What it
//! asks for is checked like any other request, afterwards.

use super::foreign::{AHEAD, Unfit, date, has_begun, is_for, text};
use crate::base::clock::Seconds;
use serde_json::{Map, Value};

/// How far `exp` may lie ahead, and `nbf` behind, seconds.
const LONGEST: Seconds = 3600;

/// Checks the claims of an object of `client_id`; one that is signed must say by whom and for whom.
///
/// # Errors
/// The first claim that is not as it must be.
pub fn check_request_object(
    claims: &Map<String, Value>,
    client_id: &str,
    issuer: &str,
    (is_signed, now): (bool, Seconds),
) -> Result<(), Unfit> {
    let must = |name: &str| is_signed || claims.contains_key(name);
    if must("iss") && text(claims, "iss") != Some(client_id) {
        return Err(Unfit::new("iss that is the client_id", claims.get("iss")));
    }
    if must("aud") && !is_for(claims, &[issuer]) {
        return Err(Unfit::new("aud that is the issuer", claims.get("aud")));
    }
    // RFC 9101 §10.8: with sub it could be used to authenticate the client.
    if text(claims, "sub") == Some(client_id) {
        return Err(Unfit::new("no sub that is the client_id", claims.get("sub")));
    }
    let latest = now.saturating_add(LONGEST).saturating_add(AHEAD);
    if date(claims, "exp")?.is_some_and(|exp| exp <= now || exp > latest) {
        return Err(Unfit::new("exp that lies ahead, an hour at the most", claims.get("exp")));
    }
    has_begun(claims, now)?;
    let earliest = now.saturating_sub(LONGEST);
    if date(claims, "nbf")?.is_some_and(|nbf| nbf < earliest) {
        return Err(Unfit::new("nbf that is an hour old at the most", claims.get("nbf")));
    }
    Ok(())
}
