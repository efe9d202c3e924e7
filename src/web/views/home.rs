//! The front door: what this server is, and the way to the account.

use askama::Template;

use crate::base::words::Words;

use super::Chrome;
use super::parts::Person;

/// The page at `/`.
#[derive(Template)]
#[template(path = "pages/home.html", whitespace = "minimize")]
pub struct Home {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token for the sign-out button.
    pub csrf: String,
    /// Who is signed in.
    pub person: Option<Person>,
    /// Addresses for developers, in development only.
    pub dev: Option<DevLinks>,
}

/// What a developer wants to know first.
#[derive(Clone)]
pub struct DevLinks {
    /// The issuer.
    pub issuer: String,
    /// People to sign in as: username and password of the throw-away database.
    pub people: Vec<(String, String)>,
}

impl Home {
    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let page = |person, dev: Option<DevLinks>| Self {
            chrome: Chrome { dev_banner: dev.is_some(), ..Chrome::sample(say) },
            csrf: "csrf-token".to_owned(),
            person,
            dev,
        };
        let dev = DevLinks {
            issuer: "http://localhost:8617".to_owned(),
            people: vec![("ada".to_owned(), "ada".to_owned()), ("bob".to_owned(), "bob".to_owned())],
        };
        vec![
            ("signed-out", page(None, None)),
            ("signed-in", page(Some(Person::sample()), None)),
            ("dev", page(None, Some(dev.clone()))),
            ("dev-signed-in", page(Some(Person::sample()), Some(dev))),
            ("branded", Self { chrome: Chrome::sample_branded(say), ..page(None, None) }),
            ("hostile", page(Some(Person::hostile()), None)),
        ]
    }
}
