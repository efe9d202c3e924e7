//! Refresh tokens of apps that run in a browser, in a cookie that no script reads
//! (draft-ietf-oauth-browser-based-apps, now RFC 10017): what its §6.1.3.2 says of a backend's cookie holds
//! for ours, and its §6.1.3.3 asks for a defence against forged requests that also holds against other
//! hosts of the same site. Ours is the `Origin`, compared whole with the app's own addresses, at every
//! request that may set or use the cookie: also where a code is redeemed, for whoever could have another's
//! browser redeem a code of theirs would sign it in as themselves.

use super::TokenRequest;
use crate::base::clock::Seconds;
use crate::base::id::ClientId;
use crate::base::secret::Secret;
use crate::domain::client::Client;
use crate::protocol::params::Params;
use crate::protocol::refusal::{Check, Refusal};

/// What a browser says of a request, and holds for us.
#[derive(Default)]
pub struct Browser {
    /// The origin of the page that made it (RFC 6454 §7).
    pub origin: Option<String>,
    /// How that page's site stands to ours (W3C Fetch Metadata §2.3).
    pub site: Option<String>,
    /// The refresh tokens in its cookies, each with the client its cookie is named after.
    pub held: Vec<(String, Secret)>,
}

/// The cookie that an answer sets.
pub struct RefreshCookie {
    /// Whose refresh token it is.
    pub client_id: ClientId,
    /// The refresh token.
    pub token: Secret,
    /// How long the browser is to keep it, seconds; `None` for as long as it runs.
    pub max_age: Option<Seconds>,
}

/// Refuses what does not come from a page of the app itself, on our site.
///
/// # Errors
/// [`Check::BrowserAppOrigin`], [`Check::BrowserAppCrossSite`].
pub fn check_page(client: &Client, browser: &Browser) -> Result<(), Refusal> {
    let origin = browser.origin.as_deref().unwrap_or("no Origin");
    if !browser.origin.as_deref().is_some_and(|origin| client.is_at(origin)) {
        let expected = "the origin of a registered redirect URI";
        return Err(Refusal::new(Check::BrowserAppOrigin).with(expected, origin));
    }
    match browser.site.as_deref() {
        Some("same-origin" | "same-site") => Ok(()),
        other => {
            let expected = "Sec-Fetch-Site: same-origin or same-site";
            Err(Refusal::new(Check::BrowserAppCrossSite).with(expected, other.unwrap_or("no Sec-Fetch-Site")))
        }
    }
}

/// The refresh token that a refresh is asked with: in the body, or in the client's cookie and nowhere else.
///
/// # Errors
/// [`Check::BodyParameterMissing`]; of an app whose tokens travel in a cookie
/// [`Check::BrowserAppRefreshInBody`] and those of [`held`].
pub fn presented<'a>(client: &Client, body: &'a Params, browser: &'a Browser) -> Result<&'a str, Refusal> {
    if !client.keeps_refresh_in_cookie() {
        return body.need("refresh_token");
    }
    if body.count("refresh_token") > 0 {
        return Err(Refusal::new(Check::BrowserAppRefreshInBody).with("in the cookie", "in the body"));
    }
    held(client, browser)
}

/// What the browser holds for this client; what it holds for others is not looked at.
///
/// # Errors
/// [`Check::BrowserAppCookieMissing`], [`Check::BrowserAppCookieTwice`].
pub fn held<'a>(client: &Client, browser: &'a Browser) -> Result<&'a str, Refusal> {
    let mut own = browser.held.iter().filter(|(id, _)| id == client.id.as_str()).map(|(_, token)| token);
    match (own.next(), own.next()) {
        (Some(token), None) => Ok(token.reveal()),
        (Some(_), Some(_)) => Err(Refusal::new(Check::BrowserAppCookieTwice).with("one cookie", "several")),
        (None, _) => Err(Refusal::new(Check::BrowserAppCookieMissing).with("this app's cookie", "none")),
    }
}

