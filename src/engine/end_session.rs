//! RP-Initiated Logout (OpenID Connect RP-Initiated Logout 1.0): ended at once when the hint proves
//! who asks, else after the person said yes; a redirect only to a registered URI of a known client.

use super::context::{Ctx, Engine};
use super::visitor::{Visitor, end_session};
use crate::base::id::ClientId;
use crate::domain::client::Client;
use crate::protocol::params::Params;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::Refusal;
use crate::store::TxResult;
use std::sync::Arc;

/// The parameters known here; repeats are refused, others ignored.
pub const KNOWN: [&str; 6] =
    ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];

/// A logout request, checked.
#[derive(Clone)]
pub struct LogoutRequest {
    /// The client, if one is known for sure or was named.
    pub client: Option<Arc<Client>>,
    /// The person and session of a valid hint.
    pub hint: Option<Hint>,
    /// Where to go afterwards: byte-equal to a registered one of the client.
    pub redirect: Option<VerifiedRedirect>,
    /// Returned byte for byte.
    pub state: Option<String>,
}

/// What a valid `id_token_hint` said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Whom it was about, as its client knows them.
    pub sub: String,
    /// The client it was made for, which may be disabled by now.
    pub client_id: ClientId,
    /// In which session.
    pub sid: Option<String>,
}

/// What is to be done.
pub enum Logout {
    /// The session is over (or there was none); go there or show the page.
    Done,
    /// The person must say yes first.
    Ask,
}

/// Reads and checks the request.
///
/// # Errors
/// Repeated or oversized parameters.
pub fn read(engine: &Engine, params: &Params) -> Result<LogoutRequest, Refusal> {
    params.check_body(&KNOWN)?;
    let claims = params.get("id_token_hint").and_then(|hint| engine.keys.verify_id_token_hint(hint));
    let hinted = claims.as_ref().and_then(|c| c.aud.first().and_then(|aud| engine.clients.get(aud)));
    let named = params.get("client_id").and_then(|id| engine.clients.get(id)).filter(|c| c.enabled);
    // RPI §2: with both, the client of the hint must be the one named.
    let agree = match (&hinted, params.get("client_id")) {
        (Some(client), Some(id)) => client.id.as_str() == id,
        _ => true,
    };
    let client = if agree { hinted.clone().filter(|c| c.enabled).or(named) } else { None };
    let hint = match (claims, hinted) {
        (Some(claims), Some(client)) if agree => {
            Some(Hint { sub: claims.sub, client_id: client.id.clone(), sid: claims.sid })
        }
        _ => None,
    };
    let redirect = match (&client, params.get("post_logout_redirect_uri")) {
        (Some(client), Some(uri)) => {
            VerifiedRedirect::verify(uri, &client.metadata.post_logout_redirect_uris, client.is_native())
        }
        _ => None,
    };
    Ok(LogoutRequest { client, hint, redirect, state: params.get("state").map(str::to_owned) })
}

/// Ends the session at once when the hint is of this very session; else asks (security row M2).
///
/// # Errors
/// Store errors: then nothing was ended.
pub async fn request(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    request: &LogoutRequest,
) -> TxResult<Logout> {
    let Some((session, user)) = visitor.current(engine).await? else { return Ok(Logout::Done) };
    let proven = match &request.hint {
        Some(hint) if hint.sid.as_ref().is_none_or(|sid| sid == session.id.as_str()) => {
            engine.subject_for(&hint.client_id, &user.id).await?.is_some_and(|sub| sub == hint.sub)
        }
        _ => false,
    };
    if !proven {
        return Ok(Logout::Ask);
    }
    confirmed(engine, ctx, visitor).await?;
    Ok(Logout::Done)
}

/// Ends the session of this browser, in the store, before anything is answered.
///
/// # Errors
/// Store errors: then nothing was ended.
pub async fn confirmed(engine: &Engine, ctx: &Ctx, visitor: &Visitor) -> TxResult<()> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    engine
        .db
        .write(move |conn| match visitor.signed_in(conn, &with)? {
            Some((session, _)) => end_session(conn, (&with, &ctx), &session, "signed out"),
            None => Ok(()),
        })
        .await
}
