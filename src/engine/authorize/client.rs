//! The client: named once, known, enabled, and allowed the authorization code grant.

use super::checks::Draft;
use crate::engine::context::Engine;
use crate::protocol::refusal::{Check, Refusal};

/// RFC 6749 §4.1.1: `client_id` REQUIRED.
pub fn present(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let once = draft.params.count("client_id") == 1 && draft.params.get("client_id").is_some();
    if once { Ok(()) } else { Err(Check::ClientIdMissing.into()) }
}

/// RFC 6749 §4.1.2.1: an invalid client identifier is told to the person, never by redirect.
pub fn known(engine: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let id = draft.params.get("client_id").unwrap_or_default();
    draft.client = engine.clients.get(id).filter(|client| client.enabled);
    if draft.client.is_some() {
        Ok(())
    } else {
        Err(Refusal::new(Check::ClientUnknown).with("a registered client_id", id))
    }
}

/// RFC 6749 §4.1.2.1: unauthorized_client. Read from the client's record, at each use.
pub fn allowed(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(client) = &draft.client else { return Err(Check::ClientUnknown.into()) };
    if client.allows_response_type(draft.response_type) {
        return Ok(());
    }
    let registered = client.metadata.response_types.join(", ");
    Err(Refusal::new(Check::ResponseTypeNotAllowed).with(registered, draft.response_type.as_str()))
}
