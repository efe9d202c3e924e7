//! Passwords and client secrets: argon2id (RFC 9106) on a bounded pool of its own, so that neither
//! the web workers nor the database wait for it. Invariants: whoever asks gets the same work done
//! whether or not the account exists (security row C1), a password is taken byte for byte (C5),
//! and no comparison ends early.

mod argon;
mod client;
mod imported;
mod pool;
mod turns;

#[cfg(test)]
mod tests;

pub use argon::Verdict;
pub use imported::normal as imported_hash;
pub use turns::Turn;

use crate::base::clock::{Seconds, Tick};
use crate::base::rng::Rng;
use crate::base::secret::Secret;
use crate::domain::client::StoredSecret;
use crate::protocol::refusal::{Check, Refusal};
use argon::{Cost, Scratch};
use client::Remembered;
use pool::Pool;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use turns::Turns;

/// The longest password, bytes (security row C5).
pub const MAX_PASSWORD: usize = 1024;
/// A thread gives its memory back when it had nothing to do for this long.
const IDLE: Duration = Duration::from_secs(5);
/// No imported hash is waited for longer, however busy the machine was when one was measured.
const LONGEST_IMPORTED: Duration = Duration::from_secs(2);

/// What hashing costs and how much of it may happen at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordSettings {
    /// Memory for one hash, KiB.
    pub memory_kib: u32,
    /// Rounds.
    pub iterations: u32,
    /// Lanes (computed one after the other).
    pub parallelism: u32,
    /// Threads that hash; 0 = one per core.
    pub threads: usize,
    /// Passwords that may wait for a thread; 0 = twice the cores.
    pub queue: usize,
}

/// Why the pool could not be started.
#[derive(Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// Hashes and verifies. One per process; cheap to clone; its threads end with the last clone.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    cost: Cost,
    rng: Rng,
    pool: Pool,
    turns: Arc<Turns>,
    remembered: Remembered,
    /// A wrong password is told no sooner than this after it came, microseconds: what the slowest imported hash
    /// takes here, and some. 0 where there are none.
    told_after: AtomicU64,
}

impl Passwords {
    /// Starts the threads. They take memory only when there is something to hash.
    ///
    /// # Errors
    /// When the parameters are not argon2's, or a thread cannot be started.
    pub fn start(settings: &PasswordSettings, rng: &Rng) -> Result<Self, StartError> {
        let cost =
            Cost::new(settings.memory_kib, settings.iterations, settings.parallelism).map_err(StartError)?;
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = if settings.threads == 0 { cores } else { settings.threads };
        let queue = if settings.queue == 0 { cores.saturating_mul(2) } else { settings.queue };
        let pool = Pool::start(threads, queue, IDLE).map_err(|error| StartError(error.to_string()))?;
        let remembered = Remembered::new(rng);
        Ok(Self(Arc::new(Inner {
            cost,
            rng: rng.clone(),
            pool,
            turns: Arc::default(),
            remembered,
            told_after: AtomicU64::default(),
        })))
    }

    /// Imported hashes may take as long as this: from now on every wrong password, of whatever account or none,
    /// is told after a fixed time that is longer (security row C1). Waiting costs no work. It only ever rises.
    pub fn equalise(&self, imported: Duration) {
        let longest = imported.max(self.0.cost.usual()).min(LONGEST_IMPORTED);
        let with_room = longest.saturating_add(longest / 4).saturating_add(Duration::from_millis(5));
        let micros = u64::try_from(with_room.as_micros()).unwrap_or(u64::MAX);
        self.0.told_after.fetch_max(micros, Ordering::Relaxed);
    }

    /// How long a wrong password takes to be told at the least; zero without imported hashes.
    pub fn told_after(&self) -> Duration {
        Duration::from_micros(self.0.told_after.load(Ordering::Relaxed))
    }

    /// How long one verification of `stored` takes here, in the caller's thread.
    pub fn measure(&self, stored: &str) -> Duration {
        let tick = Tick::now();
        let _verdict =
            argon::verify(&self.0.cost, &Secret::new("measured"), Some(stored), &mut Scratch::default());
        tick.elapsed()
    }

