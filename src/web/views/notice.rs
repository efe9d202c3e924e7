//! One sentence and at most one button: for what needs no page of its own.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::text::Href;

/// The page of one sentence.
#[derive(Template)]
#[template(path = "pages/notice.html", whitespace = "minimize")]
pub struct Notice {
    /// Around the page.
    pub chrome: Chrome,
    /// The heading.
    pub heading: Phrase,
    /// The sentence.
    pub sentence: Phrase,
    /// What the button says and where it leads.
    pub button: Option<(Phrase, Href)>,
    /// Whether this is bad news: the title then starts with "Error:".
    pub error: bool,
}

impl Notice {
    /// The browser sends no cookie back.
    pub fn cookies_blocked(chrome: Chrome, again: String) -> Self {
        let say = chrome.say;
        Self {
            chrome,
            heading: say.error_cookies(),
            sentence: say.error_cookies_more(),
            button: Some((say.try_again(), Href::own(again))),
            error: true,
        }
    }

    /// The set-up link was used, has expired, or never existed: the same words for all.
    pub fn setup_link_invalid(chrome: Chrome) -> Self {
        let say = chrome.say;
        Self {
            chrome,
            heading: say.setup_link_invalid(),
            sentence: say.setup_link_invalid_more(),
            button: None,
            error: true,
        }
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let done = Self {
            chrome: Chrome::sample(say),
            heading: say.device_denied(),
            sentence: say.device_denied_more(),
            button: None,
            error: false,
        };
        let hostile = Self {
            chrome: Chrome::sample(say),
            heading: Phrase::outside(super::HOSTILE),
            sentence: Phrase::outside(super::HOSTILE),
            button: Some((Phrase::outside(super::HOSTILE), Href::own("/".to_owned()))),
            error: false,
        };
        vec![
            ("cookies", Self::cookies_blocked(Chrome::sample(say), "/login?ix=01J9ZK6V3Q".to_owned())),
            ("setup-link", Self::setup_link_invalid(Chrome::sample(say))),
            ("done", done),
            ("hostile", hostile),
        ]
    }
}
