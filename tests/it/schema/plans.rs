//! What the store really asks, collected as it asks it, and how SQLite would find the answer.

use super::up;
use crate::harness::app::on_postgres;
use crate::harness::database::{Stand, execute, query};
use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use latchkey::base::id::{AttemptId, DeviceId, FactorId, FamilyId, GrantId, SessionId, UserId, VisitId};
use latchkey::base::secret::{
    AccessToken, Digest, InitialToken, OneTimeLink, Plain, RegistrationToken, SessionSecret,
};
use latchkey::domain::delivery::Outcome;
use latchkey::domain::grant::Family;
use latchkey::store::grants::Ending;
use latchkey::store::outbox::{self, Lane};
use latchkey::store::{
    Conn, Db, TxResult, attempts, audit, authorizations, consents, device_tries, devices, factors, grants,
    initial_tokens, links, prune, registrations, remembered, session_clients, sessions, standing, throttles,
    tokens, traces, users,
};
use std::sync::{Arc, Mutex};

/// Tables with a handful of rows; reading them whole is the best plan.
const SMALL: &[&str] =
    &["settings", "signing_keys", "client_secrets", "one_time_links", "clients", "initial_access_tokens"];

/// Runs store functions and collects the statements they send.
fn statements(db: &Db, work: impl FnOnce(&mut Conn) -> TxResult<()> + Send + 'static) -> Vec<String> {
    let sent: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&sent);
    db.write_blocking(move |conn| {
        if let Conn::Sqlite(inner) = conn {
            inner.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    sink.lock().unwrap().push(query.to_string());
                }
            });
        }
        let done = work(conn);
        if let Conn::Sqlite(inner) = conn {
            inner.set_instrumentation(diesel::connection::get_default_instrumentation());
        }
        done
    })
    .unwrap_or_else(|e| panic!("{e:?}"));
    let all = std::mem::take(&mut *sent.lock().unwrap());
    all.into_iter().filter_map(|text| text.split(" -- binds:").next().map(str::to_owned)).collect()
}

/// The steps of SQLite's plan that read a whole big table.
fn scans(db: &Db, statement: &str) -> Vec<String> {
    if !["SELECT", "UPDATE", "DELETE", "INSERT"].iter().any(|verb| statement.starts_with(verb)) {
        return Vec::new();
    }
    let is_small = |step: &str| SMALL.iter().any(|table| step.starts_with(&format!("SCAN {table}")));
    let all = steps(db, statement).into_iter();
    all.filter(|step| step.starts_with("SCAN") && !is_small(step)).collect()
}

fn steps(db: &Db, statement: &str) -> Vec<String> {
    let bound = statement.replace('?', "1");
    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    let read = db.read_blocking(|conn| {
        let Conn::Sqlite(conn) = conn else { panic!("SQLite only") };
        let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {bound}"));
        let steps: Vec<Step> =
            diesel::RunQueryDsl::load(explain, conn).unwrap_or_else(|e| panic!("{bound}: {e}"));
        Ok(steps)
    });
    let steps = read.unwrap_or_else(|e| panic!("{e:?}"));
    steps.into_iter().map(|step| step.detail).collect()
}

#[track_caller]
fn assert_indexed(db: &Db, what: &str, work: impl FnOnce(&mut Conn) -> TxResult<()> + Send + 'static) {
    let sent = statements(db, work);
    assert!(
        sent.iter().any(|statement| statement.contains("WHERE") || statement.contains("LIMIT")),
        "{what}: {sent:?}"
    );
    for statement in sent {
        let scanned = scans(db, &statement);
        assert!(scanned.is_empty(), "{what}: {statement}\n{scanned:?}");
    }
}

