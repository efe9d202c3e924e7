//! Client authentication (RFC 6749 §2.3) and the client credentials grant (§4.4).

use crate::harness::app::{CALLBACK, TestApp, TestClient, VERIFIER, claims};
use crate::harness::http::{Answer, Call};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::base::secret::Secret;
use latchkey::domain::client::{Client, Metadata};
use latchkey::engine::admin::client_secrets::{self, NewSecret};
use latchkey::engine::admin::{Actor, AdminError, Desk, Mode, apply_blocking, clients};
use latchkey::protocol::client_auth::AuthMethod;
use latchkey::store::clients as stored;
use serde_json::Value;

const CREDENTIALS: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn token(app: &TestApp) -> Call {
    app.call("POST", "/oauth2/token")
}

/// What a client reads of an error, but for the trace id.
fn told(answer: &Answer) -> (Value, Value, String) {
    let json = answer.json();
    let text = json["error_description"].as_str().unwrap();
    (json["error"].clone(), json["code"].clone(), text.split(", trace").next().unwrap().to_owned())
}

fn with_secret(app: &TestApp, id: &str, method: AuthMethod, secret: &str) -> TestClient {
    let phc = app.engine.passwords.hash_blocking(&Secret::new(secret)).unwrap();
    let metadata = Metadata {
        token_endpoint_auth_method: method,
        grant_types: vec!["client_credentials".to_owned()],
        response_types: Vec::new(),
        scope: "read".to_owned(),
        ..Metadata::named(id)
    };
    let new = clients::NewClient { id: Some(id.to_owned()), metadata, secret: Some(NewSecret { phc }) };
    app.admin(move |conn, desk| clients::create(conn, desk, new));
    TestClient { id: id.to_owned(), secret: secret.to_owned() }
}

#[test]
fn sec_d2_every_failure_has_one_text_and_touches_nothing() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let other = app.client("other", |_| {});
    let post = app.client("poster", |m| m.token_endpoint_auth_method = AuthMethod::ClientSecretPost);
    let public = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    let off = app.client("off", |_| {});
    app.admin(|conn, desk| clients::set_enabled(conn, desk, "off", false));
    let code = app.code(&client, "ada");
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", crate::harness::app::CALLBACK),
        ("code_verifier", crate::harness::app::VERIFIER),
    ];
    let basic = |id: &str, secret: &str| token(&app).basic(id, secret).form(&pairs).send();
    let posted = |id: &str, secret: &str| {
        let mut all = pairs.to_vec();
        all.push(("client_id", id));
        if !secret.is_empty() {
            all.push(("client_secret", secret));
        }
        token(&app).form(&all).send()
    };
    let padded = format!("{}A", client.secret);
    let with_header = [
        basic("web", "wrong"),
        basic("web", ""),
        basic("web", &padded),
        basic("web", &client.secret[..client.secret.len() - 1]),
        basic("web", &client.secret.to_uppercase()),
        basic("web", &other.secret),
        basic("WEB", &client.secret),
        basic("nobody", &client.secret),
        basic("off", &off.secret),
        basic("poster", &post.secret),
        basic("spa", "x"),
    ];
    let in_body = [
        posted("web", &client.secret),
        posted("web", ""),
        posted("poster", "wrong"),
        posted("poster", ""),
        posted("nobody", "x"),
        posted("nobody", ""),
        posted("off", ""),
        posted(&public.id, "x"),
    ];
    for (answer, used_header) in
        with_header.iter().map(|a| (a, true)).chain(in_body.iter().map(|a| (a, false)))
    {
        app.assert_json(answer, 401, "invalid_client", "LK-1213");
        assert_eq!(told(answer), told(&with_header[0]));
        let challenge = answer.header("www-authenticate");
        assert_eq!(
            challenge.is_some_and(|text| text.starts_with("Basic realm=\"")),
            used_header,
            "{challenge:?}"
        );
    }
    app.assert_json(&token(&app).form(&pairs).send(), 401, "invalid_client", "LK-1210");
    assert_eq!(app.redeem(&client, &code).status, 200, "the code is as it was");
}

#[test]
fn sec_d2_an_expired_or_removed_secret_is_wrong() {
    let app = TestApp::start();
    let machine = app.machine_client();
    let call = |secret: &str| token(&app).basic("machine", secret).form(&CREDENTIALS).send().status;
    let added = app.admin(|conn, desk| client_secrets::add(conn, desk, "machine", None, 600));
    let fresh = added.secret.unwrap().reveal().to_owned();
    assert_eq!((call(&machine.secret), call(&fresh)), (200, 200), "both for a while (security row V6)");
    app.advance(601);
    assert_eq!((call(&machine.secret), call(&fresh)), (401, 200));
    let last = app.admin(|conn, desk| client_secrets::add(conn, desk, "machine", None, 0));
    assert_eq!((call(&fresh), call(last.secret.unwrap().reveal())), (401, 200));
}

