//! Prometheus metrics, for the ops port. No personal data in labels; clients never are labels (V12).

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// One endpoint's answers of one status class.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct HttpLabels {
    http_route: &'static str,
    http_response_status_code: u16,
}

/// One kind of refusal.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct CodeLabels {
    code: &'static str,
}

/// One endpoint.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct RouteLabels {
    http_route: &'static str,
}

/// The counters of this process.
pub struct Metrics {
    registry: Registry,
    requests: Family<HttpLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    refusals: Family<CodeLabels, Counter>,
}

fn histogram() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
}

/// The counters of one endpoint.
pub struct RouteMetrics {
    http_route: &'static str,
    ok: Counter,
    see_other: Counter,
    duration: Histogram,
    others: Family<HttpLabels, Counter>,
}

impl RouteMetrics {
    /// Counts an answer.
    pub fn answered(&self, status: u16, took: Duration) {
        match status {
            200 => self.ok.inc(),
            303 => self.see_other.inc(),
            other => {
                let labels = HttpLabels { http_route: self.http_route, http_response_status_code: other };
                self.others.get_or_create(&labels).inc()
            }
        };
        self.duration.observe(took.as_secs_f64());
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let requests = Family::<HttpLabels, Counter>::default();
        let durations = Family::<RouteLabels, Histogram>::new_with_constructor(histogram);
        let refusals = Family::<CodeLabels, Counter>::default();
        registry.register("http_server_requests", "Answered requests", requests.clone());
        registry.register("http_server_request_duration_seconds", "Time to the answer", durations.clone());
        registry.register("latchkey_refusals", "Refusals by their code", refusals.clone());
        Self { registry, requests, durations, refusals }
    }
}

impl Metrics {
    /// The counters of one endpoint, looked up once.
    pub fn of_route(&self, http_route: &'static str) -> RouteMetrics {
        // One statement each: what is looked up stays locked until its statement ends.
        let count = |http_response_status_code| {
            let labels = HttpLabels { http_route, http_response_status_code };
            let counter = self.requests.get_or_create(&labels);
            Counter::clone(&counter)
        };
        let (ok, see_other) = (count(200), count(303));
        let duration = Histogram::clone(&self.durations.get_or_create(&RouteLabels { http_route }));
        RouteMetrics { http_route, ok, see_other, duration, others: self.requests.clone() }
    }

    /// Counts a refusal.
    pub fn refused(&self, code: &'static str) {
        self.refusals.get_or_create(&CodeLabels { code }).inc();
    }

    /// The text exposition.
    pub fn render(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _written = text::encode(&mut out, &self.registry);
        out
    }
}
