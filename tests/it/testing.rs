//! Test mode (behaviours 95 and 96): what it adds, that nothing of it is there without it, and that it is loud.

use crate::harness::app::{CALLBACK, CHALLENGE, PASSWORD, TestApp, TestClient, VERIFIER};
use crate::harness::binary::{Instance, Server};
use crate::harness::child::PATIENCE;
use crate::harness::http::{Answer, Visitor};
use crate::harness::tls::authority;
use latchkey::engine::outbound::{Caller, LARGEST_DOCUMENT, Method, OutboundError, Request, Response};
use latchkey::protocol::claims::BY_SCOPE;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Instant;

const ON: (&str, &str) = ("LATCHKEY_TESTING__ENABLED", "true");
const TOKEN: &str = "rotate-rotate-rotate";
const SECRET: &str = "a-secret-that-the-suite-was-given";
const BANNER: &str = "Test mode.";
const KEYS: &str = "/.well-known/jwks.json";

/// What the guarded client gets, in the end: a slow machine may be slower than its limits.
fn fetch(app: &TestApp, url: &str) -> Result<Response, OutboundError> {
    fetch_as(app, url, Caller::Reviewed)
}

fn fetch_as(app: &TestApp, url: &str, caller: Caller) -> Result<Response, OutboundError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = Instant::now();
    loop {
        let request = Request {
            caller,
            method: Method::Get,
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            largest: LARGEST_DOCUMENT,
        };
        match runtime.block_on(app.engine.outbound.fetch(request)) {
            Err(OutboundError::TimedOut) if started.elapsed() < PATIENCE => {}
            other => return other,
        }
    }
}

