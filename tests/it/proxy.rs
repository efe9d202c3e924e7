//! Forwarded headers (security row S6): heard from trusted proxies alone, and never a way around a rule.

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::http::{Answer, Call};

/// Signs in with more headers; the address that the session remembers.
fn address(app: &TestApp, headers: &[(&str, &str)]) -> String {
    let mut visitor = app.visitor();
    let page = visitor.get("/login");
    let csrf = page.input("csrf").unwrap();
    let call = visitor.post_call("/login", &[("csrf", &csrf), ("username", "ada"), ("password", PASSWORD)]);
    let answer = visitor.send(with(call, headers));
    assert_eq!(answer.status, 303, "{headers:?}: {}", answer.text());
    let secret = latchkey::base::secret::Plain::<latchkey::base::secret::SessionSecret>::presented(
        visitor.cookies["__Host-lk_sid"].clone(),
    );
    let found = app.read(move |conn| latchkey::store::sessions::find_by_digest(conn, &secret.digest()));
    found.expect("a session").0.ip
}

fn with(call: Call, headers: &[(&str, &str)]) -> Call {
    headers.iter().fold(call, |call, (name, value)| call.header(name, value))
}

#[test]
fn sec_s6_an_untrusted_peer_cannot_claim_an_address() {
    for env in [&[][..], &[("LATCHKEY_SERVER__TRUSTED_PROXIES", "10.0.0.0/8")]] {
        let app = TestApp::with_env(env);
        app.user("ada");
        for header in [
            ("X-Forwarded-For", "203.0.113.9"),
            ("X-Real-IP", "203.0.113.9"),
            ("Forwarded", "for=203.0.113.9"),
            ("X-Forwarded-For", "10.0.0.1"),
            ("X-Client-IP", "203.0.113.9"),
        ] {
            assert_eq!(address(&app, &[header]), "127.0.0.1", "{header:?}");
        }
    }
}

#[test]
fn sec_s6_behind_trusted_proxies_the_rightmost_untrusted_hop_counts() {
    let app =
        TestApp::with_env(&[("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8,10.0.0.0/8,2001:db8:1::/48")]);
    app.user("ada");
    for (sent, expected) in [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("198.51.100.1,203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("203.0.113.9, 10.1.2.3 ,10.9.9.9", "203.0.113.9"),
        ("2001:db8:2::5", "2001:db8:2::5"),
        ("2001:db8:2::5, 2001:db8:1::1", "2001:db8:2::5"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("10.1.2.3", "10.1.2.3"),
        // What cannot be parsed is not passed over: nothing to its left counts.
        ("a", "127.0.0.1"),
        ("", "127.0.0.1"),
        (",", "127.0.0.1"),
        ("unknown", "127.0.0.1"),
        ("203.0.113.9:4711", "127.0.0.1"),
        ("[2001:db8:2::5]", "127.0.0.1"),
        ("203.0.113.9, a", "127.0.0.1"),
        ("203.0.113.9, 999.1.1.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("203.0.113.9, a, 10.1.2.3", "10.1.2.3"),
    ] {
        assert_eq!(address(&app, &[("X-Forwarded-For", sent)]), expected, "{sent:?}");
    }
    for header in [("X-Real-IP", "203.0.113.9"), ("Forwarded", "for=203.0.113.9")] {
        assert_eq!(address(&app, &[header]), "127.0.0.1", "{header:?} is not the header");
    }
}

#[test]
fn sec_s6_forwarded_host_and_scheme_change_nothing() {
    let app = TestApp::with_env(&[("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.1/32")]);
    let headers = [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Prefix", "/evil"),
        ("Forwarded", "for=1.2.3.4;host=evil.example;proto=https"),
        ("X-Original-URL", "/account"),
        ("X-Rewrite-URL", "/account"),
        ("X-HTTP-Method-Override", "DELETE"),
    ];
    for path in ["/.well-known/openid-configuration", "/login", "/none"] {
        let plain = app.call("GET", path).send();
        let forwarded = with(app.call("GET", path), &headers).send();
        assert_eq!(plain.status, forwarded.status, "{path}");
        for evil in ["evil.example", "/evil"] {
            assert!(!forwarded.text().contains(evil), "{path}");
        }
        assert!(forwarded.header("strict-transport-security").is_none(), "{path}");
    }
    let document = with(app.call("GET", "/.well-known/openid-configuration"), &headers).send().json();
    assert_eq!(document["issuer"], app.issuer.as_str());
}

#[test]
fn sec_s6_garbage_skips_no_password_and_no_delay() {
    let app = TestApp::with_env(&[("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.1/32")]);
    app.user("ada");
    let wrong = |forwarded: &str| -> Answer {
        let mut visitor = app.visitor();
        let page = visitor.get("/login");
        let csrf = page.input("csrf").unwrap();
        let call = visitor
            .post_call("/login", &[("csrf", &csrf), ("username", "ada"), ("password", "wrong wrong wrong")]);
        call.header("X-Forwarded-For", forwarded).send()
    };
    let mut statuses = Vec::new();
    for n in 0..30 {
        let answer = wrong(["a", "", "a, b", "999.9.9.9", "\u{1}", "unknown"][n % 6]);
        assert!(answer.header("set-cookie").is_none_or(|cookie| !cookie.contains("lk_sid")), "signed in");
        statuses.push(answer.status);
    }
    assert!(statuses.contains(&429), "guesses with garbage are slowed down as one network: {statuses:?}");
}
