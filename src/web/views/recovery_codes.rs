//! Recovery codes, shown once.

use askama::Template;

use crate::base::words::Words;

use super::Chrome;

/// The page that shows recovery codes.
#[derive(Template)]
#[template(path = "pages/recovery_codes.html", whitespace = "minimize")]
pub struct RecoveryCodes {
    /// Around the page.
    pub chrome: Chrome,
    /// The codes.
    pub codes: Vec<String>,
    /// Where to go on.
    pub onward: String,
}

impl RecoveryCodes {
    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let code = |n: usize| format!("abcd-efgh-jk{n}m-npqr");
        let page = |onward: &str| Self {
            chrome: Chrome::sample(say),
            codes: (0..10).map(code).collect(),
            onward: onward.to_owned(),
        };
        vec![("account", page("/account/security")), ("on-the-way", page("/login?ix=01J9ZK6V3Q"))]
    }
}
