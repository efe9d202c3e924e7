//! What a client is still to be told, and what became of it: a row of the outbox.

use crate::base::clock::Seconds;
use crate::base::id::{ClientId, DeliveryId, SessionId, UserId};

/// What is told. One more kind is one more variant, with what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A session is over (OIDC Back-Channel Logout §2.4).
    BackchannelLogout {
        /// Whose session it was.
        user_id: UserId,
        /// Which, the `sid` claim.
        session_id: SessionId,
    },
}

/// How a delivery came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The client took it.
    Delivered,
    /// The client read it and said no.
    Refused,
    /// The client was not reached in all the time there was.
    Expired,
    /// The client is gone, or is not to be told any more.
    Void,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Delivered, Self::Refused, Self::Expired, Self::Void];

    /// As it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Void => "void",
        }
    }

    /// From storage.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// One thing to tell one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its name.
    pub id: DeliveryId,
    /// Whom to tell.
    pub client_id: ClientId,
    /// What.
    pub notice: Notice,
    /// The identifier of the token: the same at every try, so that the client tells a retry from a replay.
    pub jti: String,
    /// Since when, seconds.
    pub created_at: Seconds,
    /// When it is given up, seconds.
    pub expires_at: Seconds,
    /// When it is tried next, or the end of the lease of whoever is at it, seconds.
    pub next_at: Seconds,
    /// Tries so far, the one under way included.
    pub attempts: i64,
    /// When it came to its end, seconds.
    pub ended_at: Option<Seconds>,
    /// How.
    pub outcome: Option<Outcome>,
    /// What the last try that failed failed at.
    pub last_error: Option<String>,
}

/// A client that a session signed in at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInAt {
    /// The session.
    pub session_id: SessionId,
    /// The client.
    pub client_id: ClientId,
    /// When it was last given something there, seconds.
    pub last_at: Seconds,
}
