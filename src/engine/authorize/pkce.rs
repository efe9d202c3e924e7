//! PKCE at the authorization endpoint (RFC 7636 §4.3, RFC 9700 §2.1.1).

use super::checks::Draft;
use crate::engine::context::Engine;
use crate::protocol::pkce::Challenge;
use crate::protocol::refusal::{Check, Refusal};

/// Demanded unless the client's record says optional.
pub fn present(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    // Without a code there is nothing to protect.
    let required = draft.response_type.code() && draft.client.as_ref().is_none_or(|c| c.requires_pkce());
    let absent = draft.params.get("code_challenge").is_none();
    if required && absent { Err(Check::PkceMissing.into()) } else { Ok(()) }
}

/// A missing method would mean `plain` (RFC 7636 §4.3), which is refused like any other than S256.
pub fn method(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let method = draft.params.get("code_challenge_method");
    match (draft.params.get("code_challenge"), method) {
        (None, None) | (Some(_), Some("S256")) => Ok(()),
        (_, sent) => Err(Refusal::new(Check::PkceMethod).with("S256", sent.unwrap_or("plain (absent)"))),
    }
}

/// RFC 7636 §4.2: 43 base64url characters.
pub fn well_formed(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(sent) = draft.params.get("code_challenge") else { return Ok(()) };
    draft.code_challenge = Challenge::parse(sent);
    if draft.code_challenge.is_some() { Ok(()) } else { Err(Check::PkceMalformed.into()) }
}
