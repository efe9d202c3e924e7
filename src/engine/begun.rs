//! How many sign-ins were begun lately by people who are not signed in, from each network and in all.
//! Each is a row that waits for half an hour, and anybody can ask for one: this bounds how many.
//! Counted in the memory of each node, over the last ten minutes.

use super::network::Network;
use crate::base::clock::Seconds;
use crate::protocol::refusal::{Check, Refusal};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Over how long it is counted, seconds.
const WINDOW: Seconds = 600;
/// Networks counted apart at the most; others count in all only.
const MOST_NETWORKS: usize = 100_000;
/// When to come back, seconds: a tenth of what was counted is forgotten by then.
const COME_BACK: Seconds = WINDOW / 10;

/// What is allowed in a window; 0 is no limit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From one network.
    pub per_network: u32,
    /// From all of them.
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
    /// # Errors
    /// [`Check::RateLimited`]; then nothing was counted.
    pub fn admit(&self, ip: IpAddr, limits: Limits, now: Seconds) -> Result<(), Refusal> {
        if ip.to_canonical().is_loopback() {
            return Ok(());
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.admit(Network::from(ip), limits, now) {
            return Ok(());
        }
        let limit =
            format!("{} from one network, {} in all, in {WINDOW} s", limits.per_network, limits.total);
        Err(Refusal::new(Check::RateLimited).with(limit, "more").retry_after(COME_BACK))
    }
}

impl Counts {
    fn admit(&mut self, network: Network, limits: Limits, now: Seconds) -> bool {
        self.turn(now.div_euclid(WINDOW));
        let left = WINDOW - now.rem_euclid(WINDOW);
        let of = |count: &Count| count.of.get(&network).copied().unwrap_or_default();
        let full = |limit: u32, now: u32, before: u32| {
            // Rounded up, so that a limit is not passed at the edge between two windows.
            let faded = (i64::from(before) * left + WINDOW - 1) / WINDOW;
            limit > 0 && i64::from(now) + faded >= i64::from(limit)
        };
        if full(limits.per_network, of(&self.now), of(&self.before))
            || full(limits.total, self.now.total, self.before.total)
        {
            return false;
        }
        self.now.total = self.now.total.saturating_add(1);
        if self.now.of.len() < MOST_NETWORKS || self.now.of.contains_key(&network) {
            let count = self.now.of.entry(network).or_default();
            *count = count.saturating_add(1);
        }
        true
    }

    fn turn(&mut self, window: Seconds) {
        if window == self.window {
            return;
        }
        let last = std::mem::take(&mut self.now);
        // Also after a clock was set back: what it counted lies in no known time.
        self.before = if window == self.window.saturating_add(1) { last } else { Count::default() };
        self.window = window;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { per_network: 4, total: 6 };

    fn admitted(begun: &Begun, ip: &str, now: Seconds, tries: usize) -> usize {
        (0..tries).filter(|_| begun.admit(ip.parse().unwrap(), LIMITS, now).is_ok()).count()
    }

    #[test]
    fn each_network_has_its_share_and_all_have_theirs() {
        let begun = Begun::default();
        assert_eq!(admitted(&begun, "203.0.113.9", 6000, 9), 4);
        assert_eq!(admitted(&begun, "::ffff:203.0.113.9", 6001, 9), 0, "the same in another spelling");
        assert_eq!(admitted(&begun, "127.0.0.1", 6001, 50), 50);
        assert_eq!(admitted(&begun, "::1", 6001, 50), 50);
        assert_eq!(admitted(&begun, "2001:db8::1", 6002, 1), 1);
        assert_eq!(admitted(&begun, "2001:db8::2", 6002, 9), 1, "in all");
        let refused = begun.admit("198.51.100.1".parse().unwrap(), LIMITS, 6003).unwrap_err();
        assert_eq!((refused.check, refused.retry_after), (Check::RateLimited, Some(60)));
    }

    #[test]
    fn an_ipv6_network_is_one_however_many_addresses_it_has() {
        let begun = Begun::default();
        let tries = (0..9).filter(|n| admitted(&begun, &format!("2001:db8::{n}"), 6000, 1) == 1);
        assert_eq!(tries.count(), 4);
        assert_eq!(admitted(&begun, "2001:db8:0:1::1", 6000, 9), 2);
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
    fn zero_is_no_limit() {
        let begun = Begun::default();
        let none = Limits { per_network: 0, total: 0 };
        assert!((0..100).all(|_| begun.admit("203.0.113.9".parse().unwrap(), none, 6000).is_ok()));
    }
}