#[test]
fn b95_urls_of_apps_may_lead_to_this_machine_and_to_an_authority_of_its_own() {
    let other = TestApp::https();
    let keys = format!("{}{KEYS}", other.issuer);
    let ca = authority().file().display().to_string();
    let fetched = |env: &[(&'static str, &str)]| {
        fetch(&TestApp::with_env(env), &keys).map(|answer| answer.status).map_err(|error| error.to_string())
    };
    let loopback = ("LATCHKEY_TESTING__LOOPBACK_FETCHES", "true");
    let extra = ("LATCHKEY_TESTING__EXTRA_CA", ca.as_str());
    assert_eq!(fetched(&[ON, loopback, extra]), Ok(200));
    assert_eq!(
        fetched(&[ON, loopback]),
        Err("nobody answers there".to_owned()),
        "nobody knows that authority"
    );
    for env in [&[][..], &[ON], &[ON, extra]] {
        let port = Err("a port that is not allowed".to_owned());
        assert_eq!(fetched(env), port, "{env:?}: without the switch nothing is allowed");
    }
}

/// Private networks are reached only where the configuration names the host, and never because a stranger does.
#[test]
fn sec_k5_a_private_host_is_called_where_the_configuration_names_it() {
    let other = TestApp::https();
    let (host, port) = (other.host.split(':').next().unwrap(), other.addr.port());
    let keys = format!("{}{KEYS}", other.issuer);
    let ca = authority().file().display().to_string();
    let extra = ("LATCHKEY_TESTING__EXTRA_CA", ca.as_str());
    let named = [format!("{host}:{port}"), host.to_owned(), format!("{host}:1"), format!("x.{host}:{port}")];
    for (n, name) in named.iter().enumerate() {
        let app = TestApp::with_env(&[ON, extra, ("LATCHKEY_OUTBOUND__PRIVATE_HOSTS", name)]);
        let answer =
            |caller| fetch_as(&app, &keys, caller).map(|answer| answer.status).map_err(|e| e.to_string());
        let port = Err("a port that is not allowed".to_owned());
        assert_eq!(answer(Caller::Reviewed), if n == 0 { Ok(200) } else { port.clone() }, "{name}");
        for stranger in [Caller::Unreviewed, Caller::Anyone] {
            assert_eq!(answer(stranger), port, "{name}");
        }
    }
    // The port belongs to it: what listens at another one of that machine was not meant.
    let app = TestApp::with_env(&[ON, extra, ("LATCHKEY_OUTBOUND__PRIVATE_HOSTS", &named[0])]);
    for caller in [Caller::Courier, Caller::Reviewed] {
        let other_port = fetch_as(&app, &format!("https://{host}{KEYS}"), caller).map(|answer| answer.status);
        assert_eq!(other_port, Err(OutboundError::AddressRefused));
    }
}

/// Wrong passwords one after the other; how many were looked at before one had to wait.
fn guesses(app: &TestApp) -> usize {
    let mut visitor = app.visitor();
    let csrf = visitor.get("/login").input("csrf").unwrap();
    let mut guess = || {
        let pairs = [("csrf", &*csrf), ("username", "ada"), ("password", "wrong wrong wrong")];
        visitor.post("/login", &pairs).header("retry-after").is_none()
    };
    (0..12).take_while(|_| guess()).count()
}

#[test]
fn b95_without_rate_limits_nobody_waits() {
    let begun = [
        ("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
        ("LATCHKEY_SESSION__BEGUN_PER_NETWORK", "3"),
        ("LATCHKEY_SESSION__BEGUN_TOTAL", "3"),
        ("LATCHKEY_REGISTRATION__MODE", "open"),
        ("LATCHKEY_REGISTRATION__OPEN_PER_NETWORK", "3"),
    ];
    let limited = [&begun[..], &[ON]].concat();
    let unlimited = [&limited[..], &[("LATCHKEY_TESTING__NO_RATE_LIMITS", "true")]].concat();
    // The first waits are short: a slow machine may be done with one before it guesses again.
    for (env, free, begins) in [(limited, 5..=10, 3), (unlimited, 12..=12, 12)] {
        let app = TestApp::with_env(&env);
        app.user("ada");
        assert!(free.contains(&guesses(&app)), "{env:?}");
        let mut visitor = app.visitor();
        let codes = || crate::device::enter(&mut visitor, "BCDF-GHJK").header("retry-after").is_none();
        let entered = std::iter::repeat_with(codes).take(12).take_while(|free| *free).count();
        assert_eq!(entered, if begins == 12 { 12 } else { 5 }, "{env:?}");
        let path = app.authorize_path(&app.web_client().id, &[]);
        let begin = || app.call("GET", &path).header("X-Forwarded-For", "203.0.113.9").send().status == 303;
        assert_eq!((0..12).take_while(|_| begin()).count(), begins, "{env:?}");
        let register = || {
            let document = json!({ "redirect_uris": [CALLBACK], "client_name": "Suite" }).to_string();
            let call = app.call("POST", "/oauth2/register").header("X-Forwarded-For", "203.0.113.9");
            call.header("Content-Type", "application/json").body(document.as_bytes()).send().status == 201
        };
        assert_eq!((0..12).take_while(|_| register()).count(), begins, "{env:?}");
    }
}

fn kids(app: &TestApp) -> Vec<String> {
    let keys = app.call("GET", KEYS).send().json()["keys"].as_array().unwrap().clone();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &str) -> String {
    crate::harness::app::header(token)["kid"].as_str().unwrap().to_owned()
}

fn id_token(app: &TestApp, client: &TestClient) -> String {
    let code = app.code(client, "ada");
    app.redeem(client, &code).json()["id_token"].as_str().unwrap().to_owned()
}

#[test]
fn b95_a_call_with_the_token_rotates_the_keys_at_once() {
    let app = TestApp::with_env(&[ON, ("LATCHKEY_TESTING__TOKEN", TOKEN)]);
    let client = app.trusted_client();
    app.user("ada");
    let before = id_token(&app, &client);
    let call = || app.call("POST", "/testing/rotate-keys");
    for (refused, code) in
        [(call(), "LK-1301"), (call().bearer("rotate"), "LK-1913"), (call().bearer(&before), "LK-1913")]
    {
        let answer = refused.send();
        assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some(code)));
        assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
    }
    assert_eq!(app.call("GET", "/testing/rotate-keys").bearer(TOKEN).send().status, 405);
    assert_eq!(kid(&id_token(&app, &client)), kid(&before), "refused calls change nothing");

    let answer = call().bearer(TOKEN).send();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let active: Vec<Value> = answer.json()["keys"].as_array().unwrap().clone();
    let after = id_token(&app, &client);
    assert_ne!(kid(&after), kid(&before));
    assert!(active.iter().any(|key| key["kid"] == kid(&after) && key["status"] == "active"), "{active:?}");
    let published = kids(&app);
    assert!(published.contains(&kid(&before)) && published.contains(&kid(&after)), "both can be verified");
    assert!(!answer.text().contains("\"d\""), "nothing private");
}

