//! Keys of clients: by value, or fetched from their `jwks_uri` (OIDC Core §10.1.1, OIDC Registration §2;
//! behaviours 33 and 59, security rows K1 to K4, I5, T5).

use crate::assertions::{as_machine, ask, assertion, post};
use crate::harness::app::{CALLBACK, TestApp, TestClient};
use crate::harness::child::PATIENCE;
use crate::harness::jose::{RpKey, jwks};
use crate::harness::program::Program;
use crate::harness::site::Site;
use crate::harness::tls::authority;
use latchkey::domain::client::Metadata;
use latchkey::engine::admin::{Actor, AdminError, Desk, Mode, apply_blocking, clients};
use latchkey::protocol::alg::SigningAlg;
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Where a fetch is to succeed: failures are not what is waited for.
const AMPLE: Duration = Duration::from_secs(20);
/// Where it fails: told soon.
const SOON: Duration = Duration::from_secs(1);
const KIND: &str = "application/json";

fn machine_at(app: &TestApp, id: &str, uri: &str) -> TestClient {
    app.client(id, |m| {
        as_machine(m, AuthMethod::PrivateKeyJwt);
        m.jwks_uri = Some(uri.to_owned());
    })
}

/// Whether the machine is let in with a fresh assertion under this key.
fn is_let_in(app: &TestApp, id: &str, key: &RpKey) -> bool {
    let answer = ask(app, &key.sign(&assertion(app, id)));
    if answer.status != 200 {
        app.assert_json(&answer, 401, "invalid_client", "LK-1213");
    }
    answer.status == 200
}

/// Lets in, in the end: where failures are told soon, a slow machine fails to connect in that time.
#[track_caller]
fn is_let_in_some_time(app: &TestApp, id: &str, key: &RpKey) {
    let started = Instant::now();
    while !is_let_in(app, id, key) {
        assert!(started.elapsed() < PATIENCE, "{id} is not let in");
        app.advance(60);
    }
}

#[test]
fn b59_keys_are_fetched_when_they_are_needed_and_kept() {
    let (app, site) = (TestApp::fetching(AMPLE), Site::start());
    let key = RpKey::p256("one");
    site.put("/jwks", "application/jwk-set+json; charset=utf-8", &jwks(&[&key]).to_string());
    machine_at(&app, "service", &site.url("/jwks"));
    assert!(site.asked().is_empty(), "not before");
    for _ in 0..3 {
        assert!(is_let_in(&app, "service", &key));
    }
    assert_eq!(site.asked(), ["/jwks"]);
    // Looked at anew after ten minutes; what was taken away counts no more.
    let other = RpKey::p256("two");
    site.put("/jwks", KIND, &jwks(&[&other]).to_string());
    app.advance(601);
    assert!(!is_let_in(&app, "service", &key));
    assert!(is_let_in(&app, "service", &other));
}

#[test]
fn sec_k3_b33_an_unknown_kid_is_looked_for_at_once_with_a_floor() {
    let (app, site) = (TestApp::fetching(AMPLE), Site::start());
    let keys: Vec<RpKey> = ["a", "b", "c"].map(RpKey::ed25519).into_iter().collect();
    site.put("/jwks", KIND, &jwks(&[&keys[0]]).to_string());
    machine_at(&app, "service", &site.url("/jwks"));
    assert!(is_let_in(&app, "service", &keys[0]));
    // Rotated a moment after the first fetch: found at once (OIDC Core §10.1.1).
    site.put("/jwks", KIND, &jwks(&[&keys[0], &keys[1]]).to_string());
    assert!(is_let_in(&app, "service", &keys[1]));
    assert_eq!(site.asked().len(), 2);
    // Again within half a minute: not looked for, by whatever name.
    site.put("/jwks", KIND, &jwks(&[&keys[2]]).to_string());
    for key in [&keys[2], &RpKey::ed25519("nobody"), &keys[2]] {
        assert!(!is_let_in(&app, "service", key));
    }
    assert_eq!(site.asked().len(), 2, "at most once per 30 seconds");
    assert!(is_let_in(&app, "service", &keys[0]), "those that are known still count");
    app.advance(30);
    assert!(is_let_in(&app, "service", &keys[2]));
    assert_eq!(site.asked().len(), 3);
}

