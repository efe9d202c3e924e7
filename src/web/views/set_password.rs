//! A single-use link sets a new password.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::Person;

/// The form for a new password.
#[derive(Template)]
#[template(path = "pages/set_password.html", whitespace = "minimize")]
pub struct SetPassword {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The secret of the single-use link, sent back with the form.
    pub link: String,
    /// Whose password it is.
    pub person: Person,
    /// The username, for password managers.
    pub username: String,
    /// What is wrong with the password; the password itself is never rendered.
    pub password_problem: Option<Phrase>,
    /// The least number of characters of a password.
    pub password_min: usize,
}

impl SetPassword {
    fn problems(&self) -> Vec<(&'static str, Phrase)> {
        self.password_problem.clone().map(|problem| ("password", problem)).into_iter().collect()
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let page = |person, problem: Option<Phrase>| Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            link: "lk_ott_example".to_owned(),
            person,
            username: "ada".to_owned(),
            password_problem: problem,
            password_min: 12,
        };
        vec![
            ("default", page(Person::sample(), None)),
            ("wrong", page(Person::sample(), Some(say.password_common()))),
            ("hostile", page(Person::hostile(), None)),
        ]
    }
}
