//! The same races against two processes of the real binary on one PostgreSQL database.

use super::{Arena, LONG_CODES, LONG_GRACE};
use crate::harness::app::{Options, TestApp, on_postgres};
use crate::harness::child::{Guarded, PATIENCE, Start, free_port};
use crate::harness::postgres;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

/// Given to every process, as an operator of several nodes does.
const MASTER_KEY: &str = "6f1d3a0b5c7e9f2244668800aaccee113355779900bbddff1032547698badcfe";

/// Two processes beside the test's own, which registers people and clients. `None` on SQLite, which
/// serves one process.
struct Nodes {
    app: TestApp,
    addresses: Vec<SocketAddr>,
    _processes: Vec<Guarded>,
}

impl Nodes {
    fn start(more: &[(&'static str, &str)]) -> Option<Self> {
        if !on_postgres() {
            return None;
        }
        let url = postgres::database(None);
        let mut env = vec![("DATABASE_URL", url), ("LATCHKEY_KEYS__MASTER_KEY", MASTER_KEY.to_owned())];
        env.extend(more.iter().chain([&LONG_CODES]).map(|(name, value)| (*name, (*value).to_owned())));
        let app = TestApp::with(Options { env: env.clone() });
        let started: Vec<_> = (0..2).map(|n| process(&app, n, &env)).collect();
        let (addresses, processes) = started.into_iter().unzip();
        Some(Self { app, addresses, _processes: processes })
    }

    fn arena(&self) -> Arena<'_> {
        let mut arena = Arena::of(&self.app);
        arena.addresses = self.addresses.clone();
        // The processes look for changes by others every 200 ms: until then they do not know the client.
        let started = Instant::now();
        for mut wire in arena.wires(self.addresses.len()) {
            while wire.redeem("no code").error() == Some("invalid_client") {
                assert!(started.elapsed() < PATIENCE, "{} does not learn of the client", wire.addr);
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        arena
    }
}

fn process(app: &TestApp, n: usize, env: &[(&'static str, String)]) -> (SocketAddr, Guarded) {
    let (port, ops) = (free_port(), free_port());
    let own = app.data.path().join(format!("node-{n}"));
    std::fs::create_dir(&own).expect("a directory");
    let mut environment: Vec<(String, String)> =
        env.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    let mut set = |name: &str, value: String| environment.push((name.to_owned(), value));
    set("LATCHKEY_DATA_DIR", own.join("data").display().to_string());
    set("LATCHKEY_ISSUER", app.issuer.clone());
    set("LATCHKEY_LISTEN", format!("127.0.0.1:{port}"));
    set("LATCHKEY_OPS_LISTEN", format!("127.0.0.1:{ops}"));
    set("LATCHKEY_DATABASE__POOL_SIZE", "8".to_owned());
    let child = Guarded::start(Start {
        program: Path::new(env!("CARGO_BIN_EXE_latchkey")),
        arguments: vec!["serve".into()],
        environment,
        directory: &own,
        signal: "TERM",
        log: own.join("log"),
        remove: None,
    });
    child.wait_for_port(port);
    (SocketAddr::from(([127, 0, 0, 1], port)), child)
}

#[test]
fn sec_d5_on_two_nodes_a_raced_code_has_one_success() {
    if let Some(nodes) = Nodes::start(&[]) {
        nodes.arena().codes_are_worth_one_success();
    }
}

#[test]
fn sec_e4_on_two_nodes_a_raced_refresh_has_one_successor() {
    if let Some(nodes) = Nodes::start(&[LONG_GRACE]) {
        nodes.arena().families_keep_one_branch();
    }
}

#[test]
fn sec_e4_on_two_nodes_without_grace_a_raced_refresh_ends_the_family() {
    if let Some(nodes) = Nodes::start(&[("LATCHKEY_TOKENS__REFRESH_GRACE_SECONDS", "0")]) {
        nodes.arena().strict_families_die();
    }
}

#[test]
fn sec_e6_on_two_nodes_nothing_is_refreshed_after_a_revocation() {
    if let Some(nodes) = Nodes::start(&[]) {
        nodes.arena().nothing_moves_after_a_revocation();
    }
}
