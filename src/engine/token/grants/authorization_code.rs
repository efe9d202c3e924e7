//! `authorization_code` (RFC 6749 §4.1.3): a code becomes tokens once. Of many that race, one wins;
//! whoever comes second ends everything the first was given (RFC 6749 §4.1.2).

use super::super::issue::{self, Draft, Plan};
use super::super::{Exchange, GrantType, Job, front_channel};
use super::refresh_token;
use crate::base::id::GrantId;
use crate::base::secret::{Code, Plain};
use crate::domain::authorization::{Approval, Authorization, Stage};
use crate::domain::grant::{Grant, Subject};
use crate::engine::authorize::still_answers;
use crate::engine::gate::{Permit, Person};
use crate::engine::oxide::redeem::{Presented, redeem};
use crate::protocol::pkce::Verifier;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Conn, Fault, TxResult, authorizations, grants};

/// See [`GrantType`].
pub static GRANT: GrantType = GrantType {
    name: NAME,
    parameters: &["code", "redirect_uri", "code_verifier", "resource"],
    public: true,
    prepare,
};

const NAME: &str = "authorization_code";

/// The parameters, read.
struct Redemption {
    exchange: Exchange,
    code: Plain<Code>,
    verifier: Option<Verifier>,
}

fn prepare(exchange: Exchange) -> Result<Job, Refusal> {
    let code = Plain::presented(exchange.body.need("code")?);
    let verifier = match exchange.body.get("code_verifier") {
        Some(text) => Some(Verifier::parse(text).ok_or(Check::VerifierMalformed)?),
        None => None,
    };
    exchange.ctx.trace.passed(Check::VerifierMalformed);
    let redemption = Redemption { exchange, code, verifier };
    Ok(Box::new(move |conn| redemption.run(conn)))
}

impl Redemption {
    fn run(&self, conn: &mut Conn) -> TxResult<Plan> {
        let authorization = self.find(conn)?;
        let approval = match &authorization.stage {
            Stage::Granted(approval) => approval,
            Stage::Redeemed { grant_id, .. } => {
                return Err(self.replayed(conn, &authorization, grant_id)?);
            }
            Stage::Burnt => return Err(invalid("an unused code", "one that was burnt by a wrong verifier")),
            Stage::Pending { .. } | Stage::Denied => return Err(Check::CodeInvalid.into()),
        };
        if self.exchange.now >= approval.code_expires_at {
            return Err(invalid("a live code", "an expired one"));
        }
        let scope = self.check_bindings(conn, &authorization, approval)?;
        // Another node may have given it before it read what was taken from the client (row A6).
        if !still_answers(&self.exchange.engine, &self.exchange.client, &authorization.request) {
            return Err(invalid(
                "what the client may still ask for",
                "an address or type that was taken out",
            ));
        }
        let available = self.exchange.granted_audience(&scope, &authorization.request.resource);
        let audience = self.exchange.audience(&available, available.clone())?;
        let asked = &authorization.request;
        let claims = asked.granted_claims(&approval.scope);
        let person = Person {
            user_id: &approval.user_id,
            session_id: &approval.session_id,
            scope: &scope,
            resource: &asked.resource,
            claims: claims.as_ref(),
            outlives_session: false,
        };
        let permit = self.exchange.may_issue(conn, NAME, Some(person))?;
        if authorization.created_at < permit.client_since() {
            return Err(invalid("this client's code", "one of a removed client with the same id"));
        }
        let grant = Grant { claims, ..self.grant(&authorization, approval, scope, &permit)? };
        let family = refresh_token::new_family(&self.exchange, &grant);
        let last = family.as_ref().map_or(self.exchange.now, |family| family.expires_at);
        let forget_after = self.exchange.forget_after(last);
        let id = authorization.id.as_str();
        if !authorizations::consume_code(conn, id, &grant.id, self.exchange.now, forget_after)? {
            return Err(self.lost_race(conn)?);
        }
        grants::insert(conn, &grant, forget_after)?;
        let refresh_token = refresh_token::begin_family(conn, &self.exchange, family, &grant.scope)?;
        let (scope, nonce) = (grant.scope.clone(), grant.nonce.clone());
        issue::plan(conn, permit, &self.exchange, Draft { grant, scope, audience, refresh_token, nonce })
    }

