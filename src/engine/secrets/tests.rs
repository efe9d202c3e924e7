//! Passwords and client secrets, security rows C1, C5, D2, U4, U9, V3, V4 and V6.

use super::*;
use crate::base::clock::Tick;
use crate::base::secret::sha256_b64;
use crate::domain::client::SecretHash;
use tokio::task::JoinSet;

/// OWASP's minimum, the default.
const FULL: PasswordSettings =
    PasswordSettings { memory_kib: 19_456, iterations: 2, parallelism: 1, threads: 1, queue: 64 };
/// For tests that are not about cost.
const LIGHT: PasswordSettings =
    PasswordSettings { memory_kib: 256, iterations: 1, parallelism: 1, threads: 2, queue: 64 };

fn passwords(settings: PasswordSettings) -> Passwords {
    Passwords::start(&settings, &Rng::seeded(7)).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

/// What this thread spent on a processor: neighbours on a busy machine do not count. Linux only;
/// elsewhere 0, and only the time on the wall is left.
fn on_processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0))
}

#[tokio::test]
async fn sec_c1_unknown_users_cost_the_same() {
    let all = passwords(FULL);
    let today = all.hash(&secret("right")).await.unwrap();
    let older = PasswordSettings { memory_kib: 7_168, iterations: 1, ..FULL };
    let older = passwords(older).hash_blocking(&secret("right")).unwrap();
    let cases =
        [("wrong", Some(today)), ("unknown", None), ("older", Some(older)), ("unreadable", Some("$".into()))];
    let mut fair = false;
    // A busy machine may spoil a comparison: an account that could be told apart spoils every one.
    for _ in 0..5 {
        let (wall, work) = costs(&all, &cases).await;
        for (at, (name, _)) in cases.iter().enumerate() {
            println!(
                "{name}: medians of {SAMPLES}: {:.2} ms on the wall, {:.2} ms on the processor",
                wall[at], work[at]
            );
        }
        // 2 ms where a hash takes 12, as the row says; a slower or busier machine stretches both.
        let one = if work[0] == 0.0 { wall } else { work };
        let most = 2.0 * (one[0] / 12.0).max(1.0);
        fair = one.iter().all(|each| (each - one[0]).abs() < most);
        if fair {
            break;
        }
    }
    assert!(fair, "five times in a row one could be told from another by its cost");
}

/// How often each case is measured in a round.
const SAMPLES: usize = 60;

/// The medians of each case, taken in turns: on the wall and on the processor, ms.
async fn costs(all: &Passwords, cases: &[(&str, Option<String>); 4]) -> ([f64; 4], [f64; 4]) {
    let mut wall = [const { Vec::new() }; 4];
    let mut work = [const { Vec::new() }; 4];
    for round in 0..SAMPLES {
        for at in (0..4).map(|at| (at + round) % 4) {
            let (cost, stored) = (all.0.cost.clone(), cases[at].1.clone());
            let tick = Tick::now();
            let verify = move |scratch: &mut Scratch| {
                let before = on_processor();
                (argon::verify(&cost, &secret("wrong"), stored.as_deref(), scratch), on_processor() - before)
            };
            let (verdict, spent) = all.0.pool.run(verify).await.unwrap();
            wall[at].push(tick.elapsed());
            work[at].push(spent);
            assert_eq!(verdict.unwrap(), Verdict { matches: false, rehash: false, imported: None });
        }
    }
    (wall.map(median), work.map(median))
}

#[tokio::test]
async fn sec_c5_passwords_are_taken_byte_for_byte() {
    let all = passwords(LIGHT);
    let stored = all.hash(&secret(" Pässword ")).await.unwrap();
    let matches = async |text: &str| all.verify(&secret(text), Some(&stored)).await.unwrap().matches;
    assert!(matches(" Pässword ").await);
    for other in ["Pässword", " pässword ", " Pa\u{308}ssword ", " Pässword", " Pässword \0", ""] {
        assert!(!matches(other).await, "{other:?}");
    }
    let long = "x".repeat(1023);
    let stored = all.hash(&secret(&format!("{long}y"))).await.unwrap();
    assert!(all.verify(&secret(&format!("{long}y")), Some(&stored)).await.unwrap().matches);
    assert!(!all.verify(&secret(&format!("{long}z")), Some(&stored)).await.unwrap().matches, "no truncation");
}

