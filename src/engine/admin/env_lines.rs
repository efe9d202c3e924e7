//! What an app needs in its environment, by the names that the examples read.

use crate::domain::client::Client;

/// Names and values: everything a relying party's library asks for. A client without `secret` gets no line
/// for one.
pub fn rows(issuer: &str, client: &Client, secret: Option<&str>) -> Vec<(&'static str, String)> {
    let mut rows = vec![("ISSUER", issuer.to_owned()), ("CLIENT_ID", client.id.to_string())];
    rows.extend(secret.map(|secret| ("CLIENT_SECRET", secret.to_owned())));
    if let Some(uri) = client.metadata.redirect_uris.first() {
        rows.push(("REDIRECT_URI", uri.clone()));
        rows.extend(origin(uri).map(|origin| ("BASE_URL", origin)));
    }
    if let Some(uri) = client.metadata.post_logout_redirect_uris.first() {
        rows.push(("POST_LOGOUT_REDIRECT_URI", uri.clone()));
    }
    if !client.metadata.scope.is_empty() {
        rows.push(("SCOPE", usual_scope(client)));
    }
    rows
}

/// What an app asks for when nobody says more: who it is, and to stay signed in where it may.
fn usual_scope(client: &Client) -> String {
    let usual = ["openid", "profile", "email", "offline_access"];
    let standard = crate::protocol::scope::STANDARD;
    let asked = usual.into_iter().filter(|name| {
        client.scope.has(name) && (*name != "offline_access" || client.allows_grant("refresh_token"))
    });
    let own = client.scope.names().filter(|name| !standard.contains(name));
    asked.chain(own).collect::<Vec<_>>().join(" ")
}

/// Scheme, host and port of a web address.
pub fn origin(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}
