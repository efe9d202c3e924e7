//! What every request is served with: the engine, the public address, the settings of the edge.

use super::brand::Brand;
use super::metrics::{Metrics, RouteMetrics};
use super::recorder::Recorder;
use super::request::Response;
use super::routes::Route;
use crate::base::id::Sequence;
use crate::base::words::Words;
use crate::engine::Engine;
use ipnet::IpNet;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// The public address, from configuration alone (design rule 9).
#[derive(Clone, Debug)]
pub struct PublicUrl {
    /// Scheme, host and port, as a browser sends it in `Origin`.
    pub origin: String,
    /// Host and port as in `Host`.
    pub host: String,
    /// The path of the issuer without a slash at its end.
    pub base_path: String,
    /// Whether it is https.
    pub https: bool,
    /// Whether it is this machine.
    pub loopback: bool,
    /// The port.
    pub port: u16,
    /// Whether https is asked of all names below the host as well (RFC 6797 §6.1.2).
    pub hsts_subdomains: bool,
}

impl PublicUrl {
    /// From a checked issuer.
    pub fn of(issuer: &url::Url) -> Self {
        let origin = issuer.origin().ascii_serialization();
        let host = origin.split_once("://").map_or("", |(_, host)| host).to_owned();
        Self {
            host,
            base_path: issuer.path().trim_end_matches('/').to_owned(),
            https: issuer.scheme() == "https",
            loopback: crate::protocol::redirect_uri::is_loopback(issuer),
            port: issuer.port_or_known_default().unwrap_or(80),
            origin,
            hsts_subdomains: false,
        }
    }
}

/// Limits of the edge.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Whose forwarded headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// The longest a handler may take.
    pub handler_timeout: Duration,
    /// The longest a body may take to arrive.
    pub body_timeout: Duration,
    /// Whether this is `latchkey dev`.
    pub dev: bool,
}

/// The future of a handler.
pub type Answering = Pin<Box<dyn Future<Output = Result<Response, crate::protocol::refusal::Refusal>>>>;

/// A route with its counters.
pub struct Served {
    /// The route.
    pub route: &'static Route,
    /// Its counters.
    pub metrics: RouteMetrics,
}

/// Everything a request is served with; one per process, shared.
pub struct Site {
    /// The use cases.
    pub engine: Engine,
    /// The public address.
    pub public: PublicUrl,
    /// How this server looks.
    pub brand: Brand,
    /// The language for whoever asks for none.
    pub language: Words,
    /// Limits.
    pub edge: Edge,
    /// Counters.
    pub metrics: Metrics,
    /// Where refused requests' stories go.
    pub recorder: Recorder,
    /// The route table by path.
    pub routes: HashMap<String, Served>,
    /// What answers to unknown paths is counted by.
    pub unknown: RouteMetrics,
    /// The ids of requests.
    pub trace_ids: Sequence,
    /// Prebuilt discovery document.
    pub discovery: super::oauth::discovery::Document,
    /// Test mode, where it is on.
    pub testing: Option<super::testing::TestMode>,
    /// People to sign in as, in `latchkey dev`.
    pub dev_people: Vec<(String, String)>,
    /// The built-in relying party of `latchkey dev`.
    pub try_client: Option<crate::web::pages::try_it::TryClient>,
}
