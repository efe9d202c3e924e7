//! The one HTTP client that calls others, and the only home of `reqwest` (design rule 6; security
//! rows K1 to K3). A URL that somebody else supplied must not reach this machine or its network:
//! https only, every resolved address checked, connected to exactly what was checked, no proxy, no
//! redirect followed, bounded in time, size and number.

mod address;
mod error;
mod lookup;
mod places;
mod private;
mod stranger;

use crate::protocol::redirect_uri::is_loopback;
pub use address::is_public;
pub use error::OutboundError;
use lookup::{Guarded, Own, may_reach};
pub use places::Caller;
use places::Classes;
pub use private::PrivateHost;
use private::Reach;
use reqwest::header::{CONTENT_ENCODING, HOST};
use std::error::Error as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
pub use stranger::{LIMITS as STRANGER_LIMITS, Unfetched};
use url::{Host, Url};

/// The largest answer, bytes.
pub const LARGEST: usize = 64 * 1024;
/// The largest key set or metadata document, bytes.
pub const LARGEST_DOCUMENT: usize = 256 * 1024;

/// The methods that are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
}

impl Method {
    /// The name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A call. It may hold secrets, so it cannot be printed.
pub struct Request {
    /// Whose places it takes.
    pub caller: Caller,
    /// GET or POST.
    pub method: Method,
    /// Where to.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body, empty for none.
    pub body: Vec<u8>,
    /// The largest answer that is taken, bytes.
    pub largest: usize,
}

/// An answer; any status but a redirect.
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names (lower case) and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What may be called beyond public addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Nothing.
    Nothing,
    /// Only this very server, for the relying party of `/try`: URLs of its own origin, spoken as
    /// http to its own listener on loopback; then nothing else may be called.
    SelfLoopback {
        /// The origin of the issuer, as a browser writes it.
        origin: String,
        /// Where it listens; an unspecified address stands for loopback.
        listener: SocketAddr,
    },
    /// For a server under test, whose relying parties are on the same machine.
    Testing {
        /// Whether loopback and private networks may be called too: any port, and http where the URL itself
        /// says loopback.
        loopback: bool,
        /// Certificates that are trusted beside those of the machine, PEM.
        roots: Vec<u8>,
    },
}

impl Allowance {
    const fn has_local(&self) -> bool {
        matches!(self, Self::Testing { loopback: true, .. })
    }
}

/// How long a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until connected, TLS included.
    pub connect: Duration,
    /// From the start to the last byte.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(2), total: Duration::from_secs(5) }
    }
}

/// The client; cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    allowance: Arc<Allowance>,
    limits: Limits,
    ports: Arc<[u16]>,
    own: Arc<Own>,
    private: Arc<[PrivateHost]>,
    classes: Arc<Classes>,
}

/// A URL that may be called, and the `Host` to name where it is not the URL's own.
struct Target {
    url: Url,
    host: Option<String>,
    literal: Option<IpAddr>,
    reach: Reach,
}

impl Outbound {
    /// A client for port 443 of public addresses and what `allowance` adds.
    ///
    /// # Errors
    /// [`OutboundError::NoTls`].
    pub fn new(allowance: Allowance) -> Result<Self, OutboundError> {
        Self::limited(allowance, Limits::default(), &[])
    }

    /// [`Outbound::new`] with other limits and `own` addresses of this machine, which are refused
    /// even though they are public.
    ///
    /// # Errors
    /// [`OutboundError::NoTls`].
    pub fn limited(allowance: Allowance, limits: Limits, own: &[IpAddr]) -> Result<Self, OutboundError> {
        let outbound = Self::when_needed(allowance, limits, own);
        outbound.client(Caller::Reviewed, Reach::Public)?;
        Ok(outbound)
    }

