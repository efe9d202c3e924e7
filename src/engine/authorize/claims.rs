//! The `claims` parameter (OIDC Core §5.5): read strictly, and what it demands can be met.

use super::checks::Draft;
use crate::domain::session::Class;
use crate::engine::context::Engine;
use crate::engine::keys::strict_json;
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::refusal::{Check, Refusal};

/// Well-formed, and bounded (security row U3). Without `openid` it means nothing, like any parameter of
/// OpenID Connect.
pub fn well_formed(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(sent) = draft.params.get("claims") else { return Ok(()) };
    let read = strict_json::object(sent.as_bytes()).and_then(|members| ClaimsRequest::from_members(&members));
    let read = read.ok_or_else(|| Refusal::new(Check::ClaimsMalformed).with("a claims object", sent))?;
    draft.claims = Some(read).filter(|read| !read.is_empty() && draft.scope.has("openid"));
    Ok(())
}

/// OIDC Core §5.5.1.1: an essential `acr` that cannot be met is "a failed authentication attempt". One
/// that no sign-in here reaches is told before anybody signs in for it.
pub fn acr_reachable(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let required = draft.claims.as_ref().map(ClaimsRequest::required_acr).unwrap_or_default();
    let reachable = |acr: &String| Class::REACHABLE.iter().any(|class| class.acr() == acr);
    if required.is_empty() || required.iter().any(reachable) {
        return Ok(());
    }
    let classes: Vec<&str> = Class::REACHABLE.iter().map(|class| class.acr()).collect();
    Err(Refusal::new(Check::AcrUnmet).with(classes.join(" or "), required.join(" ")))
}
