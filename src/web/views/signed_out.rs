//! The end of a session, with the way back to the app where one is registered
//! (`post_logout_redirect_uri`, OpenID Connect RP-Initiated Logout §3).

use askama::Template;

use crate::base::words::Words;

use super::Chrome;
use super::text::{Href, Text};

/// The page after signing out.
#[derive(Template)]
#[template(path = "pages/signed_out.html", whitespace = "minimize")]
pub struct SignedOut {
    /// Around the page.
    pub chrome: Chrome,
    /// What is over.
    pub extent: Extent,
    /// The apps with a page that this browser loads in a frame (OIDC Front-Channel Logout §3).
    pub told: Vec<(Text, Href)>,
    /// Where it goes on.
    pub onward: Onward,
}

/// What is over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One account's session; others go on in this browser.
    One,
    /// All that was in this browser.
    Browser,
    /// Every session of the person.
    Everywhere,
}

/// Where the page leads: an app and its registered address ([`Href::app`]).
pub enum Onward {
    /// To signing in again.
    Nowhere,
    /// There, when the person asks for it.
    OnRequest(Text, Href),
    /// There, as soon as the frames are loaded or three seconds are over.
    ByItself(Text, Href),
}

impl SignedOut {
    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let page = |everywhere, told, onward| {
            let extent = if everywhere { Extent::Everywhere } else { Extent::Browser };
            Self { chrome: Chrome::sample(say), extent, told, onward }
        };
        let to = |app: &str, href: &str| {
            Href::app(href).map_or(Onward::Nowhere, |href| Onward::OnRequest(Text::plain(app), href))
        };
        let told = |app: &str| {
            let page = Href::web("https://books.example/bye?iss=https%3A%2F%2Fid.example&sid=01J9ZK6V3Q");
            page.map(|page| vec![(Text::plain(app), page)]).unwrap_or_default()
        };
        let next = Href::web("https://books.example/bye?state=1&x=2");
        let next = next.map_or(Onward::Nowhere, |href| Onward::ByItself(Text::plain("Bookshop"), href));
        vec![
            ("default", page(false, Vec::new(), Onward::Nowhere)),
            ("one", Self { extent: Extent::One, ..page(false, Vec::new(), Onward::Nowhere) }),
            ("everywhere", page(true, Vec::new(), Onward::Nowhere)),
            ("onward", page(false, Vec::new(), to("Bookshop", "https://books.example/bye?state=1&x=2"))),
            ("native", page(false, Vec::new(), to("Bookshop", "com.example.books:/bye"))),
            ("telling", page(true, told("Bookshop"), Onward::Nowhere)),
            ("telling-onward", page(false, told("Bookshop"), next)),
            (
                "hostile",
                page(
                    false,
                    told(super::HOSTILE),
                    to(super::HOSTILE, "https://evil.example/?\"onclick=alert(1)"),
                ),
            ),
        ]
    }
}
