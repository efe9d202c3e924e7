//! A stored authorization on its way through the pages: other browsers, tabs, Back, replays, races, and
//! steps out of order (security rows A14, A15).

use crate::harness::app::{CALLBACK, PASSWORD, TestApp};
use crate::harness::expect::{
    assert_own, decide, ix, post_login, redeemed, rows, signed_in, to_consent, token,
};
use crate::harness::http::Answer;
use std::sync::Barrier;

const GONE: &str = "LK-1134";

fn finished(answer: &Answer) -> bool {
    answer.header("location").is_some_and(|l| l.starts_with(CALLBACK))
}

#[test]
fn sec_a14_a_transaction_belongs_to_the_browser_that_began_it() {
    let app = TestApp::start();
    app.user("ada");
    app.user("eve");
    let web = app.web_client();
    let mut ada = app.visitor();
    let page = to_consent(&app, &mut ada, &app.authorize_path(&web.id, &[]), "ada");
    let key = ix(&page);
    // Without any cookie, and in the browser of somebody who is signed in.
    for mut other in [app.visitor(), signed_in(&app, "eve")] {
        for step in ["login", "consent", "switch"] {
            app.assert_page(&other.get(&format!("/{step}?ix={key}")), 400, GONE);
        }
        other.get("/login");
        for (step, decision) in
            [("login", ""), ("consent", "allow"), ("consent", "deny"), ("switch", "continue")]
        {
            let csrf = token(&app, &other, step, &key);
            let pairs = [
                ("csrf", csrf.as_str()),
                ("ix", &key),
                ("decision", decision),
                ("scope", "openid"),
                ("username", "eve"),
                ("password", PASSWORD),
            ];
            app.assert_page(&other.post(&format!("/{step}"), &pairs), 400, GONE);
        }
    }
    assert_eq!((rows(&app, "consents"), app.events("code.issued"), app.events("consent.denied")), (0, 0, 0));
    // It goes on where it began.
    assert!(decide(&mut ada, "/consent", &page, &[("decision", "allow")]).param("code").is_some());
}

#[test]
fn sec_a14_back_and_replay_after_the_end() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    for decision in ["allow", "deny"] {
        let mut visitor = app.visitor();
        let first = visitor.get(&app.authorize_path(&web.id, &[]));
        let login = visitor.follow(first);
        let page = app.log_in(&mut visitor, &login, "ada");
        let key = ix(&page);
        let before = app.events("code.issued");
        assert!(finished(&decide(&mut visitor, "/consent", &page, &[("decision", decision)])));
        let issued = app.events("code.issued");
        assert_eq!(issued - before, i64::from(decision == "allow"));
        let consents = rows(&app, "consents");
        for step in ["login", "consent", "switch"] {
            app.assert_page(&visitor.get(&format!("/{step}?ix={key}")), 400, GONE);
        }
        for again in ["allow", "deny"] {
            app.assert_page(&decide(&mut visitor, "/consent", &page, &[("decision", again)]), 400, GONE);
        }
        app.assert_page(&post_login(&mut visitor, &login, "ada", PASSWORD), 400, GONE);
        assert_eq!((app.events("code.issued"), rows(&app, "consents")), (issued, consents));
        app.admin(|conn, _| Ok(latchkey::store::consents::forget_client(conn, "web")?));
    }
}

#[test]
fn sec_a14_a_transaction_expires() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut visitor = app.visitor();
    let page = to_consent(&app, &mut visitor, &app.authorize_path(&web.id, &[]), "ada");
    app.advance(1700);
    assert_eq!(visitor.get(&format!("/consent?ix={}", ix(&page))).status, 200);
    app.advance(110);
    app.assert_page(&visitor.get(&format!("/consent?ix={}", ix(&page))), 400, GONE);
    app.assert_page(&decide(&mut visitor, "/consent", &page, &[("decision", "allow")]), 400, GONE);
    assert_eq!((rows(&app, "consents"), app.events("code.issued")), (0, 0));
}

