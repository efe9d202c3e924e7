//! Single-use links: the first administrator's (security row O10), and one to set a password.

use super::fault::{AdminError, AdminResult};
use super::users::{self, NewUser};
use super::{Desk, people};
use crate::base::clock::Seconds;
use crate::base::secret::{OneTimeLink, Plain};
use crate::domain::audit::Event;
use crate::domain::user::User;
use crate::protocol::refusal::Check;
use crate::store::links::{RECOVER, SETUP};
use crate::store::{self, Conn, settings};

/// Life of a set-up link, seconds (15 minutes).
pub const SETUP_SECONDS: Seconds = 15 * 60;
/// Life of a recovery link, seconds (20 minutes).
pub const RECOVER_SECONDS: Seconds = 20 * 60;
/// Life of the link a new person gets, seconds (1 day).
pub const WELCOME_SECONDS: Seconds = 86_400;
/// Once an administrator was made; its row also makes concurrent set-ups wait for each other.
const SET_UP_AT: &str = "set_up_at";

/// A link that was made, to be shown once.
pub struct Made {
    /// The secret part.
    pub link: Plain<OneTimeLink>,
    /// When it ends.
    pub expires_at: Seconds,
}

impl Made {
    /// The address of a set-up link below the issuer.
    pub fn setup_url(&self, issuer: &str) -> String {
        format!("{issuer}/setup?link={}", self.link.reveal())
    }

    /// The address of a recovery link below the issuer.
    pub fn recover_url(&self, issuer: &str) -> String {
        format!("{issuer}/recover?link={}", self.link.reveal())
    }
}

/// Makes the set-up link; an older one is void. Only while there is no enabled administrator.
///
/// # Errors
/// An administrator exists, store errors.
pub fn make_setup(conn: &mut Conn, desk: &Desk) -> AdminResult<Made> {
    no_admin(conn)?;
    make(conn, desk, SETUP, (None, SETUP_SECONDS))
}

/// Makes a link with which a person sets a new password; an older one is void. It ends after
/// `life` seconds.
///
/// # Errors
/// No such account, a disabled one, store errors.
pub fn make_recover(conn: &mut Conn, desk: &Desk, user_id: &str, life: Seconds) -> AdminResult<Made> {
    let user = users::find(conn, user_id)?;
    if !user.enabled {
        let fix = "Enable the account first: `latchkey user enable USER`.";
        return Err(AdminError::conflict("user", &user.username, "is disabled", fix));
    }
    make(conn, desk, RECOVER, (Some(user_id), life))
}

/// Uses the set-up link: makes the first administrator. Of many at once, one succeeds.
///
/// # Errors
/// The link is unknown, used or expired, an administrator exists, invalid fields, store errors.
pub fn finish_setup(
    conn: &mut Conn,
    desk: &Desk,
    link: &Plain<OneTimeLink>,
    mut new: NewUser,
) -> AdminResult<User> {
    let now = desk.now();
    store::links::consume(conn, &link.digest(), SETUP, now)?.ok_or(Check::LinkInvalid)?;
    // Writing this row first makes a concurrent set-up wait here, so that it sees this one's result.
    settings::set(conn, SET_UP_AT, &now.to_string(), now)?;
    no_admin(conn)?;
    new.roles.push(people::ADMIN.to_owned());
    users::create(conn, desk, new)
}

/// Uses a recovery link: sets the person's password and ends everything signed in with the old one.
///
/// # Errors
/// The link is unknown, used or expired, or the account is gone or disabled; store errors.
pub fn finish_recover(
    conn: &mut Conn,
    desk: &Desk,
    link: &Plain<OneTimeLink>,
    hash: &str,
) -> AdminResult<User> {
    let owner = store::links::consume(conn, &link.digest(), RECOVER, desk.now())?.flatten();
    let owner = owner.ok_or(Check::LinkInvalid)?;
    let user = store::users::find(conn, &owner)?.filter(|user| user.enabled).ok_or(Check::LinkInvalid)?;
    users::set_password(conn, desk, user.id.as_str(), hash)
}

fn make(
    conn: &mut Conn,
    desk: &Desk,
    purpose: &'static str,
    to: (Option<&str>, Seconds),
) -> AdminResult<Made> {
    let link = Plain::<OneTimeLink>::generate(&desk.rng);
    let (user_id, life) = to;
    let expires_at = desk.now().saturating_add(life);
    store::links::insert(conn, &link.digest(), purpose, user_id, (desk.now(), expires_at))?;
    let event = Event { user_id: user_id.map(str::to_owned), ..Event::new("link.created") };
    desk.audit(conn, event.detail(purpose))?;
    Ok(Made { link, expires_at })
}

fn no_admin(conn: &mut Conn) -> AdminResult<()> {
    if store::users::any_with_role(conn, people::ADMIN)? {
        let fix = "Sign in with it, or make a link to set its password: `latchkey recover`.";
        return Err(AdminError::conflict("administrator", "", "exists already", fix));
    }
    Ok(())
}