#[test]
fn sec_d2_a_removed_secret_gives_nothing_before_the_snapshot_follows() {
    let app = TestApp::start();
    let machine = app.machine_client();
    let call = || token(&app).basic("machine", &machine.secret).form(&CREDENTIALS).send().status;
    let first = app.read(|conn| stored::find(conn, "machine")).unwrap().secrets[0].id.clone();
    app.admin(|conn, desk| client_secrets::add(conn, desk, "machine", None, 600));
    assert_eq!(call(), 200);
    let now = app.clock.now();
    app.write(move |conn| {
        let current = stored::find(conn, "machine")?.unwrap();
        stored::update(conn, &current, now)?;
        stored::remove_secret(conn, &first, now)
    });
    let status = call();
    assert!([401, 503].contains(&status), "{status}");
    app.refresh();
    assert_eq!(call(), 401);
}

#[test]
fn sec_d2_a_removed_clients_secret_is_not_its_successors() {
    let app = TestApp::start();
    let machine = app.machine_client();
    let call = || token(&app).basic("machine", &machine.secret).form(&CREDENTIALS).send().status;
    assert_eq!(call(), 200);
    let now = app.clock.now();
    app.write(move |conn| {
        let mut next = stored::find(conn, "machine")?.unwrap();
        assert!(stored::delete(conn, "machine", now)?);
        next.secrets.clear();
        stored::insert(conn, &next, now)
    });
    // The snapshot may still hold the first one; the next one is not taken for it.
    let status = call();
    assert!([401, 503].contains(&status), "{status}");
    app.refresh();
    assert_eq!(call(), 401);
}

#[test]
fn sec_d2_a_removed_secret_asks_and_ends_nothing_before_the_snapshot_follows() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let other = app.client("other", |_| {});
    let (mine, foreign) = (app.tokens(&client, "ada"), app.tokens(&other, "ada"));
    let first = app.read(|conn| stored::find(conn, "web")).unwrap().secrets[0].id.clone();
    let fresh = app.admin(|conn, desk| client_secrets::add(conn, desk, "web", None, 600));
    let fresh = TestClient { id: "web".to_owned(), secret: fresh.secret.unwrap().reveal().to_owned() };
    let kinds = |tokens: &serde_json::Value| {
        ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap().to_owned())
    };
    let asked =
        [&kinds(&mine)[..], &kinds(&foreign), &["lk_at_x".to_owned(), "nonsense".to_owned()]].concat();
    let call = |client: &TestClient, path: &str, token: &str| {
        app.call("POST", path).basic("web", &client.secret).form(&[("token", token)]).send()
    };
    for token in &asked {
        assert_eq!(call(&client, "/oauth2/introspect", token).status, 200, "both for a while");
    }
    let now = app.clock.now();
    app.write(move |conn| {
        let current = stored::find(conn, "web")?.unwrap();
        stored::update(conn, &current, now)?;
        stored::remove_secret(conn, &first, now)
    });
    for path in ["/oauth2/introspect", "/oauth2/revoke"] {
        for token in &asked {
            let status = call(&client, path, token).status;
            assert!([401, 503].contains(&status), "{path} {token}: {status}");
        }
    }
    app.refresh();
    for path in ["/oauth2/introspect", "/oauth2/revoke"] {
        assert_eq!(call(&client, path, &asked[0]).status, 401);
    }
    for token in kinds(&mine) {
        assert_eq!(app.introspect(&fresh, &token)["active"], true, "nothing was ended");
    }
}

#[test]
fn sec_a1_a_client_switched_off_asks_and_ends_nothing_before_the_snapshot_follows() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let tokens = app.tokens(&client, "ada");
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    let now = app.clock.now();
    app.write(move |conn| {
        let current = stored::find(conn, "web")?.unwrap();
        stored::update(conn, &Client { enabled: false, ..current }, now)
    });
    for path in ["/oauth2/introspect", "/oauth2/revoke"] {
        for token in [tokens["access_token"].as_str().unwrap(), &refresh, "nonsense"] {
            let answer = app.call("POST", path).basic("web", &client.secret).form(&[("token", token)]).send();
            app.assert_json(&answer, 401, "invalid_client", "LK-1213");
        }
    }
}

