//! Tokens in two steps: planned inside the transaction, under a [`Permit`]; signed after COMMIT.

use super::Exchange;
use super::browser_app::RefreshCookie;
use crate::base::clock::Seconds;
use crate::base::secret::{AccessToken, Plain, Secret};
use crate::domain::client::{AccessTokenFormat, Client};
use crate::domain::grant::{Grant, Subject};
use crate::domain::user::User;
use crate::engine::Engine;
use crate::engine::gate::Permit;
use crate::engine::keys::{AccessClaims, Jti, TokenType, half_hash};
use crate::engine::released::{Place, released, roles};
use crate::protocol::alg::SigningAlg;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Conn, TxResult, tokens};
use serde::Serialize;
use serde_json::{Map, Value};

/// The answer of the token endpoint (RFC 6749 §5.1, OIDC Core §3.1.3.3), and the tokens of an
/// authorization response (OIDC Core §3.2.2.5).
#[derive(Serialize)]
pub struct TokenResponse {
    /// The access token; absent only where an authorization response is an ID token alone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Life of the access token, seconds.
    pub expires_in: Seconds,
    /// What the access token may do, sorted; absent when it names nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The refresh token, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The ID token, when `openid` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// The refresh token of an app that has it in a cookie; no part of the JSON.
    #[serde(skip)]
    pub refresh_cookie: Option<RefreshCookie>,
}

/// A refresh token on its way out.
pub struct HandedOut {
    /// Its text.
    pub token: Secret,
    /// How long it can be used, seconds.
    pub seconds: Seconds,
    /// Whether it was asked to stay when the session ends (`offline_access`).
    pub outlives_session: bool,
}

/// What a grant decided to give.
pub struct Draft {
    /// What it hangs from; stored by now.
    pub grant: Grant,
    /// What this access token may do.
    pub scope: Scope,
    /// Whom it is for.
    pub audience: Vec<String>,
    /// The refresh token to hand out.
    pub refresh_token: Option<HandedOut>,
    /// Echoed into the ID token.
    pub nonce: Option<String>,
}

/// Which tokens are made, and what an ID token is bound to beside them.
pub struct Parts {
    /// An access token.
    pub access: bool,
    /// An ID token, if `openid` was granted.
    pub id_token: bool,
    /// The code that goes with it: `c_hash` (OIDC Core §3.3.2.11).
    pub code: Option<Secret>,
    /// The state that goes with it: `s_hash` (OpenID FAPI 1.0 part 2 §5.2.2.1).
    pub state: Option<String>,
    /// Whether they go straight to the client and not through a browser: only then an ID token may be
    /// without a signature (OIDC Core §2).
    pub direct: bool,
}

impl Parts {
    /// What the token endpoint answers.
    const BOTH: Self = Self { access: true, id_token: true, code: None, state: None, direct: true };
}

/// Everything that will be answered, still unsigned.
pub struct Plan {
    access: Option<Access>,
    id_token: Option<IdClaims>,
    code: Option<Secret>,
    refresh_token: Option<String>,
    refresh_cookie: Option<RefreshCookie>,
    scope: String,
    access_alg: SigningAlg,
    id_alg: SigningAlg,
    direct: bool,
    issued_at: Seconds,
    expires_in: Seconds,
}

enum Access {
    Jwt(Box<AccessClaims>),
    Opaque(Plain<AccessToken>),
}

/// The claims of an ID token (OIDC Core §2). It says who signed in and how; what the person is like is
/// userinfo's to say (OIDC Core §5.4), but for what was asked for here by name (§5.5).
#[derive(Clone, Debug, Serialize)]
struct IdClaims {
    iss: String,
    sub: String,
    aud: String,
    exp: Seconds,
    iat: Seconds,
    auth_time: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    acr: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<String>,
    sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s_hash: Option<String>,
    /// Standard claims alone, none of which is a name above (security row D12).
    #[serde(flatten)]
    released: Map<String, Value>,
}

