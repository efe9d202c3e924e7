//! Token introspection (RFC 7662) without HTTP. Whoever may not see a token learns exactly what
//! they would learn of one that does not exist (security rows G5-G7).

use super::gate::{self, Case, Person};
use super::keys::Audience;
use super::released::roles;
use super::token::grants::refresh_token;
use super::token::live::{Found, Live, Presented};
use super::token::refresh_token::RefreshToken;
use super::token::{TokenRequest, authenticate, client_auth};
use super::{Ctx, Engine};
use crate::base::clock::Seconds;
use crate::base::id::{ClientId, SessionId, UserId};
use crate::domain::client::Client;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Conn, Fault, TxResult, grants};
use serde::Serialize;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Introspection {
    /// A token in force that the caller may see.
    Active(Box<Active>),
    /// Everything else: exactly `{"active":false}`.
    Inactive(Inactive),
}

/// `{"active":false}`.
#[derive(Debug, Serialize)]
pub struct Inactive {
    active: bool,
}

/// What is said of a token in force (RFC 7662 §2.2).
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the specification names the member")]
pub struct Active {
    active: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    exp: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<Seconds>,
    /// Of the client it was given to, whoever asks.
    sub: String,
    #[serde(skip)]
    person: Option<(UserId, SessionId)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Audience>,
    iss: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<Seconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
}

/// The known parameters; others are ignored.
const PARAMETERS: [&str; 2] = ["token", "token_type_hint"];

/// Says whether a token is in force.
///
/// # Errors
/// The checks of client authentication; [`Check::ClientAuthFailed`] for a public client, which
/// anyone can claim to be; [`Check::BodyParameterMissing`] without `token`; [`Check::StoreUnavailable`]
/// while this node does not know yet how the caller's secrets changed.
pub async fn introspect(engine: &Engine, ctx: &Ctx, request: TokenRequest) -> Result<Introspection, Refusal> {
    request.body.check_body(&client_auth::PARAMETERS)?;
    request.body.check_body(&PARAMETERS)?;
    let caller = authenticate(engine, ctx, &request).await?;
    if caller.is_public() {
        return Err(Refusal::new(Check::ClientAuthFailed).with("a confidential client", "a public one"));
    }
    let token = request.body.need("token")?;
    let now = engine.now();
    let (issuer, idle) = (engine.policy.issuer.clone(), engine.policy.session_idle);
    let active = if let Some(refresh) = RefreshToken::parse(&engine.macs.refresh, token) {
        let job = move |conn: &mut Conn| {
            gate::still_authenticated(conn, &caller, None, now)?;
            of_refresh(conn, &refresh, &caller, (now, idle))
        };
        engine.db.read(job).await
    } else if let Some(presented) = Presented::read(engine, token, now) {
        let clients = engine.clients.clone();
        let job = move |conn: &mut Conn| {
            let Found { live, caller_revision } = presented.find_for(conn, caller.id.as_str(), now)?;
            gate::still_authenticated(conn, &caller, caller_revision, now)?;
            Ok(live
                .filter(|live| may_see(&caller, live))
                .filter(|live| !clients.is_unreadable(live.grant.client_id.as_str()))
                .map(of_access))
        };
        engine.db.read(job).await
    } else {
        let job = move |conn: &mut Conn| gate::still_authenticated(conn, &caller, None, now);
        engine.db.read(job).await.map(|()| None)
    };
    let named = match active.map_err(Fault::into_refusal)? {
        Some(active) => named(engine, active).await.map_err(Fault::into_refusal)?,
        None => None,
    };
    Ok(match named {
        Some(active) => Introspection::Active(Box::new(Active { iss: issuer, ..active })),
        None => Introspection::Inactive(Inactive { active: false }),
    })
}

/// With the `sub` and `sid` that the client it was given to knows, whoever asks.
async fn named(engine: &Engine, active: Active) -> TxResult<Option<Active>> {
    let Some((user, session)) = active.person.clone() else {
        return Ok(Some(Active { sub: active.client_id.clone(), ..active }));
    };
    let client = engine.client_now(&ClientId::from_stored(active.client_id.as_str())).await?;
    Ok(client.map(|client| {
        let (sub, sid) = (engine.subject_of(&client, &user), Some(engine.sid_of(&client, &session)));
        let roles = roles(&client, active.roles);
        Active { sub, sid, roles, ..active }
    }))
}

/// The client it was given to, and whoever it is for: named in `aud`, or set to introspect for a
/// resource in `aud`.
fn may_see(caller: &Client, live: &Live) -> bool {
    let named = |name: &String| name == caller.id.as_str() || caller.metadata.introspects.contains(name);
    live.grant.client_id == caller.id || live.audience.iter().any(named)
}

fn of_access(live: Live) -> Active {
    let Live { grant, user, scope, audience, issued_at, expires_at, jti } = live;
    let subject = grant.subject;
    Active {
        active: true,
        // A name is personal data: only what `profile` would release anyway.
        username: user.as_ref().filter(|_| scope.has("profile")).map(|user| user.username.clone()),
        scope: scope.to_string(),
        sub: String::new(),
        person: subject.as_ref().map(|subject| (subject.user_id.clone(), subject.session_id.clone())),
        client_id: grant.client_id.into_string(),
        token_type: Some("Bearer"),
        exp: expires_at,
        iat: Some(issued_at),
        aud: Some(audience.into()),
        iss: String::new(),
        jti,
        sid: None,
        auth_time: subject.as_ref().map(|subject| subject.auth.auth_time),
        acr: subject.as_ref().map(|subject| subject.auth.acr.clone()),
        amr: subject.map(|subject| subject.auth.amr).unwrap_or_default(),
        roles: user.map(|user| user.roles).unwrap_or_default(),
    }
}

/// A refresh token is its own client's business alone; only the live generation is in force.
fn of_refresh(
    conn: &mut Conn,
    token: &RefreshToken,
    caller: &Client,
    (now, session_idle): (Seconds, Seconds),
) -> TxResult<Option<Active>> {
    let Some((family, grant)) = grants::find_by_family(conn, token.family.as_str())? else { return Ok(None) };
    let end = family.idle_expires_at.min(family.expires_at);
    let ended = family.ended_at.or(grant.ended_at).is_some();
    if ended || family.generation != token.generation || now >= end || grant.client_id != caller.id {
        return Ok(None);
    }
    let Some(subject) = grant.subject.clone() else { return Ok(None) };
    // In force is what a refresh would be let through with.
    let person = Some(Person::of_grant(&subject, &grant));
    let case = Case { client: caller, grant_type: refresh_token::NAME, person, now, session_idle };
    let permit = match gate::may_issue(conn, case) {
        Ok(permit) => permit,
        Err(Fault::Refused(_)) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    Ok(Some(Active {
        active: true,
        username: permit.user().filter(|_| grant.scope.has("profile")).map(|user| user.username.clone()),
        scope: grant.scope.to_string(),
        sub: String::new(),
        person: Some((subject.user_id, subject.session_id)),
        client_id: grant.client_id.into_string(),
        token_type: None,
        exp: end,
        iat: Some(family.rotated_at),
        aud: None,
        iss: String::new(),
        jti: None,
        sid: None,
        auth_time: Some(subject.auth.auth_time),
        acr: Some(subject.auth.acr),
        amr: subject.auth.amr,
        roles: Vec::new(),
    }))
}
