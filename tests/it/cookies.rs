//! Cookies, sessions and forms (security rows N1, N2, N3, N5).

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::http::{Answer, Visitor};
use std::collections::BTreeSet;

/// A visitor with a session.
fn signed_in(app: &TestApp, username: &str) -> Visitor {
    let mut visitor = app.visitor();
    let page = visitor.get("/login");
    app.log_in(&mut visitor, &page, username);
    assert!(is_in(&mut visitor), "signed in");
    visitor
}

fn is_in(visitor: &mut Visitor) -> bool {
    visitor.get("/account").status == 200
}

/// The hidden token of the account page's forms.
fn csrf(visitor: &mut Visitor) -> String {
    visitor.get("/account").input("csrf").expect("a form")
}

#[test]
fn sec_n1_every_cookie_is_bound_to_this_host() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let mut visitor = app.visitor();
    let mut answers = vec![visitor.get(&app.authorize_path(&client.id, &[]))];
    let page = visitor.follow(answers[0].clone());
    let csrf = page.input("csrf").unwrap();
    let ix = page.input("ix").unwrap();
    answers.push(
        visitor.post("/login", &[("csrf", &csrf), ("ix", &ix), ("username", "ada"), ("password", PASSWORD)]),
    );
    answers.push(visitor.get("/login"));
    answers.push(app.call("GET", "/login").send());
    let token = self::csrf(&mut visitor);
    answers.push(visitor.post("/account/sessions", &[("csrf", &token), ("session", "all")]));
    let set: Vec<String> = answers.iter().flat_map(|a| a.all("set-cookie")).map(str::to_owned).collect();
    let names: BTreeSet<&str> = set.iter().filter_map(|cookie| cookie.split('=').next()).collect();
    assert_eq!(names, BTreeSet::from(["__Host-lk_dev", "__Host-lk_ix", "__Host-lk_sid"]));
    for cookie in &set {
        let attributes: BTreeSet<String> =
            cookie.split(';').skip(1).map(|a| a.trim().to_lowercase()).collect();
        for needed in ["path=/", "secure", "httponly", "samesite=lax"] {
            assert!(attributes.contains(needed), "{needed}: {cookie}");
        }
        assert!(!attributes.iter().any(|a| a.starts_with("domain")), "{cookie}");
        assert!(cookie.len() <= 4096);
    }
}

#[test]
fn sec_n2_a_session_value_is_256_random_bits_and_only_its_digest_is_stored() {
    let app = TestApp::start();
    app.user("ada");
    let values: BTreeSet<String> =
        (0..5).map(|_| signed_in(&app, "ada").cookies["__Host-lk_sid"].clone()).collect();
    assert_eq!(values.len(), 5, "all different");
    for value in &values {
        assert_eq!(latchkey::base::secret::unb64(value).expect("base64url").len(), 32);
        let stored = latchkey::base::secret::sha256_b64(value.as_bytes());
        let found = app.read(move |conn| {
            let digest = latchkey::base::secret::Digest::from_stored(stored);
            latchkey::store::sessions::find_by_digest(conn, &digest)
        });
        assert!(found.is_some());
    }
}

#[test]
fn sec_n2_idle_and_absolute_limits_are_the_servers() {
    let app = TestApp::with_env(&[
        ("LATCHKEY_SESSION__IDLE_SECONDS", "1000"),
        ("LATCHKEY_SESSION__ABSOLUTE_SECONDS", "3000"),
    ]);
    app.user("ada");
    let (mut idle, mut busy) = (signed_in(&app, "ada"), signed_in(&app, "ada"));
    app.advance(900);
    assert!(is_in(&mut busy));
    app.advance(200);
    assert!(!is_in(&mut idle), "1,100 s without a request");
    for _ in 0..2 {
        assert!(is_in(&mut busy), "used within 1,000 s");
        app.advance(900);
    }
    app.advance(50);
    assert!(is_in(&mut busy), "2,950 s after the start");
    app.advance(100);
    assert!(!is_in(&mut busy), "however much it is used, 3,000 s end it");
}

#[test]
fn sec_n2_the_oldest_session_makes_room() {
    let app = TestApp::with_env(&[("LATCHKEY_SESSION__MAX_PER_USER", "3")]);
    app.user("ada");
    let mut all: Vec<Visitor> = (0..4)
        .map(|_| {
            app.advance(1);
            signed_in(&app, "ada")
        })
        .collect();
    let alive: Vec<bool> = all.iter_mut().map(is_in).collect();
    assert_eq!(alive, [false, true, true, true]);
}

