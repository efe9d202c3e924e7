//! Races at the token endpoint, over real connections: a code is worth one success, a refresh family
//! keeps one live branch, and nothing moves after an acknowledged revocation (security rows D5, E2-E4,
//! E6, Z15, Z16). On PostgreSQL the same once more with two processes of the real binary.
//!
//! 100 codes and families each; `LATCHKEY_TEST_LONG=1` makes it 1,000.

mod nodes;
mod wire;

use crate::harness::app::{TestApp, TestClient};
use crate::harness::child::PATIENCE;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use wire::Wire;

/// Redemptions of one code, or refreshes of one token, at the same moment.
const AT_ONCE: usize = 8;

/// All codes are made before the first is redeemed.
pub const LONG_CODES: (&str, &str) = ("LATCHKEY_TOKENS__CODE_SECONDS", "600");

/// A retry within the grace is one however slow the machine is.
pub const LONG_GRACE: (&str, &str) = ("LATCHKEY_TOKENS__REFRESH_GRACE_SECONDS", "60");

/// How many codes or families.
pub fn rounds() -> usize {
    if std::env::var("LATCHKEY_TEST_LONG").is_ok_and(|on| on == "1") { 1000 } else { 100 }
}

/// Prints what a race did, for `--nocapture`.
fn report(what: &str, rounds: usize, started: Instant) {
    let took = started.elapsed();
    eprintln!("{what}: {rounds} x {AT_ONCE} requests in {:.1} s", took.as_secs_f64());
}

/// A server under test and who is registered there.
pub struct Arena<'a> {
    pub app: &'a TestApp,
    pub client: TestClient,
    /// Where requests go: one address, or one per process.
    pub addresses: Vec<SocketAddr>,
}

impl<'a> Arena<'a> {
    pub fn of(app: &'a TestApp) -> Self {
        app.user("ada");
        Self { app, client: app.trusted_client(), addresses: vec![app.addr] }
    }

    /// Connections, spread over the addresses.
    fn wires(&self, count: usize) -> Vec<Wire> {
        let places = self.addresses.iter().cycle().take(count);
        places.map(|addr| Wire::new(*addr, &self.app.host, &self.client)).collect()
    }

    /// Codes of one person, all from one session.
    fn codes(&self, count: usize) -> Vec<String> {
        let mut visitor = self.app.visitor();
        let path = self.app.authorize_path(&self.client.id, &[]);
        self.app.sign_in(&mut visitor, &path, "ada");
        let code = |_| visitor.get(&path).param("code").expect("a code");
        (0..count).map(code).collect()
    }

    /// Refresh tokens, each the first of its family.
    fn refresh_tokens(&self, count: usize) -> Vec<String> {
        let codes = self.codes(count);
        let mut wire = self.wires(1).remove(0);
        codes.iter().map(|code| wire.redeem(code).refresh().expect("a refresh token")).collect()
    }

    /// Runs `call` for each item on `AT_ONCE` connections at the same moment; the answers by item.
    fn race(
        &self,
        items: &[String],
        call: impl Fn(&mut Wire, &str) -> wire::Tokens + Sync,
    ) -> Vec<Vec<wire::Tokens>> {
        let barrier = Barrier::new(AT_ONCE);
        let lanes: Vec<Vec<wire::Tokens>> = std::thread::scope(|scope| {
            let start = |mut wire: Wire| {
                let (barrier, call) = (&barrier, &call);
                scope.spawn(move || {
                    let one = |item: &String| {
                        barrier.wait();
                        call(&mut wire, item)
                    };
                    items.iter().map(one).collect()
                })
            };
            let threads: Vec<_> = self.wires(AT_ONCE).into_iter().map(start).collect();
            threads.into_iter().map(|thread| thread.join().expect("a lane")).collect()
        });
        let at = |item: usize| lanes.iter().map(|lane| lane[item].clone()).collect();
        (0..items.len()).map(at).collect()
    }

