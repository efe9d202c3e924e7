//! The last step of every sign-in, in one transaction: the session starts or is renewed, the waiting
//! authorization learns of it.

use super::Toward;
use super::demand::Demand;
use super::state::Authenticated;
use crate::base::clock::Seconds;
use crate::base::id::SessionId;
use crate::base::secret::{DeviceSecret, Digest, Plain, SessionSecret};
use crate::domain::authorization::Stage;
use crate::domain::client::Client;
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::engine::accounts;
use crate::engine::authorize::{Given, Waiting, find_over, find_waiting, grant_after_login};
use crate::engine::context::{Ctx, Engine};
use crate::engine::device;
use crate::engine::limits;
use crate::engine::visitor::{Visitor, start_session};
use crate::protocol::refusal::Check;
use crate::store::{Conn, Fault, TxResult, audit, authorizations, sessions};
use std::sync::Arc;

/// A person who proved who they are.
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The new cookie value.
    pub session: Plain<SessionSecret>,
    /// The cookie values of others who stay signed in in this browser.
    pub others: Vec<Digest<SessionSecret>>,
    /// What marks this browser as one in which this account signed in before.
    pub devices: Vec<String>,
    /// What our frame reads in this browser, one for each who is signed in, where session management is on.
    pub browser_states: Vec<String>,
    /// What the app is given, if nothing more is to be asked.
    pub given: Option<Given>,
    /// What this browser is remembered by from now on, and for how long, seconds.
    pub remembered: Option<(Plain<DeviceSecret>, Seconds)>,
}

/// What a sign-in is for, as found in its transaction.
pub(super) struct Aim {
    /// The authorization that waits, if one does.
    pub(super) waiting: Option<Waiting>,
    /// The session that has signed in for it before.
    begun: Option<SessionId>,
    /// The client of the device that waits, if one does.
    device: Option<Arc<Client>>,
    /// Whether the person asked to go on as somebody else.
    switching: bool,
    /// Whether nothing is given yet, though all is said.
    pausing: bool,
}

impl Aim {
    /// What it asks of `user`.
    pub(super) fn demand(&self, engine: &Engine, user: &User) -> Demand {
        let client = self.waiting.as_ref().map(|waiting| &waiting.client).or(self.device.as_ref());
        let request = self.waiting.as_ref().map(|waiting| &waiting.authorization.request);
        Demand::of(&engine.policy, user, client.map(Arc::as_ref), request)
    }

    /// The person is to see something first: the app is answered when they come back.
    pub(super) fn pausing(self) -> Self {
        Self { pausing: true, ..self }
    }
}

/// Finds what a sign-in is for.
///
/// # Errors
/// [`Check::AuthorizationGone`], store errors.
pub(super) fn aim(conn: &mut Conn, engine: &Engine, visitor: &Visitor, toward: &Toward) -> TxResult<Aim> {
    let (waiting, begun) = match &toward.authorization {
        None => (None, None),
        Some(id) => found(conn, engine, visitor, id.as_str())?,
    };
    let device = match &toward.device {
        None => None,
        Some(visit) => device::client_of_visit(conn, engine, visitor, visit)?,
    };
    Ok(Aim { waiting, begun, device, switching: toward.switching, pausing: false })
}

/// Signs in who gave every proof. It alone starts and renews sessions.
///
/// # Errors
/// [`Check::StepUnexpected`], store errors.
pub(super) fn finish(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    visitor: &Visitor,
    who: Authenticated,
    aim: Aim,
) -> TxResult<SignedIn> {
    let user = who.user().clone();
    let Aim { waiting, begun, switching, pausing, .. } = aim;
    // "Another account" is no way around the person an `id_token_hint` names (row A12).
    if switching && waiting.as_ref().is_some_and(|waiting| !waiting.admits(&user)) {
        return Err(Check::StepUnexpected.into());
    }
    let current = match visitor.signed_in(conn, engine)? {
        Some((session, _)) => Some(session),
        None => of_first_press(conn, engine, begun, &user)?,
    };
    let methods = who.auth().amr.join(" ");
    let arrival = accounts::arrive(conn, (engine, ctx), visitor, current, (&user, switching))?;
    let (session, secret) = start_session(conn, (engine, ctx), arrival.before, who)?;
    let everybody = std::iter::once(&session.id).chain(arrival.others.iter().map(|(_, other)| &other.id));
    let browser_states = everybody.filter_map(|id| engine.browser_state(id)).collect();
    let event = ctx.event("login.succeeded").user(user.id.as_str()).target(session.id.as_str());
    audit::record(conn, &engine.clock, &engine.rng, event.detail(methods))?;
    let given = match waiting {
        Some(waiting) => answer(conn, (engine, ctx), waiting, (session, user.clone()), (switching, pausing))?,
        None => None,
    };
    let others = arrival.others.into_iter().map(|(digest, _)| digest).collect();
    let devices = limits::remember(engine, &visitor.devices, &user.id);
    Ok(SignedIn { user, session: secret, others, devices, browser_states, given, remembered: None })
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
    (switching, pausing): (bool, bool),
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
    if pausing {
        return Ok(None);
    }
    grant_after_login(conn, (engine, ctx), waiting, (session, user))
}
