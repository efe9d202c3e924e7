//! What happens beside requests: following other processes' changes, forgetting what has expired,
//! turning the signing keys, telling apps of logouts.

use crate::engine::Engine;
use crate::engine::logout::Courier;
use crate::engine::registration;
use crate::store::{Conn, Fault, TxResult, audit, prune, traces};
use std::time::Duration;

/// How often other processes' changes are looked for.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);
/// How often expired rows are forgotten, and keys looked at.
const TIDY_EVERY: Duration = Duration::from_secs(30);
/// How often what clients are to be told is looked for.
const DELIVER_EVERY: Duration = Duration::from_millis(250);
/// Pause between two batches, so that requests come first.
const BETWEEN_BATCHES: Duration = Duration::from_millis(20);

/// Starts the jobs on this runtime; they end with it.
pub fn start(engine: &Engine) {
    actix_web::rt::spawn(follow(engine.clone()));
    actix_web::rt::spawn(tidy(engine.clone()));
    actix_web::rt::spawn(forget_issuances(engine.clone()));
    actix_web::rt::spawn(tell_clients(Courier::new(engine)));
}

async fn follow(engine: Engine) {
    loop {
        actix_web::rt::time::sleep(FOLLOW_EVERY).await;
        // Apart: a client that cannot be read must not keep a revoked key in use.
        let (keys, clients, resources) =
            (engine.keys.clone(), engine.clients.clone(), engine.resources.clone());
        log("follow keys", engine.db.read(move |conn| keys.refresh(conn)).await);
        log("follow clients", engine.db.read(move |conn| clients.refresh(conn)).await);
        log("follow resources", engine.db.read(move |conn| resources.refresh(conn)).await);
    }
}

async fn tidy(engine: Engine) {
    loop {
        let with = engine.clone();
        let turned = actix_web::rt::task::spawn_blocking(move || with.keys.tick(&with.db)).await;
        log("turn keys", turned.unwrap_or(Ok(())));
        forget(&engine).await;
        remove_unused(&engine).await;
        actix_web::rt::time::sleep(TIDY_EVERY).await;
    }
}

/// Apps that strangers registered and nobody used.
async fn remove_unused(engine: &Engine) {
    loop {
        match registration::remove_unused(engine).await {
            Ok(0) => break,
            Ok(_) => actix_web::rt::time::sleep(BETWEEN_BATCHES).await,
            Err(fault) => return log("remove unused apps", Err(fault)),
        }
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

async fn forget_issuances(engine: Engine) {
    let mut looked_at = String::new();
    loop {
        log("forget issuances", forget_issued(&engine, &mut looked_at).await);
        actix_web::rt::time::sleep(TIDY_EVERY).await;
    }
}

/// Forgets that tokens were issued. Events are looked at once in the life of this process, from the
/// oldest on, by reading; only what goes is written.
async fn forget_issued(engine: &Engine, looked_at: &mut String) -> TxResult<()> {
    loop {
        let (after, before) = (looked_at.clone(), engine.now().saturating_sub(engine.policy.issued_keep));
        let look = move |conn: &mut Conn| audit::next_of_kind(conn, "token.issued", &after, before);
        let audit::Found { ids, up_to } = engine.db.read(look).await?;
        let Some(up_to) = up_to else { return Ok(()) };
        if !ids.is_empty() {
            engine.db.write(move |conn| audit::remove(conn, &ids)).await?;
        }
        *looked_at = up_to;
        actix_web::rt::time::sleep(BETWEEN_BATCHES).await;
    }
}

/// Delivers each on its own, so that none waits for another.
async fn tell_clients(courier: Courier) {
    loop {
        match courier.claim().await {
            Ok(claimed) if !claimed.is_empty() => {
                for one in claimed {
                    let courier = courier.clone();
                    actix_web::rt::spawn(async move {
                        let what = format!("tell client {} of a logout", one.client_id());
                        log(&what, courier.deliver(one).await);
                    });
                }
            }
            other => {
                log("look for what clients are to be told", other.map(|_| ()));
                actix_web::rt::time::sleep(DELIVER_EVERY).await;
            }
        }
    }
}

fn log(what: &str, outcome: Result<(), Fault>) {
    if let Err(fault) = outcome {
        tracing::warn!(what, ?fault, "a background job failed; it is tried again");
    }
}
