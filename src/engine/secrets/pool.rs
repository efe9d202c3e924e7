//! A bounded pool of threads for hashing, apart from the runtime's: as many as cores, with a short
//! queue. Beyond it callers are told at once to come back (security row U9).

use super::argon::Scratch;
use crate::protocol::refusal::{Check, Refusal};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// When to come back after the queue was full, seconds.
const COME_BACK: i64 = 2;

/// Does the work; what it returns tells the caller, once the thread counts as free again.
type Job = Box<dyn FnOnce(&mut Scratch) -> Answer + Send>;
type Answer = Option<Box<dyn FnOnce()>>;

/// The pool; its threads finish what waits and end when it is dropped.
pub(super) struct Pool(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
    queue: usize,
    idle: Duration,
}

struct State {
    waiting: VecDeque<Job>,
    /// Threads without a job; as many of those waiting are about to be taken.
    free: usize,
    closed: bool,
    /// Threads that hold memory.
    holding: usize,
}

impl Pool {
    pub(super) fn start(threads: usize, queue: usize, idle: Duration) -> std::io::Result<Self> {
        let state = State { waiting: VecDeque::new(), free: threads, closed: false, holding: 0 };
        let pool = Self(Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new(), queue, idle }));
        for _ in 0..threads {
            let shared = Arc::clone(&pool.0);
            std::thread::Builder::new().name("latchkey-hash".to_owned()).spawn(move || shared.work())?;
        }
        Ok(pool)
    }

    /// Runs `work` on a thread of the pool. A caller that went away while waiting is skipped.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Scratch) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (answer, answered) = oneshot::channel();
        self.0.push(Box::new(move |scratch| {
            if answer.is_closed() {
                return None;
            }
            let result = work(scratch);
            Some(Box::new(move || drop(answer.send(result))))
        }))?;
        answered.await.map_err(|_| Check::Unexpected.into())
    }

    /// Threads that hold working memory now.
    #[cfg(test)]
    pub(super) fn holding(&self) -> usize {
        self.0.lock().holding
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.wake.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Job) -> Result<(), Refusal> {
        let mut state = self.lock();
        if state.waiting.len() >= self.queue.saturating_add(state.free) {
            return Err(Refusal::new(Check::HashingBusy).retry_after(COME_BACK));
        }
        state.waiting.push_back(job);
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    fn work(&self) {
        let mut scratch = Scratch::default();
        while let Some(job) = self.next(&mut scratch) {
            let answer = catch_unwind(AssertUnwindSafe(|| job(&mut scratch))).unwrap_or_else(|_| {
                scratch.free();
                None
            });
            let mut state = self.lock();
            state.free = state.free.saturating_add(1);
            state.holding = state.holding.saturating_add(usize::from(!scratch.is_free()));
            drop(state);
            if let Some(answer) = answer {
                answer();
            }
        }
    }

    /// The next job; gives the memory back when none comes for a while. `None` when the pool ends.
    fn next(&self, scratch: &mut Scratch) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.waiting.pop_front() {
                state.free = state.free.saturating_sub(1);
                state.holding = state.holding.saturating_sub(usize::from(!scratch.is_free()));
                return Some(job);
            }
            if state.closed {
                return None;
            }
            if scratch.is_free() {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (guard, wait) =
                self.wake.wait_timeout(state, self.idle).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            if wait.timed_out() && state.waiting.is_empty() {
                scratch.free();
                state.holding = state.holding.saturating_sub(1);
            }
        }
    }
}
