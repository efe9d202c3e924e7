//! How many sign-ins were begun lately by people who are not signed in, from each network and in all.
//! Each is a row that waits for half an hour, and anybody can ask for one: this bounds how many.
//! Counted in the memory of each node, over the last ten minutes.
//!
//! The limit on all must not shut out everybody because of a few: when it is reached, only networks that have
//! begun [`HANDFUL`] or more are refused, and those for which there is no more room to count them apart.

use super::network::Network;
use crate::base::clock::Seconds;
use crate::protocol::refusal::{Check, Refusal};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Over how long it is counted, seconds.
const WINDOW: Seconds = 600;
/// Networks counted apart at the most, an IPv6 site beside each of its networks.
const MOST_NETWORKS: usize = 100_000;
/// When to come back, seconds: a tenth of what was counted is forgotten by then.
const COME_BACK: Seconds = WINDOW / 10;
/// What a network may still begin in a window when the limit on all is reached.
const HANDFUL: u32 = 20;

/// What is allowed in a window; 0 is no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// From one network: an IPv4 address or an IPv6 /64; from an IPv6 /48 eight times that.
    pub per_network: u32,
    /// From all of them, beyond the first [`HANDFUL`] of each.
    pub total: u32,
}

/// The counts of this node; cheap to clone.
#[derive(Clone, Default)]
pub struct Begun(Arc<Mutex<Counts>>);

/// Two windows, of which the older one fades: what slides over both is the last ten minutes.
#[derive(Default)]
struct Counts {
    window: Seconds,
    now: Count,
    before: Count,
}

#[derive(Default)]
struct Count {
    total: u32,
    of: HashMap<Network, u32>,
}

impl Begun {
    /// Counts one more from `ip`. A loopback address is this machine's own: a proxy that is not named,
    /// a developer, a benchmark.
    ///
    /// `clock` is read while nobody else counts, so that readings arrive in their order: an older one
    /// must not turn the window back.
    ///
    /// # Errors
    /// [`Check::RateLimited`]; then nothing was counted.
    pub fn admit(&self, ip: IpAddr, limits: Limits, clock: impl FnOnce() -> Seconds) -> Result<(), Refusal> {
        if ip.to_canonical().is_loopback() {
            return Ok(());
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.admit(Network::from(ip), limits, clock()) {
            return Ok(());
        }
        drop(counts);
        let limit =
            format!("{} from one network, {} in all, in {WINDOW} s", limits.per_network, limits.total);
        Err(Refusal::new(Check::RateLimited).with(limit, "more").retry_after(COME_BACK))
    }
}

impl Counts {
    fn admit(&mut self, network: Network, limits: Limits, now: Seconds) -> bool {
        let now = self.turn(now);
        let left = WINDOW - now.rem_euclid(WINDOW);
        // Rounded up, so that a limit is not passed at the edge between two windows.
        let sum = |now: u32, before: u32| i64::from(now) + (i64::from(before) * left + WINDOW - 1) / WINDOW;
        let reaches = |sum: i64, limit: u32| limit > 0 && sum >= i64::from(limit);
        let all_full = reaches(sum(self.now.total, self.before.total), limits.total);
        let counted = [(Some(network), 1), (network.site(), Network::SITE)];
        for (network, times) in counted.iter().filter_map(|(network, times)| Some(((*network)?, times))) {
            let begun = sum(self.now.of(network), self.before.of(network));
            if reaches(begun, limits.per_network.saturating_mul(*times))
                || all_full && (reaches(begun, HANDFUL.saturating_mul(*times)) || !self.now.has_room(network))
            {
                return false;
            }
        }
        self.now.total = self.now.total.saturating_add(1);
        for network in counted.iter().filter_map(|(network, _)| *network) {
            if self.now.has_room(network) {
                let count = self.now.of.entry(network).or_default();
                *count = count.saturating_add(1);
            }
        }
        true
    }

    /// Turns to the window of `now`; the time to count at.
    fn turn(&mut self, now: Seconds) -> Seconds {
        let window = now.div_euclid(WINDOW);
        if window == self.window.saturating_sub(1) {
            // A clock was set back over the edge: counting goes on where it was.
            return self.window.saturating_mul(WINDOW);
        }
        if window != self.window {
            let last = std::mem::take(&mut self.now);
            // Also after a clock was set far back: what it counted lies in no known time.
            self.before = if window == self.window.saturating_add(1) { last } else { Count::default() };
            self.window = window;
        }
        now
    }
}

impl Count {
    fn of(&self, network: Network) -> u32 {
        self.of.get(&network).copied().unwrap_or_default()
    }