    /// [`Outbound::limited`], made with the first call: a machine without CA certificates is fine as
    /// long as nothing is called.
    pub fn when_needed(allowance: Allowance, limits: Limits, own: &[IpAddr]) -> Self {
        let (allowance, ports) = (Arc::new(allowance), Arc::from([443]));
        let own = Arc::new(Own::new(own, None));
        Self { allowance, limits, ports, own, private: Arc::from([]), classes: Arc::default() }
    }

    /// The same before its first call, which may also call these hosts in private networks where no
    /// stranger says where to.
    #[must_use]
    pub fn reaching(self, hosts: impl IntoIterator<Item = PrivateHost>) -> Self {
        Self { private: hosts.into_iter().collect(), ..self }
    }

    /// The same before its first call, for a server that is known by this host name: what it leads to is
    /// refused where strangers say where to.
    #[must_use]
    pub fn known_as(self, name: &str) -> Self {
        // A literal IPv6 address stands in brackets.
        let name = Some(name.trim_matches(['[', ']']).to_owned()).filter(|name| !name.is_empty());
        let own = Arc::new(Own::new(&self.own.listening, name));
        Self { own, ..self }
    }

    /// Takes all places of a class, until dropped.
    #[cfg(test)]
    pub fn fill(&self, caller: Caller) -> Vec<impl Sized + use<>> {
        let calls = &self.classes.of(caller).calls;
        (0..places::MOST_IN_FLIGHT).filter_map(|n| calls.enter(&format!("{n}.example")).ok()).collect()
    }

    fn client(&self, caller: Caller, reach: Reach) -> Result<reqwest::Client, OutboundError> {
        let class = self.classes.of(caller);
        let client = match reach {
            Reach::Public => &class.client,
            Reach::Private => &class.private,
        };
        client.get_or_init(|| self.build(caller, reach)).clone()
    }

    fn guarded(&self, caller: Caller, reach: Reach) -> Guarded {
        Guarded {
            own: Arc::clone(&self.own),
            local: self.allowance.has_local() || reach == Reach::Private,
            strange: caller.is_strange(),
            lookups: self.classes.of(caller).lookups.clone(),
        }
    }

    fn build(&self, caller: Caller, reach: Reach) -> Result<reqwest::Client, OutboundError> {
        let no_tls = |error: reqwest::Error| OutboundError::NoTls(format!("no HTTP client: {error:?}"));
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // A proxy of the environment would resolve and connect in our place, past the filter.
            .no_proxy()
            .http1_only()
            // A kept connection would outlive the check of its address.
            .pool_max_idle_per_host(0)
            .connect_timeout(self.limits.connect)
            .timeout(self.limits.total)
            .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(self.guarded(caller, reach));
        let builder = match self.allowance.as_ref() {
            Allowance::Nothing => builder.https_only(true),
            // No TLS is spoken to ourselves, so machines without CA certificates serve as well.
            Allowance::SelfLoopback { .. } => builder.tls_certs_only([]),
            Allowance::Testing { loopback, roots } => {
                let roots = reqwest::Certificate::from_pem_bundle(roots).map_err(no_tls)?;
                builder.https_only(!loopback).tls_certs_merge(roots)
            }
        };
        builder.build().map_err(no_tls)
    }

    /// Also allows these ports.
    #[must_use]
    pub fn allowing_ports(mut self, ports: &[u16]) -> Self {
        self.ports = self.ports.iter().chain(ports).copied().collect();
        self
    }

    /// [`Allowance::SelfLoopback`] with another listener; any other allowance stays as it is.
    #[must_use]
    pub fn listening_on(mut self, at: SocketAddr) -> Self {
        if let Allowance::SelfLoopback { listener, .. } = Arc::make_mut(&mut self.allowance) {
            *listener = at;
        }
        self
    }

