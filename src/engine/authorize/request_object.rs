//! Request objects (OIDC Core §6): not supported yet, and said so.

use super::checks::Draft;
use crate::engine::context::Engine;
use crate::protocol::refusal::{Check, Refusal};

/// By value.
pub fn by_value(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.params.get("request").is_some() { Err(Check::RequestObject.into()) } else { Ok(()) }
}

/// By reference.
pub fn by_reference(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.params.get("request_uri").is_some() { Err(Check::RequestUri.into()) } else { Ok(()) }
}
