//! What people may do with their own account: see and end sessions, see and take back consents.

pub mod factors;

use super::accounts::end_others;
use super::context::{Ctx, Engine};
use super::logout::Frame;
use super::visitor::{Visitor, end_all_sessions, end_session};
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::protocol::refusal::Check;
use crate::protocol::scope::Scope;
use crate::store::grants::Ending;
use crate::store::{TxResult, audit, authorizations, consents, grants, sessions};

/// Why sessions end here.
const FROM_ACCOUNT: &str = "ended from the account page";

/// An app that may use the account.
pub struct App {
    /// The client.
    pub client_id: String,
    /// What it may do.
    pub scope: Scope,
    /// Claims it may see beyond those of the scopes.
    pub claims: Vec<String>,
    /// Since when, seconds.
    pub since: i64,
    /// When it last used it, seconds.
    pub last_used: Option<i64>,
}

/// What the account page shows.
pub struct Overview {
    /// Whose.
    pub user: User,
    /// The session of this browser.
    pub current: Session,
    /// All live sessions.
    pub sessions: Vec<Session>,
    /// All apps with access.
    pub apps: Vec<App>,
}

/// Reads the account of whoever is signed in.
///
/// # Errors
/// [`Check::SessionMissing`], store errors.
pub async fn overview(engine: &Engine, visitor: &Visitor) -> TxResult<Overview> {
    let (current, user) = visitor.current(engine).await?.ok_or(Check::SessionMissing)?;
    let (now, idle) = (engine.now(), engine.policy.session_idle);
    engine
        .db
        .read(move |conn| {
            let mut live = sessions::of_user(conn, user.id.as_str(), now)?;
            live.retain(|session| session.is_live(now, idle));
            let given = consents::of_user(conn, user.id.as_str())?;
            let used = grants::of_user(conn, user.id.as_str(), now)?;
            Ok(Overview { apps: apps(given, used), sessions: live, current, user })
        })
        .await
}

fn apps(given: Vec<consents::Consent>, used: Vec<(String, Scope, i64, i64)>) -> Vec<App> {
    let mut apps: Vec<App> = given
        .into_iter()
        .map(|c| App {
            client_id: c.client_id,
            scope: c.scope,
            claims: c.claims,
            since: c.created_at,
            last_used: None,
        })
        .collect();
    for (client_id, scope, made, at) in used {
        match apps.iter_mut().find(|app| app.client_id == client_id) {
            Some(app) => app.last_used = app.last_used.max(Some(at)),
            None => apps.push(App { client_id, scope, claims: Vec::new(), since: made, last_used: Some(at) }),
        }
    }
    apps
}

/// Takes an app's access back: consent, codes, refresh families and tokens die at once (B5).
///
/// # Errors
/// [`Check::SessionMissing`], store errors.
pub async fn withdraw(engine: &Engine, ctx: &Ctx, visitor: &Visitor, client_id: String) -> TxResult<()> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    engine
        .db
        .write(move |conn| {
            let (_, user) = visitor.signed_in(conn, &with)?.ok_or(Check::SessionMissing)?;
            sessions::take_all(conn, user.id.as_str())?;
            consents::remove(conn, user.id.as_str(), &client_id)?;
            authorizations::burn_codes_of(conn, user.id.as_str(), Some(&client_id))?;
            let ending = Ending::UserAtClient(user.id.as_str(), &client_id);
            grants::end_all(conn, &ending, "consent taken back", with.now())?;
            let event = ctx.event("consent.withdrawn").user(user.id.as_str()).client(client_id.as_str());
            audit::record(conn, &with.clock, &with.rng, event.actor(user.id.as_str()))
        })
        .await
}

/// Ends one of the person's own sessions. Where it is that of this browser, nobody else stays signed in
/// here either, and the pages that it is to load are told.
///
/// # Errors
/// [`Check::SessionMissing`] also when the session is not theirs.
pub async fn end_one(
    engine: &Engine,
    ctx: &Ctx,
    visitor: &Visitor,
    session_id: String,
) -> TxResult<Option<Vec<Frame>>> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    engine
        .db
        .write(move |conn| {
            let (here, user) = visitor.signed_in(conn, &with)?.ok_or(Check::SessionMissing)?;
            let target = sessions::find(conn, &session_id)?.filter(|s| s.user_id == user.id);
            let target = target.ok_or(Check::SessionMissing)?;
            let mut frames = end_session(conn, (&with, &ctx), &target, FROM_ACCOUNT)?;
            if target.id != here.id {
                return Ok(None);
            }
            frames.extend(end_others(conn, (&with, &ctx), &visitor, Some(&here), FROM_ACCOUNT)?);
            Ok(Some(frames))
        })
        .await
}

/// "Sign out everywhere": every session of the person, this one included, and every app's access, and the
/// others in this browser; the pages that it is to load.
///
/// # Errors
/// [`Check::SessionMissing`], store errors.
pub async fn end_everywhere(engine: &Engine, ctx: &Ctx, visitor: &Visitor) -> TxResult<Vec<Frame>> {
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    engine
        .db
        .write(move |conn| {
            let (here, user) = visitor.signed_in(conn, &with)?.ok_or(Check::SessionMissing)?;
            let mut frames = end_all_sessions(conn, (&with, &ctx), &user, &here)?;
            frames.extend(end_others(conn, (&with, &ctx), &visitor, Some(&here), FROM_ACCOUNT)?);
            Ok(frames)
        })
        .await
}
