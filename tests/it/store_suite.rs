//! The store's guards without HTTP, on both engines: what may happen once happens once, however many
//! try (design 2: the guard is in the statement).

use crate::harness::database::{Stand, execute, number};
use latchkey::base::clock::Clock;
use latchkey::base::id::{FamilyId, GrantId};
use latchkey::base::rng::Rng;
use latchkey::base::secret::{Digest, OneTimeLink, Plain, SessionSecret};
use latchkey::domain::grant::Family;
use latchkey::protocol::scope::Scope;
use latchkey::store::{
    Conn, TxResult, authorizations, consents, grants, links, prune, sessions, settings, traces,
};

/// Threads that are released together.
const THREADS: usize = 8;
/// How often.
const ROUNDS: usize = 50;
/// Any time; the guards do not look at the clock.
const NOW: i64 = 1_800_000_000;

/// A database with one person and one client.
fn stand() -> Stand {
    let stand = Stand::new();
    let person =
        "INSERT INTO users (id, username, email_verified, enabled, roles, claims, created_at, updated_at)
        VALUES ('u', 'ada', TRUE, TRUE, '[]', '{}', 0, 0)";
    let client = "INSERT INTO clients (id, enabled, metadata, revision, created_at, updated_at) VALUES ('c', TRUE, '{}', 1, 0, 0)";
    execute(&stand.db, &format!("{person}; {client}"));
    stand
}

/// What so many threads got that were released together; none may fail.
fn race<T: Send + 'static>(
    stand: &Stand,
    job: impl Fn(&mut Conn, usize) -> TxResult<T> + Clone + Send + 'static,
) -> Vec<T> {
    let all = stand.race(THREADS, job).into_iter();
    all.map(|outcome| outcome.unwrap_or_else(|e| panic!("{e:?}"))).collect()
}

fn yes(answers: &[bool]) -> usize {
    answers.iter().filter(|answer| **answer).count()
}

fn id<T>(make: impl Fn(&Clock, &Rng) -> T) -> T {
    make(&Clock::system(), &Rng::system())
}

#[test]
fn sec_d5_a_code_is_consumed_once() {
    let stand = stand();
    for round in 0..ROUNDS {
        let row = format!(
            "INSERT INTO authorizations (id, browser, client_id, request, stage, session_id, user_id, scope, code_digest,
             code_expires_at, created_at, expires_at) VALUES ('a{round}', '', 'c', '{{}}', 'granted', 's', 'u', '', 'd{round}', {NOW}, 0, {NOW})"
        );
        execute(&stand.db, &row);
        let won = race(&stand, move |conn, n| {
            let grant = GrantId::from_stored(format!("g{n}"));
            authorizations::consume_code(conn, &format!("a{round}"), &grant, NOW, NOW).map(|won| (won, n))
        });
        let winners: Vec<usize> = won.iter().filter(|(won, _)| *won).map(|(_, n)| *n).collect();
        assert_eq!(winners.len(), 1, "round {round}: {won:?}");
        let winner = winners[0];
        let kept = format!(
            "SELECT count(*) FROM authorizations WHERE id = 'a{round}' AND grant_id = 'g{winner}' AND stage = 'redeemed'"
        );
        assert_eq!(number(&stand.db, &kept), 1, "the row names the winner's grant");
    }
}

#[test]
fn sec_d6_a_burnt_code_is_not_consumed_nor_a_consumed_one_burnt() {
    let stand = stand();
    for round in 0..ROUNDS {
        let row = format!(
            "INSERT INTO authorizations (id, browser, client_id, request, stage, code_digest, created_at, expires_at)
             VALUES ('a{round}', '', 'c', '{{}}', 'granted', 'd{round}', 0, {NOW})"
        );
        execute(&stand.db, &row);
        let won = race(&stand, move |conn, n| {
            let id = format!("a{round}");
            if n % 2 == 0 {
                return authorizations::burn_code(conn, &id, NOW).map(|()| false);
            }
            authorizations::consume_code(conn, &id, &GrantId::from_stored(format!("g{n}")), NOW, NOW)
        });
        let redeemed = number(
            &stand.db,
            &format!("SELECT count(*) FROM authorizations WHERE id = 'a{round}' AND stage = 'redeemed'"),
        );
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
        "INSERT INTO grants (id, client_id, user_id, auth_time, session_id, amr, acr, scope, resource, created_at, expires_at, last_used_at)
         VALUES ('{grant}', 'c', 'u', 0, 's', '[]', '', '', '', 0, {NOW}, 0)"
    );
    execute(&stand.db, &row);
    let kept = made.clone();
    stand.db.write_blocking(move |conn| grants::insert_family(conn, &kept)).unwrap();
    made
}

