//! Where an app is told of logouts (OIDC Back-Channel Logout §2.2, Front-Channel Logout §2).

use super::Found;
use crate::domain::client::Metadata;
use crate::protocol::redirect_uri::{self, csp_source};

/// Checks both addresses by the one check of URIs: https, or http on loopback for development.
pub(super) fn validate(metadata: &Metadata, found: &mut Found) {
    if let Some(uri) = &metadata.backchannel_logout_uri
        && let Err(unfit) = redirect_uri::validate(uri, false)
    {
        found.add("backchannel_logout_uri", uri, unfit.0, "Correct it or leave it out.");
    }
    let Some(uri) = &metadata.frontchannel_logout_uri else { return };
    if let Err(unfit) = redirect_uri::validate(uri, false) {
        found.add("frontchannel_logout_uri", uri, unfit.0, "Correct it or leave it out.");
        return;
    }
    // OIDC Front-Channel Logout §2: "The domain, port, and scheme of this URL MUST be the same as that
    // of a registered Redirection URI value."
    let source = csp_source(uri);
    if !metadata.redirect_uris.iter().any(|redirect| csp_source(redirect) == source) {
        let problem = "is on another site than every redirect URI";
        let fix = "Give an address of the same scheme, host and port as one of redirect_uris.";
        found.add("frontchannel_logout_uri", uri, problem, fix);
    }
}

#[cfg(test)]
mod tests {
    use super::super::validate;
    use crate::domain::client::Metadata;

    fn problems(change: impl FnOnce(&mut Metadata)) -> Vec<String> {
        let mut metadata = Metadata::named("Shop");
        metadata.redirect_uris =
            vec!["https://shop.example:8443/cb".to_owned(), "http://localhost:3000/cb".to_owned()];
        change(&mut metadata);
        validate(&metadata).err().unwrap_or_default().into_iter().map(|found| found.field).collect()
    }

    #[test]
    fn b65_where_logout_tokens_are_posted_is_an_https_address_without_fragment() {
        for good in
            ["https://other.example/out?tenant=7", "http://localhost:3000/out", "http://127.0.0.1/out"]
        {
            assert!(problems(|m| m.backchannel_logout_uri = Some(good.to_owned())).is_empty(), "{good}");
        }
        for bad in [
            "",
            "http://shop.example/out",
            "https://shop.example/out#x",
            "https://u:p@shop.example/out",
            "com.example.shop:/out",
            "javascript:alert(1)",
            "/out",
            "https://shop.example/../out",
            "https://*.example/out",
        ] {
            let found = problems(|m| m.backchannel_logout_uri = Some(bad.to_owned()));
            assert_eq!(found, ["backchannel_logout_uri"], "{bad}");
        }
    }

    #[test]
    fn b66_the_page_for_frames_is_on_the_site_of_a_redirect_uri() {
        for good in ["https://shop.example:8443/out?x=1", "http://localhost:3000/out"] {
            assert!(problems(|m| m.frontchannel_logout_uri = Some(good.to_owned())).is_empty(), "{good}");
        }
        for bad in [
            "https://shop.example/out",
            "https://other.example:8443/out",
            "http://shop.example:8443/out",
            "http://localhost:3001/out",
            "https://shop.example:8443/out#x",
            "com.example.shop:/out",
            "",
        ] {
            let found = problems(|m| m.frontchannel_logout_uri = Some(bad.to_owned()));
            assert_eq!(found, ["frontchannel_logout_uri"], "{bad}");
        }
    }
}
