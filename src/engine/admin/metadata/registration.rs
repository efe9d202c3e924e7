//! Members that came with OIDC Registration §2: every URI through the one check (security row I2), and
//! over TLS where tokens, keys or people depend on it.

use super::Found;
use crate::base::text;
use crate::domain::client::Metadata;
use crate::protocol::redirect_uri;
use url::Url;

/// The longest `software_id` and `software_version`, characters.
const LONGEST_SOFTWARE: usize = 200;

/// All of them.
pub(super) fn check(metadata: &Metadata, found: &mut Found) {
    let secure = [
        ("jwks_uri", &metadata.jwks_uri),
        // OIDC Core §8.1: "using the https scheme".
        ("sector_identifier_uri", &metadata.sector_identifier_uri),
        // OIDC Core §4: "MUST use the https scheme".
        ("initiate_login_uri", &metadata.initiate_login_uri),
    ];
    for (field, uri) in secure {
        one(field, uri.as_deref(), https, found);
    }
    // OIDC Core §6.2: the fragment of a request_uri may be the hash of what is there.
    let fetched = |uri: &str| anywhere(uri.split('#').next().unwrap_or_default());
    found.list("request_uris", &metadata.request_uris, fetched);
    // OIDC Registration §2: "The jwks_uri and jwks parameters MUST NOT be used together."
    if metadata.jwks.is_some() && metadata.jwks_uri.is_some() {
        let problem = "stands beside jwks_uri; only one of the two says which keys count";
        found.add("jwks", "", problem, "Leave one of them out.");
    }
    for (field, said) in
        [("software_id", &metadata.software_id), ("software_version", &metadata.software_version)]
    {
        let Some(said) = said else { continue };
        if said.is_empty()
            || said.chars().count() > LONGEST_SOFTWARE
            || said.chars().any(text::is_unsafe_char)
        {
            let problem = "must be 1 to 200 characters that can be shown";
            found.add(field, said, problem, "Correct it or leave it out.");
        }
    }
}

fn one(field: &str, uri: Option<&str>, check: impl Fn(&str) -> Result<(), &'static str>, found: &mut Found) {
    if let Some(uri) = uri
        && let Err(problem) = check(uri)
    {
        found.add(field, uri, problem, "Correct it or leave it out.");
    }
}

fn anywhere(uri: &str) -> Result<(), &'static str> {
    redirect_uri::validate(uri, false).map_err(|unfit| unfit.0)
}

fn https(uri: &str) -> Result<(), &'static str> {
    // That localhost may do without is said of other addresses.
    if Url::parse(uri).is_ok_and(|url| url.scheme() != "https") {
        return Err("must be https, also on localhost");
    }
    anywhere(uri)
}