/// As the Dynamic profile does it: https on both sides, an app that registers itself, live rotation.
#[test]
fn b33_an_app_that_registered_itself_rotates_its_keys_over_https() {
    let ca = authority().file().display().to_string();
    let app = TestApp::https_with_env(&[
        ("LATCHKEY_TESTING__ENABLED", "true"),
        ("LATCHKEY_TESTING__LOOPBACK_FETCHES", "true"),
        ("LATCHKEY_TESTING__EXTRA_CA", &ca),
        ("LATCHKEY_REGISTRATION__MODE", "open"),
    ]);
    let (site, old, new) = (Site::start(), RpKey::rsa("old"), RpKey::rsa("new"));
    site.put("/jwks", KIND, &jwks(&[&old]).to_string());
    let document = json!({
        "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": site.url("/jwks"),
    });
    let call = app.call("POST", "/oauth2/register").header("Content-Type", "application/json");
    let made = call.body(document.to_string().as_bytes()).send().json();
    let id = made["client_id"].as_str().unwrap();
    let proven = |key: &RpKey| {
        let jwt = key.sign(&assertion(&app, id));
        post(&app, "/oauth2/introspect", &jwt, &[("token", "x")]).status == 200
    };
    // Here the limits are those of every server, and a slow machine does not always connect in a second.
    let in_the_end = |key: &RpKey| {
        (0..5).any(|_| {
            proven(key) || {
                app.advance(60);
                false
            }
        })
    };
    assert!(in_the_end(&old));
    site.put("/jwks", KIND, &jwks(&[&new]).to_string());
    assert!(in_the_end(&new), "at once, and not ten minutes after the first fetch");
    assert!(!proven(&old));
    assert_eq!(site.asked(), ["/jwks"; 2]);
}

#[test]
fn b33_a_known_kid_with_a_wrong_signature_calls_nobody() {
    let (app, site) = (TestApp::fetching(AMPLE), Site::start());
    let (key, forger) = (RpKey::ed25519("k"), RpKey::ed25519("k"));
    site.put("/jwks", KIND, &jwks(&[&key]).to_string());
    machine_at(&app, "service", &site.url("/jwks"));
    assert!(is_let_in(&app, "service", &key));
    assert!(!is_let_in(&app, "service", &forger));
    assert_eq!(site.asked().len(), 1);
    // Without a name the key may be a newer one.
    let nameless = forger.sign_as(&json!({ "alg": "EdDSA" }), &assertion(&app, "service"));
    assert_eq!(ask(&app, &nameless).status, 401);
    assert_eq!(site.asked().len(), 2);
}

#[test]
fn sec_k3_b59_those_who_need_the_same_keys_wait_for_one_answer() {
    let (app, site) = (TestApp::fetching(AMPLE), Site::start());
    let key = RpKey::ed25519("k");
    site.put("/jwks", KIND, &jwks(&[&key]).to_string());
    machine_at(&app, "service", &site.url("/jwks"));
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|_| scope.spawn(|| is_let_in(&app, "service", &key))).collect();
        assert!(all.into_iter().all(|one| one.join().unwrap()));
    });
    assert_eq!(site.asked().len(), 1);
}

