//! The question before signing out (OpenID Connect RP-Initiated Logout §2).

use askama::Template;

use crate::base::words::Words;

use super::Chrome;
use super::parts::Person;
use super::text::Text;

/// The question.
#[derive(Template)]
#[template(path = "pages/logout.html", whitespace = "minimize")]
pub struct Logout {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The id of the stored logout request.
    pub ix: Option<String>,
    /// The app that asked, if it is known.
    pub app: Option<Text>,
    /// Everybody who is signed in here, the current one first; one at least.
    pub people: Vec<Person>,
    /// Whether the first is the current one: all may be waiting.
    pub current: bool,
}

impl Logout {
    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let several = || vec![Person::sample(), Person::new("Bob", "bob@example.org")];
        let page = |app: Option<&str>, people| Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            ix: app.map(|_| "01J9ZK6V3Q".to_owned()),
            app: app.map(Text::plain),
            people,
            current: true,
        };
        vec![
            ("default", page(None, vec![Person::sample()])),
            ("app", page(Some("Bookshop"), vec![Person::sample()])),
            ("several", page(Some("Bookshop"), several())),
            ("waiting", Self { current: false, ..page(None, several()) }),
            ("hostile", page(Some(super::HOSTILE), vec![Person::hostile(), Person::hostile()])),
        ]
    }
}
