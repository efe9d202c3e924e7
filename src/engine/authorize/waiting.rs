//! A stored authorization on its way: found again by the pages of the flow, in the browser that
//! began it, as long as its client still may have what was asked.

use super::next::{self, Step};
use super::redirect_uri;
use super::response::Target;
use crate::base::clock::Seconds;
use crate::base::id::{AuthorizationId, SessionId, UserId, is_ulid};
use crate::base::secret::Digest;
use crate::domain::authorization::{Authorization, Stage};
use crate::domain::client::Client;
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::engine::context::{Ctx, Engine, Macs, Policy};
use crate::engine::login::Demand;
use crate::engine::subject;
use crate::engine::visitor::Visitor;
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::refusal::Check;
use crate::store::consents::Consent;
use crate::store::{Conn, Fault, TxResult, authorizations, consents, factors};
use std::sync::Arc;

/// A stored authorization that is still waiting, in the browser that began it.
pub struct Waiting {
    /// The authorization.
    pub authorization: Authorization,
    /// Its client.
    pub client: Arc<Client>,
    /// The session that answered its login, if one did.
    pub answered_by: Option<SessionId>,
    /// The person it is about, if it is about one.
    pub expected: Option<UserId>,
    macs: Arc<Macs>,
    policy: Arc<Policy>,
}

impl Waiting {
    pub(super) fn target(&self, engine: &Engine) -> Target {
        Target::of(engine, &self.authorization.request)
    }

    /// Whether the request may go on as `user`: the app named nobody else.
    pub fn admits(&self, user: &User) -> bool {
        subject::admits(&self.macs, &self.client, &self.authorization.request, &user.id)
    }

    /// Whether the app said whom the request is about.
    pub fn names_somebody(&self) -> bool {
        subject::names_somebody(&self.authorization.request)
    }

    pub(super) fn step(&self, standing: &Standing, now: Seconds) -> Step {
        next::step(&next::Facts {
            request: &self.authorization.request,
            client: &self.client,
            session: standing.session.as_ref(),
            consent: standing.consent.as_ref(),
            answered_by: self.answered_by.as_ref(),
            expected: self.expected.as_ref(),
            now,
            macs: &self.macs,
            policy: &self.policy,
            has_factor: standing.has_factor,
        })
    }
}

/// Finds a waiting authorization for this browser (security row A14).
///
/// # Errors
/// [`Check::AuthorizationGone`] when it is finished, too old, or another browser's.
pub async fn waiting(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    id: &AuthorizationId,
) -> TxResult<Waiting> {
    let (visitor, with, key, trace) = (visitor.clone(), engine.clone(), id.clone(), ctx.trace.clone());
    let find = move |conn: &mut Conn| {
        let waiting = find_waiting(conn, &with, &visitor, key.as_str());
        if waiting.is_err()
            && let Some(over) = find_here(conn, &visitor, key.as_str())?
        {
            // Whoever began it is told the way back to the app.
            trace.client(over.request.client_id.as_str());
        }
        waiting
    };
    engine.db.read(find).await
}

/// [`waiting`], inside a transaction.
///
/// # Errors
/// As [`waiting`].
pub fn find_waiting(conn: &mut Conn, engine: &Engine, visitor: &Visitor, id: &str) -> TxResult<Waiting> {
    let gone = || Fault::from(Check::AuthorizationGone);
    let authorization = find_here(conn, visitor, id)?.ok_or_else(gone)?;
    if authorization.expires_at <= engine.now() {
        return Err(gone());
    }
    let Stage::Pending { answered_by, expected } = authorization.stage.clone() else { return Err(gone()) };
    let client = engine
        .clients
        .get(authorization.request.client_id.as_str())
        .filter(|client| !client.is_younger_than(authorization.created_at))
        .filter(|client| still_allows(engine, client, &authorization.request))
        .ok_or_else(gone)?;
    let (macs, policy) = (engine.macs.clone(), engine.policy.clone());
    Ok(Waiting { authorization, client, answered_by, expected, macs, policy })
}

