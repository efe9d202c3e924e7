//! Scope and resources: well-formed, and allowed for the client; never widened.

use super::checks::Draft;
use crate::engine::context::Engine;
use crate::engine::oxide;
use crate::engine::resources::Misplaced;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;

/// RFC 6749 §3.3.
pub fn well_formed(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let sent = draft.params.get("scope").unwrap_or_default();
    draft.scope =
        Scope::parse(sent).ok_or_else(|| Refusal::new(Check::ScopeMalformed).with("scope names", sent))?;
    Ok(())
}

/// What the client's record allows, through oxide-auth's negotiation (RFC 6749 §3.3).
pub fn allowed(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(client) = &draft.client else { return Err(Check::ClientUnknown.into()) };
    if !draft.scope.is_within(&client.scope) {
        let detail =
            Refusal::new(Check::ScopeNotAllowed).with(client.scope.to_string(), draft.scope.to_string());
        return Err(detail);
    }
    let granted = oxide::authorize::negotiate(
        client,
        draft.redirect_uri.as_ref(),
        &draft.scope,
        draft.params.get("state"),
    )?;
    // OIDC Core §11: without a code, or for a client without the grant, there is no refresh token, and the
    // request for one is ignored. Agreed to unseen, it would count once the client has the grant.
    let refreshes = draft.response_type.code() && client.allows_grant("refresh_token");
    draft.scope = if refreshes { granted } else { granted.without("offline_access") };
    Ok(())
}

/// OIDC Core §3: an ID token is told to whoever asked with `openid`, and to nobody else.
pub fn openid_present(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let missing = draft.response_type.id_token() && !draft.scope.has("openid");
    if missing {
        Err(Refusal::new(Check::OpenidMissing).with("openid", draft.scope.to_string()))
    } else {
        Ok(())
    }
}

/// RFC 8707 §2: a scope that belongs to a registered resource comes with that resource alone. A client
/// that names no scopes gets those that fit.
pub fn of_resources(engine: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(client) = &draft.client else { return Err(Check::ClientUnknown.into()) };
    let named = draft.params.get("scope").is_some();
    let scope = std::mem::take(&mut draft.scope);
    draft.scope = engine.scope_for(client, scope, (&draft.resource, named)).map_err(
        |Misplaced { scope, belongs_to }| Refusal::new(Check::ScopeResource).with(belongs_to, scope),
    )?;
    Ok(())
}

/// RFC 8707 §2: only resources registered for the client.
pub fn resources(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(client) = &draft.client else { return Err(Check::ClientUnknown.into()) };
    for resource in draft.params.all("resource") {
        if !client.metadata.resources.iter().any(|known| known == resource) {
            let known = client.metadata.resources.join(" ");
            return Err(Refusal::new(Check::ResourceUnknown).with(known, resource));
        }
        if !draft.resource.iter().any(|known| known == resource) {
            draft.resource.push(resource.to_owned());
        }
    }
    Ok(())
}
