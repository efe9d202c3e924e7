//! What a stolen database holds (security rows V3, V4, V5, V6): digests, argon2id and sealed keys.

use crate::factors;
use crate::harness::app::{CALLBACK, PASSWORD, TestApp, VERIFIER};
use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;
use latchkey::base::secret::Secret;
use latchkey::engine::admin::{client_secrets, links, users};
use latchkey::engine::secrets::{PasswordSettings, Passwords};
use latchkey::store::Conn;

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every row of every table as text; on SQLite the bytes of its files too.
fn dump(app: &TestApp) -> String {
    let tables = match app.engine.db.sqlite_path() {
        Some(_) => "SELECT name AS line FROM sqlite_master WHERE type = 'table'",
        None => "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'",
    };
    let names = app.read(|conn| lines(conn, tables));
    assert!(names.len() >= 18, "{names:?}");
    let mut all = String::new();
    for name in names {
        all.push_str(&format!("\n## {name}\n"));
        for line in app.read(|conn| lines(conn, &rows(conn_kind(conn), &name))) {
            all.push_str(&line);
            all.push('\n');
        }
    }
    if let Some(path) = app.engine.db.sqlite_path() {
        for suffix in ["", "-wal"] {
            let bytes = std::fs::read(format!("{}{suffix}", path.display())).unwrap_or_default();
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    all
}

fn conn_kind(conn: &Conn) -> bool {
    matches!(conn, Conn::Sqlite(_))
}

/// A query for all rows of a table as text; SQLite's rows are read from the file's bytes.
fn rows(sqlite: bool, table: &str) -> String {
    if sqlite {
        format!("SELECT 'rows: ' || count(*) AS line FROM \"{table}\"")
    } else {
        format!("SELECT t::text AS line FROM \"{table}\" t")
    }
}

fn lines(conn: &mut Conn, sql: &str) -> latchkey::store::TxResult<Vec<String>> {
    let query = diesel::sql_query(sql);
    let found: Vec<Line> = match conn {
        Conn::Postgres(conn) => query.load(conn)?,
        Conn::Sqlite(conn) => query.load(conn)?,
    };
    Ok(found.into_iter().map(|line| line.line).collect())
}

#[test]
fn sec_v3_a_stolen_database_holds_no_secret_that_was_issued() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let client = app.web_client();
    let opaque =
        app.client("opaque", |m| m.access_token_format = latchkey::domain::client::AccessTokenFormat::Opaque);
    let chosen = Secret::new("a-secret-that-a-person-chose-77");
    let phc = app.engine.passwords.hash_blocking(&chosen).expect("a hash");
    app.admin(move |conn, desk| {
        client_secrets::add(conn, desk, "web", Some(client_secrets::NewSecret { phc }), 600)
    });
    let mut secrets = vec![("password", PASSWORD.to_owned()), ("verifier", VERIFIER.to_owned())];
    secrets.extend([
        ("client secret", client.secret.clone()),
        ("opaque client's secret", opaque.secret.clone()),
    ]);
    secrets.push(("chosen secret", chosen.reveal().to_owned()));
    let made = app.admin(links::make_setup);
    secrets.push(("set-up link", made.setup_url("").split("link=").nth(1).unwrap().to_owned()));
    let made = app.admin(move |conn, desk| links::make_recover(conn, desk, ada.id.as_str(), 600));
    secrets.push(("recovery link", made.recover_url("").split("link=").nth(1).unwrap().to_owned()));
    for client in [&client, &opaque] {
        let mut visitor = app.visitor();
        let answer = app.sign_in(&mut visitor, &app.authorize_path(&client.id, &[]), "ada");
        let code = answer.param("code").expect("a code");
        secrets.push(("code", code.clone()));
        secrets.extend(visitor.cookies.values().map(|value| ("cookie", value.clone())));
        let tokens = app.redeem(client, &code).json();
        let first = tokens["refresh_token"].as_str().unwrap().to_owned();
        let refreshed = app.refresh_token(client, &first).json();
        for (name, token) in [
            ("access token", &tokens["access_token"]),
            ("second access token", &refreshed["access_token"]),
            ("refresh token", &tokens["refresh_token"]),
            ("second refresh token", &refreshed["refresh_token"]),
            ("ID token", &tokens["id_token"]),
        ] {
            secrets.push((name, token.as_str().unwrap_or_else(|| panic!("no {name}")).to_owned()));
        }
        app.redeem(client, &code);
        app.revoke(client, refreshed["refresh_token"].as_str().unwrap());
    }
    let mut visitor = crate::harness::expect::signed_in(&app, "ada");
    let page = visitor.get("/account/security/add");
    let key = factors::key(&page);
    let shown = factors::confirm(&mut visitor, &page, &factors::code_of(&key, app.clock.now()));
    let codes = factors::codes(&shown);
    let raw = totp_rs::Secret::try_from_base32(&key).expect("base32");
    secrets.push(("key of an authenticator app, encoded", latchkey::base::secret::b64(raw.as_bytes())));
    secrets.push(("key of an authenticator app", key));
    let mut other = app.visitor();
    let step = factors::second_step(&mut other, "/login", "ada");
    let by = [("by", "recovery_code"), ("remember", "1")];
    assert_eq!(factors::answer(&mut other, &step, &codes[0], &by).location(), "/account");
    secrets.push(("cookie of a remembered browser", other.cookies["__Host-lk_rem"].clone()));
    let grouped = codes.iter().flat_map(|code| [code.clone(), code.replace('-', "")]).collect::<Vec<_>>();
    // An issued and not yet redeemed code too, of somebody who needs no second step.
    app.user("bob");
    secrets.push(("open code", app.code(&client, "bob")));
    let dump = dump(&app);
    for known in ["ada@example.com", "$argon2id$", "login.succeeded", CALLBACK] {
        assert!(dump.contains(known), "the dump is not complete: {known}");
    }
    for code in &grouped {
        assert!(!dump.contains(code.as_str()), "a recovery code is in the database");
    }
    for (name, secret) in &secrets {
        assert!(secret.len() > 20, "{name}: {secret}");
        // Of a token the signature or the random part is the secret; its end stands for it.
        let end = &secret[secret.len() - 20..];
        assert!(!dump.contains(secret.as_str()) && !dump.contains(end), "the {name} is in the database");
    }
    for key in ["PRIVATE KEY", "\"d\":\"", "\"p\":\""] {
        assert!(!dump.contains(key), "a private key in the clear");
    }
}

#[test]
fn sec_v4_passwords_are_argon2id_with_the_owasp_cost_at_least() {
    let data = tempfile::tempdir().unwrap();
    let env = [("LATCHKEY_DATA_DIR".to_owned(), data.path().display().to_string())];
    let sources = latchkey::config::Sources { file: None, env: env.into(), flags: Vec::new() };
    let settings = latchkey::config::load(sources).unwrap_or_else(|_| panic!("the defaults work"));
    assert!(settings.password.memory_kib >= 19 * 1024 && settings.password.iterations >= 2);
    assert!(settings.password.parallelism >= 1);
    let app = TestApp::start();
    app.user("ada");
    let hash = stored_hash(&app, "ada");
    assert!(hash.starts_with("$argon2id$v=19$m=7168,t=1,p=1$"), "as this test configured it: {hash}");
}

fn stored_hash(app: &TestApp, username: &str) -> String {
    let name = username.to_owned();
    app.read(move |conn| latchkey::store::users::find_by_login(conn, &name)).unwrap().1.unwrap()
}

#[test]
fn sec_v4_a_weaker_hash_is_replaced_at_the_next_sign_in() {
    let app = TestApp::with_env(&[
        ("LATCHKEY_PASSWORD__MEMORY_KIB", "8192"),
        ("LATCHKEY_PASSWORD__ITERATIONS", "2"),
    ]);
    let weak = PasswordSettings { memory_kib: 7168, iterations: 1, parallelism: 1, threads: 1, queue: 1 };
    let weak = Passwords::start(&weak, &latchkey::base::rng::Rng::system()).expect("a pool");
    let hash = weak.hash_blocking(&Secret::new(PASSWORD)).expect("a hash");
    let before = hash.clone();
    app.admin(move |conn, desk| {
        let new = users::NewUser {
            username: Some("ada".to_owned()),
            email: None,
            email_verified: false,
            password_hash: Some(hash),
            roles: Vec::new(),
            claims: serde_json::Map::new(),
        };
        users::create(conn, desk, new)
    });
    assert_eq!(stored_hash(&app, "ada"), before);
    for _ in 0..2 {
        let mut visitor = app.visitor();
        let page = visitor.get("/login");
        app.log_in(&mut visitor, &page, "ada");
        assert_eq!(visitor.get("/account").status, 200);
        let now = stored_hash(&app, "ada");
        assert!(now.starts_with("$argon2id$v=19$m=8192,t=2,p=1$"), "{now}");
    }
}

#[test]
fn sec_v6_two_client_secrets_until_the_old_one_ends() {
    let app = TestApp::start();
    let mut old = app.machine_client();
    let works = |client: &crate::harness::app::TestClient| {
        app.token_call(client, &[("grant_type", "client_credentials"), ("scope", "read")]).send().status
            == 200
    };
    assert!(works(&old));
    let added = app.admin(|conn, desk| client_secrets::add(conn, desk, "machine", None, 1000));
    let new = crate::harness::app::TestClient {
        id: "machine".to_owned(),
        secret: added.secret.unwrap().reveal().to_owned(),
    };
    assert!(works(&old) && works(&new), "both work");
    app.advance(980);
    assert!(works(&old) && works(&new), "until the end");
    app.advance(21);
    assert!(!works(&old) && works(&new), "then only the new one");
    old.secret.clone_from(&new.secret);
    let chosen = Secret::new("chosen-by-a-person-12345678");
    let phc = app.engine.passwords.hash_blocking(&chosen).unwrap();
    assert!(phc.starts_with("$argon2id$"));
    app.admin(move |conn, desk| {
        client_secrets::add(conn, desk, "machine", Some(client_secrets::NewSecret { phc }), 0)
    });
    assert!(!works(&old), "replaced at once with an overlap of 0");
    old.secret = chosen.reveal().to_owned();
    assert!(works(&old));
}
