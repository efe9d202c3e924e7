//! The logout token (OIDC Back-Channel Logout §2.4): its `typ` is its own, so that it passes for nothing
//! else, and nothing else for it.

use crate::base::clock::Seconds;
use crate::domain::client::Client;
use crate::domain::delivery::{Delivery, Notice};
use crate::engine::context::Engine;
use crate::engine::keys::TokenType;
use crate::engine::turn::in_turn;
use crate::protocol::refusal::Refusal;
use serde::Serialize;

/// Life of a logout token, seconds: "It is RECOMMENDED that the maximum token validity time be set to
/// no more than two minutes into the future" (OIDC Back-Channel Logout §2.4).
const LIFE: Seconds = 120;

/// The claims. There is no `nonce` and must be none, so that it cannot be taken for an ID token.
#[derive(Serialize)]
struct LogoutClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: Seconds,
    exp: Seconds,
    jti: &'a str,
    sid: String,
    events: Events,
}

/// One member: the event, which says nothing more.
#[derive(Serialize)]
struct Events {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    backchannel_logout: Nothing,
}

#[derive(Serialize)]
struct Nothing {}

/// The token for one try: what it says of the logout never changes, its times are of now.
///
/// # Errors
/// What [`crate::engine::keys::KeyRing::sign`] refuses.
pub(super) async fn sign(engine: &Engine, client: &Client, delivery: &Delivery) -> Result<String, Refusal> {
    let Notice::BackchannelLogout { user_id, session_id } = &delivery.notice;
    let now = engine.now();
    let sub = engine.subject_of(client, user_id);
    let claims = LogoutClaims {
        iss: &engine.policy.issuer,
        sub: &sub,
        aud: client.id.as_str(),
        iat: now,
        exp: now.saturating_add(LIFE),
        jti: &delivery.jti,
        sid: engine.sid_of(client, session_id),
        events: Events { backchannel_logout: Nothing {} },
    };
    let alg = client.metadata.logout_token_alg();
    in_turn(&engine.db, || engine.keys.sign(TokenType::Logout, alg, &claims, now)).await
}
