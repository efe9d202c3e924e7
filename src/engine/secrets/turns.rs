//! Turns at the hashing pool: one account from one network (or one client) has at most
//! [`AT_ONCE`] verifications under way. It cannot fill the queue for all, and many good sign-ins
//! of one account at the same moment do not count each other as guesses.

use crate::protocol::refusal::{Check, Refusal};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Under way at once for one key; below the free guesses of the throttle, and what the smallest
/// pool (one thread, a queue of two) takes.
const AT_ONCE: usize = 3;
/// Under way or waiting for one key.
const WAITING: usize = 128;
/// Keys at once.
const KEYS: usize = 4096;
/// The longest wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// When to come back after a turn did not come, seconds.
const COME_BACK: i64 = 2;

/// Who has or awaits a turn. Bounded by [`KEYS`]; an entry goes with its last turn.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Arc<Semaphore>>>);

/// A turn; it ends when dropped.
pub struct Turn {
    all: Arc<Turns>,
    key: String,
    gate: Option<Arc<Semaphore>>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    pub(super) async fn take(all: &Arc<Self>, key: &str) -> Result<Turn, Refusal> {
        let busy = || Refusal::new(Check::HashingBusy).retry_after(COME_BACK);
        let gate = all.gate(key).ok_or_else(busy)?;
        let mut turn =
            Turn { all: Arc::clone(all), key: key.to_owned(), gate: Some(Arc::clone(&gate)), permit: None };
        let permit = tokio::time::timeout(PATIENCE, gate.acquire_owned()).await;
        turn.permit = Some(permit.map_err(|_| busy())?.map_err(|_| busy())?);
        Ok(turn)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Semaphore>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gate(&self, key: &str) -> Option<Arc<Semaphore>> {
        let mut keys = self.lock();
        if let Some(gate) = keys.get(key) {
            // Each turn and each waiter counts two.
            return (Arc::strong_count(gate) <= WAITING.saturating_mul(2)).then(|| Arc::clone(gate));
        }
        if keys.len() >= KEYS {
            return None;
        }
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        keys.insert(key.to_owned(), Arc::clone(&gate));
        Some(gate)
    }

    #[cfg(test)]
    pub(super) fn keys(&self) -> usize {
        self.lock().len()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.permit = None;
        self.gate = None;
        let mut keys = self.all.lock();
        // Gates are handed out only under this lock, so a count of one is final.
        if keys.get(&self.key).is_some_and(|gate| Arc::strong_count(gate) == 1) {
            keys.remove(&self.key);
        }
    }
}
