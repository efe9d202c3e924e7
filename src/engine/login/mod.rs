//! Signing in with a name and a password. Unknown, disabled and password-less accounts answer like
//! a wrong password, in the same time (security row C1).

use super::accounts;
use super::authorize::{Given, Waiting, find_over, find_waiting, grant_after_login};
use super::context::{Ctx, Engine};
use super::secrets::Verdict;
use super::throttle::{self, Account};
use super::visitor::{Visitor, start_session};
use crate::base::id::{AuthorizationId, SessionId};
use crate::base::secret::{Digest, Plain, Secret, SessionSecret};
use crate::domain::authorization::Stage;
use crate::domain::session::{ACR_PASSWORD, AuthContext, Session};
use crate::domain::user::{User, login_key};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Conn, Fault, TxResult, audit, authorizations, sessions, users};

/// The longest password, bytes (security row C5).
pub const LONGEST_PASSWORD: usize = 1024;

/// What was typed.
pub struct Attempt {
    /// The name, as typed.
    pub username: String,
    /// The password, byte for byte.
    pub password: Secret,
    /// The authorization it is for, if it is for one.
    pub authorization: Option<AuthorizationId>,
    /// Whether the person asked to go on as somebody else than the request was about.
    pub switching: bool,
}

/// A person who proved who they are.
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The new cookie value.
    pub session: Plain<SessionSecret>,
    /// The cookie values of others who stay signed in in this browser.
    pub others: Vec<Digest<SessionSecret>>,
    /// What our frame reads in this browser, one for each who is signed in, where session management is on.
    pub browser_states: Vec<String>,
    /// What the app is given, if nothing more is to be asked.
    pub given: Option<Given>,
}

/// Checks the password and starts a session.
///
/// # Errors
/// [`Check::LoginFailed`], [`Check::LoginThrottled`], [`Check::HashingBusy`],
/// [`Check::PasswordTooLong`], [`Check::AuthorizationGone`], store errors.
pub async fn password(engine: &Engine, ctx: &Ctx, visitor: &Visitor, attempt: Attempt) -> TxResult<SignedIn> {
    if attempt.password.reveal().len() > LONGEST_PASSWORD {
        return Err(Check::PasswordTooLong.into());
    }
    let Some(key) = login_key(&attempt.username) else { return Err(refuse_unknown(engine, &attempt).await) };
    let lookup = key.clone();
    let found = engine.db.read(move |conn| users::find_by_login(conn, &lookup)).await?;
    let account = found.as_ref().map_or(Account::Unknown(&key), |(user, _)| Account::Known(&user.id));
    let mark = throttle::Key::new(&engine.macs.throttle, account, ctx.ip);
    let _turn = engine.passwords.turn(mark.as_str()).await?;
    let stored = found.as_ref().filter(|(user, _)| user.enabled).and_then(|(_, hash)| hash.clone());
    let verdict = verify(engine, &mark, &attempt.password, stored.as_deref()).await?;
    let (Some((user, _)), true) = (&found, verdict.matches) else {
        record_failure(engine, ctx, found.map(|(user, _)| user.id.into_string())).await?;
        return Err(Check::LoginFailed.into());
    };
    // A hash with today's parameters is wanted, not needed: a full queue does not refuse a right password.
    let better = if verdict.rehash { engine.passwords.hash(&attempt.password).await.ok() } else { None };
    let checked = stored.ok_or(Check::LoginFailed)?;
    let user = user.clone();
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    let (authorization, switching) = (attempt.authorization, attempt.switching);
    engine
        .db
        .write(move |conn| {
            // Hashing took its time: a password that was changed meanwhile lets nobody in (row C7).
            let hash = better.as_deref().unwrap_or(&checked);
            if !users::hold_password(conn, user.id.as_str(), &checked, hash)? {
                return Err(Check::LoginFailed.into());
            }
            throttle::succeeded(conn, &mark)?;
            finish(conn, (&with, &ctx), &visitor, &user, (authorization.as_ref(), switching))
        })
        .await
}

/// The attempt is counted before the password is looked at, so that parallel guesses cannot
/// outrun the count (security row S3); what was never looked at is given back.
async fn verify(
    engine: &Engine,
    mark: &throttle::Key,
    password: &Secret,
    stored: Option<&str>,
) -> TxResult<Verdict> {
    let (key, now, longest) = (mark.clone(), engine.now(), engine.policy.max_login_delay);
    engine.db.write(move |conn| throttle::check_before(conn, &key, now, longest)).await?;
    let verdict = engine.passwords.verify(password, stored).await;
    if verdict.is_err() {
        let key = mark.clone();
        engine.db.write(move |conn| throttle::not_evaluated(conn, &key, now)).await?;
    }
    Ok(verdict?)
}