/// Plans the tokens of `draft`, stores an opaque one, and records the issuance.
///
/// # Errors
/// Store errors; [`Check::Unexpected`] when the permit is for another person.
pub fn plan(conn: &mut Conn, permit: Permit, exchange: &Exchange, draft: Draft) -> TxResult<Plan> {
    plan_parts(conn, permit, exchange, draft, Parts::BOTH)
}

/// [`plan`], for some of the tokens.
///
/// # Errors
/// As [`plan`].
pub fn plan_parts(
    conn: &mut Conn,
    permit: Permit,
    exchange: &Exchange,
    draft: Draft,
    parts: Parts,
) -> TxResult<Plan> {
    let subject = draft.grant.subject.as_ref();
    if permit.user().map(|user| &user.id) != subject.map(|subject| &subject.user_id) {
        return Err(Check::Unexpected.into());
    }
    let id_token = subject
        .filter(|_| parts.id_token && draft.scope.has("openid"))
        .map(|subject| id_claims(exchange, (subject, permit.user()), &draft, &parts));
    let roles = permit.user().map(|user| roles(&exchange.client, user.roles.clone())).unwrap_or_default();
    let registered = exchange.engine.resources.now();
    let shape = registered.shape(&draft.audience);
    let expires_in = shape.seconds.unwrap_or_else(|| exchange.access_seconds());
    exchange.record(conn, "token.issued", |event| {
        let event = event.target(draft.grant.id.as_str());
        match subject {
            Some(subject) => event.user(subject.user_id.as_str()),
            None => event,
        }
    })?;
    let scope = registered.narrowed(&draft.scope, &draft.audience).to_string();
    let wanted = Wanted {
        format: shape.format.unwrap_or(exchange.client.metadata.access_token_format),
        scope: &scope,
        expires_at: exchange.now.saturating_add(expires_in),
        roles,
    };
    let access = if parts.access { Some(access(conn, exchange, &draft, wanted)?) } else { None };
    let (refresh_token, refresh_cookie) = delivered(&exchange.client, draft.refresh_token);
    Ok(Plan {
        access,
        id_token,
        code: parts.code,
        refresh_token,
        refresh_cookie,
        scope,
        access_alg: exchange.client.metadata.access_token_alg(),
        id_alg: exchange.client.metadata.id_token_alg(),
        direct: parts.direct,
        issued_at: exchange.now,
        expires_in,
    })
}

/// What an access token is to be.
struct Wanted<'a> {
    format: AccessTokenFormat,
    scope: &'a str,
    expires_at: Seconds,
    roles: Vec<String>,
}

fn access(conn: &mut Conn, exchange: &Exchange, draft: &Draft, wanted: Wanted<'_>) -> TxResult<Access> {
    if wanted.format == AccessTokenFormat::Jwt {
        return Ok(Access::Jwt(Box::new(access_claims(exchange, draft, wanted))));
    }
    let token = Plain::<AccessToken>::generate(&exchange.engine.rng);
    let row = tokens::Row {
        digest: token.digest().as_str().to_owned(),
        grant_id: draft.grant.id.to_string(),
        scope: wanted.scope.to_owned(),
        audience: draft.audience.join(" "),
        issued_at: exchange.now,
        expires_at: wanted.expires_at,
    };
    tokens::insert(conn, &row)?;
    Ok(Access::Opaque(token))
}

/// Signs what was planned and committed.
///
/// # Errors
/// What [`crate::engine::keys::KeyRing::sign`] refuses.
pub fn sign(engine: &Engine, plan: Plan) -> Result<TokenResponse, Refusal> {
    let access_token = match &plan.access {
        Some(Access::Jwt(claims)) => {
            engine.keys.sign(TokenType::Access, plan.access_alg, claims, plan.issued_at)?
        }
        Some(Access::Opaque(token)) => token.reveal().to_owned(),
        None => String::new(),
    };
    let half = |text: &str| half_hash(plan.id_alg, text);
    let id_token = match plan.id_token {
        Some(claims) => {
            let at_hash = plan.access.as_ref().and_then(|_| half(&access_token));
            let c_hash = plan.code.as_ref().and_then(|code| half(code.reveal()));
            let claims = IdClaims { at_hash, c_hash, ..claims };
            Some(match plan.id_alg {
                SigningAlg::None if plan.direct => engine.keys.unsecured_id_token(&claims)?,
                alg => engine.keys.sign(TokenType::Id, alg, &claims, plan.issued_at)?,
            })
        }
        None => None,
    };
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: plan.expires_in,
        scope: plan.scope,
        refresh_token: plan.refresh_token,
        id_token,
        refresh_cookie: plan.refresh_cookie,
    })
}

