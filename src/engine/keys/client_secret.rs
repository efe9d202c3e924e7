//! Client secrets that must be known in the clear, because assertions are signed under them
//! (`client_secret_jwt`, RFC 7518 §3.2): sealed under the master key, each for its own row.

use super::ring::KeyRing;
use crate::base::clock::Seconds;
use crate::base::crypt::MasterKey;
use crate::base::rng::Rng;
use crate::base::secret::Secret;
use crate::domain::client::{SecretHash, StoredSecret};

/// Seals and opens them; it cannot be printed.
#[derive(Clone)]
pub struct SecretSealer(MasterKey);

impl SecretSealer {
    /// Under this master key.
    pub fn new(master: MasterKey) -> Self {
        Self(master)
    }

    /// What to store in the row `id`; `None` only when sealing fails.
    pub fn seal(&self, rng: &Rng, id: &str, secret: &str) -> Option<String> {
        self.0.seal(rng, &row(id), secret.as_bytes())
    }

    /// The secret of a row that is kept sealed; `None` for others, or when it does not open there.
    pub fn open(&self, secret: &StoredSecret) -> Option<Secret> {
        if secret.hash != SecretHash::Sealed {
            return None;
        }
        let plain = self.0.open(&row(&secret.id), &secret.value).ok()?;
        std::str::from_utf8(&plain).ok().map(Secret::new)
    }

    /// Whether `presented` is one of those that are sealed and have not ended at `now`.
    pub fn knows(&self, secrets: &[StoredSecret], presented: &Secret, now: Seconds) -> bool {
        let live = secrets.iter().filter(|secret| secret.is_live(now));
        live.filter_map(|secret| self.open(secret)).any(|secret| secret.matches(presented))
    }
}

impl KeyRing {
    /// For client secrets, under the master key of the ring.
    pub fn sealer(&self) -> SecretSealer {
        SecretSealer::new(self.0.setup.master.clone())
    }
}

fn row(id: &str) -> String {
    format!("client_secrets/{id}/value")
}
