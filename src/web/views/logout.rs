//! The question before signing out (OpenID Connect RP-Initiated Logout §2).

use askama::Template;

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
    /// Who is signed in.
    pub person: Person,
}

impl Logout {
    /// One sample of each state.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |app: Option<&str>, person| Self {
            chrome: Chrome::sample(),
            csrf: "csrf-token".to_owned(),
            ix: app.map(|_| "01J9ZK6V3Q".to_owned()),
            app: app.map(Text::plain),
            person,
        };
        vec![
            ("default", page(None, Person::sample())),
            ("app", page(Some("Bookshop"), Person::sample())),
            ("hostile", page(Some(super::HOSTILE), Person::hostile())),
        ]
    }
}
