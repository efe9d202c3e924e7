//! Guessing passwords: the owner's own browser stays open (security row S2), lists of stolen passwords are slow (S5).

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::expect::{is_signed_in, rows};
use crate::harness::http::{Answer, Visitor};
use latchkey::engine::limits::guess::before;
use latchkey::engine::limits::{Account, Guess, remember};
use latchkey::protocol::refusal::Check;
use latchkey::store::{Fault, prune};

const DEVICE: &str = "__Host-lk_dev";

fn start(env: &[(&'static str, &str)]) -> TestApp {
    let mut all = vec![("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8")];
    all.extend_from_slice(env);
    let app = TestApp::with_env(&all);
    app.user("ada");
    app
}

/// Signs in at an address of the internet.
fn sign_in(visitor: &mut Visitor, from: &str, username: &str, password: &str) -> Answer {
    let csrf = visitor.get("/login").input("csrf").unwrap();
    let pairs = [("csrf", csrf.as_str()), ("username", username), ("password", password)];
    let call = visitor.post_call("/login", &pairs).header("X-Forwarded-For", from);
    visitor.send(call)
}

/// The same with a browser that is new here.
fn stranger(app: &TestApp, from: &str, username: &str, password: &str) -> Answer {
    sign_in(&mut app.visitor(), from, username, password)
}

/// A browser that keeps nothing of an old sign-in but its mark.
fn later(app: &TestApp, mark: &str) -> Visitor {
    let mut visitor = app.visitor();
    visitor.cookies.insert(DEVICE.to_owned(), mark.to_owned());
    visitor
}

fn hammer(app: &TestApp, from: &str) {
    for _ in 0..5 {
        assert_eq!(stranger(app, from, "ada", "a wrong password").status, 200);
    }
    // A slow machine must not outlast the wait.
    app.advance(-300);
    app.assert_page(&stranger(app, from, "ada", PASSWORD), 429, "Too many");
}

#[test]
fn sec_s2_the_owners_browser_gets_in_while_strangers_hammer_from_the_same_network() {
    let app = start(&[]);
    let mut own = app.visitor();
    assert_eq!(sign_in(&mut own, "203.0.113.9", "ada", PASSWORD).status, 303);
    let mark = own.cookies[DEVICE].clone();
    app.advance(1000);
    hammer(&app, "203.0.113.9");
    for from in ["198.51.100.1", "2001:db8::1"] {
        hammer(&app, from);
    }
    // The browser is known by its mark alone, wherever it is.
    for from in ["203.0.113.9", "198.51.100.1"] {
        let mut visitor = later(&app, &mark);
        assert_eq!(sign_in(&mut visitor, from, "ada", PASSWORD).status, 303, "{from}");
        assert!(is_signed_in(&visitor));
        assert_eq!(visitor.cookies[DEVICE], mark, "a young mark stays, with what is counted for it");
    }
    // That the owner got in lets nobody else in.
    assert_eq!(stranger(&app, "203.0.113.9", "ada", PASSWORD).status, 429);
    // From elsewhere the owner gets in with any browser.
    assert_eq!(stranger(&app, "192.0.2.77", "ada", PASSWORD).status, 303);
}

#[test]
fn sec_s2_a_mark_cannot_be_made_bent_or_lent() {
    let app = start(&[]);
    app.user("bob");
    let mark_of = |username: &str| {
        let mut visitor = app.visitor();
        assert_eq!(sign_in(&mut visitor, "192.0.2.1", username, PASSWORD).status, 303);
        visitor.cookies[DEVICE].clone()
    };
    let (ada, bob) = (mark_of("ada"), mark_of("bob"));
    assert_ne!(mark_of("ada"), ada, "each browser has its own");
    hammer(&app, "203.0.113.9");
    let gets_in = |mark: &str| sign_in(&mut later(&app, mark), "203.0.113.9", "ada", PASSWORD).status == 303;
    let other = TestApp::start();
    let id = app.read(|conn| latchkey::store::users::find_by_login(conn, "ada")).unwrap().0.id;
    let foreign = remember(&other.engine, &[], &id).join(".");
    for at in [0, 20, 40, ada.len() - 2] {
        let letter = if &ada[at..=at] == "A" { "B" } else { "A" };
        let bent = format!("{}{letter}{}", &ada[..at], &ada[at + 1..]);
        assert!(!gets_in(&bent), "bent at {at}");
    }
    for bad in [bob.as_str(), &foreign, "", &"A".repeat(75), &ada[..74], &format!("{ada}A")] {
        assert!(!gets_in(bad), "{bad}");
    }
    assert!(gets_in(&ada));
    assert!(gets_in(&format!("{bob}.{ada}")), "a browser of two people");
    // A mark has counts and waits of its own, so that a stolen one is no way around them.
    for _ in 0..5 {
        assert_eq!(sign_in(&mut later(&app, &ada), "192.0.2.1", "ada", "a wrong password").status, 200);
    }
    for from in ["192.0.2.1", "192.0.2.2", "203.0.113.9"] {
        assert_eq!(sign_in(&mut later(&app, &ada), from, "ada", PASSWORD).status, 429, "{from}");
    }
    assert_eq!(stranger(&app, "192.0.2.1", "ada", PASSWORD).status, 303, "and costs the owner nothing");
    // It ends.
    app.advance(401 * 86_400);
    hammer(&app, "203.0.113.9");
    assert!(!gets_in(&ada));
}

#[test]
fn a_browser_is_known_by_four_accounts_at_the_most() {
    let app = start(&[]);
    let mut visitor = app.visitor();
    for name in ["ada", "bob", "cyd", "dan", "eve"] {
        if name != "ada" {
            app.user(name);
        }
        visitor.cookies.remove("__Host-lk_sid");
        assert_eq!(sign_in(&mut visitor, "192.0.2.1", name, PASSWORD).status, 303);
    }
    let marks: Vec<&str> = visitor.cookies[DEVICE].split('.').collect();
    assert_eq!(marks.len(), 4);
    assert!(marks.iter().all(|mark| mark.len() == 75));
}

/// Tries of 100 at once, on as many nodes as there are, are never more than the limit.
#[test]
fn sec_s3_of_100_parallel_wrong_guesses_at_most_five_are_evaluated_on_two_nodes() {
    use crate::harness::app::{Options, fresh_database};
    let mut env = vec![
        ("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
        (
            "LATCHKEY_KEYS__MASTER_KEY",
            "6f1d3a0b5c7e9f2244668800aaccee113355779900bbddff1032547698badcfe".to_owned(),
        ),
    ];
    let url = fresh_database();
    env.extend(url.clone().map(|url| ("DATABASE_URL", url)));
    let first = TestApp::with(Options { env: env.clone() });
    let second = url.map(|_| TestApp::with(Options { env }));
    first.user("ada");
    let apps: Vec<&TestApp> = std::iter::once(&first).chain(second.as_ref()).collect();
    // The wait must not pass meanwhile.
    let visitors: Vec<(Visitor, String)> = (0..100)
        .map(|n| {
            let mut visitor = apps[n % apps.len()].visitor();
            let csrf = visitor.get("/login").input("csrf").unwrap();
            (visitor, csrf)
        })
        .collect();
    let barrier = std::sync::Barrier::new(visitors.len());
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = visitors
            .iter()
            .map(|(visitor, csrf)| {
                scope.spawn(|| {
                    let pairs =
                        [("csrf", csrf.as_str()), ("username", "ada"), ("password", "a wrong password")];
                    let call = visitor.post_call("/login", &pairs).header("X-Forwarded-For", "203.0.113.9");
                    barrier.wait();
                    call.send().status
                })
            })
            .collect();
        tries.into_iter().map(|tried| tried.join().unwrap()).collect()
    });
    let of = |status: u16| answers.iter().filter(|answer| **answer == status).count();
    println!("{} looked at, {} told to wait, {} busy", of(200), of(429), of(503));
    assert_eq!(of(200) + of(429) + of(503), 100, "{answers:?}");
    // The clocks of the nodes stand still unless real time passes: a sixth only after two seconds of it.
    assert!((1..=7).contains(&of(200)), "{answers:?}");
    assert_eq!(i64::try_from(of(200)).unwrap(), first.events("login.failed"));
}

#[test]
fn sec_s5_a_network_that_fails_at_many_accounts_is_slowed_but_for_known_browsers() {
    let app = start(&[("LATCHKEY_LIMITS__DISTINCT_FAILURES", "6")]);
    let mut own = app.visitor();
    assert_eq!(sign_in(&mut own, "203.0.113.9", "ada", PASSWORD).status, 303);
    let mark = own.cookies[DEVICE].clone();
    // Names that nobody has count like others: six, and three more in the first minute.
    for n in 0..9 {
        assert_eq!(stranger(&app, "203.0.113.9", &format!("nobody{n}"), "from a list").status, 200, "{n}");
    }
    // A slow machine must not outlast the wait.
    app.advance(-50);
    for n in 9..12 {
        assert_eq!(stranger(&app, "203.0.113.9", &format!("nobody{n}"), "from a list").status, 429, "{n}");
    }
    let refused = stranger(&app, "203.0.113.9", "nobody77", "from a list");
    assert!(
        (1..=70).contains(&refused.header("retry-after").unwrap().parse::<i64>().unwrap()),
        "{refused:?}"
    );
    assert_eq!(stranger(&app, "203.0.113.9", "ada", PASSWORD).status, 429, "an unknown browser waits");
    assert_eq!(
        sign_in(&mut later(&app, &mark), "203.0.113.9", "ada", PASSWORD).status,
        303,
        "a known one does not"
    );
    assert_eq!(stranger(&app, "203.0.113.10", "ada", PASSWORD).status, 303, "nor do others");
    app.advance(70);
    assert_eq!(stranger(&app, "203.0.113.9", "nobody78", "from a list").status, 200, "three a minute");
    app.advance(-50);
    assert_eq!(stranger(&app, "203.0.113.9", "nobody79", "from a list").status, 429);
    app.advance(3700);
    let now = app.engine.now();
    app.write(move |conn| prune::batch(conn, now));
    assert_eq!((rows(&app, "failed_accounts"), rows(&app, "paces")), (0, 0), "it ends, and nothing stays");
    assert_eq!(stranger(&app, "203.0.113.9", "nobody80", "from a list").status, 200);
}

#[test]
fn sec_s5_a_family_that_mistypes_is_not_slowed() {
    let app = start(&[("LATCHKEY_LIMITS__DISTINCT_FAILURES", "3")]);
    let family = ["ada", "bob", "cyd"];
    for name in &family[1..] {
        app.user(name);
    }
    for round in 0..3 {
        for name in family {
            assert_eq!(stranger(&app, "203.0.113.9", name, "mistyped").status, 200, "{name}, {round}");
        }
    }
    for name in family {
        assert_eq!(stranger(&app, "203.0.113.9", name, PASSWORD).status, 303, "{name}");
    }
    assert_eq!(rows(&app, "failed_accounts"), 0, "who gets in has not failed");
    // This machine itself is not counted: behind a proxy that is not named all people are one network.
    for n in 0..9 {
        let mut visitor = app.visitor();
        let csrf = visitor.get("/login").input("csrf").unwrap();
        let pairs = [("csrf", csrf.as_str()), ("username", &format!("nobody{n}")), ("password", "x")];
        assert_eq!(visitor.post("/login", &pairs).status, 200, "{n}");
    }
}

#[test]
fn sec_s5_an_ipv6_site_fails_at_eight_times_as_many() {
    let app = start(&[("LATCHKEY_LIMITS__DISTINCT_FAILURES", "2")]);
    let now = app.engine.now();
    let tried = |n: usize| {
        let ip = format!("2001:db8:0:{n:x}::1").parse().unwrap();
        let guess = Guess::password(&app.engine, Account::Unknown(&format!("nobody{n}")), ip, &[]);
        match app.engine.db.write_blocking(move |conn| before(conn, &guess, now)) {
            Ok(()) => true,
            Err(Fault::Refused(refusal)) => {
                assert_eq!(refusal.check, Check::NetworkSlowed);
                false
            }
            Err(Fault::Store(error)) => panic!("{error}"),
        }
    };
    assert_eq!((0..40).filter(|n| tried(*n)).count(), 16 + 3);
}