#[test]
fn sec_d2_revocation_and_introspection_demand_it_too() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.web_client();
    let tokens = app.tokens(&client, "ada");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    for path in ["/oauth2/revoke", "/oauth2/introspect", "/oauth2/token"] {
        let pairs = [("token", refresh), ("refresh_token", refresh), ("grant_type", "refresh_token")];
        let wrong = app.call("POST", path).basic("web", "wrong").form(&pairs).send();
        app.assert_json(&wrong, 401, "invalid_client", "LK-1213");
        app.assert_json(&app.call("POST", path).form(&pairs).send(), 401, "invalid_client", "LK-1210");
        let mut named = pairs.to_vec();
        named.push(("client_id", "web"));
        app.assert_json(&app.call("POST", path).form(&named).send(), 401, "invalid_client", "LK-1213");
    }
    assert_eq!(app.refresh_token(&client, refresh).status, 200);
}

#[test]
fn sec_d3_two_methods_or_a_malformed_header_are_refused_in_order() {
    let app = TestApp::start();
    let machine = app.machine_client();
    let mut both = CREDENTIALS.to_vec();
    both.push(("client_secret", machine.secret.as_str()));
    let answer = token(&app).basic("machine", &machine.secret).form(&both).send();
    app.assert_json(&answer, 400, "invalid_request", "LK-1211");
    let mut another = CREDENTIALS.to_vec();
    another.push(("client_id", "someone-else"));
    let answer = token(&app).basic("machine", &machine.secret).form(&another).send();
    app.assert_json(&answer, 400, "invalid_request", "LK-1211");
    let mut same = CREDENTIALS.to_vec();
    same.push(("client_id", "machine"));
    assert_eq!(
        token(&app).basic("machine", &machine.secret).form(&same).send().status,
        200,
        "many libraries do"
    );
    let encoded = |bytes: &[u8]| format!("Basic {}", STANDARD.encode(bytes));
    let malformed = [
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Basic !!!".to_owned(),
        "Bearer x".to_owned(),
        "Digest username=\"machine\"".to_owned(),
        "Negotiate abc".to_owned(),
        ",".to_owned(),
        encoded(b"machine"),
        encoded(b":secret"),
        encoded(b"machine:%zz"),
        encoded(b"%ff:secret"),
        encoded(&[0xff, 0xfe, b':', b'x']),
        encoded(b"machine:a%00b"),
        format!("Basic {}", "A".repeat(9_000)),
    ];
    for header in &malformed {
        let answer = token(&app).header("Authorization", header).form(&CREDENTIALS).send();
        app.assert_json(&answer, 401, "invalid_client", "LK-1212");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "), "{header}");
    }
    let scheme = format!("bAsIc {}", STANDARD.encode(format!("machine:{}", machine.secret)));
    assert_eq!(
        token(&app).header("Authorization", &scheme).form(&CREDENTIALS).send().status,
        200,
        "RFC 9110 §11.1"
    );
}

#[test]
fn b27_basic_and_post_work_as_registered_with_any_characters() {
    let app = TestApp::start();
    let secret = "a:b%41+c&d=e f/ä世界\"\\ 1234";
    let basic = with_secret(&app, "basic.app_~-1", AuthMethod::ClientSecretBasic, secret);
    let post = with_secret(&app, "post", AuthMethod::ClientSecretPost, secret);
    assert_eq!(token(&app).basic(&basic.id, secret).form(&CREDENTIALS).send().status, 200);
    assert_eq!(token(&app).basic(&basic.id, secret).form(&CREDENTIALS).send().status, 200, "remembered");
    let mut pairs = CREDENTIALS.to_vec();
    pairs.extend([("client_id", post.id.as_str()), ("client_secret", secret)]);
    assert_eq!(token(&app).form(&pairs).send().status, 200);
    assert_eq!(
        token(&app).basic(&post.id, secret).form(&CREDENTIALS).send().status,
        401,
        "not as registered"
    );
    assert_eq!(
        token(&app).basic(&basic.id, &secret.replace("%41", "A")).form(&CREDENTIALS).send().status,
        401
    );
}