/// The last step, in one transaction: the person is still enabled, the session starts, the waiting
/// authorization learns of it.
fn finish(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    visitor: &Visitor,
    user: &User,
    (authorization, switching): (Option<&AuthorizationId>, bool),
) -> TxResult<SignedIn> {
    let user = users::find(conn, user.id.as_str())?.filter(|u| u.enabled).ok_or(Check::LoginFailed)?;
    let auth =
        AuthContext { auth_time: engine.now(), amr: vec!["pwd".to_owned()], acr: ACR_PASSWORD.to_owned() };
    let (waiting, begun) = match authorization {
        None => (None, None),
        Some(id) => found(conn, engine, visitor, id.as_str())?,
    };
    // "Another account" is no way around the person an `id_token_hint` names (row A12).
    if switching && waiting.as_ref().is_some_and(|waiting| !waiting.admits(&user)) {
        return Err(Check::StepUnexpected.into());
    }
    let current = match visitor.signed_in(conn, engine)? {
        Some((session, _)) => Some(session),
        None => of_first_press(conn, engine, begun, &user)?,
    };
    let arrival = accounts::arrive(conn, (engine, ctx), visitor, current, (&user, switching))?;
    let (session, secret) = start_session(conn, (engine, ctx), arrival.before, &user, auth)?;
    let everybody = std::iter::once(&session.id).chain(arrival.others.iter().map(|(_, other)| &other.id));
    let browser_states = everybody.filter_map(|id| engine.browser_state(id)).collect();
    let event = ctx.event("login.succeeded").user(user.id.as_str()).target(session.id.as_str()).detail("pwd");
    audit::record(conn, &engine.clock, &engine.rng, event)?;
    let given = match waiting {
        Some(waiting) => answer(conn, (engine, ctx), waiting, (session, user.clone()), switching)?,
        None => None,
    };
    let others = arrival.others.into_iter().map(|(digest, _)| digest).collect();
    Ok(SignedIn { user, session: secret, others, browser_states, given })
}

/// The authorization that waits, and the session that has signed in for it before. Of one that is
/// over nothing waits: the button was pressed twice, and the browser shows the answer to the second
/// press. No code comes of it (row A14), but whoever knows the password is signed in by it.
fn found(
    conn: &mut Conn,
    engine: &Engine,
    visitor: &Visitor,
    id: &str,
) -> TxResult<(Option<Waiting>, Option<SessionId>)> {
    match find_waiting(conn, engine, visitor, id) {
        Ok(waiting) => {
            let begun = waiting.answered_by.clone();
            Ok((Some(waiting), begun))
        }
        Err(Fault::Refused(gone)) => match find_over(conn, visitor, id)?.map(|over| over.stage) {
            Some(Stage::Granted(approval)) => Ok((None, Some(approval.session_id))),
            Some(Stage::Redeemed { session_id, .. }) => Ok((None, session_id)),
            Some(_) => Ok((None, None)),
            None => Err(gone.into()),
        },
        Err(fault) => Err(fault),
    }
}

/// The session that the first of two presses began, whose cookie the browser never kept: it goes on,
/// so that what was given in it can be ended from here.
fn of_first_press(
    conn: &mut Conn,
    engine: &Engine,
    begun: Option<SessionId>,
    user: &User,
) -> TxResult<Option<Session>> {
    let Some(id) = begun else { return Ok(None) };
    let (now, idle) = (engine.now(), engine.policy.session_idle);
    Ok(sessions::find(conn, id.as_str())?.filter(|s| s.user_id == user.id && s.is_live(now, idle)))
}

/// The waiting authorization learns of the sign-in, and gives its code if nothing more is to be asked:
/// one transaction less than to come back for it.
fn answer(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    mut waiting: Waiting,
    (session, user): (Session, User),
    switching: bool,
) -> TxResult<Option<Given>> {
    let id = waiting.authorization.id.as_str();
    if !authorizations::answer_login(conn, id, &session.id)? {
        // Another press of the button was first, or the person cancelled.
        return Ok(None);
    }
    if switching {
        authorizations::expect_user(conn, id, &user.id)?;
        waiting.expected = Some(user.id.clone());
    }
    waiting.answered_by = Some(session.id.clone());
    grant_after_login(conn, (engine, ctx), waiting, (session, user))
}

/// A name that cannot be one costs what a wrong password costs.
async fn refuse_unknown(engine: &Engine, attempt: &Attempt) -> Fault {
    match engine.passwords.verify(&attempt.password, None).await {
        Ok(_) => Check::LoginFailed.into(),
        Err(busy) => Fault::Refused(busy),
    }
}

async fn record_failure(engine: &Engine, ctx: &Ctx, account: Option<String>) -> TxResult<()> {
    let mut event = ctx.event("login.failed");
    event.user_id = account;
    let with = engine.clone();
    engine.db.write(move |conn| audit::record(conn, &with.clock, &with.rng, event)).await
}

/// Whether a refusal of [`password`] is shown in the form, to be tried again.
pub fn is_retryable(refusal: &Refusal) -> bool {
    matches!(
        refusal.check,
        Check::LoginFailed | Check::LoginThrottled | Check::HashingBusy | Check::PasswordTooLong
    )
}