#[test]
fn sec_a14_tabs_are_independent() {
    let app = TestApp::start();
    app.user("ada");
    let (web, other) = (app.web_client(), app.client("other", |_| {}));
    let mut visitor = app.visitor();
    // Three tabs wait at the login page.
    let mut tab = |client: &str, state: &str| {
        let first = visitor.get(&app.authorize_path(client, &[("state", state)]));
        visitor.follow(first)
    };
    let (one, two, three) = (tab(&web.id, "one"), tab(&other.id, "two"), tab(&web.id, "three"));
    assert!(ix(&one) != ix(&two) && ix(&two) != ix(&three));
    let one = app.log_in(&mut visitor, &one, "ada");
    // The second tab is reloaded: nothing is asked that was said already.
    let reloaded = visitor.get(&format!("/login?ix={}", ix(&two)));
    assert_own(&reloaded, "consent");
    let two = visitor.follow(reloaded);
    // The third still shows the login form and sends it, with the token it was made with.
    let three = app.log_in(&mut visitor, &three, "ada");
    assert!(three.text().contains("name=\"decision\""), "{} {}", three.status, three.text());
    // The sign-in renewed the session; pages from before are asked for again.
    let (one, two) = (
        visitor.get(&format!("/consent?ix={}", ix(&one))),
        visitor.get(&format!("/consent?ix={}", ix(&two))),
    );
    let two = decide(&mut visitor, "/consent", &two, &[("decision", "deny")]);
    assert_eq!(
        (two.param("error").as_deref(), two.param("state").as_deref()),
        (Some("access_denied"), Some("two"))
    );
    let one = decide(&mut visitor, "/consent", &one, &[("decision", "allow")]);
    assert_eq!(one.param("state").as_deref(), Some("one"));
    redeemed(&app, &web, &one);
    let three = visitor.get(&format!("/consent?ix={}", ix(&three)));
    assert_eq!(three.param("state").as_deref(), Some("three"), "agreed to in the first tab");
    redeemed(&app, &web, &three);
}

#[test]
fn sec_a14_one_transaction_yields_one_code_however_often_it_is_sent() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    for round in 0..5 {
        let mut visitor = app.visitor();
        let page =
            to_consent(&app, &mut visitor, &app.authorize_path(&web.id, &[("prompt", "consent")]), "ada");
        let gate = Barrier::new(8);
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    let (mut own, page, gate) = (visitor.clone(), &page, &gate);
                    // In the last rounds somebody says no at the same moment.
                    let decision = if round >= 3 && n % 2 == 1 { "deny" } else { "allow" };
                    scope.spawn(move || {
                        gate.wait();
                        decide(&mut own, "/consent", page, &[("decision", decision)])
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let (done, rest): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|a| finished(a));
        assert_eq!(
            done.len(),
            1,
            "round {round}: {:?}",
            answers.iter().map(|a| a.status).collect::<Vec<_>>()
        );
        rest.into_iter().for_each(|answer| app.assert_page(answer, 400, GONE));
        let codes = done[0].param("code").is_some();
        assert!(codes || round >= 3);
        if codes {
            redeemed(&app, &web, done[0]);
        }
    }
    let ends = app.events("code.issued") + app.events("consent.denied");
    assert_eq!(ends, 5);
}

