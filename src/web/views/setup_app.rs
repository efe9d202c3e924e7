//! First run: the first app, by name and address alone.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::Field;

/// The form for the first app.
#[derive(Template)]
#[template(path = "pages/setup_app.html", whitespace = "minimize")]
pub struct SetupApp {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The name of the app.
    pub name: Field,
    /// Its redirect URI.
    pub redirect_uri: Field,
    /// Whether the app can keep a secret (RFC 6749 §2.1).
    pub kind: Kind,
}

/// The client types of RFC 6749 §2.1 in plain words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A confidential client.
    Server,
    /// A public client.
    Public,
}

impl SetupApp {
    fn problems(&self) -> Vec<(&'static str, Phrase)> {
        let wrong = |(id, field): (&'static str, &Field)| Some((id, field.problem.clone()?));
        [("name", &self.name), ("redirect_uri", &self.redirect_uri)].into_iter().filter_map(wrong).collect()
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let page = |kind| Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            name: Field::default(),
            redirect_uri: Field::default(),
            kind,
        };
        let wrong = Self {
            name: Field::holding("Bookshop"),
            redirect_uri: Field::holding("localhost/callback")
                .wrong(say.setup_redirect_uri_wrong("http://localhost:3000/callback", "…")),
            ..page(Kind::Public)
        };
        let hostile = Self {
            name: Field::holding(super::HOSTILE).wrong(say.setup_name_wrong("…")),
            ..page(Kind::Server)
        };
        vec![("default", page(Kind::Server)), ("wrong", wrong), ("hostile", hostile)]
    }
}
