//! Discovery (OIDC Discovery §3, RFC 8414) and the key set: everything advertised is used, by name.

use crate::harness::app::{CALLBACK, TestApp, TestClient, VERIFIER, claims, header};
use crate::harness::http::{Answer, form};
use crate::harness::jose::{RpKey, hs256, jwks};
use latchkey::base::secret::{sha256_b64, unb64};
use latchkey::protocol::client_auth::{AuthMethod, JWT_BEARER};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn list(document: &Value, name: &str) -> BTreeSet<String> {
    let values = document[name].as_array().unwrap_or_else(|| panic!("no {name}"));
    let set: BTreeSet<_> = values.iter().map(|value| value.as_str().unwrap().to_owned()).collect();
    assert_eq!(set.len(), values.len(), "{name} names one twice");
    set
}

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// The path of an advertised endpoint: it must lie under the issuer.
fn path<'a>(app: &TestApp, document: &'a Value, name: &str) -> &'a str {
    text(document, name)
        .strip_prefix(&app.issuer)
        .unwrap_or_else(|| panic!("{name} is elsewhere: {document}"))
}

fn document(app: &TestApp) -> Value {
    app.call("GET", OPENID).send().json()
}

#[test]
fn sec_h4_b1_b2_the_document_is_about_this_issuer() {
    let app = TestApp::start();
    for at in [OPENID, OAUTH] {
        let answer = app.call("GET", at).send();
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let said = answer.json();
        assert_eq!(
            format!("{}{at}", text(&said, "issuer")),
            format!("{}{at}", app.issuer),
            "OIDC Discovery §4.3"
        );
        assert_eq!(said, document(&app), "both places say the same");
        for (name, value) in said.as_object().unwrap() {
            if name.ends_with("_endpoint") || name.ends_with("_uri") {
                assert!(value.as_str().unwrap().starts_with(&format!("{}/", app.issuer)), "{name}: {value}");
            }
            assert!(!value.is_null(), "{name}");
        }
        let again = app.call("GET", at).header("If-None-Match", answer.header("etag").unwrap()).send();
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(app.call("POST", at).send().status, 405);
    }
}

#[test]
fn sec_h4_hosts_and_forwarded_headers_change_nothing() {
    let app = TestApp::start();
    let expected = document(&app);
    let forwarded = [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Prefix", "/evil"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("X-Original-Host", "evil.example"),
    ];
    for (name, value) in forwarded {
        assert_eq!(app.call("GET", OPENID).header(name, value).send().json(), expected, "{name}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "localhost",
        "localhost:1",
        "",
        "evil.example:80@localhost",
    ] {
        for at in [OPENID, "/.well-known/jwks.json", "/oauth2/token", "/login", "/"] {
            let answer = app.call("GET", at).header("Host", host).send();
            assert!(matches!(answer.status, 400 | 421), "{host} {at}: {}", answer.status);
            assert!(!answer.text().contains("evil.example"), "{host} is reflected at {at}");
            assert!(answer.header("location").is_none());
        }
    }
}

#[test]
fn sec_h5_b4_the_key_set_is_public_and_cacheable() {
    let app = TestApp::start();
    let at = path(&app, &document(&app), "jwks_uri").to_owned();
    let answer = app.call("GET", &at).header("Origin", "https://anyone.example").send();
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert!(answer.header("access-control-allow-credentials").is_none());
    assert_eq!(answer.header("cache-control"), Some("public, max-age=600"));
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    let (mut kids, mut algs) = (BTreeSet::new(), BTreeSet::new());
    for key in &keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(private).is_none(), "{private} is published");
        }
        let number = |name: &str| unb64(text(key, name)).unwrap();
        let canonical = match (text(key, "alg"), text(key, "kty")) {
            ("RS256" | "PS256", "RSA") => {
                let modulus = number("n");
                assert!(modulus.len() * 8 >= 2048 && modulus[0] >= 0x80 && text(key, "e") == "AQAB");
                format!(r#"{{"e":"AQAB","kty":"RSA","n":"{}"}}"#, text(key, "n"))
            }
            ("ES256", "EC") => {
                assert_eq!((text(key, "crv"), number("x").len(), number("y").len()), ("P-256", 32, 32));
                let (x, y) = (text(key, "x"), text(key, "y"));
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            ("EdDSA", "OKP") => {
                assert_eq!((text(key, "crv"), number("x").len()), ("Ed25519", 32));
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(key, "x"))
            }
            other => panic!("{other:?}: {key}"),
        };
        assert_eq!(
            (text(key, "use"), text(key, "kid")),
            ("sig", &*sha256_b64(canonical.as_bytes())),
            "RFC 7638"
        );
        algs.insert(text(key, "alg").to_owned());
        assert!(kids.insert(text(key, "kid").to_owned()));
    }
    assert_eq!(algs, set(&["RS256", "PS256", "ES256", "EdDSA"]));
    assert_eq!(text(&keys[0], "alg"), "RS256", "for clients that look no further");
    let again = app.call("GET", &at).header("If-None-Match", answer.header("etag").unwrap()).send();
    assert_eq!((again.status, again.body.len()), (304, 0));
    let stale = app.call("GET", &at).header("If-None-Match", "\"other\"").send();
    assert_eq!(stale.status, 200);
}

