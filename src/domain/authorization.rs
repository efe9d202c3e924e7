//! A stored authorization: one request of one app in one browser, and how far it got.
//! Transitions consume the stage they leave (style: state is an enum that owns its data).

use crate::base::clock::Seconds;
use crate::base::id::{AuthorizationId, GrantId, SessionId, UserId};
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::scope::Scope;

/// How far it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for the person; a session may have answered its login already.
    Pending {
        /// The session that signed in for this request, so that `prompt=login` asks once.
        answered_by: Option<SessionId>,
        /// The person the request is about: of the hint, or of the session that must be renewed.
        expected: Option<UserId>,
    },
    /// A code was issued.
    Granted(Approval),
    /// The code was redeemed, or tokens were given at once.
    Redeemed {
        /// What it became.
        grant_id: GrantId,
        /// The session it was given in, where that is known.
        session_id: Option<SessionId>,
    },
    /// The right client came with a wrong verifier; the code is dead (security row D6).
    Burnt,
    /// The person declined.
    Denied,
}

/// What the person approved, bound to the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub user_id: UserId,
    /// In which session.
    pub session_id: SessionId,
    /// What.
    pub scope: Scope,
    /// When the code ends.
    pub code_expires_at: Seconds,
}

/// A stored authorization.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// Its name; pages carry only this.
    pub id: AuthorizationId,
    /// Digest of the browser's binding cookie.
    pub browser: String,
    /// The checked request.
    pub request: AuthorizationRequest,
    /// How far it got.
    pub stage: Stage,
    /// When it was made.
    pub created_at: Seconds,
    /// When it is forgotten.
    pub expires_at: Seconds,
}
