//! A registered resource (RFC 8707): an API that tokens are for.

use super::client::AccessTokenFormat;
use crate::base::clock::Seconds;
use crate::protocol::scope::Scope;

/// A registered resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its identifier, the `resource` parameter and the `aud` of its tokens (RFC 8707 §2).
    pub identifier: String,
    /// Shown to people.
    pub name: String,
    /// The scopes that are its own. Without any it takes those that belong to no resource.
    pub scope: Scope,
    /// The form of its access tokens; the client's when absent.
    pub access_token_format: Option<AccessTokenFormat>,
    /// Life of its access tokens, seconds; the client's when absent.
    pub access_token_seconds: Option<Seconds>,
    /// Rises with every change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Seconds,
}
