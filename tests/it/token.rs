//! The token endpoint and its authorization code grant (RFC 6749 §3.2, §4.1.3, §5; RFC 7636).

use crate::harness::app::{CALLBACK, TestApp, TestClient, VERIFIER, claims, header};
use crate::harness::http::{Answer, Call, form};
use latchkey::protocol::alg::SigningAlg;
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::Value;

/// The parameters of a redemption; `change` replaces or adds, an empty value leaves out.
pub fn redemption<'a>(code: &'a str, change: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in change {
        pairs.retain(|(n, _)| n != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    pairs
}

pub fn redeem(app: &TestApp, client: &TestClient, code: &str, change: &[(&str, &str)]) -> Answer {
    app.token_call(client, &redemption(code, change)).send()
}

/// What a client reads of an error, but for the trace id.
pub fn told(answer: &Answer) -> (Value, String) {
    let json = answer.json();
    let text = json["error_description"].as_str().unwrap();
    (json["error"].clone(), text.split(" (").next().unwrap().to_owned())
}

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[test]
fn sec_d1_only_a_posted_form_of_moderate_size_is_read() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    for method in ["GET", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
        let answer = app.call(method, "/oauth2/token").send();
        app.assert_json(&answer, 405, "invalid_request", "LK-1902");
        assert_eq!(answer.header("allow"), Some("POST"), "{method}");
    }
    let body = form(&redemption("c", &[]));
    let post = || app.call("POST", "/oauth2/token").basic(&client.id, &client.secret);
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
        let answer = post().header("Content-Type", kind).body(body.as_bytes()).send();
        app.assert_json(&answer, 400, "invalid_request", "LK-1201");
    }
    let untyped = post().body(body.as_bytes()).send();
    app.assert_json(&untyped, 400, "invalid_request", "LK-1201");
    let large = post().form(&[("padding", &"x".repeat(66_000))]).send();
    app.assert_json(&large, 413, "invalid_request", "LK-1903");
    for broken in
        [&b"grant_type=%ff"[..], b"grant_type=%zz", b"code=a%00b", b"code=a%0ab", &[b'a', b'=', 0xfe]]
    {
        let answer = app
            .call("POST", "/oauth2/token")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(broken)
            .send();
        app.assert_json(&answer, 400, "invalid_request", "LK-1910");
    }
    let code = app.code(&client, "ada");
    for (name, value) in redemption(&code, &[("client_secret", &client.secret)]) {
        if matches!(name, "redirect_uri") {
            continue;
        }
        let path = format!("/oauth2/token?{}", form(&[(name, value)]));
        let answer =
            app.call("POST", &path).basic(&client.id, &client.secret).form(&redemption(&code, &[])).send();
        app.assert_json(&answer, 400, "invalid_request", "LK-1202");
        assert!(!answer.text().contains(value), "{name} is repeated");
    }
    assert_eq!(app.redeem(&client, &code).status, 200, "the code was not touched");
}

#[test]
fn b5_b8_unknown_parameters_are_ignored_and_repeated_ones_refused() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let code = app.code(&client, "ada");
    for (name, value) in redemption(&code, &[]) {
        let mut pairs = redemption(&code, &[]);
        pairs.push((name, value));
        let answer = app.token_call(&client, &pairs).send();
        app.assert_json(&answer, 400, "invalid_request", "LK-1203");
        assert_eq!(text(&answer.json(), "parameter"), name);
    }
    for name in ["grant_type", "code"] {
        let answer = redeem(&app, &client, &code, &[(name, "")]);
        app.assert_json(&answer, 400, "invalid_request", "LK-1204");
        assert_eq!(text(&answer.json(), "parameter"), name);
    }
    let description = redeem(&app, &client, "", &[]).json();
    let allowed = |b: u8| matches!(b, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    assert!(text(&description, "error_description").bytes().all(allowed), "RFC 6749 §5.2");
    let mut pairs = redemption(&code, &[("a parameter", "of the future"), ("state", "x")]);
    pairs.push(("a parameter", "twice"));
    assert_eq!(app.token_call(&client, &pairs).send().status, 200);
}

