//! RP-Initiated Logout (OpenID Connect RP-Initiated Logout 1.0): ended at once when the hint proves
//! who asks, else after the person said yes; a redirect only to a registered URI of a known client.

use super::accounts;
use super::context::{Ctx, Engine};
use super::logout::Frame;
use super::visitor::{Visitor, end_session};
use crate::base::id::ClientId;
use crate::base::secret::{Digest, SessionSecret};
use crate::domain::client::Client;
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::protocol::params::Params;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::Refusal;
use crate::store::{Conn, TxResult};
use std::sync::Arc;

/// The parameters known here; repeats are refused, others ignored.
pub const KNOWN: [&str; 6] =
    ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];

/// Why a session ended that somebody signed out of.
const SIGNED_OUT: &str = "signed out";

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

impl LogoutRequest {
    /// The CSP sources of where the answer may lead.
    pub fn leads_to(&self) -> Vec<String> {
        self.redirect.iter().map(VerifiedRedirect::csp_source).collect()
    }
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

impl Hint {
    /// Whether it is about this person in this session.
    async fn names(&self, engine: &Engine, session: &Session, user: &User) -> TxResult<bool> {
        let Some(client) = engine.client_now(&self.client_id).await? else { return Ok(false) };
        let here = self.sid.as_ref().is_none_or(|sid| *sid == engine.sid_of(&client, &session.id));
        Ok(here && self.sub == engine.subject_of(&client, &user.id))
    }
}

/// What is to be done.
pub enum Logout {
    /// The session is over (or there was none): first the pages of the apps it signed in at, then
    /// onward, or our own page.
    Done(Ended),
    /// The person must say yes first.
    Ask,
}

/// What is over.
#[derive(Default)]
pub struct Ended {
    /// The pages of apps that the browser is to load.
    pub frames: Vec<Frame>,
    /// Where somebody else goes on in this browser.
    pub beside: Option<Beside>,
}

/// One session of a browser ended beside others.
pub struct Beside {
    /// Who goes on after the current one, the first of them as the current one; empty where another ended.
    pub go_on: Vec<Digest<SessionSecret>>,
    /// What our frame read of it.
    pub browser_state: Option<String>,
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
        // Nobody is sent on at the wish of an app that nobody here knows (RFC 9700 §4.11.2).
        (Some(client), Some(uri)) if !client.unreviewed => {
            VerifiedRedirect::verify(uri, &client.metadata.post_logout_redirect_uris, client.is_native())
        }
        _ => None,
    };
    Ok(LogoutRequest { client, hint, redirect, state: params.get("state").map(str::to_owned) })
}

/// Ends the session at once when the hint is of this very browser's, and no other person's would end with
/// it; else asks (RPI §2: the OP MUST ask unless the hint is of the current session; security row M2).
///
/// # Errors
/// Store errors: then nothing was ended.
pub async fn request(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    request: &LogoutRequest,
) -> TxResult<Logout> {
    let everybody = visitor.everybody(engine).await?;
    let alone = everybody.len() == 1;
    if everybody.is_empty() {
        return Ok(Logout::Done(Ended::default()));
    }
    let Some(hint) = &request.hint else { return Ok(Logout::Ask) };
    for account in everybody {
        if !hint.names(engine, &account.session, &account.user).await? {
            continue;
        }
        if alone {
            return Ok(Logout::Done(confirmed(engine, ctx, visitor).await?));
        }
        return if visitor.is_current(&account) {
            Ok(Logout::Ask)
        } else {
            let browser_state = engine.browser_state(&account.session.id);
            let frames = one(engine, ctx, account.session).await?;
            Ok(Logout::Done(Ended { frames, beside: Some(Beside { go_on: Vec::new(), browser_state }) }))
        };
    }
    Ok(Logout::Ask)
}

/// Ends the current session alone; whoever else is signed in here goes on.
///
/// # Errors
/// Store errors: then nothing was ended.
pub async fn current_alone(engine: &Engine, ctx: &Ctx, visitor: &Visitor) -> TxResult<Ended> {
    let current = visitor.current(engine).await?;
    let others = visitor.others_now(engine, current.as_ref().map(|(session, _)| session)).await?;
    let go_on: Vec<_> = others.into_iter().map(|other| other.digest).collect();
    let (frames, browser_state) = match current {
        Some((session, _)) => {
            let browser_state = engine.browser_state(&session.id);
            (one(engine, ctx, session).await?, browser_state)
        }
        // It is over already: the button was pressed twice.
        None => (Vec::new(), None),
    };
    // Where nobody goes on, the whole browser is signed out.
    let beside = (!go_on.is_empty()).then_some(Beside { go_on, browser_state });
    Ok(Ended { frames, beside })
}

/// Ends this session; the pages that the browser is to load.
async fn one(engine: &Engine, ctx: &Ctx, session: Session) -> TxResult<Vec<Frame>> {
    let (with, ctx) = (engine.clone(), ctx.clone());
    engine.db.write(move |conn: &mut Conn| end_session(conn, (&with, &ctx), &session, SIGNED_OUT)).await
}

/// Ends the current session of this browser, in the store, before anything is answered; with it those of
/// everybody else who is signed in here: "signed out" is said of the browser, and whoever comes next
/// must find nobody.
///
/// # Errors
/// Store errors: then nothing was ended.
pub async fn confirmed(engine: &Engine, ctx: &Ctx, visitor: &Visitor) -> TxResult<Ended> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    let end = move |conn: &mut Conn| {
        let Some((session, _)) = visitor.signed_in(conn, &with)? else {
            return accounts::end_others(conn, (&with, &ctx), &visitor, None, SIGNED_OUT);
        };
        let mut frames = end_session(conn, (&with, &ctx), &session, SIGNED_OUT)?;
        frames.extend(accounts::end_others(conn, (&with, &ctx), &visitor, Some(&session), SIGNED_OUT)?);
        Ok(frames)
    };
    Ok(Ended { frames: engine.db.write(end).await?, ..Ended::default() })
}
