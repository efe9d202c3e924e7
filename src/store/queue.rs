//! What waits for the writer, and when it is time to commit it.

use super::writer::Job;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The most jobs in one transaction.
pub(super) const BATCH: usize = 64;

/// What waits to be written, and what the processor has to do before it can answer any of it:
/// signatures for what was committed before. While there is enough ahead a commit may wait for more
/// jobs, and costs them nothing; when it runs out, the processor would idle while the disk works.
pub(super) struct Queue {
    pub(super) state: Mutex<State>,
    pub(super) wake: Condvar,
    /// So much ahead is little: a piece for each processor, and one more.
    pub(super) little: usize,
    /// The longest a job waits for what is ahead.
    pub(super) patience: Duration,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) jobs: VecDeque<Box<dyn Job>>,
    /// Pieces of work that are ahead.
    pub(super) ahead: usize,
    /// Whether the writer's thread is at work, and will look by itself.
    pub(super) busy: bool,
    /// No more jobs will come.
    pub(super) closed: bool,
    /// The writer's thread has ended.
    pub(super) gone: bool,
}

/// A piece of work that is ahead, until dropped.
pub struct Piece(pub(super) Arc<Queue>);

impl Drop for Piece {
    fn drop(&mut self) {
        self.0.change(|state| state.ahead = state.ahead.saturating_sub(1));
    }
}

impl Queue {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes the writer when it is time.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let none = state.jobs.is_empty();
        let result = change(&mut state);
        let first = none && !state.jobs.is_empty();
        if !state.busy && (first || self.is_time(&state)) {
            // The first job starts the writer's patience; the others need not wake it before it is time.
            state.busy = self.is_time(&state);
            drop(state);
            self.wake.notify_one();
        }
        result
    }

    fn is_time(&self, state: &State) -> bool {
        let crowd = state.jobs.len() >= BATCH || state.ahead <= self.little;
        state.closed || (crowd && !state.jobs.is_empty())
    }

    /// The jobs of the next batch; `None` when no more will come.
    pub(super) fn next(&self) -> Option<Vec<Box<dyn Job>>> {
        let mut state = self.lock();
        while !self.is_time(&state) {
            state.busy = false;
            if state.jobs.is_empty() {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (waited, patience) =
                self.wake.wait_timeout(state, self.patience).unwrap_or_else(PoisonError::into_inner);
            state = waited;
            if patience.timed_out() {
                break;
            }
        }
        state.busy = true;
        let many = state.jobs.len().min(BATCH);
        (many > 0).then(|| state.jobs.drain(..many).collect())
    }

    /// One more for a batch that has begun.
    pub(super) fn another(&self) -> Option<Box<dyn Job>> {
        self.lock().jobs.pop_front()
    }
}