/// Every member has its check here; a new one fails this test until it has its own.
#[test]
fn b2_b3_nothing_is_advertised_that_is_not_tried_here() {
    let app = TestApp::start();
    let known = [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "end_session_endpoint",
        "device_authorization_endpoint",
        "jwks_uri",
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "userinfo_signing_alg_values_supported",
        "scopes_supported",
        "claims_supported",
        "claim_types_supported",
        "token_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
        "code_challenge_methods_supported",
        "prompt_values_supported",
        "acr_values_supported",
        "authorization_response_iss_parameter_supported",
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "require_request_uri_registration",
        "request_object_signing_alg_values_supported",
        "service_documentation",
        // Tried in backchannel_logout.rs and frontchannel_logout.rs.
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ];
    let said = document(&app);
    let names: BTreeSet<String> = said.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, set(&known));
    assert_eq!(list(&said, "subject_types_supported"), set(&["public", "pairwise"]));
    assert_eq!(list(&said, "claim_types_supported"), set(&["normal"]));
    // Each is used in `algs.rs`.
    let signed = ["RS256", "PS256", "ES256", "EdDSA"];
    let unsigned_as_well = set(&[&signed[..], &["none"]].concat());
    assert_eq!(list(&said, "id_token_signing_alg_values_supported"), unsigned_as_well);
    assert_eq!(list(&said, "userinfo_signing_alg_values_supported"), set(&signed));
    assert!(list(&said, "scopes_supported").contains("openid"));
    let documentation = app.call("GET", path(&app, &said, "service_documentation")).send();
    assert_eq!(documentation.status, 200);
    let methods = [
        ("authorization_endpoint", "GET"),
        ("token_endpoint", "POST"),
        ("userinfo_endpoint", "GET"),
        ("introspection_endpoint", "POST"),
        ("revocation_endpoint", "POST"),
        ("end_session_endpoint", "GET"),
        ("jwks_uri", "GET"),
    ];
    for (name, method) in methods {
        let status = app.call(method, path(&app, &said, name)).send().status;
        assert!(!matches!(status, 404 | 405 | 500..), "{name}: {status}");
    }
}

/// One whole flow by advertised values alone.
fn flow(app: &TestApp, client: &TestClient, scope: &str, mode: &str) -> (Answer, Value) {
    let said = document(app);
    let (start, token) = (path(app, &said, "authorization_endpoint"), path(app, &said, "token_endpoint"));
    let request = app.authorize_path(&client.id, &[("scope", scope), ("response_mode", mode)]);
    let request = request.replace("/oauth2/authorize", start);
    let back = app.sign_in(&mut app.visitor(), &request, "ada");
    let fragment = back.fragment();
    let param =
        |name: &str| fragment.get(name).cloned().or_else(|| back.param(name)).or_else(|| back.input(name));
    assert_eq!(param("iss").as_deref(), Some(app.issuer.as_str()), "RFC 9207");
    let code = param("code").unwrap_or_else(|| panic!("no code: {} {}", back.status, back.text()));
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let answer = app.call("POST", token).basic(&client.id, &client.secret).form(&pairs).send();
    assert_eq!(answer.status, 200, "{}", answer.text());
    (back, answer.json())
}

