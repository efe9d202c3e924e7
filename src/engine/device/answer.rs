//! What the person who entered the code is asked, and their answer. The page is shown whatever was agreed
//! to before: who approves a device that somebody else holds gives their account away (RFC 8628 §5.4).

use super::find_visit;
use crate::base::id::{UserId, VisitId};
use crate::domain::client::Client;
use crate::domain::device::{Device, Stage, Visit};
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::engine::login::Demand;
use crate::engine::visitor::Visitor;
use crate::engine::{Ctx, Engine, gate};
use crate::protocol::refusal::Check;
use crate::protocol::user_code::UserCode;
use crate::store::{Conn, TxResult, audit, consents, devices};
use std::sync::Arc;

/// What comes next in a browser where the code was entered.
pub enum Step {
    /// The person must sign in (again).
    Login,
    /// The person is signed in, and must give a second factor.
    Factor,
    /// The person must answer.
    Answer(Box<Asked>),
    /// They said yes.
    Approved,
    /// They said no.
    Denied,
}

/// What is shown on the page that asks.
pub struct Asked {
    /// What the device asked for, and from where.
    pub device: Device,
    /// Who asks.
    pub client: Arc<Client>,
    /// The code to compare.
    pub user_code: UserCode,
    /// Who would say yes.
    pub user: User,
}

/// What comes next.
///
/// # Errors
/// [`Check::DeviceGone`]: too old, another browser's, answered by somebody else; store errors.
pub async fn step(engine: &Engine, visitor: &Visitor, id: &VisitId) -> TxResult<Step> {
    let session = visitor.current(engine).await?;
    let (visitor, with, id) = (visitor.clone(), engine.clone(), id.clone());
    let (visit, device, client) = engine.db.read(move |conn| find_visit(conn, &with, &visitor, &id)).await?;
    if device.stage != Stage::Pending {
        return answered(&device, session.as_ref().map(|(_, user)| user));
    }
    if engine.now() >= device.expires_at {
        return Err(Check::DeviceGone.into());
    }
    match session {
        Some((session, user)) if is_fresh(engine, &visit, &client, &session) => {
            if !is_enough(engine, &client, &session, &user) {
                return Ok(Step::Factor);
            }
            let user_code = UserCode::of(&engine.macs.user_code, &device.id);
            Ok(Step::Answer(Box::new(Asked { device, client, user_code, user })))
        }
        _ => Ok(Step::Login),
    }
}

/// What whoever answered is told when they come back; everybody else hears that the code is used.
fn answered(device: &Device, user: Option<&User>) -> TxResult<Step> {
    let is = |who: &UserId| user.is_some_and(|user| user.id == *who);
    match &device.stage {
        Stage::Approved { user_id, .. } | Stage::Redeemed { user_id } if is(user_id) => Ok(Step::Approved),
        Stage::Denied { user_id } if is(user_id) => Ok(Step::Denied),
        _ => Err(Check::DeviceGone.into()),
    }
}

/// The client's `default_max_age` holds here too: a session that is older must be renewed, once, after the
/// code was entered (OIDC Registration §2).
fn is_fresh(engine: &Engine, visit: &Visit, client: &Client, session: &Session) -> bool {
    let auth_time = session.auth.auth_time;
    let age = engine.now().saturating_sub(auth_time);
    let too_old = client.metadata.default_max_age.is_some_and(|most| age > most || most == 0);
    !too_old || auth_time >= visit.created_at
}

/// Whether the session has the factors that this server, the person's roles and the client ask for (row P3).
fn is_enough(engine: &Engine, client: &Client, session: &Session, user: &User) -> bool {
    Demand::of(&engine.policy, user, Some(client), None).is_met_by(session)
}

/// The person's answer. Of two who approve one code the first wins, and the device is theirs (row L5).
///
/// # Errors
/// [`Check::DeviceGone`], [`Check::SessionMissing`] (sign in first), what the gate refuses, store errors.
pub async fn decide(engine: &Engine, ctx: &Ctx, visitor: &Visitor, id: &VisitId, yes: bool) -> TxResult<()> {
    let (visitor, with, ctx, id) = (visitor.clone(), engine.clone(), ctx.clone(), id.clone());
    let job = move |conn: &mut Conn| {
        let (visit, device, client) = find_visit(conn, &with, &visitor, &id)?;
        let signed_in = visitor.signed_in(conn, &with)?;
        let fresh = signed_in.filter(|(session, user)| {
            is_fresh(&with, &visit, &client, session) && is_enough(&with, &client, session, user)
        });
        let (session, user) = fresh.ok_or(Check::SessionMissing)?;
        if device.stage != Stage::Pending {
            // The button was pressed twice.
            return answered(&device, Some(&user)).map(drop);
        }
        if yes {
            approve(conn, (&with, &ctx), (&device, &client), (&session, &user))
        } else {
            deny(conn, (&with, &ctx), &device, &user)
        }
    };
    engine.db.write(job).await
}

fn approve(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    (device, client): (&Device, &Client),
    (session, user): (&Session, &User),
) -> TxResult<()> {
    let now = engine.now();
    gate::may_authorize(conn, &client.id, &session.id, &user.id)?;
    let event = |kind| ctx.event(kind).user(user.id.as_str()).client(client.id.as_str());
    if client.remembers_consent() {
        let whose = (user.id.as_str(), client.id.as_str());
        let consent = consents::add(conn, whose, (&device.scope, &device.resource, &[]), now)?;
        let given = event("consent.given").detail(consent.scope.to_string());
        audit::record(conn, &engine.clock, &engine.rng, given)?;
    }
    if !devices::approve(conn, &device.id, &user.id, &session.id, now)? {
        return Err(Check::DeviceGone.into());
    }
    audit::record(conn, &engine.clock, &engine.rng, event("device.approved").target(device.id.as_str()))
}

fn deny(conn: &mut Conn, (engine, ctx): (&Engine, &Ctx), device: &Device, user: &User) -> TxResult<()> {
    if !devices::deny(conn, &device.id, &user.id, engine.now())? {
        return Err(Check::DeviceGone.into());
    }
    let event = ctx.event("device.denied").user(user.id.as_str()).client(device.client_id.as_str());
    audit::record(conn, &engine.clock, &engine.rng, event.target(device.id.as_str()))
}
