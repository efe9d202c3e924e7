//! Signing in (security rows C1 to C6).

mod full_queue;

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::expect::{is_signed_in, post_login, rows, signed_in};
use crate::harness::http::{Answer, Visitor};
use diesel::connection::SimpleConnection as _;
use latchkey::base::secret::Secret;
use latchkey::engine::admin::users;
use latchkey::store::{audit, users as stored};
use std::time::Duration;

const WRONG: &str = "The username or the password is not right";

/// What a stranger sees, without what differs from one page to the next for everyone.
fn seen(answer: &Answer, typed: &str) -> (u16, Vec<(String, String)>, String) {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let nonce =
        policy.split("'nonce-").nth(1).unwrap_or_default().split('\'').next().unwrap_or("-").to_owned();
    let csrf = answer.input("csrf").unwrap_or_else(|| "-".to_owned());
    let still = |text: &str| text.replace(&nonce, "_").replace(&csrf, "_").replace(typed, "_");
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-trace-id", "content-length"].contains(&name.as_str()));
    (answer.status, headers.map(|(n, v)| (n.clone(), still(v))).collect(), still(&answer.text()))
}

fn add_person(app: &TestApp, name: &str, password: Option<&str>) -> String {
    let hash = password.map(|p| app.engine.passwords.hash_blocking(&Secret::new(p)).unwrap());
    let new =
        users::NewUser { username: Some(name.to_owned()), password_hash: hash, ..users::NewUser::default() };
    app.admin(move |conn, desk| users::create(conn, desk, new)).id.to_string()
}

#[test]
fn sec_c1_one_answer_for_whoever_cannot_sign_in() {
    let app = TestApp::start();
    app.user("ada");
    let off = app.user("eve").id.to_string();
    app.admin(move |conn, desk| users::set_enabled(conn, desk, &off, false));
    let gone = app.user("old").id.to_string();
    app.admin(move |conn, desk| users::delete(conn, desk, &gone));
    add_person(&app, "bare", None);
    let tries = [
        ("ada", "not the password"),
        ("eve", PASSWORD),
        ("eve", "not the password"),
        ("old", PASSWORD),
        ("bare", PASSWORD),
        ("nobody", PASSWORD),
        ("ada@example.org", PASSWORD),
        ("\u{7f}\u{1}odd", PASSWORD),
        ("n".repeat(400).as_str(), PASSWORD),
    ]
    .map(|(name, password)| {
        let mut visitor = app.visitor();
        let page = visitor.get("/login");
        let answer = post_login(&mut visitor, &page, name, password);
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains(WRONG), "{name}: {}", answer.text());
        assert!(answer.header("set-cookie").is_none() && !answer.text().contains(password), "{name}");
        (
            name.to_owned(),
            seen(&answer, if name.is_ascii() && !name.contains('\u{1}') { name } else { "odd" }),
        )
    });
    for (name, other) in &tries[1..] {
        assert_eq!(other, &tries[0].1, "{name}");
    }
    assert_eq!(rows(&app, "sessions"), 0);
}

#[test]
fn sec_c1_the_wait_after_wrong_tries_tells_nothing_either() {
    let app = TestApp::start();
    app.user("ada");
    let answers = ["ada", "nobody"].map(|name| {
        let mut visitor = app.visitor();
        let page = visitor.get("/login");
        let mut wrong = || post_login(&mut visitor, &page, name, "not the password").status;
        let mut tries: Vec<u16> = (0..5).map(|_| wrong()).collect();
        // The wait is 2 s now; it must not be over by the time a slow machine comes to the next try.
        app.advance(-300);
        tries.extend((0..2).map(|_| wrong()));
        let last = post_login(&mut visitor, &page, name, "not the password");
        (tries, last.status, last.header("retry-after").is_some(), last.text().contains("Too many tries"))
    });
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].1, 429);
    // The right password is not looked at either, and is good again after the wait.
    let mut visitor = app.visitor();
    let page = visitor.get("/login");
    assert_eq!(post_login(&mut visitor, &page, "ada", PASSWORD).status, 429);
    app.advance(600 + 10);
    assert_eq!(post_login(&mut visitor, &page, "ada", PASSWORD).status, 303);
}

