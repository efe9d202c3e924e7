//! What several pages speak about: apps, people, moments, form fields.

use chrono::{DateTime, Datelike as _};

use crate::base::words::{Phrase, Words};

use super::text::{Href, Text};

/// An app as people see it: the display part of its registration (OpenID Connect Registration §2).
#[derive(Clone)]
pub struct App {
    /// `client_name`, or the client id where there is none.
    pub name: Text,
    /// The host that the answer returns to (of the redirect URI, not of `client_uri`).
    pub host: Text,
    /// `logo_uri`: linked, never loaded into a page (security row I6).
    pub logo: Option<Href>,
    /// `policy_uri`.
    pub policy: Option<Href>,
    /// `tos_uri`.
    pub terms: Option<Href>,
}

impl App {
    /// An app with a name, the host it returns to, and no links.
    pub fn named(name: &str, host: &str) -> Self {
        let (name, host) = (Text::plain(name), Text::plain(host));
        Self { name, host, logo: None, policy: None, terms: None }
    }

    /// Whether there is any link to show.
    pub fn has_links(&self) -> bool {
        [&self.logo, &self.policy, &self.terms].iter().any(|link| link.is_some())
    }

    /// A harmless example.
    pub fn sample() -> Self {
        Self {
            logo: Href::web("https://books.example/logo.png"),
            policy: Href::web("https://books.example/privacy"),
            terms: Href::web("https://books.example/terms"),
            ..Self::named("Bookshop", "books.example")
        }
    }

    /// An example whose registration attacks the page.
    pub fn hostile() -> Self {
        Self {
            logo: Href::web("https://evil.example/x.svg?\"><script>alert(1)</script>"),
            policy: Href::web("javascript:alert(1)"),
            terms: Href::web("https://evil.example/\"onmouseover=alert(1)//"),
            ..Self::named(super::HOSTILE, "evil.example\u{202e}\"><img src=x onerror=alert(1)>")
        }
    }
}

/// A signed-in person as pages show them.
#[derive(Clone)]
pub struct Person {
    /// The display name, or the username where there is none.
    pub name: Text,
    /// The username or e-mail that tells two accounts of one name apart.
    pub login: Text,
}

impl Person {
    /// A person by name and login.
    pub fn new(name: &str, login: &str) -> Self {
        Self { name: Text::plain(name), login: Text::plain(login) }
    }

    /// The first word of the name: "Not Ada?".
    pub fn short(&self) -> &str {
        self.name.as_str().split(' ').next().unwrap_or_default()
    }

    /// A harmless example.
    pub fn sample() -> Self {
        Self::new("Ada Lovelace", "ada@example.org")
    }

    /// An example whose name attacks the page.
    pub fn hostile() -> Self {
        Self::new(super::HOSTILE, "\"><svg onload=alert(1)>")
    }
}

/// A moment for people and for machines.
#[derive(Clone)]
pub struct Moment {
    /// RFC 3339, for the `datetime` attribute.
    pub machine: String,
    /// In words, in UTC.
    pub words: Phrase,
}

impl Moment {
    /// The moment this many seconds after 1970-01-01T00:00:00Z.
    pub fn at(say: Words, epoch_seconds: i64) -> Self {
        DateTime::from_timestamp(epoch_seconds, 0).map_or_else(
            || Self { machine: String::new(), words: say.moment_unknown() },
            |time| Self {
                machine: time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                words: say.moment(
                    time.day(),
                    say.month(time.month()),
                    i64::from(time.year()),
                    time.format("%H:%M").to_string(),
                ),
            },
        )
    }
}

/// A text field of a form, with what was typed (never a password) and what is wrong with it.
#[derive(Clone, Default)]
pub struct Field {
    /// What the field holds when the page opens.
    pub value: Text,
    /// What is wrong, as a sentence.
    pub problem: Option<Phrase>,
}

impl Field {
    /// A field that holds a value.
    pub fn holding(value: &str) -> Self {
        Self { value: Text::typed(value), problem: None }
    }

    /// This field with something wrong.
    #[must_use]
    pub fn wrong(mut self, problem: Phrase) -> Self {
        self.problem = Some(problem);
        self
    }
}

/// A span of time in words, rounded up: `wait(90)` is "2 minutes".
pub fn wait(say: Words, seconds: u64) -> Phrase {
    match seconds {
        0..=59 => say.seconds(seconds.max(1)),
        60..=3599 => say.minutes(seconds.div_ceil(60)),
        3600..=172_799 => say.hours(seconds.div_ceil(3600)),
        _ => say.days(seconds.div_ceil(86_400)),
    }
}
