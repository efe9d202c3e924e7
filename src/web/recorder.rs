//! Keeps the stories of refused requests: off the request's path, through a bounded queue that
//! drops under a flood rather than slow anyone down.

use crate::engine::Engine;
use crate::engine::trace::Trace;
use crate::store::{TxResult, traces};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Stories that may wait.
const QUEUE: usize = 512;
/// Stories written in one transaction at the most.
const BATCH: usize = 64;

/// The way to the recorder.
#[derive(Clone)]
pub struct Recorder(Sender<traces::Row>);

impl Recorder {
    /// A recorder and the queue its task is to work off.
    pub fn new() -> (Self, Receiver<traces::Row>) {
        let (sender, receiver) = channel(QUEUE);
        (Self(sender), receiver)
    }

    /// Hands a story over; dropped when too many wait.
    pub fn keep(&self, engine: &Engine, trace: &Trace, route: &str, code: &str) {
        let row = traces::Row {
            id: trace.id().to_string(),
            at: engine.now(),
            client_id: trace.client_id(),
            route: route.to_owned(),
            code: code.to_owned(),
            story: serde_json::to_string(&trace.steps()).unwrap_or_default(),
        };
        let _dropped_under_flood = self.0.try_send(row);
    }
}

/// Writes stories until the recorder is gone.
pub async fn run(engine: Engine, mut queue: Receiver<traces::Row>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let rows = std::mem::take(&mut batch);
        let written: TxResult<()> =
            engine.db.write(move |conn| rows.iter().try_for_each(|row| traces::insert(conn, row))).await;
        if let Err(fault) = written {
            tracing::warn!(?fault, "traces could not be kept");
        }
    }
}
