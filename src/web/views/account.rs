//! The person's own page: who they are, which apps have access, where they are signed in.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::{Moment, Person};
use super::text::Text;

/// The account page.
#[derive(Template)]
#[template(path = "pages/account.html", whitespace = "minimize")]
pub struct Account {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// Whose account.
    pub person: Person,
    /// What else is known: label and value, as "E-mail" and "ada@example.org (confirmed)".
    pub facts: Vec<(Phrase, Phrase)>,
    /// What was just done: "Bookshop no longer has access."
    pub done: Option<Phrase>,
    /// The apps with access, newest first.
    pub apps: Vec<AppAccess>,
    /// The sessions, this one first.
    pub sessions: Vec<SessionLine>,
}

/// An app with access.
#[derive(Clone)]
pub struct AppAccess {
    /// The id of the grant, for the form.
    pub grant: String,
    /// The app's name.
    pub name: Text,
    /// Where it is opened from here, if it can be.
    pub open: Option<String>,
    /// What it may do, in words.
    pub may: Vec<Phrase>,
    /// Since when.
    pub since: Moment,
    /// When it was last used.
    pub last_used: Option<Moment>,
}

/// A session.
#[derive(Clone)]
pub struct SessionLine {
    /// The public id of the session, for the form; never the cookie's secret.
    pub id: String,
    /// The device in words: "Firefox on Linux".
    pub device: Phrase,
    /// The network address.
    pub address: Text,
    /// When it began.
    pub started: Moment,
    /// When it was last used.
    pub last_used: Moment,
    /// Whether it is the one that shows this page.
    pub current: bool,
}

impl Account {
    fn others(&self) -> bool {
        self.sessions.iter().any(|session| !session.current)
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let session = |device: &str, address: &str, current| SessionLine {
            id: format!("s-{current}"),
            device: Phrase::outside(device),
            address: Text::plain(address),
            started: Moment::at(say, 1_763_726_400),
            last_used: Moment::at(say, 1_763_730_000),
            current,
        };
        let access = |name: &str, may: &[&str], last_used| AppAccess {
            grant: "g-1".to_owned(),
            name: Text::plain(name),
            open: (name == "Bookshop").then(|| "/start?client_id=shop".to_owned()),
            may: may.iter().map(|words| Phrase::outside(words)).collect(),
            since: Moment::at(say, 1_760_000_000),
            last_used,
        };
        let here = session("Firefox on Linux", "192.0.2.17", true);
        let start = || Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            person: Person::sample(),
            facts: vec![
                (say.username(), Phrase::outside("ada")),
                (say.email(), say.account_email_confirmed("ada@example.org")),
            ],
            done: None,
            apps: vec![],
            sessions: vec![here.clone()],
        };
        let full = Self {
            done: Some(Phrase::outside("Weather station no longer has access.")),
            apps: vec![
                access(
                    "Bookshop",
                    &["See your name", "See your e-mail address"],
                    Some(Moment::at(say, 1_763_720_000)),
                ),
                access("Ledger", &["Recognise you when you come back"], None),
            ],
            sessions: vec![here.clone(), session("Safari on iPhone", "2001:db8:85a3::8a2e:370:7334", false)],
            ..start()
        };
        let hostile = Self {
            person: Person::hostile(),
            apps: vec![access(super::HOSTILE, &[super::HOSTILE], None)],
            sessions: vec![session(super::HOSTILE, super::HOSTILE, false)],
            ..start()
        };
        vec![("empty", start()), ("full", full), ("hostile", hostile)]
    }
}