    /// Asserts, at every address, that an access token opens nothing.
    fn assert_dead(&self, access: &str, why: &str) {
        for mut wire in self.wires(self.addresses.len()) {
            assert!(!wire.is_active(access), "{why}: an access token is alive at {}", wire.addr);
            assert_eq!(wire.userinfo(access), 401, "{why}: userinfo at {}", wire.addr);
        }
    }

    /// Every code eight times at once: one success each, and what it gave is dead, since it came twice.
    pub fn codes_are_worth_one_success(&self) {
        let codes = self.codes(rounds());
        let started = Instant::now();
        let answers = self.race(&codes, wire::Wire::redeem);
        report("codes", codes.len(), started);
        let mut check = self.wires(1).remove(0);
        for (n, lane) in answers.iter().enumerate() {
            let won: Vec<_> = lane.iter().filter(|answer| answer.status == 200).collect();
            assert_eq!(won.len(), 1, "code {n}: {lane:?}");
            let refused = lane.iter().filter(|answer| answer.error() == Some("invalid_grant")).count();
            assert_eq!(refused, AT_ONCE - 1, "code {n}: {lane:?}");
            self.assert_dead(&won[0].access().expect("an access token"), "a code that came twice");
            let refreshed = check.refresh(&won[0].refresh().expect("a refresh token"));
            assert_eq!(refreshed.error(), Some("invalid_grant"), "code {n}");
        }
    }

    /// Every refresh token eight times at once within the grace: one successor, one live branch.
    pub fn families_keep_one_branch(&self) {
        let first = self.refresh_tokens(rounds());
        let started = Instant::now();
        let answers = self.race(&first, wire::Wire::refresh);
        report("families", first.len(), started);
        let mut check = self.wires(1).remove(0);
        for (n, lane) in answers.iter().enumerate() {
            assert!(lane.iter().all(|answer| answer.status == 200), "family {n}: {lane:?}");
            let successor = lane[0].refresh().expect("a refresh token");
            assert_ne!(successor, first[n]);
            assert!(
                lane.iter().all(|answer| answer.refresh().as_ref() == Some(&successor)),
                "family {n}: {lane:?}"
            );
            assert!(!check.is_active(&first[n]), "family {n}: the replaced token is live");
            assert!(check.is_active(&successor), "family {n}: the successor is live");
            assert_eq!(generation(self.app, &first[n]), 1, "family {n} moved by exactly one");
        }
    }

    /// Without grace: one success, and whoever came second ended the family with all its tokens.
    pub fn strict_families_die(&self) {
        let first = self.refresh_tokens(rounds());
        let started = Instant::now();
        let answers = self.race(&first, wire::Wire::refresh);
        report("strict families", first.len(), started);
        let mut check = self.wires(1).remove(0);
        for (n, lane) in answers.iter().enumerate() {
            let won: Vec<_> = lane.iter().filter(|answer| answer.status == 200).collect();
            assert_eq!(won.len(), 1, "family {n}: {lane:?}");
            let refused = lane.iter().filter(|answer| answer.error() == Some("invalid_grant")).count();
            assert_eq!(refused, AT_ONCE - 1, "family {n}: {lane:?}");
            self.assert_dead(&won[0].access().expect("an access token"), "a token that came twice");
            let refreshed = check.refresh(&won[0].refresh().expect("a refresh token"));
            assert_eq!(refreshed.error(), Some("invalid_grant"), "family {n}");
        }
    }

