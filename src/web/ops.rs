//! The ops listener: livez, readyz, metrics. Its own port, loopback by default (security row V12).

use super::site::Site;
use crate::engine::Engine;
use crate::store::settings;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, http::StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this node should get requests.
#[derive(Clone)]
pub struct Health {
    engine: Engine,
    draining: Arc<AtomicBool>,
    damaged: Arc<AtomicBool>,
}

impl Health {
    /// Ready, as long as the database answers.
    pub fn new(engine: Engine) -> Self {
        Self { engine, draining: Arc::default(), damaged: Arc::default() }
    }

    /// About to stop: load balancers are told to send people elsewhere.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// The database was found damaged while running.
    pub fn mark_damaged(&self) {
        self.damaged.store(true, Ordering::SeqCst);
    }

    async fn problem(&self) -> Option<&'static str> {
        if self.draining.load(Ordering::SeqCst) {
            return Some("stopping");
        }
        if self.damaged.load(Ordering::SeqCst) {
            return Some("the database is damaged");
        }
        if !self.engine.keys.is_complete(self.engine.now()) {
            return Some("there is no signing key");
        }
        // A write, because a full disk still reads.
        let now = self.engine.now();
        let written =
            self.engine.db.write(move |conn| settings::set(conn, "last_ready_check", &now.to_string(), now));
        written.await.is_err().then_some("the database does not take writes")
    }
}

async fn livez() -> &'static str {
    "ok\n"
}

async fn readyz(health: Data<Health>) -> HttpResponse {
    match health.problem().await {
        None => HttpResponse::Ok().body("ready\n"),
        Some(problem) => {
            HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE).body(format!("not ready: {problem}\n"))
        }
    }
}

async fn metrics(site: Data<Site>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(site.metrics.render())
}

/// Registers the ops endpoints.
pub fn configure(service: &mut web::ServiceConfig) {
    service
        .route("/livez", web::get().to(livez))
        .route("/readyz", web::get().to(readyz))
        .route("/healthz", web::get().to(readyz))
        .route("/metrics", web::get().to(metrics));
}
