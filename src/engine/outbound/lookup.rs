//! Looking names up. The system's own resolver is asked, which honours `/etc/hosts` and `resolv.conf` as
//! every other program here does; it blocks, for minutes where a name server is slow. So each lookup has a
//! thread of its own instead of one that the database may need, and keeps its place among those of its
//! class until the system is done with it, also when nobody waits for it any more: there are never
//! more such threads than places.

use super::OutboundError;
use super::address::is_local;
use super::is_public;
use super::places::{Place, Places};
use crate::base::clock::Tick;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long the addresses of our own name count.
const OWN_FRESH: Duration = Duration::from_secs(300);
/// When they are looked up again after a failure; what was known before counts meanwhile.
const OWN_FAILED: Duration = Duration::from_secs(60);

/// Resolves once and refuses the name if any of its addresses may not be reached; the connection goes to
/// one of the addresses returned here and to no other, so a second answer of the DNS has no say.
#[derive(Clone)]
pub(super) struct Guarded {
    pub own: Arc<Own>,
    /// Whether private networks and this machine may be reached, too.
    pub local: bool,
    /// Whether a stranger chose the name: then what our own name leads to is refused as well. Apps of the
    /// operator's own commonly stand behind the same address as this server.
    pub strange: bool,
    pub lookups: Places,
}

impl Guarded {
    /// The addresses of `host`, a name or a literal address, if all of them may be reached.
    async fn addresses(self, host: String) -> Result<Vec<SocketAddr>, OutboundError> {
        let place = self.lookups.enter(&host)?;
        let local = self.local;
        let (found, named) = beside(place, move || {
            let named = if self.strange { self.own.of_name() } else { Vec::new() };
            (look_up(&host).map(|found| (found, self)), named)
        })
        .await?;
        let (found, guarded) = found.map_err(|_| OutboundError::Unreachable)?;
        let may = |ip| may_reach(ip, &guarded.own.listening, local);
        let may = |ip| may(ip) && may_reach(ip, &named, local);
        if found.iter().all(|at| may(at.ip())) { Ok(found) } else { Err(OutboundError::AddressRefused) }
    }

    /// A literal address, which no resolver sees, of a URL that a stranger chose.
    pub async fn check(self, literal: IpAddr) -> Result<(), OutboundError> {
        self.addresses(literal.to_string()).await.map(drop)
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.clone().addresses(name.as_str().to_owned());
        Box::pin(async move { Ok::<Addrs, _>(Box::new(found.await?.into_iter())) })
    }
}

/// Whether a call may go there.
pub(super) fn may_reach(ip: IpAddr, own: &[IpAddr], local: bool) -> bool {
    (is_public(ip) && !own.contains(&ip)) || (local && is_local(ip))
}

fn look_up(host: &str) -> io::Result<Vec<SocketAddr>> {
    Ok((host, 0).to_socket_addrs()?.collect())
}

/// What `work` finds, on a thread that holds `place` until it is over.
pub(super) async fn beside<T: Send + 'static>(
    place: Place,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, OutboundError> {
    let (tell, told) = oneshot::channel();
    let run = move || {
        let found = work();
        drop(place);
        // Whoever asked may have given up.
        let _gone = tell.send(found);
    };
    let begun = std::thread::Builder::new().name("lookup".to_owned()).spawn(run);
    begun.map_err(|_| OutboundError::Busy)?;
    told.await.map_err(|_| OutboundError::Unreachable)
}

/// The addresses of this server.
#[derive(Default)]
pub(super) struct Own {
    /// Where it listens.
    pub listening: Vec<IpAddr>,
    /// Under which name it is known: the host of the issuer.
    pub name: Option<String>,
    named: Mutex<Named>,
}

/// What our name led to when it was looked up.
#[derive(Default)]
struct Named {
    addresses: Vec<IpAddr>,
    looked_up: Option<(Tick, Duration)>,
}

impl Own {
    pub fn new(listening: &[IpAddr], name: Option<String>) -> Self {
        Self { listening: listening.to_vec(), name, named: Mutex::default() }
    }

    /// What our name leads to, looked up now and then; blocks. Those who need it at once wait for one answer.
    pub fn of_name(&self) -> Vec<IpAddr> {
        let Some(name) = &self.name else { return Vec::new() };
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if named.looked_up.is_none_or(|(at, life)| at.elapsed() >= life) {
            let found = look_up(name).map(|found| found.iter().map(SocketAddr::ip).collect());
            let life = if found.is_ok() { OWN_FRESH } else { OWN_FAILED };
            named.looked_up = Some((Tick::now(), life));
            named.addresses = found.unwrap_or_else(|_| std::mem::take(&mut named.addresses));
        }
        named.addresses.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::places::MOST_IN_FLIGHT;
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Instant;

    fn guarded(own: Own) -> Guarded {
        Guarded { own: Arc::new(own), local: true, strange: true, lookups: Places::default() }
    }

    #[test]
    fn sec_k3_a_lookup_needs_no_thread_that_the_database_may_need() {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.max_blocking_threads(1).enable_all().build().expect("a runtime");
        let (release, held) = channel::<()>();
        let taken = runtime.spawn_blocking(move || held.recv());
        let found = runtime.block_on(async {
            let looking = guarded(Own::default()).addresses("localhost".to_owned());
            tokio::time::timeout(Duration::from_secs(30), looking).await
        });
        assert!(found.expect("in its time").is_ok_and(|found| !found.is_empty()));
        drop(release);
        let _ended = runtime.block_on(taken);
    }

    #[test]
    fn sec_k3_a_lookup_that_was_given_up_keeps_its_place_until_it_is_over() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let places = Places::default();
        let mut releases = Vec::new();
        for n in 0..MOST_IN_FLIGHT {
            let (release, held) = channel::<()>();
            releases.push(release);
            let place = places.enter(&format!("{n}.example")).ok().expect("a place");
            let looking = beside(place, move || held.recv().is_ok());
            let given_up = async { tokio::time::timeout(Duration::ZERO, looking).await };
            let given_up = runtime.block_on(given_up);
            assert!(given_up.is_err());
        }
        assert!(matches!(places.enter("one.more.example"), Err(OutboundError::Busy)));
        drop(releases);
        let deadline = Instant::now() + Duration::from_secs(30);
        while !places.is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(places.enter("one.more.example").is_ok());
    }

    #[test]
    fn sec_k1_our_own_name_is_looked_up_and_kept() {
        let own = Own::new(&[], Some("localhost".to_owned()));
        let found = own.of_name();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
        own.named.lock().expect("no poison").addresses.clear();
        assert!(own.of_name().is_empty(), "not again so soon");
        own.named.lock().expect("no poison").looked_up = Some((Tick::now(), Duration::ZERO));
        assert_eq!(own.of_name(), found);
        // What cannot be looked up now is what it was.
        let mut gone = Own::new(&[], Some("..".to_owned()));
        gone.named = Mutex::new(Named { addresses: found.clone(), looked_up: None });
        assert_eq!(gone.of_name(), found);
        assert!(Own::default().of_name().is_empty());
    }
}
