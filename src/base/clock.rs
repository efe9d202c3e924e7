//! The one clock. Everything that asks for the time is handed a `Clock`, so tests can turn it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since the Unix epoch.
pub type Seconds = i64;

/// Wall-clock time: the machine's, or one that only moves when told to.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Turned(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The machine's clock plus an offset that `advance` changes; for tests and `latchkey dev`.
    pub fn turnable() -> Self {
        Self(Source::Turned(Arc::new(AtomicI64::new(0))))
    }

    /// Moves a turnable clock by `seconds` (also backwards); the system clock does not move.
    pub fn advance(&self, seconds: Seconds) {
        if let Source::Turned(offset) = &self.0 {
            offset.fetch_add(seconds.saturating_mul(1000), Ordering::SeqCst);
        }
    }

    /// Milliseconds since the Unix epoch.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        match &self.0 {
            Source::System => ms,
            Source::Turned(offset) => ms.saturating_add(offset.load(Ordering::SeqCst)),
        }
    }

    /// Whole seconds since the Unix epoch.
    pub fn now(&self) -> Seconds {
        self.now_ms().div_euclid(1000)
    }
}

/// A point in monotonic time, for durations that a turned wall clock must not touch.
#[derive(Clone, Copy)]
pub struct Tick(std::time::Instant);

impl Tick {
    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads monotonic time")]
    pub fn now() -> Self {
        Self(std::time::Instant::now())
    }

    /// Time since this moment.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
