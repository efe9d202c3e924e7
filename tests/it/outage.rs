//! The store fails in the middle: 503 with `Retry-After`, never a yes, and nothing half done
//! (security rows D9, G4, H5, V11).

use crate::harness::app::{Options, TestApp, TestClient, on_postgres};
use crate::harness::child::PATIENCE;
use crate::harness::http::Answer;
use crate::harness::postgres;
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use serde_json::Value;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn assert_unavailable(app: &TestApp, answer: &Answer) {
    app.assert_json(answer, 503, "temporarily_unavailable", "LK-1908");
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().unwrap() > 0));
    let words = answer.text().to_lowercase();
    for inner in ["sql", "table", "relation", "locked", "diesel", "postgres", ".rs"] {
        assert!(!words.contains(inner), "it tells of the inside: {words}");
    }
}

/// Runs `during` while a table has another name, so that statements on it fail.
fn without<T>(app: &TestApp, table: &'static str, during: impl FnOnce() -> T) -> T {
    let rename = move |from: String, to: String| {
        app.write(move |conn| Ok(conn.batch_execute(&format!("ALTER TABLE {from} RENAME TO {to}"))?));
    };
    rename(table.to_owned(), format!("{table}_gone"));
    let result = during();
    rename(format!("{table}_gone"), table.to_owned());
    result
}

fn start() -> (TestApp, TestClient) {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    (app, client)
}

/// Each table the redemption writes to, the last one included: what came before is undone.
#[test]
fn sec_d9_a_failed_redemption_leaves_the_code_as_it_was() {
    let (app, client) = start();
    let code = app.code(&client, "ada");
    for table in [
        "audit_events",
        "refresh_families",
        "grants",
        "authorizations",
        "users",
        "sessions",
        "consents",
        "clients",
    ] {
        let answer = without(&app, table, || app.redeem(&client, &code));
        assert_unavailable(&app, &answer);
    }
    let count = |sql: &str| {
        let sql = sql.to_owned();
        app.read(move |conn| {
            use diesel::RunQueryDsl as _;
            #[derive(diesel::QueryableByName)]
            struct Count {
                #[diesel(sql_type = diesel::sql_types::BigInt)]
                n: i64,
            }
            let row: Count = diesel::sql_query(sql).get_result(conn)?;
            Ok(row.n)
        })
    };
    assert_eq!(count("SELECT COUNT(*) AS n FROM grants"), 0, "nothing was made");
    assert_eq!(count("SELECT COUNT(*) AS n FROM refresh_families"), 0);
    assert_eq!(app.events("token.issued"), 0);
    let given = app.redeem(&client, &code);
    assert_eq!(given.status, 200, "the code was not used up: {}", given.text());
}

#[test]
fn sec_d9_a_failed_refresh_consumes_nothing() {
    let (app, client) = start();
    let token = app.tokens(&client, "ada");
    let token = text(&token, "refresh_token");
    for table in ["audit_events", "refresh_families", "grants", "users", "consents", "clients"] {
        let answer = without(&app, table, || app.refresh_token(&client, token));
        assert_unavailable(&app, &answer);
    }
    assert_eq!(app.introspect(&client, token)["active"], true, "still the live one");
    assert_eq!(app.refresh_token(&client, token).status, 200);
    assert_eq!(app.events("token.refresh_retried"), 0);
}

#[test]
fn sec_d9_a_replay_is_refused_only_when_the_revocation_is_stored() {
    let (app, client) = start();
    let code = app.code(&client, "ada");
    let given = app.redeem(&client, &code).json();
    let answer = without(&app, "audit_events", || app.redeem(&client, &code));
    assert_unavailable(&app, &answer);
    assert_eq!(app.userinfo(text(&given, "access_token")).status, 200, "nothing was half done");
    app.assert_json(&app.redeem(&client, &code), 400, "invalid_grant", "LK-1231");
    assert_eq!(app.userinfo(text(&given, "access_token")).status, 401);
}

