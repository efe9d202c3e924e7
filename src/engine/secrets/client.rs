//! Client secrets (RFC 6749 §2.3.1). Ours are 256 random bits: a digest is enough. One that a
//! person chose is argon2id (security row V4), paid once per process: after a success a MAC of it
//! under a key of this process is remembered.

use super::MAX_PASSWORD;
use super::argon::{self, Cost, Scratch};
use crate::base::clock::Seconds;
use crate::base::crypt::{MacKey, MasterKey};
use crate::base::rng::Rng;
use crate::base::secret::{Secret, constant_time_eq, sha256_b64};
use crate::domain::client::{SecretHash, StoredSecret};
use crate::protocol::refusal::Refusal;
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Chosen secrets remembered at the most (security row U4).
const MOST: usize = 1024;
/// Compared with for an unknown client, so that it takes as long as one with a digest.
const NO_DIGEST: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// MACs of chosen secrets that were right, by the id of their row.
pub(super) struct Remembered {
    key: MacKey,
    macs: Mutex<HashMap<String, Vec<u8>>>,
}

impl Remembered {
    pub(super) fn new(rng: &Rng) -> Self {
        // A key of this process alone: what is remembered means nothing in a core dump elsewhere.
        let key = MasterKey::generate(rng).mac_key("remembered client secrets");
        Self { key, macs: Mutex::default() }
    }

    /// Keeps that `presented` was right for this row.
    pub(super) fn remember(&self, secret: &StoredSecret, presented: &Secret) {
        let mac = self.mac(secret, presented);
        let mut macs = self.lock();
        if macs.len() >= MOST && !macs.contains_key(&secret.id) {
            let some = macs.keys().next().cloned();
            some.and_then(|id| macs.remove(&id));
        }
        macs.insert(secret.id.clone(), mac);
    }

    fn knows(&self, secret: &StoredSecret, presented: &Secret) -> bool {
        let mac = self.mac(secret, presented);
        self.lock().get(&secret.id).is_some_and(|known| constant_time_eq(known, &mac))
    }

    /// Over the stored hash too, so that a row with a new value is a new secret.
    fn mac(&self, secret: &StoredSecret, presented: &Secret) -> Vec<u8> {
        let digest = sha256_b64(presented.reveal().as_bytes());
        self.key.mac(format!("{}\n{}\n{digest}", secret.id, secret.value).as_bytes())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.macs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }
}

/// The answer without argon2, or `None` when only argon2 can give it. Every live secret is
/// compared, whichever matched before.
pub(super) fn check_fast(
    remembered: &Remembered,
    secrets: &[StoredSecret],
    presented: &Secret,
    now: Seconds,
) -> Option<bool> {
    let digest = sha256_b64(presented.reveal().as_bytes());
    let (mut matched, mut chosen) = (false, false);
    if secrets.is_empty() {
        black_box(constant_time_eq(digest.as_bytes(), NO_DIGEST.as_bytes()));
    }
    for secret in secrets.iter().filter(|secret| secret.is_live(now)) {
        match secret.hash {
            SecretHash::Digest => matched |= constant_time_eq(digest.as_bytes(), secret.value.as_bytes()),
            SecretHash::Argon2id => {
                chosen = true;
                matched |= remembered.knows(secret, presented);
            }
            // Proven by what it signs, never presented.
            SecretHash::Sealed => {}
        }
    }
    let undecided = chosen && !matched && presented.reveal().len() <= MAX_PASSWORD;
    (!undecided).then_some(matched)
}

/// The live secrets that only argon2 can compare.
pub(super) fn live_chosen(secrets: &[StoredSecret], now: Seconds) -> Vec<StoredSecret> {
    let chosen = |secret: &&StoredSecret| secret.hash == SecretHash::Argon2id && secret.is_live(now);
    secrets.iter().filter(chosen).cloned().collect()
}

/// Which of them `presented` is; all are computed.
pub(super) fn first_match(
    cost: &Cost,
    presented: &Secret,
    chosen: &[StoredSecret],
    scratch: &mut Scratch,
) -> Result<Option<usize>, Refusal> {
    let mut matched = None;
    for (index, secret) in chosen.iter().enumerate() {
        let verdict = argon::verify(cost, presented, Some(&secret.value), scratch)?;
        if verdict.matches {
            matched = matched.or(Some(index));
        }
    }
    Ok(matched)
}
