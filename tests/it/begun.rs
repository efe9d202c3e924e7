//! Sign-ins that strangers begin: each is a row that waits, so there is a limit (limits.md).

use crate::harness::app::TestApp;
use crate::harness::binary::Instance;
use crate::harness::expect::{rows, signed_in};
use crate::harness::http::Answer;
use latchkey::base::clock::Clock;
use std::time::{Duration, Instant};

fn start(env: &[(&'static str, &str)]) -> (TestApp, String) {
    let mut all = vec![("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8")];
    all.extend_from_slice(env);
    let app = TestApp::with_env(&all);
    app.user("ada");
    let web = app.web_client();
    let path = app.authorize_path(&web.id, &[]);
    (app, path)
}

fn waiting(app: &TestApp) -> i64 {
    rows(app, "authorizations")
}

#[track_caller]
fn refused(app: &TestApp, answer: &Answer) {
    app.assert_page(answer, 429, "LK-1911");
    assert_eq!(answer.header("retry-after"), Some("60"));
}

#[test]
fn sec_u4_a_network_begins_so_many_sign_ins_and_no_more() {
    let (app, path) = start(&[("LATCHKEY_SESSION__BEGUN_PER_NETWORK", "5")]);
    let begin = |from: &str| app.call("GET", &path).header("X-Forwarded-For", from).send();
    for _ in 0..5 {
        assert_eq!(begin("203.0.113.9").status, 303);
    }
    let before = waiting(&app);
    for from in ["203.0.113.9", "::ffff:203.0.113.9"] {
        refused(&app, &begin(from));
    }
    // By POST the same.
    let query = path.split_once('?').unwrap().1;
    let posted = app
        .call("POST", "/oauth2/authorize")
        .header("X-Forwarded-For", "203.0.113.9")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(query.as_bytes());
    refused(&app, &posted.send());
    assert_eq!(waiting(&app), before, "nothing was stored");
    // A /64 is one network, however many addresses it has.
    let made = (0..9).filter(|n| begin(&format!("2001:db8::{n}")).status == 303).count();
    assert_eq!(made, 5);
    assert_eq!(begin("2001:db8:0:1::1").status, 303);
    // Who is signed in is not a stranger, and what stores nothing is not counted.
    let mut ada = signed_in(&app, "ada");
    for _ in 0..6 {
        let call = ada.call("GET", &path).header("X-Forwarded-For", "203.0.113.9");
        assert_eq!(ada.send(call).status, 303);
    }
    let silent = format!("{path}&prompt=none");
    let silent = app.call("GET", &silent).header("X-Forwarded-For", "203.0.113.9").send();
    assert_eq!(silent.param("error").as_deref(), Some("login_required"));
    app.advance(1200);
    assert_eq!(begin("203.0.113.9").status, 303, "it ends");
}

#[test]
fn sec_u4_all_networks_together_have_a_limit_that_leaves_each_a_handful() {
    let limits = [("LATCHKEY_SESSION__BEGUN_PER_NETWORK", "100"), ("LATCHKEY_SESSION__BEGUN_TOTAL", "30")];
    let (app, path) = start(&limits);
    let begin = |from: &str| app.call("GET", &path).header("X-Forwarded-For", from).send();
    for n in 0..30 {
        assert_eq!(begin("203.0.113.9").status, 303, "{n}");
    }
    refused(&app, &begin("203.0.113.9"));
    // Whoever had no part in it is not shut out, and does not get much further.
    for n in 0..20 {
        assert_eq!(begin("198.51.100.1").status, 303, "{n}");
    }
    refused(&app, &begin("198.51.100.1"));
    assert_eq!(begin("2001:db8::1").status, 303);
    refused(&app, &begin("203.0.113.9"));
    for _ in 0..10 {
        assert_eq!(app.call("GET", &path).send().status, 303, "127.0.0.1");
        assert_eq!(begin("::1").status, 303);
    }
}

#[test]
fn sec_u4_an_ipv6_site_begins_as_many_as_eight_networks() {
    let (app, path) = start(&[("LATCHKEY_SESSION__BEGUN_PER_NETWORK", "1")]);
    let begin = |from: &str| app.call("GET", &path).header("X-Forwarded-For", from).send();
    for n in 0..8 {
        assert_eq!(begin(&format!("2001:db8:0:{n}::1")).status, 303, "{n}");
    }
    refused(&app, &begin("2001:db8:0:8::1"));
    assert_eq!(begin("2001:db8:1::1").status, 303, "another site");
}

/// `<img src=".../oauth2/authorize?...">` on a page that many people look at.
#[test]
fn sec_u4_what_a_page_loads_begins_nothing() {
    let (app, path) = start(&[("LATCHKEY_SESSION__BEGUN_PER_NETWORK", "2")]);
    let ask = |path: &str, dest: &str| {
        let call = app.call("GET", path).header("X-Forwarded-For", "203.0.113.9");
        call.header("Sec-Fetch-Dest", dest).send()
    };
    for dest in ["image", "empty", "script", "style", "object", "embed", "video", "Document", ""] {
        app.assert_page(&ask(&path, dest), 400, "LK-1124");
    }
    let query = path.split_once('?').unwrap().1;
    let posted = app
        .call("POST", "/oauth2/authorize")
        .header("Sec-Fetch-Dest", "empty")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(query.as_bytes());
    app.assert_page(&posted.send(), 400, "LK-1124");
    assert_eq!(waiting(&app), 0, "nothing was stored");
    // Nothing was counted: the network has all it may have.
    assert_eq!((ask(&path, "document").status, ask(&path, "document").status), (303, 303));
    refused(&app, &ask(&path, "document"));
    // Looking for a session without a page.
    for frame in ["iframe", "frame"] {
        let silent = ask(&format!("{path}&prompt=none"), frame);
        assert_eq!(silent.param("error").as_deref(), Some("login_required"), "{frame}");
    }
}

/// That a token was issued is forgotten sooner than what people and admins did.
#[test]
fn issued_tokens_are_forgotten_first() {
    let instance = Instance::on_sqlite();
    instance.ok(&["client", "add", "Shop", "https://shop.example.com/cb", "--id", "shop"]);
    let day = |days: i64| Clock::system().now() - days * 86_400;
    let row = |id: String, days: i64, kind: &str| format!("('{id}', {}, '{kind}')", day(days));
    let mut events = vec![
        row("00-a".to_owned(), 40, "login.succeeded"),
        row("01-b".to_owned(), 29, "token.issued"),
        row("01-c".to_owned(), 29, "login.succeeded"),
    ];
    // More than one batch, with others between them.
    events.extend((0..1100).map(|n| row(format!("00-b{n:04}"), 31, "token.issued")));
    events.extend((0..600).map(|n| row(format!("00-b{n:04}x"), 31, "session.started")));
    instance.sql(&format!("INSERT INTO audit_events (id, at, kind) VALUES {}", events.join(",")));
    let count = |of: &str| instance.number(&format!("SELECT count(*) FROM audit_events WHERE {of}"));
    let server = instance.serve();
    let begun = Instant::now();
    while count("kind = 'token.issued'") > 1 {
        // The job is tried again after 30 s where the database was busy.
        assert!(begun.elapsed() < Duration::from_secs(90), "{} left", count("kind = 'token.issued'"));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(count("id = '01-b'"), 1, "not old enough");
    assert_eq!(count("kind = 'session.started'"), 600);
    assert_eq!(count("kind = 'login.succeeded'"), 2);
    drop(server);
}
