//! The one HTTP client that calls others, and the only home of `reqwest` (design rule 6; security
//! rows K1 to K3). A URL that somebody else supplied must not reach this machine or its network:
//! https only, every resolved address checked, connected to exactly what was checked, no proxy, no
//! redirect followed, bounded in time, size and number.

mod address;

pub use address::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_ENCODING, HOST};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::{Host, Url};

/// The largest answer, bytes.
pub const LARGEST: usize = 64 * 1024;
/// The largest key set or metadata document, bytes.
pub const LARGEST_DOCUMENT: usize = 256 * 1024;
/// Calls in flight at most, in all.
const MOST_IN_FLIGHT: usize = 32;
/// Calls in flight at most, to one host.
const MOST_PER_HOST: usize = 4;

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

/// Why there is no answer. For the log and for admins: a stranger who supplied the URL gets one
/// generic error (security row K4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboundError {
    /// The URL itself is not allowed.
    UrlRefused(&'static str),
    /// The name leads to an address that is not public.
    AddressRefused,
    /// The name leads nowhere, or nobody answers there, or not in TLS.
    Unreachable,
    /// Too slow.
    TimedOut,
    /// A redirect was answered; it is not followed.
    Redirected,
    /// The answer is larger than allowed.
    TooLarge,
    /// The answer is compressed, which was not asked for.
    Encoded,
    /// Too many calls are in flight.
    Busy,
    /// The client cannot be made, for example because the machine has no CA certificates.
    NoTls(String),
}

impl fmt::Display for OutboundError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::UrlRefused(why) => why,
            Self::AddressRefused => "the address is not a public one",
            Self::Unreachable => "nobody answers there",
            Self::TimedOut => "the answer took too long",
            Self::Redirected => "a redirect was answered, which is not followed",
            Self::TooLarge => "the answer is too large",
            Self::Encoded => "the answer is compressed, which was not asked for",
            Self::Busy => "too many calls are under way",
            Self::NoTls(why) => why,
        })
    }
}

impl Error for OutboundError {}

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
    client: reqwest::Client,
    allowance: Allowance,
    limits: Limits,
    ports: Vec<u16>,
    own: Arc<[IpAddr]>,
    in_flight: Arc<Mutex<HashMap<String, usize>>>,
}

/// A URL that may be called, and the `Host` to name where it is not the URL's own.
struct Target {
    url: Url,
    host: Option<String>,
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
        let own: Arc<[IpAddr]> = Arc::from(own);
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // A proxy of the environment would resolve and connect in our place, past the filter.
            .no_proxy()
            .http1_only()
            // A kept connection would outlive the check of its address.
            .pool_max_idle_per_host(0)
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Guarded { own: own.clone() });
        let builder = match allowance {
            Allowance::Nothing => builder.https_only(true),
            // No TLS is spoken to ourselves, so machines without CA certificates serve as well.
            Allowance::SelfLoopback { .. } => builder.tls_certs_only([]),
        };
        let client =
            builder.build().map_err(|error| OutboundError::NoTls(format!("no HTTP client: {error:?}")))?;
        Ok(Self { client, allowance, limits, ports: vec![443], own, in_flight: Arc::default() })
    }

    /// Also allows these ports.
    #[must_use]
    pub fn allowing_ports(mut self, ports: &[u16]) -> Self {
        self.ports.extend_from_slice(ports);
        self
    }

    /// [`Allowance::SelfLoopback`] with another listener; any other allowance stays as it is.
    #[must_use]
    pub fn listening_on(mut self, at: SocketAddr) -> Self {
        if let Allowance::SelfLoopback { listener, .. } = &mut self.allowance {
            *listener = at;
        }
        self
    }

    /// Calls, and reads the whole answer.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn fetch(&self, request: Request) -> Result<Response, OutboundError> {
        let target = self.target(&request.url)?;
        let _slot = self.enter(target.url.host_str().unwrap_or_default())?;
        let answer = tokio::time::timeout(self.limits.total, self.call(target, request)).await;
        answer.unwrap_or(Err(OutboundError::TimedOut))
    }

    /// Whether and how the URL may be called. Names are checked when they are resolved; literal
    /// addresses never reach a resolver, so they are checked here.
    fn target(&self, raw: &str) -> Result<Target, OutboundError> {
        let mut url = Url::parse(raw).map_err(|_| OutboundError::UrlRefused("not a URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::UrlRefused("a URL with a user name or password"));
        }
        if let Allowance::SelfLoopback { origin, listener } = &self.allowance {
            if url.origin().ascii_serialization() != *origin {
                return Err(OutboundError::UrlRefused("not an address of this server"));
            }
            let host = origin.split_once("://").map(|(_, host)| host.to_owned());
            to_listener(&mut url, *listener)?;
            return Ok(Target { url, host });
        }
        if url.scheme() != "https" {
            return Err(OutboundError::UrlRefused("not https"));
        }
        if !url.port_or_known_default().is_some_and(|port| self.ports.contains(&port)) {
            return Err(OutboundError::UrlRefused("a port that is not allowed"));
        }
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return Err(OutboundError::UrlRefused("a URL without a host")),
        };
        match literal {
            Some(ip) if !is_public(ip) || self.own.contains(&ip) => Err(OutboundError::AddressRefused),
            _ => Ok(Target { url, host: None }),
        }
    }

    /// Takes a place among the calls in flight.
    fn enter(&self, host: &str) -> Result<Slot, OutboundError> {
        let mut running = self.in_flight.lock().map_err(|_| OutboundError::Busy)?;
        let all: usize = running.values().sum();
        let here = running.entry(host.to_owned()).or_insert(0);
        if all >= MOST_IN_FLIGHT || *here >= MOST_PER_HOST {
            running.retain(|_, count| *count > 0);
            return Err(OutboundError::Busy);
        }
        *here += 1;
        Ok(Slot { running: self.in_flight.clone(), host: host.to_owned() })
    }

    async fn call(&self, target: Target, request: Request) -> Result<Response, OutboundError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut call = self.client.request(method, target.url);
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

/// A place among the calls in flight, given back when dropped.
struct Slot {
    running: Arc<Mutex<HashMap<String, usize>>>,
    host: String,
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Ok(mut running) = self.running.lock() {
            let left = running.get(&self.host).map_or(0, |count| count.saturating_sub(1));
            if left == 0 {
                running.remove(&self.host);
            } else {
                running.insert(self.host.clone(), left);
            }
        }
    }
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

/// Resolves once and refuses the name if any of its addresses is not public; the connection goes to
/// one of the addresses returned here and to no other, so a second answer of the DNS has no say.
struct Guarded {
    own: Arc<[IpAddr]>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (host, own) = (name.as_str().to_owned(), self.own.clone());
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || (host.as_str(), 0).to_socket_addrs()).await??;
            let found: Vec<SocketAddr> = found.collect();
            if found.iter().any(|at| !is_public(at.ip()) || own.contains(&at.ip())) {
                return Err(OutboundError::AddressRefused.into());
            }
            Ok::<Addrs, _>(Box::new(found.into_iter()))
        })
    }
}

#[cfg(test)]
mod tests;