#[test]
fn sec_c2_a_session_id_is_ours_and_new_at_every_sign_in() {
    let app = TestApp::start();
    app.user("ada");
    let mut visitor = app.visitor();
    let planted = "A".repeat(43);
    visitor.cookies.insert("__Host-lk_sid".to_owned(), planted.clone());
    visitor.cookies.insert("__Host-lk_ix".to_owned(), "B".repeat(43));
    let page = visitor.get("/login");
    let answer = post_login(&mut visitor, &page, "ada", PASSWORD);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let first = visitor.cookies["__Host-lk_sid"].clone();
    assert_ne!(first, planted);
    let with = |value: &str| {
        let mut other = app.visitor();
        other.cookies.insert("__Host-lk_sid".to_owned(), value.to_owned());
        is_signed_in(&other)
    };
    assert_eq!((with(&planted), with(&first)), (false, true));
    let set = answer.all("set-cookie").into_iter().find(|c| c.starts_with("__Host-lk_sid=")).unwrap();
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(set.contains(attribute), "{set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    // Again, as the same and as another person: the old value is dead at once.
    app.user("bob");
    let web = app.web_client();
    for name in ["ada", "bob"] {
        let old = visitor.cookies["__Host-lk_sid"].clone();
        let path = app.authorize_path(&web.id, &[("prompt", "login")]);
        let to_login = visitor.get(&path);
        let page = visitor.follow(to_login);
        let answer = post_login(&mut visitor, &page, name, PASSWORD);
        assert_eq!(answer.status, 303);
        let new = visitor.cookies["__Host-lk_sid"].clone();
        assert_ne!(new, old);
        assert_eq!((with(&old), with(&new)), (false, true));
    }
    assert_eq!(rows(&app, "sessions WHERE ended_at IS NULL"), 1);
}

#[test]
fn sec_c3_a_login_from_another_site_is_refused_and_costs_nothing() {
    let app = TestApp::start();
    app.user("ada");
    let mut visitor = app.visitor();
    let page = visitor.get("/login");
    let csrf = page.input("csrf").unwrap();
    let mut eve = app.visitor();
    let eves = eve.get("/login").input("csrf").unwrap();
    let own = app.issuer.clone();
    // Token, Sec-Fetch-Site, Origin.
    let cases: [(&str, Option<&str>, Option<&str>); 10] = [
        ("", Some("same-origin"), Some(&own)),
        (&eves, Some("same-origin"), Some(&own)),
        ("AAAA", Some("same-origin"), Some(&own)),
        (&csrf, Some("cross-site"), Some("https://evil.example")),
        (&csrf, Some("same-site"), Some("https://sub.localhost")),
        (&csrf, Some("none"), None),
        (&csrf, None, Some("https://evil.example")),
        (&csrf, None, Some("null")),
        (&csrf, None, None),
        (&csrf, Some("cross-site"), Some(&own)),
    ];
    for (token, site, origin) in cases {
        for password in [PASSWORD, "not the password"] {
            let mut call = visitor.call("POST", "/login");
            for (name, value) in [("Sec-Fetch-Site", site), ("Origin", origin)] {
                if let Some(value) = value {
                    call = call.header(name, value);
                }
            }
            let answer = call.form(&[("csrf", token), ("username", "ada"), ("password", password)]).send();
            app.assert_page(&answer, 403, "LK-1601");
            assert!(answer.all("set-cookie").iter().all(|c| !c.contains("lk_sid")));
        }
    }
    // Without our cookies: told apart for the sake of people who block them.
    let stranger = app.visitor();
    let answer =
        stranger.post_call("/login", &[("csrf", &csrf), ("username", "ada"), ("password", PASSWORD)]).send();
    app.assert_page(&answer, 400, "LK-1607");
    let counted = (app.events("login.failed"), app.events("login.succeeded"), rows(&app, "login_throttles"));
    assert_eq!((counted, rows(&app, "sessions")), ((0, 0, 0), 0));
    // Older browsers say only where they come from.
    let call = visitor.call("POST", "/login").header("Origin", &own);
    let answer = call.form(&[("csrf", &csrf), ("username", "ada"), ("password", PASSWORD)]).send();
    assert_eq!(answer.status, 303, "{}", answer.text());
}

#[test]
fn sec_c4_one_person_however_the_name_is_typed() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let spellings = [
        "ada",
        "ADA",
        " Ada ",
        "ada@example.com",
        "Ada@EXAMPLE.com",
        "\u{ff41}\u{ff44}\u{ff41}",
        "a\u{ff24}a",
    ];
    let page_of = |visitor: &mut Visitor| visitor.get("/login");
    for name in spellings {
        let mut visitor = app.visitor();
        let page = page_of(&mut visitor);
        assert_eq!(post_login(&mut visitor, &page, name, PASSWORD).status, 303, "{name}");
    }
    // Wrong tries are counted for the person, under whichever spelling.
    let mut visitor = app.visitor();
    let page = page_of(&mut visitor);
    for name in &spellings[..5] {
        assert_eq!(post_login(&mut visitor, &page, name, "not the password").status, 200, "{name}");
    }
    // The wait is 2 s now; a slow machine must not outlast it.
    app.advance(-300);
    for name in spellings {
        assert_eq!(post_login(&mut visitor, &page, name, PASSWORD).status, 429, "{name}");
    }
    assert_eq!(rows(&app, "login_throttles"), 1);
    let events = app.read(|conn| audit::newest(conn, 50));
    let failed: Vec<_> = events.iter().filter(|e| e.kind == "login.failed").collect();
    assert_eq!(failed.len(), 5);
    assert!(failed.iter().all(|e| e.user_id.as_deref() == Some(ada.id.as_str())));
    // Nobody can take a name that would be the same.
    let clash = users::NewUser { username: Some("\u{ff21}DA".to_owned()), ..users::NewUser::default() };
    let desk = latchkey::engine::admin::Desk::of(&app.engine, latchkey::engine::admin::Actor::Cli);
    let taken = latchkey::engine::admin::apply_blocking(
        &app.engine.db,
        latchkey::engine::admin::Mode::Apply,
        move |conn| users::create(conn, &desk, clash),
    );
    assert!(taken.is_err());
}