#[test]
fn b95_the_protected_resource_takes_access_tokens_in_the_header() {
    let app = TestApp::with_env(&[ON]);
    let (client, machine) = (app.web_client(), app.machine_client());
    let ada = app.user("ada");
    let code = app.code(&client, "ada");
    let tokens = app.redeem(&client, &code).json();
    let token = tokens["access_token"].as_str().unwrap();
    for method in ["GET", "POST"] {
        let answer = app.call(method, "/testing/resource").bearer(token).send();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let said = answer.json();
        assert_eq!((&said["sub"], &said["client_id"]), (&json!(ada.id.as_str()), &json!(client.id)));
        assert_eq!(said["iss"], app.issuer.as_str());
        assert!(said["scope"].as_str().unwrap().contains("openid"), "{said}");
    }
    let own = [("grant_type", "client_credentials"), ("scope", "read")];
    let own = app.token_call(&machine, &own).send().json()["access_token"].as_str().unwrap().to_owned();
    let said = app.call("GET", "/testing/resource").bearer(&own).send().json();
    assert_eq!((&said["sub"], &said["scope"]), (&json!(machine.id), &json!("read")));

    let refused = |answer: Answer, code: &str| {
        assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some(code)), "{answer:?}");
        assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
    };
    let get = || app.call("GET", "/testing/resource");
    refused(get().send(), "LK-1301");
    refused(app.call("GET", &format!("/testing/resource?access_token={token}")).send(), "LK-1301");
    refused(app.call("POST", "/testing/resource").form(&[("access_token", token)]).send(), "LK-1301");
    refused(get().header("Authorization", "Basic abc").send(), "LK-1302");
    refused(get().bearer(tokens["id_token"].as_str().unwrap()).send(), "LK-1302");
    app.advance(3601);
    refused(get().bearer(token).send(), "LK-1302");
    app.advance(-3601);
    let revoke = app.call("POST", "/oauth2/revoke").basic(&client.id, &client.secret);
    assert_eq!(revoke.form(&[("token", token)]).send().status, 200);
    refused(get().bearer(token).send(), "LK-1302");
}

#[test]
fn b95_without_test_mode_none_of_it_is_there() {
    let app = TestApp::start();
    for (method, path) in [("GET", "/testing/resource"), ("POST", "/testing/rotate-keys")] {
        assert_eq!(app.call(method, path).bearer(TOKEN).send().status, 404, "{path}");
    }
    assert!(!app.call("GET", "/").send().text().contains(BANNER));
    // Without a token nobody may rotate, not even with an empty one.
    let app = TestApp::with_env(&[ON]);
    for token in ["", " ", TOKEN] {
        let answer = app.call("POST", "/testing/rotate-keys").bearer(token).send();
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("LK-1901")));
    }
}

#[test]
fn b95_every_page_says_that_test_mode_is_on() {
    let app = TestApp::with_env(&[ON]);
    let client = app.web_client();
    app.user("ada");
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&client.id, &[]));
    let login = visitor.follow(first);
    let consent = app.log_in(&mut visitor, &login, "ada");
    assert!(consent.text().contains("name=\"decision\""), "{}", consent.text());
    let form_post = app.authorize_path(&client.id, &[("response_mode", "form_post")]);
    let form_post = app.sign_in(&mut app.visitor(), &form_post, "ada");
    let mut pages = vec![("login", login), ("consent", consent), ("form_post", form_post)];
    for path in ["/", "/account", "/oauth2/logout", "/errors", "/none", "/oauth2/authorize", "/setup?link=x"]
    {
        pages.push((path, visitor.get(path)));
    }
    for (name, page) in pages {
        assert!(
            page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")),
            "{name}: {page:?}"
        );
        assert!(page.text().contains(BANNER), "{name}: {}", page.text());
    }
}

/// A server in test mode with its user, and a client that may ask for everything.
fn seeded(password: Option<&str>) -> (Instance, Server) {
    let mut instance = Instance::new();
    instance.speak_tls();
    instance.set(ON.0, ON.1);
    instance.set("LATCHKEY_TESTING__SEED_USER", "true");
    if let Some(password) = password {
        instance.set("LATCHKEY_TESTING__SEED_PASSWORD", password);
    }
    let add =
        ["client", "add", "Suite", CALLBACK, "--id", "suite", "--set", "consent=skip", "--secret-stdin"];
    instance.ok_with(&add, SECRET);
    let server = instance.serve();
    (instance, server)
}

#[test]
fn b95_b96_test_mode_is_loud_at_the_start_and_tells_of_its_user_once() {
    let (instance, mut server) = seeded(None);
    let out = server.out();
    assert!(out.contains("TEST MODE") && out.contains("(resource, seed_user)"), "{out}");
    let password = out.split("standard, password: ").nth(1).unwrap().lines().next().unwrap().to_owned();
    assert!(password.len() >= 20, "{out}");
    assert!((4..=12).contains(&out.lines().count()), "{out}");
    assert!(server.err().contains("TEST MODE is on") && server.err().contains("WARN"), "{}", server.err());
    assert!(!server.err().contains(&password), "the log knows no password");
    server.stop();
    let server = instance.serve();
    assert!(server.out().contains("standard (made at an earlier start)"), "{}", server.out());
    let mut visitor = server.visitor();
    let csrf = visitor.get("/login").input("csrf").unwrap();
    let pairs = [("csrf", &*csrf), ("username", "standard"), ("password", &password)];
    assert_eq!(visitor.post("/login", &pairs).status, 303);
}

