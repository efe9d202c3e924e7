//! What every use case is handed: the engine (one per process) and the context of one request.

use super::authorize::RequestObjects;
use super::begun::{Begun, Limits};
use super::client_keys::ClientKeys;
use super::clients::Clients;
use super::keys::KeyRing;
use super::limits::Limits as RequestLimits;
use super::outbound::Outbound;
use super::passwords::Rules;
use super::registration::RegistrationPolicy;
use super::resources::Resources;
use super::secrets::Passwords;
use super::trace::Trace;
use crate::base::clock::{Clock, Seconds};
use crate::base::crypt::{MacKey, MasterKey};
use crate::base::id::TraceId;
use crate::base::rng::Rng;
use crate::domain::audit::Event;
use crate::store::Db;
use std::net::IpAddr;
use std::sync::Arc;

/// One per process; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Randomness.
    pub rng: Rng,
    /// Signing keys.
    pub keys: KeyRing,
    /// Registered clients, from a snapshot.
    pub clients: Clients,
    /// Registered resources, from a snapshot.
    pub resources: Resources,
    /// Password hashing on its own pool.
    pub passwords: Passwords,
    /// What a new password must be.
    pub password_rules: Rules,
    /// Keys derived for single purposes.
    pub macs: Arc<Macs>,
    /// Sign-ins begun lately.
    pub begun: Begun,
    /// Apps registered without a token lately.
    pub registered: Begun,
    /// How often a network, a client or an account may do what.
    pub limits: RequestLimits,
    /// For URLs that others supplied.
    pub outbound: Outbound,
    /// Public keys of clients.
    pub client_keys: ClientKeys,
    /// Request objects that were fetched.
    pub request_objects: RequestObjects,
    /// The limits and lives in force.
    pub policy: Arc<Policy>,
}

/// MAC keys, each for one purpose.
pub struct Macs {
    /// Refresh tokens.
    pub refresh: MacKey,
    /// CSRF tokens.
    pub csrf: MacKey,
    /// Names of login throttles.
    pub throttle: MacKey,
    /// Names of what networks and clients ask for.
    pub limits: MacKey,
    /// Marks of browsers in which an account signed in.
    pub device: MacKey,
    /// Pairwise subjects (OIDC Core §8.1).
    pub pairwise: MacKey,
    /// Pairwise names of sessions.
    pub pairwise_session: MacKey,
    /// User codes of devices, and the names of those who enter them.
    pub user_code: MacKey,
    /// What browsers hold for session management.
    pub browser: MacKey,
}

impl Macs {
    /// Derives them.
    pub fn derive(master: &MasterKey) -> Self {
        Self {
            refresh: master.mac_key("refresh token"),
            csrf: master.mac_key("csrf"),
            throttle: master.mac_key("login throttle"),
            limits: master.mac_key("limits"),
            device: master.mac_key("known device"),
            pairwise: master.mac_key("pairwise subject"),
            pairwise_session: master.mac_key("pairwise session"),
            user_code: master.mac_key("device user code"),
            browser: master.mac_key("browser state"),
        }
    }
}

/// Settings the engine decides by; all lives in seconds.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The issuer, exactly as configured (never from a header).
    pub issuer: String,
    /// Life of a code.
    pub code: Seconds,
    /// Life of an access token, unless the client has its own.
    pub access_token: Seconds,
    /// Life of an ID token.
    pub id_token: Seconds,
    /// A refresh family ends when unused for this long.
    pub refresh_idle: Seconds,
    /// A refresh family ends after this at the latest.
    pub refresh_absolute: Seconds,
    /// Within this a retried refresh gets the same successor.
    pub refresh_grace: Seconds,
    /// A session ends when unused for this long.
    pub session_idle: Seconds,
    /// A session ends after this at the latest.
    pub session_absolute: Seconds,
    /// Life of a stored authorization.
    pub login: Seconds,
    /// Sign-ins that may be begun in ten minutes by people who are not signed in.
    pub begun: Limits,
    /// Apps that register themselves.
    pub registration: RegistrationPolicy,
    /// Whether apps may ask a frame of ours about the session (OIDC Session Management).
    pub session_management: bool,
    /// Live sessions a person may have.
    pub sessions_per_user: i64,
    /// Whether wrong codes of devices are counted; not in a server under test that says so.
    pub device_tries: bool,
    /// The longest wait after wrong passwords.
    pub max_login_delay: Seconds,
    /// Who needs a second factor.
    pub second_factor: SecondFactor,
    /// The shortest password, characters.
    pub min_password: usize,
    /// `latchkey dev`: loopback redirect URIs of every client may differ in their port.
    pub any_loopback_port: bool,
    /// Traces kept at most, rows.
    pub trace_rows: i64,
    /// Traces kept for.
    pub trace_keep: Seconds,
    /// Audit events are kept for.
    pub audit_keep: Seconds,
    /// That a token was issued is known for.
    pub issued_keep: Seconds,
    /// Successes sampled into traces, percent.
    pub trace_sample: u8,
}

/// Who needs a second factor, by this server's settings.
#[derive(Clone, Debug, Default)]
pub struct SecondFactor {
    /// Everybody.
    pub required: bool,
    /// Whoever has one of these roles.
    pub roles: Vec<String>,
    /// How long a browser may be remembered that was asked for it, seconds; 0 for never.
    pub remember: Seconds,
}

impl Policy {
    /// A URL of this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }
}

/// The context of one request; cheap to clone into a transaction.
#[derive(Clone)]
pub struct Ctx {
    /// Its story.
    pub trace: Trace,
    /// Where it came from, behind trusted proxies.
    pub ip: IpAddr,
    /// The browser's own description, capped.
    pub user_agent: Arc<str>,
}

impl Engine {
    /// The time, seconds.
    pub fn now(&self) -> Seconds {
        self.clock.now()
    }

    /// A context for work that no request asked for (commands, jobs).
    pub fn internal(&self) -> Ctx {
        Ctx {
            trace: Trace::new(TraceId::generate(&self.clock, &self.rng)),
            ip: IpAddr::from([0, 0, 0, 0]),
            user_agent: Arc::from(""),
        }
    }
}

impl Ctx {
    /// An audit event of this request.
    pub fn event(&self, kind: &'static str) -> Event {
        Event { trace_id: Some(self.trace.id().to_string()), ..Event::new(kind) }
    }
}
