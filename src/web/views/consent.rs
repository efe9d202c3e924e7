//! The consent page (OpenID Connect Core §3.1.2.4): what the app gets, in plain words with real values.

use askama::Template;

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
    /// What it lets the app do: "See your e-mail address".
    pub sentence: Text,
    /// What it would hand over right now: "ada@example.org".
    pub value: Option<Text>,
}

impl ScopeLine {
    /// A line of the list; an empty value is left out.
    pub fn new(name: &str, sentence: &str, value: &str) -> Self {
        let value = Some(Text::plain(value)).filter(|value| *value != Text::default());
        Self { name: name.to_owned(), sentence: Text::sentence(sentence), value }
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
    pub fn sentence(self) -> String {
        match self {
            Self::UntilTakenBack(longest) => {
                format!("Until you take it back in your account, {} at the most", wait(longest))
            }
            Self::WhileSignedIn => "While you are signed in in this browser".to_owned(),
            Self::EachTime(seconds) => format!("For {} each time you sign in", wait(seconds)),
            Self::Once(seconds) => format!("For {}", wait(seconds)),
        }
    }
}

impl Consent {
    /// The scopes shown, which the form sends back so that exactly these are granted.
    fn scope_list(&self) -> String {
        self.scopes.iter().map(|line| line.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// One sample of each state.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let start = || Self {
            chrome: Chrome::sample(),
            csrf: "csrf-token".to_owned(),
            ix: "01J9ZK6V3Q".to_owned(),
            app: App::sample(),
            verified: true,
            person: Person::sample(),
            scopes: vec![
                ScopeLine::new("openid", "Recognise you when you come back", ""),
                ScopeLine::new("profile", "See your name and username", "Ada Lovelace, ada"),
                ScopeLine::new("email", "See your e-mail address", "ada@example.org"),
                ScopeLine::new("offline_access", "Stay connected when you are away", ""),
            ],
            claims: vec![],
            resources: vec![],
            lifetime: Lifetime::UntilTakenBack(30 * 86_400),
        };
        let hostile = ScopeLine::new("x:\"><script>", super::HOSTILE, super::HOSTILE);
        vec![
            ("default", start()),
            (
                "short",
                Self {
                    scopes: vec![ScopeLine::new("openid", "Recognise you when you come back", "")],
                    lifetime: Lifetime::EachTime(900),
                    ..start()
                },
            ),
            (
                "unverified",
                Self {
                    verified: false,
                    claims: vec![
                        ScopeLine::new("birthdate", "See your date of birth", "1815-12-10"),
                        ScopeLine::new("locale", "See your language", ""),
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
