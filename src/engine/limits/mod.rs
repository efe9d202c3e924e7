//! The one place of limits (security rows S1-S3, S5): how often a network, a client or an account may do what. docs/limits.md
//! has the table. Guesses at secrets are counted in the database (`guess.rs`); how much a network or a client asks for in
//! counters that may be lost (`store/ephemeral/`).

pub mod device;
pub mod guess;

pub use device::remember;
pub use guess::{Account, Guess};

use super::network::Network;
use crate::base::clock::Seconds;
use crate::base::crypt::MacKey;
use crate::base::secret::b64;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::ephemeral::{Ephemeral, Take, Wait};
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::Arc;

/// The while in which requests are counted, seconds.
const MINUTE: Seconds = 60;
/// The while in which what registrants have done is counted, seconds.
const TEN_MINUTES: Seconds = 600;

/// What a request costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A page, or what leads to one.
    Page,
    /// Tokens and what changes something, asked for by programs.
    Program,
    /// Questions of programs that are asked for each of their own requests: userinfo, introspection.
    Lookup,
}

/// The numbers in force, in a minute; 0 is no limit.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Pages of one network.
    pub pages: u32,
    /// Requests of programs of one network.
    pub programs: u32,
    /// Questions of programs of one network.
    pub lookups: u32,
    /// Tokens that one client asks for.
    pub client: u32,
    /// Accounts to which sign-ins may fail from one network in an hour.
    pub distinct_failures: u32,
    /// Networks that are not counted.
    pub exempt: Vec<IpNet>,
}

/// Counts and says no; cheap to clone.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    rules: Rules,
    counters: Ephemeral,
    /// For names that may leave the process.
    names: MacKey,
}

impl Limits {
    /// With these numbers and counters.
    pub fn new(rules: Rules, counters: Ephemeral, names: MacKey) -> Self {
        Self(Arc::new(Inner { rules, counters, names }))
    }

    /// The numbers.
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }

    /// Counts one request of this network. A loopback address is this machine's own: a proxy that is not named, a
    /// developer, a benchmark.
    ///
    /// # Errors
    /// [`Check::TooManyRequests`] with the seconds to wait.
    pub async fn network(&self, class: Class, ip: IpAddr, now_ms: i64) -> Result<(), Refusal> {
        let rules = &self.0.rules;
        let (name, most) = match class {
            Class::Page => ("page", rules.pages),
            Class::Program => ("program", rules.programs),
            Class::Lookup => ("lookup", rules.lookups),
        };
        let ip = ip.to_canonical();
        if most == 0 || ip.is_loopback() || rules.exempt.iter().any(|network| network.contains(&ip)) {
            return Ok(());
        }
        let network = Network::from(ip);
        let mut takes = vec![self.of(&format!("{name} {network}"), (most, MINUTE))];
        let site = network.site().map(|site| format!("{name} {site}"));
        takes.extend(site.map(|site| self.of(&site, (most.saturating_mul(Network::SITE), MINUTE))));
        let told = |wait| refused(Check::TooManyRequests, ("network", most, MINUTE), wait);
        self.0.counters.take(takes, now_ms).await.map_err(told)
    }

    /// Counts one token that this client asks for.
    ///
    /// # Errors
    /// [`Check::ClientTooFast`] with the seconds to wait.
    pub async fn client(&self, client_id: &str, now_ms: i64) -> Result<(), Refusal> {
        let most = self.0.rules.client;
        if most == 0 {
            return Ok(());
        }
        let takes = vec![self.of(&format!("client {client_id}"), (most, MINUTE))];
        let told = |wait| refused(Check::ClientTooFast, ("client", most, MINUTE), wait);
        self.0.counters.take(takes, now_ms).await.map_err(told)
    }

    /// Counts work that is done for the holder of the initial access `token`, about the app `client` if it is there
    /// already: changes of apps, which every node reads again, and documents of sectors, which are fetched. An app may
    /// have as much of it as a network has in open mode (`limits.0`), and all apps of a token as much as all networks
    /// (`limits.1`).
    ///
    /// # Errors
    /// [`Check::RateLimited`] with the seconds to wait; then nothing was counted.
    pub async fn registrant(
        &self,
        (token, client): (&str, Option<&str>),
        limits: (u32, u32),
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let token = (limits.1 > 0).then_some(("token", token, limits.1));
        let app = client.filter(|_| limits.0 > 0).map(|client| ("app", client, limits.0));
        let counted: Vec<_> = [token, app].into_iter().flatten().collect();
        let take =
            |(what, name, most): &(&str, &str, u32)| self.of(&format!("{what} {name}"), (*most, TEN_MINUTES));
        let takes = counted.iter().map(take).collect();
        self.0.counters.take(takes, now_ms).await.map_err(|wait| {
            let (what, _, most) = counted.get(wait.which).copied().unwrap_or(("token", "", 0));
            refused(Check::RateLimited, (what, most, TEN_MINUTES), wait)
        })
    }

    fn of(&self, name: &str, (most, window): (u32, Seconds)) -> Take {
        Take { name: b64(&self.0.names.mac(name.as_bytes())), most, window }
    }
}

fn refused(check: Check, (of, most, window): (&str, u32, Seconds), wait: Wait) -> Refusal {
    Refusal::new(check).with(format!("{most} of one {of} in {window} s"), "more").retry_after(wait.seconds())
}
