//! The sign-in methods of a person: password, authenticator apps, recovery codes, remembered browsers.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::{Moment, Person};
use super::text::Text;

/// The page of the sign-in methods.
#[derive(Template)]
#[template(path = "pages/security.html", whitespace = "minimize")]
pub struct Security {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// Whose.
    pub person: Person,
    /// What was just done, or not.
    pub done: Option<Done>,
    /// The authenticator apps, oldest first.
    pub apps: Vec<App>,
    /// Recovery codes left.
    pub codes_left: usize,
    /// Recovery codes in the set.
    pub codes: usize,
    /// The browsers that are remembered.
    pub browsers: Vec<Browser>,
    /// Whether the person must have a second factor.
    pub required: bool,
}

/// An authenticator app.
#[derive(Clone)]
pub struct App {
    /// Its id, for the form.
    pub id: String,
    /// What the person calls it.
    pub name: Text,
    /// Since when.
    pub since: Moment,
    /// When it was last right.
    pub last_used: Option<Moment>,
    /// Whether it must stay.
    pub fixed: bool,
}

/// A remembered browser.
#[derive(Clone)]
pub struct Browser {
    /// Its id, for the form.
    pub id: String,
    /// The device in words.
    pub device: Phrase,
    /// The network address.
    pub address: Text,
    /// Until when.
    pub until: Moment,
}

/// What was just done, or not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// A name was changed.
    Renamed,
    /// An app was removed.
    Removed,
    /// A browser was forgotten.
    Forgotten,
    /// The last app stays.
    Last,
    /// No name was typed.
    NameMissing,
}

impl Done {
    fn sentence(self, say: Words) -> Phrase {
        match self {
            Self::Renamed => say.security_renamed(),
            Self::Removed => say.security_removed(),
            Self::Forgotten => say.security_forgotten(),
            Self::Last => say.security_last(),
            Self::NameMissing => say.security_name_missing(),
        }
    }

    fn is_bad(self) -> bool {
        matches!(self, Self::Last | Self::NameMissing)
    }
}

impl Security {
    fn failed(&self) -> bool {
        self.done.is_some_and(Done::is_bad)
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let app = |id: &str, name: &str, last_used: Option<i64>| App {
            id: id.to_owned(),
            name: Text::plain(name),
            since: Moment::at(say, 1_760_000_000),
            last_used: last_used.map(|at| Moment::at(say, at)),
            fixed: false,
        };
        let browser = |id: &str, device: Phrase, address: &str| Browser {
            id: id.to_owned(),
            device,
            address: Text::plain(address),
            until: Moment::at(say, 1_766_000_000),
        };
        let start = || Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            person: Person::sample(),
            done: None,
            apps: Vec::new(),
            codes_left: 0,
            codes: 0,
            browsers: Vec::new(),
            required: false,
        };
        let phone = app("f-1", "Authenticator app", Some(1_763_726_400));
        let full = || Self {
            apps: vec![phone.clone(), app("f-2", "Old phone", None)],
            codes_left: 8,
            codes: 10,
            browsers: vec![
                browser("b-1", say.account_device("Firefox", "Linux"), "192.0.2.17"),
                browser("b-2", say.account_device("Safari", "iPhone"), "2001:db8:85a3::8a2e:370:7334"),
            ],
            ..start()
        };
        let last = App { fixed: true, ..phone.clone() };
        let hostile = Self {
            person: Person::hostile(),
            apps: vec![app("f-1", super::HOSTILE, None)],
            browsers: vec![browser("b-1", Phrase::outside(super::HOSTILE), super::HOSTILE)],
            ..full()
        };
        vec![
            ("empty", start()),
            ("full", full()),
            ("renamed", Self { done: Some(Done::Renamed), ..full() }),
            ("last", Self { done: Some(Done::Last), required: true, apps: vec![last], ..full() }),
            ("name-missing", Self { done: Some(Done::NameMissing), ..full() }),
            ("hostile", hostile),
        ]
    }
}
