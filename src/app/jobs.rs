//! What happens beside requests: following other processes' changes, forgetting what has expired,
//! turning the signing keys.

use crate::engine::Engine;
use crate::store::{Conn, Fault, audit, prune, traces};
use std::time::Duration;

/// How often other processes' changes are looked for.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);
/// How often expired rows are forgotten, and keys looked at.
const TIDY_EVERY: Duration = Duration::from_secs(30);
/// Pause between two batches, so that requests come first.
const BETWEEN_BATCHES: Duration = Duration::from_millis(20);

/// Starts the jobs on this runtime; they end with it.
pub fn start(engine: &Engine) {
    actix_web::rt::spawn(follow(engine.clone()));
    actix_web::rt::spawn(tidy(engine.clone()));
}

async fn follow(engine: Engine) {
    loop {
        actix_web::rt::time::sleep(FOLLOW_EVERY).await;
        // Apart: a client that cannot be read must not keep a revoked key in use.
        let (keys, clients) = (engine.keys.clone(), engine.clients.clone());
        log("follow keys", engine.db.read(move |conn| keys.refresh(conn)).await);
        log("follow clients", engine.db.read(move |conn| clients.refresh(conn)).await);
    }
}

async fn tidy(engine: Engine) {
    loop {
        let with = engine.clone();
        let turned = actix_web::rt::task::spawn_blocking(move || with.keys.tick(&with.db)).await;
        log("turn keys", turned.unwrap_or(Ok(())));
        forget(&engine).await;
        actix_web::rt::time::sleep(TIDY_EVERY).await;
    }
}

async fn forget(engine: &Engine) {
    loop {
        let now = engine.now();
        let unaudited = now.saturating_sub(engine.policy.audit_keep);
        let batch = move |conn: &mut Conn| Ok(prune::batch(conn, now)? + audit::prune(conn, unaudited)?);
        match engine.db.write(batch).await {
            Ok(0) => break,
            Ok(_) => actix_web::rt::time::sleep(BETWEEN_BATCHES).await,
            Err(fault) => return log("forget", Err(fault)),
        }
    }
    let (before, most) = (engine.now().saturating_sub(engine.policy.trace_keep), engine.policy.trace_rows);
    log("forget traces", engine.db.write(move |conn| traces::prune(conn, before, most)).await);
}

fn log(what: &str, outcome: Result<(), Fault>) {
    if let Err(fault) = outcome {
        tracing::warn!(what, ?fault, "a background job failed; it is tried again");
    }
}
