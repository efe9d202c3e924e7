//! Guessing (security rows S2 and S3) without HTTP, on both databases.

use crate::harness::app::TestApp;
use crate::harness::database::Stand;
use latchkey::base::clock::Seconds;
use latchkey::base::id::UserId;
use latchkey::engine::Engine;
use latchkey::engine::limits::guess::{before, not_evaluated, succeeded};
use latchkey::engine::limits::{Account, Guess};
use latchkey::protocol::refusal::Check;
use latchkey::store::{Db, Fault, TxResult};

const NOW: Seconds = 1_700_000_000;

/// Names tries; what is tried happens in databases of its own.
struct Namer(TestApp);

impl Namer {
    fn new() -> Self {
        Self(TestApp::start())
    }

    fn at(&self, account: &str, ip: &str) -> Guess {
        Guess::password(&self.0.engine, Account::Unknown(account), ip.parse().unwrap(), &[])
    }
}

/// `None` when the attempt may be made, else the seconds to wait.
fn attempt(db: &Db, key: &Guess, now: Seconds) -> Option<Seconds> {
    let key = key.clone();
    waits(&db.write_blocking(move |conn| before(conn, &key, now)))
}

fn waits(outcome: &TxResult<()>) -> Option<Seconds> {
    match outcome {
        Ok(()) => None,
        Err(Fault::Refused(refusal)) => {
            assert_eq!(refusal.check, Check::LoginThrottled);
            refusal.retry_after
        }
        Err(Fault::Store(error)) => panic!("{error}"),
    }
}

/// How many of so many at once may try.
fn parallel(stand: &Stand, key: &Guess, now: Seconds, threads: usize) -> usize {
    let key = key.clone();
    let tried = stand.race(threads, move |conn, _| before(conn, &key, now));
    tried.into_iter().filter(|outcome| waits(outcome).is_none()).count()
}

fn of_100_parallel_guesses_5_are_evaluated(stand: &Stand, namer: &Namer, account: &str) {
    let key = namer.at(account, "192.0.2.7");
    assert_eq!(parallel(stand, &key, NOW, 100), 5);
    assert_eq!(parallel(stand, &key, NOW + 1, 100), 0, "the wait is 2 s");
    assert_eq!(parallel(stand, &key, NOW + 2, 100), 1);
    assert_eq!(attempt(&stand.db, &key, NOW + 2), Some(4));
}