/// A form of a page, as a program that knows its names would fill it in.
fn fill(visitor: &mut Visitor, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
    let text = page.text();
    assert!(text.contains(&format!("action=\"{action}\"")), "{text}");
    let hidden: Vec<(&str, String)> =
        ["csrf", "ix", "scope"].iter().filter_map(|name| Some((*name, page.input(name)?))).collect();
    for (name, _) in fields {
        assert!(text.contains(&format!("name=\"{name}\"")), "no {name}: {text}");
    }
    let hidden = hidden.iter().map(|(name, value)| (*name, value.as_str()));
    let pairs: Vec<(&str, &str)> = hidden.chain(fields.iter().copied()).collect();
    let answer = visitor.post(action, &pairs);
    visitor.follow(answer)
}

#[test]
fn b96_the_seeded_user_has_every_standard_claim_of_its_type() {
    let (_instance, server) = seeded(Some(PASSWORD));
    let mut visitor = server.visitor();
    let request = [
        ("client_id", "suite"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email address phone"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let first = visitor.get(&format!("/oauth2/authorize?{}", crate::harness::http::form(&request)));
    let page = visitor.follow(first);
    let back = fill(&mut visitor, &page, "/login", &[("username", "standard"), ("password", PASSWORD)]);
    let code = back.param("code").unwrap_or_else(|| panic!("{back:?}"));
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = server.call("POST", "/oauth2/token").basic("suite", SECRET).form(&pairs).send();
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let claims = server.call("GET", "/oauth2/userinfo").bearer(&token).send().json();
    let mut expected: BTreeSet<&str> = BY_SCOPE.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    expected.insert("sub");
    assert_eq!(expected.len(), 20, "OIDC Core §5.1 has twenty");
    let names: BTreeSet<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, expected, "{claims}");
    for name in expected {
        let value = &claims[name];
        let fits = match name {
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "updated_at" => value.is_i64() && value.as_i64() > Some(1_700_000_000),
            "address" => ["formatted", "street_address", "locality", "region", "postal_code", "country"]
                .iter()
                .all(|part| value[part].as_str().is_some_and(|text| !text.is_empty())),
            _ => value.as_str().is_some_and(|text| !text.is_empty()),
        };
        assert!(fits, "{name}: {value}");
    }
    for name in ["profile", "picture", "website"] {
        assert!(claims[name].as_str().unwrap().starts_with("https://"), "{name}");
    }
}

#[test]
fn b96_pages_have_stable_names_and_the_error_page_never_leads_on() {
    let app = TestApp::https_with_env(&[ON]);
    let client = app.client("web", |metadata| {
        metadata.post_logout_redirect_uris = vec!["https://rp.example.com/out".to_owned()];
    });
    app.user("ada");
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&client.id, &[]));
    let login = visitor.follow(first);
    assert!(!login.text().contains("data-error"), "no error: {}", login.text());
    let consent = fill(&mut visitor, &login, "/login", &[("username", "ada"), ("password", PASSWORD)]);
    let denied = fill(&mut visitor, &consent, "/consent", &[("decision", "deny")]);
    assert_eq!(denied.param("error").as_deref(), Some("access_denied"), "{denied:?}");
    let logout = visitor.get("/oauth2/logout");
    let signed_out = fill(&mut visitor, &logout, "/logout", &[("decision", "logout")]);
    assert!(signed_out.status < 400 && !signed_out.text().contains("data-error"), "{signed_out:?}");

    let wrong = [
        app.authorize_path("nobody", &[]),
        app.authorize_path(&client.id, &[("redirect_uri", "https://evil.example/cb")]),
        app.authorize_path(&client.id, &[("redirect_uri", "")]),
        format!("{}&client_id=web", app.authorize_path(&client.id, &[])),
        "/oauth2/authorize?request=%ff".to_owned(),
        "/setup?link=lk_ott_none".to_owned(),
        "/none".to_owned(),
    ];
    for path in wrong {
        let page = app.call("GET", &path).send();
        assert!((400..500).contains(&page.status), "{path}: {}", page.status);
        let text = page.text();
        assert!(text.contains("<title>Error: ") && text.contains("data-error=\""), "{path}: {text}");
        assert!(page.header("location").is_none() && page.header("refresh").is_none(), "{path}: {page:?}");
        assert!(!text.contains("http-equiv") && !text.contains("evil.example/cb\""), "{path}: {text}");
    }
}
