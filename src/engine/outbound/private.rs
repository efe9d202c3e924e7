//! Hosts in private networks that may be called all the same (security row K5).

use super::Caller;
use url::Url;

/// One of them, as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateHost {
    /// Its name as URLs write it; a literal IPv6 address stands in brackets.
    pub name: String,
    /// The only port.
    pub port: u16,
}

/// Which addresses a call may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Public ones, and what the allowance adds.
    Public,
    /// Also private ones: the host is one that the configuration names.
    Private,
}

impl Reach {
    /// What holds for the host and the port of `url` together; never more where a stranger chose them.
    pub fn of(hosts: &[PrivateHost], caller: Caller, url: &Url) -> Self {
        let (name, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default());
        let named = |host: &PrivateHost| host.name == name && Some(host.port) == port;
        if !caller.is_strange() && hosts.iter().any(named) { Self::Private } else { Self::Public }
    }
}
