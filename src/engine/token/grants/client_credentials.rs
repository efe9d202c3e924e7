//! `client_credentials` (RFC 6749 §4.4): a client acts for itself. One standing grant per client,
//! so that ending it ends all its tokens.

use super::super::issue::{self, Draft, Plan};
use super::super::{Exchange, GrantType, Job};
use crate::base::clock::Seconds;
use crate::base::id::GrantId;
use crate::domain::grant::Grant;
use crate::engine::gate::Permit;
use crate::engine::oxide;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Conn, TxResult, grants};

/// See [`GrantType`].
pub static GRANT: GrantType =
    GrantType { name: NAME, parameters: &["scope", "resource"], public: false, prepare };

const NAME: &str = "client_credentials";
/// A standing grant is replaced after this, seconds; the old one lives on for its last tokens.
const STANDS: Seconds = 365 * 86_400;
/// After this it may be forgotten, seconds.
const FORGOTTEN: Seconds = 400 * 86_400;

fn prepare(exchange: Exchange) -> Result<Job, Refusal> {
    let asked = exchange.body.get("scope");
    let scope = oxide::client_credentials::negotiate(&exchange.client, asked).map_err(|check| {
        let allowed = exchange.client.scope.without_standard().to_string();
        Refusal::new(check).with(allowed, asked.unwrap_or_default())
    })?;
    exchange.ctx.trace.passed(Check::TokenScope);
    let audience = exchange.audience(&exchange.client.metadata.resources, exchange.default_audience())?;
    Ok(Box::new(move |conn| redeem(conn, &exchange, scope, audience)))
}

fn redeem(conn: &mut Conn, exchange: &Exchange, scope: Scope, audience: Vec<String>) -> TxResult<Plan> {
    let permit = exchange.may_issue(conn, NAME, None)?;
    let grant = standing_grant(conn, exchange, &permit)?;
    issue::plan(conn, permit, exchange, Draft { grant, scope, audience, refresh_token: None, nonce: None })
}

fn standing_grant(conn: &mut Conn, exchange: &Exchange, permit: &Permit) -> TxResult<Grant> {
    let now = exchange.now;
    let fresh = |grant: &&Grant| now < grant.created_at.saturating_add(STANDS);
    if let Some(grant) = permit.standing_grant().filter(fresh) {
        return Ok(grant.clone());
    }
    let grant = Grant {
        id: GrantId::generate(&exchange.engine.clock, &exchange.engine.rng),
        client_id: exchange.client.id.clone(),
        subject: None,
        scope: exchange.client.scope.without_standard(),
        resource: Vec::new(),
        nonce: None,
        created_at: now,
        ended_at: None,
    };
    grants::insert(conn, &grant, now.saturating_add(FORGOTTEN))?;
    Ok(grant)
}
