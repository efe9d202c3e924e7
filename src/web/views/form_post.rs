//! The answer of `response_mode=form_post` (OAuth 2.0 Form Post Response Mode §2): a form that sends
//! itself to the redirect URI, and a button for browsers without script.
//!
//! Its script is the one inline script of the server and is allowed by the nonce alone. The policy of this
//! answer names the origin of the redirect URI, and only it, in `form-action`.

use askama::Template;

use crate::base::words::Words;

use super::Chrome;
use super::text::{Href, Text};

/// The form.
#[derive(Template)]
#[template(path = "pages/form_post.html", whitespace = "minimize")]
pub struct FormPost {
    /// Around the page.
    pub chrome: Chrome,
    /// The app that the person returns to.
    pub app: Text,
    /// The verified redirect URI ([`Href::web`]), byte for byte.
    pub action: Href,
    /// The response parameters, sent exactly.
    pub fields: Vec<(String, String)>,
}

impl FormPost {
    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let page = |app: &str, state: &str| Self {
            chrome: Chrome::sample(say),
            app: Text::plain(app),
            action: Href::own("https://books.example/callback?a=1&b=2".to_owned()),
            fields: vec![
                ("code".to_owned(), "lk_ac_example".to_owned()),
                ("state".to_owned(), state.to_owned()),
                ("iss".to_owned(), "https://id.example".to_owned()),
            ],
        };
        vec![
            ("default", page("Bookshop", "af0ifjsldkj")),
            ("hostile", page(super::HOSTILE, "\"></form><script>alert(1)</script>")),
        ]
    }
}
