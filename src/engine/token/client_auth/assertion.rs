//! What `private_key_jwt` and `client_secret_jwt` have in common (RFC 7521 §4.2, RFC 7523 §3): the
//! client is found by what the assertion claims, the signature proves it, and only then are the
//! claims judged. An assertion works once on all nodes together, and is marked before anything is done
//! for it: one that was sent with a wrong code is used up as well.

use super::{client_secret_jwt, private_key_jwt};
use crate::base::secret::sha256_b64;
use crate::domain::client::Client;
use crate::engine::keys::{Assertion, ForeignJwt, check_assertion};
use crate::engine::{Ctx, Engine};
use crate::protocol::client_auth::{AuthMethod, ClientAssertion};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Fault, assertions};
use std::sync::Arc;

/// The values of `typ` that an assertion may have; other JWTs that a client signs have their own.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

/// The enabled client that signed the assertion.
///
/// # Errors
/// [`Check::ClientAssertionMalformed`], [`Check::ClientAuthFailed`], [`Check::ClientAssertionClaims`],
/// [`Check::ClientAssertionReplayed`]; [`Check::StoreUnavailable`] when it cannot be marked.
pub(super) async fn authenticate(
    engine: &Engine,
    ctx: &Ctx,
    sent: &ClientAssertion,
) -> Result<Arc<Client>, Refusal> {
    let malformed =
        |what: &str| Refusal::new(Check::ClientAssertionMalformed).with("a JWT of the client", what);
    let jwt = ForeignJwt::parse(sent.jwt.reveal()).ok_or_else(|| malformed("not a JWT"))?;
    let id = jwt.claimed_subject().ok_or_else(|| malformed("no sub"))?;
    // RFC 7521 §4.2: client_id, where it is sent, "MUST identify the same client".
    if let Some(other) = sent.client_id.as_deref().filter(|named| *named != id) {
        return Err(malformed(&format!("sub {id}, but client_id {other}")));
    }
    let client = engine.clients.get(id).inspect(|client| ctx.trace.client(client.id.as_str()));
    let (client, claims) = match client.filter(|client| client.enabled && jwt.is_of_type(&TYPES)) {
        None => return Err(failed(id, "a registered, enabled client and a JWT of the right type")),
        Some(client) => {
            let claims = match client.metadata.token_endpoint_auth_method {
                AuthMethod::PrivateKeyJwt => private_key_jwt::claims(engine, &client, &jwt).await,
                AuthMethod::ClientSecretJwt => client_secret_jwt::claims(engine, &client, &jwt)
                    .ok_or_else(|| "HS256 under no live secret of the client".to_owned()),
                other => return Err(failed(id, &format!("the registered method, {}", other.as_str()))),
            };
            let claims = claims.map_err(|why| {
                failed(id, &format!("a signature by the registered algorithm and key; {why}"))
            })?;
            (client, claims)
        }
    };
    // OIDC Core §9: "The Audience SHOULD be the URL of the Authorization Server's Token Endpoint."
    let token_endpoint = engine.policy.url(super::super::PATH);
    let accepted = [engine.policy.issuer.as_str(), &token_endpoint];
    let assertion = check_assertion(&claims, id, &accepted, engine.now())
        .map_err(|unfit| Refusal::new(Check::ClientAssertionClaims).with(unfit.expected, unfit.received))?;
    spend(engine, &client, assertion).await?;
    ctx.trace.passed(Check::ClientAssertionReplayed);
    Ok(client)
}

/// Until the mark is committed nothing is done for the client.
async fn spend(engine: &Engine, client: &Client, assertion: Assertion) -> Result<(), Refusal> {
    let Assertion { jti, remember_until } = assertion;
    // The id of a client has no line break, so no two pairs are one text.
    let digest = sha256_b64(format!("{}\n{jti}", client.id).as_bytes());
    let spent = engine.db.write_decided(move |conn| assertions::spend(conn, &digest, remember_until)).await;
    if spent.map_err(Fault::into_refusal)? {
        return Ok(());
    }
    Err(Refusal::new(Check::ClientAssertionReplayed).with("a jti that was not used before", jti))
}

/// One text for all that somebody could be who is not the client (security row D2).
fn failed(id: &str, expected: &str) -> Refusal {
    Refusal::new(Check::ClientAuthFailed).with(expected, format!("client_assertion of {id}"))
}
