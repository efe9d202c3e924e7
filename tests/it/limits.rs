//! Limits, time-outs and framing (security rows S7, U1, U2, U3, U5, U6, U7, U8, U9).

mod accounts;
mod networks;
mod nodes;

use crate::harness::app::{CALLBACK, PASSWORD, TestApp};
use crate::harness::child::PATIENCE;
use crate::harness::http::{Answer, Call, form, raw, read_answer};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Sends bytes on a connection that would be kept alive; the answer, and whether the server closed.
fn exchange(app: &TestApp, bytes: &[u8]) -> (Option<Answer>, bool) {
    let mut stream = TcpStream::connect(app.addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // The server may close before it has read everything.
    let _early_close = stream.write_all(bytes);
    let answer = read_answer(&mut stream);
    // An idle connection that may go on is closed after 75 s.
    let closed = match stream.read(&mut [0; 1]) {
        Ok(n) => n == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    };
    (answer, closed)
}

fn alive(call: Call) -> Vec<u8> {
    call.header("Connection", "keep-alive").bytes()
}

/// Asks again while the answer is one that a busy machine gives where the limits are a second.
fn again<T>(mut ask: impl FnMut() -> T, status: impl Fn(&T) -> Option<u16>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = ask();
        if !matches!(status(&answer), Some(408 | 503)) || Instant::now() > deadline {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
fn refused_and_closed(app: &TestApp, bytes: &[u8], statuses: &[u16]) -> Option<Answer> {
    let status = |answer: &Option<Answer>| answer.as_ref().map(|answer| answer.status);
    let (answer, closed) = again(|| exchange(app, bytes), |(answer, _)| status(answer));
    let status = status(&answer);
    assert!(status.is_none_or(|status| statuses.contains(&status)), "{status:?}, expected {statuses:?}");
    assert!(closed, "the connection was kept after {status:?}");
    answer
}

#[test]
fn sec_u1_sizes_over_the_limit_are_refused_and_the_connection_closed() {
    // What a peer still sends after an early answer is read for that long before the connection closes.
    let app = TestApp::with_env(&[("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "1")]);
    let get = |target: &str| alive(app.call("GET", target));
    let long = format!("/login?a={}", "b".repeat(8 * 1024));
    assert!(refused_and_closed(&app, &get(&long), &[414]).is_some());
    let fits = format!("/login?a={}", "b".repeat(8 * 1024 - 9));
    let fits = again(|| app.call("GET", &fits).send().status, |status| Some(*status));
    assert_eq!(fits, 200, "exactly the limit");
    let big = alive(app.call("GET", "/login").header("X-Big", &"b".repeat(17 * 1024)));
    assert!(refused_and_closed(&app, &big, &[431]).is_some());
    let huge = alive(app.call("GET", "/login").header("X-Big", &"b".repeat(300 * 1024)));
    refused_and_closed(&app, &huge, &[400, 431]);
    for count in [101, 1000] {
        let many = (0..count).fold(app.call("GET", "/login"), |call, n| call.header(&format!("X-{n}"), "1"));
        refused_and_closed(&app, &alive(many), &[400, 431]);
    }
    let body = format!("a={}", "b".repeat(64 * 1024));
    for path in ["/oauth2/token", "/login", "/oauth2/authorize"] {
        let call = app.call("POST", path).header("Content-Type", "application/x-www-form-urlencoded");
        let answer = refused_and_closed(&app, &alive(call.body(body.as_bytes())), &[413]);
        assert!(answer.is_some_and(|answer| answer.text().contains("LK-1903")), "{path}");
    }
    let chunked = format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        app.host,
        body.len()
    );
    refused_and_closed(&app, chunked.as_bytes(), &[413]);
    let announced =
        format!("POST /oauth2/token HTTP/1.1\r\nHost: {}\r\nContent-Length: 10000000000\r\n\r\n", app.host);
    assert!(refused_and_closed(&app, announced.as_bytes(), &[413]).is_some(), "refused before it arrives");
}

#[test]
fn sec_s7_ambiguous_framing_is_refused_and_closed() {
    let app = TestApp::start();
    let head = |lines: &str| {
        format!(
            "POST /oauth2/token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n{lines}\r\n",
            app.host
        )
    };
    for (name, request) in [
        ("TE and CL", head("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n") + "0\r\n\r\n"),
        ("CL and TE", head("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n"),
        ("two CL", head("Content-Length: 3\r\nContent-Length: 3\r\n") + "a=b"),
        ("two CL that differ", head("Content-Length: 3\r\nContent-Length: 0\r\n") + "a=b"),
        ("a list as CL", head("Content-Length: 3, 3\r\n") + "a=b"),
        ("signed CL", head("Content-Length: +3\r\n") + "a=b"),
        ("negative CL", head("Content-Length: -1\r\n") + "a=b"),
        ("two TE", head("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n") + "0\r\n\r\n"),
        ("unknown TE", head("Transfer-Encoding: xchunked\r\n") + "0\r\n\r\n"),
        ("obs-fold", head("X-Folded: a\r\n b\r\nContent-Length: 0\r\n")),
        ("space before colon", head("Content-Length : 0\r\n")),
        ("bad chunk size", head("Transfer-Encoding: chunked\r\n") + "zz\r\na=b\r\n0\r\n\r\n"),
        ("NUL in a header", head("X-Nul: a\0b\r\nContent-Length: 0\r\n")),
    ] {
        let (answer, closed) = exchange(&app, request.as_bytes());
        let status = answer.map(|answer| answer.status);
        assert!(status.is_none_or(|status| status == 400), "{name}: {status:?}");
        assert!(closed, "{name} left the connection open");
    }
}

#[test]
fn sec_u2_slow_heads_and_bodies_are_cut_off() {
    let app = TestApp::with_env(&[("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "1")]);
    let whole = app
        .call("POST", "/oauth2/token")
        .header("Connection", "keep-alive")
        .form(&[("grant_type", "password")])
        .bytes();
    for (name, sent) in [("head", 20), ("body", whole.len() - 3)] {
        let started = Instant::now();
        let (answer, closed) = exchange(&app, &whole[..sent]);
        let status = answer.map(|answer| answer.status);
        assert!(status.is_none_or(|status| [408, 503].contains(&status)), "{name}: {status:?}");
        assert!(closed, "{name}: the connection stays open after {status:?}");
        assert!(started.elapsed() > Duration::from_millis(500), "{name}: {:?}", started.elapsed());
    }
}

#[test]
fn sec_u2_a_busy_database_is_answered_with_503_in_time() {
    let app = TestApp::with_env(&[
        ("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "1"),
        ("LATCHKEY_DATABASE__POOL_SIZE", "1"),
        ("LATCHKEY_DATABASE__POOL_WAIT_SECONDS", "1"),
    ]);
    let client = app.machine_client();
    let db = app.engine.db.clone();
    let ((tell, told), (release, held)) = (channel::<()>(), channel::<()>());
    let holder = std::thread::spawn(move || {
        db.write_blocking(move |_| {
            tell.send(()).unwrap();
            // Until the test has its answers: one that waits for the database never comes.
            held.recv_timeout(2 * PATIENCE).unwrap();
            Ok(())
        })
    });
    told.recv_timeout(PATIENCE).unwrap();
    let answer = app.token_call(&client, &[("grant_type", "client_credentials"), ("scope", "read")]).send();
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
    let keys = again(|| app.call("GET", "/.well-known/jwks.json").send().status, |status| Some(*status));
    assert_eq!(keys, 200, "what needs no database is answered");
    release.send(()).unwrap();
    holder.join().unwrap().unwrap();
    let call = || app.token_call(&client, &[("grant_type", "client_credentials"), ("scope", "read")]).send();
    let answer = again(call, |answer| Some(answer.status));
    assert_eq!(answer.status, 200, "afterwards: {}", answer.text());
}

#[test]
fn sec_u2_a_statement_has_a_limit_on_postgresql() {
    use diesel::RunQueryDsl as _;
    use latchkey::store::Conn;
    let app = TestApp::with_env(&[("LATCHKEY_DATABASE__STATEMENT_TIMEOUT_SECONDS", "1")]);
    let slept = app.engine.db.read_blocking(|conn| match conn {
        Conn::Postgres(conn) => Ok(Some(diesel::sql_query("SELECT pg_sleep(60)").execute(conn).is_err())),
        Conn::Sqlite(_) => Ok(None),
    });
    assert_ne!(slept.unwrap_or(None), Some(false), "the statement was not cut off");
}

#[test]
fn sec_u3_long_lists_are_capped() {
    let app = TestApp::start();
    let client = app.web_client();
    let words = |n: usize| (0..n).map(|i| format!("s{i}")).collect::<Vec<_>>().join(" ");
    let refused = |more: &[(&str, &str)], error: &str| {
        let answer = app.call("POST", "/oauth2/authorize");
        let path = app.authorize_path(&client.id, more);
        let answer = answer
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(path.split_once('?').unwrap().1.as_bytes())
            .send();
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(answer.param("error").as_deref(), Some(error), "{:?}", answer.header("location"));
    };
    refused(&[("scope", &words(101))], "invalid_scope");
    refused(&[("scope", &"s".repeat(5000))], "invalid_scope");
    refused(&[("state", &"s".repeat(2049))], "invalid_request");
    refused(&[("nonce", &"s".repeat(513))], "invalid_request");
    refused(&[("ui_locales", &"de ".repeat(3000))], "invalid_request");
    refused(&[("acr_values", &words(3000))], "invalid_request");
    let many: String = (0..101).map(|n| format!("&p{n}=1")).collect();
    let path = format!("{}{many}", app.authorize_path(&client.id, &[]));
    assert_eq!(app.call("GET", &path).send().status, 400, "more than a hundred parameters");
    let machine = app.machine_client();
    let answer =
        app.token_call(&machine, &[("grant_type", "client_credentials"), ("scope", &words(101))]).send();
    assert_eq!(answer.json()["error"], "invalid_scope");
    let took = |count: usize| {
        let started = Instant::now();
        app.token_call(&machine, &[("grant_type", "client_credentials"), ("scope", &words(count))]).send();
        started.elapsed()
    };
    // Nine times the words: linear work is nine times as much at the most, quadratic work eighty times.
    let linear = (0..20).any(|_| took(1_000) * 30 > took(9_000));
    assert!(linear, "long lists take more than linear work");
}

#[test]
fn sec_u5_bad_bytes_are_refused_and_decoding_happens_once() {
    let app = TestApp::start();
    let client = app.web_client();
    for bad in ["%ff", "%c3%28", "%00", "%0d%0aX: y", "%0a", "%", "%4", "%zz", "%u0041", "%ed%a0%80"] {
        let path = format!("{}&x={bad}", app.authorize_path(&client.id, &[])).replace(' ', "%20");
        let answer = app.call("GET", &path).send();
        app.assert_page(&answer, 400, "LK-1910");
        for name in ["grant_type", "x"] {
            let body = format!("client_id=web&{name}={bad}");
            let call =
                app.call("POST", "/oauth2/token").header("Content-Type", "application/x-www-form-urlencoded");
            let answer = call.body(body.as_bytes()).send();
            app.assert_json(&answer, 400, "invalid_request", "LK-1910");
        }
    }
    app.user("ada");
    for state in ["%41", "%2541", "a+b c&d=e", "ü√", "%0d%0a", "\"<>'"] {
        let mut visitor = app.visitor();
        let answer = app.sign_in(&mut visitor, &app.authorize_path(&client.id, &[("state", state)]), "ada");
        assert_eq!(answer.param("state").as_deref(), Some(state), "{:?}", answer.header("location"));
    }
}

#[test]
fn sec_u7_paths_are_compared_as_they_came() {
    let app = TestApp::start();
    for path in [
        "//login",
        "/login/",
        "/login//",
        "/./login",
        "/x/../login",
        "/oauth2/../login",
        "/..;/login",
        "/login;x=1",
        "/login%2f",
        "/%6cogin",
        "/login%00",
        "/LOGIN",
        "/login/..",
        "/oauth2//token",
        "/oauth2%2ftoken",
        "/oauth2/token/",
        "/\\login",
        "/login%20",
        "/.well-known/jwks.json/",
        "/.well-known//openid-configuration",
        "/assets/../login",
        "/static/../../etc/passwd",
    ] {
        assert_eq!(app.call("GET", path).send().status, 404, "{path}");
    }
    assert_eq!(app.call("GET", "/login").send().status, 200);
}

#[test]
fn sec_u8_only_the_methods_of_a_route() {
    let app = TestApp::start();
    for path in ["/login", "/oauth2/authorize", "/oauth2/token", "/.well-known/jwks.json", "/account"] {
        for method in ["TRACE", "TRACK", "PUT", "DELETE", "PATCH", "OPTIONZ"] {
            let answer = app.call(method, path).header("Cookie", "secret=reflected").send();
            assert_eq!(answer.status, 405, "{method} {path}");
            assert!(answer.header("allow").is_some_and(|allow| !allow.contains("TRACE")), "{method} {path}");
            assert!(!answer.text().contains("reflected"), "{method} {path}");
        }
    }
    let preface = raw(app.addr, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert!(preface.is_none_or(|answer| answer.status >= 400), "no HTTP/2 without TLS");
}

#[test]
fn sec_u9_more_sign_ins_than_can_be_hashed_are_told_at_once() {
    let app = TestApp::with_env(&[
        ("LATCHKEY_PASSWORD__HASH_THREADS", "1"),
        ("LATCHKEY_PASSWORD__QUEUE", "1"),
        ("LATCHKEY_PASSWORD__MEMORY_KIB", "65536"),
        ("LATCHKEY_PASSWORD__ITERATIONS", "12"),
        ("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "60"),
    ]);
    // Times are compared with each other, so that a busy machine stretches both; when it was busy with
    // something else at the wrong moment, then again.
    let fair = (0..10).any(|round| {
        let (answers, keys) = sign_in_at_once(&app, round);
        let of = |status: u16| answers.iter().filter(move |(answer, _)| answer.status == status);
        assert!(of(503).all(|(answer, _)| answer.header("retry-after").is_some()));
        let fastest_hash = of(200).map(|(_, took)| *took).min().expect("some were hashed");
        println!("{} busy, the fastest hash {fastest_hash:?}, keys {keys:?}", of(503).count());
        of(503).count() >= 4 && of(503).all(|(_, took)| *took < fastest_hash) && keys < fastest_hash
    });
    assert!(fair, "ten times in a row somebody waited for the hashes of others");
}

/// Eight strangers at once, and then the key set: the answers with their times, and how long the keys took.
fn sign_in_at_once(app: &TestApp, round: usize) -> (Vec<(Answer, Duration)>, Duration) {
    let tries: Vec<_> = (0..8)
        .map(|n| {
            let mut visitor = app.visitor();
            let csrf = visitor.get("/login").input("csrf").unwrap();
            let name = format!("nobody{round}-{n}");
            visitor.post_call("/login", &[("csrf", &csrf), ("username", &name), ("password", PASSWORD)])
        })
        .collect();
    std::thread::scope(|scope| {
        let send = |call: Call| {
            let started = Instant::now();
            (call.send(), started.elapsed())
        };
        let threads: Vec<_> = tries.into_iter().map(|call| scope.spawn(move || send(call))).collect();
        let (keys, took) = send(app.call("GET", "/.well-known/jwks.json"));
        assert_eq!(keys.status, 200);
        (threads.into_iter().map(|thread| thread.join().unwrap()).collect(), took)
    })
}

#[test]
fn duplicated_and_oversized_parameters_are_refused() {
    let app = TestApp::start();
    let client = app.web_client();
    for name in ["client_id", "redirect_uri"] {
        let path = format!(
            "{}&{}",
            app.authorize_path(&client.id, &[]),
            form(&[(name, if name == "client_id" { "web" } else { CALLBACK })])
        );
        let answer = app.call("GET", &path).send();
        assert_eq!((answer.status, answer.header("location")), (400, None), "{name} twice");
    }
    for name in ["state", "scope", "nonce", "response_type", "code_challenge"] {
        let path = format!("{}&{name}=x", app.authorize_path(&client.id, &[]));
        let answer = app.call("GET", &path).send();
        assert_eq!(answer.param("error").as_deref(), Some("invalid_request"), "{name} twice");
    }
    for name in ["grant_type", "code", "redirect_uri", "code_verifier", "client_id"] {
        let body = format!(
            "grant_type=authorization_code&code=a&redirect_uri=b&code_verifier=c&client_id=web&{name}=again"
        );
        let call =
            app.call("POST", "/oauth2/token").header("Content-Type", "application/x-www-form-urlencoded");
        let answer = call.body(body.as_bytes()).send();
        assert_eq!(answer.json()["error"], "invalid_request", "{name} twice");
    }
}

#[test]
fn sec_u6_json_with_doubts_is_refused() {
    let instance = crate::harness::binary::Instance::on_sqlite();
    instance.ok(&["migrate"]);
    for (json, word) in [
        (r#"{"client_name":"A","client_name":"B","redirect_uris":["https://a.example/cb"]}"#, "twice"),
        (r#"{"client_name":"A","redirect_uris":"https://a.example/cb"}"#, "redirect_uris"),
        (r#"{"client_name":7,"redirect_uris":["https://a.example/cb"]}"#, "client_name"),
        (r#"["client_name"]"#, ""),
        (r#"{"client_name":"A","redirect_uris":["https://a.example/cb"]} x"#, ""),
        ("{", ""),
    ] {
        let finished = instance.run_with(&["client", "add", "--metadata", "-"], json);
        finished.refused(65, &[word]);
    }
    assert!(!instance.ok(&["client", "list"]).contains("a.example"), "nothing was registered");
}