/// The token that is to be revoked: the one in the body, else the refresh token in the client's cookie, which
/// then is to be taken away.
///
/// # Errors
/// [`Check::BodyParameterMissing`]; those of [`check_page`] and [`held`].
pub fn to_revoke<'a>(client: &Client, request: &'a TokenRequest) -> Result<(&'a str, bool), Refusal> {
    if !client.keeps_refresh_in_cookie() || request.body.count("token") > 0 {
        return Ok((request.body.need("token")?, false));
    }
    check_page(client, &request.browser)?;
    Ok((held(client, &request.browser)?, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::{Metadata, RefreshTokenDelivery};
    use crate::protocol::scope::Scope;

    fn client(delivery: RefreshTokenDelivery) -> Client {
        let mut metadata = Metadata::named("SPA");
        metadata.refresh_token_delivery = delivery;
        metadata.redirect_uris = vec!["https://app.example.com/cb".to_owned()];
        Client {
            id: ClientId::from_stored("spa"),
            enabled: true,
            unreviewed: false,
            metadata,
            scope: Scope::default(),
            secrets: Vec::new(),
            revision: 0,
            created_at: 0,
        }
    }

    fn browser(held: &[(&str, &str)]) -> Browser {
        let held = held.iter().map(|(id, token)| ((*id).to_owned(), Secret::new(*token))).collect();
        Browser { held, ..Browser::default() }
    }

    fn refused(found: Result<&str, Refusal>) -> Option<Check> {
        found.err().map(|refusal| refusal.check)
    }

    #[test]
    fn browser_apps_refresh_by_their_own_cookie_and_nothing_else() {
        let spa = client(RefreshTokenDelivery::Cookie);
        let in_body = Params::from_pairs(vec![("refresh_token".to_owned(), "b".to_owned())]);
        let empty = Params::from_pairs(vec![("refresh_token".to_owned(), String::new())]);
        let nothing = Params::default();
        let (own, others) =
            (browser(&[("other", "x"), ("spa", "a")]), browser(&[("other", "x"), ("SPA", "y")]));
        assert_eq!(presented(&spa, &nothing, &own).ok(), Some("a"));
        assert_eq!(refused(presented(&spa, &in_body, &own)), Some(Check::BrowserAppRefreshInBody));
        assert_eq!(refused(presented(&spa, &empty, &own)), Some(Check::BrowserAppRefreshInBody));
        assert_eq!(refused(presented(&spa, &nothing, &others)), Some(Check::BrowserAppCookieMissing));
        let tossed = browser(&[("spa", "a"), ("spa", "a")]);
        assert_eq!(refused(presented(&spa, &nothing, &tossed)), Some(Check::BrowserAppCookieTwice));
        // An app of any other kind has no cookie, whatever a browser sends.
        let plain = client(RefreshTokenDelivery::Body);
        assert_eq!(presented(&plain, &in_body, &own).ok(), Some("b"));
        assert_eq!(refused(presented(&plain, &nothing, &own)), Some(Check::BodyParameterMissing));
    }

    #[test]
    fn browser_apps_call_from_their_own_pages_on_our_site() {
        let spa = client(RefreshTokenDelivery::Cookie);
        let check = |origin: &str, site: &str| {
            let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let browser = Browser { origin: some(origin), site: some(site), held: Vec::new() };
            check_page(&spa, &browser).err().map(|refusal| refusal.check)
        };
        let own = "https://app.example.com";
        for site in ["same-origin", "same-site"] {
            assert_eq!(check(own, site), None);
        }
        for site in ["cross-site", "none", "", "same-site ", "Same-Site"] {
            assert_eq!(check(own, site), Some(Check::BrowserAppCrossSite), "{site}");
        }
        for origin in [
            "",
            "null",
            "https://app.example.com/",
            "https://app.example.com:443",
            "https://app.example.com:8443",
            "http://app.example.com",
            "https://APP.example.com",
            "https://example.com",
            "https://evil.example.com",
            "https://x.app.example.com",
            "https://app.example.com.evil.example",
        ] {
            assert_eq!(check(origin, "same-site"), Some(Check::BrowserAppOrigin), "{origin}");
        }
    }
}
