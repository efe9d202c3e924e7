//! Security headers of every answer (security rows N4, N6), and the CORS classes of the endpoints.

use crate::harness::app::TestApp;
use crate::harness::http::Answer;
use std::collections::BTreeSet;

/// Every kind of HTML answer, errors included.
fn pages(app: &TestApp) -> Vec<(&'static str, Answer)> {
    let client = app.web_client();
    app.user("ada");
    let mut visitor = app.visitor();
    let login = visitor.get(&app.authorize_path(&client.id, &[]));
    let login = visitor.follow(login);
    let consent = app.log_in(&mut visitor, &login, "ada");
    assert!(consent.text().contains("name=\"decision\""), "{}", consent.text());
    let long = format!("/{}", "a".repeat(9000));
    let big = format!("a={}", "b".repeat(70_000));
    let get = |target: &str| app.call("GET", target).send();
    vec![
        ("login", login),
        ("consent", consent),
        ("account", visitor.get("/account")),
        ("logout", visitor.get("/oauth2/logout")),
        ("home", get("/")),
        ("errors", get("/errors")),
        ("set-up link", get("/setup?link=lk_ott_none")),
        ("recovery link", get("/recover?link=lk_ott_none")),
        ("unknown client", get("/oauth2/authorize?client_id=none")),
        (
            "wrong redirect",
            get(&app.authorize_path(&client.id, &[("redirect_uri", "https://evil.example/cb")])),
        ),
        ("not found", get("/none")),
        ("bad method", app.call("DELETE", "/login").send()),
        ("too long", get(&long)),
        (
            "too large",
            app.call("POST", "/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(big.as_bytes())
                .send(),
        ),
        ("malformed", get("/login?a=%ff")),
        ("other host", app.call("GET", "/login").header("Host", "evil.example").send()),
        ("no cookies", app.call("POST", "/login").form(&[("username", "ada")]).send()),
        ("cross site", visitor.post_call("/login", &[]).header("Sec-Fetch-Site", "cross-site").send()),
        ("form post", {
            let mut visitor = app.visitor();
            app.sign_in(
                &mut visitor,
                &app.authorize_path(&client.id, &[("response_mode", "form_post")]),
                "ada",
            )
        }),
    ]
}

#[test]
fn sec_n4_every_page_carries_the_whole_set() {
    let app = TestApp::start();
    let mut nonces = BTreeSet::new();
    let pages = pages(&app);
    for (name, page) in &pages {
        assert!(page.header("content-type").unwrap_or_default().starts_with("text/html"), "{name}: {page:?}");
        for (header, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(page.all(header), [value], "{header} of {name}");
        }
        assert!(page.header("strict-transport-security").is_none(), "{name}: the issuer is http");
        assert_eq!(page.all("content-security-policy").len(), 1, "{name}");
        let policy = page.header("content-security-policy").unwrap();
        let parts: BTreeSet<&str> = policy.split(';').map(str::trim).collect();
        for part in [
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(parts.contains(part), "{part} of {name}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{name}: {policy}");
        let nonce =
            policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or_default();
        assert!(nonce.len() >= 22, "{name} has the nonce {nonce:?}");
        assert!(nonces.insert(nonce.to_owned()), "{name} repeats a nonce");
        let form_action = parts.iter().find(|part| part.starts_with("form-action ")).unwrap();
        let expected = match *name {
            "login" | "consent" => "form-action 'self' https://rp.example.com",
            "form post" => "form-action https://rp.example.com",
            _ => "form-action 'self'",
        };
        assert_eq!(*form_action, expected, "{name}");
        let text = page.text();
        assert!(
            !text.contains(" style=\"") && !text.contains("<style") && !text.contains(" onclick="),
            "{name}"
        );
        for script in text.split("<script").skip(1) {
            assert!(
                script.split('>').next().unwrap_or_default().contains("nonce="),
                "{name}: a script without nonce"
            );
        }
        assert!(page.header("x-trace-id").is_some_and(|id| id.len() >= 26), "{name} has no trace id");
    }
}

#[test]
fn sec_n4_an_https_issuer_insists_on_https() {
    let app = TestApp::with_env(&[("LATCHKEY_ISSUER", "https://id.example.com")]);
    for path in ["/login", "/none", "/.well-known/openid-configuration", "/oauth2/userinfo"] {
        let answer = app.call("GET", path).send();
        let value = answer.header("strict-transport-security").unwrap_or_default();
        assert!(value.starts_with("max-age=31536000"), "{path}: {value:?}");
    }
}

#[test]
fn sec_n6_nothing_is_compressed_on_the_way() {
    let app = TestApp::start();
    for (name, target) in [
        ("login", "/login"),
        ("discovery", "/.well-known/openid-configuration"),
        ("keys", "/.well-known/jwks.json"),
        ("error", "/none"),
    ] {
        let answer = app.call("GET", target).header("Accept-Encoding", "gzip, br, deflate, zstd").send();
        assert!(answer.header("content-encoding").is_none(), "{name}");
        assert!(answer.header("transfer-encoding").is_none(), "{name}");
    }
}

#[test]
fn every_answer_has_a_trace_id_of_its_own() {
    let app = TestApp::start();
    let mut seen = BTreeSet::new();
    for (method, path) in [
        ("GET", "/login"),
        ("GET", "/none"),
        ("POST", "/oauth2/token"),
        ("GET", "/oauth2/userinfo"),
        ("OPTIONS", "/oauth2/token"),
        ("TRACE", "/login"),
    ] {
        let answer = app.call(method, path).header("X-Trace-Id", "chosen-by-the-caller").send();
        let id = answer.header("x-trace-id").unwrap_or_default().to_owned();
        assert!(id.len() >= 26 && id != "chosen-by-the-caller", "{method} {path}: {id:?}");
        assert!(seen.insert(id), "{method} {path} repeats an id");
    }
}

#[test]
fn scripts_may_call_what_their_client_registered_for_and_never_with_credentials() {
    let app = TestApp::start();
    app.client("spa", |m| {
        m.redirect_uris = vec!["https://spa.example.com/cb".to_owned()];
        m.token_endpoint_auth_method = latchkey::protocol::client_auth::AuthMethod::None;
        m.cors_origins = vec!["https://spa.example.com".to_owned()];
    });
    let preflight = |path: &str, origin: &str| {
        app.call("OPTIONS", path)
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .send()
    };
    for path in ["/oauth2/token", "/oauth2/userinfo", "/oauth2/revoke"] {
        let answer = preflight(path, "https://spa.example.com");
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://spa.example.com"), "{path}");
        assert!(answer.header("vary").is_some_and(|vary| vary.contains("Origin")), "{path}");
        for origin in [
            "https://evil.example",
            "https://spa.example.com.evil.example",
            "http://spa.example.com",
            "null",
            "https://SPA.example.com",
        ] {
            assert!(
                preflight(path, origin).header("access-control-allow-origin").is_none(),
                "{path} {origin}"
            );
        }
    }
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        let answer = app.call("GET", path).header("Origin", "https://any.example").send();
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
    }
    for path in ["/oauth2/authorize", "/login", "/consent", "/account", "/oauth2/introspect"] {
        for method in ["GET", "POST", "OPTIONS"] {
            let answer = app.call(method, path).header("Origin", "https://spa.example.com").send();
            let named = answer
                .headers
                .iter()
                .find(|(name, _)| name.to_lowercase().starts_with("access-control-allow"));
            assert_eq!(named, None, "{method} {path}");
        }
    }
    let all = [
        preflight("/oauth2/token", "https://spa.example.com"),
        app.call("GET", "/.well-known/jwks.json").send(),
    ];
    assert!(all.iter().all(|answer| answer.header("access-control-allow-credentials").is_none()));
}
