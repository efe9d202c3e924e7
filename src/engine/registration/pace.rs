//! How often holders of initial access tokens have work done for them: changes of the apps they registered,
//! which every node reads again, and documents of sectors, which are fetched. An app may have as much of
//! it as a network has in open mode, and all apps of a token as much as all networks. Counted in the memory
//! of each node; what was used comes back bit by bit within ten minutes.

use crate::base::clock::Seconds;
use crate::engine::begun::Limits;
use crate::protocol::refusal::{Check, Refusal};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Within how long all comes back, milliseconds.
const WINDOW_MS: i64 = 600_000;
/// Apps and tokens counted at the most.
const MOST: usize = 10_000;

/// By app or token: when all of it will have come back, milliseconds since 1970. Cheap to clone.
#[derive(Clone, Default)]
pub struct Pace(Arc<Mutex<HashMap<String, i64>>>);

impl Pace {
    /// Takes one for the holder of `token`, about the app `client` if it is there already.
    ///
    /// # Errors
    /// [`Check::RateLimited`]; then nothing was counted.
    pub fn admit(
        &self,
        (token, client): (&str, Option<&str>),
        limits: Limits,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let wanted =
            [(Some(("token", token)), limits.total), (client.map(|id| ("app", id)), limits.per_network)];
        let wanted = wanted.into_iter().filter(|(_, limit)| *limit > 0);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Vec::new();
        for (of, limit) in wanted.filter_map(|(of, limit)| Some((of?, limit))) {
            let name = format!("{} {}", of.0, of.1);
            let each = WINDOW_MS / i64::from(limit);
            // A clock that was set back must not hold anybody up for longer than a window.
            let known = all
                .get(&name)
                .map_or(now_ms, |until| (*until).clamp(now_ms, now_ms.saturating_add(WINDOW_MS)));
            let until = known.saturating_add(each);
            let wait = until.saturating_sub(now_ms.saturating_add(WINDOW_MS));
            if wait > 0 {
                return Err(refused(of.0, limit, wait));
            }
            taken.push((name, until));
        }
        if all.len().saturating_add(taken.len()) > MOST {
            all.retain(|_, until| *until > now_ms);
        }
        if all.len().saturating_add(taken.len()) > MOST {
            return Err(refused("server", u32::try_from(MOST).unwrap_or(u32::MAX), WINDOW_MS / 10));
        }
        all.extend(taken);
        Ok(())
    }
}

fn refused(of: &str, limit: u32, wait_ms: i64) -> Refusal {
    let limit = format!("{limit} of one {of} in {} s", WINDOW_MS / 1000);
    let seconds: Seconds = wait_ms.saturating_add(999) / 1000;
    Refusal::new(Check::RateLimited).with(limit, "more").retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { per_network: 3, total: 5 };

    #[test]
    fn sec_u4_each_app_and_each_token_has_so_much_and_it_comes_back() {
        let pace = Pace::default();
        let take =
            |token: &str, client: Option<&str>, at: i64| pace.admit((token, client), LIMITS, at).is_ok();
        assert_eq!((0..9).filter(|_| take("t", Some("a"), 0)).count(), 3);
        // What was refused was not counted, neither for the app nor for its token.
        assert_eq!((0..9).filter(|_| take("t", Some("b"), 0)).count(), 2);
        assert!(!take("t", None, 0) && take("u", None, 0), "another token");
        assert!(!take("t", Some("a"), 119_999), "the token has nothing left");
        assert!(take("t", Some("c"), 120_000) && !take("t", Some("c"), 120_000));
        assert_eq!((0..9).filter(|_| take("t", Some("a"), 1_200_000)).count(), 3, "all of it");
        assert_eq!((0..9).filter(|_| take("t", Some("d"), 0)).count(), 0, "a clock that was set back");
        let refused = pace.admit(("t", None), LIMITS, 0).unwrap_err();
        assert_eq!((refused.check, refused.retry_after), (Check::RateLimited, Some(120)));
    }

    #[test]
    fn sec_u4_the_counts_are_bounded_and_zero_is_no_limit() {
        let pace = Pace::default();
        let take = |n: usize, at: i64| pace.admit((&format!("t{n}"), None), LIMITS, at).is_ok();
        assert!((0..MOST).all(|n| take(n, 0)));
        assert!(!take(MOST, 0));
        assert!(take(MOST, WINDOW_MS), "what came back is forgotten");
        assert_eq!(pace.0.lock().unwrap().len(), 1);
        let none = Limits { per_network: 0, total: 0 };
        assert!((0..100).all(|_| pace.admit(("x", Some("y")), none, 0).is_ok()));
    }
}
