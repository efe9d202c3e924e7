//! First run: the first admin makes an account with a single-use link.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::Field;

/// The form for the first admin.
#[derive(Template)]
#[template(path = "pages/setup_admin.html", whitespace = "minimize")]
pub struct SetupAdmin {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The secret of the single-use link, sent back with the form.
    pub link: String,
    /// The display name.
    pub name: Field,
    /// The e-mail address.
    pub email: Field,
    /// The username.
    pub username: Field,
    /// What is wrong with the password; the password itself is never rendered.
    pub password_problem: Option<Phrase>,
    /// The least number of characters of a password.
    pub password_min: usize,
}

impl SetupAdmin {
    fn problems(&self) -> Vec<(&'static str, Phrase)> {
        let fields = [("name", &self.name), ("email", &self.email), ("username", &self.username)];
        let wrong = |(id, field): (&'static str, &Field)| Some((id, field.problem.clone()?));
        let password = self.password_problem.clone().map(|problem| ("password", problem));
        fields.into_iter().filter_map(wrong).chain(password).collect()
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let page = |name: &str| Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            link: "lk_ott_example".to_owned(),
            name: Field::holding(name),
            email: Field::default(),
            username: Field::default(),
            password_problem: None,
            password_min: 12,
        };
        let wrong = Self {
            email: Field::holding("ada at example.org").wrong(say.setup_email_wrong("…")),
            username: Field::default().wrong(say.setup_username_wrong("…")),
            password_problem: Some(say.password_common()),
            ..page("Ada Lovelace")
        };
        vec![("default", page("")), ("wrong", wrong), ("hostile", page(super::HOSTILE))]
    }
}
