//! The redirect URI: given once, and byte-equal to a registered one.

use super::checks::Draft;
use crate::domain::client::Client;
use crate::engine::context::Engine;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::{Check, Refusal};

/// OIDC Core §3.1.2.1: `redirect_uri` REQUIRED, also when only one is registered.
pub fn present(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let once = draft.params.count("redirect_uri") == 1 && draft.params.get("redirect_uri").is_some();
    if once { Ok(()) } else { Err(Check::RedirectUriMissing.into()) }
}

/// RFC 9700 §2.1: "exact string matching", but for the port of native loopback URIs.
pub fn registered(engine: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let sent = draft.params.get("redirect_uri").unwrap_or_default();
    let Some(client) = &draft.client else { return Err(Check::ClientUnknown.into()) };
    draft.redirect_uri = verify(engine, client, sent);
    if draft.redirect_uri.is_some() {
        return Ok(());
    }
    Err(Refusal::new(Check::RedirectUriMismatch).with(client.metadata.redirect_uris.join(" "), sent))
}

/// The one comparison, for new requests and for stored ones.
pub fn verify(engine: &Engine, client: &Client, sent: &str) -> Option<VerifiedRedirect> {
    let any_port = client.is_native() || engine.policy.any_loopback_port;
    VerifiedRedirect::verify(sent, &client.metadata.redirect_uris, any_port)
}
