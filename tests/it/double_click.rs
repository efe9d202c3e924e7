//! The same button pressed twice: browsers show the answer to the second press, which must lead on.

use crate::harness::app::{CALLBACK, PASSWORD, TestApp, TestClient};
use crate::harness::expect::{decide, is_signed_in, ix, post_login, redeemed, to_consent, token};
use crate::harness::http::{Answer, Visitor};
use latchkey::base::secret::{Plain, SessionSecret};
use std::sync::Barrier;

const GONE: &str = "LK-1134";
const SESSION: &str = "__Host-lk_sid";

fn start() -> (TestApp, TestClient) {
    let app = TestApp::start();
    app.user("ada");
    app.user("bob");
    let trusted = app.trusted_client();
    (app, trusted)
}

fn to_login(app: &TestApp, client: &TestClient, more: &[(&str, &str)]) -> (Visitor, Answer) {
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&client.id, more));
    let page = visitor.follow(first);
    (visitor, page)
}

#[track_caller]
fn code(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.location().starts_with(CALLBACK), "{}", answer.location());
    answer.param("code").unwrap_or_else(|| panic!("no code: {}", answer.location()))
}

/// The session behind this browser's cookie.
fn session(app: &TestApp, visitor: &Visitor) -> String {
    let digest = Plain::<SessionSecret>::presented(visitor.cookies[SESSION].clone()).digest();
    let found = app.read(|conn| latchkey::store::sessions::find_by_digest(conn, &digest));
    found.unwrap().0.id.to_string()
}

/// The app's next request, in a browser that is signed in: no page comes in between.
fn again(app: &TestApp, client: &TestClient, visitor: &mut Visitor) -> Answer {
    let answer = visitor.get(&app.authorize_path(&client.id, &[]));
    code(&answer);
    answer
}

#[test]
fn the_second_sign_in_signs_in_and_leads_on() {
    let (app, client) = start();
    for more in [&[][..], &[("prompt", "login")], &[("response_mode", "form_post")]] {
        let (mut visitor, page) = to_login(&app, &client, more);
        let first = post_login(&mut visitor.clone(), &page, "ada", PASSWORD);
        // The browser left before the first answer: it has no cookie of it.
        let second = post_login(&mut visitor, &page, "ada", PASSWORD);
        app.assert_page(&second, 400, GONE);
        assert!(second.text().contains("href=\"/account\""), "{}", second.text());
        assert!(is_signed_in(&visitor));
        let tokens = redeemed(&app, &client, &again(&app, &client, &mut visitor));
        let claims = crate::harness::app::claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(claims["sid"], session(&app, &visitor));
        if more.iter().all(|(name, _)| *name != "response_mode") {
            let tokens = redeemed(&app, &client, &first);
            let claims = crate::harness::app::claims(tokens["id_token"].as_str().unwrap());
            assert_eq!(
                claims["sid"],
                session(&app, &visitor),
                "it is the session that the first press began"
            );
        }
    }
    assert_eq!((app.events("session.started"), app.events("session.renewed")), (3, 3));
}

