//! One sentence and at most one button: for what needs no page of its own.

use askama::Template;

use super::Chrome;
use super::text::{Href, Text};

/// The page of one sentence.
#[derive(Template)]
#[template(path = "pages/notice.html", whitespace = "minimize")]
pub struct Notice {
    /// Around the page.
    pub chrome: Chrome,
    /// The heading.
    pub heading: Text,
    /// The sentence.
    pub sentence: Text,
    /// What the button says and where it leads.
    pub button: Option<(Text, Href)>,
    /// Whether this is bad news: the title then starts with "Error:".
    pub error: bool,
}

impl Notice {
    /// The browser sends no cookie back.
    pub fn cookies_blocked(chrome: Chrome, again: String) -> Self {
        Self {
            chrome,
            heading: Text::sentence("Your browser blocks our cookies"),
            sentence: Text::sentence(
                "Signing in needs one cookie that is only sent to this server. Allow cookies for this address, then try again.",
            ),
            button: Some((Text::plain("Try again"), Href::own(again))),
            error: true,
        }
    }

    /// The set-up link was used, has expired, or never existed: the same words for all.
    pub fn setup_link_invalid(chrome: Chrome) -> Self {
        Self {
            chrome,
            heading: Text::sentence("This set-up link no longer works"),
            sentence: Text::sentence(
                "Each link works once and for 15 minutes. Run `latchkey setup-link` on the server to make another.",
            ),
            button: None,
            error: true,
        }
    }

    /// One sample of each state.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let done = Self {
            chrome: Chrome::sample(),
            heading: Text::sentence("You can close this page"),
            sentence: Text::sentence("Everything is done here."),
            button: None,
            error: false,
        };
        let hostile = Self {
            chrome: Chrome::sample(),
            heading: Text::sentence(super::HOSTILE),
            sentence: Text::sentence(super::HOSTILE),
            button: Some((Text::plain(super::HOSTILE), Href::own("/".to_owned()))),
            error: false,
        };
        vec![
            ("cookies", Self::cookies_blocked(Chrome::sample(), "/login?ix=01J9ZK6V3Q".to_owned())),
            ("setup-link", Self::setup_link_invalid(Chrome::sample())),
            ("done", done),
            ("hostile", hostile),
        ]
    }
}
