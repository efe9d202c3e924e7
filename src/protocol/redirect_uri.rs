//! Redirect URIs: one validator for registration, byte equality at use (RFC 9700 §2.1, §4.1.3).
//! No wildcard, prefix or pattern exists.

use url::Url;

/// The longest redirect URI, bytes.
pub const LONGEST: usize = 2048;

/// A redirect URI that equals a registered one; only this may become a `Location`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRedirect(String);

impl VerifiedRedirect {
    /// Compares `sent` with the registered URIs. Byte equality; for a native client a loopback URI
    /// may differ in its port only (RFC 8252 §7.3).
    pub fn verify(sent: &str, registered: &[String], native: bool) -> Option<Self> {
        let same = |known: &String| known == sent || (native && same_but_port(known, sent));
        (sent.len() <= LONGEST && registered.iter().any(same)).then(|| Self(sent.to_owned()))
    }

    /// From a stored authorization, where only verified ones are written.
    pub fn from_stored(uri: impl Into<String>) -> Self {
        Self(uri.into())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With `pairs` added to the query; a registered query is kept (RFC 6749 §3.1.2).
    pub fn with_query<'a>(&self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
        let joint = if self.0.contains('?') { '&' } else { '?' };
        format!("{}{joint}{}", self.0, super::params::encode(pairs))
    }

    /// With `pairs` as the fragment; a registered URI has none (RFC 6749 §3.1.2).
    pub fn with_fragment<'a>(&self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
        format!("{}#{}", self.0, super::params::encode(pairs))
    }

    /// Whether it is a site, and not the private-use scheme of an installed app (RFC 8252 §7.1).
    pub fn is_web(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.has_host() && matches!(url.scheme(), "http" | "https"))
    }

    /// The source expression for CSP `form-action`: browsers hold a form's redirects to it.
    pub fn csp_source(&self) -> String {
        csp_source(&self.0)
    }

    /// Host (or scheme for custom schemes) to show on the consent page.
    pub fn display_host(&self) -> String {
        match Url::parse(&self.0) {
            Ok(url) => url.host_str().map_or_else(|| format!("{}:", url.scheme()), str::to_owned),
            Err(_) => String::new(),
        }
    }
}

/// The CSP source expression of a URI: its origin, or its scheme when it has none.
pub fn csp_source(uri: &str) -> String {
    match Url::parse(uri) {
        Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => {
            url.origin().ascii_serialization()
        }
        Ok(url) => format!("{}:", url.scheme()),
        Err(_) => String::new(),
    }
}

/// Splits an http loopback URI into (`http://127.0.0.1`, path and query); text-wise, because
/// parsing would normalise what must be byte-equal.
fn loopback_parts(uri: &str) -> Option<(&str, &str)> {
    for host in ["http://127.0.0.1", "http://[::1]", "http://localhost"] {
        let Some(rest) = uri.strip_prefix(host) else { continue };
        let rest = match rest.strip_prefix(':') {
            None => rest,
            Some(port) => {
                let digits = port.bytes().take_while(u8::is_ascii_digit).count();
                let number: u32 = port.get(..digits)?.parse().ok()?;
                if number == 0 || number > 65_535 || port.starts_with('0') {
                    return None;
                }
                port.get(digits..)?
            }
        };
        if rest.is_empty() || rest.starts_with('/') || rest.starts_with('?') {
            return Some((host, rest));
        }
        return None;
    }
    None
}

fn same_but_port(known: &str, sent: &str) -> bool {
    matches!((loopback_parts(known), loopback_parts(sent)), (Some(a), Some(b)) if a == b)
}

/// Why a URI cannot be registered; the text is for people.
#[derive(Debug, PartialEq, Eq)]
pub struct Unfit(pub &'static str);

/// The one validator of URIs at registration (design rule 3; security row I2): absolute https;
/// http only on loopback; reverse-domain schemes only for native clients; no fragment, userinfo,
/// wildcard or control character.
///
/// # Errors
/// [`Unfit`] says why.
pub fn validate(uri: &str, native: bool) -> Result<(), Unfit> {
    if uri.is_empty() || uri.len() > LONGEST {
        return Err(Unfit("must be 1 to 2,048 characters long"));
    }
    if uri.bytes().any(|b| b <= b' ' || b >= 0x7F || b == b'\\') {
        return Err(Unfit("must be plain ASCII without spaces, control characters or backslashes"));
    }
    if uri.contains('*') {
        return Err(Unfit("must not hold a wildcard; register each address"));
    }
    let url = Url::parse(uri)
        .map_err(|_| Unfit("must be an absolute URI, for example https://app.example.com/callback"))?;
    if uri.contains('#') {
        return Err(Unfit("must not have a fragment (#...)"));
    }
    if !url.username().is_empty() || url.password().is_some() || authority(uri).contains('@') {
        return Err(Unfit("must not hold a user name or password"));
    }
    let path = uri.to_ascii_lowercase();
    if path.split(['/', '?']).any(|s| matches!(s, ".." | "." | "%2e%2e" | "%2e" | ".%2e" | "%2e.")) {
        return Err(Unfit("must not hold . or .. path segments"));
    }
    match url.scheme() {
        "https" if url.has_host() => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err(Unfit("must be https; http is only for localhost, 127.0.0.1 and [::1]")),
        scheme if native && scheme.contains('.') => Ok(()),
        _ if native => Err(Unfit(
            "must be https, loopback http or a reverse-domain scheme such as com.example.app:/callback",
        )),
        _ => Err(Unfit("must be https (or http on localhost)")),
    }
}

fn authority(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Whether the host is this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
