//! A device authorization (RFC 8628): what a device without a browser asked for, and how far it got.

use crate::base::clock::Seconds;
use crate::base::id::{ClientId, DeviceId, SessionId, UserId, VisitId};
use crate::protocol::pkce::Challenge;
use crate::protocol::scope::Scope;

/// How far it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has answered yet.
    Pending,
    /// Somebody said yes; the device has not come for its tokens yet.
    Approved {
        /// Who.
        user_id: UserId,
        /// In which session.
        session_id: SessionId,
    },
    /// Somebody said no.
    Denied {
        /// Who.
        user_id: UserId,
    },
    /// The device has its tokens.
    Redeemed {
        /// Whose.
        user_id: UserId,
    },
    /// Ended before it was redeemed: a wrong verifier, or the session, consent or client behind it ended.
    Burnt,
}

/// A device authorization. Its user code is derived from its name.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its name.
    pub id: DeviceId,
    /// Who asked.
    pub client_id: ClientId,
    /// What was asked, and is allowed for the client.
    pub scope: Scope,
    /// For which resources.
    pub resource: Vec<String>,
    /// PKCE, if it was sent.
    pub code_challenge: Option<Challenge>,
    /// The network address that the device asked from.
    pub ip: String,
    /// What the device calls itself, capped.
    pub user_agent: String,
    /// How far it got.
    pub stage: Stage,
    /// How long the device must wait between polls, seconds.
    pub poll_seconds: Seconds,
    /// When it was made.
    pub created_at: Seconds,
    /// When both codes end.
    pub expires_at: Seconds,
}

/// A browser in which the user code was entered.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Its name; pages carry only this.
    pub id: VisitId,
    /// Digest of the browser's binding cookie.
    pub browser: String,
    /// Since when.
    pub created_at: Seconds,
}
