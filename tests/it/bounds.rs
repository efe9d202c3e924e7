//! What strangers can make grow stays bounded (security row U4; the table is `docs/limits.md`).

use crate::harness::app::{TestApp, on_postgres};
use crate::harness::child::PATIENCE;
use diesel::RunQueryDsl as _;
use diesel::sql_types::BigInt;
use latchkey::store::{Conn, TxResult, prune, traces};
use std::time::{Duration, Instant};

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

fn count(conn: &mut Conn, table: &str) -> TxResult<i64> {
    let query = diesel::sql_query(format!("SELECT count(*) AS rows FROM {table}"));
    let found: Count = match conn {
        Conn::Postgres(conn) => query.get_result(conn)?,
        Conn::Sqlite(conn) => query.get_result(conn)?,
    };
    Ok(found.rows)
}

fn rows(app: &TestApp, table: &'static str) -> i64 {
    app.read(move |conn| count(conn, table))
}

#[test]
fn sec_u4_stories_are_capped_and_the_newest_stay() {
    let app = TestApp::with_env(&[("LATCHKEY_TRACE__MAX_ROWS", "100")]);
    let mut last = String::new();
    for _ in 0..130 {
        let answer = app.call("GET", "/oauth2/authorize?client_id=none").send();
        last = answer.header("x-trace-id").unwrap().to_owned();
    }
    // They are written in order, so all are there when the last is. (The server's own job may have pruned by now.)
    let (started, is_kept) =
        (Instant::now(), |id: String| app.read(move |conn| traces::find(conn, &id)).is_some());
    while !is_kept(last.clone()) {
        assert!(started.elapsed() < PATIENCE, "{} stories", rows(&app, "flow_traces"));
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(rows(&app, "flow_traces") >= 100);
    let most = app.engine.policy.trace_rows;
    let before = app.engine.now() - app.engine.policy.trace_keep;
    app.write(move |conn| traces::prune(conn, before, most));
    assert_eq!(rows(&app, "flow_traces"), 100);
    assert!(is_kept(last), "the newest is kept");
    app.advance(7 * 86_400 + 1);
    let before = app.engine.now() - app.engine.policy.trace_keep;
    app.write(move |conn| traces::prune(conn, before, most));
    assert_eq!(rows(&app, "flow_traces"), 0, "a week later none is left");
}

#[test]
fn sec_u4_abandoned_sign_ins_and_guesses_are_forgotten() {
    let app = TestApp::start();
    let client = app.web_client();
    for n in 0..20 {
        let mut visitor = app.visitor();
        let first = visitor.get(&app.authorize_path(&client.id, &[]));
        let page = visitor.follow(first);
        if n < 3 {
            let csrf = page.input("csrf").unwrap();
            let ix = page.input("ix").unwrap();
            let name = format!("nobody{n}");
            visitor.post(
                "/login",
                &[("csrf", &csrf), ("ix", &ix), ("username", &name), ("password", "a guess of a stranger")],
            );
        }
    }
    assert_eq!((rows(&app, "authorizations"), rows(&app, "login_throttles")), (20, 3));
    let now = app.engine.now();
    app.write(move |conn| prune::batch(conn, now));
    assert_eq!(rows(&app, "authorizations"), 20, "what may still be finished stays");
    app.advance(2 * 86_400);
    let now = app.engine.now();
    app.write(move |conn| prune::batch(conn, now));
    assert_eq!((rows(&app, "authorizations"), rows(&app, "login_throttles")), (0, 0));
}

#[test]
fn sec_u4_metrics_do_not_grow_with_what_is_asked() {
    let app = TestApp::start();
    let series = || {
        let call = crate::harness::http::Call::new(app.ops_addr, "ops", "GET", "/metrics");
        call.send().text().lines().filter(|line| !line.starts_with('#')).count()
    };
    let ask = |n: usize| {
        app.call("GET", &format!("/path{n}")).send();
        app.call("GET", &format!("/oauth2/authorize?client_id=client{n}")).send();
        app.call(&format!("METHOD{n}"), "/login").send();
        app.call("GET", "/login").header("Host", &format!("host{n}.example")).send();
        app.call("GET", "/login").header("User-Agent", &format!("agent{n}")).send();
    };
    ask(0);
    let before = series();
    (1..60).for_each(ask);
    assert_eq!(series(), before);
}

#[test]
fn sec_u4_every_table_says_how_it_stays_bounded() {
    let app = TestApp::start();
    let documented = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md")).unwrap();
    let schema =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/schema.rs")).unwrap();
    let tables: Vec<&str> = schema
        .split("diesel::table! {")
        .skip(1)
        .filter_map(|table| table.trim_start().split([' ', '(']).next())
        .collect();
    assert!(tables.len() >= 19, "{tables:?}");
    for table in &tables {
        assert!(documented.contains(&format!("`{table}`")), "{table} is missing in docs/limits.md");
    }
    let known = rows(&app, "settings");
    assert!(
        known > 0 && known < 50,
        "{known} settings on {}",
        if on_postgres() { "PostgreSQL" } else { "SQLite" }
    );
}
