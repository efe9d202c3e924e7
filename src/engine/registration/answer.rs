//! The client information response (RFC 7591 §3.2.1, RFC 7592 §3).

use crate::base::clock::Seconds;
use crate::base::secret::{Plain, RegistrationToken, Secret};
use crate::domain::client::Client;
use crate::engine::context::Engine;
use crate::protocol::alg::SigningAlg;
use serde_json::{Map, Value, json};

/// The path of the endpoint below the issuer.
pub const PATH: &str = "/oauth2/register";

/// The whole of what is registered, defaults included, and where and with what to come back. The secret
/// stands in it where it is known: when it was made, or when the app has just sent it.
pub fn body(
    engine: &Engine,
    client: &Client,
    secret: Option<(&Secret, Option<Seconds>)>,
    token: &Plain<RegistrationToken>,
) -> Value {
    let mut members = Map::new();
    if let Ok(Value::Object(metadata)) = serde_json::to_value(&client.metadata) {
        members.extend(metadata);
    }
    // OIDC Registration §2: the defaults that are in force.
    members.entry("id_token_signed_response_alg").or_insert_with(|| json!(SigningAlg::Rs256));
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    add("client_id", json!(client.id.as_str()));
    add("client_id_issued_at", json!(client.created_at));
    if let Some((secret, end)) = secret {
        add("client_secret", json!(secret.reveal()));
        // RFC 7591 §3.2.1: "or 0 if it will not expire".
        add("client_secret_expires_at", json!(end.unwrap_or(0)));
    }
    add("registration_access_token", json!(token.reveal()));
    add("registration_client_uri", json!(client_uri(engine, client)));
    Value::Object(members)
}

fn client_uri(engine: &Engine, client: &Client) -> String {
    let query = crate::protocol::params::encode([("client_id", client.id.as_str())]);
    format!("{}?{query}", engine.policy.url(PATH))
}