#[test]
fn of_two_that_sign_in_at_the_same_moment_one_gets_the_code_and_the_later_one_the_session() {
    let (app, client) = start();
    for round in 1..=4 {
        let (visitor, page) = to_login(&app, &client, &[]);
        let gate = Barrier::new(2);
        let answers: Vec<(Visitor, Answer)> = std::thread::scope(|scope| {
            let press = || {
                let (mut own, page, gate) = (visitor.clone(), &page, &gate);
                scope.spawn(move || {
                    gate.wait();
                    let answer = post_login(&mut own, page, "ada", PASSWORD);
                    (own, answer)
                })
            };
            let pressed = [press(), press()];
            pressed.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let (first, second): (Vec<_>, Vec<_>) = answers.iter().partition(|(_, a)| a.status == 303);
        assert_eq!((first.len(), second.len()), (1, 1));
        app.assert_page(&second[0].1, 400, GONE);
        assert!(is_signed_in(&second[0].0));
        redeemed(&app, &client, &first[0].1);
        assert_eq!(app.events("session.started"), round);
    }
    assert_eq!(app.events("code.issued"), 4);
}

#[test]
fn sec_a14_a_second_sign_in_gives_no_code_and_nothing_to_others() {
    let (app, client) = start();
    let press_again = |name: &str, password: &str| {
        let (mut visitor, page) = to_login(&app, &client, &[]);
        let first = post_login(&mut visitor.clone(), &page, "ada", PASSWORD);
        code(&first);
        let second = post_login(&mut visitor, &page, name, password);
        (visitor, second, first)
    };
    let (visitor, wrong, _) = press_again("ada", "not the password");
    assert_eq!(wrong.status, 200);
    assert!(wrong.text().contains("The username or the password is not right"), "{}", wrong.text());
    assert!(!visitor.cookies.contains_key(SESSION));
    // Somebody else's password signs them in, in a session of their own, and leaves hers alone.
    let (visitor, other, first) = press_again("bob", PASSWORD);
    app.assert_page(&other, 400, GONE);
    assert!(is_signed_in(&visitor));
    redeemed(&app, &client, &first);
    // Another browser has no way in, whatever it sends.
    let (visitor, page) = to_login(&app, &client, &[]);
    code(&post_login(&mut visitor.clone(), &page, "ada", PASSWORD));
    let mut elsewhere = app.visitor();
    elsewhere.get("/login");
    let (key, csrf) = (ix(&page), token(&app, &elsewhere, "login", &ix(&page)));
    let pairs = [("csrf", csrf.as_str()), ("ix", &key), ("username", "ada"), ("password", PASSWORD)];
    app.assert_page(&elsewhere.post("/login", &pairs), 400, GONE);
    assert!(!elsewhere.cookies.contains_key(SESSION));
    assert_eq!(app.events("code.issued"), 3);
}

#[test]
fn after_the_code_was_redeemed_the_page_says_so_and_leads_on() {
    let (app, client) = start();
    let (mut visitor, page) = to_login(&app, &client, &[]);
    let first = post_login(&mut visitor.clone(), &page, "ada", PASSWORD);
    redeemed(&app, &client, &first);
    let second = post_login(&mut visitor, &page, "ada", PASSWORD);
    app.assert_page(&second, 400, GONE);
    assert!(second.text().contains("href=\"/account\""), "{}", second.text());
    assert!(is_signed_in(&visitor));
    assert_eq!(app.events("code.issued"), 1);
    assert_eq!((app.events("session.started"), app.events("session.renewed")), (1, 1));
}

#[test]
fn sec_a14_b3_a_second_answer_changes_nothing_and_leads_on() {
    let (app, _) = start();
    let web = app.web_client();
    let mut visitor = app.visitor();
    let path = app.authorize_path(&web.id, &[("scope", "openid profile email")]);
    let page = to_consent(&app, &mut visitor, &path, "ada");
    let first = decide(&mut visitor, "/consent", &page, &[("decision", "allow"), ("scope", "openid email")]);
    for again in
        [&[("decision", "allow")][..], &[("decision", "deny")], &[("decision", "allow"), ("scope", "x")]]
    {
        let answer = decide(&mut visitor, "/consent", &page, again);
        app.assert_page(&answer, 400, GONE);
        assert!(answer.text().contains("href=\"/account\""), "{}", answer.text());
    }
    assert_eq!(redeemed(&app, &web, &first)["scope"], "email openid", "what was agreed to first");
    assert_eq!((app.events("code.issued"), app.events("consent.given")), (1, 1));
    assert_eq!(app.events("consent.denied"), 0);
}

#[test]
fn a_sign_in_that_is_over_shows_the_way_back() {
    let (app, _) = start();
    let shop = app.client("shop", |m| {
        m.client_name = "Bookshop".to_owned();
        m.client_uri = Some("https://books.example/home".to_owned());
    });
    let plain = app.client("plain", |m| m.client_name = "Plain".to_owned());
    for (client, home) in [(&shop, Some("https://books.example/home")), (&plain, None)] {
        let mut visitor = app.visitor();
        let page = to_consent(&app, &mut visitor, &app.authorize_path(&client.id, &[]), "ada");
        let key = ix(&page);
        app.advance(1801);
        let over = visitor.get(&format!("/consent?ix={key}"));
        app.assert_page(&over, 400, GONE);
        let (href, label) = match home {
            Some(home) => (home, "Start again at <bdi>Bookshop</bdi>"),
            None => ("/account", "Go to your account"),
        };
        assert!(over.text().contains(&format!("href=\"{href}\"")), "{}", over.text());
        assert!(over.text().contains(label), "{}", over.text());
        // Nobody else learns which app it was.
        let foreign = app.visitor().get(&format!("/consent?ix={key}"));
        app.assert_page(&foreign, 400, GONE);
        assert!(!foreign.text().contains("Bookshop") && foreign.text().contains("href=\"/account\""));
    }
}
