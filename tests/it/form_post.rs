//! `response_mode=form_post` (security row A8, behaviours 52 and 53).

use crate::harness::app::{CALLBACK, TestApp};
use crate::harness::expect::{assert_error, decide, rows, to_consent};
use crate::harness::http::Answer;
use latchkey::domain::client::ApplicationType;
use latchkey::protocol::client_auth::AuthMethod;

const MODE: (&str, &str) = ("response_mode", "form_post");

/// The policy of the page, cut into its directives.
#[track_caller]
fn directive(answer: &Answer, name: &str) -> String {
    let policy = answer.header("content-security-policy").unwrap();
    let found = policy.split(';').map(str::trim).find(|d| d.split(' ').next() == Some(name));
    found.unwrap_or_else(|| panic!("no {name} in {policy}")).split_once(' ').unwrap().1.to_owned()
}

#[track_caller]
fn assert_form(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let html = answer.text();
    assert!(html.contains(&format!("<form method=\"post\" action=\"{CALLBACK}\">")), "{html}");
    assert_eq!(directive(answer, "form-action"), "https://rp.example.com");
    let nonce = directive(answer, "script-src").replace("'nonce-", "").replace('\'', "");
    assert!(nonce.len() >= 22, "{nonce}");
    assert!(
        html.contains(&format!(
            "<script nonce=\"{nonce}\">HTMLFormElement.prototype.submit.call(document.forms[0])</script>"
        )),
        "{html}"
    );
    assert_eq!(html.matches("<script").count(), 1, "{html}");
    assert!(html.contains("<button"), "no button for browsers without script");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("location").is_none());
}

#[test]
fn sec_a8_b52_b53_form_post_carries_the_code_to_the_verified_uri_only() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut visitor = app.visitor();
    let path = app.authorize_path(&web.id, &[MODE]);
    let page = to_consent(&app, &mut visitor, &path, "ada");
    // Behaviour 53: the forms that lead there are let through by the browser.
    assert_eq!(directive(&page, "form-action"), "'self' https://rp.example.com");
    let answer = decide(&mut visitor, "/consent", &page, &[("decision", "allow")]);
    assert_form(&answer);
    assert_eq!(answer.input("state").as_deref(), Some("st-1"));
    assert_eq!(answer.input("iss").as_deref(), Some(app.issuer.as_str()));
    let code = answer.input("code").unwrap();
    assert_eq!(app.redeem(&web, &code).status, 200);
    // At once, with consent remembered: the same, straight from the endpoint.
    let again = visitor.get(&path);
    assert_form(&again);
    assert_ne!(again.input("code").unwrap(), code);
}

#[test]
fn sec_a8_form_post_escapes_its_values() {
    let app = TestApp::start();
    let web = app.web_client();
    for state in ["\"></form><script>alert(1)</script>", "' onmouseover='x", "a&amp;b\u{202e}", "</input>"] {
        let answer = app
            .call("GET", &app.authorize_path(&web.id, &[MODE, ("state", state), ("prompt", "none")]))
            .send();
        assert_form(&answer);
        let html = answer.text();
        assert!(!html.contains("<script>alert") && !html.contains("</form><s"), "{html}");
        let escaped = state.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
        let escaped = escaped.replace('"', "&#34;").replace('\'', "&#39;");
        let input = format!("<input type=\"hidden\" name=\"state\" value=\"{escaped}\">");
        assert!(html.contains(&input), "{html}");
    }
}

#[test]
fn sec_a8_errors_go_the_same_way() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let cases: [(&str, (&str, &str)); 4] = [
        ("login_required", ("prompt", "none")),
        ("invalid_scope", ("scope", "openid nothing")),
        ("unsupported_response_type", ("response_type", "token")),
        ("invalid_request", ("code_challenge", "")),
    ];
    for (error, more) in cases {
        let answer = app.call("GET", &app.authorize_path(&web.id, &[MODE, more])).send();
        assert_form(&answer);
        assert_eq!(answer.input("error").as_deref(), Some(error));
        assert_eq!(answer.input("state").as_deref(), Some("st-1"));
        assert_eq!(answer.input("code"), None);
    }
    let mut visitor = app.visitor();
    let page = to_consent(&app, &mut visitor, &app.authorize_path(&web.id, &[MODE]), "ada");
    let denied = decide(&mut visitor, "/consent", &page, &[("decision", "deny")]);
    assert_form(&denied);
    assert_eq!(denied.input("error").as_deref(), Some("access_denied"));
    // What may not be redirected may not be posted either.
    let answer = app
        .call("GET", &app.authorize_path(&web.id, &[MODE, ("redirect_uri", "https://evil.example/")]))
        .send();
    app.assert_page(&answer, 400, "LK-1104");
}

#[test]
fn sec_a8_a_private_scheme_cannot_be_posted_to() {
    let app = TestApp::start();
    let native = app.client("native", |m| {
        m.application_type = ApplicationType::Native;
        m.token_endpoint_auth_method = AuthMethod::None;
        m.redirect_uris = vec!["com.example.app:/cb".to_owned(), CALLBACK.to_owned()];
    });
    let own = ("redirect_uri", "com.example.app:/cb");
    let answer = app.call("GET", &app.authorize_path(&native.id, &[MODE, own])).send();
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(
        answer.location().starts_with("com.example.app:/cb?error=invalid_request&"),
        "{}",
        answer.location()
    );
    let twice = format!("{}&response_mode=query", app.authorize_path(&native.id, &[MODE]));
    assert_error(&app, &app.call("GET", &twice).send(), "invalid_request");
    assert_eq!(rows(&app, "authorizations"), 0);
}