/// A chosen secret costs argon2; beyond the queue the answer is JSON and says when to come back.
#[test]
fn a_full_hashing_queue_is_told_in_json() {
    let app = TestApp::with_env(&[
        ("LATCHKEY_PASSWORD__HASH_THREADS", "1"),
        ("LATCHKEY_PASSWORD__QUEUE", "1"),
        ("LATCHKEY_PASSWORD__MEMORY_KIB", "131072"),
    ]);
    with_secret(&app, "slow", AuthMethod::ClientSecretBasic, "a secret that somebody chose");
    let at_once = || -> Vec<Answer> {
        std::thread::scope(|scope| {
            let ask = |n: usize| {
                let call = token(&app).basic("slow", &format!("wrong {n}")).form(&CREDENTIALS);
                scope.spawn(move || call.send())
            };
            let threads: Vec<_> = (0..6).map(ask).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    };
    // On a busy machine the six may come one after another: then again.
    let found = (0..20).any(|_| {
        let answers = at_once();
        assert!(answers.iter().all(|answer| matches!(answer.status, 401 | 503)));
        let busy: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
        for answer in &busy {
            app.assert_json(answer, 503, "temporarily_unavailable", "LK-1605");
            assert_eq!(answer.header("content-type"), Some("application/json"));
            assert!(answer.header("retry-after").is_some());
        }
        !busy.is_empty()
    });
    assert!(found, "six at once fit a queue of one, twenty times");
}

#[test]
fn sec_f1_client_credentials_are_for_confidential_clients_and_no_person() {
    let app = TestApp::start();
    let both = app.client("both", |m| {
        m.grant_types.push("client_credentials".to_owned());
        m.scope = "openid profile offline_access read write".to_owned();
    });
    let ask = |scope: &str| {
        let pairs = [("grant_type", "client_credentials"), ("scope", scope)];
        token(&app).basic(&both.id, &both.secret).form(&pairs).send()
    };
    for scope in ["openid", "read openid", "offline_access", "profile", "admin", "read\u{7}", "\"read\""] {
        app.assert_json(&ask(scope), 400, "invalid_scope", "LK-1243");
    }
    let answer = ask("write read").json();
    assert_eq!(answer["scope"], "read write", "the order does not matter (behaviour 9)");
    assert!(answer.get("refresh_token").is_none() && answer.get("id_token").is_none(), "{answer}");
    assert_eq!(
        token(&app).basic(&both.id, &both.secret).form(&CREDENTIALS).send().json()["scope"],
        "read write"
    );
    // A public client cannot have the grant, and does not get it by asking.
    let public = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    app.assert_json(&app.token_call(&public, &CREDENTIALS).send(), 400, "unauthorized_client", "LK-1221");
    let metadata = Metadata {
        token_endpoint_auth_method: AuthMethod::None,
        grant_types: vec!["client_credentials".to_owned()],
        response_types: Vec::new(),
        ..Metadata::named("public machine")
    };
    refused(&app, Some("pm"), metadata);
}

fn refused(app: &TestApp, id: Option<&str>, metadata: Metadata) {
    let desk = Desk::of(&app.engine, Actor::Cli);
    let new = clients::NewClient { id: id.map(str::to_owned), metadata, secret: None };
    let made = apply_blocking(&app.engine.db, Mode::Apply, move |conn| clients::create(conn, &desk, new));
    assert!(matches!(made, Err(AdminError::Invalid(_))), "{:?}", made.err());
}

#[test]
fn sec_f2_a_machines_sub_is_never_a_persons() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let machine = app.machine_client();
    let answer = token(&app).basic("machine", &machine.secret).form(&CREDENTIALS).send().json();
    let said = claims(answer["access_token"].as_str().unwrap());
    assert_eq!((&said["sub"], &said["client_id"]), (&"machine".into(), &"machine".into()));
    for name in ["auth_time", "sid", "acr", "amr", "roles"] {
        assert!(said.get(name).is_none(), "{name} belongs to people: {said}");
    }
    for id in [ada.id.as_str(), &ada.id.as_str().to_lowercase()] {
        let metadata = Metadata {
            grant_types: vec!["client_credentials".to_owned()],
            response_types: Vec::new(),
            ..Metadata::named("poses as ada")
        };
        refused(&app, Some(id), metadata);
    }
}

/// "The client MAY omit the parameter if the client secret is an empty string" (RFC 6749 §2.3.1): some send it.
#[test]
fn sec_d2_an_empty_secret_is_none() {
    let app = TestApp::start();
    app.user("ada");
    let public = app.client("spa", |m| m.token_endpoint_auth_method = AuthMethod::None);
    let web = app.web_client();
    for (client, status) in [(&public, 200), (&web, 401)] {
        for basic in [true, false] {
            let code = app.code(client, "ada");
            let mut pairs = vec![
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
            ];
            let call = app.call("POST", "/oauth2/token");
            let call = if basic {
                call.basic(&client.id, "")
            } else {
                pairs.extend([("client_id", client.id.as_str()), ("client_secret", "")]);
                call
            };
            let answer = call.form(&pairs).send();
            assert_eq!(answer.status, status, "{} {basic}: {}", client.id, answer.text());
        }
    }
}
