//! When a delivery that failed is tried again: after 5 s, then ever later, at the most every ten minutes,
//! and never all at once.

use crate::base::clock::Seconds;
use crate::base::rng::Rng;

/// The first pause, seconds.
const FIRST: Seconds = 5;
/// The longest pause, seconds.
const LONGEST: Seconds = 600;

/// The pause after so many tries, seconds: three to five quarters of 5, 10, 20 ... 600, by chance.
pub(super) fn pause(attempts: i64, rng: &Rng) -> Seconds {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 16)).unwrap_or(16);
    let full = FIRST.saturating_mul(1_i64 << doublings).min(LONGEST);
    let quarters = full.saturating_mul(75 + i64::from(rng.percent()) / 2);
    (quarters / 100).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_below_their_bounds() {
        let rng = Rng::seeded(3);
        let mut bases = vec![];
        for attempts in 1..40 {
            let full = [5, 10, 20, 40, 80, 160, 320].get(attempts - 1).copied().unwrap_or(600);
            for _ in 0..50 {
                let pause = pause(i64::try_from(attempts).unwrap(), &rng);
                assert!(pause >= full * 3 / 4 && pause <= full * 5 / 4, "{attempts}: {pause}");
            }
            bases.push(full);
        }
        assert!(bases.is_sorted() && bases.iter().sum::<i64>() > 4 * 3600);
        assert!((0..).contains(&pause(0, &rng)) && pause(i64::MAX, &rng) <= 750);
    }

    #[test]
    fn two_that_failed_together_do_not_come_back_together() {
        let rng = Rng::seeded(4);
        let all: std::collections::BTreeSet<Seconds> = (0..100).map(|_| pause(20, &rng)).collect();
        assert!(all.len() > 10, "{all:?}");
    }
}
