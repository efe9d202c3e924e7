//! The states of a sign-in are types (security design rule 5): a proof makes a [`PrimaryDone`], which
//! opens nothing; only [`super::advance`] and what follows it make an [`Authenticated`] of one; and a
//! session is started for an [`Authenticated`] alone. None of them is cloned: each step consumes the one before.

use crate::base::clock::Seconds;
use crate::base::id::UserId;
use crate::domain::session::{AuthContext, Class};
use crate::domain::user::User;

/// A person proved by one way who they are. Whether that is enough is not said yet.
pub struct PrimaryDone {
    pub(super) user_id: UserId,
    /// Methods by RFC 8176.
    pub(super) amr: Vec<String>,
    /// The class that this proof reaches alone.
    pub(super) class: Class,
}

impl PrimaryDone {
    /// For the files of `factors/`, after their proof was right and inside its transaction.
    pub(super) fn new(user_id: &UserId, amr: &[&str], class: Class) -> Self {
        Self { user_id: user_id.clone(), amr: amr.iter().map(|&method| method.to_owned()).collect(), class }
    }

    /// All that is asked for was given, by `user` as read in this transaction.
    pub(super) fn authenticated(self, user: User, now: Seconds) -> Authenticated {
        let auth = AuthContext { auth_time: now, amr: self.amr, acr: self.class.acr().to_owned() };
        Authenticated { user, auth }
    }
}

/// A person who gave every proof that this sign-in asks for: what a session starts from.
pub struct Authenticated {
    user: User,
    auth: AuthContext,
}

impl Authenticated {
    /// Who.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// How and when.
    pub fn auth(&self) -> &AuthContext {
        &self.auth
    }
}
