//! Who is at the browser: what its cookies say, and the session behind them.

use super::context::{Ctx, Engine};
use super::login::Authenticated;
use super::logout::{self, Frame};
use crate::base::clock::Seconds;
use crate::base::id::SessionId;
use crate::base::secret::{BrowserSecret, DeviceSecret, Digest, Plain, SessionSecret, b64, unb64};
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::store::grants::Ending;
use crate::store::{Conn, TxResult, audit, authorizations, grants, sessions};

/// The cookies of one browser, as digests; what is not a well-formed cookie of ours is absent.
#[derive(Clone, Default)]
pub struct Visitor {
    /// Binds stored authorizations and forms to this browser.
    pub browser: Option<Digest<BrowserSecret>>,
    /// Names the session.
    pub session: Option<Digest<SessionSecret>>,
    /// Names the sessions of other people who are signed in in this browser as well.
    pub more: Vec<Digest<SessionSecret>>,
    /// Marks of accounts that signed in here before; they open nothing.
    pub devices: Vec<String>,
    /// Names what this browser is remembered for: one for each person who asked for that.
    pub remembered: Vec<Digest<DeviceSecret>>,
}

/// How the names of the login form's tokens begin.
const LOGIN_FORM: &str = "login\n";
/// How often a session's last use is written down, seconds.
const TOUCH_EVERY: Seconds = 60;

impl Visitor {
    /// The token that every form of this visitor carries, tied to browser, session and form
    /// (security rows B1, N3).
    pub fn csrf(&self, engine: &Engine, form: &str) -> String {
        b64(&engine.macs.csrf.mac(self.csrf_text(form).as_bytes()))
    }

    /// Whether `token` is the one for this form.
    pub fn csrf_matches(&self, engine: &Engine, form: &str, token: &str) -> bool {
        let Some(mac) = unb64(token) else { return false };
        self.browser.is_some() && engine.macs.csrf.verify(self.csrf_text(form).as_bytes(), &mac)
    }

    fn csrf_text(&self, form: &str) -> String {
        let browser = self.browser.as_ref().map_or("", Digest::as_str);
        // The login form was shown before there was a session; another tab may have signed in since.
        let session = self.session.as_ref().filter(|_| !form.starts_with(LOGIN_FORM));
        let session = session.map_or("", Digest::as_str);
        format!("{browser}\n{session}\n{form}")
    }

    /// The live session and its enabled person, inside a transaction.
    ///
    /// # Errors
    /// Store errors.
    pub fn signed_in(&self, conn: &mut Conn, engine: &Engine) -> TxResult<Option<(Session, User)>> {
        let Some(digest) = &self.session else { return Ok(None) };
        let found = sessions::find_by_digest(conn, digest)?;
        let now = engine.now();
        Ok(found.filter(|(session, user)| session.is_live(now, engine.policy.session_idle) && user.enabled))
    }

    /// The live session, read now; its last use is noted once a minute.
    ///
    /// # Errors
    /// Store errors.
    pub async fn current(&self, engine: &Engine) -> TxResult<Option<(Session, User)>> {
        if self.session.is_none() {
            return Ok(None);
        }
        let (visitor, with) = (self.clone(), engine.clone());
        let found = engine.db.read(move |conn| visitor.signed_in(conn, &with)).await?;
        if let Some((session, _)) = &found {
            let now = engine.now();
            if now >= session.last_seen_at.saturating_add(TOUCH_EVERY) {
                let id = session.id.clone();
                engine.db.write(move |conn| sessions::touch(conn, id.as_str(), now)).await?;
            }
        }
        Ok(found)
    }
}

