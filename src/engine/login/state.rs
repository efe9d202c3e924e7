//! The states of a sign-in are types (security design rule 5): a proof makes a [`PrimaryDone`], which
//! opens nothing; only [`super::advance`] and what follows it make an [`Authenticated`] of one; and a
//! session is started for an [`Authenticated`] alone. None of them is cloned: each step consumes the one before.

use super::factors::Factor;
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

    /// The proof was enough, or a browser that is `remembered` stood in for the second; the person is
    /// `user`, as read in this transaction.
    pub(super) fn enough(self, user: User, remembered: bool, now: Seconds) -> Authenticated {
        let auth = AuthContext { auth_time: now, amr: self.amr, acr: self.class.acr().to_owned() };
        Authenticated { user, auth, remembered }
    }
}

/// A person who gave every proof that this sign-in asks for: what a session starts from.
pub struct Authenticated {
    user: User,
    auth: AuthContext,
    remembered: bool,
}

impl Authenticated {
    /// A second factor was right after what `amr` says.
    pub(super) fn by_second(user: User, mut amr: Vec<String>, factor: &Factor, now: Seconds) -> Self {
        // RFC 8176 §2: "mfa: Multiple-factor authentication. When this is present, specific
        // authentication methods used may also be included."
        for method in factor.amr.iter().chain(&["mfa"]) {
            if !amr.iter().any(|known| known == method) {
                amr.push((*method).to_owned());
            }
        }
        let auth = AuthContext { auth_time: now, amr, acr: factor.class.acr().to_owned() };
        Self { user, auth, remembered: false }
    }

    /// Who.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// How and when.
    pub fn auth(&self) -> &AuthContext {
        &self.auth
    }

    /// Whether a remembered browser stood in for the second factor.
    pub fn remembered(&self) -> bool {
        self.remembered
    }
}
