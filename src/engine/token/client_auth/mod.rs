//! Client authentication (RFC 6749 §2.3). To add a method: a file here, a line in [`METHODS`].
//! Every failure has one text and costs the same (security row D2); the trace says which it was.

mod assertion;
mod basic;
mod client_secret_jwt;
mod none;
mod post;
mod private_key_jwt;

use super::TokenRequest;
use crate::base::secret::Secret;
use crate::domain::client::Client;
use crate::engine::{Ctx, Engine};
use crate::protocol::client_auth::{AuthMethod, ClientAuth, Credentials};
use crate::protocol::refusal::{Check, Refusal};
use std::sync::Arc;

/// A way to authenticate.
pub struct Method {
    /// Its registered name.
    pub method: AuthMethod,
    how: How,
}

/// What a method proves the client by.
enum How {
    /// By credentials, which prove themselves by this.
    Credentials(fn(&Credentials) -> Proof<'_>),
    /// By a JWT; see [`assertion`].
    Assertion,
}

/// What stands behind a claimed `client_id`.
enum Proof<'a> {
    /// A shared secret.
    Secret(&'a Secret),
    /// Nothing: a public client (RFC 6749 §2.1).
    Identifier,
    /// What the method needs did not come.
    Missing,
}

/// Every method, as advertised.
pub static METHODS: &[&Method] =
    &[&basic::METHOD, &post::METHOD, &client_secret_jwt::METHOD, &private_key_jwt::METHOD, &none::METHOD];

/// The parameters of the methods.
pub const PARAMETERS: [&str; 4] = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];

/// The enabled client that sent the request, proven by the method registered for it.
///
/// # Errors
/// [`Check::ClientAuthMissing`], [`Check::ClientAuthMultiple`], [`Check::ClientAuthMalformed`],
/// [`Check::ClientAuthFailed`]; [`Check::HashingBusy`] when a chosen secret cannot be checked now;
/// the 1214 to 1217 of assertions.
pub async fn authenticate(
    engine: &Engine,
    ctx: &Ctx,
    request: &TokenRequest,
) -> Result<Arc<Client>, Refusal> {
    let credentials = match ClientAuth::read(request.authorization.as_deref(), &request.body)? {
        ClientAuth::Credentials(credentials) => credentials,
        ClientAuth::Assertion(sent) => {
            let client = assertion::authenticate(engine, ctx, &sent).await?;
            ctx.trace.passed(Check::ClientAuthFailed);
            return Ok(client);
        }
    };
    let known = engine.clients.get(&credentials.client_id);
    if let Some(client) = &known {
        ctx.trace.client(client.id.as_str());
    }
    let fits = |client: &Arc<Client>| {
        client.enabled && client.metadata.token_endpoint_auth_method == credentials.method
    };
    let client = known.clone().filter(fits);
    let method = METHODS.iter().find(|method| method.method == credentials.method);
    let proof = match method.map(|method| &method.how) {
        Some(How::Credentials(proof)) => proof(&credentials),
        Some(How::Assertion) | None => Proof::Missing,
    };
    let proven = match proof {
        Proof::Secret(secret) => {
            // Without a client the same work is done for nothing.
            let secrets = client.as_ref().map(|client| client.secrets.as_slice()).unwrap_or_default();
            let passwords = &engine.passwords;
            passwords.verify_client_secret(&credentials.client_id, secrets, secret, engine.now()).await?
        }
        Proof::Identifier => true,
        Proof::Missing => false,
    };
    match client.filter(|_| proven) {
        Some(client) => {
            ctx.trace.passed(Check::ClientAuthFailed);
            Ok(client)
        }
        None => Err(failed(known.as_deref(), &credentials)),
    }
}

/// The reason, for the trace.
fn failed(known: Option<&Client>, credentials: &Credentials) -> Refusal {
    let expected = match known {
        None => "a registered client".to_owned(),
        Some(client) if !client.enabled => "an enabled client".to_owned(),
        Some(client) if client.metadata.token_endpoint_auth_method != credentials.method => {
            format!("the registered method, {}", client.metadata.token_endpoint_auth_method.as_str())
        }
        Some(_) => "a live secret of the client".to_owned(),
    };
    Refusal::new(Check::ClientAuthFailed).with(expected, credentials.method.as_str())
}
