//! What test mode adds for conformance suites (`[testing]`; behaviour 95): a protected resource that answers
//! what its token says, and keys that rotate on request. The web offers neither outside of test mode.

use super::keys::Switch;
use super::token::live::{Live, Presented};
use super::{Ctx, Engine};
use crate::base::secret::Secret;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Fault, TxResult};
use serde_json::{Map, Value, json};

/// What an access token in force says; it may be for any audience.
///
/// # Errors
/// [`Check::BearerInvalid`]: not an access token in force. Store errors.
pub async fn resource(engine: &Engine, ctx: &Ctx, token: &Secret) -> Result<Map<String, Value>, Refusal> {
    let now = engine.now();
    let invalid = || {
        Refusal::new(Check::BearerInvalid).with("a token in force", "expired, revoked, or not of this server")
    };
    let presented = Presented::read(engine, token.reveal(), now).ok_or_else(invalid)?;
    let found = engine.db.read(move |conn| presented.find(conn, now)).await.map_err(Fault::into_refusal)?;
    let live = found.ok_or_else(invalid)?;
    ctx.trace.client(live.grant.client_id.as_str());
    ctx.trace.passed(Check::BearerInvalid);
    let subject = subject(engine, &live).await.map_err(Fault::into_refusal)?;
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), json!(engine.policy.issuer));
    let about = [
        ("sub", json!(subject)),
        ("client_id", json!(live.grant.client_id.as_str())),
        ("scope", json!(live.scope.to_string())),
        ("aud", json!(live.audience)),
        ("iat", json!(live.issued_at)),
        ("exp", json!(live.expires_at)),
    ];
    claims.extend(about.map(|(name, value)| (name.to_owned(), value)));
    Ok(claims)
}

/// Whom a token is about: the person as its client knows them, or the client itself.
async fn subject(engine: &Engine, live: &Live) -> TxResult<Option<String>> {
    match &live.user {
        Some(user) => engine.subject_for(&live.grant.client_id, &user.id).await,
        None => Ok(Some(live.grant.client_id.to_string())),
    }
}

/// Makes new keys sign from now on; the ones before stay published while their tokens live. Returns every
/// key with its status.
///
/// # Errors
/// Store errors; [`Check::Unexpected`] when the work was cut off.
pub async fn rotate_keys(engine: &Engine) -> Result<Value, Refusal> {
    let with = engine.clone();
    let rotated =
        tokio::task::spawn_blocking(move || with.keys.rotate_now(&with.db, Switch::AtOnce, "testing"));
    let keys = rotated.await.map_err(|_| Refusal::new(Check::Unexpected))?.map_err(Fault::into_refusal)?;
    let key =
        |key: &super::keys::KeyInfo| json!({ "kid": key.kid, "alg": key.alg, "status": key.status.as_str() });
    Ok(json!({ "keys": keys.iter().map(key).collect::<Vec<_>>() }))
}