    /// Calls, and reads the whole answer.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn fetch(&self, request: Request) -> Result<Response, OutboundError> {
        let target = self.target(&request.url, request.caller)?;
        let host = target.url.host_str().unwrap_or_default();
        let _place = self.classes.of(request.caller).calls.enter(host)?;
        let answer = tokio::time::timeout(self.limits.total, self.call(target, request)).await;
        answer.unwrap_or(Err(OutboundError::TimedOut))
    }

    /// Whether and how the URL may be called. Names are checked when they are resolved; literal
    /// addresses never reach a resolver, so they are checked here.
    fn target(&self, raw: &str, caller: Caller) -> Result<Target, OutboundError> {
        let mut url = Url::parse(raw).map_err(|_| OutboundError::UrlRefused("not a URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::UrlRefused("a URL with a user name or password"));
        }
        if let Allowance::SelfLoopback { origin, listener } = self.allowance.as_ref() {
            if url.origin().ascii_serialization() != *origin {
                return Err(OutboundError::UrlRefused("not an address of this server"));
            }
            let host = origin.split_once("://").map(|(_, host)| host.to_owned());
            to_listener(&mut url, *listener)?;
            return Ok(Target { url, host, literal: None, reach: Reach::Public });
        }
        let local = self.allowance.has_local();
        if url.scheme() != "https" && !(local && url.scheme() == "http" && is_loopback(&url)) {
            return Err(OutboundError::UrlRefused("not https"));
        }
        let reach = Reach::of(&self.private, caller, &url);
        let local = local || reach == Reach::Private;
        if !local && !url.port_or_known_default().is_some_and(|port| self.ports.contains(&port)) {
            return Err(OutboundError::UrlRefused("a port that is not allowed"));
        }
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return Err(OutboundError::UrlRefused("a URL without a host")),
        };
        match literal {
            Some(ip) if !may_reach(ip, &self.own.listening, local) => Err(OutboundError::AddressRefused),
            _ => Ok(Target { url, host: None, literal, reach }),
        }
    }

    async fn call(&self, target: Target, request: Request) -> Result<Response, OutboundError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        if let Some(ip) = target.literal.filter(|_| request.caller.is_strange()) {
            self.guarded(request.caller, target.reach).check(ip).await?;
        }
        let mut call = self.client(request.caller, target.reach)?.request(method, target.url);
        if let Some(host) = target.host {
            call = call.header(HOST, host);
        }
        for (name, value) in request.headers {
            call = call.header(name, value);
        }
        if !request.body.is_empty() {
            call = call.body(request.body);
        }
        let answer = call.send().await.map_err(|error| told(&error))?;
        if answer.status().is_redirection() {
            return Err(OutboundError::Redirected);
        }
        // Nothing is ever decompressed here, so the limit holds for what is read.
        if answer.headers().get(CONTENT_ENCODING).is_some_and(|value| value != "identity") {
            return Err(OutboundError::Encoded);
        }
        read(answer, request.largest).await
    }
}

async fn read(mut answer: reqwest::Response, largest: usize) -> Result<Response, OutboundError> {
    let status = answer.status().as_u16();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers =
        answer.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| told(&error))? {
        if body.len().saturating_add(chunk.len()) > largest {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, headers, body })
}

/// The same path at our own listener.
fn to_listener(url: &mut Url, listener: SocketAddr) -> Result<(), OutboundError> {
    let ip = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    if !ip.is_loopback() {
        return Err(OutboundError::AddressRefused);
    }
    let port = if listener.port() == 0 { url.port_or_known_default() } else { Some(listener.port()) };
    let moved = url.set_scheme("http").and_then(|()| url.set_ip_host(ip)).and_then(|()| url.set_port(port));
    moved.map_err(|()| OutboundError::UrlRefused("not an address of this server"))
}

fn told(error: &reqwest::Error) -> OutboundError {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(ours) = inner.downcast_ref::<OutboundError>() {
            return ours.clone();
        }
        cause = inner.source();
    }
    if error.is_timeout() { OutboundError::TimedOut } else { OutboundError::Unreachable }
}

#[cfg(test)]
mod tests;
