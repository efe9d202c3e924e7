//! First run is done: the values that the app needs. The secret is shown here and never again.

use askama::Template;

use crate::base::words::Words;

use super::Chrome;
use super::text::Text;
use crate::base::shell::quoted;

/// The values for the app.
#[derive(Template)]
#[template(path = "pages/setup_done.html", whitespace = "minimize")]
pub struct SetupDone {
    /// Around the page.
    pub chrome: Chrome,
    /// The app.
    pub app: Text,
    /// The issuer.
    pub issuer: String,
    /// The client id.
    pub client_id: String,
    /// The client secret of a confidential client, in plain.
    pub client_secret: Option<String>,
    /// The lines for the app's environment: names, and values as they are.
    pub env: Vec<(&'static str, String)>,
    /// Whether `/try` exists on this server.
    pub can_try: bool,
}

impl SetupDone {
    fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer)
    }

    /// The lines for the app's environment. What a shell could read in another way is quoted.
    fn env(&self) -> String {
        let line = |(name, value): &(&str, String)| format!("{name}={}", quoted(value));
        self.env.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let env = |secret: Option<&str>| {
            let mut rows = vec![("ISSUER", "http://localhost:8617"), ("CLIENT_ID", "bookshop")];
            rows.extend(secret.map(|secret| ("CLIENT_SECRET", secret)));
            rows.push(("REDIRECT_URI", "http://localhost:3000/callback"));
            rows.push(("SCOPE", "openid profile email offline_access"));
            rows.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
        };
        let page = |app: &str, secret: Option<&str>| Self {
            chrome: Chrome::sample_dev(say),
            app: Text::plain(app),
            issuer: "http://localhost:8617".to_owned(),
            client_id: "bookshop".to_owned(),
            client_secret: secret.map(str::to_owned),
            env: env(secret),
            can_try: true,
        };
        let secret = "lk_cs_3kQm8vT1xZ0aBcDeFgHiJkLmNoPqRsTuVwXyZ012345";
        let hostile = Self { can_try: false, ..page(super::HOSTILE, Some("'\"<script>alert(1)</script>")) };
        vec![
            ("server", page("Bookshop", Some(secret))),
            ("public", page("Bookshop", None)),
            ("hostile", hostile),
        ]
    }
}
