//! Where answers may go: byte equality, and the one rule for ports of installed apps (security rows A2, A4).

use crate::harness::app::{CALLBACK, TestApp};
use crate::harness::expect::{assert_own, rows};
use latchkey::domain::client::ApplicationType;

/// What is not byte-equal to `https://rp.example.com/cb`, the only registered one.
const NEAR: &[(&str, &str)] = &[
    ("host suffix", "https://rp.example.com.evil.example/cb"),
    ("host prefix", "https://evilrp.example.com/cb"),
    ("other host", "https://example.com/cb"),
    ("subdomain", "https://a.rp.example.com/cb"),
    ("path suffix", "https://rp.example.com/cbx"),
    ("sub-path", "https://rp.example.com/cb/x"),
    ("path prefix", "https://rp.example.com/c"),
    ("no path", "https://rp.example.com"),
    ("dot segments", "https://rp.example.com/x/../cb"),
    ("dot segments after", "https://rp.example.com/cb/../../evil"),
    ("dot segment", "https://rp.example.com/./cb"),
    ("semicolon segments", "https://rp.example.com/cb/..;/evil"),
    ("encoded dots", "https://rp.example.com/%2e%2e/cb"),
    ("encoded letter", "https://rp.example.com/%63b"),
    ("double encoding", "https://rp.example.com/%252e%252e/cb"),
    ("encoded twice", "https%3A%2F%2Frp.example.com%2Fcb"),
    ("backslash", "https://rp.example.com\\cb"),
    ("backslash authority", "https://evil.example\\@rp.example.com/cb"),
    ("backslashes", "https:\\\\rp.example.com\\cb"),
    ("tab inside", "https://rp.example.com/\tcb"),
    ("tab in host", "https://rp.exam\tple.com/cb"),
    ("CR", "https://rp.example.com/cb\r"),
    ("LF", "https://rp.example.com/cb\n"),
    ("CRLF and a header", "https://rp.example.com/cb\r\nSet-Cookie: a=b"),
    ("NUL", "https://rp.example.com/cb\0"),
    ("space after", "https://rp.example.com/cb "),
    ("space before", " https://rp.example.com/cb"),
    ("userinfo", "https://rp.example.com@evil.example/cb"),
    ("userinfo before", "https://user@rp.example.com/cb"),
    ("several @", "https://rp.example.com@rp.example.com@evil.example/cb"),
    ("userinfo with password", "https://rp.example.com:443@evil.example/cb"),
    ("host case", "https://RP.example.com/cb"),
    ("scheme case", "HTTPS://rp.example.com/cb"),
    ("path case", "https://rp.example.com/CB"),
    ("trailing dot of the host", "https://rp.example.com./cb"),
    ("trailing slash", "https://rp.example.com/cb/"),
    ("double slash", "https://rp.example.com//cb"),
    ("added query", "https://rp.example.com/cb?x=1"),
    ("empty query", "https://rp.example.com/cb?"),
    ("added fragment", "https://rp.example.com/cb#x"),
    ("empty fragment", "https://rp.example.com/cb#"),
    ("other port", "https://rp.example.com:8443/cb"),
    ("default port", "https://rp.example.com:443/cb"),
    ("plain http", "http://rp.example.com/cb"),
    ("no scheme", "//rp.example.com/cb"),
    ("relative", "/cb"),
    ("script", "javascript:alert(1)//https://rp.example.com/cb"),
    ("data", "data:text/html,https://rp.example.com/cb"),
    ("cyrillic twin", "https://rp.ex\u{430}mple.com/cb"),
    ("punycode twin", "https://rp.xn--exmple-4nf.com/cb"),
    ("full-width dot", "https://rp\u{ff0e}example.com/cb"),
    ("wildcard", "https://*.example.com/cb"),
    ("star", "*"),
    ("longer than any", "LONG"),
];

#[test]
fn sec_a2_redirect_uri_not_byte_equal() {
    let app = TestApp::start();
    let client = app.web_client();
    app.client("other", |m| m.redirect_uris = vec!["https://other.example.com/cb".to_owned()]);
    let long = format!("{CALLBACK}?{}", "x".repeat(2100));
    let foreign = ("of another client", "https://other.example.com/cb");
    for (what, uri) in NEAR.iter().copied().chain([foreign]) {
        let uri = if uri == "LONG" { &long } else { uri };
        let path = app.authorize_path(&client.id, &[("redirect_uri", uri)]);
        let prompt_none = app.authorize_path(&client.id, &[("redirect_uri", uri), ("prompt", "none")]);
        for path in [path, prompt_none] {
            let answer = app.call("GET", &path).send();
            assert_eq!(answer.status, 400, "{what}: {}", answer.text());
            assert!(answer.header("location").is_none(), "{what}: {:?}", answer.header("location"));
            // CR, LF and NUL are refused before anything is compared.
            let code = if uri.contains(['\r', '\n', '\0']) { "LK-1910" } else { "LK-1104" };
            assert!(answer.text().contains(code), "{what}: {}", answer.text());
            assert!(answer.header("set-cookie").is_none_or(|c| !c.contains("a=b")), "{what}");
            let id = answer.header("x-trace-id").unwrap().to_owned();
            assert!(answer.text().contains(&id), "{what}: the page does not show its trace id");
        }
    }
    // The raw query, decoded exactly once: an encoded percent sign stays one.
    let raw = "/oauth2/authorize?client_id=web&response_type=code&redirect_uri=https%253A%252F%252Frp.example.com%252Fcb";
    app.assert_page(&app.call("GET", raw).send(), 400, "LK-1104");
    assert_eq!(rows(&app, "authorizations"), 0);
}