#[test]
fn sec_a15_steps_out_of_order_lead_to_the_true_step() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&web.id, &[]));
    let key = ix(&first);
    let post = |visitor: &mut crate::harness::http::Visitor, step: &str, pairs: &[(&str, &str)]| {
        let csrf = token(&app, visitor, step, &key);
        let mut all = vec![("csrf", csrf.as_str()), ("ix", &key)];
        all.extend_from_slice(pairs);
        visitor.post(&format!("/{step}"), &all)
    };
    // Nobody is signed in: every other step leads to the login page.
    for step in ["consent", "switch"] {
        assert_own(&visitor.get(&format!("/{step}?ix={key}")), "login");
    }
    assert_own(&post(&mut visitor, "consent", &[("decision", "allow"), ("scope", "openid")]), "login");
    assert_own(&post(&mut visitor, "switch", &[("decision", "continue")]), "login");
    // Somebody is, but has not agreed.
    let login = visitor.get(&format!("/login?ix={key}"));
    let page = app.log_in(&mut visitor, &login, "ada");
    assert!(page.text().contains("name=\"decision\""));
    for step in ["login", "switch"] {
        assert_own(&visitor.get(&format!("/{step}?ix={key}")), "consent");
    }
    assert_own(&post(&mut visitor, "switch", &[("decision", "continue")]), "consent");
    // Empty posts and the forms of other steps.
    for (step, pairs) in [
        ("consent", &[][..]),
        ("consent", &[("username", "ada"), ("password", PASSWORD)]),
        ("consent", &[("decision", "continue")]),
        ("switch", &[]),
        ("switch", &[("decision", "allow"), ("scope", "openid")]),
    ] {
        app.assert_page(&post(&mut visitor, step, pairs), 400, "LK-1135");
    }
    let empty = post(&mut visitor, "login", &[]);
    assert_eq!(empty.status, 200, "{}", empty.text());
    assert!(empty.text().contains("Enter your username"), "{}", empty.text());
    assert_eq!((rows(&app, "consents"), app.events("code.issued")), (0, 0));
}

#[test]
fn sec_a15_no_page_without_its_transaction() {
    let app = TestApp::start();
    app.user("ada");
    let mut visitor = signed_in(&app, "ada");
    // Without any, `/switch` is the choice of an account for the person alone.
    assert!(visitor.get("/switch").text().contains("Choose an account"));
    let csrf = token(&app, &visitor, "switch", "");
    app.assert_page(&visitor.post("/switch", &[("csrf", &csrf), ("decision", "allow")]), 400, "LK-1135");
    for query in ["?ix=x", "?ix=01J9ZK6V3QAAAAAAAAAAAAAAAA"] {
        app.assert_page(&visitor.get(&format!("/switch{query}")), 400, GONE);
    }
    {
        let step = "consent";
        for query in ["", "?ix=", "?ix=x", "?ix=01J9ZK6V3QAAAAAAAAAAAAAAAA", "?ix=%27%20OR%201=1"] {
            app.assert_page(&visitor.get(&format!("/{step}{query}")), 400, GONE);
        }
        let csrf = token(&app, &visitor, step, "");
        let answer =
            visitor.post(&format!("/{step}"), &[("csrf", &csrf), ("decision", "allow"), ("scope", "openid")]);
        app.assert_page(&answer, 400, GONE);
    }
    app.assert_page(&visitor.get("/login?ix=x"), 400, GONE);
}

#[test]
fn sec_a15_a_step_of_another_transaction_is_not_borrowed() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut visitor = signed_in(&app, "ada");
    let page = to_consent(&app, &mut visitor, &app.authorize_path(&web.id, &[]), "ada");
    // A request that wants the password again, beside one that wants consent only.
    let strict = visitor.get(&app.authorize_path(&web.id, &[("prompt", "login")]));
    assert_own(&strict, "login");
    let key = ix(&strict);
    app.assert_page(
        &decide(&mut visitor, "/consent", &page, &[("decision", "allow"), ("ix", &key)]),
        403,
        "LK-1601",
    );
    let csrf = token(&app, &visitor, "consent", &key);
    let pairs = [("decision", "allow"), ("ix", key.as_str()), ("csrf", &csrf)];
    assert_own(&decide(&mut visitor, "/consent", &page, &pairs), "login");
    let csrf = token(&app, &visitor, "switch", &key);
    assert_own(
        &decide(&mut visitor, "/switch", &page, &[("decision", "continue"), ("ix", &key), ("csrf", &csrf)]),
        "login",
    );
    assert_own(&visitor.get(&format!("/consent?ix={key}")), "login");
    assert_eq!((rows(&app, "consents"), app.events("code.issued")), (0, 0));
}
