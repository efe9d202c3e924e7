//! `client_secret_jwt`: a JWT under the client's secret, by HS256 (RFC 7523 §2.2, OIDC Core §9).

use super::{How, Method};
use crate::domain::client::Client;
use crate::engine::Engine;
use crate::engine::keys::ForeignJwt;
use crate::protocol::client_auth::AuthMethod;
use serde_json::{Map, Value};

pub static METHOD: Method = Method { method: AuthMethod::ClientSecretJwt, how: How::Assertion };

/// The claims, if they are signed under a live secret of the client.
pub(super) fn claims(engine: &Engine, client: &Client, jwt: &ForeignJwt<'_>) -> Option<Map<String, Value>> {
    let (sealer, now) = (engine.keys.sealer(), engine.now());
    let live = client.secrets.iter().filter(|secret| secret.is_live(now));
    live.filter_map(|secret| sealer.open(secret)).find_map(|secret| jwt.signed_under(&secret).cloned())
}
