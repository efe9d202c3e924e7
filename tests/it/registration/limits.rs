//! Who may register apps, and how many (security row I1).

use super::{REGISTER, client, document, open, open_with, post, register, send, text, token};
use crate::harness::app::TestApp;
use crate::harness::database::number;
use crate::harness::expect::rows;
use latchkey::base::secret::{InitialToken, Plain, RegistrationToken};
use latchkey::engine::admin::{initial_tokens, registrations};
use latchkey::engine::registration;
use serde_json::json;
use std::sync::Barrier;

fn by_token() -> TestApp {
    TestApp::with_env(&[("LATCHKEY_REGISTRATION__MODE", "token")])
}

#[test]
fn sec_i1_registration_is_off_until_somebody_switches_it_on() {
    let app = TestApp::start();
    let initial = token(&app, 5, true);
    for with in [None, Some(&*initial), Some("lk_rat_x")] {
        app.assert_json(&post(&app, with, &json!({})), 403, "access_denied", "LK-1701");
        for method in ["GET", "DELETE"] {
            let answer = send(&app, method, "/oauth2/register?client_id=x", (with, None));
            app.assert_json(&answer, 403, "access_denied", "LK-1701");
        }
    }
    assert_eq!(rows(&app, "clients"), 0);
    assert_eq!(rows(&app, "initial_access_tokens WHERE used > 0"), 0);
}

#[test]
fn sec_i1_with_tokens_each_is_good_so_often_and_so_long() {
    let app = by_token();
    let missing = post(&app, None, &json!({}));
    app.assert_json(&missing, 401, "invalid_token", "LK-1702");
    assert!(missing.header("www-authenticate").unwrap().starts_with("Bearer "), "{missing:?}");
    for wrong in ["", "lk_iat_unknown", "x"] {
        app.assert_json(&post(&app, Some(wrong), &json!({})), 401, "invalid_token", "LK-1703");
    }
    let basic = app.call("POST", REGISTER).basic("a", "b").header("Content-Type", "application/json");
    assert_eq!(basic.body(document(&json!({})).to_string().as_bytes()).send().status, 401);
    let (twice, revoked, old) = (token(&app, 2, false), token(&app, 2, false), token(&app, 2, false));
    // What is refused for what it says costs no use.
    let unfit = post(&app, Some(&twice), &json!({ "redirect_uris": ["http://x.example/"] }));
    app.assert_json(&unfit, 400, "invalid_redirect_uri", "LK-1706");
    for _ in 0..2 {
        assert_eq!(post(&app, Some(&twice), &json!({})).status, 201);
    }
    app.assert_json(&post(&app, Some(&twice), &json!({})), 401, "invalid_token", "LK-1703");
    let digest = Plain::<InitialToken>::presented(&*revoked).digest();
    let id = app.read(|conn| Ok(latchkey::store::initial_tokens::find(conn, &digest)?.unwrap().id));
    app.admin(move |conn, desk| initial_tokens::remove(conn, desk, &id));
    app.assert_json(&post(&app, Some(&revoked), &json!({})), 401, "invalid_token", "LK-1703");
    app.advance(3600);
    app.assert_json(&post(&app, Some(&old), &json!({})), 401, "invalid_token", "LK-1703");
    assert_eq!((rows(&app, "clients"), rows(&app, "clients WHERE unreviewed")), (2, 2));
    assert_eq!((app.events("initial_token.created"), app.events("initial_token.deleted")), (3, 1));
    // A day after its end nothing of it is kept.
    app.advance(86_401);
    let now = app.engine.now();
    app.write(move |conn| latchkey::store::prune::batch(conn, now));
    assert_eq!(rows(&app, "initial_access_tokens"), 0);
}

