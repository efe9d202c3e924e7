//! The counters of all nodes together, in Redis. One thread talks to it, so that no request waits for more than
//! [`PATIENCE`] and none for a Redis that did not answer lately.

use super::{Take, Wait};
use crate::base::clock::Tick;
use crate::base::secret::Secret;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Script};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The longest wait for an answer.
const PATIENCE: Duration = Duration::from_millis(100);
/// After so many failures in a row it is left alone for [`REST`].
const FAILURES: u32 = 3;
/// How long it is left alone.
const REST: Duration = Duration::from_secs(5);
/// Questions that wait for the thread at the most.
const QUEUE: usize = 4096;

/// Takes one of each key, or none. The time is Redis's own, so that the clocks of nodes do not matter; in microseconds.
const TAKE: &str = r"
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local full = {}
for i = 1, #KEYS do
  local each, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local known = tonumber(redis.call('GET', KEYS[i]) or now)
  if known < now or known > now + 2 * window then known = now end
  full[i] = known + each
  if full[i] > now + window then return {i, string.format('%.0f', full[i] - now - window)} end
end
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], string.format('%.0f', full[i]), 'PX', math.ceil((full[i] - now) / 1000))
end
return {0, '0'}
";

/// A question and where the answer goes.
type Question = (Vec<Take>, oneshot::Sender<Result<(), Wait>>);

/// What talks to Redis.
pub(super) struct Redis {
    questions: mpsc::Sender<Question>,
    failures: AtomicU32,
    /// Left alone until so many milliseconds after `started`.
    rests_until: AtomicU64,
    started: Tick,
}

impl Redis {
    /// Starts the thread; nothing is called yet.
    pub(super) fn start(url: &Secret) -> Result<Self, String> {
        let client =
            Client::open(url.reveal()).map_err(|error| format!("redis.url: {}", error.category()))?;
        let (questions, asked) = mpsc::channel(QUEUE);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        std::thread::Builder::new()
            .name("latchkey-redis".to_owned())
            .spawn(move || runtime.block_on(answer(client, asked)))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            questions,
            failures: AtomicU32::new(0),
            rests_until: AtomicU64::new(0),
            started: Tick::now(),
        })
    }

    /// Takes one of each; `None` when Redis does not answer.
    pub(super) async fn take(&self, takes: Vec<Take>) -> Option<Result<(), Wait>> {
        if self.millis() < self.rests_until.load(Ordering::Relaxed) {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        self.questions.try_send((takes, sender)).ok()?;
        let answer = tokio::time::timeout(PATIENCE, receiver).await;
        if let Ok(Ok(answer)) = answer {
            if self.failures.swap(0, Ordering::Relaxed) >= FAILURES {
                tracing::info!("Redis answers again; limits are counted for all nodes together");
            }
            return Some(answer);
        }
        if self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1) >= FAILURES {
            let rest = u64::try_from(REST.as_millis()).unwrap_or(u64::MAX);
            let until = self.millis().saturating_add(rest);
            if self.rests_until.fetch_max(until, Ordering::Relaxed) < self.millis() {
                tracing::warn!("Redis does not answer; limits are counted on each node meanwhile");
            }
        }
        None
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Answers each question as soon as Redis does; a question without an answer is dropped.
async fn answer(client: Client, mut asked: mpsc::Receiver<Question>) {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(Duration::from_secs(1)))
        .set_response_timeout(Some(PATIENCE))
        .set_number_of_retries(1);
    let connection = match ConnectionManager::new_lazy_with_config(client, config) {
        Ok(connection) => connection,
        Err(error) => {
            tracing::error!(error = error.category(), "Redis cannot be used");
            return;
        }
    };
    let script = std::sync::Arc::new(Script::new(TAKE));
    while let Some((takes, sender)) = asked.recv().await {
        let (mut connection, script) = (connection.clone(), script.clone());
        tokio::spawn(async move {
            let mut call = script.prepare_invoke();
            for take in &takes {
                call.key(format!("latchkey:{}", take.name)).arg(take.each()).arg(take.window_micros());
            }
            let found: redis::RedisResult<(usize, String)> = call.invoke_async(&mut connection).await;
            match found {
                // Whoever asked may have gone on without the answer.
                Ok((0, _)) => {
                    let _gone = sender.send(Ok(()));
                }
                Ok((which, micros)) => {
                    let wait = Wait { which: which.saturating_sub(1), micros: micros.parse().unwrap_or(1) };
                    let _gone = sender.send(Err(wait));
                }
                Err(error) => tracing::debug!(error = error.category(), "Redis"),
            }
        });
    }
}
