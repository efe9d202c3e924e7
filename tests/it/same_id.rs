//! A client is removed and another one made with its id: what was begun or approved for the first is not
//! the second's.

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::database::execute;
use crate::harness::expect::{ix, post_login, rows};
use latchkey::engine::admin::clients;

fn remove(app: &TestApp, id: &'static str) {
    app.admin(move |conn, desk| clients::delete(conn, desk, id));
}

#[test]
fn sec_i5_a_request_does_not_go_on_with_another_client_of_the_same_id() {
    let app = TestApp::start();
    app.user("ada");
    let first = app.trusted_client();
    let mut visitor = app.visitor();
    let answer = visitor.get(&app.authorize_path(&first.id, &[]));
    let (id, page) = (ix(&answer), visitor.follow(answer));
    remove(&app, "trusted");
    app.advance(2);
    let second = app.trusted_client();
    assert_eq!(first.id, second.id);
    let again = visitor.get(&format!("/login?ix={id}"));
    app.assert_page(&again, 400, "LK-1134");
    let answer = post_login(&mut visitor, &page, "ada", PASSWORD);
    assert_ne!(answer.status, 303, "{:?}", answer.header("location"));
    assert_eq!(rows(&app, "authorizations WHERE stage = 'granted'"), 0);
    // What is asked of the second one is its own, from its first second on.
    assert_eq!(app.redeem(&second, &app.code(&second, "ada")).status, 200);
}

/// One approved while the first was being removed: its code was not burnt with the others.
#[test]
fn sec_i5_a_code_is_not_redeemed_by_another_client_of_the_same_id() {
    let app = TestApp::start();
    app.user("ada");
    let code = app.code(&app.trusted_client(), "ada");
    remove(&app, "trusted");
    app.advance(2);
    let second = app.trusted_client();
    execute(&app.engine.db, "UPDATE authorizations SET stage = 'granted' WHERE stage = 'burnt'");
    app.assert_json(&app.redeem(&second, &code), 400, "invalid_grant", "LK-1230");
    assert_eq!(rows(&app, "grants"), 0);
    // Nothing else was in its way.
    execute(&app.engine.db, "UPDATE authorizations SET created_at = (SELECT max(created_at) FROM clients)");
    assert_eq!(app.redeem(&second, &code).status, 200);
}
