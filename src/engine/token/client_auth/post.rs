//! `client_secret_post`: id and secret in the body (RFC 6749 §2.3.1).

use super::{How, Method, Proof};
use crate::protocol::client_auth::AuthMethod;

pub static METHOD: Method = Method {
    method: AuthMethod::ClientSecretPost,
    how: How::Credentials(|credentials| credentials.secret.as_ref().map_or(Proof::Missing, Proof::Secret)),
};
