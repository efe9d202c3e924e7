//! The counters of one node.

use super::{Take, Wait};
use std::collections::HashMap;

/// Names at once; beyond it those that have all of theirs back make room, and then new names are not counted apart.
const MOST: usize = 200_000;

/// By name: when all of it will have come back, microseconds.
#[derive(Default)]
pub(super) struct Memory {
    full_at: HashMap<String, i64>,
    /// No sweep before, microseconds: looking through all of them for each request would be a gift to who floods.
    swept_at: i64,
}

impl Memory {
    pub(super) fn take(&mut self, takes: &[Take], now: i64) -> Result<(), Wait> {
        let mut taken = Vec::new();
        for (which, take) in takes.iter().enumerate() {
            // No count reaches that far: the clock was set back, which must hold nobody up.
            let strange = now.saturating_add(take.window_micros().saturating_mul(2));
            let known = self
                .full_at
                .get(&take.name)
                .copied()
                .filter(|at| (now..=strange).contains(at))
                .unwrap_or(now);
            let wait = take.wait(known, now);
            if wait > 0 {
                return Err(Wait { which, micros: wait });
            }
            taken.push(known.saturating_add(take.each()));
        }
        for (take, full_at) in takes.iter().zip(taken) {
            if let Some(known) = self.full_at.get_mut(&take.name) {
                *known = full_at;
            } else if self.has_room(now) {
                self.full_at.insert(take.name.clone(), full_at);
            }
        }
        Ok(())
    }

    fn has_room(&mut self, now: i64) -> bool {
        if self.full_at.len() >= MOST && now.saturating_sub(self.swept_at).abs() >= 1_000_000 {
            self.swept_at = now;
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        self.full_at.len() < MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(name: &str, most: u32) -> Take {
        Take { name: name.to_owned(), most, window: 60 }
    }

    const SECOND: i64 = 1_000_000;

    #[test]
    fn sec_u4_each_name_has_so_much_and_it_comes_back() {
        let mut all = Memory::default();
        let (both, one) = ([take("app", 3), take("token", 5)], [take("token", 5)]);
        assert_eq!((0..9).filter(|_| all.take(&both, 0).is_ok()).count(), 3);
        assert_eq!(all.take(&both, 0), Err(Wait { which: 0, micros: 20 * SECOND }));
        // What was refused was not counted, neither for the app nor for its token.
        assert_eq!((0..9).filter(|_| all.take(&one, 0).is_ok()).count(), 2);
        assert_eq!(
            all.take(&[take("other", 3), take("token", 5)], 0),
            Err(Wait { which: 1, micros: 12 * SECOND })
        );
        assert!(all.take(&one, 12 * SECOND - 1).is_err() && all.take(&one, 12 * SECOND).is_ok());
        assert_eq!((0..9).filter(|_| all.take(&both, 200 * SECOND).is_ok()).count(), 3, "all of it");
        assert_eq!(
            (0..9).filter(|_| all.take(&one, 190 * SECOND).is_ok()).count(),
            1,
            "the clock was set back a little"
        );
        assert_eq!((0..9).filter(|_| all.take(&one, 0).is_ok()).count(), 5, "or far");
        assert_eq!(Wait { which: 0, micros: 1 }.seconds(), 1);
        assert_eq!(Wait { which: 0, micros: 12 * SECOND }.seconds(), 12);
    }

    #[test]
    fn sec_u4_the_names_are_bounded() {
        let mut all = Memory::default();
        for n in 0..MOST + 10 {
            assert!(all.take(&[take(&n.to_string(), 3)], SECOND).is_ok());
        }
        assert_eq!(all.full_at.len(), MOST);
        assert!(all.take(&[take("0", 3)], SECOND).is_ok() && all.take(&[take("0", 3)], SECOND).is_ok());
        assert!(all.take(&[take("0", 3)], SECOND).is_err(), "who is known is counted on");
        assert!(all.take(&[take("new", 3)], 100 * SECOND).is_ok());
        assert_eq!(all.full_at.len(), 1, "what came back is forgotten");
    }
}
