//! Tokens that leave by the authorization endpoint while their session ends, or while the same button is pressed
//! twice, on two nodes. PostgreSQL alone: on SQLite nobody reads what another is about to write.

use crate::harness::app::{PASSWORD, TestApp, TestClient, on_postgres};
use crate::harness::child::PATIENCE;
use crate::harness::database::{number, query};
use crate::harness::expect::{is_signed_in, ix, post_login, rows, signed_in};
use crate::lost_races::beaten;
use crate::response_types::legacy;
use diesel::connection::SimpleConnection as _;
use latchkey::base::id::GrantId;
use latchkey::domain::client::{AccessTokenFormat, ConsentPolicy};
use latchkey::store::{Conn, authorizations};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

fn start() -> (TestApp, TestClient) {
    let app = TestApp::start();
    app.user("ada");
    let client = app.client("silent", |m| {
        legacy(m);
        m.consent = ConsentPolicy::Skip;
        m.access_token_format = AccessTokenFormat::Opaque;
        m.backchannel_logout_uri = Some("https://rp.example.com/bc".to_owned());
    });
    (app, client)
}

fn path(app: &TestApp, client: &TestClient, kind: &str) -> String {
    let more = [("response_type", kind), ("code_challenge", ""), ("code_challenge_method", "")];
    app.authorize_path(&client.id, &more)
}

/// Waits until so many transactions wait for another.
#[track_caller]
fn wait_for(app: &TestApp, waiting: i64) {
    let those = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let started = Instant::now();
    while number(&app.engine.db, those) < waiting {
        assert!(started.elapsed() < PATIENCE, "fewer than {waiting} wait");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn sec_m5_what_is_given_while_its_session_ends_ends_with_it() {
    if !on_postgres() {
        return;
    }
    let (app, client) = start();
    let mut visitor = signed_in(&app, "ada");
    let path = path(&app, &client, "id_token token");
    let ((tell, told), (release, held)) = (channel(), channel::<()>());
    let db = app.engine.db.clone();
    let holder = std::thread::spawn(move || {
        db.write_blocking(move |conn| {
            conn.batch_execute("LOCK TABLE access_tokens IN EXCLUSIVE MODE").expect("a lock");
            tell.send(()).expect("the test waits");
            held.recv_timeout(2 * PATIENCE).expect("the test goes on");
            Ok(())
        })
    });
    told.recv_timeout(PATIENCE).expect("the lock is held");
    let id = query(&app.engine.db, "SELECT id AS line FROM sessions").remove(0);
    let answer = std::thread::scope(|scope| {
        // The grant is stored; its token waits for the table.
        let asked = scope.spawn(|| visitor.get(&path));
        wait_for(&app, 1);
        let app = &app;
        let ended = scope.spawn(move || {
            app.admin(move |conn, desk| latchkey::engine::admin::sessions::end(conn, desk, &id))
        });
        wait_for(app, 2);
        release.send(()).expect("the lock is held");
        ended.join().expect("the end of the session");
        asked.join().expect("an answer")
    });
    holder.join().expect("the holder").unwrap_or_else(|e| panic!("{e:?}"));
    let token = answer.fragment().remove("access_token").expect("it was given before the session ended");
    assert_eq!(app.userinfo(&token).status, 401);
    assert_eq!(rows(&app, "grants WHERE ended_at IS NULL"), 0);
    assert_eq!(rows(&app, "outbox"), 1, "and the app is told");
}

#[test]
fn sec_a14_the_second_press_signs_in_whatever_was_asked_for() {
    if !on_postgres() {
        return;
    }
    let (app, client) = start();
    for kind in ["code", "code id_token", "id_token token"] {
        let mut visitor = app.visitor();
        let first = visitor.get(&path(&app, &client, kind));
        let page = visitor.follow(first);
        let key = ix(&page);
        let (now, grant) = (app.clock.now(), GrantId::from_stored(key.clone()));
        let first = move |conn: &mut Conn| authorizations::advance_done(conn, &key, &grant, now);
        let answer = beaten(&app, first, || post_login(&mut visitor, &page, "ada", PASSWORD));
        app.assert_page(&answer, 400, "LK-1134");
        assert!(is_signed_in(&visitor), "{kind}");
    }
    assert_eq!((rows(&app, "grants"), app.events("token.issued")), (0, 0), "and is given nothing");
}
