//! Giving what was asked for, once everything is said: the code, and for clients with the legacy
//! switch tokens beside it or instead. Decided in one transaction, signed and told after COMMIT.

use super::next::Step;
use super::response::{self, AuthorizationResponse, Outcome, Target};
use super::waiting::{Standing, Waiting, consent_of};
use crate::base::secret::{Code, Plain};
use crate::domain::authorization::{Approval, Authorization, Stage};
use crate::domain::client::Client;
use crate::domain::session::{Class, Session};
use crate::domain::user::User;
use crate::engine::context::{Ctx, Engine};
use crate::engine::gate;
use crate::engine::login::Demand;
use crate::engine::token::browser_app::Browser;
use crate::engine::token::issue::{self, Plan};
use crate::engine::token::{Exchange, front_channel};
use crate::engine::turn::in_turn;
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::params::Params;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Conn, Fault, TxResult, audit, authorizations, clients, consents, sessions};
use std::sync::Arc;

/// What was decided and stored, still to be signed and told.
pub struct Given {
    target: Target,
    code: Option<Plain<Code>>,
    tokens: Option<Plan>,
}

impl Given {
    /// Signs after COMMIT, and says what the browser is to carry.
    pub async fn answer(self, engine: &Engine) -> Outcome {
        let tokens = match self.tokens {
            None => None,
            Some(plan) => match in_turn(&engine.db, || issue::sign(engine, plan)).await {
                Ok(tokens) => Some(tokens),
                Err(refusal) => return response::refused(refusal, Some(self.target)),
            },
        };
        Outcome::Answer(AuthorizationResponse::success(self.target, self.code.as_ref(), tokens))
    }
}

/// What was approved, and what of it is to be remembered.
pub(super) struct Approved {
    pub(super) scope: Scope,
    pub(super) remember: bool,
}

/// Gives where no page was needed, so that nothing was stored before.
pub(super) async fn grant_at_once(
    engine: &Engine,
    ctx: &Ctx,
    mut authorization: Authorization,
    client: Arc<Client>,
    (session, user, scope): (Session, User, Scope),
) -> TxResult<Outcome> {
    let (with, ctx) = (engine.clone(), ctx.clone());
    let given = engine
        .db
        .write_decided(move |conn| {
            let request = &authorization.request;
            enough(&with, (request, &client), (&session, &user))?;
            hold(conn, request, &session)?;
            gate::may_authorize(conn, &request.client_id, &session.id, &user.id)?;
            let approval = approval(&with, &session, &user, scope);
            let given = give(conn, (&with, &ctx), &authorization, client, &approval)?;
            authorization.expires_at = keep_until(&with);
            if let Some(code) = &given.code {
                authorization.stage = Stage::Granted(approval);
                authorizations::insert_granted(conn, &authorization, &code.digest())?;
                record_code(conn, &with, &ctx, &authorization)?;
            }
            Ok(given)
        })
        .await?;
    Ok(given.answer(engine).await)
}

/// Gives what waited.
pub(super) async fn grant(
    engine: &Engine,
    ctx: &Ctx,
    waiting: Waiting,
    who: (Session, User),
    approved: Approved,
) -> TxResult<Outcome> {
    let (with, ctx) = (engine.clone(), ctx.clone());
    let given = engine
        .db
        .write(move |conn| grant_in(conn, (&with, &ctx), waiting, (&who.0, &who.1), approved))
        .await?;
    Ok(given.answer(engine).await)
}

/// [`grant`], inside a transaction. What refuses does so before anything is changed, unless something
/// is to be remembered.
fn grant_in(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    waiting: Waiting,
    (session, user): (&Session, &User),
    approved: Approved,
) -> TxResult<Given> {
    let mut authorization = waiting.authorization;
    let approval = approval(engine, session, user, approved.scope);
    let request = &authorization.request;
    enough(engine, (request, &waiting.client), (session, user))?;
    hold(conn, request, session)?;
    gate::may_authorize(conn, &request.client_id, &session.id, &user.id)?;
    if approved.remember {
        let whose = (user.id.as_str(), request.client_id.as_str());
        let beyond = request.claims.as_ref().map(|claims| claims.beyond(&request.scope)).unwrap_or_default();
        let what = (&approval.scope, &*request.resource, &*beyond);
        let consent = consents::add(conn, whose, what, engine.now())?;
        let event = ctx.event("consent.given").user(user.id.as_str()).client(&consent.client_id);
        audit::record(conn, &engine.clock, &engine.rng, event.detail(consent.scope.to_string()))?;
    }
    // Before the stage moves: what the gate says no to must find nothing changed.
    let given = give(conn, (engine, ctx), &authorization, waiting.client, &approval)?;
    let id = authorization.id.as_str();
    let advanced = match &given.code {
        Some(code) => {
            authorizations::advance_granted(conn, id, &approval, &code.digest(), keep_until(engine))?
        }
        None => {
            authorizations::advance_done(conn, id, &front_channel::grant_id(&authorization), engine.now())?
        }
    };
    if !advanced {
        return Err(Check::AuthorizationGone.into());
    }
    if given.code.is_some() {
        authorization.stage = Stage::Granted(approval);
        record_code(conn, engine, ctx, &authorization)?;
    }
    Ok(given)
}