    /// The authorization of the code, if it is this client's. Another client's stays as it is.
    fn find(&self, conn: &mut Conn) -> TxResult<Authorization> {
        let Some(authorization) = authorizations::find_by_code(conn, &self.code)? else {
            return Err(invalid("a known code", "an unknown or forgotten one"));
        };
        if authorization.request.client_id != self.exchange.client.id {
            self.exchange.record(conn, "code.foreign", |event| event.target(authorization.id.as_str()))?;
            let refusal = Refusal::new(Check::CodeInvalid).with("this client's code", "another client's");
            return Err(refusal.committing().into());
        }
        Ok(authorization)
    }

    /// Redirect URI and PKCE. A wrong verifier from the right client burns the code (row D6): it
    /// tells of a stolen one, and leaves no second try.
    fn check_bindings(
        &self,
        conn: &mut Conn,
        authorization: &Authorization,
        approval: &Approval,
    ) -> TxResult<Scope> {
        let presented = Presented {
            client_id: self.exchange.client.id.as_str(),
            code: self.code.reveal(),
            redirect_uri: self.exchange.body.get("redirect_uri"),
            verifier: self.verifier.as_ref(),
        };
        match redeem(&authorization.request, approval, &presented) {
            Ok(scope) => {
                self.exchange.ctx.trace.passed(Check::VerifierWrong);
                Ok(scope)
            }
            Err(Check::VerifierWrong) => {
                authorizations::burn_code(conn, authorization.id.as_str(), self.exchange.now)?;
                self.end_front_channel(conn, authorization, "wrong code_verifier")?;
                self.exchange.record(conn, "code.burnt", |event| event.target(authorization.id.as_str()))?;
                Err(Refusal::new(Check::VerifierWrong).committing().into())
            }
            Err(Check::CodeInvalid) => {
                let expected = authorization.request.redirect_uri.as_str();
                Err(invalid(expected, presented.redirect_uri.unwrap_or("no redirect_uri")))
            }
            Err(check) => Err(check.into()),
        }
    }

    /// RFC 6749 §4.1.2: "the authorization server MUST deny the request and SHOULD revoke (when
    /// possible) all tokens previously issued based on that authorization code."
    fn replayed(&self, conn: &mut Conn, authorization: &Authorization, grant: &GrantId) -> TxResult<Fault> {
        grants::end(conn, grant.as_str(), "code replayed", self.exchange.now)?;
        self.end_front_channel(conn, authorization, "code replayed")?;
        self.exchange.record(conn, "code.replayed", |event| event.target(grant.as_str()))?;
        Ok(Refusal::new(Check::CodeReplayed).committing().into())
    }

    /// Ends the tokens that left beside the code (OIDC Core §3.3), if any did.
    fn end_front_channel(&self, conn: &mut Conn, authorization: &Authorization, why: &str) -> TxResult<()> {
        if authorization.request.response_type.is_legacy() {
            grants::end(conn, front_channel::grant_id(authorization).as_str(), why, self.exchange.now)?;
        }
        Ok(())
    }

    /// Between our reading and our consuming somebody else consumed or burnt it.
    fn lost_race(&self, conn: &mut Conn) -> TxResult<Fault> {
        let Some(authorization) = authorizations::find_by_code(conn, &self.code)? else {
            return Ok(Check::CodeInvalid.into());
        };
        match &authorization.stage {
            Stage::Redeemed { grant_id, .. } => self.replayed(conn, &authorization, grant_id),
            _ => Ok(Check::CodeInvalid.into()),
        }
    }

    fn grant(
        &self,
        from: &Authorization,
        approval: &Approval,
        scope: Scope,
        permit: &Permit,
    ) -> TxResult<Grant> {
        let auth = permit.auth().ok_or(Check::Unexpected)?.told(&from.request.asked_acr());
        Ok(Grant {
            id: GrantId::generate(&self.exchange.engine.clock, &self.exchange.engine.rng),
            client_id: self.exchange.client.id.clone(),
            subject: Some(Subject {
                user_id: approval.user_id.clone(),
                session_id: approval.session_id.clone(),
                auth,
            }),
            scope,
            resource: from.request.resource.clone(),
            claims: None,
            nonce: from.request.nonce.clone(),
            created_at: self.exchange.now,
            ended_at: None,
        })
    }
}

fn invalid(expected: &str, received: &str) -> Fault {
    Refusal::new(Check::CodeInvalid).with(expected, received).into()
}