#[test]
fn sec_e4_a_family_advances_once_a_generation() {
    let stand = stand();
    let mut live = family(&stand);
    for round in 0..ROUNDS {
        let from = live.clone();
        let won = race(&stand, move |conn, _| grants::advance_family(conn, &from, NOW, NOW + 500));
        assert_eq!(yes(&won), 1, "round {round}: {won:?}");
        let id = live.id.to_string();
        live = stand.db.read_blocking(move |conn| grants::find_family(conn, &id)).unwrap().unwrap();
        assert_eq!(live.generation, i64::try_from(round).unwrap() + 1);
    }
}

#[test]
fn sec_e6_an_ended_family_never_moves_again() {
    let stand = stand();
    for round in 0..ROUNDS {
        let from = family(&stand);
        let raced = from.clone();
        let won = race(&stand, move |conn, n| {
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

/// Another node ends the session while it is renewed: whichever comes first, it has ended afterwards, and the
/// loser hears of it.
#[test]
fn sec_c2_a_session_that_was_ended_is_never_renewed() {
    let stand = stand();
    for round in 0..ROUNDS {
        let row = format!(
            "INSERT INTO sessions (id, digest, user_id, auth_time, amr, acr, created_at, last_seen_at, expires_at,
             user_agent, ip) VALUES ('s{round}', 'd{round}', 'u', 0, '[]', 'x', 0, {NOW}, {NOW} + 1000, '', '')"
        );
        execute(&stand.db, &row);
        let id = format!("s{round}");
        let session = stand.db.read_blocking(|conn| sessions::find(conn, &id)).unwrap().unwrap();
        let raced = session.clone();
        let won = race(&stand, move |conn, n| {
            if n == 0 {
                return sessions::end(conn, raced.id.as_str(), NOW).map(|ended| ended && n == 0);
            }
            let digest = Digest::<SessionSecret>::from_stored(format!("{}-{n}", raced.id));
            sessions::renew(conn, &raced, &digest)
        });
        assert!(won[0], "round {round}: it was ended once");
        let now = stand.db.read_blocking(|conn| sessions::find(conn, &id)).unwrap().unwrap();
        assert_eq!(now.ended_at, Some(NOW), "round {round}");
        let late = Digest::<SessionSecret>::from_stored("late");
        let renewed = stand.db.write_blocking(move |conn| sessions::renew(conn, &session, &late));
        assert!(!renewed.unwrap(), "round {round}: renewed after its end");
    }
}

#[test]
fn sec_b4_what_two_tabs_agree_to_at_once_is_all_remembered() {
    let stand = stand();
    let find = || stand.db.read_blocking(|conn| consents::find(conn, "u", "c")).unwrap();
    for round in 0..ROUNDS {
        let at = NOW + i64::try_from(round).unwrap();
        race(&stand, move |conn, n| {
            let (scope, resource) =
                (Scope::of([format!("s{n}").as_str(), "openid"]), [format!("r{}", n % 4)]);
            let claim = ["locale", "name"][n % 2];
            consents::add(conn, ("u", "c"), (&scope, &resource, &[claim]), at)
        });
        let all = find().unwrap();
        let expected = (0..THREADS).map(|n| format!("s{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(all.scope.to_string(), format!("openid {expected}"), "round {round}");
        let mut claims = all.claims;
        claims.sort_unstable();
        assert_eq!(claims, ["locale", "name"], "round {round}");
        let mut resources = all.resource;
        resources.sort_unstable();
        assert_eq!((resources.join(" ").as_str(), all.created_at), ("r0 r1 r2 r3", at), "round {round}");
        // What was taken back does not come again with the next yes.
        stand.db.write_blocking(|conn| consents::remove(conn, "u", "c")).unwrap();
        let scope = Scope::of(["email"]);
        let told =
            stand.db.write_blocking(move |conn| consents::add(conn, ("u", "c"), (&scope, &[], &[]), at));
        assert_eq!((told.unwrap().scope.to_string().as_str(), find().unwrap().resource.len()), ("email", 0));
        stand.db.write_blocking(|conn| consents::remove(conn, "u", "c")).unwrap();
    }
}

#[test]
fn sec_o3_a_link_is_used_once() {
    let stand = stand();
    for round in 0..ROUNDS {
        let digest = Plain::<OneTimeLink>::generate(&Rng::system()).digest();
        let (made, raced) = (digest.clone(), digest);
        let insert =
            move |conn: &mut Conn| links::insert(conn, &made, links::RECOVER, Some("u"), (NOW, NOW + 60));
        stand.db.write_blocking(insert).unwrap();
        let won = race(&stand, move |conn, _| links::consume(conn, &raced, links::RECOVER, NOW));
        let winners: Vec<_> = won.into_iter().flatten().collect();
        assert_eq!(winners, [Some("u".to_owned())], "round {round}");
    }
}

#[test]
fn sec_o3_a_link_is_for_its_purpose_and_its_time() {
    let stand = stand();
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
    let stand = stand();
    for round in 0..ROUNDS {
        race(&stand, |conn, _| settings::raise(conn, settings::CLIENTS_EPOCH, NOW));
        let now = stand.db.read_blocking(|conn| settings::epoch(conn, settings::CLIENTS_EPOCH)).unwrap();
        assert_eq!(now, i64::try_from((round + 1) * THREADS).unwrap(), "round {round}");
    }
}

#[test]
fn of_many_that_claim_a_fact_one_wins_and_all_learn_it() {
    let stand = stand();
    for round in 0..ROUNDS {
        let name = format!("fact{round}");
        let told = race(&stand, move |conn, n| settings::claim(conn, &name, &n.to_string(), NOW));
        assert!(told.iter().all(|fact| *fact == told[0] && !fact.is_empty()), "round {round}: {told:?}");
    }
}

/// Two that take the same rows in different orders wait for each other, and PostgreSQL kills one.
#[test]
fn sec_z16_whoever_ends_many_takes_them_in_one_order() {
    let stand = stand();
    for round in 0..20 {
        let rows = (0..24).map(|n| {
            let id = format!("{round:02}-{n:02}");
            format!(
                "INSERT INTO sessions (id, digest, user_id, auth_time, amr, acr, user_agent, ip, created_at, last_seen_at, expires_at)
                 VALUES ('{id}', '{id}', 'u', 0, '[]', '', '', '', 0, 0, {NOW});
                 INSERT INTO authorizations (id, browser, client_id, request, stage, session_id, user_id, code_digest, created_at, expires_at)
                 VALUES ('{id}', '', 'c', '{{}}', 'granted', 's', 'u', '{id}', 0, {NOW});
                 INSERT INTO grants (id, client_id, user_id, session_id, auth_time, amr, acr, scope, resource, created_at, expires_at, last_used_at)
                 VALUES ('{id}', 'c', 'u', 's', 0, '[]', '', '', '', 0, {NOW}, 0);"
            )
        });
        execute(&stand.db, &rows.collect::<String>());
        let ended = race(&stand, |conn, n| {
            let ended = if n % 2 == 0 {
                sessions::end_all(conn, "u", None, NOW)?.len()
            } else {
                sessions::end_beyond(conn, "u", 0, NOW)?;
                0
            };
            match n % 3 {
                0 => authorizations::burn_codes_of(conn, "u", None)?,
                1 => authorizations::burn_codes_of(conn, "u", Some("c"))?,
                _ => authorizations::burn_codes_of_sessions(conn, "u", &["s"])?,
            }
            let which = if n % 2 == 0 { grants::Ending::User("u") } else { grants::Ending::Sessions(&["s"]) };
            Ok((ended, grants::end_all(conn, &which, "raced", NOW)?))
        });
        assert!(ended.iter().map(|(sessions, _)| sessions).sum::<usize>() <= 24, "round {round}: {ended:?}");
        assert_eq!(ended.iter().map(|(_, grants)| grants).sum::<usize>(), 24, "round {round}: {ended:?}");
        for left in ["sessions WHERE ended_at IS NULL", "authorizations WHERE stage = 'granted'"] {
            assert_eq!(
                number(&stand.db, &format!("SELECT count(*) FROM {left}")),
                0,
                "round {round}: {left}"
            );
        }
    }
}

/// Every node forgets what has expired; none waits for another, and all of it goes.
#[test]
fn many_that_forget_at_once_forget_all() {
    let stand = stand();
    let rows = (0..1500).map(|n| {
        format!(
            "INSERT INTO authorizations (id, browser, client_id, request, stage, created_at, expires_at) VALUES ('{n:04}', '', 'c', '{{}}', 'pending', 0, {n});
             INSERT INTO flow_traces (id, at, route, code, story) VALUES ('{n:04}', {n}, '', '', '');"
        )
    });
    execute(&stand.db, &rows.collect::<String>());
    let forgotten = race(&stand, |conn, n| {
        traces::prune(conn, i64::try_from(n).unwrap() * 100, 500)?;
        prune::batch(conn, 1400)
    });
    assert!(forgotten.iter().sum::<usize>() <= 1400, "{forgotten:?}");
    while stand.db.write_blocking(|conn| prune::batch(conn, 1400)).unwrap() > 0 {}
    assert_eq!(number(&stand.db, "SELECT count(*) FROM authorizations"), 100);
    assert_eq!(number(&stand.db, "SELECT count(*) FROM flow_traces"), 500);
}
