//! The end of a session, with the way back to the app where one is registered
//! (`post_logout_redirect_uri`, OpenID Connect RP-Initiated Logout §3).

use askama::Template;

use super::Chrome;
use super::text::{Href, Text};

/// The page after signing out.
#[derive(Template)]
#[template(path = "pages/signed_out.html", whitespace = "minimize")]
pub struct SignedOut {
    /// Around the page.
    pub chrome: Chrome,
    /// Whether every session of the person was ended.
    pub everywhere: bool,
    /// The app and the registered address to go on to ([`Href::app`]).
    pub onward: Option<(Text, Href)>,
}

impl SignedOut {
    /// One sample of each state.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |everywhere, onward: Option<(&str, &str)>| Self {
            chrome: Chrome::sample(),
            everywhere,
            onward: onward.and_then(|(app, href)| Some((Text::plain(app), Href::app(href)?))),
        };
        vec![
            ("default", page(false, None)),
            ("everywhere", page(true, None)),
            ("onward", page(false, Some(("Bookshop", "https://books.example/bye?state=1&x=2")))),
            ("native", page(false, Some(("Bookshop", "com.example.books:/bye")))),
            ("hostile", page(false, Some((super::HOSTILE, "https://evil.example/?\"onclick=alert(1)")))),
        ]
    }
}