/// Asks until the site was asked once more, which a slow machine does not reach each time.
#[track_caller]
fn fails_there(app: &TestApp, site: &Site, (id, path): (&str, &str), key: &RpKey) {
    let asked = || site.asked().iter().filter(|asked| *asked == path).count();
    let (before, started) = (asked(), Instant::now());
    loop {
        assert!(!is_let_in(app, id, key), "{path}");
        if asked() > before {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{path} is not asked for");
        app.advance(60);
    }
}

#[test]
fn sec_k3_a_failure_is_not_tried_again_for_a_minute_and_old_keys_last_an_hour() {
    let (app, site) = (TestApp::fetching(SOON), Site::start());
    let key = RpKey::ed25519("k");
    machine_at(&app, "service", &site.url("/jwks"));
    fails_there(&app, &site, ("service", "/jwks"), &key);
    for _ in 0..2 {
        assert!(!is_let_in(&app, "service", &key));
    }
    assert_eq!(site.asked().len(), 1);
    site.put("/jwks", KIND, &jwks(&[&key]).to_string());
    app.advance(60);
    is_let_in_some_time(&app, "service", &key);
    site.put_raw("/jwks", "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (before, started) = (site.asked().len(), Instant::now());
    app.advance(601);
    loop {
        assert!(is_let_in(&app, "service", &key), "the app's site is down; its keys are known");
        if site.asked().len() > before {
            break;
        }
        assert!(started.elapsed() < PATIENCE, "they are not looked at anew");
        app.advance(60);
    }
    app.advance(3000);
    assert!(!is_let_in(&app, "service", &key), "not for ever");
}

#[test]
fn sec_k2_k3_only_a_plain_json_answer_of_bounded_size_counts() {
    let (app, site) = (TestApp::fetching(SOON), Site::start());
    let key = RpKey::ed25519("k");
    let set = jwks(&[&key]).to_string();
    let length = set.len();
    let moved = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        site.url("/right")
    );
    site.put("/right", KIND, &set);
    site.put_raw("/moved", &moved);
    site.put("/text", "text/html", &set);
    site.put_raw(
        "/untyped",
        &format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{set}"),
    );
    site.put("/large", KIND, &format!("{set}{}", " ".repeat(256 * 1024)));
    site.put("/broken", KIND, &set[1..]);
    site.put("/twice", KIND, &format!("{{\"keys\":[],{}", &set[1..]));
    site.put("/list", KIND, &jwks(&[&key])["keys"].to_string());
    let many: Vec<&RpKey> = std::iter::repeat_n(&key, 33).collect();
    site.put("/many", KIND, &jwks(&many).to_string());
    let paths = ["/moved", "/text", "/untyped", "/large", "/broken", "/twice", "/list", "/many", "/missing"];
    paths.iter().for_each(|path| drop(machine_at(&app, &path[1..], &site.url(path))));
    // A few at a time: more to one host are refused unasked.
    for some in paths.chunks(3) {
        std::thread::scope(|scope| {
            for path in some {
                let (app, key) = (&app, &key);
                scope.spawn(move || assert!(!is_let_in(app, &path[1..], key), "{path}"));
            }
        });
    }
    for path in paths.iter().filter(|path| !site.asked().iter().any(|asked| asked == *path)) {
        app.advance(60);
        fails_there(&app, &site, (&path[1..], path), &key);
    }
    assert_eq!(site.asked().len(), paths.len(), "each was asked for once");
    assert!(!site.asked().contains(&"/right".to_owned()), "a redirect is not followed");
    machine_at(&app, "right", &site.url("/right"));
    is_let_in_some_time(&app, "right", &key);
}

#[test]
fn sec_t5_weak_private_and_foreign_keys_of_a_fetched_set_are_passed_over() {
    let (app, site) = (TestApp::fetching(AMPLE), Site::start());
    let (good, leaked, encrypting, off) =
        (RpKey::p256("good"), RpKey::ed25519("leaked"), RpKey::p256("enc"), RpKey::p256("off"));
    let mut all = jwks(&[&good, &leaked, &encrypting, &off]);
    all["keys"][1]["d"] = json!("AAAA");
    all["keys"][2]["use"] = json!("enc");
    all["keys"][3]["y"] = all["keys"][0]["y"].clone();
    let others = [json!({ "kty": "oct", "k": "c2VjcmV0" }), json!({ "kty": "new" }), json!(7), Value::Null];
    all["keys"].as_array_mut().unwrap().extend(others);
    site.put("/jwks", KIND, &all.to_string());
    machine_at(&app, "service", &site.url("/jwks"));
    assert!(is_let_in(&app, "service", &good));
    for key in [&leaked, &encrypting, &off] {
        assert!(!is_let_in(&app, "service", key), "{}", key.kid);
    }
}

#[test]
fn sec_k1_without_the_allowance_of_tests_loopback_is_never_called() {
    let (app, site) = (TestApp::start(), Site::start());
    let key = RpKey::ed25519("k");
    site.put("/jwks", KIND, &jwks(&[&key]).to_string());
    for (id, uri) in [("a", site.url("/jwks")), ("b", site.url("/jwks").replace("127.0.0.1", "localhost"))] {
        machine_at(&app, id, &uri);
        assert!(!is_let_in(&app, id, &key));
    }
    assert!(site.asked().is_empty());
}

#[test]
fn sec_k4_whatever_fails_looks_like_a_wrong_signature() {
    let (app, site) = (TestApp::fetching(SOON), Site::start());
    let key = RpKey::ed25519("k");
    site.put("/other", KIND, &jwks(&[&RpKey::ed25519("k")]).to_string());
    site.put_raw("/secret", "HTTP/1.1 403 No\r\nContent-Length: 12\r\nConnection: close\r\n\r\ninner secret");
    let uris = [
        site.url("/other"),
        site.url("/secret"),
        "https://127.0.0.1:9/".to_owned(),
        "https://10.0.0.1/jwks".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
    ];
    uris.iter().enumerate().for_each(|(n, uri)| drop(machine_at(&app, &format!("app-{n}"), uri)));
    let ask_as = |n: usize| {
        let (id, begun) = (format!("app-{n}"), Instant::now());
        let answer = ask(&app, &key.sign(&assertion(&app, &id)));
        assert!(n == 0 || begun.elapsed() >= SOON, "{n} was told at once");
        let json = answer.json();
        let text = json["error_description"].as_str().unwrap().split(", trace").next().unwrap().to_owned();
        (answer.status, json["error"].clone(), json["code"].clone(), text)
    };
    let ask_as = &ask_as;
    let told = std::thread::scope(|scope| {
        let all: Vec<_> = (0..uris.len()).map(|n| scope.spawn(move || ask_as(n))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
}

/// What is wrong with the metadata of an app, by field.
fn problems(app: &TestApp, change: impl FnOnce(&mut Metadata)) -> Vec<String> {
    let mut metadata = Metadata::named("App");
    metadata.redirect_uris = vec!["https://rp.example.com/cb".to_owned()];
    change(&mut metadata);
    let desk = Desk::of(&app.engine, Actor::Cli);
    let new = clients::NewClient { id: None, metadata, secret: None };
    match apply_blocking(&app.engine.db, Mode::DryRun, move |conn| clients::create(conn, &desk, new)) {
        Ok(_) => Vec::new(),
        Err(AdminError::Invalid(problems)) => problems.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[track_caller]
fn assert_problem(found: &[String], field: &str, words: &str) {
    assert!(
        found.iter().any(|problem| problem.starts_with(field) && problem.contains(words)),
        "no {field} ... {words}: {found:?}"
    );
}

fn with_key(metadata: &mut Metadata, key: Value) {
    metadata.jwks = json!({ "keys": [key] }).as_object().cloned();
}

#[test]
fn sec_i5_b59_jwks_and_jwks_uri_never_stand_together() {
    let app = TestApp::start();
    let key = RpKey::p256("k");
    let both = problems(&app, |m| {
        with_key(m, key.jwk());
        m.jwks_uri = Some("https://rp.example.com/jwks".to_owned());
    });
    assert_problem(&both, "jwks", "only one of the two");
    assert!(problems(&app, |m| with_key(m, key.jwk())).is_empty());
    assert!(problems(&app, |m| m.jwks_uri = Some("https://rp.example.com/jwks".to_owned())).is_empty());
    for uri in [
        "http://rp.example.com/jwks",
        "https://rp.example.com/jwks#x",
        "https://u:p@rp.example.com/jwks",
        "ftp://rp.example.com/jwks",
        "file:///etc/passwd",
        "JaVaScRiPt:alert(1)",
        "/jwks",
    ] {
        assert!(!problems(&app, |m| m.jwks_uri = Some(uri.to_owned())).is_empty(), "{uri}");
        assert!(!problems(&app, |m| m.request_uris = vec![uri.replace("#x", "*")]).is_empty(), "{uri}");
    }
    assert!(problems(&app, |m| m.request_uris = vec!["https://rp.example.com/r#hash".to_owned()]).is_empty());
}

#[test]
fn sec_t5_weak_private_and_symmetric_keys_are_refused_at_registration() {
    let app = TestApp::start();
    let rsa = RpKey::rsa("k").jwk();
    let changed = |name: &str, value: Value| {
        let mut jwk = rsa.clone();
        jwk[name] = value;
        jwk
    };
    let short = rsa["n"].as_str().unwrap()[..171].to_owned();
    for (jwk, words) in [
        (changed("d", json!("AAAA")), "private part"),
        (changed("k", json!("AAAA")), "symmetric"),
        (json!({ "kty": "oct", "k": "AAAA" }), "symmetric"),
        (changed("n", json!(format!("{short}B"))), "2048"),
        (changed("e", json!("Aw")), "65537"),
        (changed("n", json!(7)), "not a public RSA key"),
        (json!({ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA" }), "P-256"),
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" }), "Ed25519"),
        (json!(7), "not a JSON object"),
    ] {
        let found = problems(&app, |m| with_key(m, jwk.clone()));
        assert_problem(&found, "jwks.keys[0]", words);
        assert!(!found[0].contains("AAAA"), "the key is not repeated: {found:?}");
    }
    let mut off = RpKey::p256("k").jwk();
    off["y"] = RpKey::p256("k").jwk()["y"].clone();
    assert_problem(&problems(&app, |m| with_key(m, off)), "jwks.keys[0]", "point of the curve");
    let twice = jwks(&[&RpKey::p256("k"), &RpKey::ed25519("k")]).as_object().cloned();
    assert_problem(&problems(&app, |m| m.jwks = twice), "jwks.keys[1]", "same kid");
    let no_set = json!({ "key": [] }).as_object().cloned();
    assert_problem(&problems(&app, |m| m.jwks = no_set), "jwks", "\"keys\"");
    // A key for another use is no matter of ours; alone it is not enough to sign with.
    let encrypting = changed("use", json!("enc"));
    assert!(problems(&app, |m| with_key(m, encrypting.clone())).is_empty());
    let alone = problems(&app, |m| {
        m.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        with_key(m, encrypting);
    });
    assert_problem(&alone, "jwks", "no key for signatures");
}

#[test]
fn b59_methods_keys_and_algorithms_must_fit() {
    let app = TestApp::start();
    let by = |method: AuthMethod, alg: Option<SigningAlg>, key: Option<Value>| {
        problems(&app, |m| {
            m.token_endpoint_auth_method = method;
            m.token_endpoint_auth_signing_alg = alg;
            if let Some(key) = key {
                with_key(m, key);
            }
        })
    };
    let p256 = || Some(RpKey::p256("k").jwk());
    let alg = "token_endpoint_auth_signing_alg";
    assert_problem(&by(AuthMethod::PrivateKeyJwt, None, None), "jwks", "is missing");
    assert!(by(AuthMethod::PrivateKeyJwt, None, p256()).is_empty());
    assert!(by(AuthMethod::PrivateKeyJwt, Some(SigningAlg::Es256), p256()).is_empty());
    assert_problem(&by(AuthMethod::PrivateKeyJwt, Some(SigningAlg::Rs256), p256()), "jwks", "RS256");
    assert!(by(AuthMethod::ClientSecretJwt, Some(SigningAlg::Hs256), None).is_empty());
    for (method, wrong) in [
        (AuthMethod::PrivateKeyJwt, SigningAlg::Hs256),
        (AuthMethod::PrivateKeyJwt, SigningAlg::None),
        (AuthMethod::ClientSecretJwt, SigningAlg::Rs256),
        (AuthMethod::ClientSecretJwt, SigningAlg::None),
        (AuthMethod::ClientSecretBasic, SigningAlg::Rs256),
        (AuthMethod::None, SigningAlg::Es256),
    ] {
        assert_problem(&by(method, Some(wrong), p256()), alg, "does not belong");
    }
    let objects = |alg: SigningAlg, key: Option<Value>| {
        problems(&app, |m| {
            m.request_object_signing_alg = Some(alg);
            if let Some(key) = key {
                with_key(m, key);
            }
        })
    };
    assert!(objects(SigningAlg::None, None).is_empty());
    assert!(objects(SigningAlg::Es256, p256()).is_empty());
    assert_problem(&objects(SigningAlg::Es256, None), "jwks", "is missing");
    assert_problem(&objects(SigningAlg::EdDsa, p256()), "jwks", "EdDSA");
    assert_problem(&objects(SigningAlg::Hs256, p256()), "request_object_signing_alg", "not offered");
}

/// By the command line: keys by value as JSON, a secret for none but those who need one.
#[test]
fn b59_the_commands_register_keys_and_show_what_was_made() {
    let program = Program::fresh();
    let key = RpKey::p256("k");
    let machine = |name: &str, method: &str, more: &[&str]| {
        let method = format!("token_endpoint_auth_method={method}");
        let mut all = vec!["client", "add", name, "--id", name, "--grant", "client_credentials"];
        all.extend(["--scope", "read", "--set", &method]);
        all.extend(more);
        program.run(&all)
    };
    let keys = format!("jwks={}", jwks(&[&key]));
    let text = machine("signer", "private_key_jwt", &["--set", &keys]).ok();
    assert!(!text.contains("CLIENT_SECRET"), "{text}");
    let shown = program.run(&["client", "show", "signer", "-o", "json"]).json();
    assert_eq!(shown["jwks"], jwks(&[&key]));
    let text = machine("mac", "client_secret_jwt", &["--set", "token_endpoint_auth_signing_alg=HS256"]).ok();
    assert!(text.contains("CLIENT_SECRET=lk_cs_"), "{text}");
    let refused = machine("bare", "private_key_jwt", &[]).fails(65);
    assert!(refused.contains("jwks"), "{refused}");
    let refused = program.run(&["client", "secret", "add", "signer"]).fails(65);
    assert!(refused.contains("its own key"), "{refused}");
    // From keys to a secret and back, as the method says.
    let edit = |method: &str| {
        let method = format!("token_endpoint_auth_method={method}");
        program.run(&["client", "edit", "signer", "--set", &method])
    };
    assert!(edit("client_secret_basic").ok().contains("lk_cs_"));
    let back = edit("private_key_jwt");
    assert!(back.err.contains("authenticates with its own key"), "{}", back.err);
    assert!(!back.ok().contains("lk_cs_"));
}
