//! Parameters that ask for what does not exist here (OIDC Core §3.1.2.6).

use super::checks::Draft;
use crate::engine::context::Engine;
use crate::protocol::refusal::{Check, Refusal};

/// Registration inside the request (self-issued providers, OIDC Core §7.2.1).
pub fn registration(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.params.get("registration").is_some() { Err(Check::RegistrationParameter.into()) } else { Ok(()) }
}
