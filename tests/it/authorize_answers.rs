//! What the authorization endpoint answers and takes: redirects, methods, codes, resources (security rows
//! A13, A16 to A18; behaviours 11, 14, 16, 17, 22 to 24).

use crate::harness::app::{CALLBACK, CHALLENGE, TestApp, TestClient, VERIFIER, claims};
use crate::harness::expect::{assert_error, assert_own, decide, redeemed, rows, to_consent};
use crate::harness::http::{Answer, form};
use latchkey::base::secret::{Code, Plain, unb64};
use latchkey::domain::authorization::Stage;
use latchkey::store::authorizations;

fn ask(app: &TestApp, client: &TestClient, more: &[(&str, &str)]) -> Answer {
    app.call("GET", &app.authorize_path(&client.id, more)).send()
}

#[test]
fn sec_a13_b14_b16_every_redirect_is_303_with_state_and_iss() {
    let app = TestApp::start();
    app.user("ada");
    let trusted = app.trusted_client();
    let mut visitor = app.visitor();
    app.sign_in(&mut visitor, &app.authorize_path(&trusted.id, &[]), "ada");
    let url_safe = "aZ09-._~".repeat(16);
    let full = "s".repeat(2048);
    let states = [
        "st-1",
        url_safe.as_str(),
        full.as_str(),
        "a b+c%20&d=e;f#g?h/",
        "\"><script>alert(1)</script>",
        "caf\u{e9} \u{1f511} \u{202e}",
        "%0d%0aSet-Cookie:%20a=b",
        "null",
        "0",
        "&code=injected&error=x",
    ];
    for state in states {
        for prompt in ["", "login none"] {
            let answer =
                visitor.get(&app.authorize_path(&trusted.id, &[("state", state), ("prompt", prompt)]));
            assert_eq!(answer.status, 303, "{state}: {}", answer.text());
            assert_eq!(answer.param("state").as_deref(), Some(state));
            assert_eq!(answer.param("iss").as_deref(), Some(app.issuer.as_str()));
            assert_eq!(answer.param("error").is_some(), !prompt.is_empty(), "{}", answer.location());
            assert_eq!(answer.param("code").is_some(), prompt.is_empty(), "{}", answer.location());
            assert!(answer.header("set-cookie").is_none_or(|c| !c.contains("a=b")));
            assert_eq!(
                answer.location().matches("code=").count(),
                usize::from(prompt.is_empty()),
                "{}",
                answer.location()
            );
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
    for more in [[("state", "")], [("nonce", "")]] {
        let answer = visitor.get(&app.authorize_path(&trusted.id, &more));
        assert_eq!(answer.param("state").is_none(), more[0].0 == "state", "{}", answer.location());
        assert!(answer.param("code").is_some());
    }
    // Raw CR and LF never reach a header; nothing over the limit is cut short.
    let path = app.authorize_path(&trusted.id, &[("state", "")]);
    for bad in ["%0d%0aSet-Cookie:%20a=b", "a%0ab", "%00", "%ff%fe"] {
        app.assert_page(&visitor.get(&format!("{path}&state={bad}")), 400, "LK-1910");
    }
    let answer = visitor.get(&format!("{path}&state={}", "s".repeat(2049)));
    assert_eq!(answer.param("error").as_deref(), Some("invalid_request"));
    assert_eq!(answer.param("state"), None);
}

#[test]
fn sec_a13_b24_the_redirects_after_pages_are_303_too() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    for (decision, field) in [("deny", "error"), ("allow", "code")] {
        let mut visitor = app.visitor();
        let page = to_consent(&app, &mut visitor, &app.authorize_path(&web.id, &[("state", "a+b c")]), "ada");
        let answer = decide(&mut visitor, "/consent", &page, &[("decision", decision)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert!(answer.param(field).is_some(), "{}", answer.location());
        assert_eq!(answer.param("state").as_deref(), Some("a+b c"));
        assert_eq!(answer.param("iss").as_deref(), Some(app.issuer.as_str()));
    }
}

#[test]
fn sec_a16_methods_and_cors() {
    let app = TestApp::start();
    let web = app.client("web", |m| m.cors_origins = vec!["https://rp.example.com".to_owned()]);
    let path = app.authorize_path(&web.id, &[]);
    for method in ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
        let call = app.call(method, &path).header("Origin", "https://rp.example.com");
        let answer = call.header("Access-Control-Request-Method", "GET").send();
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, POST"), "{method}");
        assert!(
            !answer.headers.iter().any(|(n, _)| n.to_ascii_lowercase().starts_with("access-control-")),
            "{method}"
        );
    }
    assert_eq!(rows(&app, "authorizations"), 0);
    for path in [path.clone(), app.authorize_path(&web.id, &[("redirect_uri", "https://evil.example")])] {
        let answer = app.call("GET", &path).header("Origin", "https://rp.example.com").send();
        assert!(!answer.headers.iter().any(|(n, _)| n.to_ascii_lowercase().starts_with("access-control-")));
    }
    // Behaviour 11: a form by POST, from another site, is a request like any other.
    let body = path.split_once('?').unwrap().1.to_owned();
    let post =
        |kind: &str| app.call("POST", "/oauth2/authorize").header("Content-Type", kind).body(body.as_bytes());
    // Its cookies come with the GET that follows, so none of them is replaced before.
    for (name, value) in
        [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://rp.example.com"), ("Origin", "null")]
    {
        let cross = post("application/x-www-form-urlencoded").header(name, value).send();
        assert_eq!((cross.status, cross.location()), (303, &*format!("/oauth2/authorize?{body}")), "{name}");
        assert!(cross.all("set-cookie").is_empty(), "{name}");
        assert_own(&app.call("GET", cross.location()).send(), "login");
    }
    // What is too long for an address is sent once more by a form of ours.
    let long = format!("{body}&more={}", "x".repeat(8_192));
    let call =
        app.call("POST", "/oauth2/authorize").header("Content-Type", "application/x-www-form-urlencoded");
    let page = call.header("Sec-Fetch-Site", "cross-site").body(long.as_bytes()).send();
    assert_eq!((page.status, page.input("state").as_deref()), (200, Some("st-1")));
    assert!(page.all("set-cookie").is_empty());
    // What comes from no other site is answered as it came.
    for (name, value, body) in [
        ("Sec-Fetch-Site", "none", &body),
        ("Sec-Fetch-Site", "same-origin", &body),
        ("Origin", &app.issuer, &body),
        ("Accept", "*/*", &body),
    ] {
        let call =
            app.call("POST", "/oauth2/authorize").header("Content-Type", "application/x-www-form-urlencoded");
        assert_own(&call.header(name, value).body(body.as_bytes()).send(), "login");
    }
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x"] {
        let answer = post(kind).send();
        assert_eq!(answer.status, 400, "{kind}");
        assert!(answer.header("location").is_none());
    }
    // By POST the body alone counts.
    let answer = app.call("POST", &path).form(&[("state", "st-1")]).send();
    app.assert_page(&answer, 400, "LK-1101");
}

#[test]
fn sec_a17_a_code_is_random_hashed_short_lived_and_bound() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let web = app.web_client();
    let (code, other) = (app.code(&web, "ada"), app.code(&web, "ada"));
    assert_ne!(code, other);
    let random = &code.strip_prefix("lk_ac_").unwrap()[26..];
    assert_eq!(unb64(random).map(|bytes| bytes.len()), Some(32), "{code}");
    let presented = Plain::<Code>::presented(code.clone());
    let digest = presented.digest();
    let stored = app.read(move |conn| authorizations::find_by_code(conn, &presented)).unwrap();
    let request = &stored.request;
    assert_eq!((request.client_id.as_str(), request.redirect_uri.as_str()), ("web", CALLBACK));
    assert_eq!(request.code_challenge.as_ref().unwrap().as_str(), CHALLENGE);
    assert_eq!(request.nonce.as_deref(), Some("n-1"));
    let Stage::Granted(approval) = &stored.stage else { panic!("{:?}", stored.stage) };
    assert_eq!(approval.user_id, ada.id);
    assert_eq!(approval.scope.to_string(), "email offline_access openid profile");
    let session =
        app.read(|conn| latchkey::store::sessions::find(conn, approval.session_id.as_str())).unwrap();
    assert_eq!(session.user_id, ada.id);
    let life = approval.code_expires_at - app.clock.now();
    assert!((1..=60).contains(&life), "{life}");
    assert!(!is_stored(&app, &code), "the code itself is at rest somewhere");
    assert!(is_stored(&app, digest.as_str()));
    // A digest is not a code.
    assert_eq!(app.redeem(&web, digest.as_str()).json()["error"], "invalid_grant");
    // Nor is the name of one authorization with the secret of another.
    let name = |code: &str| code["lk_ac_".len()..][..26].to_owned();
    let mixed = code.replace(&name(&code), &name(&other));
    assert_eq!(app.redeem(&web, &mixed).json()["error"], "invalid_grant");
    assert_eq!(app.redeem(&web, &format!("lk_ac_{}", name(&other))).json()["error"], "invalid_grant");
    assert_eq!(app.redeem(&web, &other).status, 200, "what others tried did not use it up");
    app.advance(61);
    assert_eq!(app.redeem(&web, &code).json()["error"], "invalid_grant");
}

/// Whether a text is anywhere in the database.
fn is_stored(app: &TestApp, text: &str) -> bool {
    if crate::harness::app::on_postgres() {
        let tables = ["authorizations", "sessions", "grants", "flow_traces", "audit_events"];
        return tables
            .iter()
            .any(|t| rows(app, &format!("{t} WHERE CAST({t}.* AS text) LIKE '%{text}%'")) > 0);
    }
    std::fs::read_dir(app.data.path().join("data")).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[test]
fn sec_a18_resources_and_authorization_details() {
    let app = TestApp::start();
    app.user("ada");
    let (one, two) = ("https://api.example.com/v1", "https://two.example.com");
    let web = app.client("web", |m| m.resources = vec![one.to_owned(), two.to_owned()]);
    for wrong in [
        "https://api.example.com/v2",
        "https://api.example.com",
        "api",
        "https://api.example.com/v1#x",
        "https://API.example.com/v1",
    ] {
        assert_error(&app, &ask(&app, &web, &[("resource", wrong)]), "invalid_target");
    }
    let path = format!(
        "{}&resource={}",
        app.authorize_path(&web.id, &[("resource", one)]),
        "https%3A%2F%2Fevil.example"
    );
    assert_error(&app, &app.call("GET", &path).send(), "invalid_target");
    for details in ["[{\"type\":\"payment\"}]", "[]", "{", "x"] {
        assert_error(
            &app,
            &ask(&app, &web, &[("authorization_details", details)]),
            "invalid_authorization_details",
        );
    }
    assert_eq!(rows(&app, "authorizations"), 0);
    let answer = app.sign_in(&mut app.visitor(), &app.authorize_path(&web.id, &[("resource", two)]), "ada");
    let tokens = redeemed(&app, &web, &answer);
    let aud = claims(tokens["access_token"].as_str().unwrap())["aud"].clone();
    assert_eq!(aud, serde_json::json!([two, app.issuer]), "with openid, userinfo too");
}

#[test]
fn b17_b22_b23_optional_parameters_never_harm() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.trusted_client();
    let mut visitor = app.visitor();
    for more in [
        &[
            ("display", "popup"),
            ("ui_locales", "de-CH fr xx"),
            ("claims_locales", "fr"),
            ("login_hint", "ada"),
        ][..],
        &[("display", "wap"), ("acr_values", "urn:nobody:knows 1 2")],
        &[("display", "touch"), ("claims", "{\"userinfo\":{\"name\":null}}")],
        &[("nonce", "")],
    ] {
        let answer = app.sign_in(&mut visitor, &app.authorize_path(&web.id, more), "ada");
        let id = claims(redeemed(&app, &web, &answer)["id_token"].as_str().unwrap());
        let nonce = if more[0].0 == "nonce" { None } else { Some("n-1") };
        assert_eq!(id["nonce"].as_str(), nonce, "{id}");
    }
    let all = form(&[
        ("client_id", "trusted"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
    ]);
    let path = format!("/oauth2/authorize?code_challenge_method=S256&code_challenge={CHALLENGE}&{all}");
    assert!(visitor.get(&path).param("code").is_some());
}

#[test]
fn b9_the_order_of_scopes_and_parameters_says_nothing() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let mut visitor = app.visitor();
    let granted = |visitor: &mut crate::harness::http::Visitor, path: &str| {
        let answer = app.sign_in(visitor, path, "ada");
        let tokens = redeemed(&app, &web, &answer);
        let id = claims(tokens["id_token"].as_str().unwrap());
        (tokens["scope"].clone(), id["sub"].clone(), id["nonce"].clone())
    };
    let first = granted(&mut visitor, &app.authorize_path(&web.id, &[("scope", "openid profile email")]));
    let turned = app.authorize_path(&web.id, &[("scope", "email openid profile")]);
    assert!(visitor.get(&turned).param("code").is_some(), "the consent covers them in any order");
    let (endpoint, query) = turned.split_once('?').unwrap();
    let mut pairs: Vec<&str> = query.split('&').collect();
    for _ in 0..pairs.len() {
        pairs.rotate_left(1);
        assert_eq!(granted(&mut visitor, &format!("{endpoint}?{}", pairs.join("&"))), first);
    }
    pairs.reverse();
    assert_eq!(granted(&mut visitor, &format!("{endpoint}?{}", pairs.join("&"))), first);
    // At the token endpoint as well.
    let code = app.code(&web, "ada");
    let body = [
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
        ("code", &code),
        ("grant_type", "authorization_code"),
    ];
    assert_eq!(app.token_call(&web, &body).send().status, 200);
}
