//! `id_token_hint` (OIDC Core §3.1.2.1): signed by us for this client, expired is fine. It selects
//! a person and never signs one in (security row A12).

use super::checks::Draft;
use crate::engine::context::Engine;
use crate::protocol::refusal::{Check, Refusal};

/// Ours, for this client.
pub fn issued_here(engine: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(hint) = draft.params.get("id_token_hint") else { return Ok(()) };
    let claims = engine.keys.verify_id_token_hint(hint).ok_or(Check::IdTokenHintInvalid)?;
    let client = draft.client.as_ref().map(|client| client.id.as_str()).unwrap_or_default();
    if !claims.aud.iter().any(|aud| aud == client) {
        return Err(Check::IdTokenHintInvalid.into());
    }
    draft.hinted_subject = Some(claims.sub);
    Ok(())
}
