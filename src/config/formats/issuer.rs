//! The issuer: the address under which people and apps reach this server.
//!
//! RFC 8414 §2 and OpenID Connect Discovery 1.0 §3: https, no query, no fragment. Plain http is
//! taken for loopback hosts only, where nothing can listen in.

use std::fmt;

use url::{Host, Url};

use super::{Fix, Format, Refused};

/// A checked issuer. Its text never ends in a slash and is used byte for byte in every token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

impl Issuer {
    /// The issuer as it stands in tokens and metadata.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parsed address; its path may be `/` where the text has none.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The path below which everything is served: empty, or `/auth` without a trailing slash.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// Whether the address is https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether only this machine can reach the address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Whether strangers cannot reach the address: this machine, a private network, or a name that the public
    /// DNS does not have (RFC 2606, RFC 6761, RFC 6762; a name without a dot).
    #[must_use]
    pub fn is_private(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                !name.contains('.') || RESERVED.iter().any(|reserved| name.ends_with(reserved))
            }
            Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
            Some(Host::Ipv6(ip)) => {
                let mapped = ip.to_ipv4_mapped();
                ip.is_loopback()
                    || ip.is_unique_local()
                    || ip.is_unicast_link_local()
                    || mapped.is_some_and(|ip| ip.is_loopback() || ip.is_private())
            }
            None => false,
        }
    }
}

/// Ends of names that nobody can own in the public DNS.
const RESERVED: [&str; 5] = [".localhost", ".test", ".example", ".internal", ".local"];

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An issuer address.
pub(in crate::config) struct IssuerFormat;

impl Format for IssuerFormat {
    type Value = Issuer;

    fn allowed(&self) -> String {
        "an https address, as in https://id.example.com or https://example.com/auth; http only for localhost"
            .to_owned()
    }

    fn parse(&self, text: &str) -> Result<Issuer, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refused::new("empty, but needs an address", Fix::Default));
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(Refused::new(
                "an address holds no spaces, control characters or backslashes",
                Fix::Default,
            ));
        }
        if !text.contains("://") {
            return Err(without_scheme(text));
        }
        let url = Url::parse(text)
            .map_err(|error| Refused::new(format!("not an address: {error}"), Fix::Default))?;
        check(&url)?;
        let text = format!("{}{}", url.origin().ascii_serialization(), url.path().trim_end_matches('/'));
        Ok(Issuer { text, url })
    }
}

fn without_scheme(text: &str) -> Refused {
    let with_scheme = format!("https://{}", text.trim_start_matches('/'));
    let fix = match Url::parse(&with_scheme) {
        Ok(mut url) => {
            if is_loopback(&url) && url.set_scheme("http").is_ok() {
                Fix::Value(url.as_str().trim_end_matches('/').to_owned())
            } else {
                Fix::Value(with_scheme)
            }
        }
        Err(_) => Fix::Default,
    };
    Refused::new("does not start with https://", fix)
}

fn check(url: &Url) -> Result<(), Refused> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(Refused::new("does not start with https://", Fix::Default));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::new("must not hold a user name or password", Fix::Value(bare(url))));
    }
    if url.query().is_some() {
        return Err(Refused::new("must not hold a \"?\"", Fix::Value(bare(url))));
    }
    if url.fragment().is_some() {
        return Err(Refused::new("must not hold a \"#\"", Fix::Value(bare(url))));
    }
    let unspecified = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_unspecified(),
        Some(Host::Ipv6(ip)) => ip.is_unspecified(),
        _ => false,
    };
    if unspecified || url.port() == Some(0) {
        let fix = Fix::Words("use the address that people type into their browser".into());
        return Err(Refused::new("no browser can open this address", fix));
    }
    if url.scheme() == "http" && !is_loopback(url) {
        return Err(Refused::new("must be https unless the host is localhost", Fix::Value(bare(url))));
    }
    Ok(())
}

/// The address with all that is not allowed taken off.
fn bare(url: &Url) -> String {
    let scheme = if is_loopback(url) { url.scheme() } else { "https" };
    let host = url.host_str().unwrap_or("localhost");
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{host}{port}{}", url.path().trim_end_matches('/'))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_one_form() {
        for (given, text, path) in [
            ("http://localhost:8617/", "http://localhost:8617", ""),
            ("https://ID.Example.com:443", "https://id.example.com", ""),
            ("https://example.com/auth/", "https://example.com/auth", "/auth"),
            ("http://[::1]:8617", "http://[::1]:8617", ""),
            ("http://127.0.0.2", "http://127.0.0.2", ""),
        ] {
            let issuer = IssuerFormat.parse(given).ok();
            assert_eq!(issuer.as_ref().map(|i| (i.as_str(), i.path())), Some((text, path)), "{given}");
        }
    }

    #[test]
    fn near_misses_name_the_right_address() {
        for (given, fix) in [
            ("http://id.example.com", "https://id.example.com"),
            ("id.example.com", "https://id.example.com"),
            ("localhost:9000", "http://localhost:9000"),
            ("https://a:b@id.example.com/x/", "https://id.example.com/x"),
            ("https://id.example.com/?x=1", "https://id.example.com"),
            ("https://id.example.com?", "https://id.example.com"),
            ("https://id.example.com/#x", "https://id.example.com"),
        ] {
            let refused = IssuerFormat.parse(given).err().map(|refused| refused.fix);
            assert_eq!(refused, Some(Fix::Value(fix.into())), "{given}");
        }
    }

    #[test]
    fn tells_a_public_address_from_a_private_one() {
        let is_private = |text: &str| IssuerFormat.parse(text).unwrap().is_private();
        for private in [
            "http://localhost:8617",
            "https://id.latchkey.test",
            "https://id.latchkey.test.",
            "https://op:8443/auth",
            "https://id.example",
            "https://id.corp.internal",
            "https://nas.local",
            "https://a.localhost",
            "https://10.1.2.3",
            "https://192.168.1.1",
            "https://172.31.0.1",
            "https://[::1]:1",
            "https://[fd00::1]",
            "https://[::ffff:10.0.0.1]",
        ] {
            assert!(is_private(private), "{private}");
        }
        for public in [
            "https://id.example.com",
            "https://test.com",
            "https://latchkey.test.evil.com",
            "https://eviltest.io",
            "https://8.8.8.8",
            "https://172.32.0.1",
            "https://[2606:4700::1]",
            "https://[::ffff:8.8.8.8]",
        ] {
            assert!(!is_private(public), "{public}");
        }
    }

    #[test]
    fn refuses_what_no_browser_opens() {
        for bad in [
            "",
            "https://",
            "ftp://x",
            "http://0.0.0.0:1",
            "https://[::]",
            "https://a b",
            "http://localhost.evil.com",
        ] {
            assert!(IssuerFormat.parse(bad).is_err(), "{bad}");
        }
    }
}
