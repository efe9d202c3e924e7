//! Signing in with a name and a password. Unknown, disabled and password-less accounts answer like
//! a wrong password, in the same time (security row C1).

use super::authorize::{Outcome, Waiting, find_waiting, grant_after_login, was_just_granted};
use super::context::{Ctx, Engine};
use super::secrets::Verdict;
use super::throttle::{self, Account};
use super::visitor::{Visitor, start_session};
use crate::base::id::AuthorizationId;
use crate::base::secret::{Plain, Secret, SessionSecret};
use crate::domain::session::{ACR_PASSWORD, AuthContext, Session};
use crate::domain::user::{User, login_key};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Conn, Fault, TxResult, audit, authorizations, users};

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
    /// What the app is answered, if nothing more is to be asked.
    pub outcome: Option<Outcome>,
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
    let waiting = match authorization {
        None => None,
        Some(id) => match find_waiting(conn, engine, visitor, id.as_str()) {
            // "Another account" is no way around the person an `id_token_hint` names (row A12).
            Ok(waiting) if switching && !waiting.admits(&user) => return Err(Check::StepUnexpected.into()),
            Ok(waiting) => Some(waiting),
            // The form was sent twice: the password is right, and the first one's answer is not seen.
            Err(_) if was_just_granted(conn, engine, visitor, id.as_str())? => None,
            Err(gone) => return Err(gone),
        },
    };
    let (session, secret) = start_session(conn, (engine, ctx), visitor, &user, auth)?;
    let event = ctx.event("login.succeeded").user(user.id.as_str()).target(session.id.as_str()).detail("pwd");
    audit::record(conn, &engine.clock, &engine.rng, event)?;
    let outcome = match waiting {
        Some(waiting) => answer(conn, (engine, ctx), waiting, (session, user.clone()), switching)?,
        None => None,
    };
    Ok(SignedIn { user, session: secret, outcome })
}

/// The waiting authorization learns of the sign-in, and gives its code if nothing more is to be asked:
/// one transaction less than to come back for it.
fn answer(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    mut waiting: Waiting,
    (session, user): (Session, User),
    switching: bool,
) -> TxResult<Option<Outcome>> {
    let id = waiting.authorization.id.as_str();
    authorizations::answer_login(conn, id, &session.id)?;
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
