//! Apps that registered themselves, each change as one transaction: what strangers may do with a token
//! (RFC 7591, RFC 7592), and what an admin says about the apps that came of it.

use super::Desk;
use super::clients::{self as apps, NewClient, Saved};
use super::fault::{AdminError, AdminResult};
use crate::base::clock::Seconds;
use crate::base::secret::{Digest, InitialToken, RegistrationToken};
use crate::domain::audit::Event;
use crate::domain::client::{Client, Metadata};
use crate::protocol::refusal::Check;
use crate::store::registrations::{self, Registration};
use crate::store::{Conn, authorizations, clients, consents, initial_tokens};

/// Unused apps that one transaction removes at the most.
const UNUSED_BATCH: i64 = 50;

/// What lets somebody register an app.
pub enum Admission {
    /// Anybody may, while there are fewer such apps than this.
    Open {
        /// The most that there may be.
        most: i64,
    },
    /// An initial access token, of which one use is taken.
    Token(Digest<InitialToken>),
}

/// An app that registers itself.
pub struct NewRegistration {
    /// What it is to be, checked.
    pub metadata: Metadata,
    /// Why it may.
    pub admission: Admission,
    /// The digest of the token it will come back with.
    pub digest: Digest<RegistrationToken>,
    /// Life of its secret, seconds; `None` for ever.
    pub secret: Option<Seconds>,
    /// Whether such apps need no review.
    pub trusted: bool,
}

/// What an app shows to be the one it names.
pub struct Proof {
    /// The app.
    pub client_id: String,
    /// The digest of its registration access token.
    pub digest: Digest<RegistrationToken>,
}

/// What an app wants to be instead.
pub struct Replacement {
    /// That it is the app.
    pub proof: Proof,
    /// What it is to be, checked.
    pub metadata: Metadata,
    /// The revision that the check was made with.
    pub revision: i64,
    /// Life of a secret that it gets, seconds; `None` for ever.
    pub secret: Option<Seconds>,
}

/// Registers an app. Uses of the token are counted, and apps without one too, in this transaction: however
/// many come at once, there are no more than may be.
///
/// # Errors
/// [`Check::InitialTokenInvalid`], [`Check::RegistrationFull`], invalid metadata, store errors.
pub fn create(conn: &mut Conn, desk: &Desk, new: NewRegistration) -> AdminResult<Saved> {
    let initial = match &new.admission {
        Admission::Open { .. } => None,
        Admission::Token(digest) => {
            let token = initial_tokens::consume(conn, digest, desk.now())?;
            Some(token.ok_or(Check::InitialTokenInvalid)?)
        }
    };
    let trusted = new.trusted || initial.as_ref().is_some_and(|token| token.trusted);
    let client = NewClient { id: None, metadata: new.metadata, secret: None };
    let mut saved = apps::create_as(conn, desk, client, !trusted)?;
    let registration = Registration {
        client_id: saved.client.id.to_string(),
        digest: new.digest.as_str().to_owned(),
        initial_token: initial.map(|token| token.id),
        trusted,
        created_at: desk.now(),
        withheld: None,
    };
    registrations::insert(conn, &registration)?;
    if let Admission::Open { most } = new.admission {
        // Making a client takes the row of their epoch, so that those who count stand in a line.
        if registrations::count_open(conn)? > most {
            return Err(Check::RegistrationFull.into());
        }
    }
    limit_secret(conn, desk, &mut saved, new.secret)?;
    Ok(saved)
}

/// The registration and the app that the proof is for. One that is switched off cannot be reached, least
/// of all to switch itself on (security row I4).
///
/// # Errors
/// [`Check::RegistrationTokenInvalid`], store errors.
pub fn authenticate(conn: &mut Conn, proof: &Proof) -> AdminResult<(Registration, Client)> {
    let found = registrations::by_token(conn, &proof.digest)?;
    let registration = found
        .filter(|registration| registration.client_id == proof.client_id)
        .ok_or(Check::RegistrationTokenInvalid)?;
    let client = clients::find(conn, &proof.client_id)?.filter(|client| client.enabled);
    Ok((registration, client.ok_or(Check::RegistrationTokenInvalid)?))
}

/// Replaces what is registered. An app that takes another name or address is another one for people:
/// a review of the old one does not count for it (security row B4).
///
/// # Errors
/// [`Check::RegistrationTokenInvalid`], invalid metadata, changed meanwhile, store errors.
pub fn replace(conn: &mut Conn, desk: &Desk, new: Replacement) -> AdminResult<Saved> {
    let (registration, client) = authenticate(conn, &new.proof)?;
    if client.revision != new.revision {
        return Err(AdminError::changed_meanwhile("client_id", client.id.as_str()));
    }
    let mut saved = apps::update_own(conn, desk, client, new.metadata, registration.trusted)?;
    limit_secret(conn, desk, &mut saved, new.secret)?;
    Ok(saved)
}

/// Removes the app with its secrets, codes, grants, tokens and consents.
///
/// # Errors
/// [`Check::RegistrationTokenInvalid`], store errors.
pub fn remove(conn: &mut Conn, desk: &Desk, proof: &Proof) -> AdminResult<()> {
    authenticate(conn, proof)?;
    apps::delete(conn, desk, &proof.client_id)?;
    Ok(())
}

/// Says that somebody looked at the app and stands by it, or takes that back: then nobody vouches for
/// whoever registered it either.
///
/// # Errors
/// No such app, one that an admin made, changed meanwhile, store errors.
pub fn review(conn: &mut Conn, desk: &Desk, id: &str, reviewed: bool) -> AdminResult<Client> {
    let old = apps::find(conn, id)?;
    if registrations::of_client(conn, id)?.is_none() {
        let fix = "Only apps that registered themselves are reviewed; see `latchkey client list`.";
        return Err(AdminError::conflict("client_id", id, "was registered by an administrator", fix));
    }
    if !reviewed {
        registrations::distrust(conn, id)?;
    }
    let mut client = Client { unreviewed: !reviewed, ..old.clone() };
    if old.unreviewed == client.unreviewed {
        return Ok(client);
    }
    if !clients::update(conn, &client, desk.now())? {
        return Err(AdminError::changed_meanwhile("client_id", id));
    }
    client.revision = client.revision.saturating_add(1);
    if !reviewed {
        consents::forget_client(conn, id)?;
    }
    let kind = if reviewed { "client.reviewed" } else { "client.review_withdrawn" };
    apps::record(conn, desk, kind, (Some(&old), Some(&client)))?;
    Ok(client)
}

/// Removes some apps that strangers registered before `before` and nobody used; how many went.
///
/// # Errors
/// Store errors.
pub fn remove_unused(conn: &mut Conn, desk: &Desk, before: Seconds) -> AdminResult<usize> {
    let unused = registrations::unused(conn, before, UNUSED_BATCH)?;
    for id in &unused {
        authorizations::burn_codes_of_client(conn, id)?;
        clients::delete(conn, id, desk.now())?;
        desk.audit(conn, Event::new("client.deleted").client(id.as_str()).detail("nobody used it"))?;
    }
    Ok(unused.len())
}

/// A secret that was just made ends as the policy says.
fn limit_secret(conn: &mut Conn, desk: &Desk, saved: &mut Saved, life: Option<Seconds>) -> AdminResult<()> {
    let (Some(life), Some(_)) = (life, &saved.secret) else { return Ok(()) };
    let end = desk.now().saturating_add(life);
    if let Some(secret) = saved.client.secrets.first_mut() {
        clients::expire_secret(conn, &secret.id, end, desk.now())?;
        secret.expires_at = Some(end);
    }
    Ok(())
}
