//! The question who to go on as: somebody else is signed in than the app asked for (`login_hint`,
//! `id_token_hint`), or the app wants the account chosen (`prompt=select_account`).

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::{App, Person};
use super::text::Text;

/// Why the question is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The app asked for another person.
    SomebodyElse,
    /// The app asked for a choice.
    Choice,
}

/// The question who to go on as.
#[derive(Template)]
#[template(path = "pages/switch_user.html", whitespace = "minimize")]
pub struct SwitchUser {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The id of the stored authorization; none when the person came by themselves.
    pub ix: Option<String>,
    /// The app that waits.
    pub app: Option<App>,
    /// Who is signed in.
    pub person: Person,
    /// Everybody who is signed in in this browser, the current one first, each with the value to send.
    pub accounts: Vec<(String, Person)>,
    /// Why it is asked.
    pub why: Why,
    /// Who was asked for, as the request named them; nothing is looked up for it.
    pub asked: Option<Text>,
    /// Whether going on as the person signed in is allowed; not with an `id_token_hint`.
    pub may_continue: bool,
}

impl SwitchUser {
    /// Who asked for whom.
    fn asked_for(&self) -> Phrase {
        let say = self.chrome.say;
        match (&self.app, &self.asked) {
            (Some(app), Some(asked)) => say.switch_asked_for(&app.name, asked),
            (Some(app), None) => say.switch_asked_for_another(&app.name),
            (None, _) => say.switch_asked_for_unknown_app(),
        }
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let page = |asked: Option<&str>, may_continue, app, person| Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            ix: Some("01J9ZK6V3Q".to_owned()),
            app: Some(app),
            accounts: Vec::new(),
            person,
            why: Why::SomebodyElse,
            asked: asked.map(Text::plain),
            may_continue,
        };
        let choose = |people: &[Person]| Self {
            why: Why::Choice,
            accounts: people.iter().map(|person| ("01J9ZK6V3R".to_owned(), person.clone())).collect(),
            ..page(None, true, App::sample(), Person::sample())
        };
        vec![
            ("default", page(Some("bob@example.org"), true, App::sample(), Person::sample())),
            ("must", page(None, false, App::sample(), Person::sample())),
            ("choose", choose(&[Person::sample()])),
            (
                "several",
                choose(&[Person::sample(), Person::new("Bob", "bob@example.org"), Person::hostile()]),
            ),
            ("alone", Self { ix: None, app: None, ..choose(&[Person::sample()]) }),
            ("hostile", page(Some(super::HOSTILE), true, App::hostile(), Person::hostile())),
        ]
    }
}
