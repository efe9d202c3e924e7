//! Entering a code (RFC 8628 §5.1, §6.1; security row L2).

use super::{Codes, approve, begin, enter, is_question, press, to_question, tv};
use crate::harness::app::TestApp;
use crate::harness::expect::{rows, still};
use crate::harness::http::{Answer, Visitor};

/// A code that no device has.
fn other_than(codes: &Codes) -> String {
    if codes.user.starts_with('B') { "CCCC-CCCC".to_owned() } else { "BBBB-BBBB".to_owned() }
}

#[track_caller]
fn assert_wrong(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("No device waits with this code"), "{}", answer.text());
}

#[track_caller]
fn assert_throttled(answer: &Answer, most: i64) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    let wait: i64 = answer.header("retry-after").expect("Retry-After").parse().unwrap();
    assert!((1..=most).contains(&wait), "{wait} s");
    assert!(answer.text().contains("Too many tries"), "{}", answer.text());
}

#[test]
fn sec_l2_a_code_is_taken_in_any_case_and_with_any_hyphens() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let given = begin(&app, &client);
    let plain = given.user.replace('-', "").to_lowercase();
    for typed in [plain.clone(), format!(" {} {}", &plain[..3], &plain[3..]), given.user.clone()] {
        let mut visitor = app.visitor();
        let answer = enter(&mut visitor, &typed);
        assert_eq!(answer.status, 303, "{typed}");
        assert!(answer.location().starts_with("/device?ix="), "{}", answer.location());
    }
}

#[test]
fn sec_l2_wrong_expired_and_used_codes_look_alike() {
    let app = TestApp::with_env(&[("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8")]);
    app.user("ada");
    let client = tv(&app);
    let old = begin(&app, &client);
    app.advance(600);
    let (used, redeemed, denied) = (begin(&app, &client), begin(&app, &client), begin(&app, &client));
    approve(&app, &used, "ada");
    approve(&app, &redeemed, "ada");
    assert_eq!(super::poll(&app, &client, &redeemed).status, 200);
    let mut visitor = app.visitor();
    let page = to_question(&mut visitor, &denied, "ada");
    press(&mut visitor, &page, "deny");
    app.advance(60);
    let seen = |code: &str| {
        let mut visitor = app.visitor();
        let answer = enter(&mut visitor, code);
        assert_wrong(&answer);
        let headers: Vec<&str> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
        (answer.status, headers.join(","), still(&answer).replace(code, "CODE"))
    };
    let unknown = seen(&other_than(&used));
    for code in [&old.user, &used.user, &redeemed.user, &denied.user] {
        assert_eq!(seen(code), unknown);
    }
    // What cannot be a code as well, and nothing at all is told so.
    assert_wrong(&enter(&mut app.visitor(), "HELLO"));
    assert!(enter(&mut app.visitor(), " ").text().contains("Enter the code that your device shows"));
}

#[test]
fn sec_l2_five_wrong_codes_in_a_browser_are_the_last_for_ten_minutes() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let given = begin(&app, &client);
    let mut visitor = app.visitor();
    let wrong = other_than(&given);
    (0..4).for_each(|_| assert_wrong(&enter(&mut visitor, &wrong)));
    // A right one is no guess, and what is no code is none either.
    assert_eq!(enter(&mut visitor, &given.user).status, 303);
    assert_wrong(&enter(&mut visitor, "no code"));
    assert_wrong(&enter(&mut visitor, &wrong));
    app.advance(60);
    for code in [&wrong, &given.user] {
        assert_throttled(&enter(&mut visitor, code), 540);
    }
    // Another browser, in the same network, has its own.
    assert_eq!(enter(&mut app.visitor(), &given.user).status, 303);
    app.advance(540);
    assert_wrong(&enter(&mut visitor, &given.user));
}

