//! A name and a password. Unknown, disabled and password-less accounts answer like a wrong password, in
//! the same time (security row C1).

use crate::base::secret::Secret;
use crate::domain::session::Class;
use crate::domain::user::login_key;
use crate::engine::context::{Ctx, Engine};
use crate::engine::limits::guess;
use crate::engine::limits::{Account, Guess};
use crate::engine::login::state::PrimaryDone;
use crate::engine::login::{Next, Toward, advance};
use crate::engine::secrets::Verdict;
use crate::engine::visitor::Visitor;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Fault, TxResult, audit, users};

/// The longest password, bytes (security row C5).
pub const LONGEST_PASSWORD: usize = 1024;

/// What was typed.
pub struct Attempt {
    /// The name, as typed.
    pub username: String,
    /// The password, byte for byte.
    pub password: Secret,
    /// What the sign-in is for.
    pub toward: Toward,
}

/// Checks the password and goes on with the sign-in.
///
/// # Errors
/// [`Check::LoginFailed`], [`Check::LoginThrottled`], [`Check::NetworkSlowed`], [`Check::HashingBusy`],
/// [`Check::PasswordTooLong`], [`Check::AuthorizationGone`], store errors.
pub async fn password(engine: &Engine, ctx: &Ctx, visitor: &Visitor, attempt: Attempt) -> TxResult<Next> {
    if attempt.password.reveal().len() > LONGEST_PASSWORD {
        return Err(Check::PasswordTooLong.into());
    }
    let Some(key) = login_key(&attempt.username) else { return Err(refuse_unknown(engine, &attempt).await) };
    let lookup = key.clone();
    let found = engine.db.read(move |conn| users::find_by_login(conn, &lookup)).await?;
    let account = found.as_ref().map_or(Account::Unknown(&key), |(user, _)| Account::Known(&user.id));
    let mark = Guess::password(engine, account, ctx.ip, &visitor.devices);
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
    let user_id = user.id.clone();
    let (with, ctx, visitor, toward) = (engine.clone(), ctx.clone(), visitor.clone(), attempt.toward);
    engine
        .db
        .write(move |conn| {
            // Hashing took its time: a password that was changed meanwhile lets nobody in (row C7).
            let hash = better.as_deref().unwrap_or(&checked);
            if !users::hold_password(conn, user_id.as_str(), &checked, hash)? {
                return Err(Check::LoginFailed.into());
            }
            guess::succeeded(conn, &mark)?;
            let primary = PrimaryDone::new(&user_id, &["pwd"], Class::Password);
            advance(conn, (&with, &ctx), &visitor, primary, &toward)
        })
        .await
}

/// The attempt is counted before the password is looked at, so that parallel guesses cannot
/// outrun the count (security row S3); what was never looked at is given back.
async fn verify(engine: &Engine, mark: &Guess, password: &Secret, stored: Option<&str>) -> TxResult<Verdict> {
    let (key, now) = (mark.clone(), engine.now());
    engine.db.write(move |conn| guess::before(conn, &key, now)).await?;
    let verdict = engine.passwords.verify(password, stored).await;
    if verdict.is_err() {
        let key = mark.clone();
        engine.db.write(move |conn| guess::not_evaluated(conn, &key, now)).await?;
    }
    Ok(verdict?)
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
        Check::LoginFailed
            | Check::LoginThrottled
            | Check::NetworkSlowed
            | Check::HashingBusy
            | Check::PasswordTooLong
    )
}