#[test]
fn sec_n3_a_form_of_another_site_changes_nothing() {
    let app = TestApp::start();
    app.user("ada");
    let mut visitor = signed_in(&app, "ada");
    let mut other = signed_in(&app, "ada");
    let (good, foreign) = (csrf(&mut visitor), csrf(&mut other));
    let changed = format!("{}{}", if good.starts_with('A') { "B" } else { "A" }, &good[1..]);
    let end = |token: &str| visitor.post_call("/account/sessions", &[("csrf", token), ("session", "all")]);
    let own = format!("http://{}", app.host);
    let jar = visitor.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ");
    let bare = app.call("POST", "/account/sessions").header("Cookie", &jar);
    let refused: Vec<(&str, Answer)> = vec![
        ("cross-site", end(&good).header("Sec-Fetch-Site", "cross-site").send()),
        ("same-site", end(&good).header("Sec-Fetch-Site", "same-site").send()),
        ("none", end(&good).header("Sec-Fetch-Site", "none").send()),
        (
            "cross-site with our origin",
            end(&good).header("Sec-Fetch-Site", "cross-site").header("Origin", &own).send(),
        ),
        ("neither header", bare.form(&[("csrf", &good), ("session", "all")]).send()),
        ("no token", end("").send()),
        ("a token of another session", end(&foreign).send()),
        ("a changed token", end(&changed).send()),
    ];
    for (name, answer) in &refused {
        app.assert_page(answer, 403, "LK-1601");
        assert!(answer.header("set-cookie").is_none(), "{name}");
    }
    for path in ["/login", "/consent", "/account/apps", "/account/sessions", "/setup", "/recover"] {
        let answer =
            visitor.post_call(path, &[("csrf", &good)]).header("Sec-Fetch-Site", "cross-site").send();
        app.assert_page(&answer, 403, "LK-1601");
    }
    for path in ["/account/sessions", "/account/apps", "/consent"] {
        let answer = visitor.call("GET", &format!("{path}?session=all&csrf={good}")).send();
        assert_ne!(answer.status, 200, "GET {path} does nothing");
    }
    assert!(is_in(&mut visitor) && is_in(&mut other), "nobody was signed out");
}

#[test]
fn sec_n3_without_fetch_metadata_the_origin_decides() {
    let app = TestApp::start();
    app.user("ada");
    let mut visitor = signed_in(&app, "ada");
    let good = csrf(&mut visitor);
    let pairs = [("csrf", good.as_str()), ("session", "none")];
    let call = || {
        let jar = visitor.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ");
        app.call("POST", "/account/sessions").header("Cookie", &jar).form(&pairs)
    };
    for origin in ["https://evil.example", "null", "http://localhost", &format!("https://{}", app.host)] {
        app.assert_page(&call().header("Origin", origin).send(), 403, "LK-1601");
    }
    let own = format!("http://{}", app.host);
    assert_ne!(call().header("Origin", &own).send().status, 403, "an old browser's own form");
}

#[test]
fn sec_n5_ending_sessions_works_at_once() {
    let app = TestApp::start();
    app.user("ada");
    app.user("bob");
    let (mut one, mut two, mut bob) =
        (signed_in(&app, "ada"), signed_in(&app, "ada"), signed_in(&app, "bob"));
    let page = one.get("/account").text();
    assert!(page.contains("127.0.0.1"), "sessions are listed with their address: {page}");
    let ids: Vec<String> = page
        .split("name=\"session\" value=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .filter(|id| id != "all")
        .collect();
    let stranger = bob.get("/account").input("csrf").unwrap();
    for id in &ids {
        bob.post("/account/sessions", &[("csrf", &stranger), ("session", id)]);
    }
    assert!(is_in(&mut one) && is_in(&mut two), "a stranger ends nothing");
    let token = csrf(&mut one);
    // This browser's own stands first.
    for id in ids.iter().rev() {
        one.post("/account/sessions", &[("csrf", &token), ("session", id)]);
    }
    assert!(!is_in(&mut two), "the other session ended at once");
    let mut three = signed_in(&app, "ada");
    let token = csrf(&mut three);
    three.post("/account/sessions", &[("csrf", &token), ("session", "all")]);
    assert!(!is_in(&mut three) && is_in(&mut bob), "everywhere is this person's everywhere");
}
