//! `none`: a public client names itself; what it presents is bound by PKCE or by possession
//! (RFC 6749 §3.2.1, OIDC Core §9).

use super::{How, Method, Proof};
use crate::protocol::client_auth::AuthMethod;

pub static METHOD: Method = Method {
    method: AuthMethod::None,
    how: How::Credentials(
        |credentials| {
            if credentials.secret.is_none() { Proof::Identifier } else { Proof::Missing }
        },
    ),
};
