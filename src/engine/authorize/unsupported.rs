//! Parameters that ask for what does not exist here (OIDC Core §3.1.2.6, RFC 9396).

use super::checks::Draft;
use crate::engine::context::Engine;
use crate::protocol::refusal::{Check, Refusal};

/// RFC 9396 §5: details of a type the server does not know are refused, not passed over; a client
/// that limits what it asks for must not get more.
pub fn authorization_details(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let sent = draft.params.get("authorization_details").is_some();
    if sent { Err(Check::AuthorizationDetails.into()) } else { Ok(()) }
}

/// Registration inside the request (self-issued providers, OIDC Core §7.2.1).
pub fn registration(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.params.get("registration").is_some() { Err(Check::RegistrationParameter.into()) } else { Ok(()) }
}