fn waits_grow_and_end(db: &Db, namer: &Namer, account: &str) {
    let (stranger, owner) = (namer.at(account, "203.0.113.9"), namer.at(account, "198.51.100.1"));
    let mut now = NOW;
    (0..5).for_each(|_| assert_eq!(attempt(db, &stranger, now), None));
    let mut waits = Vec::new();
    for _ in 0..12 {
        let wait = attempt(db, &stranger, now).expect("must wait");
        assert_eq!(attempt(db, &stranger, now), Some(wait), "asking again does not make it longer");
        assert_eq!(attempt(db, &stranger, now + wait - 1), Some(1));
        now += wait;
        waits.push(wait);
        assert_eq!(attempt(db, &stranger, now), None, "never for ever");
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    assert_eq!(attempt(db, &owner, now), None, "another network is not affected");
    assert_eq!(attempt(db, &namer.at("somebody else", "203.0.113.9"), now), None, "nor another account");
    now += 86_400;
    (0..5).for_each(|_| assert_eq!(attempt(db, &stranger, now), None, "forgotten after a day"));
    assert_eq!(attempt(db, &stranger, now), Some(2));
    let key = stranger.clone();
    db.write_blocking(move |conn| succeeded(conn, &key)).unwrap();
    assert_eq!(attempt(db, &stranger, now), None, "a success forgets");
}

fn what_was_not_evaluated_does_not_count(db: &Db, namer: &Namer, account: &str) {
    let key = namer.at(account, "192.0.2.8");
    for _ in 0..20 {
        assert_eq!(attempt(db, &key, NOW), None);
        let key = key.clone();
        db.write_blocking(move |conn| not_evaluated(conn, &key, NOW)).unwrap();
    }
    (0..5).for_each(|_| assert_eq!(attempt(db, &key, NOW), None));
    assert_eq!(attempt(db, &key, NOW), Some(2));
}

#[test]
fn sec_s3_100_parallel_guesses_5_are_evaluated() {
    let (stand, namer) = (Stand::new(), Namer::new());
    for account in ["ada", "bob", "cyd"] {
        of_100_parallel_guesses_5_are_evaluated(&stand, &namer, account);
    }
}

#[test]
fn sec_s2_waits_grow_end_and_spare_the_owner() {
    let (stand, namer) = (Stand::new(), Namer::new());
    waits_grow_and_end(&stand.db, &namer, "ada");
    what_was_not_evaluated_does_not_count(&stand.db, &namer, "ada");
}

#[test]
fn keys_hide_names_and_join_what_is_one_network() {
    let (namer, other) = (Namer::new(), Namer::new());
    let key = namer.at("ada@example.org", "192.0.2.7");
    assert_eq!(key.as_str().len(), 43);
    assert_eq!(key, namer.at("ada@example.org", "::ffff:192.0.2.7"));
    assert_ne!(key, namer.at("ada@example.org", "192.0.2.8"));
    assert_ne!(key, namer.at("bob@example.org", "192.0.2.7"));
    assert_eq!(namer.at("ada", "2001:db8:1:2::1"), namer.at("ada", "2001:db8:1:2:ffff::9"));
    assert_ne!(namer.at("ada", "2001:db8:1:2::1"), namer.at("ada", "2001:db8:1:3::1"));
    let id = UserId::from_stored("ada");
    let ip = "192.0.2.7".parse().unwrap();
    let known = |engine: &Engine| Guess::password(engine, Account::Known(&id), ip, &[]);
    assert_ne!(known(&namer.0.engine), namer.at("ada", "192.0.2.7"));
    assert_ne!(known(&namer.0.engine), known(&other.0.engine), "another instance has other names");
    let factor = Guess::factor(&namer.0.engine, &id, "totp", &[]);
    assert_ne!(factor.as_str(), known(&namer.0.engine).as_str(), "a counter of its own");
}

/// Second factors: five, then waits, for the account from wherever it is tried (security row P1).
#[test]
fn sec_p1_second_factors_are_counted_for_the_account() {
    let app = TestApp::start();
    let (ada, bob) = (app.user("ada").id, app.user("bob").id);
    let guess = Guess::factor(&app.engine, &ada, "totp", &[]);
    let attempt = |guess: &Guess, now: Seconds| {
        let guess = guess.clone();
        match app.engine.db.write_blocking(move |conn| before(conn, &guess, now)) {
            Ok(()) => None,
            Err(Fault::Refused(refusal)) => Some((refusal.check, refusal.retry_after.unwrap())),
            Err(Fault::Store(error)) => panic!("{error}"),
        }
    };
    (0..5).for_each(|_| assert_eq!(attempt(&guess, NOW), None));
    assert_eq!(attempt(&guess, NOW), Some((Check::FactorThrottled, 2)));
    assert_eq!(attempt(&Guess::factor(&app.engine, &bob, "totp", &[]), NOW), None);
    assert_eq!(attempt(&Guess::factor(&app.engine, &ada, "recovery_code", &[]), NOW), None, "another kind");
    let devices = latchkey::engine::limits::remember(&app.engine, &[], &ada);
    assert_eq!(
        attempt(&Guess::factor(&app.engine, &ada, "totp", &devices), NOW),
        None,
        "a browser that is known"
    );
    assert_eq!(attempt(&guess, NOW + 2), None);
    assert_eq!(attempt(&guess, NOW + 2), Some((Check::FactorThrottled, 4)));
}
