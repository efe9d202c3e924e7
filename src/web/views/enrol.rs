//! Setting up an authenticator app: a QR code, the same as text, and the first code as the proof.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::{App, Person};
use super::qr::Qr;

/// The page on which an authenticator app is set up.
#[derive(Template)]
#[template(path = "pages/enrol.html", whitespace = "minimize")]
pub struct Enrol {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// Where the form posts to.
    pub action: String,
    /// The half-done sign-in that needs it, if one does.
    pub at: Option<String>,
    /// The app that waits.
    pub app: Option<App>,
    /// Whose it will be.
    pub person: Person,
    /// Where to go without it, if that is possible.
    pub back: Option<String>,
    /// The code to scan.
    pub qr: Qr,
    /// What the code says, for an app on this device.
    pub address: String,
    /// The secret in groups of four.
    pub key: String,
    /// The secret again, sealed, as the form carries it.
    pub enrolment: String,
    /// What went wrong with the last try.
    pub wrong: Option<Wrong>,
}

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The code.
    Code,
    /// The page was open for too long; there is a new secret now.
    TooOld,
}

impl Wrong {
    fn sentence(self, say: Words) -> Phrase {
        match self {
            Self::Code => say.enrol_wrong(),
            Self::TooOld => say.enrol_too_old(),
        }
    }
}

impl Enrol {
    /// A page for a secret: its address, the secret itself, and how the form carries it. `None` when the address is
    /// too long for a QR code.
    pub fn new(
        chrome: Chrome,
        person: Person,
        (address, secret, enrolment): (&str, &str, String),
        wrong: Option<Wrong>,
    ) -> Option<Self> {
        let groups: Vec<String> =
            secret.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
        Some(Self {
            chrome,
            csrf: String::new(),
            action: String::new(),
            at: None,
            app: None,
            person,
            back: None,
            qr: Qr::of(address)?,
            address: address.to_owned(),
            key: groups.join(" "),
            enrolment,
            wrong,
        })
    }

    fn problem(&self) -> Option<Phrase> {
        self.wrong.map(|wrong| wrong.sentence(self.chrome.say))
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let address = "otpauth://totp/login.example.org:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=login.example.org";
        let page = |person, wrong| {
            let what = (address, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "1.sealed.text".to_owned());
            let mut page = Self::new(Chrome::sample(say), person, what, wrong)?;
            page.csrf = "csrf-token".to_owned();
            page.action = "/account/security/add".to_owned();
            page.back = Some("/account/security".to_owned());
            Some(page)
        };
        let on_the_way = |app, person, wrong| {
            let page = page(person, wrong)?;
            let action = "/login/factor".to_owned();
            Some(Self { action, back: None, at: Some("01J9ZK6V3Q".to_owned()), app: Some(app), ..page })
        };
        let states = [
            ("account", page(Person::sample(), None)),
            ("wrong", page(Person::sample(), Some(Wrong::Code))),
            ("required", on_the_way(App::sample(), Person::sample(), None)),
            ("too-old", on_the_way(App::sample(), Person::sample(), Some(Wrong::TooOld))),
            ("hostile", on_the_way(App::hostile(), Person::hostile(), None)),
        ];
        states.into_iter().filter_map(|(state, page)| Some((state, page?))).collect()
    }
}
