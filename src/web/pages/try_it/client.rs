//! The app that is tried: its registration, its line to this server, and what each browser did.

use crate::base::clock::Seconds;
use crate::base::secret::Secret;
use crate::domain::client::Metadata;
use crate::engine::Engine;
use crate::engine::admin::clients::{self, NewClient};
use crate::engine::admin::{AdminError, AdminResult, Desk};
use crate::engine::outbound::{Allowance, Outbound, OutboundError};
use crate::engine::upstream::{Registration, RelyingParty, Started, Tokens, UpstreamError, Wire};
use crate::store::Conn;
use crate::web::views::try_result::Step;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use url::Host;

/// Its `client_id`.
pub const CLIENT_ID: &str = "latchkey-try";
/// Browsers remembered at most.
const MOST: usize = 256;
/// How long a browser is remembered after its last step, seconds.
const REMEMBERED: Seconds = 30 * 60;
/// Steps shown at most; the oldest go first.
const MOST_STEPS: usize = 40;

/// How it is registered at the server of this issuer (RFC 7591 §2): a confidential client, with the
/// standard grants and scopes, and asking for consent.
pub fn registration(issuer: &str) -> Metadata {
    Metadata {
        redirect_uris: vec![format!("{issuer}{}", super::CALLBACK.path)],
        post_logout_redirect_uris: vec![format!("{issuer}{}", super::ROUTE.path)],
        client_uri: Some(format!("{issuer}{}", super::ROUTE.path)),
        ..Metadata::named("Try Latchkey")
    }
}

/// The built-in relying party.
pub struct TryClient {
    /// The issuer, as configured.
    issuer: String,
    /// Its client secret.
    secret: Secret,
    /// Its line to this server alone.
    pub(super) outbound: Outbound,
    /// What each browser did.
    pub(super) trials: Trials,
}

impl TryClient {
    /// Registers it at the server of `issuer`, which is expected to listen on loopback at the
    /// issuer's port; see [`TryClient::at`].
    ///
    /// # Errors
    /// What registering an app can refuse, or that no HTTP client can be made.
    pub fn register(conn: &mut Conn, desk: &Desk, issuer: &str) -> AdminResult<Self> {
        let new = NewClient { id: Some(CLIENT_ID.to_owned()), metadata: registration(issuer), secret: None };
        let saved = clients::create(conn, desk, new)?;
        let made = saved.secret.map(|secret| Secret::new(secret.reveal()));
        let unfit =
            |why: &str| AdminError::invalid("issuer", issuer, why, "Set LATCHKEY_ISSUER to an http URL.");
        let (Ok(url), Some(secret)) = (url::Url::parse(issuer), made) else {
            return Err(unfit("is no URL"));
        };
        let ip = match url.host() {
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        Self::new(&url, SocketAddr::new(ip, 0), secret).map_err(|error| unfit(&error.to_string()))
    }

    /// This client, calling the server where it really listens.
    #[must_use]
    pub fn at(self, listener: SocketAddr) -> Self {
        Self { outbound: self.outbound.listening_on(listener), ..self }
    }

    /// For the server of `issuer` that listens on `listener` (port 0 stands for the issuer's), where
    /// [`registration`] is registered as [`CLIENT_ID`] with `secret`.
    ///
    /// # Errors
    /// [`OutboundError::NoTls`] when no HTTP client can be made.
    pub fn new(issuer: &url::Url, listener: SocketAddr, secret: Secret) -> Result<Self, OutboundError> {
        let allowance = Allowance::SelfLoopback { origin: issuer.origin().ascii_serialization(), listener };
        let issuer = issuer.as_str().trim_end_matches('/').to_owned();
        Ok(Self { issuer, secret, outbound: Outbound::new(allowance)?, trials: Trials::default() })
    }

    /// Reads this server's metadata and keys, as any app does at its start.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub(super) async fn discover(
        &self,
        engine: &Engine,
        wire: &Wire<'_>,
    ) -> Result<RelyingParty, UpstreamError> {
        let registration = Registration {
            client_id: CLIENT_ID.to_owned(),
            secret: Some(self.secret.clone()),
            redirect_uri: format!("{}{}", self.issuer, super::CALLBACK.path),
        };
        RelyingParty::discover(&self.issuer, registration, engine.clock.clone(), wire).await
    }
}

/// What one browser did.
#[derive(Clone, Default)]
pub(super) struct Trial {
    /// The steps, oldest first.
    pub steps: Vec<Step>,
    /// Why the sign-in stopped.
    pub stopped: Option<String>,
    /// The client with the metadata and keys read at its start.
    pub party: Option<Arc<RelyingParty>>,
    /// The sign-in that waits for its answer.
    pub started: Option<Arc<Started>>,
    /// What was given.
    pub tokens: Option<Arc<Tokens>>,
    /// The `state` of a logout that was sent.
    pub logout_state: Option<String>,
}

/// The trials by browser: in memory, bounded in number, time and steps.
#[derive(Default)]
pub(super) struct Trials(Mutex<HashMap<String, (Trial, Seconds)>>);

impl Trials {
    /// The trial of this browser.
    pub fn get(&self, browser: &str, now: Seconds) -> Option<Trial> {
        let all = self.0.lock().ok()?;
        all.get(browser).filter(|(_, at)| is_fresh(*at, now)).map(|(trial, _)| trial.clone())
    }

    /// The trial of this browser, and the sign-in that waits, which no second answer finds.
    pub fn take_started(&self, browser: &str, now: Seconds) -> (Trial, Option<Arc<Started>>) {
        let taken = self.0.lock().ok().and_then(|mut all| {
            let (trial, _) = all.get_mut(browser).filter(|(_, at)| is_fresh(*at, now))?;
            let started = trial.started.take();
            Some((trial.clone(), started))
        });
        taken.unwrap_or_default()
    }

    /// Remembers the trial of this browser; the longest unused one makes room.
    pub fn put(&self, browser: &str, mut trial: Trial, now: Seconds) {
        let surplus = trial.steps.len().saturating_sub(MOST_STEPS);
        trial.steps.drain(..surplus);
        let Ok(mut all) = self.0.lock() else { return };
        all.retain(|_, (_, at)| is_fresh(*at, now));
        if all.len() >= MOST && !all.contains_key(browser) {
            let oldest = all.iter().min_by_key(|(_, (_, at))| *at).map(|(key, _)| key.clone());
            oldest.and_then(|key| all.remove(&key));
        }
        all.insert(browser.to_owned(), (trial, now));
    }

    /// Whether `state` is that of this browser's logout; the trial is forgotten then.
    pub fn is_signed_out(&self, browser: &str, state: &str, now: Seconds) -> bool {
        let ours = self.get(browser, now).is_some_and(|trial| trial.logout_state.as_deref() == Some(state));
        if ours && let Ok(mut all) = self.0.lock() {
            all.remove(browser);
        }
        ours
    }
}

fn is_fresh(at: Seconds, now: Seconds) -> bool {
    now.saturating_sub(at) < REMEMBERED
}
