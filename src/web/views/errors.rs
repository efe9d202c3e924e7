//! Every code this server can refuse with, explained.

use askama::Template;

use crate::base::words::Words;

use super::Chrome;
use super::text::Text;

/// The page.
#[derive(Template)]
#[template(path = "pages/errors.html", whitespace = "minimize")]
pub struct Errors {
    /// Around the page.
    pub chrome: Chrome,
    /// The codes in their order.
    pub entries: Vec<Entry>,
}

/// One code.
pub struct Entry {
    /// `LK-1203`.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The error of the protocol.
    pub error: &'static str,
    /// Specification and section.
    pub spec: &'static str,
    /// What is wrong.
    pub cause: Text,
    /// Who must act.
    pub who: &'static str,
    /// What they must do.
    pub fix: Text,
}

impl Errors {
    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let entry = |code| Entry {
            code,
            name: "redirect_uri_mismatch",
            error: "invalid_request",
            spec: "RFC 9700 §2.1",
            cause: Text::sentence(
                "The redirect_uri is not registered for this client; it is compared byte for byte.",
            ),
            who: "the app's developer",
            fix: Text::sentence(
                "Send a registered redirect_uri, or add this one with `latchkey client edit`.",
            ),
        };
        let page = |chrome, entries| Self { chrome, entries };
        vec![
            ("default", page(Chrome::sample(say).for_developers(), vec![entry("LK-1104"), entry("LK-1105")])),
            ("dev", page(Chrome::sample_dev(say).for_developers(), vec![entry("LK-1104")])),
        ]
    }
}