/// A refresh token for the body or for a cookie, as the client has them. A cookie that need not outlive the
/// session goes with the browser, as the session's own does.
fn delivered(client: &Client, handed_out: Option<HandedOut>) -> (Option<String>, Option<RefreshCookie>) {
    let Some(HandedOut { token, seconds, outlives_session }) = handed_out else { return (None, None) };
    if !client.keeps_refresh_in_cookie() {
        return (Some(token.reveal().to_owned()), None);
    }
    let max_age = outlives_session.then_some(seconds);
    (None, Some(RefreshCookie { client_id: client.id.clone(), token, max_age }))
}

fn access_claims(exchange: &Exchange, draft: &Draft, wanted: Wanted<'_>) -> AccessClaims {
    let engine = &exchange.engine;
    let client_id = exchange.client.id.as_str();
    let subject = draft.grant.subject.as_ref();
    AccessClaims {
        iss: engine.policy.issuer.clone(),
        // RFC 9068 §2.2: without a person, `sub` identifies the client application.
        sub: subject.map_or_else(
            || client_id.to_owned(),
            |subject| engine.subject_of(&exchange.client, &subject.user_id),
        ),
        aud: draft.audience.clone().into(),
        client_id: client_id.to_owned(),
        exp: wanted.expires_at,
        iat: exchange.now,
        nbf: None,
        jti: Jti::new(&draft.grant.id, &engine.rng).into_string(),
        scope: wanted.scope.to_owned(),
        sid: subject.map(|subject| engine.sid_of(&exchange.client, &subject.session_id)),
        auth_time: subject.map(|subject| subject.auth.auth_time),
        acr: subject.map(|subject| subject.auth.acr.clone()),
        amr: subject.map(|subject| subject.auth.amr.clone()).unwrap_or_default(),
        roles: wanted.roles,
    }
}

fn id_claims(
    exchange: &Exchange,
    (subject, user): (&Subject, Option<&User>),
    draft: &Draft,
    parts: &Parts,
) -> IdClaims {
    let policy = &exchange.engine.policy;
    let claims = draft.grant.claims.as_ref();
    let alone = !parts.access && parts.code.is_none();
    let place = if alone { Place::IdTokenAlone } else { Place::IdToken };
    IdClaims {
        iss: policy.issuer.clone(),
        sub: exchange.engine.subject_of(&exchange.client, &subject.user_id),
        aud: exchange.client.id.to_string(),
        exp: exchange.now.saturating_add(policy.id_token),
        iat: exchange.now,
        auth_time: subject.auth.auth_time,
        nonce: draft.nonce.clone(),
        acr: subject.auth.acr.clone(),
        amr: subject.auth.amr.clone(),
        sid: exchange.engine.sid_of(&exchange.client, &subject.session_id),
        at_hash: None,
        c_hash: None,
        s_hash: parts
            .state
            .as_deref()
            .and_then(|state| half_hash(exchange.client.metadata.id_token_alg(), state)),
        released: user.map(|user| released(user, &draft.scope, claims, place)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_members_are_not_written() {
        let answer = TokenResponse {
            access_token: "t".to_owned(),
            token_type: "Bearer",
            expires_in: 900,
            scope: String::new(),
            refresh_token: None,
            id_token: None,
            refresh_cookie: None,
        };
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(text, r#"{"access_token":"t","token_type":"Bearer","expires_in":900}"#);
    }
}