#[test]
fn sec_a2_the_error_page_shows_what_came_escaped() {
    let app = TestApp::start();
    let client = app.web_client();
    let wicked = "https://rp.example.com/\"><script>alert(1)</script>";
    let answer = app.call("GET", &app.authorize_path(&client.id, &[("redirect_uri", wicked)])).send();
    app.assert_page(&answer, 400, "LK-1104");
    assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
    assert!(answer.text().contains("&#60;script&#62;"), "{}", answer.text());
    // What is registered is nobody's business here.
    assert!(!answer.text().contains(CALLBACK), "{}", answer.text());
}

#[test]
fn sec_a2_equal_after_one_decoding_is_equal() {
    let app = TestApp::start();
    let client = app.client("web", |m| {
        m.redirect_uris = vec![
            CALLBACK.to_owned(),
            "https://rp.example.com/cb?tenant=a%20b".to_owned(),
            "HTTPS://Case.example.com:443/%63b/".to_owned(),
        ];
    });
    for uri in ["https://rp.example.com/cb?tenant=a%20b", "HTTPS://Case.example.com:443/%63b/"] {
        assert_own(
            &app.call("GET", &app.authorize_path(&client.id, &[("redirect_uri", uri)])).send(),
            "login",
        );
    }
    for uri in ["https://rp.example.com/cb?tenant=a b", "https://case.example.com/cb/"] {
        let answer = app.call("GET", &app.authorize_path(&client.id, &[("redirect_uri", uri)])).send();
        app.assert_page(&answer, 400, "LK-1104");
    }
}

#[test]
fn sec_a4_only_the_port_of_a_native_loopback_uri_may_differ() {
    let app = TestApp::start();
    let native = app.client("native", |m| {
        m.application_type = ApplicationType::Native;
        m.token_endpoint_auth_method = latchkey::protocol::client_auth::AuthMethod::None;
        m.redirect_uris = vec![
            "http://127.0.0.1/cb?a=1".to_owned(),
            "http://[::1]:9000/six".to_owned(),
            "com.example.app:/cb".to_owned(),
        ];
    });
    let good = [
        "http://127.0.0.1/cb?a=1",
        "http://127.0.0.1:1/cb?a=1",
        "http://127.0.0.1:65535/cb?a=1",
        "http://[::1]:4321/six",
        "com.example.app:/cb",
    ];
    for uri in good {
        let answer = app.call("GET", &app.authorize_path(&native.id, &[("redirect_uri", uri)])).send();
        assert_own(&answer, "login");
    }
    let bad = [
        "http://localhost:4000/cb?a=1",
        "http://[::1]:4000/cb?a=1",
        "http://127.0.0.1:4000/six",
        "http://127.0.0.1:4000/cb",
        "http://127.0.0.1:4000/cb?a=2",
        "http://127.0.0.1:4000/cb?a=1&b",
        "http://127.0.0.1:4000/cb/?a=1",
        "http://127.0.0.1:4000@evil.example/cb?a=1",
        "http://127.0.0.1:4000.evil.example/cb?a=1",
        "http://127.0.0.1.evil.example/cb?a=1",
        "http://127.0.0.1:/cb?a=1",
        "http://127.0.0.1:0/cb?a=1",
        "http://127.0.0.1:04000/cb?a=1",
        "http://127.0.0.1:70000/cb?a=1",
        "http://127.0.0.1:4e3/cb?a=1",
        "http://127.1:4000/cb?a=1",
        "https://127.0.0.1:4000/cb?a=1",
        "HTTP://127.0.0.1:4000/cb?a=1",
        "com.example.app:/cb2",
        "com.example.app://cb",
    ];
    for uri in bad {
        let answer = app.call("GET", &app.authorize_path(&native.id, &[("redirect_uri", uri)])).send();
        assert_eq!(answer.status, 400, "{uri}");
        app.assert_page(&answer, 400, "LK-1104");
    }
}

#[test]
fn sec_a4_the_port_rule_is_not_for_web_clients() {
    let app = TestApp::start();
    let web = app.client("web", |m| m.redirect_uris = vec!["http://127.0.0.1:3000/cb".to_owned()]);
    let path = |uri: &str| app.authorize_path(&web.id, &[("redirect_uri", uri)]);
    assert_own(&app.call("GET", &path("http://127.0.0.1:3000/cb")).send(), "login");
    for uri in ["http://127.0.0.1:3001/cb", "http://127.0.0.1/cb", "http://localhost:3000/cb"] {
        app.assert_page(&app.call("GET", &path(uri)).send(), 400, "LK-1104");
    }
}

#[test]
fn b12_a_registered_query_is_kept() {
    let app = TestApp::start();
    app.user("ada");
    let uri = "https://rp.example.com/cb?tenant=a%20b&x=";
    let client = app.client("web", |m| m.redirect_uris = vec![uri.to_owned()]);
    let path = app.authorize_path(&client.id, &[("redirect_uri", uri)]);
    let answer = app.sign_in(&mut app.visitor(), &path, "ada");
    assert!(answer.location().starts_with(&format!("{uri}&code=")), "{}", answer.location());
    let refused = app.call("GET", &format!("{path}&prompt=none")).send();
    assert!(
        refused.location().starts_with(&format!("{uri}&error=login_required&")),
        "{}",
        refused.location()
    );
}
