//! Clients that act for themselves (RFC 6749 §4.4), many requests at once.

use crate::harness::app::{TestApp, claims};
use crate::harness::expect::rows;

#[test]
fn the_first_requests_of_a_machine_share_one_grant() {
    let app = TestApp::start();
    for round in 0..6 {
        let id = format!("machine{round}");
        let machine = app.client(&id, |m| {
            m.redirect_uris.clear();
            m.grant_types = vec!["client_credentials".to_owned()];
            m.response_types.clear();
            m.scope = "read".to_owned();
        });
        let gate = std::sync::Barrier::new(6);
        let grants: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|_| {
                    scope.spawn(|| {
                        gate.wait();
                        let answer = app.token_call(&machine, &[("grant_type", "client_credentials")]).send();
                        assert_eq!(answer.status, 200, "{}", answer.text());
                        let jti = claims(answer.json()["access_token"].as_str().unwrap())["jti"].clone();
                        jti.as_str().unwrap().split('.').next().unwrap().to_owned()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(grants.iter().all(|grant| *grant == grants[0]), "round {round}: {grants:?}");
        assert_eq!(rows(&app, &format!("grants WHERE client_id = '{id}'")), 1, "round {round}");
    }
}
