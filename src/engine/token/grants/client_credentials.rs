//! `client_credentials` (RFC 6749 §4.4): a client acts for itself. One standing grant per client,
//! so that ending it ends all its tokens.

use super::super::issue::{self, Draft, Plan};
use super::super::{Exchange, GrantType, Job};
use crate::base::clock::Seconds;
use crate::base::id::GrantId;
use crate::domain::grant::Grant;
use crate::engine::gate::Permit;
use crate::engine::oxide;
use crate::engine::resources::Misplaced;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Conn, TxResult, grants, standing};

/// See [`GrantType`].
pub static GRANT: GrantType =
    GrantType { name: NAME, parameters: &["scope", "resource"], public: false, prepare };

const NAME: &str = "client_credentials";
/// A standing grant that is not used for about so long may be forgotten, seconds.
const FORGOTTEN: Seconds = 400 * 86_400;
/// It is noted that it is used when so much of that is left, seconds: once a year.
const RENEW: Seconds = 35 * 86_400;

fn prepare(exchange: Exchange) -> Result<Job, Refusal> {
    let asked = exchange.body.get("scope");
    let scope = oxide::client_credentials::negotiate(&exchange.client, asked).map_err(|check| {
        let allowed = exchange.client.scope.without_standard().to_string();
        Refusal::new(check).with(allowed, asked.unwrap_or_default())
    })?;
    exchange.ctx.trace.passed(Check::TokenScope);
    let audience = exchange.audience(&exchange.client.metadata.resources, exchange.default_audience())?;
    let scope = exchange.engine.scope_for(&exchange.client, scope, (&audience, asked.is_some())).map_err(
        |Misplaced { scope, belongs_to }| Refusal::new(Check::TokenScopeResource).with(belongs_to, scope),
    )?;
    Ok(Box::new(move |conn| redeem(conn, &exchange, scope, audience)))
}

fn redeem(conn: &mut Conn, exchange: &Exchange, scope: Scope, audience: Vec<String>) -> TxResult<Plan> {
    let permit = exchange.may_issue(conn, NAME, None)?;
    let grant = standing_grant(conn, exchange, &permit)?;
    issue::plan(conn, permit, exchange, Draft { grant, scope, audience, refresh_token: None, nonce: None })
}

fn standing_grant(conn: &mut Conn, exchange: &Exchange, permit: &Permit) -> TxResult<Grant> {
    let now = exchange.now;
    if let Some((grant, forget_after)) = permit.standing_grant() {
        let fresh = forget_after.saturating_sub(now) > RENEW;
        if fresh || grants::touch(conn, grant.id.as_str(), now, now.saturating_add(FORGOTTEN))? {
            return Ok(grant.clone());
        }
    }
    let grant = Grant {
        id: GrantId::generate(&exchange.engine.clock, &exchange.engine.rng),
        client_id: exchange.client.id.clone(),
        subject: None,
        scope: exchange.client.scope.without_standard(),
        resource: Vec::new(),
        claims: None,
        nonce: None,
        created_at: now,
        ended_at: None,
    };
    if grants::insert_first(conn, &grant, now.saturating_add(FORGOTTEN))? {
        return Ok(grant);
    }
    // Another request was first; or its grant has been ended since: then this one is to come again.
    let found = standing::find_machine(conn, exchange.client.id.as_str())?;
    let first = found.and_then(|(_, first)| first);
    let (first, _) = first.ok_or_else(|| Refusal::new(Check::StoreUnavailable).retry_after(1))?;
    Ok(first)
}
