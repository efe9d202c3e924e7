//! First run is done: the values that the app needs. The secret is shown here and never again.

use askama::Template;

use super::Chrome;
use super::text::Text;

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
    /// The registered redirect URI.
    pub redirect_uri: String,
    /// Whether `/try` exists on this server.
    pub can_try: bool,
}

impl SetupDone {
    fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer)
    }

    /// The lines for the app's environment. Every value is quoted, so that a shell reads it as it stands.
    fn env(&self) -> String {
        let secret = self.client_secret.iter().map(|secret| ("OIDC_CLIENT_SECRET", secret));
        [("OIDC_ISSUER", &self.issuer), ("OIDC_CLIENT_ID", &self.client_id)]
            .into_iter()
            .chain(secret)
            .chain([("OIDC_REDIRECT_URI", &self.redirect_uri)])
            .map(|(name, value)| format!("{name}='{}'", value.replace('\'', "'\\''")))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// One sample of each state.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |app: &str, secret: Option<&str>| Self {
            chrome: Chrome::sample_dev(),
            app: Text::plain(app),
            issuer: "http://localhost:8617".to_owned(),
            client_id: "bookshop".to_owned(),
            client_secret: secret.map(str::to_owned),
            redirect_uri: "http://localhost:3000/callback".to_owned(),
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