    /// Whether this network is counted apart.
    fn has_room(&self, network: Network) -> bool {
        self.of.len() < MOST_NETWORKS || self.of.contains_key(&network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { per_network: 4, total: 0 };

    fn admitted(begun: &Begun, ip: &str, now: Seconds, tries: usize) -> usize {
        (0..tries).filter(|_| begun.admit(ip.parse().unwrap(), LIMITS, || now).is_ok()).count()
    }

    #[test]
    fn each_network_has_its_share() {
        let begun = Begun::default();
        assert_eq!(admitted(&begun, "203.0.113.9", 6000, 9), 4);
        assert_eq!(admitted(&begun, "::ffff:203.0.113.9", 6001, 9), 0, "the same in another spelling");
        assert_eq!(admitted(&begun, "127.0.0.1", 6001, 50), 50);
        assert_eq!(admitted(&begun, "::1", 6001, 50), 50);
        let refused = begun.admit("203.0.113.9".parse().unwrap(), LIMITS, || 6003).unwrap_err();
        assert_eq!((refused.check, refused.retry_after), (Check::RateLimited, Some(60)));
    }

    #[test]
    fn a_full_total_refuses_those_who_filled_it_and_nobody_else() {
        let begun = Begun::default();
        let limits = Limits { per_network: 1000, total: 100 };
        let admitted = |ip: &str, tries: usize| {
            (0..tries).filter(|_| begun.admit(ip.parse().unwrap(), limits, || 6000).is_ok()).count()
        };
        assert_eq!(admitted("198.51.100.7", 300), 100);
        for ip in ["203.0.113.9", "203.0.113.10", "2001:db8::1"] {
            assert_eq!(admitted(ip, 50), 20, "{ip}");
        }
        // Of an IPv6 site as much as of eight networks, however many it has.
        let site: usize = (1..40).map(|n| admitted(&format!("2001:db8:0:{n:x}::1"), 50)).sum();
        assert_eq!(site, 20 * 7);
        assert_eq!(admitted("2001:db8:1::1", 50), 20, "another site");
    }

    #[test]
    fn where_no_network_can_be_counted_apart_any_more_the_total_holds() {
        let begun = Begun::default();
        let limits = Limits { per_network: 0, total: 100_001 };
        let from =
            |n: u32| begun.admit(IpAddr::from((0x0a00_0000 + n).to_be_bytes()), limits, || 6000).is_ok();
        assert!((0..100_001).all(from));
        assert!(!from(100_002), "nobody would count this one");
        assert!(from(7), "this one is counted");
    }

    #[test]
    fn an_ipv6_network_is_one_however_many_addresses_it_has() {
        let begun = Begun::default();
        let tries = (0..9).filter(|n| admitted(&begun, &format!("2001:db8::{n}"), 6000, 1) == 1);
        assert_eq!(tries.count(), 4);
        let site = (1..20).map(|n| admitted(&begun, &format!("2001:db8:0:{n:x}::1"), 6000, 9));
        assert_eq!(site.sum::<usize>(), 4 * 7, "eight networks of a site");
        assert_eq!(admitted(&begun, "2001:db8:1::1", 6000, 9), 4);
    }

    #[test]
    fn the_window_slides_and_is_never_passed_at_its_edge() {
        let begun = Begun::default();
        assert_eq!(admitted(&begun, "203.0.113.9", 6599, 9), 4);
        assert_eq!(admitted(&begun, "203.0.113.9", 6600, 9), 0);
        assert_eq!(admitted(&begun, "203.0.113.9", 6749, 9), 0);
        assert_eq!(admitted(&begun, "203.0.113.9", 6750, 9), 1);
        assert_eq!(admitted(&begun, "203.0.113.9", 6900, 9), 1);
        assert_eq!(admitted(&begun, "203.0.113.9", 9000, 9), 4, "long after");
        assert_eq!(admitted(&begun, "203.0.113.9", 600, 9), 4, "a clock that was set back");
    }

    #[test]
    fn nothing_is_forgotten_when_a_clock_steps_back_over_the_edge() {
        let begun = Begun::default();
        assert_eq!(admitted(&begun, "203.0.113.9", 6599, 3), 3);
        assert_eq!(admitted(&begun, "203.0.113.9", 6600, 1), 1);
        assert_eq!(admitted(&begun, "203.0.113.9", 6599, 9), 0);
        assert_eq!(admitted(&begun, "203.0.113.9", 6600, 9), 0);
    }

    #[test]
    fn the_clock_is_read_by_one_at_a_time() {
        let begun = Begun::default();
        let read = || {
            assert!(begun.0.try_lock().is_err(), "another one could count between");
            6000
        };
        begun.admit("203.0.113.9".parse().unwrap(), LIMITS, read).unwrap();
    }

    #[test]
    fn zero_is_no_limit() {
        let begun = Begun::default();
        let none = Limits { per_network: 0, total: 0 };
        assert!((0..100).all(|_| begun.admit("203.0.113.9".parse().unwrap(), none, || 6000).is_ok()));
    }
}