#[tokio::test]
async fn sec_c5_the_limit_is_checked_before_hashing() {
    let all = passwords(PasswordSettings { memory_kib: 256 * 1024, ..FULL });
    let long = secret(&"ä".repeat(513));
    // Much less time than a hash, on a busy machine at least once.
    let before_hashing = (0..10).any(|_| {
        let tick = Tick::now();
        assert_eq!(all.verify_blocking(&long, None).unwrap_err().check, Check::PasswordTooLong);
        let refused = tick.elapsed();
        let tick = Tick::now();
        assert!(all.verify_blocking(&secret("x"), None).is_ok());
        refused < tick.elapsed() / 10
    });
    assert!(before_hashing);
    assert_eq!(all.hash(&long).await.unwrap_err().check, Check::PasswordTooLong);
    assert_eq!(all.verify(&long, None).await.unwrap_err().check, Check::PasswordTooLong);
    assert_eq!(all.0.pool.holding(), 0);
}

#[tokio::test]
async fn sec_u9_beyond_the_queue_callers_are_told_at_once() {
    let all = passwords(PasswordSettings { threads: 1, queue: 2, ..LIGHT });
    // The one thread is at work until all have been told.
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel();
    let pool = all.clone();
    let work = move |_: &mut Scratch| {
        let _heard = tell.send(());
        let _released = held.recv_timeout(Duration::from_secs(60));
    };
    let at_work = tokio::spawn(async move { pool.0.pool.run(work).await });
    told.await.unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let all = all.clone();
        tasks.spawn(async move { all.verify(&secret("x"), None).await });
    }
    for _ in 0..18 {
        let refusal = tasks.join_next().await.unwrap().unwrap().unwrap_err();
        assert_eq!((refusal.check, refusal.retry_after), (Check::HashingBusy, Some(2)), "told at once");
    }
    drop(release);
    at_work.await.unwrap().unwrap();
    while let Some(waited) = tasks.join_next().await {
        assert!(waited.unwrap().is_ok(), "two had waited");
    }
    assert!(all.verify(&secret("x"), None).await.is_ok(), "and then there is room again");
}

#[tokio::test]
async fn memory_is_given_back_and_a_panic_harms_nobody() {
    let pool = Pool::start(1, 4, Duration::from_millis(50)).unwrap();
    let cost = Cost::new(256, 1, 1).unwrap();
    let work = move |scratch: &mut Scratch| argon::verify(&cost, &Secret::new("x"), None, scratch).is_ok();
    assert!(pool.run(work.clone()).await.unwrap());
    let refusal = pool.run(|_| panic!("on purpose")).await.map(|(): ()| ()).unwrap_err();
    assert_eq!(refusal.check, Check::Unexpected);
    assert!(pool.run(work).await.unwrap());
    for _ in 0..3000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if pool.holding() == 0 {
            return;
        }
    }
    panic!("an idle thread keeps its memory");
}

#[tokio::test]
async fn sec_v4_rehash_when_parameters_rise() {
    let all = passwords(LIGHT);
    let verdict = async |stored: &str| all.verify(&secret("right"), Some(stored)).await.unwrap();
    let with = |memory_kib, iterations| {
        passwords(PasswordSettings { memory_kib, iterations, ..LIGHT })
            .hash_blocking(&secret("right"))
            .unwrap()
    };
    assert_eq!(verdict(&with(256, 1)).await, Verdict { matches: true, rehash: false, imported: None });
    assert_eq!(verdict(&with(128, 1)).await, Verdict { matches: true, rehash: true, imported: None });
    let stronger = verdict(&with(512, 3)).await;
    assert!(stronger.matches && !stronger.rehash, "never made weaker");
    let again = all.hash(&secret("right")).await.unwrap();
    assert!(again.starts_with("$argon2id$v=19$m=256,t=1,p=1$"), "{again}");
    assert_eq!(verdict(&again).await, Verdict { matches: true, rehash: false, imported: None });
    assert_ne!(again, all.hash(&secret("right")).await.unwrap(), "salted");
    assert_eq!(
        all.verify(&secret("wrong"), Some(&with(128, 1))).await.unwrap(),
        Verdict { matches: false, rehash: false, imported: None }
    );
    // From the test vectors of the reference implementation (argon2i and an older version).
    let old = "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8";
    let imported = all.verify(&secret("password"), Some(old)).await.unwrap();
    assert!(imported.matches && imported.rehash, "{imported:?}");
    for bad in
        ["", "x", "$argon2id$v=19$m=99999999,t=9,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"]
    {
        assert_eq!(verdict(bad).await, Verdict { matches: false, rehash: false, imported: None }, "{bad}");
    }
    assert!(Passwords::start(&PasswordSettings { iterations: 0, ..LIGHT }, &Rng::seeded(1)).is_err());
}

