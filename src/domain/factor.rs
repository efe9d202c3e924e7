//! Second factors, and a sign-in that waits for one.

use crate::base::clock::Seconds;
use crate::base::id::{AttemptId, AuthorizationId, FactorId, SessionId, UserId, VisitId};

/// An enrolled factor, without its secret.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Its name in the store.
    pub id: FactorId,
    /// What kind it is: the `kind` of a row of `engine::login::factors::FACTORS`.
    pub kind: String,
    /// What the person calls it.
    pub name: String,
    /// When it was enrolled.
    pub created_at: Seconds,
    /// When it was last right.
    pub last_used_at: Option<Seconds>,
}

/// A browser that need not be asked for the second factor for a while.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// Its name in the store; the cookie's value is another.
    pub id: String,
    /// The browser's own description, capped.
    pub user_agent: String,
    /// Where it was when it was remembered.
    pub ip: String,
    /// Since when.
    pub created_at: Seconds,
    /// When it last stood in for the factor.
    pub last_used_at: Seconds,
    /// Until when.
    pub expires_at: Seconds,
}

/// What a half-done sign-in waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The person must prove anew who they are, from the first proof on: a change of the account asks for it.
    Again,
    /// The first proof was given; a second factor must follow.
    Factor,
    /// The first proof was given; the person has no factor yet and must enrol one.
    Enrol,
}

impl Stage {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Factor => "factor",
            Self::Enrol => "enrol",
        }
    }

    /// From storage.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Again, Self::Factor, Self::Enrol].into_iter().find(|stage| stage.as_str() == text)
    }
}

/// Where a sign-in leads that is for no app and no device: stored, never taken from a request (row C6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// The account page.
    #[default]
    Account,
    /// The page of the sign-in methods.
    Security,
    /// The page on which an authenticator app is added.
    AddFactor,
    /// The set-up of the first app.
    Setup,
}

impl Purpose {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Security => "security",
            Self::AddFactor => "add_factor",
            Self::Setup => "setup",
        }
    }

    /// Whether it is to change what the person signs in with: then nothing remembered stands in (security row P4).
    pub fn changes_factors(self) -> bool {
        matches!(self, Self::Security | Self::AddFactor)
    }

    /// From storage; what is not known leads to the account.
    pub fn of(text: &str) -> Self {
        let known = [Self::Account, Self::Security, Self::AddFactor, Self::Setup];
        known.into_iter().find(|purpose| purpose.as_str() == text).unwrap_or_default()
    }
}

/// A half-done sign-in. It opens nothing; what it is about is said here and by no request.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its name; pages carry only this.
    pub id: AttemptId,
    /// Digest of the browser's binding cookie.
    pub browser: String,
    /// What it waits for.
    pub stage: Stage,
    /// Whose.
    pub user_id: UserId,
    /// The session that goes on in it, when it is the first proof.
    pub session_id: Option<SessionId>,
    /// What was proven so far, by RFC 8176.
    pub amr: Vec<String>,
    /// The authorization it is for.
    pub authorization_id: Option<AuthorizationId>,
    /// The device visit it is for.
    pub visit_id: Option<VisitId>,
    /// Whether the person asked to go on as somebody else than the request was about.
    pub switching: bool,
    /// Where it leads otherwise.
    pub purpose: Purpose,
    /// When it began.
    pub created_at: Seconds,
    /// When it is over.
    pub expires_at: Seconds,
    /// When it was finished or given up, if it was.
    pub ended_at: Option<Seconds>,
}
