//! `client_secret_basic`: id and secret in the `Authorization` header (RFC 6749 §2.3.1).

use super::{How, Method, Proof};
use crate::protocol::client_auth::AuthMethod;

pub static METHOD: Method = Method {
    method: AuthMethod::ClientSecretBasic,
    how: How::Credentials(|credentials| credentials.secret.as_ref().map_or(Proof::Missing, Proof::Secret)),
};
