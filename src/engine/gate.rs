//! The one gate (security design rule 4): may this person and this client get something now? Asked
//! inside the transaction that gives it, on every path: a check that one path has and another has
//! not is the most common flaw of this field. What plans tokens demands the [`Permit`] that only
//! this file makes.

use crate::base::clock::Seconds;
use crate::base::id::{ClientId, SessionId, UserId};
use crate::domain::client::{Client, StoredSecret};
use crate::domain::grant::{Grant, Subject};
use crate::domain::session::AuthContext;
use crate::domain::user::User;
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::standing::{self, Standing};
use crate::store::{Conn, Fault, TxResult, clients};
use std::borrow::Cow;

/// May a code be issued? Client enabled, person enabled, session not ended.
///
/// # Errors
/// [`Check::ClientUnknown`], [`Check::LoginRequired`].
pub fn may_authorize(conn: &mut Conn, client: &ClientId, session: &SessionId, user: &UserId) -> TxResult<()> {
    let standing = standing::find(conn, client.as_str(), user.as_str(), session.as_str())?;
    let Standing { user, session, .. } = standing.ok_or(Check::ClientUnknown)?;
    let live = session.is_some_and(|session| session.ended_at.is_none());
    if live && user.is_some_and(|user| user.enabled) { Ok(()) } else { Err(Check::LoginRequired.into()) }
}

/// The proof that tokens may be made now, for this client and person. Neither cloned nor kept:
/// planning consumes it inside the transaction in which it was made.
pub struct Permit {
    client_since: Seconds,
    user: Option<User>,
    auth: Option<AuthContext>,
    standing: Option<standing::Own>,
}

impl Permit {
    /// Since when there is this client under its id, seconds since 1970, as read in this transaction:
    /// what was approved before was approved for another one.
    pub fn client_since(&self) -> Seconds {
        self.client_since
    }

    /// The person, as read in this transaction; `None` for client credentials.
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// The grant that a client acting for itself has already, and when it may be forgotten; `None` for persons.
    pub fn standing_grant(&self) -> Option<&standing::Own> {
        self.standing.as_ref()
    }

    /// How the person signed in, from the live session (absent when a grant outlives its session).
    pub fn auth(&self) -> Option<&AuthContext> {
        self.auth.as_ref()
    }
}

/// What is to be decided.
pub struct Case<'a> {
    /// The authenticated client, from the snapshot.
    pub client: &'a Client,
    /// The grant type in use.
    pub grant_type: &'static str,
    /// The person, unless the client acts for itself.
    pub person: Option<Person<'a>>,
    /// Now.
    pub now: Seconds,
    /// A session ends when unused for this long, seconds.
    pub session_idle: Seconds,
}

/// The person's side of a [`Case`].
pub struct Person<'a> {
    /// Who.
    pub user_id: &'a UserId,
    /// The session it began in.
    pub session_id: &'a SessionId,
    /// What was granted.
    pub scope: &'a Scope,
    /// For which resources.
    pub resource: &'a [String],
    /// Claims that were granted by name.
    pub claims: Option<&'a ClaimsRequest>,
    /// Whether it may outlive its session (a refresh with `offline_access`: OIDC Core §11).
    pub outlives_session: bool,
}

impl<'a> Person<'a> {
    /// The person behind a stored grant, at a refresh.
    pub fn of_grant(subject: &'a Subject, grant: &'a Grant) -> Self {
        Self {
            user_id: &subject.user_id,
            session_id: &subject.session_id,
            scope: &grant.scope,
            resource: &grant.resource,
            claims: grant.claims.as_ref(),
            outlives_session: grant.scope.has("offline_access"),
        }
    }
}

