//! Who loses a race with another node, made certain: another transaction has changed the row and not yet committed, and
//! the request waits for it. PostgreSQL alone: on SQLite nobody reads what another is about to write.

use crate::harness::app::{TestApp, TestClient, on_postgres};
use crate::harness::child::PATIENCE;
use crate::harness::database::number;
use crate::harness::expect::{is_signed_in, post_login, rows, signed_in};
use crate::harness::http::Answer;
use latchkey::store::{Conn, TxResult, grants, sessions};
use serde_json::Value;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Sends a request while `first` has been done elsewhere and is not committed; that is, as soon as the request waits.
pub fn beaten<T: Send>(
    app: &TestApp,
    first: impl FnOnce(&mut Conn) -> TxResult<bool> + Send + 'static,
    request: impl FnOnce() -> T + Send,
) -> T {
    let ((tell, told), (release, held)) = (channel(), channel::<()>());
    let db = app.engine.db.clone();
    let elsewhere = std::thread::spawn(move || {
        db.write_blocking(move |conn| {
            tell.send(first(conn)?).expect("the test waits");
            held.recv_timeout(2 * PATIENCE).expect("the test goes on");
            Ok(())
        })
    });
    assert!(told.recv_timeout(PATIENCE).expect("it is done elsewhere"), "the other one came first");
    let answer = std::thread::scope(|scope| {
        let asked = scope.spawn(request);
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let started = Instant::now();
        while number(&app.engine.db, waiting) == 0 {
            assert!(!asked.is_finished() && started.elapsed() < PATIENCE, "the request did not wait");
            std::thread::sleep(Duration::from_millis(5));
        }
        release.send(()).expect("the other one waits");
        asked.join().expect("an answer")
    });
    elsewhere.join().expect("the other one").unwrap_or_else(|e| panic!("{e:?}"));
    answer
}

/// A person with a refresh token at a client, and its family's id.
fn refreshing(
    change: impl FnOnce(&mut latchkey::domain::client::Metadata),
) -> (TestApp, TestClient, String, String) {
    let app = TestApp::start();
    app.user("ada");
    let client = app.client("web", change);
    let tokens = app.tokens(&client, "ada");
    let token = tokens["refresh_token"].as_str().expect("a refresh token").to_owned();
    let family = token["lk_rt_".len()..][..26].to_owned();
    (app, client, token, family)
}

/// The same generation is used elsewhere.
fn advance(family: String, now: i64) -> impl FnOnce(&mut Conn) -> TxResult<bool> + Send + 'static {
    move |conn| {
        let family = grants::find_family(conn, &family)?.expect("the family");
        grants::advance_family(conn, &family, now, now + 600)
    }
}

fn refresh_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["refresh_token"].clone()
}

#[test]
fn sec_e4_a_refresh_that_comes_second_gets_the_one_successor() {
    if !on_postgres() {
        return;
    }
    let (app, client, token, family) = refreshing(|m| m.refresh_grace_seconds = Some(60));
    let first = advance(family, app.clock.now());
    let answer = beaten(&app, first, || app.refresh_token(&client, &token));
    assert_eq!(app.events("token.refresh_retried"), 1);
    // As whoever came first was given it.
    assert_eq!(refresh_of(&app.refresh_token(&client, &token)), refresh_of(&answer));
    assert_eq!(app.refresh_token(&client, refresh_of(&answer).as_str().unwrap()).status, 200);
}

#[test]
fn sec_e4_a_refresh_that_comes_second_is_a_reuse_where_there_is_no_grace() {
    if !on_postgres() {
        return;
    }
    let (app, client, token, family) = refreshing(|m| m.refresh_grace_seconds = Some(0));
    let first = advance(family, app.clock.now());
    let answer = beaten(&app, first, || app.refresh_token(&client, &token));
    app.assert_json(&answer, 400, "invalid_grant", "LK-1241");
    assert_eq!(rows(&app, "grants WHERE ended_at IS NULL"), 0, "the family ended");
}

#[test]
fn sec_e6_a_refresh_that_comes_after_the_end_gets_nothing() {
    if !on_postgres() {
        return;
    }
    let (app, client, token, family) = refreshing(|_| {});
    let now = app.clock.now();
    let end = move |conn: &mut Conn| {
        let (_, grant) = grants::find_by_family(conn, &family)?.expect("the family");
        grants::end(conn, grant.id.as_str(), "revoked elsewhere", now)
    };
    let answer = beaten(&app, end, || app.refresh_token(&client, &token));
    app.assert_json(&answer, 400, "invalid_grant", "LK-1240");
    assert_eq!(app.events("token.issued"), 1, "the first alone");
}

/// The person signs in again while the session ends elsewhere: it is not revived, a new one begins.
#[test]
fn sec_c2_a_session_that_ends_while_it_is_renewed_gives_way_to_a_new_one() {
    if !on_postgres() {
        return;
    }
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut visitor = signed_in(&app, "ada");
    let to_login = visitor.get(&app.authorize_path(&web.id, &[("prompt", "login")]));
    let page = visitor.follow(to_login);
    let (old, now) = (visitor.cookies["__Host-lk_sid"].clone(), app.clock.now());
    let end = move |conn: &mut Conn| {
        let all = sessions::live(conn, now, 10)?;
        sessions::end(conn, all.first().expect("the session").id.as_str(), now)
    };
    let answer = beaten(&app, end, || post_login(&mut visitor, &page, "ada", crate::harness::app::PASSWORD));
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_ne!(visitor.cookies["__Host-lk_sid"], old);
    assert!(is_signed_in(&visitor), "the new cookie opens nothing");
    assert_eq!((rows(&app, "sessions"), rows(&app, "sessions WHERE ended_at IS NULL")), (2, 1));
    assert_eq!((app.events("session.started"), app.events("session.renewed")), (2, 0));
}