#[test]
fn sec_c5_the_password_is_taken_byte_for_byte() {
    let app = TestApp::start();
    let odd = " p\u{e4}ss  W\u{f6}rd \u{1f511}\t+%41&=";
    let full = "x".repeat(1023) + "y";
    add_person(&app, "odd", Some(odd));
    add_person(&app, "full", Some(&full));
    let try_it = |name: &str, password: &str| {
        let mut visitor = app.visitor();
        let page = visitor.get("/login");
        post_login(&mut visitor, &page, name, password)
    };
    assert_eq!(try_it("odd", odd).status, 303);
    let wrong = [
        odd.trim().to_owned(),
        format!("{odd} "),
        odd.replace("  ", " "),
        odd.to_lowercase(),
        odd.replace('\u{e4}', "a\u{308}"),
    ];
    for password in &wrong {
        assert!(try_it("odd", password).text().contains(WRONG), "{password:?}");
    }
    assert_eq!(try_it("full", &full).status, 303);
    assert!(try_it("full", &("x".repeat(1023) + "z")).text().contains(WRONG), "cut short");
    assert!(try_it("full", &"x".repeat(1023)).text().contains(WRONG));
    // Beyond the limit: said before anything is hashed or counted.
    let (failed, throttles) = (app.events("login.failed"), rows(&app, "login_throttles"));
    for name in ["full", "nobody"] {
        app.assert_page(&try_it(name, &format!("{full}z")), 400, "LK-1604");
    }
    assert_eq!((app.events("login.failed"), rows(&app, "login_throttles")), (failed, throttles));
}

#[test]
fn sec_c6_the_way_on_is_never_a_parameter() {
    let app = TestApp::start();
    app.user("ada");
    let names = [
        "next",
        "return",
        "return_to",
        "returnTo",
        "redirect",
        "redirect_uri",
        "continue",
        "url",
        "target",
        "rd",
    ];
    let evil = "https://evil.example/";
    for name in names {
        let mut visitor = app.visitor();
        let page = visitor.get(&format!("/login?{name}=https%3A%2F%2Fevil.example%2F"));
        assert!(!page.text().contains("evil.example"), "{name}");
        let csrf = page.input("csrf").unwrap();
        let pairs = [("csrf", csrf.as_str()), ("username", "ada"), ("password", PASSWORD), (name, evil)];
        let answer = visitor.post(&format!("/login?{name}=https%3A%2F%2Fevil.example%2F"), &pairs);
        assert_eq!((answer.status, answer.location()), (303, "/account"), "{name}");
        let there = visitor.get(&format!("/login?{name}=//evil.example"));
        assert_eq!((there.status, there.location()), (303, "/account"), "{name}");
    }
    let mut visitor = signed_in(&app, "ada");
    for path in ["//evil.example/login", "/login/../..//evil.example", "/\\evil.example"] {
        let answer = visitor.get(path);
        assert!(answer.header("location").is_none(), "{path}: {:?}", answer.header("location"));
    }
}

#[test]
fn sec_c7_a_password_changed_while_it_was_checked_lets_nobody_in() {
    let app = TestApp::with_env(&[
        ("LATCHKEY_PASSWORD__MEMORY_KIB", "65536"),
        ("LATCHKEY_PASSWORD__ITERATIONS", "8"),
        ("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "60"),
    ]);
    let hash = |password: &str| app.engine.passwords.hash_blocking(&Secret::new(password)).unwrap();
    let (own, other) = (hash(PASSWORD), hash("quite another password"));
    let id = add_person(&app, "ada", Some(PASSWORD));
    let set = |phc: &str| {
        let (id, phc, now) = (id.clone(), phc.to_owned(), app.clock.now());
        app.write(move |conn| stored::set_password(conn, &id, &phc, now));
    };
    let mut visitor = app.visitor();
    let csrf = visitor.get("/login").input("csrf").unwrap();
    let in_between = || {
        set(&own);
        let sessions = rows(&app, "sessions");
        let pairs = [("csrf", &*csrf), ("username", "ada"), ("password", PASSWORD)];
        let call = visitor.post_call("/login", &pairs);
        let answer = std::thread::scope(|scope| {
            let login = scope.spawn(move || call.send());
            // Counted: the old hash was read, and is being computed with for some hundred milliseconds.
            while rows(&app, "login_throttles") == 0 && !login.is_finished() {
                std::thread::sleep(Duration::from_millis(1));
            }
            set(&other);
            login.join().unwrap()
        });
        let refused = answer.status == 200 && answer.text().contains(WRONG);
        assert!(refused || answer.status == 303, "{}: {}", answer.status, answer.text());
        assert_eq!(rows(&app, "sessions") - sessions, i64::from(!refused));
        app.write(|conn| Ok(conn.batch_execute("DELETE FROM login_throttles")?));
        refused
    };
    // On a busy machine the hash may be done before the other password is set: then again.
    assert!((0..20).any(|_| in_between()), "whoever knew the old password always got in");
}
