//! The store's guards without HTTP, on both engines: what may happen once happens once, however many
//! try (design 2: the guard is in the statement).

use crate::harness::app::fresh_database;
use crate::harness::database::{execute, number};
use latchkey::base::clock::Clock;
use latchkey::base::id::{FamilyId, GrantId};
use latchkey::base::rng::Rng;
use latchkey::base::secret::{OneTimeLink, Plain, Secret};
use latchkey::domain::grant::Family;
use latchkey::store::{
    Conn, Db, DbConfig, Target, TxResult, authorizations, grants, links, migrate, settings,
};
use std::sync::{Arc, Barrier};

/// Threads that are released together.
const THREADS: usize = 8;
/// How often.
const ROUNDS: usize = 50;
/// Any time; the guards do not look at the clock.
const NOW: i64 = 1_800_000_000;

/// A fresh, migrated database without an engine above it.
struct Stand {
    db: Db,
    _data: tempfile::TempDir,
}

impl Stand {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let target = match fresh_database() {
            Some(url) => Target::Postgres(Secret::new(url)),
            None => Target::Sqlite(data.path().join("latchkey.db")),
        };
        let config = DbConfig { target, pool_size: 8, statement_timeout: 30, pool_wait: 30 };
        migrate::run(&config).unwrap();
        let db = Db::open(&config).unwrap();
        let person =
            "INSERT INTO users (id, username, email_verified, enabled, roles, claims, created_at, updated_at)
            VALUES ('u', 'ada', TRUE, TRUE, '[]', '{}', 0, 0)";
        let client = "INSERT INTO clients (id, enabled, metadata, revision, created_at, updated_at) VALUES ('c', TRUE, '{}', 1, 0, 0)";
        execute(&db, &format!("{person}; {client}"));
        Self { db, _data: data }
    }

    /// Runs the job in so many threads at once, each in a transaction of its own; what they got.
    fn race<T: Send + 'static>(
        &self,
        job: impl Fn(&mut Conn, usize) -> TxResult<T> + Clone + Send + 'static,
    ) -> Vec<T> {
        let gate = Arc::new(Barrier::new(THREADS));
        let racers: Vec<_> = (0..THREADS)
            .map(|n| {
                let (db, gate, job) = (self.db.clone(), Arc::clone(&gate), job.clone());
                std::thread::spawn(move || {
                    gate.wait();
                    db.write_blocking(move |conn| job(conn, n)).unwrap_or_else(|e| panic!("{e:?}"))
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    }

    fn count(&self, select: &str) -> i64 {
        number(&self.db, select)
    }
}

fn yes(answers: &[bool]) -> usize {
    answers.iter().filter(|answer| **answer).count()
}

fn id<T>(make: impl Fn(&Clock, &Rng) -> T) -> T {
    make(&Clock::system(), &Rng::system())
}

#[test]
fn sec_d5_a_code_is_consumed_once() {
    let stand = Stand::new();
    for round in 0..ROUNDS {
        let row = format!(
            "INSERT INTO authorizations (id, browser, client_id, request, stage, session_id, user_id, scope, code_digest,
             code_expires_at, created_at, expires_at) VALUES ('a{round}', '', 'c', '{{}}', 'granted', 's', 'u', '', 'd{round}', {NOW}, 0, {NOW})"
        );
        execute(&stand.db, &row);
        let won = stand.race(move |conn, n| {
            let grant = GrantId::from_stored(format!("g{n}"));
            authorizations::consume_code(conn, &format!("a{round}"), &grant, NOW, NOW).map(|won| (won, n))
        });
        let winners: Vec<usize> = won.iter().filter(|(won, _)| *won).map(|(_, n)| *n).collect();
        assert_eq!(winners.len(), 1, "round {round}: {won:?}");
        let winner = winners[0];
        let kept = format!(
            "SELECT count(*) FROM authorizations WHERE id = 'a{round}' AND grant_id = 'g{winner}' AND stage = 'redeemed'"
        );
        assert_eq!(stand.count(&kept), 1, "the row names the winner's grant");
    }
}

#[test]
fn sec_d6_a_burnt_code_is_not_consumed_nor_a_consumed_one_burnt() {
    let stand = Stand::new();
    for round in 0..ROUNDS {
        let row = format!(
            "INSERT INTO authorizations (id, browser, client_id, request, stage, code_digest, created_at, expires_at)
             VALUES ('a{round}', '', 'c', '{{}}', 'granted', 'd{round}', 0, {NOW})"
        );
        execute(&stand.db, &row);
        let won = stand.race(move |conn, n| {
            let id = format!("a{round}");
            if n % 2 == 0 {
                return authorizations::burn_code(conn, &id, NOW).map(|()| false);
            }
            authorizations::consume_code(conn, &id, &GrantId::from_stored(format!("g{n}")), NOW, NOW)
        });
        let redeemed = stand.count(&format!(
            "SELECT count(*) FROM authorizations WHERE id = 'a{round}' AND stage = 'redeemed'"
        ));
        assert!(yes(&won) <= 1, "round {round}");
        assert_eq!(i64::try_from(yes(&won)).unwrap(), redeemed, "round {round}");
    }
}

fn family(stand: &Stand) -> Family {
    let (grant, family) = (id(GrantId::generate), id(FamilyId::generate));
    let made = Family {
        id: family,
        grant_id: grant.clone(),
        generation: 0,
        rotated_at: NOW,
        expires_at: NOW + 1000,
        idle_expires_at: NOW + 1000,
        ended_at: None,
    };
    let row = format!(
        "INSERT INTO grants (id, client_id, scope, resource, created_at, expires_at, last_used_at) VALUES ('{grant}', 'c', '', '', 0, {NOW}, 0)"
    );
    execute(&stand.db, &row);
    let kept = made.clone();
    stand.db.write_blocking(move |conn| grants::insert_family(conn, &kept)).unwrap();
    made
}

#[test]
fn sec_e4_a_family_advances_once_a_generation() {
    let stand = Stand::new();
    let mut live = family(&stand);
    for round in 0..ROUNDS {
        let from = live.clone();
        let won = stand.race(move |conn, _| grants::advance_family(conn, &from, NOW, NOW + 500));
        assert_eq!(yes(&won), 1, "round {round}: {won:?}");
        let id = live.id.to_string();
        live = stand.db.read_blocking(move |conn| grants::find_family(conn, &id)).unwrap().unwrap();
        assert_eq!(live.generation, i64::try_from(round).unwrap() + 1);
    }
}

#[test]
fn sec_e6_an_ended_family_never_moves_again() {
    let stand = Stand::new();
    for round in 0..ROUNDS {
        let from = family(&stand);
        let raced = from.clone();
        let won = stand.race(move |conn, n| {
            if n % 2 == 0 {
                return grants::end(conn, raced.grant_id.as_str(), "raced", NOW).map(|ended| (ended, false));
            }
            // As a refresh does: the grant's row first.
            let live = grants::touch(conn, raced.grant_id.as_str(), NOW, NOW)?;
            Ok((false, live && grants::advance_family(conn, &raced, NOW, NOW)?))
        });
        assert_eq!(won.iter().filter(|(ended, _)| *ended).count(), 1, "round {round}: one ended it");
        assert!(won.iter().filter(|(_, moved)| *moved).count() <= 1, "round {round}: {won:?}");
        let id = from.id.to_string();
        let now = stand.db.read_blocking(move |conn| grants::find_family(conn, &id)).unwrap().unwrap();
        assert_eq!(now.ended_at, Some(NOW), "round {round}");
        let later = now.clone();
        let moved = stand.db.write_blocking(move |conn| grants::advance_family(conn, &later, NOW, NOW));
        assert!(!moved.unwrap(), "round {round}: it moved after its end");
    }
}

#[test]
fn sec_o3_a_link_is_used_once() {
    let stand = Stand::new();
    for round in 0..ROUNDS {
        let digest = Plain::<OneTimeLink>::generate(&Rng::system()).digest();
        let (made, raced) = (digest.clone(), digest);
        let insert =
            move |conn: &mut Conn| links::insert(conn, &made, links::RECOVER, Some("u"), (NOW, NOW + 60));
        stand.db.write_blocking(insert).unwrap();
        let won = stand.race(move |conn, _| links::consume(conn, &raced, links::RECOVER, NOW));
        let winners: Vec<_> = won.into_iter().flatten().collect();
        assert_eq!(winners, [Some("u".to_owned())], "round {round}");
    }
}

#[test]
fn sec_o3_a_link_is_for_its_purpose_and_its_time() {
    let stand = Stand::new();
    let digest = Plain::<OneTimeLink>::generate(&Rng::system()).digest();
    let used = stand.db.write_blocking(move |conn| {
        links::insert(conn, &digest, links::RECOVER, Some("u"), (NOW, NOW + 60))?;
        let wrong = links::consume(conn, &digest, links::SETUP, NOW)?;
        let late = links::consume(conn, &digest, links::RECOVER, NOW + 60)?;
        Ok((wrong, late, links::consume(conn, &digest, links::RECOVER, NOW + 59)?))
    });
    assert_eq!(used.unwrap(), (None, None, Some(Some("u".to_owned()))));
}

/// Another process looks at the counter to learn of a change: two changes are two steps, or one of
/// them may never be seen.
#[test]
fn a_counter_rises_by_one_for_each_that_raises_it() {
    let stand = Stand::new();
    for round in 0..ROUNDS {
        stand.race(|conn, _| settings::raise(conn, settings::CLIENTS_EPOCH, NOW));
        let now = stand.db.read_blocking(|conn| settings::epoch(conn, settings::CLIENTS_EPOCH)).unwrap();
        assert_eq!(now, i64::try_from((round + 1) * THREADS).unwrap(), "round {round}");
    }
}

#[test]
fn of_many_that_claim_a_fact_one_wins_and_all_learn_it() {
    let stand = Stand::new();
    for round in 0..ROUNDS {
        let name = format!("fact{round}");
        let told = stand.race(move |conn, n| settings::claim(conn, &name, &n.to_string(), NOW));
        assert!(told.iter().all(|fact| *fact == told[0] && !fact.is_empty()), "round {round}: {told:?}");
    }
}