#[tokio::test]
async fn sec_v4_imported_hashes_are_verified_and_upgraded() {
    let all = passwords(LIGHT);
    let right = secret("Pässword 1");
    for text in imported::tests::HASHES {
        let verdict = all.verify(&right, Some(text)).await.unwrap();
        assert!(verdict.matches && verdict.rehash && verdict.imported.is_some(), "{text}: {verdict:?}");
        let verdict = all.verify(&secret("wrong"), Some(text)).await.unwrap();
        assert!(!verdict.matches && !verdict.rehash, "{text}: {verdict:?}");
    }
    let long = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i";
    let verdict = all.verify(&secret(&"x".repeat(80)), Some(long)).await.unwrap();
    assert!(verdict.matches && !verdict.rehash, "what was typed beyond 72 bytes proves nothing");
}

/// A cheap hash is topped up; a dear one makes all wrong passwords wait for as long.
#[tokio::test]
async fn sec_c1_imported_accounts_cannot_be_told_by_time() {
    let all = passwords(FULL);
    let median_of = async |stored: Option<&str>| {
        let mut times = Vec::new();
        for _ in 0..9 {
            let tick = Tick::now();
            assert!(!all.verify(&secret("wrong"), stored).await.unwrap().matches);
            times.push(tick.elapsed());
        }
        median(times)
    };
    let cheap = "$pbkdf2-sha256$i=1$c29tZXNhbHQ$mVoft3ORURLxB3IvcoYLN3pxFM6lUzpnVAgAPx1QiZo";
    let mut apart = Vec::new();
    let fair = async |apart: &mut Vec<String>, cheap: &str| {
        let (none, some) = (median_of(None).await, median_of(Some(cheap)).await);
        apart.push(format!("{none:.2} and {some:.2} ms"));
        (none - some).abs() < none / 3.0
    };
    let mut equal = false;
    for _ in 0..6 {
        equal = equal || fair(&mut apart, cheap).await;
    }
    assert!(equal, "a cheap one is told: {apart:?}");
    assert_eq!(all.told_after(), Duration::ZERO, "nothing dear was seen");
    // Several times the cost of our own.
    let rounds = 600_000;
    let dear = format!("$pbkdf2-sha256$i={rounds}$c29tZXNhbHQ$mVoft3ORURLxB3IvcoYLN3pxFM6lUzpnVAgAPx1QiZo");
    all.verify(&secret("wrong"), Some(&dear)).await.unwrap();
    assert!(all.told_after() > Duration::ZERO);
    let tick = Tick::now();
    assert!(!all.verify(&secret("wrong"), None).await.unwrap().matches);
    assert!(tick.elapsed() >= all.told_after(), "nobody's password is told as late");
    let stored = all.hash(&secret("right")).await.unwrap();
    let tick = Tick::now();
    assert!(all.verify(&secret("right"), Some(&stored)).await.unwrap().matches);
    assert!(tick.elapsed() < all.told_after(), "a right one does not wait");
}

fn stored(id: &str, hash: SecretHash, value: &str, expires_at: Option<i64>) -> StoredSecret {
    StoredSecret { id: id.into(), hash, value: value.into(), created_at: 0, expires_at }
}

