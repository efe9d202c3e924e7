//! The start of the trial: a real relying party at `/try`, in development only.

use askama::Template;

use crate::base::words::Words;

use super::Chrome;
use super::text::Text;

/// Where the trial begins.
#[derive(Template)]
#[template(path = "pages/try_start.html", whitespace = "minimize")]
pub struct TryStart {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The client id of the trial.
    pub client_id: Text,
    /// The scopes to choose from beside `openid`: value, what it brings, chosen at first.
    pub scopes: Vec<ScopeChoice>,
    /// What to say above the form: "You have signed out."
    pub done: Option<Text>,
}

/// A scope to choose.
#[derive(Clone)]
pub struct ScopeChoice {
    /// The scope value.
    pub name: String,
    /// What it brings.
    pub brings: Text,
    /// Whether it is chosen at first.
    pub chosen: bool,
}

impl TryStart {
    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let scope = |name: &str, brings: &str, chosen| ScopeChoice {
            name: name.to_owned(),
            brings: Text::plain(brings),
            chosen,
        };
        let page = |done: Option<&str>| Self {
            chrome: Chrome::sample_dev(say).for_developers(),
            csrf: "csrf-token".to_owned(),
            client_id: Text::plain("latchkey-try"),
            scopes: vec![
                scope("profile", "name and username", true),
                scope("email", "e-mail address", true),
                scope("offline_access", "a refresh token", false),
            ],
            done: done.map(Text::plain),
        };
        let hostile = Self { client_id: Text::plain(super::HOSTILE), ..page(Some(super::HOSTILE)) };
        vec![("default", page(None)), ("done", page(Some("You have signed out."))), ("hostile", hostile)]
    }
}
