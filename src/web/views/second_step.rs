//! The second step of a sign-in: one code is asked for (experience 8.4).

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::{App, Person, wait};

/// The page of the second step.
#[derive(Template)]
#[template(path = "pages/second_step.html", whitespace = "minimize")]
pub struct SecondStep {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The half-done sign-in.
    pub at: String,
    /// The app that waits.
    pub app: Option<App>,
    /// Who signs in.
    pub person: Person,
    /// What is asked for.
    pub ask: Ask,
    /// Its name in the form.
    pub by: &'static str,
    /// What else the person could answer with, and where that is asked for.
    pub others: Vec<(Ask, String)>,
    /// For how long this browser may be remembered, days, if it may be.
    pub remember_days: Option<u64>,
    /// Whether that was ticked.
    pub remember: bool,
    /// Where to begin anew.
    pub start_over: String,
    /// What went wrong with the last try.
    pub problem: Option<Problem>,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// The digits that an authenticator app shows.
    Digits,
    /// A recovery code that was noted down.
    Noted,
}

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing was sent.
    Missing,
    /// It is wrong, or was used before.
    Wrong,
    /// Too many wrong ones.
    TooMany {
        /// Seconds to wait, also sent as `Retry-After`.
        seconds: u64,
    },
}

impl Ask {
    fn heading(self, say: Words) -> Phrase {
        match self {
            Self::Digits => say.factor_digits(),
            Self::Noted => say.factor_noted(),
        }
    }

    fn lead(self, say: Words) -> Phrase {
        match self {
            Self::Digits => say.factor_digits_lead(),
            Self::Noted => say.factor_noted_lead(),
        }
    }

    fn label(self, say: Words) -> Phrase {
        match self {
            Self::Digits => say.factor_code(),
            Self::Noted => say.factor_recovery_code(),
        }
    }

    /// How it is offered as another way.
    fn offer(self, say: Words) -> Phrase {
        match self {
            Self::Digits => say.factor_use_digits(),
            Self::Noted => say.factor_use_noted(),
        }
    }
}

impl Problem {
    fn heading(self, say: Words) -> Phrase {
        match self {
            Self::TooMany { .. } => say.factor_too_many(),
            _ => say.factor_failed(),
        }
    }

    /// What to do when the field is not at fault.
    fn advice(self, say: Words) -> Option<Phrase> {
        match self {
            Self::TooMany { seconds } => Some(say.factor_wait(wait(say, seconds))),
            _ => None,
        }
    }

    fn at_code(self, say: Words) -> Option<Phrase> {
        match self {
            Self::Missing => Some(say.factor_missing()),
            Self::Wrong => Some(say.factor_wrong()),
            Self::TooMany { .. } => None,
        }
    }
}

impl SecondStep {
    fn wrong(&self) -> Option<Phrase> {
        self.problem.and_then(|problem| problem.at_code(self.chrome.say))
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let other = |ask, by| (ask, format!("/login/factor?at=01J9ZK6V3Q&by={by}"));
        let start = |problem| Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            at: "01J9ZK6V3Q".to_owned(),
            app: Some(App::sample()),
            person: Person::sample(),
            ask: Ask::Digits,
            by: "totp",
            others: vec![other(Ask::Noted, "recovery_code")],
            remember_days: Some(30),
            remember: false,
            start_over: "/login?ix=01J9ZK6V3Q&switch=1".to_owned(),
            problem,
        };
        let noted = |problem| Self {
            app: None,
            ask: Ask::Noted,
            by: "recovery_code",
            others: vec![other(Ask::Digits, "totp")],
            remember: true,
            ..start(problem)
        };
        let hostile =
            Self { app: Some(App::hostile()), person: Person::hostile(), others: Vec::new(), ..start(None) };
        vec![
            ("digits", start(None)),
            ("missing", start(Some(Problem::Missing))),
            ("wrong", start(Some(Problem::Wrong))),
            ("throttled", start(Some(Problem::TooMany { seconds: 64 }))),
            ("recovery", noted(None)),
            ("recovery-wrong", noted(Some(Problem::Wrong))),
            ("alone", Self { remember_days: None, others: Vec::new(), ..start(None) }),
            ("hostile", hostile),
        ]
    }
}
