//! The login page (OpenID Connect Core §3.1.2.3): who asks, and where the person will return to.
//!
//! Invariant: there is no field here that could hold a password, so none can be rendered back.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::{App, Field, Person, wait};
use super::text::Text;

/// The login page.
#[derive(Template)]
#[template(path = "pages/login.html", whitespace = "minimize")]
pub struct Login {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The id of the stored authorization; none for a plain sign-in to the account pages.
    pub ix: Option<String>,
    /// The half-done sign-in that asks for it, if one does.
    pub at: Option<String>,
    /// The visit of the device pages that goes on after it.
    pub device: Option<String>,
    /// The app that waits, with its links (OpenID Connect Registration §2).
    pub app: Option<App>,
    /// Who signs in.
    pub who: Who,
    /// Whether the person chose to use another account.
    pub switching: bool,
    /// Why this page is shown, where that needs a word.
    pub reason: Option<Reason>,
    /// What went wrong with the last try.
    pub problem: Option<Problem>,
}

/// Who signs in.
#[derive(Clone)]
pub enum Who {
    /// Anybody: the field holds what was typed before, or the `login_hint`.
    Anyone(Field),
    /// One person, who signs in again: shown, and sent back exactly as `username`.
    Again {
        /// The person to show.
        person: Person,
        /// The username to send.
        username: String,
        /// Whether the app will take nobody else.
        fixed: bool,
    },
}

/// Why the page is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The session was ended in another tab while this authorization waited.
    SignedOutElsewhere,
    /// The session reached its limit.
    SessionEnded,
    /// The app asked for a new account (OpenID Connect Prompt Create §4), which only admins make here.
    NewAccount,
    /// A device waits to be connected.
    Device,
}

impl Reason {
    fn sentence(self, say: Words) -> Phrase {
        match self {
            Self::SignedOutElsewhere => say.login_signed_out_elsewhere(),
            Self::SessionEnded => say.login_session_ended(),
            Self::NewAccount => say.login_new_account(),
            Self::Device => say.login_device(),
        }
    }
}

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No username was sent.
    UsernameMissing,
    /// No password was sent.
    PasswordMissing,
    /// Neither was sent.
    BothMissing,
    /// Unknown user, wrong password, disabled account: one text for all of them.
    WrongCredentials,
    /// Too many tries for this account or network.
    TooManyTries {
        /// Seconds to wait, also sent as `Retry-After`.
        seconds: u64,
    },
    /// The password pool is full (503).
    Busy {
        /// Seconds to wait, also sent as `Retry-After`.
        seconds: u64,
    },
}

impl Problem {
    fn heading(self, say: Words) -> Phrase {
        match self {
            Self::TooManyTries { .. } => say.login_too_many(),
            Self::Busy { .. } => say.login_busy(),
            _ => say.login_failed(),
        }
    }

    /// What to do when no field is at fault.
    fn advice(self, say: Words) -> Option<Phrase> {
        match self {
            Self::TooManyTries { seconds } => Some(say.login_wait(wait(say, seconds))),
            Self::Busy { seconds } => Some(say.login_busy_wait(wait(say, seconds))),
            _ => None,
        }
    }

    fn at_username(self, say: Words) -> Option<Phrase> {
        match self {
            Self::UsernameMissing | Self::BothMissing => Some(say.login_username_missing()),
            _ => None,
        }
    }

    fn at_password(self, say: Words) -> Option<Phrase> {
        match self {
            Self::PasswordMissing | Self::BothMissing => Some(say.login_password_missing()),
            Self::WrongCredentials => Some(say.login_wrong()),
            _ => None,
        }
    }
}

impl Login {
    fn username_problem(&self) -> Option<Phrase> {
        self.problem.and_then(|problem| problem.at_username(self.chrome.say))
    }

    fn password_problem(&self) -> Option<Phrase> {
        self.problem.and_then(|problem| problem.at_password(self.chrome.say))
    }

    /// With wrong credentials nobody can say which of the two is wrong, so both are marked.
    fn username_invalid(&self) -> bool {
        self.username_problem().is_some() || self.problem == Some(Problem::WrongCredentials)
    }

    fn username_empty(&self) -> bool {
        matches!(&self.who, Who::Anyone(field) if field.value == Text::default())
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let start = |app: Option<App>| Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            ix: app.is_some().then(|| "01J9ZK6V3Q".to_owned()),
            at: None,
            device: None,
            app,
            who: Who::Anyone(Field::default()),
            switching: false,
            reason: None,
            problem: None,
        };
        let typed = Who::Anyone(Field::holding("ada@example.org"));
        let failed = |problem| Self {
            who: Who::Anyone(Field::holding("ada@example.org")),
            problem: Some(problem),
            ..start(Some(App::sample()))
        };
        let again = Who::Again { person: Person::sample(), username: "ada".to_owned(), fixed: false };
        vec![
            ("default", start(Some(App::sample()))),
            ("prefilled", Self { who: typed, ..start(Some(App::sample())) }),
            ("wrong", failed(Problem::WrongCredentials)),
            ("empty", Self { problem: Some(Problem::BothMissing), ..start(Some(App::sample())) }),
            ("no-username", Self { problem: Some(Problem::UsernameMissing), ..start(Some(App::sample())) }),
            ("no-password", failed(Problem::PasswordMissing)),
            ("too-many", failed(Problem::TooManyTries { seconds: 90 })),
            ("busy", failed(Problem::Busy { seconds: 1 })),
            ("again", Self { who: again.clone(), ..start(Some(App::sample())) }),
            (
                "again-wrong",
                Self { who: again, problem: Some(Problem::WrongCredentials), ..start(Some(App::sample())) },
            ),
            ("signed-out", Self { reason: Some(Reason::SignedOutElsewhere), ..start(Some(App::sample())) }),
            (
                "device",
                Self { device: Some("01J9ZK6V3Q".to_owned()), reason: Some(Reason::Device), ..start(None) },
            ),
            ("ended", Self { reason: Some(Reason::SessionEnded), ..start(None) }),
            ("create", Self { reason: Some(Reason::NewAccount), ..start(Some(App::sample())) }),
            ("branded", Self { chrome: Chrome::sample_branded(say), ..start(Some(App::sample())) }),
            ("plain", Self { chrome: Chrome::sample_dev(say), ..start(None) }),
            (
                "hostile",
                Self {
                    who: Who::Anyone(Field::holding(super::HOSTILE)),
                    problem: Some(Problem::WrongCredentials),
                    ..start(Some(App::hostile()))
                },
            ),
        ]
    }
}
