//! The store's guards to the second, on both databases: the clock is an argument here.

use crate::harness::database::{Stand, execute, number};
use latchkey::base::id::{DeviceId, GrantId, SessionId, UserId};
use latchkey::store::{Conn, Db, TxResult, device_tries, devices};

const NOW: i64 = 1_800_000_000;

fn pending(db: &Db, id: &str) -> DeviceId {
    execute(
        db,
        &format!(
            "INSERT INTO device_codes (id, client_id, device_digest, user_code, scope, resource, ip, user_agent, stage,
             poll_seconds, next_poll_at, created_at, expires_at, forget_at)
             VALUES ('{id}', 'c', 'd', 'code {id}', '', '', '', '', 'pending', 5, {NOW}, {NOW}, {NOW} + 600, {NOW} + 4200)"
        ),
    );
    DeviceId::from_stored(id)
}

fn run<T: Send + 'static>(db: &Db, job: impl FnOnce(&mut Conn) -> TxResult<T> + Send + 'static) -> T {
    db.write_blocking(job).unwrap_or_else(|e| panic!("{e:?}"))
}

/// RFC 8628 §3.5: "the interval MUST be increased by 5 seconds for this and all subsequent requests".
#[test]
fn sec_l1_the_interval_holds_to_the_second_and_grows_by_five() {
    let stand = Stand::new();
    let db = &stand.db;
    let id = pending(db, "one");
    let mut now = NOW;
    // (seconds since the last poll, whether it came in time, the interval afterwards)
    let polls = [
        (0, true, 5),
        (5, true, 5),
        (4, false, 10),
        (9, false, 15),
        (14, false, 20),
        (20, true, 20),
        (19, false, 25),
        (25, true, 25),
    ];
    for (wait, in_time, interval) in polls {
        now += wait;
        let (one, at) = (id.clone(), now);
        assert_eq!(run(db, move |conn| devices::poll(conn, &one, at)), in_time, "after {wait} s");
        if !in_time {
            let one = id.clone();
            assert!(run(db, move |conn| devices::slow_down(conn, &one, at)));
        }
        assert_eq!(number(db, "SELECT poll_seconds FROM device_codes"), interval);
    }
    // Hammering makes it long, not endless, and then writes no more.
    let grown = (0..40).filter(|_| {
        let one = id.clone();
        run(db, move |conn| devices::slow_down(conn, &one, now))
    });
    assert_eq!(grown.count(), 19);
    assert_eq!(number(db, "SELECT poll_seconds FROM device_codes"), 120);
}

#[test]
fn sec_l5_a_device_is_answered_once_in_time_and_redeemed_once() {
    let stand = Stand::new();
    let (user, session) = (UserId::from_stored("u"), SessionId::from_stored("s"));
    for n in 0..20 {
        let id = pending(&stand.db, &format!("r{n}"));
        let (one, user, session) = (id.clone(), user.clone(), session.clone());
        let answers = stand.race(8, move |conn, n| {
            if n % 2 == 0 {
                devices::approve(conn, &one, &user, &session, NOW + 599)
            } else {
                devices::deny(conn, &one, &user, NOW + 599)
            }
        });
        assert_eq!(answers.into_iter().filter(|answer| *answer.as_ref().unwrap()).count(), 1);
        let approved = number(
            &stand.db,
            &format!("SELECT count(*) FROM device_codes WHERE id = 'r{n}' AND stage = 'approved'"),
        );
        let redeemed = stand.race(8, move |conn, n| {
            devices::redeem(conn, &id, &GrantId::from_stored(format!("g{n}")), NOW + 599)
        });
        let redeemed = redeemed.into_iter().filter(|answer| *answer.as_ref().unwrap()).count();
        assert_eq!(i64::try_from(redeemed), Ok(approved), "what was denied is worth nothing");
    }
    // At its end nothing goes any more.
    let id = pending(&stand.db, "late");
    let db = &stand.db;
    let (one, by) = (id.clone(), user.clone());
    assert!(!run(db, move |conn| devices::deny(conn, &one, &by, NOW + 600)));
    let (one, by, within) = (id.clone(), user.clone(), session.clone());
    assert!(!run(db, move |conn| devices::approve(conn, &one, &by, &within, NOW + 600)));
    let one = id.clone();
    assert!(run(db, move |conn| devices::approve(conn, &one, &user, &session, NOW + 599)));
    let (one, grant) = (id.clone(), GrantId::from_stored("g"));
    assert!(!run(db, move |conn| devices::redeem(conn, &one, &grant, NOW + 600)));
    let grant = GrantId::from_stored("g");
    assert!(run(db, move |conn| devices::redeem(conn, &id, &grant, NOW + 599)));
}

/// One try is let through for each that is allowed, however many come at once; the while begins with the
/// first and ends to the second.
#[test]
fn sec_l2_tries_are_counted_before_anything_is_looked_at() {
    let stand = Stand::new();
    let tries = |seconds: i64| {
        let counted = stand.race(24, move |conn, _| device_tries::count(conn, "n", 10, 60, NOW + seconds));
        let counted: Vec<_> = counted.into_iter().map(|one| one.unwrap()).collect();
        let mut passed: Vec<i64> = counted.iter().filter_map(|one| one.ok()).collect();
        passed.sort_unstable();
        (passed, counted.into_iter().find_map(Result::err))
    };
    let all: Vec<i64> = (1..=10).collect();
    assert_eq!(tries(0), (all.clone(), Some(60)));
    assert_eq!(tries(59), (vec![], Some(1)));
    assert_eq!(tries(60), (all, Some(60)));
    let db = &stand.db;
    run(db, |conn| device_tries::give_back(conn, "n"));
    assert_eq!(tries(61).0, [10], "one was given back");
    assert_eq!(run(db, |conn| device_tries::count(conn, "other", 10, 60, NOW)), Ok(1));
}

/// Two devices never show the same code, however unlikely that is.
#[test]
fn a_user_code_that_is_taken_is_not_given_again() {
    let stand = Stand::new();
    let db = &stand.db;
    let id = pending(db, "01J9ZK6V3Q0000000000000000");
    let found = run(db, |conn| devices::find_by_user_code(conn, "code 01J9ZK6V3Q0000000000000000"));
    let device = found.expect("the device");
    assert_eq!(device.id, id);
    let again = latchkey::domain::device::Device { id: DeviceId::from_stored("other"), ..device };
    let digest = || latchkey::base::secret::Digest::from_stored("d2");
    let (one, code) = (again.clone(), "code 01J9ZK6V3Q0000000000000000");
    assert!(!run(db, move |conn| devices::insert(conn, &one, &digest(), code, NOW)));
    assert!(run(db, move |conn| devices::insert(conn, &again, &digest(), "another", NOW)));
}
