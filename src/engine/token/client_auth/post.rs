//! `client_secret_post`: id and secret in the body (RFC 6749 §2.3.1).

use super::{Method, Proof};
use crate::protocol::client_auth::AuthMethod;

pub static METHOD: Method = Method {
    method: AuthMethod::ClientSecretPost,
    proof: |credentials| credentials.secret.as_ref().map_or(Proof::Missing, Proof::Secret),
};
