//! Tokens that leave by the authorization endpoint (OIDC Core §3.2, §3.3), for clients with the legacy
//! switch alone: RFC 9700 §2.1.2 advises against them, the Implicit and Hybrid profiles ask for them.

use super::Exchange;
use super::issue::{self, Draft, Parts, Plan};
use crate::base::id::GrantId;
use crate::base::secret::{Code, Plain, Secret};
use crate::domain::authorization::{Approval, Authorization};
use crate::domain::client::IMPLICIT;
use crate::domain::grant::{Grant, Subject};
use crate::engine::gate::Person;
use crate::protocol::refusal::Check;
use crate::store::{Conn, TxResult, grants};

/// The grant of tokens that left by the authorization endpoint has the name of their authorization:
/// there is at most one of each, and whoever finds the one finds the other.
pub fn grant_id(authorization: &Authorization) -> GrantId {
    GrantId::from_stored(authorization.id.as_str())
}

/// Plans them, under that grant: a code that comes twice ends it as well.
///
/// # Errors
/// What the gate refuses, before anything is changed; store errors.
pub fn plan(
    conn: &mut Conn,
    exchange: &Exchange,
    authorization: &Authorization,
    approval: &Approval,
    code: Option<&Plain<Code>>,
) -> TxResult<Plan> {
    let request = &authorization.request;
    // What leaves here ends with the session; only the code's tokens may outlive it (OIDC Core §11).
    let scope = approval.scope.clone().without("offline_access");
    let claims = request.granted_claims(&approval.scope);
    let person = Person {
        user_id: &approval.user_id,
        session_id: &approval.session_id,
        scope: &scope,
        resource: &request.resource,
        claims: claims.as_ref(),
        outlives_session: false,
    };
    let permit = exchange.may_issue(conn, IMPLICIT, Some(person))?;
    let auth = permit.auth().ok_or(Check::Unexpected)?.told(&request.asked_acr());
    let grant = Grant {
        id: grant_id(authorization),
        client_id: exchange.client.id.clone(),
        subject: Some(Subject {
            user_id: approval.user_id.clone(),
            session_id: approval.session_id.clone(),
            auth,
        }),
        scope: scope.clone(),
        resource: request.resource.clone(),
        claims: claims.clone(),
        nonce: request.nonce.clone(),
        created_at: exchange.now,
        ended_at: None,
    };
    if !grants::insert_first(conn, &grant, exchange.forget_after(exchange.now))? {
        // The same button was pressed twice (security row A14).
        return Err(Check::AuthorizationGone.into());
    }
    let kind = request.response_type;
    let parts = Parts {
        access: kind.token(),
        id_token: kind.id_token(),
        code: code.map(|code| Secret::new(code.reveal())),
        // Told where the state's bearer could be confused: beside a code.
        state: request.state.clone().filter(|_| kind.code()),
        direct: false,
    };
    let draft = Draft {
        audience: exchange.granted_audience(&scope, &request.resource),
        scope,
        refresh_token: None,
        nonce: request.nonce.clone(),
        grant,
    };
    issue::plan_parts(conn, permit, exchange, draft, parts)
}