#[tokio::test]
async fn sec_v6_two_secrets_are_good_until_the_old_one_ends() {
    let all = passwords(LIGHT);
    let digest = |text: &str| sha256_b64(text.as_bytes());
    let two = [
        stored("new", SecretHash::Digest, &digest("lk_cs_new"), None),
        stored("old", SecretHash::Digest, &digest("lk_cs_old"), Some(1000)),
    ];
    let check = |text: &str, now| all.check_fast(&two, &secret(text), now);
    assert_eq!((check("lk_cs_new", 999), check("lk_cs_old", 999)), (Some(true), Some(true)));
    assert_eq!((check("lk_cs_new", 1000), check("lk_cs_old", 1000)), (Some(true), Some(false)));
    assert_eq!(
        (check("lk_cs_other", 0), check("", 0), check(&digest("lk_cs_new"), 0)),
        (Some(false), Some(false), Some(false))
    );
    assert_eq!(all.check_fast(&[], &secret("lk_cs_new"), 0), Some(false), "an unknown client");
    assert!(all.verify_client_secret("c", &two, &secret("lk_cs_old"), 999).await.unwrap());
    assert!(!all.verify_client_secret("c", &two, &secret("lk_cs_old"), 1000).await.unwrap());
}

#[tokio::test]
async fn sec_v4_a_chosen_client_secret_costs_argon2_once() {
    let all = passwords(FULL);
    let hash = all.hash(&secret("chosen by a person")).await.unwrap();
    let two = [
        stored("chosen", SecretHash::Argon2id, &hash, Some(1000)),
        stored("made", SecretHash::Digest, &sha256_b64(b"made"), None),
    ];
    let right = secret("chosen by a person");
    assert_eq!(all.check_fast(&two, &secret("made"), 0), Some(true), "no argon2 for a made one beside it");
    assert_eq!(all.check_fast(&two, &right, 0), None);
    assert!(all.verify_client_secret("c", &two, &right, 0).await.unwrap());
    assert_eq!(all.check_fast(&two, &right, 0), Some(true), "remembered");
    assert_eq!(all.check_fast(&two, &right, 1000), Some(false), "but not beyond its end");
    assert_eq!(all.check_fast(&two, &secret("wrong"), 0), None);
    assert!(!all.verify_client_secret("c", &two, &secret("wrong"), 0).await.unwrap());
    assert_eq!(all.check_fast(&two, &secret(&"x".repeat(1025)), 0), Some(false), "too long for argon2");
    let other = all.hash(&secret("another")).await.unwrap();
    let replaced = [stored("chosen", SecretHash::Argon2id, &other, None)];
    assert_eq!(all.check_fast(&replaced, &right, 0), None, "a new value under the same id");
    assert!(!all.verify_client_secret("c", &replaced, &right, 0).await.unwrap());
    assert_eq!(all.check_fast(&[], &right, 0), Some(false), "a deleted one");
    assert_eq!(all.0.turns.keys(), 0, "turns end");
}

#[test]
fn sec_u4_remembered_secrets_are_bounded() {
    let remembered = Remembered::new(&Rng::seeded(1));
    for n in 0..5000 {
        remembered.remember(&stored(&n.to_string(), SecretHash::Argon2id, "x", None), &secret("y"));
        assert!(remembered.len() <= 1024);
    }
    let last = [stored("4999", SecretHash::Argon2id, "x", None)];
    assert_eq!(client::check_fast(&remembered, &last, &secret("y"), 0), Some(true));
    assert_eq!(client::check_fast(&remembered, &last, &secret("z"), 0), None);
}

#[tokio::test]
async fn one_account_cannot_fill_the_queue() {
    // As small as a pool gets: three of one account fit, and all others of it wait their turn.
    let all = passwords(PasswordSettings { threads: 1, queue: 2, ..LIGHT });
    let mut tasks = JoinSet::new();
    for _ in 0..40 {
        let all = all.clone();
        tasks.spawn(async move {
            let _turn = all.turn("one").await?;
            all.verify(&secret("x"), None).await
        });
    }
    while let Some(result) = tasks.join_next().await {
        assert!(result.unwrap().is_ok(), "never busy");
    }
    assert_eq!(all.0.turns.keys(), 0);
    let held = [all.turn("a").await.unwrap(), all.turn("a").await.unwrap(), all.turn("a").await.unwrap()];
    let fourth = tokio::time::timeout(Duration::from_millis(50), all.turn("a")).await;
    assert!(fourth.is_err(), "waits");
    assert!(all.turn("b").await.is_ok(), "others do not");
    drop(held);
    assert!(all.turn("a").await.is_ok());
    assert_eq!(all.0.turns.keys(), 0, "an abandoned wait leaves nothing");
}
