//! Health, readiness and the graceful stop of the real program.

use crate::harness::binary::{Instance, Server};
use crate::harness::child::PATIENCE;
use crate::harness::http::{Answer, read_answer};
use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A token request of which the last byte has not been sent.
struct Open(TcpStream);

impl Open {
    fn start(server: &Server) -> Self {
        let call = server.call("POST", "/oauth2/token").form(&[("grant_type", "password")]);
        let bytes = call.bytes();
        let mut stream = TcpStream::connect(server.addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(&bytes[..bytes.len() - 1]).unwrap();
        Self(stream)
    }

    /// Several, which the server has begun to read: connections are taken in their order and given to its two
    /// workers in turn, so it has when it has answered later ones.
    fn several(server: &Server, count: usize) -> Vec<Self> {
        let open = (0..count).map(|_| Self::start(server)).collect();
        for _ in 0..6 {
            assert_eq!(server.call("GET", "/.well-known/jwks.json").send().status, 200);
        }
        open
    }

    fn finish(mut self) -> Option<Answer> {
        self.0.write_all(b"d").unwrap();
        read_answer(&mut self.0)
    }
}

fn ready(server: &Server) -> Option<u16> {
    server.ops_call("/readyz").map(|answer| answer.status)
}

/// One that nothing but the signals stops: a request may take, and a stop may wait, longer than any test.
fn patient(lead: &str) -> Instance {
    let mut instance = Instance::new();
    instance.set("LATCHKEY_SERVER__DRAIN_LEAD_SECONDS", lead);
    instance.set("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "300");
    instance.set("LATCHKEY_SERVER__STOP_GRACE_SECONDS", "300");
    instance
}

/// Waits until `readyz` says that the server is stopping.
fn wait_stopping(server: &Server) {
    let signalled = Instant::now();
    while ready(server) != Some(503) {
        assert!(signalled.elapsed() < PATIENCE, "readyz says {:?}", ready(server));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_stop_finishes_what_was_started_and_tells_readyz() {
    let instance = patient("1");
    let mut server = instance.serve();
    let open = Open::several(&server, 5);
    server.signal("TERM");
    let signalled = Instant::now();
    wait_stopping(&server);
    let body = server.ops_call("/readyz").unwrap().text();
    assert!(body.contains("stopping"), "{body}");
    assert_eq!(server.ops_call("/livez").unwrap().status, 200, "it still lives");
    std::thread::sleep(Duration::from_millis(1200).saturating_sub(signalled.elapsed()));
    for request in open {
        let answer = request.finish().expect("an answer while stopping");
        assert_eq!(answer.json()["error"], "invalid_client");
    }
    assert_eq!(server.end(), Some(0), "{}", server.err());
    assert!(TcpStream::connect(server.addr).is_err(), "nobody listens any more");
}

#[test]
fn an_idle_server_stops_at_once_on_either_signal() {
    for signal in ["TERM", "INT"] {
        let instance = patient("0");
        let mut server = instance.serve();
        // An idle kept-alive connection holds nobody up.
        let idle = TcpStream::connect(server.addr).unwrap();
        server.signal(signal);
        assert_eq!(server.end(), Some(0), "{signal}: {}", server.err());
        drop(idle);
        // What was left behind starts again.
        let mut again = instance.serve();
        assert_eq!(again.stop(), Some(0));
    }
}

#[test]
fn a_second_signal_stops_at_once() {
    for lead in ["0", "300"] {
        let instance = patient(lead);
        let mut server = instance.serve();
        let open = Open::several(&server, 1);
        server.signal("TERM");
        // Two signals that wait together are one: the first must have been heard.
        wait_stopping(&server);
        std::thread::sleep(Duration::from_millis(300));
        assert!(server.child.try_wait().unwrap().is_none(), "it waits for the request");
        server.signal("TERM");
        server.end();
        drop(open);
    }
}

#[test]
fn sec_v12_health_and_metrics_have_their_own_port_and_name_nobody() {
    let instance = Instance::new();
    instance.ok_with(
        &["user", "add", "ada@example.com", "--username", "ada", "--password-stdin"],
        "correct horse battery staple",
    );
    let server = instance.serve();
    for path in ["/livez", "/readyz", "/healthz", "/metrics"] {
        assert_eq!(server.call("GET", path).send().status, 404, "{path} on the public port");
        assert_eq!(server.ops_call(path).unwrap().status, 200, "{path}");
    }
    assert_eq!(server.ops_call("/livez").unwrap().text(), "ok\n");
    for path in ["/", "/oauth2/token", "/login", "/metrics/", "/debug"] {
        assert_eq!(server.ops_call(path).unwrap().status, 404, "{path} on the ops port");
    }
    server.call("GET", "/oauth2/authorize?client_id=canary-client").send();
    server.call("GET", "/canary-path").send();
    let mut visitor = server.visitor();
    let page = visitor.get("/login");
    let csrf = page.input("csrf").unwrap();
    visitor.post("/login", &[("csrf", &csrf), ("username", "ada"), ("password", "canary wrong password")]);
    let metrics = server.ops_call("/metrics").unwrap();
    assert!(metrics.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    let text = metrics.text();
    for family in ["http_server_requests", "http_server_request_duration_seconds", "latchkey_refusals"] {
        assert!(text.contains(family), "{family}: {text}");
    }
    assert!(text.contains("LK-1102"), "the refusal was counted: {text}");
    for name in ["canary", "ada", "example.com", "127.0.0.1"] {
        assert!(!text.contains(name), "{name} is in the metrics: {text}");
    }
    assert!(text.ends_with("# EOF\n"), "complete OpenMetrics");
    let healthy = instance.run(&["healthcheck"]);
    assert_eq!(healthy.code, Some(0), "{healthy:?}");
}
