//! How much a network and a client may ask for (security row S1).

use crate::harness::app::{TestApp, TestClient};
use crate::harness::http::Answer;

fn start(env: &[(&'static str, &str)]) -> TestApp {
    let mut all = vec![("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8")];
    all.extend_from_slice(env);
    TestApp::with_env(&all)
}

fn ask(app: &TestApp, path: &str, from: &str) -> Answer {
    app.call("GET", path).header("X-Forwarded-For", from).send()
}

fn token(app: &TestApp, client: &TestClient, from: &str) -> Answer {
    let pairs = [("grant_type", "client_credentials"), ("scope", "read")];
    app.token_call(client, &pairs).header("X-Forwarded-For", from).send()
}

#[test]
fn sec_s1_a_network_has_so_many_pages_in_a_minute() {
    let app =
        start(&[("LATCHKEY_LIMITS__PAGES_PER_MINUTE", "6"), ("LATCHKEY_LIMITS__EXEMPT", "198.51.100.0/24")]);
    for n in 0..6 {
        assert_eq!(ask(&app, "/login", "203.0.113.9").status, 200, "{n}");
    }
    for path in ["/login", "/account", "/oauth2/authorize", "/no/such/page"] {
        let refused = ask(&app, path, "203.0.113.9");
        app.assert_page(&refused, 429, "LK-2150");
        assert_eq!(refused.header("retry-after"), Some("10"), "{path}");
    }
    // A form of that network is not even read.
    let posted = app.call("POST", "/login").header("X-Forwarded-For", "::ffff:203.0.113.9");
    app.assert_page(&posted.form(&[("username", "ada")]).send(), 429, "LK-2150");
    // Programs have limits of their own, and what lies ready has none.
    for path in ["/.well-known/openid-configuration", "/.well-known/jwks.json", "/static/latchkey.css"] {
        assert_eq!(ask(&app, path, "203.0.113.9").status, 200, "{path}");
    }
    assert_eq!(ask(&app, "/oauth2/userinfo", "203.0.113.9").status, 401);
    for from in ["203.0.113.10", "127.0.0.1", "::1"] {
        assert_eq!(ask(&app, "/login", from).status, 200, "{from}");
    }
    assert!((0..20).all(|_| ask(&app, "/login", "198.51.100.7").status == 200), "a network that is named");
    // A header that a stranger sends along is not heard.
    assert_eq!(ask(&app, "/login", "203.0.113.10, 203.0.113.9").status, 429);
    app.advance(10);
    assert_eq!(ask(&app, "/login", "203.0.113.9").status, 200, "one has come back");
    assert_eq!(ask(&app, "/login", "203.0.113.9").status, 429);
    app.advance(60);
    assert!((0..6).all(|_| ask(&app, "/login", "203.0.113.9").status == 200));
}

#[test]
fn sec_s1_an_ipv6_network_is_a_64_and_a_site_eight_of_them() {
    let app = start(&[("LATCHKEY_LIMITS__PAGES_PER_MINUTE", "2")]);
    let answered = |from: &str| ask(&app, "/login", from).status == 200;
    assert_eq!((1..9).filter(|n| answered(&format!("2001:db8::{n}"))).count(), 2, "one /64");
    // Two are used up; the site has sixteen.
    let all = (1..40).filter(|n| answered(&format!("2001:db8:0:{n:x}::1"))).count();
    assert_eq!(all, 14);
    assert!(answered("2001:db8:1::1"), "another site");
}

#[test]
fn sec_s1_each_class_answers_in_its_own_form() {
    let app =
        start(&[("LATCHKEY_LIMITS__PROGRAMS_PER_MINUTE", "3"), ("LATCHKEY_LIMITS__LOOKUPS_PER_MINUTE", "2")]);
    let client = app.machine_client();
    for _ in 0..3 {
        assert_eq!(token(&app, &client, "203.0.113.9").status, 200);
    }
    let refused = token(&app, &client, "203.0.113.9");
    app.assert_json(&refused, 429, "temporarily_unavailable", "LK-2150");
    assert_eq!(
        (refused.header("retry-after"), refused.header("cache-control")),
        (Some("20"), Some("no-store"))
    );
    let revoked =
        app.call("POST", "/oauth2/revoke").header("X-Forwarded-For", "203.0.113.9").form(&[("token", "x")]);
    assert_eq!(revoked.send().status, 429, "one class");
    assert_eq!(token(&app, &client, "203.0.113.10").status, 200);
    let statuses: Vec<u16> = (0..3).map(|_| ask(&app, "/oauth2/userinfo", "203.0.113.9").status).collect();
    assert_eq!(statuses, [401, 401, 429]);
    let refused = ask(&app, "/oauth2/userinfo", "203.0.113.9");
    assert_eq!(refused.header("retry-after"), Some("30"), "{}", refused.text());
    assert_eq!(ask(&app, "/login", "203.0.113.9").status, 200, "pages are another class");
}

#[test]
fn sec_s1_a_client_has_so_many_tokens_in_a_minute() {
    let app = start(&[("LATCHKEY_LIMITS__CLIENT_PER_MINUTE", "3")]);
    let (one, other) = (
        app.machine_client(),
        app.client("other", |m| {
            m.redirect_uris.clear();
            m.grant_types = vec!["client_credentials".to_owned()];
            m.response_types.clear();
            m.scope = "read".to_owned();
        }),
    );
    // From wherever it asks; whoever does not have its secret takes nothing from it.
    for n in 0..9 {
        let pairs = [("grant_type", "client_credentials")];
        let wrong = app.call("POST", "/oauth2/token").basic(&one.id, "wrong").form(&pairs).send();
        assert_eq!(wrong.status, 401, "{n}");
    }
    for n in 0..3 {
        assert_eq!(token(&app, &one, &format!("203.0.113.{n}")).status, 200);
    }
    let refused = token(&app, &one, "203.0.113.77");
    app.assert_json(&refused, 429, "temporarily_unavailable", "LK-2151");
    assert_eq!(refused.header("retry-after"), Some("20"));
    assert_eq!(token(&app, &other, "203.0.113.77").status, 200);
    app.advance(20);
    assert_eq!(token(&app, &one, "203.0.113.77").status, 200);
}

#[test]
fn test_mode_switches_limits_off_and_zero_is_none() {
    for env in [
        vec![
            ("LATCHKEY_TESTING__ENABLED", "true"),
            ("LATCHKEY_TESTING__NO_RATE_LIMITS", "true"),
            ("LATCHKEY_LIMITS__PAGES_PER_MINUTE", "1"),
        ],
        vec![("LATCHKEY_LIMITS__PAGES_PER_MINUTE", "0")],
    ] {
        let app = start(&env);
        assert!((0..50).all(|_| ask(&app, "/login", "203.0.113.9").status == 200), "{env:?}");
    }
}
