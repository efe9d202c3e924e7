//! Who wins where two come at once, on one node and on two (security rows L1 and L5).

use super::{Codes, GRANT, approve, begin, codes, poll, press, to_question, tokens, tv};
use crate::harness::app::{TestApp, TestClient, claims, on_postgres};
use crate::harness::database::execute;
use crate::harness::expect::rows;
use crate::harness::http::{Answer, Visitor};
use crate::lost_races::beaten;
use latchkey::base::id::{DeviceId, GrantId, SessionId, UserId};
use latchkey::store::{authorizations, devices, sessions};
use std::sync::Barrier;

/// Given to every process, as an operator of several nodes does.
const MASTER_KEY: &str = "6f1d3a0b5c7e9f2244668800aaccee113355779900bbddff1032547698badcfe";

/// Runs all at the same moment.
fn at_once<T: Send, R: Send>(items: Vec<T>, act: impl Fn(T) -> R + Sync) -> Vec<R> {
    let barrier = Barrier::new(items.len());
    std::thread::scope(|scope| {
        let run = |item: T| {
            let (barrier, act) = (&barrier, &act);
            scope.spawn(move || {
                barrier.wait();
                act(item)
            })
        };
        let all: Vec<_> = items.into_iter().map(run).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn sec_l1_of_many_polls_at_once_one_gets_the_tokens() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    for round in 1..=10 {
        let given = begin(&app, &client);
        approve(&app, &given, "ada");
        app.advance(60);
        let answers = at_once(vec![(); 8], |()| poll(&app, &client, &given));
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        let errors: Vec<_> =
            answers.iter().filter(|a| a.status != 200).map(|a| a.json()["error"].clone()).collect();
        assert_eq!((won, errors), (1, vec!["invalid_grant".into(); 7]));
        assert_eq!((rows(&app, "grants"), rows(&app, "refresh_families")), (round, round));
        // Repeated polls are no theft: the one who won keeps what it got.
        let first = answers.iter().find(|answer| answer.status == 200).unwrap().json();
        assert_eq!(app.userinfo(first["access_token"].as_str().unwrap()).status, 200);
    }
}

#[test]
fn sec_l5_of_two_who_approve_at_once_one_wins_and_the_device_is_theirs() {
    let app = TestApp::start();
    let client = tv(&app);
    let people = ["ada", "bob", "eve"].map(|name| (name, app.user(name).id.to_string()));
    for _ in 0..6 {
        app.advance(60);
        let given = begin(&app, &client);
        let pages: Vec<(Visitor, Answer, &String)> = people
            .iter()
            .map(|(name, id)| {
                let mut visitor = app.visitor();
                let page = to_question(&mut visitor, &given, name);
                (visitor, page, id)
            })
            .collect();
        let answers = at_once(pages, |(mut visitor, page, id)| (press(&mut visitor, &page, "allow"), id));
        let won: Vec<_> = answers.iter().filter(|(answer, _)| answer.status == 200).collect();
        assert_eq!(won.len(), 1);
        for (answer, _) in answers.iter().filter(|(answer, _)| answer.status != 200) {
            app.assert_page(answer, 400, "LK-1803");
        }
        let id_token = tokens(&poll(&app, &client, &given));
        assert_eq!(claims(id_token["id_token"].as_str().unwrap())["sub"], won[0].1.as_str());
    }
    assert_eq!(app.events("device.approved"), 6);
}

fn id(codes: &Codes) -> DeviceId {
    DeviceId::from_stored(&codes.device[6..32])
}

/// One device that was approved by ada.
fn approved() -> (TestApp, TestClient, Codes) {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let given = begin(&app, &client);
    approve(&app, &given, "ada");
    (app, client, given)
}

#[test]
fn sec_l1_a_poll_that_comes_second_to_another_nodes_gets_nothing() {
    if !on_postgres() {
        return;
    }
    let (app, client, given) = approved();
    let (device, now) = (id(&given), app.clock.now());
    let first = move |conn: &mut latchkey::store::Conn| {
        devices::redeem(conn, &device, &GrantId::from_stored("elsewhere"), now)
    };
    let answer = beaten(&app, first, || poll(&app, &client, &given));
    app.assert_json(&answer, 400, "invalid_grant", "LK-1254");
    assert_eq!((rows(&app, "grants"), app.events("token.issued")), (0, 0));
}

#[test]
fn sec_l5_an_approval_that_comes_second_to_another_nodes_is_told_so() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let given = begin(&app, &client);
    let mut visitor = app.visitor();
    let page = to_question(&mut visitor, &given, "ada");
    let (device, now) = (id(&given), app.clock.now());
    let first = move |conn: &mut latchkey::store::Conn| {
        let (user, session) = (UserId::from_stored("bob"), SessionId::from_stored("s"));
        devices::approve(conn, &device, &user, &session, now)
    };
    let answer = beaten(&app, first, || press(&mut visitor, &page, "allow"));
    app.assert_page(&answer, 400, "LK-1803");
    assert_eq!(rows(&app, "device_codes WHERE user_id = 'bob'"), 1);
    assert_eq!((rows(&app, "consents"), app.events("device.approved")), (0, 0));
}

/// Signing out and the device's poll at the same moment: no tokens outlive the session by chance.
#[test]
fn sec_l4_a_poll_that_comes_second_to_the_sign_out_gets_nothing() {
    if !on_postgres() {
        return;
    }
    let (app, client, given) = approved();
    let now = app.clock.now();
    let end = move |conn: &mut latchkey::store::Conn| {
        let all = sessions::live(conn, now, 10)?;
        let session = all.first().expect("the session");
        sessions::end(conn, session.id.as_str(), now)?;
        authorizations::burn_codes_of_sessions(conn, session.user_id.as_str(), &[session.id.as_str()])?;
        Ok(true)
    };
    let answer = beaten(&app, end, || poll(&app, &client, &given));
    assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(rows(&app, "grants"), 0);
}

/// Two nodes of the real program over one database, and a device that polls both.
#[test]
fn sec_l1_two_nodes_give_one_set_of_tokens_and_share_the_interval() {
    if !on_postgres() {
        return;
    }
    let url = crate::harness::app::fresh_database();
    let mut one = crate::harness::program::Program::on(url.clone());
    let mut two = crate::harness::program::Program::on(url);
    two.instance.set("LATCHKEY_ISSUER", &one.issuer());
    for node in [&mut one, &mut two] {
        node.instance.set("LATCHKEY_KEYS__MASTER_KEY", MASTER_KEY);
        node.instance.wait_for_others();
    }
    one.add_user("ada");
    one.run(&["client", "add", "TV", "--id", "tv", "--public", "--grant", "device_code,refresh_token"]).ok();
    let (_first, _) = one.serve();
    let (_second, _) = two.serve();
    let (host, db) = (one.host(), one.db("beside"));
    let at = |addr, path: &str, pairs: &[(&str, &str)]| {
        crate::harness::http::Call::new(addr, &host, "POST", path).form(pairs).send()
    };
    for _ in 0..10 {
        let given =
            codes(&at(one.addr, "/oauth2/device_authorization", &[("client_id", "tv"), ("scope", "openid")]));
        let polled = |addr| {
            at(
                addr,
                "/oauth2/token",
                &[("grant_type", GRANT), ("client_id", "tv"), ("device_code", &given.device)],
            )
        };
        assert_eq!(polled(one.addr).json()["error"], "authorization_pending");
        // As if it had polled this very moment, however slow the machine is.
        execute(
            &db,
            "UPDATE device_codes SET next_poll_at = next_poll_at + 60 WHERE next_poll_at > created_at",
        );
        assert_eq!(polled(two.addr).json()["error"], "slow_down", "the other node knows when it polled");
        // The code is entered at one node and answered at the other.
        let mut visitor = Visitor::new(one.addr, &host);
        let entered = super::enter(&mut visitor, &given.user);
        if entered.status == 429 {
            return; // ten a minute
        }
        visitor.addr = two.addr;
        let page = visitor.follow(entered);
        let page = super::sign_in(&mut visitor, &page, "ada");
        press(&mut visitor, &page, "allow");
        let addresses = vec![one.addr, two.addr, one.addr, two.addr];
        let statuses = at_once(addresses, |addr| polled(addr).status);
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}
