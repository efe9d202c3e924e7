//! What follows from the end of a session for the apps it signed in at: back-channel deliveries, put into
//! the outbox in the transaction that ends it (OIDC Back-Channel Logout), and the frames that this browser
//! loads (OIDC Front-Channel Logout).
//!
//! A session that is ended is told of: signed out here or everywhere, by an administrator, by another
//! person's sign-in, a changed password, or too many sessions. One that only ran out is not: the apps know
//! its end no less than we do, and nobody asked for anything.

mod browser_state;
mod courier;
mod retry;
mod token;

pub use courier::{Claimed, Courier};

use crate::base::clock::{Clock, Seconds};
use crate::base::id::{ClientId, DeliveryId, UserId};
use crate::base::rng::Rng;
use crate::base::secret::b64;
use crate::domain::client::Client;
use crate::domain::delivery::{Delivery, Notice, SignedInAt};
use crate::engine::context::Engine;
use crate::protocol::params;
use crate::protocol::redirect_uri::csp_source;
use crate::store::{Conn, TxResult, clients, outbox, session_clients};
use std::collections::HashMap;

/// How long a delivery is tried, seconds: two days, so that nobody's weekend is too short.
pub const TRIED_FOR: Seconds = 2 * 86_400;

/// An app that a session which is over had signed in at.
pub struct Party {
    /// The session.
    pub session: SignedInAt,
    /// The app as it is registered now.
    pub client: Client,
}

/// A page of an app that ends its session in this browser (OIDC Front-Channel Logout §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What the app is called.
    pub app: String,
    /// Its address, with `iss` and `sid`.
    pub url: String,
    /// Its origin, for the page's policy.
    pub source: String,
}

/// The apps that these sessions, which have just ended, had signed in at; call it after their codes and
/// grants ended, when nothing can be redeemed any more.
///
/// # Errors
/// Store errors.
pub fn parties(conn: &mut Conn, sessions: &[&str]) -> TxResult<Vec<Party>> {
    let mut known: HashMap<ClientId, Option<Client>> = HashMap::new();
    let mut found = Vec::new();
    for session in session_clients::of_sessions(conn, sessions)? {
        if !known.contains_key(&session.client_id) {
            let read = clients::find_readable(conn, session.client_id.as_str())?;
            known.insert(session.client_id.clone(), read);
        }
        let client = known.get(&session.client_id).cloned().flatten();
        // Another client may have come to the id of a removed one: it was never signed in at.
        if let Some(client) = client.filter(|client| !client.is_younger_than(session.last_at)) {
            found.push(Party { session, client });
        }
    }
    Ok(found)
}

/// Puts into the outbox what those with a `backchannel_logout_uri` are to be told (OIDC Back-Channel
/// Logout §2.5), in the transaction that ended the sessions of `user`.
///
/// # Errors
/// Store errors.
pub fn queue(conn: &mut Conn, clock: &Clock, rng: &Rng, user: &UserId, told: &[Party]) -> TxResult<()> {
    let now = clock.now();
    for party in told.iter().filter(|party| party.client.metadata.backchannel_logout_uri.is_some()) {
        let delivery = Delivery {
            id: DeliveryId::generate(clock, rng),
            client_id: party.client.id.clone(),
            notice: Notice::BackchannelLogout {
                user_id: user.clone(),
                session_id: party.session.session_id.clone(),
            },
            jti: b64(&rng.bytes::<16>()),
            created_at: now,
            expires_at: now.saturating_add(TRIED_FOR),
            next_at: now,
            attempts: 0,
            ended_at: None,
            outcome: None,
            last_error: None,
        };
        outbox::insert(conn, &delivery)?;
    }
    Ok(())
}

/// [`parties`] and [`queue`] in one, for sessions whose browser is not at hand.
///
/// # Errors
/// Store errors.
pub fn tell(conn: &mut Conn, clock: &Clock, rng: &Rng, user: &UserId, sessions: &[&str]) -> TxResult<()> {
    let told = parties(conn, sessions)?;
    queue(conn, clock, rng, user, &told)
}

/// The pages that the browser of these sessions is to load (OIDC Front-Channel Logout §3). `iss` and
/// `sid` always come along: a page that looks at them cannot be fooled by another site's frame (§4.1).
pub fn frames(engine: &Engine, told: &[Party]) -> Vec<Frame> {
    let with_uri = told.iter().filter_map(|party| {
        let uri = party.client.metadata.frontchannel_logout_uri.as_deref()?;
        Some((party, uri))
    });
    with_uri
        .map(|(party, uri)| {
            let sid = engine.sid_of(&party.client, &party.session.session_id);
            let added = params::encode([("iss", engine.policy.issuer.as_str()), ("sid", &sid)]);
            let joint = if uri.contains('?') { '&' } else { '?' };
            Frame {
                app: party.client.metadata.client_name.clone(),
                url: format!("{uri}{joint}{added}"),
                source: csp_source(uri),
            }
        })
        .collect()
}
