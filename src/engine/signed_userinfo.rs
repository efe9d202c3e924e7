//! The form of a userinfo answer (OIDC Core §5.3.2): JSON, or a JWT where the client registered
//! `userinfo_signed_response_alg`.

use super::Engine;
use super::keys::TokenType;
use super::turn::in_turn;
use crate::base::id::ClientId;
use crate::protocol::alg::SigningAlg;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Fault, clients};
use serde_json::{Map, Value};

/// A userinfo answer, ready to be sent.
pub enum UserInfo {
    /// Claims as JSON.
    Plain(Map<String, Value>),
    /// The same in a JWT, with `iss` and `aud`.
    Signed(String),
}

/// The answer with these claims for this client.
///
/// # Errors
/// What [`crate::engine::keys::KeyRing::sign`] refuses; store errors.
pub async fn of(
    engine: &Engine,
    client_id: &ClientId,
    mut claims: Map<String, Value>,
) -> Result<UserInfo, Refusal> {
    let Some(alg) = registered(engine, client_id).await? else { return Ok(UserInfo::Plain(claims)) };
    // OIDC Core §5.3.2: "the UserInfo Response SHOULD contain the Claims iss [...] and aud".
    claims.insert("iss".to_owned(), Value::from(engine.policy.issuer.clone()));
    claims.insert("aud".to_owned(), Value::from(client_id.as_str()));
    let sign = || engine.keys.sign(TokenType::UserInfo, alg, &claims, engine.now());
    in_turn(&engine.db, sign).await.map(UserInfo::Signed)
}

async fn registered(engine: &Engine, client_id: &ClientId) -> Result<Option<SigningAlg>, Refusal> {
    if let Some(client) = engine.clients.get(client_id.as_str()) {
        return Ok(client.metadata.userinfo_signed_response_alg);
    }
    // Another node made it a moment ago: it is not in the snapshot yet.
    let id = client_id.clone();
    let found = engine.db.read(move |conn| clients::find_readable(conn, id.as_str())).await;
    let client = found.map_err(Fault::into_refusal)?.ok_or(Check::BearerInvalid)?;
    Ok(client.metadata.userinfo_signed_response_alg)
}
