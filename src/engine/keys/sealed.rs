//! Small secrets that must be known again, sealed under the master key of the ring, each for its own row.

use super::ring::KeyRing;
use crate::base::rng::Rng;
use zeroize::Zeroizing;

impl KeyRing {
    /// What to store for the row named by `row`; `None` only when sealing fails.
    pub fn seal(&self, rng: &Rng, row: &str, plain: &[u8]) -> Option<String> {
        self.0.setup.master.seal(rng, row, plain)
    }

    /// What was sealed for this row; `None` when it does not open there.
    pub fn open(&self, row: &str, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.0.setup.master.open(row, sealed).ok()
    }
}
