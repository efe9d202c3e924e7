//! Logs and traces of the real program (security rows V8, V9): one JSON line a request, no secret at any
//! level, nothing that drives a terminal; a refused request is found by its trace id.

use crate::factors;
use crate::harness::binary::{Instance, Server};
use crate::harness::child::PATIENCE;
use crate::harness::http::{Answer, Visitor};
use serde_json::Value;
use std::time::{Duration, Instant};

const REDIRECT: &str = "http://127.0.0.1:9/cb";
const PASSWORD: &str = "canary-password-Zq8vX2";
const WRONG_PASSWORD: &str = "canary-wrong-password-Kj4";
const VERIFIER: &str = "canary-verifier-0123456789-0123456789-abcdefghij";
const SECRET: &str = "canary-client-secret-Lm3nB7vC9xZ1";

/// The access log.
fn access(server: &Server) -> Vec<Value> {
    let log = server.err();
    // The last line may be on its way.
    let (whole, _) = log.rsplit_once('\n').unwrap_or_default();
    whole
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("not JSON ({e}): {line}")))
        .filter(|line| line["target"] == "access")
        .collect()
}

fn authorize(challenge: &str) -> String {
    let pairs = [
        ("client_id", "shop"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "openid email offline_access"),
        ("state", "canary-state-5Tg6"),
        ("nonce", "canary-nonce-7Yh8"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    format!("/oauth2/authorize?{}", crate::harness::http::form(&pairs))
}

fn log_in(visitor: &mut Visitor, page: &Answer, password: &str) -> Answer {
    let (csrf, ix) = (page.input("csrf").expect("a form"), page.input("ix").unwrap_or_default());
    visitor.post("/login", &[("csrf", &csrf), ("ix", &ix), ("username", "ada"), ("password", password)])
}

/// A code, by signing in and agreeing.
fn code(server: &Server, visitor: &mut Visitor, challenge: &str) -> (String, Vec<Answer>) {
    let first = visitor.get(&authorize(challenge));
    let page = visitor.follow(first);
    let wrong = log_in(visitor, &page, WRONG_PASSWORD);
    let answer = log_in(visitor, &wrong, PASSWORD);
    let page = visitor.follow(answer);
    let field = |name: &str| {
        page.input(name).unwrap_or_else(|| panic!("no {name}: {} {}", page.status, server.err()))
    };
    let (csrf, ix, scope) = (field("csrf"), field("ix"), field("scope"));
    let pairs = [("csrf", csrf.as_str()), ("ix", &ix), ("scope", &scope), ("decision", "allow")];
    let answer = visitor.post("/consent", &pairs);
    (answer.param("code").expect("a code"), vec![wrong, page])
}

fn token(server: &Server, secret: &str, pairs: &[(&str, &str)]) -> Answer {
    server.call("POST", "/oauth2/token").basic("shop", secret).form(pairs).send()
}

fn prepared(level: &str) -> Instance {
    let mut instance = Instance::new();
    instance.set("LATCHKEY_LOG__LEVEL", level);
    instance.ok_with(&["user", "add", "ada@example.com", "--username", "ada", "--password-stdin"], PASSWORD);
    instance.ok_with(
        &[
            "client",
            "add",
            "Shop",
            REDIRECT,
            "--id",
            "shop",
            "--secret-stdin",
            "--scope",
            "openid email offline_access",
        ],
        SECRET,
    );
    instance
}

/// An authenticator app is enrolled, answered wrongly, and stood in for by a recovery code: what of it is secret, and
/// the answers that were errors.
fn second_factor(server: &Server, visitor: &mut Visitor) -> (Vec<(&'static str, String)>, Vec<Answer>) {
    let page = visitor.get("/account/security/add");
    let key = factors::key(&page);
    let now = latchkey::base::clock::Clock::system().now();
    let code = factors::code_of(&key, now);
    // The page shows the key again, which is its job.
    factors::confirm(visitor, &page, "canary-wrong-otp-4Rr5");
    let codes = factors::codes(&factors::confirm(visitor, &page, &code));
    let mut other = server.visitor();
    let first = other.get("/login");
    let half = log_in(&mut other, &first, PASSWORD);
    let second = other.follow(half);
    let refused = factors::answer(&mut other, &second, "canary-wrong-otp-4Rr5", &[]);
    let by = [("by", "recovery_code"), ("remember", "1")];
    let done = factors::answer(&mut other, &second, &codes[0], &by);
    assert_eq!(done.location(), "/account", "{}", done.text());
    let mut secrets = vec![
        ("key of an authenticator app", key),
        ("sealed key", page.input("enrolment").unwrap()),
        ("typed secret", "canary-wrong-otp-4Rr5".to_owned()),
        ("cookie of a remembered browser", other.cookies["__Host-lk_rem"].clone()),
    ];
    secrets.extend(codes.iter().map(|code| ("recovery code", code.clone())));
    (secrets, vec![refused])
}

/// Everything issued and typed in a whole flow with failures; the answers that were errors.
fn whole_flow(server: &Server) -> (Vec<(&'static str, String)>, Vec<Answer>) {
    let mut visitor = server.visitor();
    let challenge = latchkey::base::secret::sha256_b64(VERIFIER.as_bytes());
    let (code, mut shown) = code(server, &mut visitor, &challenge);
    let redeem = |code: &str, verifier: &str, secret: &str| {
        token(
            server,
            secret,
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", REDIRECT),
                ("code_verifier", verifier),
            ],
        )
    };
    shown.push(redeem(&code, VERIFIER, "canary-wrong-client-secret-8Kk"));
    let tokens = redeem(&code, VERIFIER, SECRET);
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    let tokens = tokens.json();
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let (access, refresh) = (text("access_token"), text("refresh_token"));
    let in_query = format!("/oauth2/userinfo?access_token={access}");
    shown.push(server.call("GET", &in_query).send());
    assert_eq!(server.call("GET", "/oauth2/userinfo").bearer(&access).send().status, 200);
    shown.push(server.call("GET", "/oauth2/userinfo").bearer("canary-bad-token-9Pp0").send());
    shown.push(server.call("POST", &format!("/oauth2/token?client_secret={SECRET}&code={code}")).send());
    shown.push(
        server.call("GET", &format!("/none?code={code}&client_secret={SECRET}&password={PASSWORD}")).send(),
    );
    let refreshed =
        token(server, SECRET, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).json();
    let next = refreshed["refresh_token"].as_str().unwrap().to_owned();
    server.call("POST", "/oauth2/introspect").basic("shop", SECRET).form(&[("token", &next)]).send();
    server.call("POST", "/oauth2/revoke").basic("shop", SECRET).form(&[("token", &next)]).send();
    shown.push(token(server, SECRET, &[("grant_type", "refresh_token"), ("refresh_token", &next)]));
    shown.push(redeem(&code, VERIFIER, SECRET));
    shown.push(redeem("canary-bad-code-1Qq2", "canary-bad-verifier-0123456789-0123456789-abcdef", SECRET));
    shown.push(
        server
            .call("POST", "/oauth2/revoke")
            .header("Authorization", "Basic canary-basic-3Ww4")
            .form(&[("token", &next)])
            .send(),
    );
    let mut stranger = server.visitor();
    shown.push(stranger.get("/setup?link=lk_ott_canary-link-5Ee6"));
    shown.push(stranger.get("/recover?link=lk_ott_canary-link-5Ee6"));
    let wrong = authorize(&challenge).replace("%2Fcb", "%2Fother");
    shown.push(stranger.get(&wrong));
    let (factor, refused) = second_factor(server, &mut visitor);
    shown.extend(refused);
    let mut secrets = vec![
        ("code", code),
        ("access token", access),
        ("refresh token", refresh),
        ("next refresh token", next),
    ];
    secrets.push(("second access token", refreshed["access_token"].as_str().unwrap().to_owned()));
    secrets.push(("ID token", text("id_token")));
    secrets.extend(visitor.cookies.values().map(|value| ("cookie", value.clone())));
    secrets.extend(factor);
    for typed in [
        PASSWORD,
        WRONG_PASSWORD,
        VERIFIER,
        SECRET,
        "canary-wrong-client-secret-8Kk",
        "canary-bad-token-9Pp0",
        "canary-bad-code-1Qq2",
        "canary-bad-verifier",
        "canary-basic-3Ww4",
        "canary-link-5Ee6",
    ] {
        secrets.push(("typed secret", typed.to_owned()));
    }
    (secrets, shown)
}

#[test]
fn sec_v8_no_secret_reaches_logs_traces_audit_metrics_or_error_pages() {
    let instance = prepared("trace");
    let mut server = instance.serve();
    let banner = server.out();
    let link = banner
        .split("/setup?link=")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap()
        .to_owned();
    server.visitor().get(&format!("/setup?link={link}"));
    let (mut secrets, shown) = whole_flow(&server);
    secrets.push(("set-up link", link));
    let metrics = server.ops_call("/metrics").unwrap().text();
    // The stories are kept in order: when the last one is there, all are.
    let last = shown.last().unwrap().header("x-trace-id").unwrap();
    let started = Instant::now();
    while instance.run(&["trace", "show", last]).code != Some(0) {
        assert!(started.elapsed() < PATIENCE, "no trace {last}");
    }
    let mut traces = instance.ok(&["trace", "list", "-o", "json"]);
    let list: Value = serde_json::from_str(&traces).unwrap();
    let ids: Vec<&str> = list.as_array().unwrap().iter().filter_map(|trace| trace["id"].as_str()).collect();
    assert!(ids.len() >= 8, "the failures were recorded: {list}");
    for id in ids {
        traces.push_str(&instance.ok(&["trace", "show", id, "-o", "json"]));
        traces.push_str(&instance.ok(&["trace", "show", id]));
    }
    let settings = latchkey::config::load(latchkey::config::Sources {
        file: None,
        env: instance.env.clone(),
        flags: Vec::new(),
    });
    let settings = settings.unwrap_or_else(|_| panic!("settings"));
    let opened = latchkey::app::open_engine(
        &settings,
        latchkey::app::OpenMode::Command,
        &latchkey::app::Runtime::system(),
    );
    let db = opened.unwrap_or_else(|e| panic!("{e}")).engine.db;
    let audit = db.read_blocking(audit).unwrap_or_else(|e| panic!("{e:?}")).join("\n");
    assert!(audit.contains("login.succeeded"), "{audit}");
    server.stop();
    let log = server.err();
    assert!(log.lines().count() > 20, "the log is full: {log}");
    for (name, secret) in &secrets {
        // What hangs on the end of a token is the secret part of it.
        let end = &secret[secret.len().saturating_sub(20)..];
        for (place, text) in [("log", &log), ("traces", &traces), ("audit", &audit), ("metrics", &metrics)] {
            let at = text.find(secret.as_str()).or_else(|| text.find(end));
            let around =
                at.map(|at| text.get(at.saturating_sub(300)..(at + 100).min(text.len())).unwrap_or("(cut)"));
            assert!(around.is_none(), "the {name} is in the {place}: {}", around.unwrap_or_default());
        }
        for page in &shown {
            assert!(!page.text().contains(secret.as_str()), "the {name} is shown: {}", page.text());
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// Everything the audit and the configuration's history hold.
fn audit(conn: &mut latchkey::store::Conn) -> latchkey::store::TxResult<Vec<String>> {
    use diesel::RunQueryDsl as _;
    let query = diesel::sql_query(
        "SELECT kind || ' ' || coalesce(detail, '') || ' ' || coalesce(target, '') || ' ' || coalesce(actor, '') AS line FROM audit_events \
         UNION ALL SELECT kind || ' ' || target || ' ' || coalesce(before, '') || ' ' || coalesce(after, '') FROM config_revisions",
    );
    let found: Vec<Line> = match conn {
        latchkey::store::Conn::Postgres(conn) => query.load(conn)?,
        latchkey::store::Conn::Sqlite(conn) => query.load(conn)?,
    };
    Ok(found.into_iter().map(|line| line.line).collect())
}

#[test]
fn one_json_line_a_request() {
    let instance = prepared("info");
    let server = instance.serve();
    let before = access(&server).len();
    let wanted = [
        ("GET", "/login", "/login", 200, "ok"),
        ("GET", "/oauth2/authorize?client_id=none", "/oauth2/authorize", 400, "LK-1102"),
        ("POST", "/oauth2/token", "/oauth2/token", 400, "LK-1204"),
        ("GET", "/not/a/path?x=1", "unknown", 404, "LK-1901"),
        ("DELETE", "/login", "/login", 405, "ok"),
    ];
    let answers: Vec<Answer> =
        wanted.iter().map(|(method, target, ..)| server.call(method, target).send()).collect();
    // A line is written when its answer is, so the last may come a moment after it.
    let started = Instant::now();
    while access(&server).len() < before + wanted.len() && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    let lines = access(&server).split_off(before);
    assert_eq!(lines.len(), wanted.len(), "{lines:?}");
    for (((method, _, route, status, _), line), answer) in wanted.iter().zip(&lines).zip(&answers) {
        assert_eq!(
            (line["method"].as_str(), line["route"].as_str()),
            (Some(*method), Some(*route)),
            "{line}"
        );
        assert_eq!(line["status"], answer.status, "{line}");
        assert!(answer.status == *status || *route == "/oauth2/token", "{line}");
        assert_eq!(line["trace_id"].as_str(), answer.header("x-trace-id"), "{line}");
        assert_eq!(line["ip"], "127.0.0.1");
        assert!(line["micros"].is_u64() && line["timestamp"].is_string(), "{line}");
    }
}

#[test]
fn sec_v9_control_characters_do_not_reach_the_log() {
    let mut instance = prepared("trace");
    for format in ["json", "text"] {
        instance.set("LATCHKEY_LOG__FORMAT", format);
        let mut server = instance.serve();
        let nasty = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{2028}x";
        let encoded = crate::harness::http::form(&[("client_id", nasty)]);
        server.call("GET", &format!("/oauth2/authorize?{encoded}")).send();
        server.call("GET", "/login").header("User-Agent", "bot\u{9b}31m\u{85}second").send();
        let mut visitor = server.visitor();
        let csrf = visitor.get("/login").input("csrf").unwrap();
        visitor.post("/login", &[("csrf", &csrf), ("username", nasty), ("password", "x")]);
        let call = server.call("POST", "/oauth2/token").form(&[("client_id", nasty), ("grant_type", nasty)]);
        call.send();
        server.call("GET", "/login").header("Host", "evil\u{1b}[2J").send();
        let long = crate::harness::http::form(&[("client_id", &"L".repeat(7000))]);
        server.call("GET", &format!("/oauth2/authorize?{long}")).send();
        server.stop();
        let log = server.err();
        for (n, line) in log.lines().enumerate() {
            let control = line.chars().find(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(control, None, "line {n} of the {format} log: {line:?}");
            assert!(line.len() < 4000, "line {n} of the {format} log has {} bytes", line.len());
        }
    }
}

#[test]
fn a_refused_request_is_found_by_its_id() {
    let instance = prepared("info");
    instance.ok(&["client", "add", "Public shop", "https://shop.example.com/cb", "--id", "public-shop"]);
    let server = instance.serve();
    for (client, registered, shown) in
        [("shop", REDIRECT, true), ("public-shop", "https://shop.example.com/cb", false)]
    {
        let sent = registered.replace("/cb", "/other");
        let pairs = [
            ("client_id", client),
            ("redirect_uri", sent.as_str()),
            ("response_type", "code"),
            ("scope", "openid"),
        ];
        let answer =
            server.call("GET", &format!("/oauth2/authorize?{}", crate::harness::http::form(&pairs))).send();
        assert_eq!((answer.status, answer.header("location")), (400, None));
        let id = answer.header("x-trace-id").unwrap().to_owned();
        let page = answer.text();
        assert!(page.contains(&id) && page.contains("LK-1104"), "{page}");
        assert_eq!(page.contains(registered), shown, "registered values of {client}: {page}");
        let started = Instant::now();
        let found = loop {
            let finished = instance.run(&["trace", "show", &id]);
            if finished.code == Some(0) {
                break finished.out;
            }
            assert!(started.elapsed() < PATIENCE, "{finished:?}");
        };
        for word in [
            "redirect_uri_mismatch",
            "expected",
            registered,
            "received",
            &sent,
            "LK-1104",
            client,
            "ok  client_unknown",
        ] {
            assert!(found.contains(word), "{word} is missing: {found}");
        }
        let json: Value = serde_json::from_str(&instance.ok(&["trace", "show", &id, "-o", "json"])).unwrap();
        assert_eq!(json["client_id"], client);
        assert!(json["fix"].as_str().is_some_and(|fix| fix.contains("latchkey client edit")), "{json}");
        let logged = || access(&server).iter().filter(|line| line["trace_id"] == id.as_str()).count();
        while logged() == 0 && started.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(logged(), 1, "the id stands in the log once");
    }
    instance.run(&["trace", "show", "01NOSUCHTRACE"]).refused(3, &["no trace"]);
}