#[test]
fn b2_advertised_modes_scopes_claims_and_values_work() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let said = document(&app);
    let any = app.client("any", crate::response_types::legacy);
    for kind in list(&said, "response_types_supported") {
        let request = app.authorize_path(&any.id, &[("response_type", &kind), ("response_mode", "fragment")]);
        let back = app.sign_in(&mut app.visitor(), &request, "ada").fragment();
        for part in ["code", "id_token", "token"] {
            let name = if part == "token" { "access_token" } else { part };
            assert_eq!(back.contains_key(name), kind.split(' ').any(|word| word == part), "{kind}: {name}");
        }
    }
    assert_eq!(list(&said, "code_challenge_methods_supported"), set(&["S256"]), "what every flow here sends");
    for mode in list(&said, "response_modes_supported") {
        let (back, _) = flow(&app, &client, "openid", &mode);
        assert_eq!(back.status, if mode == "form_post" { 200 } else { 303 }, "{mode}");
    }
    let scopes = list(&said, "scopes_supported");
    for scope in &scopes {
        let (_, tokens) = flow(&app, &client, &format!("openid {scope}"), "query");
        assert!(text(&tokens, "scope").split(' ').any(|granted| granted == scope), "{scope}: {tokens}");
    }
    let all = scopes.into_iter().collect::<Vec<_>>().join(" ");
    let (_, tokens) = flow(&app, &client, &all, "query");
    let id = claims(text(&tokens, "id_token"));
    assert!(
        list(&said, "id_token_signing_alg_values_supported")
            .contains(text(&header(text(&tokens, "id_token")), "alg"))
    );
    assert!(list(&said, "acr_values_supported").contains(text(&id, "acr")));
    let endpoint = path(&app, &said, "userinfo_endpoint");
    let userinfo = app.call("GET", endpoint).bearer(text(&tokens, "access_token")).send().json();
    let advertised = list(&said, "claims_supported");
    for name in id.as_object().unwrap().keys().chain(userinfo.as_object().unwrap().keys()) {
        assert!(advertised.contains(name) || name == "at_hash", "{name} is given but not advertised");
    }
    for name in ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"] {
        assert!(advertised.contains(name) && id.get(name).is_some(), "{name} is advertised but not given");
    }
}

#[test]
fn b2_advertised_grants_and_authentication_methods_work() {
    let app = TestApp::start();
    app.user("ada");
    let said = document(&app);
    let web = app.web_client();
    let machine = app.machine_client();
    let token = path(&app, &said, "token_endpoint").to_owned();
    for grant in list(&said, "grant_types_supported") {
        let answer = match grant.as_str() {
            "authorization_code" => app.redeem(&web, &app.code(&web, "ada")),
            "refresh_token" => app.refresh_token(&web, text(&app.tokens(&web, "ada"), "refresh_token")),
            // What is given without the token endpoint: the response types below use it.
            "implicit" => continue,
            "client_credentials" => app.token_call(&machine, &[("grant_type", &grant)]).send(),
            crate::device::GRANT => {
                let client = crate::device::tv(&app);
                let begun = crate::device::begin(&app, &client);
                crate::device::approve(&app, &begun, "ada");
                crate::device::poll(&app, &client, &begun)
            }
            other => panic!("{other} has no test"),
        };
        assert_eq!(answer.status, 200, "{grant}: {}", answer.text());
    }
    let mut clients = Vec::new();
    let key = RpKey::p256("k");
    let key_set = jwks(&[&key]).as_object().cloned();
    for method in list(&said, "token_endpoint_auth_methods_supported") {
        let parsed = AuthMethod::parse(&method).unwrap();
        let client = app.client(&format!("by-{}", method.replace('_', "-")), |m| {
            m.token_endpoint_auth_method = parsed;
            m.jwks = key_set.clone();
        });
        clients.push((method, client));
    }
    let assertion = |method: &str, client: &TestClient| {
        let claims = crate::assertions::assertion(&app, &client.id);
        if method == "private_key_jwt" { key.sign(&claims) } else { hs256(&client.secret, &claims) }
    };
    let call = |endpoint: &str, method: &str, client: &TestClient, pairs: &[(&str, &str)]| {
        let mut all = pairs.to_vec();
        let call = app.call("POST", endpoint);
        let jwt = if method.ends_with("_jwt") { assertion(method, client) } else { String::new() };
        match method {
            "client_secret_basic" => return call.basic(&client.id, &client.secret).form(&all).send(),
            "client_secret_post" => {
                all.extend([("client_id", client.id.as_str()), ("client_secret", &client.secret)]);
            }
            "client_secret_jwt" | "private_key_jwt" => {
                all.extend([("client_assertion_type", JWT_BEARER), ("client_assertion", jwt.as_str())]);
            }
            "none" => all.push(("client_id", &client.id)),
            other => panic!("{other} has no test"),
        }
        call.form(&all).send()
    };
    let revoking = list(&said, "revocation_endpoint_auth_methods_supported");
    let introspecting = list(&said, "introspection_endpoint_auth_methods_supported");
    for (method, client) in &clients {
        let code = app.code(client, "ada");
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let given = call(&token, method, client, &pairs);
        assert_eq!(given.status, 200, "{method}: {}", given.text());
        let given = given.json();
        let pairs = [("token", text(&given, "access_token"))];
        let looked = call(path(&app, &said, "introspection_endpoint"), method, client, &pairs);
        assert_eq!(
            looked.status,
            if introspecting.contains(method) { 200 } else { 401 },
            "{method}: {}",
            looked.text()
        );
        assert!(revoking.contains(method));
        assert_eq!(
            call(path(&app, &said, "revocation_endpoint"), method, client, &pairs).status,
            200,
            "{method}"
        );
        assert_eq!(app.userinfo(text(&given, "access_token")).status, 401, "{method}");
    }
}

