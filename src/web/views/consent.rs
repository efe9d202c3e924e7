//! The consent page (OpenID Connect Core §3.1.2.4): what the app gets, in plain words with real values.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::parts::{App, Person, wait};
use super::text::Text;

/// The consent page.
#[derive(Template)]
#[template(path = "pages/consent.html", whitespace = "minimize")]
pub struct Consent {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The id of the stored authorization.
    pub ix: String,
    /// The app that asks.
    pub app: App,
    /// Whether somebody here vouches for the app; dynamically registered clients are not verified.
    pub verified: bool,
    /// Who would give the permission.
    pub person: Person,
    /// What is asked, in the order of the request.
    pub scopes: Vec<ScopeLine>,
    /// What is asked by the names of claims, beyond the scopes (OIDC Core §5.5).
    pub claims: Vec<ScopeLine>,
    /// The APIs that the tokens are for (RFC 8707).
    pub resources: Vec<Text>,
    /// For how long.
    pub lifetime: Lifetime,
}

/// One scope value on the page.
#[derive(Clone)]
pub struct ScopeLine {
    /// The scope value as in the request (RFC 6749 §3.3).
    pub name: String,
    /// What it lets the app do: say.scope_email().
    pub sentence: Phrase,
    /// What it would hand over right now: "ada@example.org".
    pub value: Option<Phrase>,
}

impl ScopeLine {
    /// A line of the list; an empty value is left out.
    pub fn new(name: &str, sentence: Phrase, value: &str) -> Self {
        let shown = Text::plain(value);
        let value = (shown != Text::default()).then(|| Phrase::outside(shown.as_str()));
        Self { name: name.to_owned(), sentence, value }
    }
}

/// How long the permission lasts.
#[derive(Clone, Copy)]
pub enum Lifetime {
    /// The app may come back on its own (a refresh token), for so many seconds at the most.
    UntilTakenBack(u64),
    /// The app may come back on its own as long as the session lasts.
    WhileSignedIn,
    /// Only an access token's life, seconds, after each sign-in.
    EachTime(u64),
    /// Only an access token's life, seconds.
    Once(u64),
}

impl Lifetime {
    /// In words.
    pub fn sentence(self, say: Words) -> Phrase {
        match self {
            Self::UntilTakenBack(longest) => say.consent_until_taken_back(wait(say, longest)),
            Self::WhileSignedIn => say.consent_while_signed_in(),
            Self::EachTime(seconds) => say.consent_each_time(wait(say, seconds)),
            Self::Once(seconds) => say.consent_once(wait(say, seconds)),
        }
    }
}

impl Consent {
    /// The scopes shown, which the form sends back so that exactly these are granted.
    fn scope_list(&self) -> String {
        self.scopes.iter().map(|line| line.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let start = || Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            ix: "01J9ZK6V3Q".to_owned(),
            app: App::sample(),
            verified: true,
            person: Person::sample(),
            scopes: vec![
                ScopeLine::new("openid", say.scope_openid(), ""),
                ScopeLine::new("profile", say.scope_profile(), "Ada Lovelace, ada"),
                ScopeLine::new("email", say.scope_email(), "ada@example.org"),
                ScopeLine::new("offline_access", say.scope_offline_access(), ""),
            ],
            claims: vec![],
            resources: vec![],
            lifetime: Lifetime::UntilTakenBack(30 * 86_400),
        };
        let hostile = ScopeLine::new("x:\"><script>", say.scope_other(super::HOSTILE), super::HOSTILE);
        vec![
            ("default", start()),
            (
                "short",
                Self {
                    scopes: vec![ScopeLine::new("openid", say.scope_openid(), "")],
                    lifetime: Lifetime::EachTime(900),
                    ..start()
                },
            ),
            (
                "unverified",
                Self {
                    verified: false,
                    claims: vec![
                        ScopeLine::new("birthdate", say.claim_birthdate(), "1815-12-10"),
                        ScopeLine::new("locale", say.claim_locale(), ""),
                    ],
                    resources: vec![
                        Text::plain("https://api.books.example/orders"),
                        Text::plain("https://api.books.example/stock"),
                    ],
                    ..start()
                },
            ),
            (
                "hostile",
                Self {
                    app: App::hostile(),
                    person: Person::hostile(),
                    verified: false,
                    scopes: vec![hostile.clone()],
                    claims: vec![hostile],
                    ..start()
                },
            ),
        ]
    }
}