#[test]
fn what_each_request_asks_is_found_by_an_index() {
    if on_postgres() {
        return; // the same statements and indexes; the plan of an empty table says nothing there
    }
    let stand = Stand::new();
    let db = &stand.db;
    assert_indexed(db, "session by digest", |conn| {
        sessions::find_by_digest(conn, &Digest::<SessionSecret>::from_stored("d")).map(|_| ())
    });
    assert_indexed(db, "code by what it names", |conn| {
        authorizations::find_by_code(conn, &Plain::presented(format!("lk_ac_{}", "0".repeat(26))))?;
        authorizations::consume_code(conn, "a", &GrantId::from_stored("g"), 1, 1)?;
        authorizations::find(conn, "a")?;
        authorizations::expect_user(conn, "a", &UserId::from_stored("u"))?;
        authorizations::burn_code(conn, "a", 1)
    });
    assert_indexed(db, "grant and family by id", |conn| {
        grants::find(conn, "g")?;
        grants::touch(conn, "g", 1, 1)?;
        grants::find_family(conn, "f")?;
        grants::find_by_family(conn, "f")?;
        grants::find_bearing(conn, "g", "j", "c")?;
        let family = Family {
            id: FamilyId::from_stored("f"),
            grant_id: GrantId::from_stored("g"),
            generation: 0,
            rotated_at: 0,
            expires_at: 0,
            idle_expires_at: 0,
            ended_at: None,
        };
        grants::advance_family(conn, &family, 1, 1)?;
        grants::end(conn, "g", "test", 1).map(|_| ())
    });
    assert_indexed(db, "what the gate asks", |conn| {
        standing::find(conn, "c", "u", "s")?;
        standing::find_machine(conn, "c").map(|_| ())
    });
    assert_indexed(db, "consent", |conn| {
        consents::find(conn, "u", "c")?;
        consents::of_user(conn, "u")?;
        consents::remove(conn, "u", "c").map(|_| ())
    });
    assert_indexed(db, "login name", |conn| {
        users::find_by_login(conn, "ada")?;
        throttles::reserve(conn, "ada", 1, 60)?;
        throttles::clear(conn, "ada")
    });
    assert_indexed(db, "access token", |conn| {
        tokens::find(conn, &Digest::<AccessToken>::from_stored("d"))?;
        tokens::is_revoked(conn, "j").map(|_| ())
    });
    assert_indexed(db, "link", |conn| {
        links::consume(conn, &Digest::<OneTimeLink>::from_stored("d"), links::SETUP, 1).map(|_| ())
    });
    assert_indexed(db, "registration", |conn| {
        initial_tokens::find(conn, &Digest::<InitialToken>::from_stored("d"))?;
        initial_tokens::consume(conn, &Digest::<InitialToken>::from_stored("d"), 1)?;
        registrations::by_token(conn, &Digest::<RegistrationToken>::from_stored("d"))?;
        registrations::of_client(conn, "c")?;
        registrations::unused(conn, 1, 1).map(|_| ())
    });
    for statement in statements(db, |conn| registrations::count_open(conn).map(|_| ())) {
        // Those that strangers registered, of which there are so many at the most.
        assert_eq!(
            scans(db, &statement),
            ["SCAN client_registrations USING INDEX client_registrations_open"]
        );
    }
    assert_indexed(db, "device", |conn| {
        let id = DeviceId::from_stored("d");
        devices::find_by_code(conn, &Plain::presented(format!("lk_dc_{}", "0".repeat(26))))?;
        devices::find_by_user_code(conn, "u")?;
        devices::find_visit(conn, &VisitId::from_stored("v"))?;
        devices::poll(conn, &id, 1)?;
        devices::slow_down(conn, &id, 1)?;
        devices::approve(conn, &id, &UserId::from_stored("u"), &SessionId::from_stored("s"), 1)?;
        devices::deny(conn, &id, &UserId::from_stored("u"), 1)?;
        devices::redeem(conn, &id, &GrantId::from_stored("g"), 1)?;
        devices::burn(conn, &id)?;
        device_tries::give_back(conn, "n")
    });
    assert_indexed(db, "second factors", |conn| {
        let id = FactorId::from_stored("f");
        users::find_at_login(conn, "u")?;
        factors::any(conn, "u")?;
        factors::sealed(conn, "u", "totp")?;
        factors::take_step(conn, &id, 1, 1)?;
        factors::use_code(conn, "u", &Digest::from_stored("d"), 1)?;
        factors::codes_left(conn, "u")?;
        factors::reset(conn, "u")?;
        remembered::stands_in(conn, "u", &[Digest::from_stored("d")], 1)?;
        remembered::of_user(conn, "u", 1)?;
        let attempt = AttemptId::from_stored("a");
        attempts::find(conn, "a")?;
        attempts::consume(conn, &attempt, 1)?;
        attempts::count_failure(conn, &attempt)?;
        attempts::end_others(conn, "u", "a")
    });
    assert_indexed(db, "trace", |conn| traces::find(conn, "t").map(|_| ()));
}