/// A browser of its own for each guess, each from this address.
fn guess(app: &TestApp, from: &str, code: &str) -> Answer {
    let mut visitor = app.visitor();
    let page = visitor.get("/device");
    let csrf = page.input("csrf").unwrap();
    let call = visitor.post_call("/device", &[("csrf", &csrf), ("user_code", code)]);
    visitor.send(call.header("X-Forwarded-For", from))
}

#[test]
fn sec_l2_ten_codes_a_minute_from_a_network_and_no_more() {
    let app = TestApp::with_env(&[("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8")]);
    let client = tv(&app);
    let given = begin(&app, &client);
    let wrong = other_than(&given);
    (0..9).for_each(|_| assert_wrong(&guess(&app, "2001:db8::1", &wrong)));
    assert_eq!(guess(&app, "2001:db8::ffff", &given.user).status, 303, "the same network, the tenth");
    let before = rows(&app, "device_visits");
    assert_throttled(&guess(&app, "2001:db8::2", &given.user), 60);
    assert_eq!(rows(&app, "device_visits"), before, "the code was not looked at");
    assert_eq!(guess(&app, "2001:db8:0:1::1", &given.user).status, 303, "another network");
    app.advance(60);
    assert_eq!(guess(&app, "2001:db8::2", &given.user).status, 303);
    // Nothing that names anybody is kept.
    for line in crate::harness::database::query(&app.engine.db, "SELECT name AS line FROM device_tries") {
        assert!(line == "all" || line.len() == 43 && !line.contains(':'), "{line}");
    }
}

/// Many at once are no way around the count.
#[test]
fn sec_l2_parallel_guesses_are_counted_before_they_are_looked_at() {
    let app = TestApp::start();
    let client = tv(&app);
    let given = begin(&app, &client);
    let browsers: Vec<(Visitor, String)> = (0..24)
        .map(|_| {
            let mut visitor = app.visitor();
            let csrf = visitor.get("/device").input("csrf").unwrap();
            (visitor, csrf)
        })
        .collect();
    let barrier = std::sync::Barrier::new(browsers.len());
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let send = |(mut visitor, csrf): (Visitor, String)| {
            let (barrier, code) = (&barrier, &given.user);
            scope.spawn(move || {
                barrier.wait();
                visitor.post("/device", &[("csrf", &csrf), ("user_code", code)]).status
            })
        };
        let all: Vec<_> = browsers.into_iter().map(send).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 10, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 14, "{answers:?}");
}

#[test]
fn sec_l2_many_wrong_codes_from_everywhere_raise_an_alarm_once() {
    let app = TestApp::with_env(&[("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8")]);
    let mut n = 0;
    let mut wrong = |times: usize| {
        for _ in 0..times {
            n += 1;
            assert_wrong(&guess(&app, &format!("198.51.{}.{}", n / 200, n % 200), "BCDF-GHJK"));
        }
    };
    wrong(99);
    assert_eq!(app.events("device.guessing"), 0);
    wrong(1);
    assert_eq!(app.events("device.guessing"), 1);
    wrong(20);
    assert_eq!(app.events("device.guessing"), 1, "told once");
    app.advance(600);
    wrong(99);
    assert_eq!(app.events("device.guessing"), 1);
    wrong(1);
    assert_eq!(app.events("device.guessing"), 2, "and again when it goes on");
}

/// `verification_uri_complete` fills the field and does nothing else.
#[test]
fn sec_l3_a_code_in_the_link_is_still_sent_by_the_person() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let given = begin(&app, &client);
    let mut visitor = crate::harness::expect::signed_in(&app, "ada");
    let page = visitor.get(&format!("/device?user_code={}", given.user.to_lowercase()));
    assert_eq!(page.status, 200);
    assert!(!is_question(&page));
    assert!(page.text().contains(&format!("value=\"{}\"", given.user)), "{}", page.text());
    assert!(page.text().contains("only if the device in front of you shows exactly this code"));
    assert_eq!((rows(&app, "device_visits"), rows(&app, "device_tries")), (0, 0));
    let wicked = visitor.get("/device?user_code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
    assert!(!wicked.text().contains("<script>alert"), "{}", wicked.text());
}
