//! Turns at the processor. A signature takes a third of a millisecond of a worker's only thread; made
//! in one go, for as many requests as a commit answered, they would keep everybody else waiting. So
//! they are made in the order of the commits, and every few of them the requests that came in
//! meanwhile are read, and the short ones answered.

use crate::store::Db;
use std::cell::Cell;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// So many in a row: one at a time costs 2 % (each finds the caches cold), sixteen double the
/// slowest answers.
const IN_A_ROW: u32 = 4;

thread_local! {
    /// One turn for each worker.
    static TURN: Arc<Semaphore> = Arc::new(Semaphore::new(1));
    static MADE: Cell<u32> = const { Cell::new(0) };
}

/// Does long work when it is its turn on this thread.
pub async fn in_turn<T>(db: &Db, work: impl FnOnce() -> T) -> T {
    let _ahead = db.ahead();
    let turn = TURN.with(Arc::clone);
    let _permit = turn.acquire().await;
    let made = MADE.get();
    MADE.set(made.wrapping_add(1));
    if made.is_multiple_of(IN_A_ROW) {
        // Back to the runtime, which looks at its sockets before it comes here again.
        tokio::task::yield_now().await;
    }
    work()
}