#[test]
fn sec_d7_only_grant_types_of_the_client_are_served() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let machine = app.machine_client();
    let code = app.code(&client, "ada");
    let person = [("username", "ada"), ("password", crate::harness::app::PASSWORD)];
    for unknown in [
        "password",
        "implicit",
        "Authorization_Code",
        "authorization_code ",
        "x",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ] {
        let mut change = vec![("grant_type", unknown)];
        change.extend(person);
        let answer = redeem(&app, &client, &code, &change);
        app.assert_json(&answer, 400, "unsupported_grant_type", "LK-1220");
    }
    let not_enabled = redeem(&app, &client, &code, &[("grant_type", "client_credentials")]);
    app.assert_json(&not_enabled, 400, "unauthorized_client", "LK-1221");
    let answer = redeem(&app, &machine, &code, &[]);
    app.assert_json(&answer, 400, "unauthorized_client", "LK-1221");
    assert_eq!(app.redeem(&client, &code).status, 200);
}

#[test]
fn sec_d10_b6_answers_are_json_and_never_stored() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let code = app.code(&client, "ada");
    let good = app.redeem(&client, &code);
    let expires_in = good.json()["expires_in"].as_i64().unwrap();
    assert!(expires_in > 0 && expires_in <= 31_536_000);
    assert_eq!(good.json()["token_type"], "Bearer");
    let access = text(&good.json(), "access_token").to_owned();
    let introspect = |token: &str| {
        app.call("POST", "/oauth2/introspect")
            .basic(&client.id, &client.secret)
            .form(&[("token", token)])
            .send()
    };
    let refused = app.redeem(&client, &code);
    let unauthenticated = app.call("POST", "/oauth2/token").form(&[("grant_type", "x")]).send();
    let answers = [good, refused, unauthenticated, introspect("x"), app.userinfo(&access), app.userinfo("x")];
    for answer in &answers {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
        assert_eq!(answer.header("pragma"), Some("no-cache"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn sec_d10_scripts_of_registered_origins_only() {
    let app = TestApp::start();
    app.user("ada");
    let spa = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    app.client("other", |m| {
        m.token_endpoint_auth_method = AuthMethod::None;
        m.redirect_uris = vec!["https://other.example.com/cb".to_owned()];
    });
    let confidential = app.web_client();
    let from = |call: Call, origin: &str| call.header("Origin", origin).send();
    let call = |client: &TestClient| app.token_call(client, &redemption(&app.code(client, "ada"), &[]));
    let good = from(call(&spa), "https://rp.example.com");
    assert_eq!(good.header("access-control-allow-origin"), Some("https://rp.example.com"));
    assert!(good.all("vary").iter().any(|vary| vary.contains("Origin")));
    assert!(good.header("access-control-allow-credentials").is_none());
    for (client, origin) in [
        (&spa, "https://other.example.com"),
        (&spa, "https://rp.example.com.evil.example"),
        (&spa, "http://rp.example.com"),
        (&spa, "null"),
        (&confidential, "https://rp.example.com"),
    ] {
        let answer = from(call(client), origin);
        assert!(answer.header("access-control-allow-origin").is_none(), "{} from {origin}", client.id);
    }
    let preflight = from(app.call("OPTIONS", "/oauth2/token"), "https://rp.example.com");
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://rp.example.com"));
    let foreign = from(app.call("OPTIONS", "/oauth2/token"), "https://evil.example");
    assert!(foreign.header("access-control-allow-origin").is_none());
    let introspection = from(app.call("OPTIONS", "/oauth2/introspect"), "https://rp.example.com");
    assert!(introspection.header("access-control-allow-origin").is_none(), "not for browsers");
}

#[test]
fn sec_d11_b34_the_id_token_says_who_signed_in_and_how() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let client = app.web_client();
    let nonce = "n ~!@#$%^&*()_+-=[]{}|;:',.<>?/ äöü 世界";
    let mut visitor = app.visitor();
    let began = app.clock.now();
    let answer = app.sign_in(&mut visitor, &app.authorize_path("web", &[("nonce", nonce)]), "ada");
    let tokens = app.redeem(&client, &answer.param("code").unwrap()).json();
    let (id, access) = (text(&tokens, "id_token"), text(&tokens, "access_token"));
    let said = claims(id);
    assert_eq!(
        (text(&said, "iss"), text(&said, "aud"), text(&said, "nonce")),
        (app.issuer.as_str(), "web", nonce)
    );
    assert_eq!((text(&said, "sub"), text(&said, "acr")), (ada.id.as_str(), "urn:latchkey:acr:password"));
    assert_eq!(said["amr"], serde_json::json!(["pwd"]));
    let (iat, exp, auth_time) =
        (said["iat"].as_i64().unwrap(), said["exp"].as_i64().unwrap(), said["auth_time"].as_i64().unwrap());
    assert!(exp > iat && (began..=iat).contains(&auth_time), "{said}");
    assert_eq!(
        (text(&header(id), "alg"), text(&header(id), "kid")),
        ("RS256", app.engine.keys.signing_kid(SigningAlg::Rs256, iat).unwrap().as_str())
    );
    let half = &aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, access.as_bytes());
    assert_eq!(text(&said, "at_hash"), latchkey::base::secret::b64(&half.as_ref()[..16]));
    // Nothing about the person that nobody asked for here (OIDC Core §5.4).
    let mut names: Vec<_> = said.as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(
        names,
        ["acr", "amr", "at_hash", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"]
    );
    // Without a nonce there is none (behaviour 17).
    let code = visitor.get(&app.authorize_path("web", &[("nonce", "")])).param("code").unwrap();
    assert!(claims(text(&app.redeem(&client, &code).json(), "id_token")).get("nonce").is_none());
}

#[test]
fn sec_d11_a_sub_is_never_given_to_another_person() {
    let app = TestApp::start();
    let first = app.user("ada");
    let id = first.id.to_string();
    app.admin(move |conn, desk| latchkey::engine::admin::users::delete(conn, desk, &id));
    let second = app.user("ada");
    assert_ne!(first.id, second.id);
    let client = app.web_client();
    let tokens = app.tokens(&client, "ada");
    assert_eq!(text(&claims(text(&tokens, "id_token")), "sub"), second.id.as_str());
}

#[test]
fn sec_d12_attributes_never_become_protocol_claims() {
    use diesel::connection::SimpleConnection as _;
    let app = TestApp::start();
    let ada = app.user("ada");
    let client = app.web_client();
    // Past every check of the admin's side, straight into the row.
    let planted = r#"{"iss":"https://evil.example","sub":"root!","aud":"evil!","exp":9999999999,"iat":1,"nbf":9999999999,
        "jti":"x","auth_time":1,"nonce":"evil!","acr":"evil!","amr":["evil!"],"azp":"evil!","scope":"admin","client_id":"evil!",
        "cnf":{"jkt":"x"},"act":{"sub":"x"},"sid":"evil!","roles":["admin"],"groups":["admin"],"permissions":["all"],
        "email":"root@evil.example","email_verified":true,"name":"Ada"}"#;
    let sql = format!("UPDATE users SET claims = '{planted}' WHERE id = '{}'", ada.id);
    app.write(move |conn| Ok(conn.batch_execute(&sql)?));
    let tokens = app.tokens(&client, "ada");
    let (access, id) = (claims(text(&tokens, "access_token")), claims(text(&tokens, "id_token")));
    let userinfo = app.userinfo(text(&tokens, "access_token")).json();
    let introspected = app.introspect(&client, text(&tokens, "access_token"));
    for (place, json) in
        [("access", &access), ("id", &id), ("userinfo", &userinfo), ("introspection", &introspected)]
    {
        assert_eq!(text(json, "sub"), ada.id.as_str(), "{place}");
        for word in ["evil!", "evil.example", "root!"] {
            assert!(!json.to_string().contains(word), "{place}: {json}");
        }
        for name in ["cnf", "act", "groups", "permissions", "nbf", "azp", "roles"] {
            assert!(json.get(name).is_none(), "{place} has {name}: {json}");
        }
    }
    assert_eq!((&userinfo["name"], &userinfo["email"]), (&"Ada".into(), &"ada@example.com".into()));
}

#[test]
fn b7_codes_and_tokens_are_long_random_and_plain() {
    let app = TestApp::start();
    app.user("ada");
    let client =
        app.client("web", |m| m.access_token_format = latchkey::domain::client::AccessTokenFormat::Opaque);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let code = app.code(&client, "ada");
        let tokens = app.redeem(&client, &code).json();
        for secret in [code.as_str(), text(&tokens, "access_token"), text(&tokens, "refresh_token")] {
            assert!(secret.len() >= 43 && secret.bytes().all(|b| b.is_ascii_graphic()), "{secret}");
            assert!(seen.insert(secret.to_owned()));
        }
    }
}