    /// The PHC text to store for a new password. Check it against the policy
    /// ([`crate::engine::passwords`]) first.
    ///
    /// # Errors
    /// [`Check::PasswordTooLong`], or [`Check::HashingBusy`] when too many wait.
    pub async fn hash(&self, password: &Secret) -> Result<String, Refusal> {
        within_limit(password)?;
        let (cost, salt, password) = (self.0.cost.clone(), self.0.rng.bytes(), password.clone());
        self.0.pool.run(move |scratch| argon::hash(&cost, &salt, &password, scratch)).await?
    }

    /// [`Passwords::hash`] for commands, in the caller's thread.
    ///
    /// # Errors
    /// As [`Passwords::hash`].
    pub fn hash_blocking(&self, password: &Secret) -> Result<String, Refusal> {
        within_limit(password)?;
        argon::hash(&self.0.cost, &self.0.rng.bytes(), password, &mut Scratch::default())
    }

    /// Whether `password` is the one behind `stored`. Without a stored hash (unknown, locked or
    /// password-less account) the same work is done and the answer is no (security row C1).
    ///
    /// # Errors
    /// [`Check::PasswordTooLong`], or [`Check::HashingBusy`] when too many wait.
    pub async fn verify(&self, password: &Secret, stored: Option<&str>) -> Result<Verdict, Refusal> {
        within_limit(password)?;
        let came = Tick::now();
        let (cost, password, stored) = (self.0.cost.clone(), password.clone(), stored.map(str::to_owned));
        let work = move |scratch: &mut Scratch| argon::verify(&cost, &password, stored.as_deref(), scratch);
        let verdict = self.0.pool.run(work).await??;
        if let Some(took) = verdict.imported.filter(|took| *took > self.0.cost.usual()) {
            self.equalise(took);
        }
        if !verdict.matches {
            tokio::time::sleep(self.told_after().saturating_sub(came.elapsed())).await;
        }
        Ok(verdict)
    }

    /// [`Passwords::verify`] for commands, in the caller's thread.
    ///
    /// # Errors
    /// As [`Passwords::verify`].
    pub fn verify_blocking(&self, password: &Secret, stored: Option<&str>) -> Result<Verdict, Refusal> {
        within_limit(password)?;
        argon::verify(&self.0.cost, password, stored, &mut Scratch::default())
    }

    /// Waits for a turn to have a password verified for `key` (one account from one network), so
    /// that no one fills the queue alone. Hold it until the attempt is over.
    ///
    /// # Errors
    /// [`Check::HashingBusy`] when the turn does not come.
    pub async fn turn(&self, key: &str) -> Result<Turn, Refusal> {
        Turns::take(&self.0.turns, key).await
    }

    /// Whether `presented` is one of the client's live secrets, when that can be said at once: all
    /// live secrets are ours (digests), or a chosen one was verified before in this process.
    /// Every live secret is compared; for an unknown client pass no secrets: the work is the same.
    pub fn check_fast(&self, secrets: &[StoredSecret], presented: &Secret, now: Seconds) -> Option<bool> {
        client::check_fast(&self.0.remembered, secrets, presented, now)
    }

    /// [`Passwords::check_fast`], and argon2 for a chosen secret that was not seen before. Two
    /// live secrets are both good (security row V6); expired ones are not.
    ///
    /// # Errors
    /// [`Check::HashingBusy`] when too many wait.
    pub async fn verify_client_secret(
        &self,
        client_id: &str,
        secrets: &[StoredSecret],
        presented: &Secret,
        now: Seconds,
    ) -> Result<bool, Refusal> {
        if let Some(answer) = self.check_fast(secrets, presented, now) {
            return Ok(answer);
        }
        // One client cannot fill the queue with wrong secrets.
        let _turn = self.turn(&format!("client {client_id}")).await?;
        if let Some(answer) = self.check_fast(secrets, presented, now) {
            return Ok(answer);
        }
        let chosen = client::live_chosen(secrets, now);
        let (cost, password, hashes) = (self.0.cost.clone(), presented.clone(), chosen.clone());
        let matched =
            self.0.pool.run(move |scratch| client::first_match(&cost, &password, &hashes, scratch)).await??;
        if let Some(secret) = matched.and_then(|index| chosen.get(index)) {
            self.0.remembered.remember(secret, presented);
        }
        Ok(matched.is_some())
    }
}

fn within_limit(password: &Secret) -> Result<(), Refusal> {
    if password.reveal().len() > MAX_PASSWORD { Err(Check::PasswordTooLong.into()) } else { Ok(()) }
}