/// However many come at once with one token, no more apps come of it than it has uses.
#[test]
fn sec_i1_a_raced_initial_token_is_worth_its_uses() {
    const AT_ONCE: usize = 8;
    let app = by_token();
    for uses in [1_i64, 3] {
        let initial = token(&app, uses, false);
        let before = rows(&app, "clients");
        let gate = Barrier::new(AT_ONCE);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..AT_ONCE)
                .map(|_| {
                    scope.spawn(|| {
                        gate.wait();
                        post(&app, Some(&initial), &json!({})).status
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let made = statuses.iter().filter(|status| **status == 201).count();
        assert_eq!(made, usize::try_from(uses).unwrap(), "{statuses:?}");
        assert!(statuses.iter().all(|status| [201, 401].contains(status)), "{statuses:?}");
        assert_eq!(rows(&app, "clients") - before, uses);
    }
}

#[test]
fn sec_i1_a_raced_limit_of_open_registration_holds() {
    const AT_ONCE: usize = 8;
    let app = open_with(&[("LATCHKEY_REGISTRATION__OPEN_MOST_CLIENTS", "3")]);
    let gate = Barrier::new(AT_ONCE);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let register = || {
            gate.wait();
            post(&app, None, &json!({})).status
        };
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(register)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 3, "{statuses:?}");
    assert_eq!(rows(&app, "clients"), 3);
    app.assert_json(&post(&app, None, &json!({})), 403, "access_denied", "LK-1708");
    // Who has a token is not one of those, and what goes makes room.
    let made = post(&app, Some(&token(&app, 1, false)), &json!({}));
    assert_eq!(made.status, 201, "{}", made.text());
    let id = app.read(|conn| Ok(latchkey::store::clients::all(conn)?.0));
    let open =
        id.iter().find(|client| client.id.as_str() != made.json()["client_id"].as_str().unwrap()).unwrap();
    let id = open.id.to_string();
    app.admin(move |conn, desk| latchkey::engine::admin::clients::delete(conn, desk, &id));
    assert_eq!(post(&app, None, &json!({})).status, 201);
}

#[test]
fn sec_i1_a_network_registers_so_many_apps_and_no_more() {
    let app = open_with(&[
        ("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
        ("LATCHKEY_REGISTRATION__OPEN_PER_NETWORK", "3"),
    ]);
    let from = |network: &str, token: Option<&str>| {
        let mut call = app.call("POST", REGISTER).header("X-Forwarded-For", network);
        if let Some(token) = token {
            call = call.bearer(token);
        }
        let body = document(&json!({})).to_string();
        call.header("Content-Type", "application/json").body(body.as_bytes()).send()
    };
    for _ in 0..3 {
        assert_eq!(from("203.0.113.9", None).status, 201);
    }
    let refused = from("203.0.113.9", None);
    app.assert_json(&refused, 429, "temporarily_unavailable", "LK-1911");
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(from("203.0.113.10", None).status, 201);
    assert_eq!(from("203.0.113.9", Some(&token(&app, 1, false))).status, 201);
    app.advance(1200);
    let made = from("203.0.113.9", None);
    assert_eq!(made.status, 201);
    // Changes of such apps count too: each is work for every node.
    let made = made.json();
    let uri = text(&made, "registration_client_uri").strip_prefix(&app.issuer).unwrap().to_owned();
    let change = || {
        let body = super::again(&made, &json!({})).to_string();
        let call = app.call("PUT", &uri).header("X-Forwarded-For", "203.0.113.9");
        let call = call.bearer(text(&made, "registration_access_token"));
        call.header("Content-Type", "application/json").body(body.as_bytes()).send().status
    };
    assert_eq!([change(), change(), change()], [200, 200, 429]);
}

/// A use of a token is one app, and no leave to have us work for ever.
#[test]
fn sec_i1_k3_what_an_app_of_a_token_changes_and_has_fetched_is_limited() {
    let app = TestApp::with_env(&[
        ("LATCHKEY_REGISTRATION__MODE", "token"),
        ("LATCHKEY_REGISTRATION__OPEN_PER_NETWORK", "2"),
        ("LATCHKEY_REGISTRATION__OPEN_TOTAL", "3"),
    ]);
    let (one, two) = (token(&app, 5, false), token(&app, 5, false));
    let [first, second] = [(); 2].map(|()| post(&app, Some(&one), &json!({})).json());
    let change = |made| super::manage(&app, "PUT", made, Some(&super::again(made, &json!({}))));
    assert_eq!([change(&first).status, change(&first).status], [200, 200]);
    let refused = change(&first);
    app.assert_json(&refused, 429, "temporarily_unavailable", "LK-1911");
    assert!(refused.header("retry-after").is_some());
    // All apps of a token share, and another token has its own.
    assert_eq!([change(&second).status, change(&second).status], [200, 429]);
    let other = post(&app, Some(&two), &json!({})).json();
    assert_eq!(change(&other).status, 200);
    app.advance(600);
    assert_eq!(change(&first).status, 200);
    // What is fetched counts, whether it comes to an app or not.
    let sector = json!({ "sector_identifier_uri": "https://10.0.0.1/sector" });
    let fetch = || post(&app, Some(&two), &sector).status;
    assert_eq!([fetch(), fetch(), fetch(), fetch()], [400, 400, 400, 429]);
    assert_eq!(post(&app, Some(&two), &json!({})).status, 201, "registering is limited by uses");
}

#[test]
fn sec_i1_v3_of_tokens_only_digests_are_kept() {
    let app = open();
    let initial = token(&app, 1, false);
    let made = post(&app, Some(&initial), &json!({})).json();
    let own = text(&made, "registration_access_token");
    assert!(initial.starts_with("lk_iat_") && initial.len() >= 43 + 7, "{}", initial.len());
    assert!(own.len() >= 43 + 7);
    let digests = [
        ("initial_access_tokens", Plain::<InitialToken>::presented(&*initial).digest().as_str().to_owned()),
        ("client_registrations", Plain::<RegistrationToken>::presented(own).digest().as_str().to_owned()),
    ];
    for (table, digest) in digests {
        assert_eq!(number(&app.engine.db, &format!("SELECT count(*) FROM {table}")), 1);
        assert_eq!(
            number(&app.engine.db, &format!("SELECT count(*) FROM {table} WHERE digest = '{digest}'")),
            1
        );
    }
}

#[test]
fn sec_i1_apps_that_nobody_used_are_removed() {
    let app = super::open_with(&[("LATCHKEY_REGISTRATION__UNUSED_DAYS", "30")]);
    app.user("ada");
    let used = client(&register(&app, &json!({})));
    let reviewed = client(&register(&app, &json!({})));
    let by_token = post(&app, Some(&token(&app, 1, false)), &json!({})).json();
    let unused = register(&app, &json!({}));
    app.tokens(&used, "ada");
    let id = reviewed.id.clone();
    app.admin(move |conn, desk| registrations::review(conn, desk, &id, true));
    app.client("made-by-admin", |_| {});
    let remove = || actix_web::rt::System::new().block_on(registration::remove_unused(&app.engine)).unwrap();
    app.advance(30 * 86_400 - 60);
    assert_eq!(remove(), 0);
    app.advance(120);
    let late = client(&register(&app, &json!({})));
    // The server may have done it by itself.
    remove();
    app.refresh();
    let left: Vec<String> = app
        .read(|conn| Ok(latchkey::store::clients::all(conn)?.0.iter().map(|c| c.id.to_string()).collect()));
    let mut expected = vec![used.id, reviewed.id, late.id, client(&by_token).id, "made-by-admin".to_owned()];
    expected.sort();
    assert_eq!(left, expected);
    let gone = super::manage(&app, "GET", &unused, None);
    app.assert_json(&gone, 401, "invalid_token", "LK-1704");
    assert_eq!((remove(), app.events("client.deleted")), (0, 1));
    // What strangers do fills the audit log, which ends, and not the revisions, which are for ever.
    let id = client(&unused).id;
    assert_eq!(rows(&app, &format!("config_revisions WHERE target = '{id}'")), 0);
    assert_eq!(rows(&app, &format!("audit_events WHERE client_id = '{id}'")), 2);
}
