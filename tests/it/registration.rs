//! Apps that register themselves: OIDC Registration 1.0, RFC 7591, RFC 7592 (behaviours 54 to 60).

mod limits;
mod people;
mod policy;
mod sector;

use crate::harness::app::{CALLBACK, TestApp, TestClient};
use crate::harness::expect::rows;
use crate::harness::http::Answer;
use crate::harness::node::Script;
use crate::harness::rp::Party as _;
use latchkey::engine::admin::initial_tokens::{self, NewToken};
use serde_json::{Map, Value, json};

const REGISTER: &str = "/oauth2/register";

/// A server where anybody may register apps.
fn open() -> TestApp {
    open_with(&[])
}

fn open_with(env: &[(&'static str, &str)]) -> TestApp {
    let mut all = vec![("LATCHKEY_REGISTRATION__MODE", "open")];
    all.extend_from_slice(env);
    TestApp::with_env(&all)
}

/// An initial access token.
fn token(app: &TestApp, uses: i64, trusted: bool) -> String {
    let new = NewToken { name: "test".to_owned(), uses, life: 3600, trusted };
    app.admin(move |conn, desk| initial_tokens::make(conn, desk, new)).token.reveal().to_owned()
}

/// The document of a web app, with `more` members; null leaves one out.
fn document(more: &Value) -> Value {
    let mut all = json!({ "client_name": "Bookshop", "redirect_uris": [CALLBACK] });
    for (name, value) in more.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

/// A call with this document and token.
#[track_caller]
fn send(app: &TestApp, method: &str, target: &str, (token, body): (Option<&str>, Option<&Value>)) -> Answer {
    let mut call = app.call(method, target);
    if let Some(token) = token {
        call = call.bearer(token);
    }
    if let Some(body) = body {
        call = call.header("Content-Type", "application/json").body(body.to_string().as_bytes());
    }
    call.send()
}

#[track_caller]
fn post(app: &TestApp, token: Option<&str>, more: &Value) -> Answer {
    send(app, "POST", REGISTER, (token, Some(&document(more))))
}

/// Registers an app; what it is told.
#[track_caller]
fn register(app: &TestApp, more: &Value) -> Value {
    let answer = post(app, None, more);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn text<'a>(made: &'a Value, name: &str) -> &'a str {
    made[name].as_str().unwrap_or_else(|| panic!("no {name} in {made}"))
}

/// A call of a registered app about itself.
#[track_caller]
fn manage(app: &TestApp, method: &str, made: &Value, body: Option<&Value>) -> Answer {
    let uri = text(made, "registration_client_uri").strip_prefix(&app.issuer).unwrap();
    send(app, method, uri, (Some(text(made, "registration_access_token")), body))
}

/// What a registered app sends to stay as it is (RFC 7592 §2.2), with `more` members.
fn again(made: &Value, more: &Value) -> Value {
    let mut all = made.clone();
    let members = all.as_object_mut().unwrap();
    for name in ["registration_access_token", "registration_client_uri", "client_id_issued_at"] {
        members.remove(name);
    }
    members.remove("client_secret_expires_at");
    members.extend(more.as_object().unwrap().clone());
    all
}

fn client(made: &Value) -> TestClient {
    let secret = made["client_secret"].as_str().unwrap_or_default().to_owned();
    TestClient { id: text(made, "client_id").to_owned(), secret }
}

/// The members of client metadata alone.
fn metadata(made: &Value) -> Map<String, Value> {
    let mut members = made.as_object().unwrap().clone();
    for name in ["client_secret", "client_secret_expires_at"] {
        members.remove(name);
    }
    members
}

#[test]
fn b54_registration_answers_201_with_all_that_is_in_force() {
    let app = open();
    app.user("ada");
    let answer = post(&app, None, &json!({ "contacts": ["ada@example.com"] }));
    assert_eq!((answer.status, answer.header("content-type")), (201, Some("application/json")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let made = answer.json();
    let expected = [
        ("client_name", json!("Bookshop")),
        ("redirect_uris", json!([CALLBACK])),
        ("contacts", json!(["ada@example.com"])),
        ("application_type", json!("web")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("grant_types", json!(["authorization_code"])),
        ("response_types", json!(["code"])),
        ("subject_type", json!("public")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("require_auth_time", json!(false)),
        ("scope", json!("address email offline_access openid phone profile")),
        ("pkce", json!("optional")),
        ("consent", json!("ask")),
        ("client_secret_expires_at", json!(0)),
    ];
    for (name, value) in expected {
        assert_eq!(made[name], value, "{name}: {made}");
    }
    let now = app.engine.now();
    assert!((now - 5..=now).contains(&made["client_id_issued_at"].as_i64().unwrap()), "{made}");
    assert!(text(&made, "client_secret").starts_with("lk_cs_") && text(&made, "client_secret").len() > 40);
    assert!(text(&made, "registration_access_token").starts_with("lk_rat_"));
    let uri = format!("{}{REGISTER}?client_id={}", app.issuer, text(&made, "client_id"));
    assert_eq!(made["registration_client_uri"], uri);
    // At once: the next request is of the app.
    let tokens = app.tokens(&client(&made), "ada");
    assert!(tokens["id_token"].is_string() && tokens["refresh_token"].is_null(), "{tokens}");
}

#[test]
fn b54_a_public_app_has_no_secret_and_a_secret_may_end() {
    let app = open_with(&[("LATCHKEY_REGISTRATION__SECRET_DAYS", "1")]);
    app.user("ada");
    let public = register(&app, &json!({ "token_endpoint_auth_method": "none" }));
    assert!(public.get("client_secret").is_none() && public.get("client_secret_expires_at").is_none());
    assert_eq!(public["pkce"], "required");
    let made = register(&app, &json!({}));
    let end = made["client_secret_expires_at"].as_i64().unwrap();
    assert_eq!(end, made["client_id_issued_at"].as_i64().unwrap() + 86_400);
    let used = |made: &Value| {
        let pairs = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", CALLBACK)];
        app.token_call(&client(made), &pairs).send().json()["error"].clone()
    };
    assert_eq!(used(&made), "invalid_grant");
    // As long as the secret lives it stays; once it has ended, an update brings a new one.
    let kept = manage(&app, "PUT", &made, Some(&again(&made, &json!({})))).json();
    assert_eq!(
        (&kept["client_secret"], kept["client_secret_expires_at"].as_i64()),
        (&made["client_secret"], Some(end))
    );
    app.advance(86_400);
    app.refresh();
    assert_eq!(used(&made), "invalid_client");
    let renewed = manage(&app, "PUT", &made, Some(&again(&made, &json!({})))).json();
    assert_ne!(renewed["client_secret"], made["client_secret"], "{renewed}");
    assert!(renewed["client_secret_expires_at"].as_i64().unwrap() >= end + 86_400);
    assert_eq!(used(&renewed), "invalid_grant");
}

#[test]
fn b55_an_app_reads_and_deletes_itself() {
    let app = open();
    let made = register(&app, &json!({ "client_uri": "https://rp.example.com/" }));
    let read = manage(&app, "GET", &made, None);
    assert_eq!((read.status, read.header("content-type")), (200, Some("application/json")));
    assert_eq!(read.header("cache-control"), Some("no-store"));
    let read = read.json();
    assert_eq!(metadata(&read), metadata(&made));
    assert_eq!(read["registration_access_token"], made["registration_access_token"]);
    // Its secret is known to nobody here (security row V3); both members or neither.
    assert!(read.get("client_secret").is_none() && read.get("client_secret_expires_at").is_none());
    let uri = text(&made, "registration_client_uri").strip_prefix(&app.issuer).unwrap().to_owned();
    let refused = send(&app, "GET", &uri, (Some("lk_rat_wrong"), None));
    app.assert_json(&refused, 401, "invalid_token", "LK-1704");
    assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer realm="), "{refused:?}");
    let missing = send(&app, "GET", &uri, (None, None));
    app.assert_json(&missing, 401, "invalid_token", "LK-1702");
    // RFC 6750 §3.1: without a token no error is named.
    assert!(!missing.header("www-authenticate").unwrap().contains("error="), "{missing:?}");
    let in_url = send(&app, "GET", &format!("{uri}&access_token=x"), (None, None));
    app.assert_json(&in_url, 400, "invalid_request", "LK-1304");
    let gone = manage(&app, "DELETE", &made, None);
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    for method in ["GET", "DELETE"] {
        app.assert_json(&manage(&app, method, &made, None), 401, "invalid_token", "LK-1704");
    }
    assert_eq!(rows(&app, "client_registrations"), 0);
    assert_eq!(app.call("PATCH", REGISTER).send().status, 405);
}

#[test]
fn b55_an_update_replaces_the_whole() {
    let app = open();
    let more = json!({
        "client_uri": "https://rp.example.com/", "tos_uri": "https://rp.example.com/tos", "default_max_age": 60,
        "grant_types": ["authorization_code", "refresh_token"], "scope": "openid email",
    });
    let made = register(&app, &more);
    // All that was told, sent back, changes nothing.
    let same = manage(&app, "PUT", &made, Some(&made));
    assert_eq!(same.status, 200, "{}", same.text());
    assert_eq!(same.json(), made);
    let change =
        json!({ "client_name": "Books", "tos_uri": null, "default_max_age": null, "grant_types": null });
    let changed = manage(&app, "PUT", &made, Some(&again(&made, &change))).json();
    assert_eq!((&changed["client_name"], &changed["client_uri"]), (&json!("Books"), &made["client_uri"]));
    // RFC 7592 §2.2: what is null or left out is gone, or has its default again.
    assert!(changed.get("tos_uri").is_none() && changed.get("default_max_age").is_none(), "{changed}");
    assert_eq!(changed["grant_types"], json!(["authorization_code"]));
    let short = json!({ "client_id": made["client_id"], "redirect_uris": [CALLBACK] });
    let short = manage(&app, "PUT", &made, Some(&short)).json();
    assert!(short.get("client_uri").is_none(), "{short}");
    assert_eq!((&short["client_name"], &short["scope"]), (&json!("rp.example.com"), &json!("openid email")));
    assert_eq!(metadata(&manage(&app, "GET", &made, None).json()), metadata(&short));
    // It is about this app, and proves it where it says a secret.
    for wrong in [
        json!({ "client_id": null }),
        json!({ "client_id": "other" }),
        json!({ "client_id": 7 }),
        json!({ "client_secret": "lk_cs_chosen-by-the-app-itself" }),
        json!({ "client_secret": 7 }),
    ] {
        let refused = manage(&app, "PUT", &made, Some(&again(&made, &wrong)));
        app.assert_json(&refused, 400, "invalid_client_metadata", "LK-1705");
    }
    // A secret is told where one is made.
    let public = json!({ "token_endpoint_auth_method": "none", "client_secret": null });
    let public = manage(&app, "PUT", &made, Some(&again(&made, &public))).json();
    assert!(public.get("client_secret").is_none(), "{public}");
    let back =
        again(&public, &json!({ "token_endpoint_auth_method": "client_secret_post", "client_secret": null }));
    let back = manage(&app, "PUT", &made, Some(&back)).json();
    assert!(text(&back, "client_secret").starts_with("lk_cs_"));
    assert_ne!(back["client_secret"], made["client_secret"]);
}

#[test]
fn b56_unknown_members_are_ignored_and_unfit_values_refused() {
    let app = open();
    let made = register(
        &app,
        &json!({
            "x_favourite_colour": "blue",
            "client_name#de": "Buchladen",
            "logo_uri": null,
            "dpop_bound_access_tokens": false,
        }),
    );
    assert!(made.get("x_favourite_colour").is_none() && made.get("client_name#de").is_none());
    let unfit = [
        json!({ "token_endpoint_auth_method": "password" }),
        json!({ "application_type": "toaster" }),
        json!({ "grant_types": ["password"] }),
        json!({ "grant_types": ["client_credentials"] }),
        json!({ "grant_types": "authorization_code" }),
        json!({ "grant_types": [] }),
        json!({ "response_types": ["id_token"] }),
        json!({ "response_types": ["code", "magic"] }),
        json!({ "response_types": ["code"], "grant_types": ["refresh_token"] }),
        json!({ "subject_type": "anonymous" }),
        json!({ "id_token_signed_response_alg": "RS1" }),
        json!({ "default_max_age": "soon" }),
        json!({ "default_max_age": -1 }),
        json!({ "require_auth_time": "yes" }),
        json!({ "contacts": ["nobody"] }),
        json!({ "client_name": "x".repeat(101) }),
        json!({ "client_name": 7 }),
        json!({ "software_id": "" }),
        // Understood, and not had: who asks for protection is not told that it is there.
        json!({ "require_signed_request_object": true }),
        json!({ "id_token_encrypted_response_alg": "RSA-OAEP" }),
        json!({ "dpop_bound_access_tokens": true }),
        json!({ "software_version": "x".repeat(201) }),
        json!({ "scope": "openid \"" }),
    ];
    for more in &unfit {
        app.assert_json(&post(&app, None, more), 400, "invalid_client_metadata", "LK-1705");
        let changed = manage(&app, "PUT", &made, Some(&again(&made, more)));
        app.assert_json(&changed, 400, "invalid_client_metadata", "LK-1705");
    }
    let answer = post(&app, None, &json!({ "default_max_age": -1, "contacts": ["nobody"] })).json();
    // All that is wrong is said, with its name.
    assert_eq!(answer["parameter"], "default_max_age contacts[0]");
    assert!(text(&answer, "error_description").contains("contacts[0] must be an e-mail address"), "{answer}");
    for redirects in
        [json!([format!("{CALLBACK}#x")]), json!([]), json!(["http://rp.example.com/cb"]), Value::Null]
    {
        let more = json!({ "redirect_uris": redirects });
        app.assert_json(&post(&app, None, &more), 400, "invalid_redirect_uri", "LK-1706");
        let changed = manage(&app, "PUT", &made, Some(&again(&made, &more)));
        app.assert_json(&changed, 400, "invalid_redirect_uri", "LK-1706");
    }
    assert_eq!(metadata(&manage(&app, "GET", &made, None).json()), metadata(&made), "nothing was changed");
    assert_eq!(rows(&app, "clients"), 1, "nothing was stored");
}

#[test]
fn b56_only_one_strict_json_object_is_read() {
    let app = open();
    let post =
        |kind: &str, body: &[u8]| app.call("POST", REGISTER).header("Content-Type", kind).body(body).send();
    let twice = format!(r#"{{"redirect_uris":["{CALLBACK}"],"client_name":"a","client_name":"b"}}"#);
    let deep = format!(r#"{{"redirect_uris":["{CALLBACK}"],"x":{}{}}}"#, "[".repeat(40), "]".repeat(40));
    for body in ["", "[]", "7", "{", "null", "client_name=x", &twice, &deep] {
        let answer = post("application/json", body.as_bytes());
        app.assert_json(&answer, 400, "invalid_client_metadata", "LK-1705");
    }
    let fine = document(&json!({})).to_string();
    for kind in
        ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "application/jsonp"]
    {
        app.assert_json(&post(kind, fine.as_bytes()), 400, "invalid_request", "LK-1707");
    }
    assert_eq!(post("application/json", b"{\"client_name\":\"\xff\"}").status, 400);
    let large = document(&json!({ "x": "x".repeat(65_536) })).to_string();
    assert_eq!(post("application/json", large.as_bytes()).status, 413);
    let long = document(&json!({ "x": "x".repeat(16 * 1024) })).to_string();
    app.assert_json(&post("application/json", long.as_bytes()), 400, "invalid_client_metadata", "LK-1705");
    assert_eq!(rows(&app, "clients"), 0);
    assert_eq!(post("Application/JSON; charset=utf-8", fine.as_bytes()).status, 201);
}

#[test]
fn b58_initiate_login_uri_is_https_and_told() {
    let app = open();
    let uri = "https://rp.example.com/start?from=op";
    let made = register(&app, &json!({ "initiate_login_uri": uri }));
    assert_eq!(
        (&made["initiate_login_uri"], &manage(&app, "GET", &made, None).json()["initiate_login_uri"]),
        (&json!(uri), &json!(uri))
    );
    for wrong in
        ["http://rp.example.com/start", "http://localhost:3000/start", "/start", "com.example.app:/start"]
    {
        let more = json!({ "initiate_login_uri": wrong });
        app.assert_json(&post(&app, None, &more), 400, "invalid_client_metadata", "LK-1705");
        let changed = manage(&app, "PUT", &made, Some(&again(&made, &more)));
        app.assert_json(&changed, 400, "invalid_client_metadata", "LK-1705");
    }
}

#[test]
fn b60_what_is_registered_is_what_works() {
    let app = open_with(&[("LATCHKEY_REGISTRATION__TRUST", "reviewed")]);
    app.user("ada");
    let basic = client(&register(&app, &json!({ "scope": "openid" })));
    let refreshing = json!({ "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "client_secret_post" });
    let post_only = client(&register(&app, &refreshing));
    // The method: each by its own, and by no other.
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", "lk_rt_x")];
    let by_post = |client: &TestClient| {
        let mut all = pairs.to_vec();
        all.extend([("client_id", &*client.id), ("client_secret", &*client.secret)]);
        app.call("POST", "/oauth2/token").form(&all).send().json()["error"].clone()
    };
    let by_basic = |client: &TestClient| app.token_call(client, &pairs).send().json()["error"].clone();
    assert_eq!((by_post(&basic), by_basic(&post_only)), (json!("invalid_client"), json!("invalid_client")));
    // The grant types.
    assert_eq!(
        (by_basic(&basic), by_post(&post_only)),
        (json!("unauthorized_client"), json!("invalid_grant"))
    );
    // The response types, the scope, and the redirect URIs.
    let mut ada = app.visitor();
    for (name, value, error) in
        [("response_type", "id_token", "unauthorized_client"), ("scope", "openid email", "invalid_scope")]
    {
        let answer = ada.get(&app.authorize_path(&basic.id, &[("scope", "openid"), (name, value)]));
        let location = answer.location().replace('#', "?");
        let said = url::Url::parse(&location).unwrap();
        assert!(said.query_pairs().any(|(n, v)| n == "error" && v == error), "{name}: {location}");
    }
    let elsewhere = app
        .authorize_path(&basic.id, &[("scope", "openid"), ("redirect_uri", "https://rp.example.com/other")]);
    app.assert_page(&ada.get(&elsewhere), 400, "LK-1104");
}

#[test]
fn b60_other_response_types_only_where_the_server_lets_apps_have_them() {
    let legacy = json!({ "response_types": ["code id_token", "id_token"] });
    app_refuses(&open(), &legacy);
    app_refuses(&open(), &json!({ "grant_types": ["implicit", "authorization_code"] }));
    let app = open_with(&[("LATCHKEY_REGISTRATION__LEGACY_RESPONSE_TYPES", "true")]);
    let made = register(&app, &legacy);
    assert_eq!(made["response_types"], json!(["code id_token", "id_token"]));
    assert_eq!(made["grant_types"], json!(["authorization_code", "implicit"]), "those that go with them");
    assert_eq!(made["legacy_response_types"], true);
    let implicit =
        register(&app, &json!({ "response_types": ["id_token token"], "grant_types": ["implicit"] }));
    assert_eq!(
        (&implicit["grant_types"], &implicit["response_types"]),
        (&json!(["implicit"]), &json!(["id_token token"]))
    );
    let plain = register(&app, &json!({}));
    assert_eq!(plain["legacy_response_types"], false, "nobody has it who did not ask");
    let more = manage(
        &app,
        "PUT",
        &plain,
        Some(&again(
            &plain,
            &json!({ "legacy_response_types": null, "response_types": ["code", "id_token"], "grant_types": null }),
        )),
    );
    assert_eq!(more.json()["response_types"], json!(["code", "id_token"]), "{}", more.text());
}

#[track_caller]
fn app_refuses(app: &TestApp, more: &Value) {
    app.assert_json(&post(app, None, more), 400, "invalid_client_metadata", "LK-1705");
}

#[test]
fn b2_the_endpoint_is_advertised_where_it_is_on() {
    let at = |app: &TestApp| {
        app.call("GET", "/.well-known/openid-configuration").send().json()["registration_endpoint"].clone()
    };
    assert_eq!(at(&TestApp::start()), Value::Null);
    let app = open();
    assert_eq!(at(&app), format!("{}{REGISTER}", app.issuer));
    let app = TestApp::with_env(&[("LATCHKEY_REGISTRATION__MODE", "token")]);
    assert_eq!(at(&app), format!("{}{REGISTER}", app.issuer));
}

/// openid-client as it is published: registers itself, and signs somebody in.
#[test]
fn b54_openid_client_registers_itself() {
    let app = TestApp::with_env(&[("LATCHKEY_REGISTRATION__MODE", "token")]);
    app.user("ada");
    let environment = [("ISSUER", &*app.issuer), ("CLIENT_ID", "none-yet"), ("REDIRECT_URI", CALLBACK)];
    let mut party = Script::openid_client(&environment);
    let asked = json!({ "client_name": "Node app", "redirect_uris": [CALLBACK] });
    let refused = party.ask(&json!({ "cmd": "register", "metadata": asked, "token": "lk_iat_wrong" }));
    assert!(refused["kind"].is_string(), "{refused}");
    let order = json!({ "cmd": "register", "metadata": asked, "token": token(&app, 1, true) });
    let made = party.call(&order)["client"].clone();
    assert_eq!((&made["client_name"], &made["client_secret_expires_at"]), (&json!("Node app"), &json!(0)));
    let mut visitor = app.visitor();
    let url = party.start(&json!({}));
    let answer = app.sign_in(&mut visitor, &url, "ada");
    let (_, claims) = party.callback(answer.location()).unwrap();
    assert_eq!(claims["aud"], made["client_id"]);
    let url = party.start(&json!({ "prompt": "none" }));
    party.callback(visitor.get(&url).location()).unwrap();
}