/// Whether tokens may be made now: client enabled and still allowed the grant type, person
/// enabled, session live, consent still there (security rows C7, D8, E9).
///
/// # Errors
/// [`Check::IssuanceRefused`] with the reason as detail; store errors.
pub fn may_issue(conn: &mut Conn, case: Case<'_>) -> TxResult<Permit> {
    let inactive = || refused("an active client", "disabled or deleted");
    let Some(person) = &case.person else {
        let found = standing::find_machine(conn, case.client.id.as_str())?;
        let (revision, standing) = found.ok_or_else(inactive)?;
        current_client(conn, &case, revision)?;
        let client_since = case.client.created_at;
        return Ok(Permit { client_since, user: None, auth: None, standing });
    };
    let (user_id, session_id) = (person.user_id.as_str(), person.session_id.as_str());
    let found = standing::find(conn, case.client.id.as_str(), user_id, session_id)?.ok_or_else(inactive)?;
    let Standing { revision, client_since, user, session, consent } = found;
    let client = current_client(conn, &case, revision)?;
    // What the admin has taken from the client since then is given to nobody (row A6).
    let known = |resource: &String| client.metadata.resources.contains(resource);
    if !person.scope.is_within(&client.scope) || !person.resource.iter().all(known) {
        return Err(refused(
            "what the client may still ask for",
            "a scope or resource that was taken from it",
        )
        .into());
    }
    let user = user
        .filter(|user| user.enabled && user.id == *person.user_id)
        .ok_or_else(|| refused("an active person", "disabled or deleted"))?;
    let auth = if person.outlives_session {
        None
    } else {
        let live = session.filter(|session| {
            session.user_id == *person.user_id && session.is_live(case.now, case.session_idle)
        });
        Some(live.ok_or_else(|| refused("a live session", "ended or expired"))?.auth)
    };
    let covered = |(scope, names): (Scope, Vec<String>)| {
        person.scope.is_within(&scope) && person.claims.is_none_or(|claims| claims.is_covered(&scope, &names))
    };
    if client.remembers_consent() && !consent.is_some_and(covered) {
        return Err(refused("the person's consent", "withdrawn, or given for less").into());
    }
    Ok(Permit { client_since, user: Some(user), auth, standing: None })
}

/// The client as stored now: the snapshot if that is still it, else read again.
fn current_client<'a>(conn: &mut Conn, case: &Case<'a>, revision: i64) -> TxResult<Cow<'a, Client>> {
    let client = if revision == case.client.revision {
        Cow::Borrowed(case.client)
    } else {
        let read = clients::find(conn, case.client.id.as_str())?;
        let read = read.ok_or_else(|| refused("an active client", "deleted"))?;
        if !still_proves(&read, case.client, case.now) {
            return Err(unproven());
        }
        Cow::Owned(read)
    };
    if !client.allows_grant(case.grant_type) {
        return Err(refused("a client that may use this grant_type", case.grant_type).into());
    }
    Ok(client)
}

/// Whether every secret that this node knew is good still, and the method and keys the same: if not, the one
/// that authenticated this request may be gone. The node knows within a second (security row D2).
fn still_proves(read: &Client, known: &Client, now: Seconds) -> bool {
    let live = |secret: &&StoredSecret| secret.is_live(now);
    let kept = |old: &StoredSecret| read.secrets.iter().filter(live).any(|now| now.id == old.id);
    let (current, before) = (&read.metadata, &known.metadata);
    current.token_endpoint_auth_method == before.token_endpoint_auth_method
        && (&current.jwks, &current.jwks_uri) == (&before.jwks, &before.jwks_uri)
        && known.secrets.iter().filter(live).all(kept)
}

fn unproven() -> Fault {
    Refusal::new(Check::StoreUnavailable).retry_after(1).into()
}

/// Whether the client that this node's snapshot authenticated still would be, where nothing is
/// issued: introspection, revocation. `revision` is the client's, where another statement of the
/// request has read it already (enabled clients only).
///
/// # Errors
/// [`Check::ClientAuthFailed`] when it was disabled or deleted; [`Check::StoreUnavailable`] when its
/// secrets or its method changed; store errors.
pub fn still_authenticated(
    conn: &mut Conn,
    client: &Client,
    revision: Option<i64>,
    now: Seconds,
) -> TxResult<()> {
    let id = client.id.as_str();
    let revision = if revision.is_some() { revision } else { standing::find_client(conn, id)? };
    if revision == Some(client.revision) {
        return Ok(());
    }
    let gone = || Refusal::new(Check::ClientAuthFailed).with("an enabled client", "disabled or deleted");
    revision.ok_or_else(gone)?;
    let read = clients::find(conn, id)?.filter(|read| read.enabled).ok_or_else(gone)?;
    if still_proves(&read, client, now) { Ok(()) } else { Err(unproven()) }
}

fn refused(expected: &str, received: &str) -> Refusal {
    Refusal::new(Check::IssuanceRefused).with(expected, received)
}
