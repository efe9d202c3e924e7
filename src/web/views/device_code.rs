//! The page where people enter the code that a device shows (RFC 8628 §3.3).

use askama::Template;

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
    fn heading(self) -> &'static str {
        match self {
            Self::TooMany { .. } => "Too many tries",
            _ => "That did not work",
        }
    }

    fn advice(self) -> Option<String> {
        match self {
            Self::TooMany { seconds } => {
                Some(format!("The code was not looked at. Wait {}, then try again.", wait(seconds)))
            }
            _ => None,
        }
    }

    fn at_code(self) -> Option<&'static str> {
        match self {
            Self::Missing => Some("Enter the code that your device shows"),
            Self::Wrong => Some("No device waits with this code"),
            Self::TooMany { .. } => None,
        }
    }
}

impl DeviceCode {
    fn code_problem(&self) -> Option<&'static str> {
        self.problem.and_then(Problem::at_code)
    }

    fn is_filled(&self) -> bool {
        self.code.value != Text::default()
    }

    /// One sample of each state.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |code: &str, problem| Self {
            chrome: Chrome::sample(),
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