#[test]
fn what_ends_and_forgets_many_is_found_by_an_index() {
    if on_postgres() {
        return;
    }
    let stand = Stand::new();
    let db = &stand.db;
    for statement in statements(db, |conn| authorizations::burn_codes_of_client(conn, "c")) {
        // A removed client's codes are looked for among all that are live: few, and seldom.
        let live = ["authorizations_granted", "device_codes_approved"];
        let scanned = scans(db, &statement);
        assert!(scanned.len() == 1 && live.iter().any(|index| scanned[0].ends_with(index)), "{scanned:?}");
    }
    assert_indexed(db, "a person's", |conn| {
        authorizations::burn_codes_of(conn, "u", Some("c"))?;
        authorizations::burn_codes_of(conn, "u", None)?;
        authorizations::burn_codes_of_sessions(conn, "u", &["s", "t"])?;
        grants::of_user(conn, "u", 1)?;
        sessions::of_user(conn, "u", 1)?;
        sessions::end_all(conn, "u", None, 1)?;
        sessions::end_beyond(conn, "u", 5, 1)?;
        for which in [
            Ending::User("u"),
            Ending::UserAtClient("u", "c"),
            Ending::Sessions(&["s", "t"]),
            Ending::Client("c"),
        ] {
            grants::end_all(conn, &which, "test", 1)?;
        }
        Ok(())
    });
    assert_indexed(db, "at which clients sessions signed in", |conn| {
        session_clients::of_sessions(conn, &["s", "t"]).map(|_| ())
    });
    assert_indexed(db, "the outbox", |conn| {
        for (unreviewed, fresh) in [(false, true), (false, false), (true, true), (true, false)] {
            outbox::due(conn, 1, &Lane { unreviewed, fresh, but: vec!["c".to_owned()] }, 9)?;
        }
        outbox::claim(conn, "d", 1, 2)?;
        outbox::end(conn, "d", (Outcome::Delivered, 1), Some("x")).map(|_| ())
    });
    assert_indexed(db, "what has expired", |conn| prune::batch(conn, 1).map(|_| ()));
}

#[test]
fn every_reference_has_an_index() {
    if on_postgres() {
        return;
    }
    let stand = Stand::new();
    let db = &stand.db;
    let all = "SELECT m.name || '.' || f.\"from\" AS line FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
    let references = query(db, all);
    assert_eq!(references.len(), up().matches("REFERENCES").count());
    for reference in references {
        let (table, column) = reference.split_once('.').unwrap();
        let found = steps(db, &format!("SELECT 1 FROM {table} WHERE {column} = ?"));
        let found: Vec<&String> = found.iter().filter(|step| step.starts_with("SCAN")).collect();
        assert!(found.is_empty(), "{reference}: deleting what it names reads all of {table}");
    }
}

/// The audit log is forgotten oldest first, and nothing that is younger goes.
#[test]
fn old_events_are_forgotten_in_batches() {
    let stand = Stand::new();
    let db = &stand.db;
    let rows: Vec<String> = (0..1200).map(|n| format!("('{n:05}', {n}, 'x.y')")).collect();
    execute(db, &format!("INSERT INTO audit_events (id, at, kind) VALUES {}", rows.join(",")));
    let went: Vec<usize> =
        (0..4).map(|_| db.write_blocking(|conn| audit::prune(conn, 1100)).unwrap()).collect();
    assert_eq!(went, [500, 500, 100, 0]);
    assert_eq!(db.read_blocking(|conn| audit::count_kind(conn, "x.y")).unwrap(), 100);
}