/// One that was begun in this browser and came to its end.
///
/// # Errors
/// Store errors.
pub fn find_over(conn: &mut Conn, visitor: &Visitor, id: &str) -> TxResult<Option<Authorization>> {
    Ok(find_here(conn, visitor, id)?.filter(|over| !matches!(over.stage, Stage::Pending { .. })))
}

/// [`find_over`], from a page.
///
/// # Errors
/// Store errors.
pub async fn is_over(engine: &Engine, visitor: &Visitor, id: &AuthorizationId) -> TxResult<bool> {
    let (visitor, key) = (visitor.clone(), id.clone());
    Ok(engine.db.read(move |conn| find_over(conn, &visitor, key.as_str())).await?.is_some())
}

/// One that was begun in this browser, whatever became of it.
fn find_here(conn: &mut Conn, visitor: &Visitor, id: &str) -> TxResult<Option<Authorization>> {
    let Some(browser) = visitor.browser.as_ref().filter(|_| is_ulid(id)) else { return Ok(None) };
    let found = authorizations::find(conn, id)?;
    Ok(found.filter(|found| browser.matches(&Digest::from_stored(found.browser.clone()))))
}

/// What the client's record says now, not what it said when the request came (security row A6): a
/// redirect URI that was taken out gets no more answers.
fn still_allows(engine: &Engine, client: &Client, request: &AuthorizationRequest) -> bool {
    client.enabled && request.scope.is_within(&client.scope) && still_answers(engine, client, request)
}

/// Whether the client may still be answered there and in that way.
pub fn still_answers(engine: &Engine, client: &Client, request: &AuthorizationRequest) -> bool {
    client.allows_response_type(request.response_type)
        && redirect_uri::verify(engine, client, request.redirect_uri.as_str()).is_some()
}

/// What the person has said so far about one request.
pub(super) struct Standing {
    pub(super) session: Option<(Session, User)>,
    pub(super) consent: Option<Consent>,
    /// Whether the person has a second factor; looked up only where the app would like one.
    pub(super) has_factor: bool,
}

pub(super) async fn standing(
    engine: &Engine,
    visitor: &Visitor,
    client: &Client,
    request: &AuthorizationRequest,
) -> TxResult<Standing> {
    let session = signed_in_for(engine, visitor, client, request).await?;
    let consent = match &session {
        Some((_, user)) if client.remembers_consent() => {
            let (user, client) = (user.id.clone(), client.id.clone());
            engine.db.read(move |conn| consents::find(conn, user.as_str(), client.as_str())).await?
        }
        _ => None,
    };
    let has_factor = match &session {
        Some((session, user))
            if Demand::of(&engine.policy, user, Some(client), Some(request)).leaves_wish(session) =>
        {
            let user = user.id.clone();
            engine.db.read(move |conn| factors::any(conn, user.as_str())).await?
        }
        _ => false,
    };
    Ok(Standing { session, consent, has_factor })
}

/// The person whom the app names, if they are signed in here as well; else the current one.
///
/// # Errors
/// Store errors.
pub async fn signed_in_for(
    engine: &Engine,
    visitor: &Visitor,
    client: &Client,
    request: &AuthorizationRequest,
) -> TxResult<Option<(Session, User)>> {
    let current = visitor.current(engine).await?;
    let named = |user: &User| subject::admits(&engine.macs, client, request, &user.id);
    if visitor.more.is_empty() || current.as_ref().is_some_and(|(_, user)| named(user)) {
        return Ok(current);
    }
    let others = visitor.others_now(engine, current.as_ref().map(|(session, _)| session)).await?;
    let hinted = others.into_iter().find(|other| subject::names_somebody(request) && named(&other.user));
    Ok(hinted.map(|other| (other.session, other.user)).or(current))
}

/// What a person agreed to before, if that counts for this client.
///
/// # Errors
/// Store errors.
pub(super) fn consent_of(conn: &mut Conn, client: &Client, user: &User) -> TxResult<Option<Consent>> {
    if client.remembers_consent() {
        consents::find(conn, user.id.as_str(), client.id.as_str())
    } else {
        Ok(None)
    }
}
