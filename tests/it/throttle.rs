//! Guessing (security rows S2 and S3) without HTTP, on both databases.

use crate::harness::database::Stand;
use latchkey::base::clock::Seconds;
use latchkey::base::crypt::MasterKey;
use latchkey::base::id::UserId;
use latchkey::base::rng::Rng;
use latchkey::engine::throttle::{Account, Key, check_before, not_evaluated, succeeded};
use latchkey::protocol::refusal::Check;
use latchkey::store::{Db, Fault, TxResult};

const NOW: Seconds = 1_700_000_000;
const MAX: Seconds = 900;

fn key_at(account: &str, ip: &str) -> Key {
    let mac = MasterKey::generate(&Rng::seeded(1)).mac_key("login throttle");
    Key::new(&mac, Account::Unknown(account), ip.parse().unwrap())
}

/// `None` when the attempt may be made, else the seconds to wait.
fn attempt(db: &Db, key: &Key, now: Seconds) -> Option<Seconds> {
    let key = key.clone();
    waits(&db.write_blocking(move |conn| check_before(conn, &key, now, MAX)))
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
fn parallel(stand: &Stand, key: &Key, now: Seconds, threads: usize) -> usize {
    let key = key.clone();
    let tried = stand.race(threads, move |conn, _| check_before(conn, &key, now, MAX));
    tried.into_iter().filter(|outcome| waits(outcome).is_none()).count()
}

fn of_100_parallel_guesses_5_are_evaluated(stand: &Stand, account: &str) {
    let key = key_at(account, "192.0.2.7");
    assert_eq!(parallel(stand, &key, NOW, 100), 5);
    assert_eq!(parallel(stand, &key, NOW + 1, 100), 0, "the wait is 2 s");
    assert_eq!(parallel(stand, &key, NOW + 2, 100), 1);
    assert_eq!(attempt(&stand.db, &key, NOW + 2), Some(4));
}

fn waits_grow_and_end(db: &Db, account: &str) {
    let (stranger, owner) = (key_at(account, "203.0.113.9"), key_at(account, "198.51.100.1"));
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
    assert_eq!(attempt(db, &key_at("somebody else", "203.0.113.9"), now), None, "nor another account");
    now += 86_400;
    (0..5).for_each(|_| assert_eq!(attempt(db, &stranger, now), None, "forgotten after a day"));
    assert_eq!(attempt(db, &stranger, now), Some(2));
    let key = stranger.clone();
    db.write_blocking(move |conn| succeeded(conn, &key)).unwrap();
    assert_eq!(attempt(db, &stranger, now), None, "a success forgets");
}

fn what_was_not_evaluated_does_not_count(db: &Db, account: &str) {
    let key = key_at(account, "192.0.2.8");
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
    let stand = Stand::new();
    for account in ["ada", "bob", "cyd"] {
        of_100_parallel_guesses_5_are_evaluated(&stand, account);
    }
}

#[test]
fn sec_s2_waits_grow_end_and_spare_the_owner() {
    let stand = Stand::new();
    waits_grow_and_end(&stand.db, "ada");
    what_was_not_evaluated_does_not_count(&stand.db, "ada");
}

#[test]
fn keys_hide_names_and_join_what_is_one_network() {
    let key = key_at("ada@example.org", "192.0.2.7");
    assert_eq!(key.as_str().len(), 43);
    assert_eq!(key, key_at("ada@example.org", "::ffff:192.0.2.7"));
    assert_ne!(key, key_at("ada@example.org", "192.0.2.8"));
    assert_ne!(key, key_at("bob@example.org", "192.0.2.7"));
    assert_eq!(key_at("ada", "2001:db8:1:2::1"), key_at("ada", "2001:db8:1:2:ffff::9"));
    assert_ne!(key_at("ada", "2001:db8:1:2::1"), key_at("ada", "2001:db8:1:3::1"));
    let mac = MasterKey::generate(&Rng::seeded(1)).mac_key("login throttle");
    let id = UserId::from_stored("ada");
    let ip = "192.0.2.7".parse().unwrap();
    assert_ne!(Key::new(&mac, Account::Known(&id), ip), Key::new(&mac, Account::Unknown("ada"), ip));
    let other = MasterKey::generate(&Rng::seeded(2)).mac_key("login throttle");
    assert_ne!(Key::new(&other, Account::Known(&id), ip), Key::new(&mac, Account::Known(&id), ip));
}