#[test]
fn sec_g4_a_revocation_that_is_not_stored_is_never_acknowledged() {
    let (app, client) = start();
    let opaque =
        app.client("opaque", |m| m.access_token_format = latchkey::domain::client::AccessTokenFormat::Opaque);
    let (jwt, other) = (app.tokens(&client, "ada"), app.tokens(&opaque, "ada"));
    let cases: [(&TestClient, &str, &[&'static str]); 3] = [
        (&client, text(&jwt, "access_token"), &["revoked_tokens", "audit_events"]),
        (&opaque, text(&other, "access_token"), &["access_tokens", "audit_events"]),
        (&client, text(&jwt, "refresh_token"), &["audit_events", "refresh_families", "grants"]),
    ];
    for (client, token, tables) in cases {
        for table in tables {
            let answer = without(&app, table, || app.revoke(client, token));
            assert_unavailable(&app, &answer);
            assert_eq!(app.introspect(client, token)["active"], true, "without {table}: not half done");
        }
        assert_eq!(app.revoke(client, token).status, 200);
        assert_eq!(app.introspect(client, token)["active"], false);
    }
}

#[test]
fn sec_h5_v11_reading_endpoints_say_503_and_the_public_documents_stay() {
    let (app, client) = start();
    let given = app.tokens(&client, "ada");
    let access = text(&given, "access_token");
    let introspect = || {
        app.call("POST", "/oauth2/introspect")
            .basic(&client.id, &client.secret)
            .form(&[("token", access)])
            .send()
    };
    for table in ["grants", "revoked_tokens", "clients", "users"] {
        without(&app, table, || {
            assert_unavailable(&app, &app.userinfo(access));
            assert_unavailable(&app, &introspect());
            for path in [
                "/.well-known/openid-configuration",
                "/.well-known/jwks.json",
                "/.well-known/oauth-authorization-server",
            ] {
                assert_eq!(app.call("GET", path).send().status, 200, "{path}");
            }
        });
    }
    assert_eq!((app.userinfo(access).status, introspect().json()["active"].as_bool()), (200, Some(true)));
}

/// Another process holds the write lock (SQLite) or the table (PostgreSQL) for longer than we wait.
#[test]
fn sec_d9_g4_a_lock_that_is_not_released_in_time_is_503() {
    let mut env = vec![
        ("LATCHKEY_DATABASE__STATEMENT_TIMEOUT_SECONDS", "1".to_owned()),
        // Not what answers here.
        ("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "300".to_owned()),
    ];
    let url = on_postgres().then(|| postgres::database(None));
    env.extend(url.iter().map(|url| ("DATABASE_URL", url.clone())));
    let app = TestApp::with(Options { env });
    app.user("ada");
    let client = app.web_client();
    let token = app.tokens(&client, "ada");
    let token = text(&token, "refresh_token");
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel::<()>();
    let path = app.engine.db.sqlite_path().map(|path| path.display().to_string());
    let holder = std::thread::spawn(move || match (path, url) {
        (Some(path), _) => {
            let mut conn = diesel::SqliteConnection::establish(&path).unwrap();
            conn.batch_execute("BEGIN IMMEDIATE").unwrap();
            hold(&mut conn, &tell, &held);
        }
        (None, Some(url)) => {
            let mut conn = diesel::PgConnection::establish(&url).unwrap();
            conn.batch_execute("BEGIN; LOCK TABLE grants IN SHARE ROW EXCLUSIVE MODE").unwrap();
            hold(&mut conn, &tell, &held);
        }
        (None, None) => panic!("no database"),
    });
    told.recv_timeout(PATIENCE).unwrap();
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let revoke = scope.spawn(|| app.revoke(&client, token));
        let refresh = scope.spawn(|| app.refresh_token(&client, token));
        [revoke, refresh].map(|thread| thread.join().unwrap()).into()
    });
    for answer in &answers {
        assert_unavailable(&app, answer);
    }
    assert_eq!(app.introspect(&client, token)["active"], true, "readers go on, and nothing was done");
    release.send(()).unwrap();
    holder.join().unwrap();
    assert_eq!(app.refresh_token(&client, token).status, 200, "and it works again");
}

fn hold(
    conn: &mut impl diesel::connection::SimpleConnection,
    tell: &std::sync::mpsc::Sender<()>,
    held: &std::sync::mpsc::Receiver<()>,
) {
    tell.send(()).unwrap();
    held.recv_timeout(5 * PATIENCE).unwrap();
    conn.batch_execute("ROLLBACK").unwrap();
}