/// Starts a session for whoever gave every proof, under a new cookie value (security row C2: never one from outside);
/// the value of the live session that was there `before` is dead in the same transaction.
///
/// # Errors
/// Store errors.
pub fn start_session(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    before: Option<Session>,
    who: Authenticated,
) -> TxResult<(Session, Plain<SessionSecret>)> {
    let now = engine.now();
    let (user, auth) = (who.user(), who.auth());
    let secret = Plain::<SessionSecret>::generate(&engine.rng);
    if let Some(old) = before {
        if old.user_id == user.id {
            // The same person again: the session goes on (`sid` too), under a new cookie value; unless
            // another node ended it in this instant.
            let session =
                Session { auth: auth.clone(), last_seen_at: now, remembered: who.remembered(), ..old };
            if sessions::renew(conn, &session, &secret.digest())? {
                let event = ctx.event("session.renewed").user(user.id.as_str()).target(session.id.as_str());
                audit::record(conn, &engine.clock, &engine.rng, event)?;
                return Ok((session, secret));
            }
        } else {
            end_session(conn, (engine, ctx), &old, "another person signed in")?;
        }
    }
    let session = Session {
        id: SessionId::generate(&engine.clock, &engine.rng),
        user_id: user.id.clone(),
        auth: auth.clone(),
        created_at: now,
        last_seen_at: now,
        expires_at: now.saturating_add(engine.policy.session_absolute),
        ended_at: None,
        user_agent: ctx.user_agent.to_string(),
        ip: ctx.ip.to_string(),
        remembered: who.remembered(),
    };
    sessions::insert(conn, &session, &secret.digest())?;
    end_surplus(conn, engine, user)?;
    let event = ctx.event("session.started").user(user.id.as_str()).target(session.id.as_str());
    audit::record(conn, &engine.clock, &engine.rng, event)?;
    Ok((session, secret))
}

/// Ends a person's oldest sessions beyond the limit, with what [`end_session`] ends.
fn end_surplus(conn: &mut Conn, engine: &Engine, user: &User) -> TxResult<()> {
    let (now, id, user) = (engine.now(), &user.id, user.id.as_str());
    let surplus = sessions::end_beyond(conn, user, engine.policy.sessions_per_user, now)?;
    if surplus.is_empty() {
        return Ok(());
    }
    // All codes, then all grants: in the order in which everybody takes them, or two wait for each other.
    let surplus: Vec<&str> = surplus.iter().map(String::as_str).collect();
    authorizations::burn_codes_of_sessions(conn, user, &surplus)?;
    grants::end_all(conn, &Ending::Sessions(&surplus), "too many sessions", now)?;
    logout::tell(conn, &engine.clock, &engine.rng, id, &surplus)
}

/// Ends a session with its unredeemed codes and the grants that were not to outlive it (security row M5),
/// and has the apps told that it signed in at; the pages of theirs that its browser is to load.
///
/// # Errors
/// Store errors.
pub fn end_session(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    session: &Session,
    why: &str,
) -> TxResult<Vec<Frame>> {
    let now = engine.now();
    if !sessions::end(conn, session.id.as_str(), now)? {
        // Whoever was first has told everybody.
        return Ok(Vec::new());
    }
    // Codes first: a redemption under way is waited for, and its grant is then seen and ended.
    let (user, ended) = (session.user_id.as_str(), [session.id.as_str()]);
    authorizations::burn_codes_of_sessions(conn, user, &ended)?;
    grants::end_all(conn, &Ending::Sessions(&ended), why, now)?;
    let told = logout::parties(conn, &ended)?;
    logout::queue(conn, &engine.clock, &engine.rng, &session.user_id, &told)?;
    let event =
        ctx.event("session.ended").user(session.user_id.as_str()).target(session.id.as_str()).detail(why);
    audit::record(conn, &engine.clock, &engine.rng, event)?;
    Ok(logout::frames(engine, &told))
}

/// Ends every session of a person, with all codes and grants, those with `offline_access` too
/// ("sign out everywhere": security row E11); the pages that the browser of the session `here` is to load.
///
/// # Errors
/// Store errors.
pub fn end_all_sessions(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    user: &User,
    here: &Session,
) -> TxResult<Vec<Frame>> {
    let now = engine.now();
    let ended = sessions::end_all(conn, user.id.as_str(), None, now)?;
    authorizations::burn_codes_of(conn, user.id.as_str(), None)?;
    grants::end_all(conn, &Ending::User(user.id.as_str()), "signed out everywhere", now)?;
    let ended: Vec<&str> = ended.iter().map(String::as_str).collect();
    let mut told = logout::parties(conn, &ended)?;
    logout::queue(conn, &engine.clock, &engine.rng, &user.id, &told)?;
    let event =
        ctx.event("session.ended_all").user(user.id.as_str()).detail(format!("{} sessions", ended.len()));
    audit::record(conn, &engine.clock, &engine.rng, event)?;
    told.retain(|party| party.session.session_id == here.id);
    Ok(logout::frames(engine, &told))
}