/// Whether the session has what this server, the client and the request ask for (OIDC Core §5.5.1.1, row P3): looked
/// at where something is given, whatever pages led there.
fn enough(
    engine: &Engine,
    (request, client): (&AuthorizationRequest, &Client),
    (session, user): (&Session, &User),
) -> TxResult<()> {
    let demand = Demand::of(&engine.policy, user, Some(client), Some(request));
    if demand.is_met_by(session) {
        return Ok(());
    }
    let expected = demand.class.unwrap_or(Class::Mfa).acr();
    Err(Refusal::new(Check::AcrUnmet).with(expected, &session.auth.acr).into())
}

/// A grant of tokens that leave here is new: whoever ends the session, takes the consent back or changes
/// the client finds no row of it to wait for. So they wait for the session or the client, and find it then.
fn hold(conn: &mut Conn, request: &AuthorizationRequest, session: &Session) -> TxResult<()> {
    if request.response_type.is_legacy() {
        sessions::hold(conn, session.id.as_str())?;
        clients::hold(conn, request.client_id.as_str())?;
        // A session that begins in this transaction is nobody's to wait for.
        consents::hold(conn, session.user_id.as_str(), request.client_id.as_str())?;
    }
    Ok(())
}

/// Makes the code, and plans the tokens that go beside it or instead.
fn give(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    authorization: &Authorization,
    client: Arc<Client>,
    approval: &Approval,
) -> TxResult<Given> {
    let request = &authorization.request;
    let kind = request.response_type;
    let code = kind.code().then(|| Plain::<Code>::of_authorization(&authorization.id, &engine.rng));
    let tokens = if kind.is_legacy() {
        let (engine, ctx, now) = (engine.clone(), ctx.clone(), engine.now());
        let exchange =
            Exchange { engine, ctx, client, body: Params::default(), browser: Browser::default(), now };
        Some(front_channel::plan(conn, &exchange, authorization, approval, code.as_ref())?)
    } else {
        None
    };
    let mut target = Target::of(engine, request);
    if approval.scope.has("openid") {
        target = target.in_session(engine, request.client_id.as_str(), &approval.session_id);
    }
    Ok(Given { target, code, tokens })
}

fn approval(engine: &Engine, session: &Session, user: &User, scope: Scope) -> Approval {
    Approval {
        user_id: user.id.clone(),
        session_id: session.id.clone(),
        scope,
        code_expires_at: engine.now().saturating_add(engine.policy.code),
    }
}

/// Evidence of a code is kept until nothing that came from it can live.
fn keep_until(engine: &Engine) -> i64 {
    engine.now().saturating_add(engine.policy.code).saturating_add(3600)
}

fn record_code(conn: &mut Conn, engine: &Engine, ctx: &Ctx, authorization: &Authorization) -> TxResult<()> {
    let mut event = ctx
        .event("code.issued")
        .client(authorization.request.client_id.as_str())
        .target(authorization.id.as_str());
    if let Stage::Granted(approval) = &authorization.stage {
        event = event.user(approval.user_id.as_str());
    }
    audit::record(conn, &engine.clock, &engine.rng, event)
}

/// What follows from a sign-in that was just stored, in its transaction: what was asked for, if nothing
/// more is to be said. `None` when a page is next, or something is in the way that
/// [`super::resume`] will tell of.
///
/// # Errors
/// Store errors.
pub fn grant_after_login(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    waiting: Waiting,
    who: (Session, User),
) -> TxResult<Option<Given>> {
    let consent = consent_of(conn, &waiting.client, &who.1)?;
    let standing = Standing { session: Some(who), consent, has_factor: false };
    let (Step::Grant { scope }, Some((session, user))) =
        (waiting.step(&standing, engine.now()), &standing.session)
    else {
        return Ok(None);
    };
    let approved = Approved { scope, remember: false };
    match grant_in(conn, (engine, ctx), waiting, (session, user), approved) {
        Ok(given) => Ok(Some(given)),
        // Nothing was changed: the authorization is this transaction's own since the sign-in was noted in it.
        Err(Fault::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}
