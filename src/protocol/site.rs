//! Sites, as browsers tell them apart for cookies with `SameSite` (draft-ietf-httpbis-rfc6265bis §5.2; HTML
//! Standard, "same site"): the scheme and the registrable domain. Which domains are registrable only a list
//! of them says, which browsers have: here is told what is certain without it.

use url::{Host, Url};

/// Whether pages of `one` may be on the same site as those of `other`; where not, they certainly are not.
pub fn may_be_same(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && match (one.host(), other.host()) {
            (Some(Host::Domain(one)), Some(Host::Domain(other))) => {
                one == other || ending(one).is_some_and(|end| Some(end) == ending(other))
            }
            (one, other) => one.is_some() && one == other,
        }
}

/// The last two names of a domain: no registrable domain is shorter.
fn ending(domain: &str) -> Option<(&str, &str)> {
    let mut names = domain.trim_end_matches('.').rsplit('.');
    let (last, before) = (names.next()?, names.next()?);
    Some((before, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browser_apps_sites_that_differ_for_certain_are_told_apart() {
        let same =
            |one: &str, other: &str| may_be_same(&Url::parse(one).unwrap(), &Url::parse(other).unwrap());
        for (one, other) in [
            ("https://id.example.com", "https://app.example.com/cb"),
            ("https://id.example.com", "https://example.com/cb"),
            ("https://id.example.com", "https://ID.example.com:8443/cb"),
            ("http://localhost:8617", "http://localhost:3000/"),
            ("https://10.0.0.1", "https://10.0.0.1:8443/"),
            // Not told apart without the list: the browser does.
            ("https://id.example.co.uk", "https://other.co.uk/"),
        ] {
            assert!(same(one, other) && same(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("https://id.example.com", "https://app.example.org/cb"),
            ("https://id.example.com", "https://example.com.evil.org/"),
            ("https://id.example.com", "https://notexample.com/"),
            ("https://id.example.com", "http://id.example.com/"),
            ("http://localhost:8617", "http://127.0.0.1:3000/"),
            ("http://localhost:8617", "http://app.localhost:3000/"),
            ("http://id.localhost", "http://app.localhost/"),
            ("https://10.0.0.1", "https://10.0.0.2/"),
            ("https://id", "https://app/"),
        ] {
            assert!(!same(one, other) && !same(other, one), "{one} {other}");
        }
    }
}