/// Each algorithm, in assertions at each endpoint and in request objects.
#[test]
fn b2_advertised_algorithms_of_clients_work() {
    let app = TestApp::start();
    let said = document(&app);
    let keys = [RpKey::rsa("r"), RpKey::p256("p"), RpKey::ed25519("e")];
    let all = jwks(&keys.iter().collect::<Vec<_>>()).as_object().cloned();
    app.client("signer", |m| {
        m.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        m.jwks = all;
    });
    let mac = app.client("mac", |m| m.token_endpoint_auth_method = AuthMethod::ClientSecretJwt);
    let sign = |alg: &str, claims: &Value| {
        let key = match alg {
            "RS256" | "PS256" => &keys[0],
            "ES256" => &keys[1],
            "EdDSA" => &keys[2],
            other => panic!("{other} has no test"),
        };
        key.sign_as(&json!({ "alg": alg, "kid": key.kid }), claims)
    };
    for endpoint in ["token", "introspection", "revocation"] {
        for alg in list(&said, &format!("{endpoint}_endpoint_auth_signing_alg_values_supported")) {
            let jwt = if alg == "HS256" {
                hs256(&mac.secret, &crate::assertions::assertion(&app, "mac"))
            } else {
                sign(&alg, &crate::assertions::assertion(&app, "signer"))
            };
            let at = path(&app, &said, &format!("{endpoint}_endpoint"));
            let pairs = [("token", "x"), ("grant_type", "refresh_token"), ("refresh_token", "x")];
            let answer = crate::assertions::post(&app, at, &jwt, &pairs);
            // Past authentication the token endpoint has something to say of the grant.
            let expected = if endpoint == "token" { 400 } else { 200 };
            assert_eq!(answer.status, expected, "{endpoint} {alg}: {}", answer.text());
        }
    }
    assert_eq!(said["request_parameter_supported"], json!(true));
    for alg in list(&said, "request_object_signing_alg_values_supported") {
        let now = app.clock.now();
        let claims = json!({ "iss": "signer", "aud": app.issuer, "exp": now + 60, "prompt": "none" });
        let request = app.authorize_path("signer", &[("request", &sign(&alg, &claims))]);
        let answer = app.call("GET", &request).send();
        assert_eq!(answer.param("error").as_deref(), Some("login_required"), "{alg}: what the object says");
    }
}

#[test]
fn b2_advertised_prompts_work_and_what_is_off_is_refused_by_name() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.web_client();
    let said = document(&app);
    let mut visitor = app.visitor();
    app.sign_in(&mut visitor, &app.authorize_path("web", &[]), "ada");
    for prompt in list(&said, "prompt_values_supported") {
        let first = visitor.get(&app.authorize_path("web", &[("prompt", &prompt)]));
        let page = visitor.follow(first);
        match prompt.as_str() {
            "none" => assert!(page.param("code").is_some(), "silent"),
            "login" => assert!(page.text().contains("name=\"password\""), "{}", page.text()),
            "consent" => assert!(page.text().contains("name=\"decision\""), "{}", page.text()),
            "create" => assert!(page.text().contains("New accounts"), "{}", page.text()),
            "select_account" => assert_eq!((page.status, page.param("error")), (200, None), "a page asks"),
            other => panic!("{other} has no test"),
        }
    }
    // Within what the person agreed to: no page is between.
    let asked = r#"{"userinfo":{"name":{"essential":true}},"id_token":{"email":null}}"#;
    let given = visitor.get(&app.authorize_path("web", &[("claims", asked)]));
    assert_eq!(said["claims_parameter_supported"], json!(true));
    let tokens = app.redeem(&web, &given.param("code").unwrap());
    assert!(claims(text(&tokens.json(), "id_token"))["email"].is_string(), "{}", tokens.text());
    // The last two endpoints of the list.
    let out = app.call("GET", &format!("{}?{}", path(&app, &said, "end_session_endpoint"), form(&[]))).send();
    assert_eq!(out.status, 200);
}