    /// Refreshing as fast as it goes while the token is revoked: what began after the yes fails, and
    /// what was given before, or just then, is dead.
    pub fn nothing_moves_after_a_revocation(&self) {
        let first = self.refresh_tokens(rounds() / 2);
        let started = Instant::now();
        let mut given = 0;
        for (n, token) in first.iter().enumerate() {
            let (revoked, begun) = (AtomicBool::new(false), AtomicBool::new(false));
            let lanes: Vec<Vec<wire::Tokens>> = std::thread::scope(|scope| {
                let mut wires = self.wires(4);
                let mut revoker = wires.pop().expect("a connection");
                let lane = |wire: Wire| scope.spawn(|| refresh_until_revoked(wire, token, &revoked, &begun));
                let threads: Vec<_> = wires.into_iter().map(lane).collect();
                // Anywhere between the first refresh and the fourth.
                let started = Instant::now();
                while !begun.load(Ordering::SeqCst) && started.elapsed() < PATIENCE {
                    std::thread::yield_now();
                }
                std::thread::sleep(Duration::from_micros(n as u64 * 397 % 9_000));
                assert_eq!(revoker.revoke(token), 200, "family {n}");
                revoked.store(true, Ordering::SeqCst);
                threads.into_iter().map(|thread| thread.join().expect("a lane")).collect()
            });
            for answer in lanes.iter().flatten() {
                given += 1;
                self.assert_dead(&answer.access().expect("an access token"), "revoked");
                let mut wire = self.wires(1).remove(0);
                assert!(!wire.is_active(&answer.refresh().expect("a refresh token")), "family {n}");
            }
        }
        report(&format!("revocations against refreshes ({given} succeeded before)"), first.len(), started);
        assert!(given >= first.len(), "the race was none: {given} refreshes for {} families", first.len());
    }
}

/// Refreshes with the newest token until the revocation is acknowledged, and then twice more; the
/// successes, the first of which is told. Panics when one that began after the acknowledgement succeeds.
fn refresh_until_revoked(
    mut wire: Wire,
    first: &str,
    revoked: &AtomicBool,
    begun: &AtomicBool,
) -> Vec<wire::Tokens> {
    let (mut token, mut given, mut after) = (first.to_owned(), Vec::new(), 0);
    while after < 2 {
        let late = revoked.load(Ordering::SeqCst);
        let answer = wire.refresh(&token);
        assert!(
            !late || answer.error() == Some("invalid_grant"),
            "it began after the revocation: {answer:?}"
        );
        after += usize::from(late);
        if answer.status == 200 {
            token = answer.refresh().expect("a refresh token");
            given.push(answer);
            begun.store(true, Ordering::SeqCst);
        } else {
            assert_eq!(answer.error(), Some("invalid_grant"), "{answer:?}");
        }
    }
    given
}

/// The stored generation of the family that a refresh token belongs to.
fn generation(app: &TestApp, token: &str) -> i64 {
    let family =
        token.strip_prefix("lk_rt_").expect("a refresh token").split('-').next().expect("its family");
    app.read(|conn| latchkey::store::grants::find_family(conn, family)).expect("a family").generation
}

#[test]
fn sec_d5_a_raced_code_has_one_success_and_leaves_nothing_alive() {
    let app = TestApp::with_env(&[LONG_CODES]);
    Arena::of(&app).codes_are_worth_one_success();
    let replays = app.events("code.replayed");
    assert_eq!(replays, i64::try_from(rounds() * (AT_ONCE - 1)).unwrap());
}

#[test]
fn sec_e4_a_raced_refresh_has_one_successor() {
    let app = TestApp::with_env(&[LONG_CODES, LONG_GRACE]);
    Arena::of(&app).families_keep_one_branch();
    let retried = app.events("token.refresh_retried");
    assert_eq!(retried, i64::try_from(rounds() * (AT_ONCE - 1)).unwrap());
}

#[test]
fn sec_e4_without_grace_a_raced_refresh_ends_the_family() {
    let app = TestApp::with_env(&[LONG_CODES, ("LATCHKEY_TOKENS__REFRESH_GRACE_SECONDS", "0")]);
    Arena::of(&app).strict_families_die();
}

#[test]
fn sec_e6_after_an_acknowledged_revocation_nothing_is_refreshed() {
    let app = TestApp::with_env(&[LONG_CODES]);
    Arena::of(&app).nothing_moves_after_a_revocation();
}
