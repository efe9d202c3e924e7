//! A grant: what one authorization gave one client. Every token names its grant and dies with it.

use super::session::AuthContext;
use crate::base::clock::Seconds;
use crate::base::id::{ClientId, FamilyId, GrantId, SessionId, UserId};
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::scope::Scope;

/// A grant. Client credentials have one without a person.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Its name.
    pub id: GrantId,
    /// Whose tokens.
    pub client_id: ClientId,
    /// The person, if there is one.
    pub subject: Option<Subject>,
    /// What was granted.
    pub scope: Scope,
    /// Granted resources (RFC 8707), may be empty.
    pub resource: Vec<String>,
    /// Claims that were asked for by name and agreed to (OIDC Core §5.5).
    pub claims: Option<ClaimsRequest>,
    /// Echoed into ID tokens of the code exchange only.
    pub nonce: Option<String>,
    /// When it was made.
    pub created_at: Seconds,
    /// When it was ended, if it was.
    pub ended_at: Option<Seconds>,
}

/// The person behind a grant and how they signed in.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Who.
    pub user_id: UserId,
    /// The session the grant began in.
    pub session_id: SessionId,
    /// How.
    pub auth: AuthContext,
}

/// A refresh token family: one row, one live generation.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its name, part of each refresh token.
    pub id: FamilyId,
    /// The grant it belongs to.
    pub grant_id: GrantId,
    /// The live generation, from 0.
    pub generation: i64,
    /// When the live generation was made.
    pub rotated_at: Seconds,
    /// When it ends at the latest; rotation never moves it.
    pub expires_at: Seconds,
    /// When it ends if it is not used.
    pub idle_expires_at: Seconds,
    /// When it was ended, if it was.
    pub ended_at: Option<Seconds>,
}
