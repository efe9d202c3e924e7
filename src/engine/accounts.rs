//! Several people signed in in one browser (OIDC Core §3.1.2.1 `select_account`): one is the current
//! one, the others wait behind cookie values of their own until somebody chooses them.

use super::context::{Ctx, Engine};
use super::logout::Frame;
use super::visitor::{Visitor, end_session};
use crate::base::secret::{Digest, SessionSecret};
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::store::{Conn, TxResult, sessions};

/// The most people in one browser beside the current one.
pub const MOST_OTHERS: usize = 3;

/// Somebody who is signed in in this browser.
pub struct Account {
    /// What is stored of their cookie value.
    pub digest: Digest<SessionSecret>,
    /// Their session.
    pub session: Session,
    /// Who.
    pub user: User,
}

impl Visitor {
    /// Whether it is the account that this browser now acts as.
    pub fn is_current(&self, account: &Account) -> bool {
        self.session.as_ref().is_some_and(|digest| account.digest.matches(digest))
    }

    /// Everybody who is signed in here beside the person of `current`, each once.
    ///
    /// # Errors
    /// Store errors.
    pub fn others(
        &self,
        conn: &mut Conn,
        engine: &Engine,
        current: Option<&Session>,
    ) -> TxResult<Vec<Account>> {
        let mut others: Vec<Account> = Vec::new();
        let now = engine.now();
        for digest in self.more.iter().take(MOST_OTHERS) {
            let Some((session, user)) = sessions::find_by_digest(conn, digest)? else { continue };
            let known = current.into_iter().chain(others.iter().map(|other| &other.session));
            let twice = known.into_iter().any(|known| known.user_id == user.id);
            if session.is_live(now, engine.policy.session_idle) && user.enabled && !twice {
                others.push(Account { digest: digest.clone(), session, user });
            }
        }
        Ok(others)
    }

    /// [`Visitor::others`], read now.
    ///
    /// # Errors
    /// Store errors.
    pub async fn others_now(&self, engine: &Engine, current: Option<&Session>) -> TxResult<Vec<Account>> {
        if self.more.is_empty() {
            return Ok(Vec::new());
        }
        let (visitor, with, current) = (self.clone(), engine.clone(), current.cloned());
        engine.db.read(move |conn| visitor.others(conn, &with, current.as_ref())).await
    }

    /// Everybody who is signed in here, the current one first.
    ///
    /// # Errors
    /// Store errors.
    pub async fn everybody(&self, engine: &Engine) -> TxResult<Vec<Account>> {
        let current = self.current(engine).await?;
        let others = self.others_now(engine, current.as_ref().map(|(session, _)| session)).await?;
        let current = current.zip(self.session.clone());
        let first = current.map(|((session, user), digest)| Account { digest, session, user });
        Ok(first.into_iter().chain(others).collect())
    }
}

/// Ends the sessions of everybody who is signed in here beside the person of `current`; the pages that
/// this browser is to load.
///
/// # Errors
/// Store errors.
pub fn end_others(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    visitor: &Visitor,
    current: Option<&Session>,
    why: &str,
) -> TxResult<Vec<Frame>> {
    let mut frames = Vec::new();
    for other in visitor.others(conn, engine, current)? {
        frames.extend(end_session(conn, (engine, ctx), &other.session, why)?);
    }
    Ok(frames)
}

/// Who is still signed in in a browser in which `user` now signs in.
pub struct Arrival {
    /// The session that goes on under a new cookie value, or ends, because of it.
    pub before: Option<Session>,
    /// The others, current one first, each with what is stored of their cookie value.
    pub others: Vec<(Digest<SessionSecret>, Session)>,
}

/// Makes room for `user`. `current` is the session that was current; it stays beside the new one when
/// the person asked for another account (`keep`) or was signed in here already, else the new one takes
/// its place. Those beyond the limit are signed out.
///
/// # Errors
/// Store errors.
pub fn arrive(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    visitor: &Visitor,
    current: Option<Session>,
    (user, keep): (&User, bool),
) -> TxResult<Arrival> {
    let mut others = visitor.others(conn, engine, current.as_ref())?;
    let own = others.iter().position(|other| other.user.id == user.id).map(|at| others.remove(at).session);
    let mut stay: Vec<(Digest<SessionSecret>, Session)> =
        others.into_iter().map(|other| (other.digest, other.session)).collect();
    let mut before = own;
    match (current, visitor.session.clone()) {
        (Some(session), _) if session.user_id == user.id => before = Some(session),
        // Who was signed in here already takes nobody's place.
        (Some(session), Some(digest)) if keep || before.is_some() => stay.insert(0, (digest, session)),
        // The session of another person: it ends where the new one starts.
        (Some(session), _) => before = Some(session),
        // Nobody was: whoever comes without asking for another account is alone here.
        (None, _) if keep => {}
        (None, _) => {
            for (_, session) in std::mem::take(&mut stay) {
                end_session(conn, (engine, ctx), &session, "another person signed in")?;
            }
        }
    }
    let surplus = stay.split_off(stay.len().min(MOST_OTHERS));
    for (_, session) in surplus {
        end_session(conn, (engine, ctx), &session, "too many accounts in one browser")?;
    }
    Ok(Arrival { before, others: stay })
}
