//! The first administrator (security row O10): one link, one use, one administrator.

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::http::{Answer, Visitor};
use latchkey::engine::admin::links;

/// The path of a fresh set-up link.
fn link(app: &TestApp) -> String {
    let made = app.admin(links::make_setup);
    made.setup_url(&app.issuer).strip_prefix(&app.issuer).unwrap().to_owned()
}

fn fill(visitor: &mut Visitor, path: &str, username: &str) -> Answer {
    let page = visitor.get(path);
    let (Some(csrf), Some(link)) = (page.input("csrf"), page.input("link")) else { return page };
    visitor.post("/setup", &filled(&csrf, &link, username))
}

fn filled<'a>(csrf: &'a str, link: &'a str, username: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("csrf", csrf),
        ("link", link),
        ("username", username),
        ("name", "First Admin"),
        ("email", "first@example.com"),
        ("password", PASSWORD),
    ]
}

#[test]
fn sec_o10_the_link_works_once_and_then_set_up_is_over() {
    let app = TestApp::start();
    let path = link(&app);
    let mut visitor = app.visitor();
    let answer = fill(&mut visitor, &path, "first");
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(visitor.follow(answer).status, 200, "signed in, at the next step");
    assert!(app.read(|conn| latchkey::store::users::any_with_role(conn, "admin")));
    for again in [path.as_str(), "/setup", "/setup?link=lk_ott_wrong"] {
        let answer = app.visitor().get(again);
        assert_eq!(answer.status, 404, "{again}");
        assert!(answer.input("csrf").is_none(), "{again} shows no form");
    }
    let refused =
        latchkey::engine::admin::apply_blocking(&app.engine.db, latchkey::engine::admin::Mode::Apply, {
            let desk = latchkey::engine::admin::Desk::of(&app.engine, latchkey::engine::admin::Actor::Cli);
            move |conn| links::make_setup(conn, &desk)
        });
    assert!(refused.is_err(), "no further link is made");
}

#[test]
fn sec_o10_wrong_old_and_replaced_links_show_the_notice() {
    let app = TestApp::start();
    let old = link(&app);
    let new = link(&app);
    for path in [
        "/setup",
        "/setup?link=",
        "/setup?link=lk_ott_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        old.as_str(),
    ] {
        let answer = app.visitor().get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().contains("setup-link"), "{path} says how to get another: {}", answer.text());
        assert!(answer.input("link").is_none(), "{path}");
    }
    assert_eq!(app.visitor().get(&new).status, 200);
    app.advance(15 * 60 + 1);
    assert_eq!(app.visitor().get(&new).status, 404, "15 minutes are over");
    assert!(!app.read(|conn| latchkey::store::users::any_with_role(conn, "admin")));
}

#[test]
fn sec_o10_of_many_set_ups_at_once_one_makes_the_admin() {
    let app = TestApp::with_env(&[("LATCHKEY_PASSWORD__QUEUE", "100")]);
    let path = link(&app);
    let ready: Vec<(Visitor, String, String)> = (0..20)
        .map(|_| {
            let mut visitor = app.visitor();
            let page = visitor.get(&path);
            (visitor, page.input("csrf").unwrap(), page.input("link").unwrap())
        })
        .collect();
    let barrier = std::sync::Barrier::new(ready.len());
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = ready
            .into_iter()
            .enumerate()
            .map(|(n, (mut visitor, csrf, link))| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    visitor.post("/setup", &filled(&csrf, &link, &format!("first{n}")))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let made = answers.iter().filter(|answer| answer.status == 303).count();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(made, 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
    let people = app.read(|conn| latchkey::store::users::list(conn, 100));
    assert_eq!(people.len(), 1, "one account");
}
