//! UserInfo (OIDC Core §5.3) without HTTP: the claims that the token's scopes release or that were asked
//! for by name, and no others.

use super::released::{Place, released};
use super::signed_userinfo::{self, UserInfo};
use super::token::live::{Live, Presented};
use super::{Ctx, Engine};
use crate::base::secret::Secret;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::Fault;
use serde_json::Value;

/// The answer for a bearer token.
///
/// # Errors
/// [`Check::BearerInvalid`]: not an access token of a person in force (security row H2);
/// [`Check::BearerScope`]: without `openid`; [`Check::BearerAudience`]: for others than this server.
pub async fn userinfo(engine: &Engine, ctx: &Ctx, token: &Secret) -> Result<UserInfo, Refusal> {
    let now = engine.now();
    let presented = Presented::read(engine, token.reveal(), now).ok_or_else(|| {
        Refusal::new(Check::BearerInvalid).with("a token in force", "expired, or not of this server")
    })?;
    let found = engine.db.read(move |conn| presented.find(conn, now)).await.map_err(Fault::into_refusal)?;
    let readable = |live: &Live| !engine.clients.is_unreadable(live.grant.client_id.as_str());
    let live = found.filter(readable).ok_or_else(|| {
        Refusal::new(Check::BearerInvalid).with("a token in force", "revoked, or its grant has ended")
    })?;
    ctx.trace.client(live.grant.client_id.as_str());
    let user = live
        .user
        .ok_or_else(|| Refusal::new(Check::BearerInvalid).with("a person's token", "a client's own token"))?;
    ctx.trace.passed(Check::BearerInvalid);
    if !live.scope.has("openid") {
        return Err(Refusal::new(Check::BearerScope).with("openid", live.scope.to_string()));
    }
    ctx.trace.passed(Check::BearerScope);
    // RFC 9068 §4: whoever got a token that is for them alone does not read a profile with it.
    let issuer = &engine.policy.issuer;
    if !live.audience.contains(issuer) {
        return Err(Refusal::new(Check::BearerAudience).with(issuer, live.audience.join(" ")));
    }
    ctx.trace.passed(Check::BearerAudience);
    let subject = engine.subject_for(&live.grant.client_id, &user.id).await.map_err(Fault::into_refusal)?;
    let subject = subject.ok_or(Check::BearerInvalid)?;
    let mut claims = released(&user, &live.scope, live.grant.claims.as_ref(), Place::Userinfo);
    claims.insert("sub".to_owned(), Value::from(subject));
    signed_userinfo::of(engine, &live.grant.client_id, claims).await
}
