//! `private_key_jwt`: a JWT under a key of the client's own (RFC 7523 §2.2, OIDC Core §9).

use super::{How, Method};
use crate::domain::client::Client;
use crate::engine::keys::ForeignJwt;
use crate::engine::{Engine, client_keys};
use crate::protocol::alg::SigningAlg;
use crate::protocol::client_auth::AuthMethod;
use serde_json::{Map, Value};

pub static METHOD: Method = Method { method: AuthMethod::PrivateKeyJwt, how: How::Assertion };

/// The claims, if one of the client's keys signed them with the algorithm registered for it, or with
/// any that has a key pair when none is; else the reason, for the trace.
pub(super) async fn claims(
    engine: &Engine,
    client: &Client,
    jwt: &ForeignJwt<'_>,
) -> Result<Map<String, Value>, String> {
    let alg = match client.metadata.token_endpoint_auth_signing_alg {
        Some(only) => jwt.alg(&[only]),
        None => jwt.alg(&SigningAlg::ASYMMETRIC),
    };
    let alg = alg.ok_or_else(|| "another alg".to_owned())?;
    client_keys::signed_by(engine, client, jwt, alg).await.map_err(|unproven| unproven.to_string())
}
