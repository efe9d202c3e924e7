//! Hosts with a port, by name or address.

use super::{Fix, Format, Refused, Shape, list_items};
use url::Url;

/// A host and the port at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// Its name as URLs write it: lower case, a literal IPv6 address in brackets.
    pub name: String,
    /// The port.
    pub port: u16,
}

/// A list of hosts that https is spoken with, each with a port where it is not 443.
pub(in crate::config) struct Hosts;

impl Format for Hosts {
    type Value = Vec<HostPort>;
    const SHAPE: Shape = Shape::List;

    fn allowed(&self) -> String {
        "host names or IP addresses, with a port where it is not 443, as in app.internal:8443".to_owned()
    }

    fn parse(&self, text: &str) -> Result<Self::Value, Refused> {
        list_items(text).map(host).collect()
    }

    fn parse_items(&self, items: &[&str]) -> Result<Self::Value, Vec<(usize, Refused)>> {
        let mut hosts = Vec::new();
        let mut refused = Vec::new();
        for (position, item) in items.iter().enumerate() {
            match host(item.trim()) {
                Ok(host) => hosts.push(host),
                Err(why) => refused.push((position, why)),
            }
        }
        if refused.is_empty() { Ok(hosts) } else { Err(refused) }
    }
}

/// What of a URL is no part of a host and its port.
const BEYOND: [char; 5] = ['/', '?', '#', '@', '\\'];

fn host(text: &str) -> Result<HostPort, Refused> {
    let words = |words: &str| Fix::Words(words.to_owned());
    if text.is_empty() {
        return Err(Refused::new(
            "empty, but names no host",
            words("name a host, or take it out of the list"),
        ));
    }
    if text.contains('*') {
        return Err(Refused::new("a pattern, but each host is named by itself", words("name each host")));
    }
    if text.contains("://") || text.contains(BEYOND) {
        let fix = bare(text).map_or(Fix::Default, |bare| Fix::Words(format!("write {bare}")));
        return Err(Refused::new("more than a host and a port", fix));
    }
    if text.parse::<std::net::Ipv6Addr>().is_ok() {
        return Err(Refused::new("an IPv6 address without brackets", Fix::Words(format!("write [{text}]"))));
    }
    if let Some(name) = text.strip_suffix('.') {
        return Err(Refused::new("ends with a dot", Fix::Words(format!("write {name}"))));
    }
    let unfit =
        || Refused::new("not a host with a port", words("write it as in app.internal or app.internal:8443"));
    // The parser of URLs drops these silently.
    if text.ends_with(':') || text.contains(char::is_whitespace) {
        return Err(unfit());
    }
    let url = Url::parse(&format!("https://{text}/")).map_err(|_| unfit())?;
    match (url.host_str(), url.port_or_known_default()) {
        (Some(name), Some(port)) if port > 0 => Ok(HostPort { name: name.to_owned(), port }),
        _ => Err(unfit()),
    }
}

/// Host and port of what was given as a URL or the like.
fn bare(text: &str) -> Option<String> {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let url = Url::parse(&format!("https://{text}")).ok()?;
    let name = url.host_str().filter(|name| !name.is_empty())?;
    Some(url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, u16)> {
        host(text).ok().map(|host| (host.name, host.port))
    }

    #[test]
    fn hosts_are_read_as_urls_write_them() {
        for (given, name, port) in [
            ("app.internal", "app.internal", 443),
            ("App.Internal:8443", "app.internal", 8443),
            ("app.internal:443", "app.internal", 443),
            ("10.0.0.7:9000", "10.0.0.7", 9000),
            ("[fd00::1]", "[fd00::1]", 443),
            ("[fd00:0::1]:8443", "[fd00::1]", 8443),
        ] {
            assert_eq!(read(given), Some((name.to_owned(), port)), "{given}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused_with_what_to_write() {
        for (given, fix) in [
            ("https://app.internal", "write app.internal"),
            ("https://app.internal:8443/jwks", "write app.internal:8443"),
            ("app.internal/", "write app.internal"),
            ("me@app.internal", "write app.internal"),
            ("fd00::1", "write [fd00::1]"),
            ("app.internal.", "write app.internal"),
            ("*.internal", "name each host"),
            ("", "name a host, or take it out of the list"),
            ("app.internal:", "write it as in app.internal or app.internal:8443"),
            ("app.internal:0", "write it as in app.internal or app.internal:8443"),
            ("app.internal:70000", "write it as in app.internal or app.internal:8443"),
            ("app internal", "write it as in app.internal or app.internal:8443"),
            (":8443", "write it as in app.internal or app.internal:8443"),
        ] {
            assert_eq!(host(given).err().map(|why| why.fix), Some(Fix::Words(fix.to_owned())), "{given}");
        }
    }
}
