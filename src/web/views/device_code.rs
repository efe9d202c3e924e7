//! The page where people enter the code that a device shows (RFC 8628 §3.3).

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::{Field, wait};
use super::text::Text;

/// The form for a code.
#[derive(Template)]
#[template(path = "pages/device_code.html", whitespace = "minimize")]
pub struct DeviceCode {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// What the field holds: nothing, what was typed, or the code of a link.
    pub code: Field,
    /// What went wrong with the last try.
    pub problem: Option<Problem>,
}

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing was sent.
    Missing,
    /// Unknown, expired, used: one text for all of them.
    Wrong,
    /// Too many tries in this browser or from this network.
    TooMany {
        /// Seconds to wait, also sent as `Retry-After`.
        seconds: u64,
    },
}

impl Problem {
    fn heading(self, say: Words) -> Phrase {
        match self {
            Self::TooMany { .. } => say.device_too_many(),
            _ => say.device_failed(),
        }
    }

    fn advice(self, say: Words) -> Option<Phrase> {
        match self {
            Self::TooMany { seconds } => Some(say.device_wait(wait(say, seconds))),
            _ => None,
        }
    }

    fn at_code(self, say: Words) -> Option<Phrase> {
        match self {
            Self::Missing => Some(say.device_missing()),
            Self::Wrong => Some(say.device_wrong()),
            Self::TooMany { .. } => None,
        }
    }
}

impl DeviceCode {
    fn code_problem(&self) -> Option<Phrase> {
        self.problem.and_then(|problem| problem.at_code(self.chrome.say))
    }

    fn is_filled(&self) -> bool {
        self.code.value != Text::default()
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let page = |code: &str, problem| Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            code: Field::holding(code),
            problem,
        };
        vec![
            ("default", page("", None)),
            ("prefilled", page("WDJB-MJHT", None)),
            ("missing", page("", Some(Problem::Missing))),
            ("wrong", page("wdjb mjhx", Some(Problem::Wrong))),
            ("too-many", page("WDJB-MJHX", Some(Problem::TooMany { seconds: 540 }))),
            ("hostile", page(super::HOSTILE, Some(Problem::Wrong))),
        ]
    }
}
