//! OpenID Connect Back-Channel Logout 1.0: which apps are told, of what, when, and what an admin sees of it.

use crate::harness::app::{PASSWORD, TestApp, TestClient, claims, header};
use crate::harness::child::PATIENCE;
use crate::harness::database::number;
use crate::harness::http::{Visitor, form};
use crate::harness::told::{Receiver, Reply, Told};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use latchkey::base::secret::unb64;
use latchkey::domain::client::{ConsentPolicy, SubjectType};
use latchkey::domain::delivery::{Delivery, Notice, Outcome};
use latchkey::engine::admin::{sessions, users};
use latchkey::protocol::alg::SigningAlg;
use latchkey::store::outbox::{self, Filter};
use latchkey::store::prune;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Where a receiver takes logout tokens.
const HOOK: &str = "/backchannel?tenant=7";

/// A client that is told at `url`.
fn told_at(app: &TestApp, id: &str, url: &str) -> TestClient {
    app.client(id, |m| {
        m.consent = ConsentPolicy::Skip;
        m.backchannel_logout_uri = Some(url.to_owned());
    })
}

/// One without refresh tokens: its grant is forgotten when its access token has expired.
fn told_and_soon_forgotten(app: &TestApp, id: &str) -> TestClient {
    app.client(id, |m| {
        m.consent = ConsentPolicy::Skip;
        m.grant_types = vec!["authorization_code".to_owned()];
        m.backchannel_logout_uri = Some("https://127.0.0.1/".to_owned());
    })
}

/// Forgets what has expired, as the server does by itself.
fn forget(app: &TestApp) {
    let now = app.clock.now();
    while app.write(move |conn| prune::batch(conn, now)) > 0 {}
}

/// Signs in at a client, in the session that the visitor may have: the token answer.
#[track_caller]
fn sign_in(app: &TestApp, visitor: &mut Visitor, client: &TestClient, username: &str) -> Value {
    let path = app.authorize_path(&client.id, &[("scope", "openid")]);
    let code = app.sign_in(visitor, &path, username).param("code").expect("a code");
    app.redeem(client, &code).json()
}

fn sid(tokens: &Value) -> String {
    claims(tokens["id_token"].as_str().unwrap())["sid"].as_str().unwrap().to_owned()
}

#[track_caller]
fn sign_out(visitor: &mut Visitor, tokens: &Value) {
    let hint = tokens["id_token"].as_str().unwrap();
    assert_eq!(visitor.get(&format!("/oauth2/logout?{}", form(&[("id_token_hint", hint)]))).status, 200);
}

fn deliveries(app: &TestApp) -> Vec<Delivery> {
    app.read(|conn| outbox::list(conn, &Filter { client_id: None, open: false, most: 1000 }))
}

fn delivery(app: &TestApp, client: &str) -> Delivery {
    let all = deliveries(app).into_iter().filter(|delivery| delivery.client_id.as_str() == client);
    let all: Vec<Delivery> = all.collect();
    let [one] = &all[..] else { panic!("{client}: {all:?}") };
    one.clone()
}

/// Waits until the delivery to a client is as it should be.
#[track_caller]
fn wait_until(app: &TestApp, client: &str, is: impl Fn(&Delivery) -> bool) -> Delivery {
    let started = Instant::now();
    loop {
        let now = delivery(app, client);
        if is(&now) {
            return now;
        }
        assert!(started.elapsed() < PATIENCE, "{now:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn is_delivered(delivery: &Delivery) -> bool {
    delivery.outcome == Some(Outcome::Delivered)
}

fn failed_with(delivery: &Delivery, error: &str) -> bool {
    delivery.outcome.is_none() && delivery.last_error.as_deref() == Some(error)
}

/// Holds a request to the specification; the claims of its logout token.
#[track_caller]
fn logout_token(app: &TestApp, told: &Told, client: &str) -> Value {
    assert_eq!((told.method.as_str(), told.target.as_str()), ("POST", HOOK));
    assert_eq!(told.header("content-type"), Some("application/x-www-form-urlencoded"));
    let form = told.form();
    let [(name, token)] = &form[..] else { panic!("not only a logout token: {form:?}") };
    assert_eq!(name, "logout_token");
    for name in ["authorization", "cookie", "referer"] {
        assert!(told.header(name).is_none(), "{name} is sent along");
    }
    let head = header(token);
    assert_eq!((&head["typ"], &head["alg"]), (&json!("logout+jwt"), &json!("RS256")));
    let keys = app.call("GET", "/.well-known/jwks.json").send().json();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == head["kid"]).expect("a key");
    let part = |name: &str| unb64(key[name].as_str().unwrap()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    RsaPublicKeyComponents { n: part("n"), e: part("e") }
        .verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &unb64(signature).unwrap())
        .expect("signed by the server's key");
    let said = claims(token);
    let members: BTreeSet<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(["iss", "sub", "aud", "iat", "exp", "jti", "events", "sid"]));
    assert_eq!((&said["iss"], &said["aud"]), (&json!(app.issuer), &json!(client)));
    assert_eq!(said["events"], json!({ EVENT: {} }));
    let (iat, exp) = (said["iat"].as_i64().unwrap(), said["exp"].as_i64().unwrap());
    assert!(exp > iat && exp - iat <= 120, "{said}");
    assert!(said["jti"].as_str().unwrap().len() >= 22);
    said
}

#[test]
fn b65_each_app_of_the_session_is_posted_a_logout_token_of_its_own() {
    let app = TestApp::fetching(PATIENCE);
    let ada = app.user("ada");
    let (shop, mail) = (Receiver::start(), Receiver::start());
    let clients = [told_at(&app, "shop", &shop.url(HOOK)), told_at(&app, "mail", &mail.url(HOOK))];
    let elsewhere = told_at(&app, "elsewhere", &shop.url("/never"));
    let plain = app.trusted_client();
    let mut visitor = app.visitor();
    let tokens: Vec<Value> =
        clients.iter().chain([&plain]).map(|client| sign_in(&app, &mut visitor, client, "ada")).collect();
    // In another browser: that session goes on. And without `openid` there is nothing to sign out of.
    let mut other = app.visitor();
    sign_in(&app, &mut other, &elsewhere, "ada");
    let oauth = told_at(&app, "oauth", &shop.url("/never"));
    let code = visitor.get(&app.authorize_path(&oauth.id, &[("scope", "profile")])).param("code").unwrap();
    assert!(app.redeem(&oauth, &code).json().get("id_token").is_none());
    sign_out(&mut visitor, &tokens[0]);
    let mut seen = BTreeSet::new();
    for (client, receiver, tokens) in [("shop", &shop, &tokens[0]), ("mail", &mail, &tokens[1])] {
        let told = receiver.wait("/backchannel", 1);
        let said = logout_token(&app, &told[0], client);
        assert_eq!((&said["sub"], &said["sid"]), (&json!(ada.id.as_str()), &json!(sid(tokens))));
        assert!((app.clock.now() - said["iat"].as_i64().unwrap()).abs() <= 60, "{said}");
        assert!(seen.insert(said["jti"].as_str().unwrap().to_owned()), "a jti twice");
        let done = wait_until(&app, client, is_delivered);
        assert_eq!((done.attempts, done.jti.as_str()), (1, said["jti"].as_str().unwrap()));
    }
    assert_eq!(deliveries(&app).len(), 2, "nobody else is told");
    assert_eq!((shop.told().len(), mail.told().len()), (1, 1));
    assert_eq!(app.events("logout.delivered"), 2);
}

#[test]
fn b65_a_logout_token_has_the_algorithm_of_the_apps_id_tokens_and_is_never_unsigned() {
    let app = TestApp::fetching(PATIENCE);
    app.user("ada");
    let shop = Receiver::start();
    let mut visitor = app.visitor();
    let algs = [SigningAlg::Rs256, SigningAlg::Ps256, SigningAlg::Es256, SigningAlg::EdDsa, SigningAlg::None];
    let mut tokens = Value::Null;
    for alg in algs {
        let (id, url) = (format!("by-{}", alg.as_str()), shop.url(&format!("/{}", alg.as_str())));
        let client = app.client(&id, |m| {
            m.consent = ConsentPolicy::Skip;
            m.backchannel_logout_uri = Some(url);
            m.id_token_signed_response_alg = Some(alg);
        });
        let given = sign_in(&app, &mut visitor, &client, "ada");
        assert_eq!(header(given["id_token"].as_str().unwrap())["alg"], alg.as_str());
        if alg == SigningAlg::Rs256 {
            tokens = given;
        }
    }
    sign_out(&mut visitor, &tokens);
    for alg in algs {
        let told = shop.wait(&format!("/{}", alg.as_str()), 1);
        let expected = if alg == SigningAlg::None { "RS256" } else { alg.as_str() };
        let token = told[0].form()[0].1.clone();
        assert_eq!(
            (&header(&token)["alg"], &header(&token)["typ"]),
            (&json!(expected), &json!("logout+jwt"))
        );
        assert!(!token.ends_with('.'), "signed");
    }
}

#[test]
fn b65_a_logout_token_names_the_person_as_the_app_knows_them() {
    let app = TestApp::fetching(PATIENCE);
    let ada = app.user("ada");
    let shop = Receiver::start();
    let url = shop.url(HOOK);
    let client = app.client("shop", |m| {
        m.consent = ConsentPolicy::Skip;
        m.backchannel_logout_uri = Some(url);
        m.subject_type = SubjectType::Pairwise;
    });
    let mut visitor = app.visitor();
    let tokens = sign_in(&app, &mut visitor, &client, "ada");
    assert_ne!(sub(&tokens), ada.id.as_str(), "pairwise");
    sign_out(&mut visitor, &tokens);
    let said = logout_token(&app, &shop.wait("/backchannel", 1)[0], "shop");
    assert_eq!(said["sub"], sub(&tokens).as_str());
}

#[test]
fn b65_the_metadata_promises_it() {
    let app = TestApp::start();
    let said = app.call("GET", "/.well-known/openid-configuration").send().json();
    for name in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
        assert_eq!(said[name], true, "{name}");
    }
    assert!(said["claims_supported"].as_array().unwrap().contains(&json!("sid")));
}

#[test]
fn sec_m4_a_dead_app_delays_neither_the_person_nor_another_app() {
    let app = TestApp::fetching(PATIENCE);
    app.user("ada");
    let (dead, fine) = (Receiver::start(), Receiver::start());
    dead.reply("/backchannel", Reply::Silence);
    let clients = [told_at(&app, "dead", &dead.url(HOOK)), told_at(&app, "fine", &fine.url(HOOK))];
    let mut visitor = app.visitor();
    let tokens: Vec<Value> =
        clients.iter().map(|client| sign_in(&app, &mut visitor, client, "ada")).collect();
    sign_out(&mut visitor, &tokens[0]);
    // The dead one holds its connection until the end of this test; the answer came all the same.
    fine.wait("/backchannel", 1);
    dead.wait("/backchannel", 1);
    wait_until(&app, "fine", is_delivered);
    assert!(delivery(&app, "dead").ended_at.is_none());
    // And many more for it keep nobody waiting either.
    for _ in 0..6 {
        let mut visitor = app.visitor();
        let tokens = sign_in(&app, &mut visitor, &clients[0], "ada");
        sign_out(&mut visitor, &tokens);
    }
    let mut visitor = app.visitor();
    let tokens = sign_in(&app, &mut visitor, &clients[1], "ada");
    sign_out(&mut visitor, &tokens);
    fine.wait("/backchannel", 2);
    assert_eq!(dead.wait("/backchannel", 2).len(), 2, "two at once at one app, and no more");
}

/// [`wait_until`] for a delivery that is put off: the clock is turned to each of its next tries.
#[track_caller]
fn hurry_until(app: &TestApp, client: &str, is: impl Fn(&Delivery) -> bool) -> Delivery {
    wait_until(app, client, |now| {
        let pause = now.next_at - app.clock.now();
        // Sooner it is under way, or comes by itself.
        if now.outcome.is_none() && pause > 60 {
            app.advance(pause);
        }
        is(now)
    })
}

#[test]
fn b65_sec_m4_an_app_that_was_down_for_an_hour_is_told_with_the_same_jti() {
    let app = TestApp::fetching(PATIENCE);
    app.user("ada");
    let shop = Receiver::start();
    let client = told_at(&app, "shop", &shop.url(HOOK));
    let mut visitor = app.visitor();
    let tokens = sign_in(&app, &mut visitor, &client, "ada");
    let answers = |status: u16| shop.reply("/backchannel", Reply::Html(status, "down".to_owned()));
    // Another error each time, so that a try after the change is seen.
    let mut status = 500;
    answers(status);
    sign_out(&mut visitor, &tokens);
    let ended_at = app.clock.now();
    let (mut tries, mut last) = (0, None::<Delivery>);
    while app.clock.now() - ended_at < 3_600 {
        tries += 1;
        let error = format!("the app answered {status}");
        let now = hurry_until(&app, "shop", |now| failed_with(now, &error));
        let pause = now.next_at - app.clock.now();
        assert!(pause <= 750, "{now:?}");
        last = Some(now);
        status = if status == 500 { 501 } else { 500 };
        answers(status);
        app.advance(if tries > 4 { 750 } else { pause.max(0) + 1 });
    }
    let last = last.expect("a try");
    assert!((8..20).contains(&last.attempts), "{} tries in an hour", last.attempts);
    assert!(last.expires_at - last.created_at >= 86_400, "given up too soon");
    answers(200);
    let done = hurry_until(&app, "shop", is_delivered);
    // One that was taken up meanwhile may still be on its way.
    let told = shop.wait("/backchannel", usize::try_from(done.attempts).unwrap());
    assert_eq!(done.attempts, i64::try_from(told.len()).unwrap());
    let said: Vec<Value> = told.iter().map(|told| claims(&told.form()[0].1)).collect();
    assert!(said.iter().all(|said| said["jti"] == done.jti.as_str()), "{said:?}");
    assert!(said.iter().all(|one| one["sid"] == sid(&tokens).as_str()));
    let issued: BTreeSet<i64> = said.iter().map(|said| said["iat"].as_i64().unwrap()).collect();
    let between = issued.last().unwrap() - issued.first().unwrap();
    assert!(issued.len() >= 8 && between >= 3_600, "fresh times: {issued:?}");
    logout_token(&app, told.last().unwrap(), "shop");
}

#[test]
fn b65_what_the_app_answers_decides() {
    let app = TestApp::fetching(PATIENCE);
    app.user("ada");
    let shop = Receiver::start();
    let rows: [(u16, Option<Outcome>); 9] = [
        (200, Some(Outcome::Delivered)),
        (204, Some(Outcome::Delivered)),
        (400, Some(Outcome::Refused)),
        (401, None),
        (404, None),
        (429, None),
        (500, None),
        (501, None),
        (503, None),
    ];
    for (status, outcome) in rows {
        let (id, path) = (format!("c{status}"), format!("/{status}"));
        shop.reply(&path, Reply::Html(status, "{\"error\":\"invalid_request\",\"secret\":\"x\"}".to_owned()));
        let client = told_at(&app, &id, &shop.url(&path));
        let mut visitor = app.visitor();
        let tokens = sign_in(&app, &mut visitor, &client, "ada");
        sign_out(&mut visitor, &tokens);
        let error = (status >= 300).then(|| format!("the app answered {status}"));
        let now = wait_until(&app, &id, |now| now.outcome.is_some() || now.last_error.is_some());
        assert_eq!((now.outcome, now.last_error), (outcome, error), "{status}");
    }
    // Security row K2: a redirect is not followed.
    shop.reply("/moved", Reply::To(shop.url("/elsewhere")));
    let client = told_at(&app, "moved", &shop.url("/moved"));
    let mut visitor = app.visitor();
    let tokens = sign_in(&app, &mut visitor, &client, "ada");
    sign_out(&mut visitor, &tokens);
    wait_until(&app, "moved", |now| failed_with(now, "a redirect was answered, which is not followed"));
    assert!(shop.told_at("/elsewhere").is_empty());
}

#[test]
fn sec_k1_a_target_in_a_private_network_is_never_called() {
    let app = TestApp::start();
    app.user("ada");
    let inside = Receiver::start();
    let port = inside.addr.port();
    let refused = [
        (format!("https://127.0.0.1:{port}/"), "a port that is not allowed"),
        ("https://127.0.0.1/".to_owned(), "the address is not a public one"),
        ("https://localhost/".to_owned(), "the address is not a public one"),
        ("https://10.0.0.1/".to_owned(), "the address is not a public one"),
        ("https://169.254.169.254/latest".to_owned(), "the address is not a public one"),
        ("https://[::1]/".to_owned(), "the address is not a public one"),
        ("https://[fd00::1]/".to_owned(), "the address is not a public one"),
        (inside.url("/"), "not https"),
    ];
    for (n, (url, why)) in refused.iter().enumerate() {
        let id = format!("c{n}");
        let client = told_at(&app, &id, url);
        let mut visitor = app.visitor();
        let tokens = sign_in(&app, &mut visitor, &client, "ada");
        sign_out(&mut visitor, &tokens);
        let now = wait_until(&app, &id, |now| now.last_error.is_some());
        assert_eq!((now.outcome, now.last_error.as_deref()), (None, Some(*why)), "{url}");
    }
    assert!(inside.told().is_empty());
}

#[test]
fn sec_m4_nothing_is_put_into_the_address() {
    let app = TestApp::fetching(PATIENCE);
    app.user("ada");
    let shop = Receiver::start();
    let target = "/out/%7Bsid%7D/$sub?iss=%7Biss%7D&x=$(id)";
    let client = told_at(&app, "shop", &shop.url(target));
    let mut visitor = app.visitor();
    let tokens = sign_in(&app, &mut visitor, &client, "ada");
    sign_out(&mut visitor, &tokens);
    wait_until(&app, "shop", is_delivered);
    assert_eq!(shop.told()[0].target, target);
}

/// How a session can be ended, and whether apps are told.
type Way = (&'static str, bool, fn(&TestApp, &mut Visitor, &Value));

fn account_post(visitor: &mut Visitor, session: &str) {
    let csrf = visitor.get("/account").input("csrf").expect("a form");
    let answer = visitor.post("/account/sessions", &[("csrf", &csrf), ("session", session)]);
    assert!(matches!(answer.status, 200 | 303), "{}", answer.text());
}

/// How long a session may idle where it is to run out, seconds.
const IDLE: i64 = 3_600;

const WAYS: [Way; 10] = [
    ("the account page ends it", true, |_, visitor, tokens| account_post(visitor, &sid(tokens))),
    ("signed out everywhere", true, |_, visitor, _| account_post(visitor, "all")),
    ("an administrator ends it", true, |app, _, tokens| {
        let sid = sid(tokens);
        app.admin(move |conn, desk| sessions::end(conn, desk, &sid));
    }),
    ("an administrator ends all", true, |app, _, tokens| {
        let sub = sub(tokens);
        app.admin(move |conn, desk| sessions::end_all(conn, desk, &sub));
    }),
    ("the password is changed", true, |app, _, tokens| {
        let sub = sub(tokens);
        app.admin(move |conn, desk| users::set_password(conn, desk, &sub, "$argon2id$x"));
    }),
    ("the account is disabled", true, |app, _, tokens| {
        let sub = sub(tokens);
        app.admin(move |conn, desk| users::set_enabled(conn, desk, &sub, false));
    }),
    ("the account is deleted", true, |app, _, tokens| {
        let sub = sub(tokens);
        app.admin(move |conn, desk| users::delete(conn, desk, &sub));
    }),
    ("another person signs in", true, |app, visitor, _| {
        app.user("zoe");
        let page = visitor.get("/login?switch=1");
        let pairs = [
            ("csrf", page.input("csrf").unwrap()),
            ("username", "zoe".to_owned()),
            ("password", PASSWORD.to_owned()),
        ];
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(visitor.post("/login", &pairs).status, 303);
    }),
    ("a younger session takes its place", true, |app, _, _| {
        let (name, mut visitor) = ("p8", app.visitor());
        let page = visitor.get("/login");
        app.log_in(&mut visitor, &page, name);
    }),
    ("it runs out", false, |app, visitor, _| {
        // Not for so long that what was told is forgotten, which happens beside this.
        app.advance(IDLE + 1);
        assert_eq!(visitor.get("/account").status, 303);
    }),
];

fn sub(tokens: &Value) -> String {
    claims(tokens["id_token"].as_str().unwrap())["sub"].as_str().unwrap().to_owned()
}

#[test]
fn b65_every_way_of_ending_a_session_tells_in_the_same_transaction() {
    let idle = IDLE.to_string();
    let app = TestApp::with_env(&[
        ("LATCHKEY_SESSION__MAX_PER_USER", "1"),
        ("LATCHKEY_SESSION__IDLE_SECONDS", idle.as_str()),
    ]);
    let client = told_at(&app, "shop", "https://127.0.0.1/");
    let mut expected = Vec::new();
    for (n, (way, is_told, end)) in WAYS.iter().enumerate() {
        let username = format!("p{n}");
        app.user(&username);
        let mut visitor = app.visitor();
        let tokens = sign_in(&app, &mut visitor, &client, &username);
        end(&app, &mut visitor, &tokens);
        if *is_told {
            expected.push(sid(&tokens));
        }
        let told: BTreeSet<String> = deliveries(&app)
            .into_iter()
            .map(|delivery| {
                let Notice::BackchannelLogout { session_id, .. } = delivery.notice;
                session_id.to_string()
            })
            .collect();
        assert_eq!(told, expected.iter().cloned().collect(), "{way}");
    }
}

#[test]
fn b65_an_app_whose_tokens_were_forgotten_long_ago_is_told_as_well() {
    let app = TestApp::with_env(&[("LATCHKEY_SESSION__IDLE_SECONDS", "864000")]);
    app.user("ada");
    let clients = [told_and_soon_forgotten(&app, "shop"), told_and_soon_forgotten(&app, "mail")];
    let mut visitor = app.visitor();
    let shop = sign_in(&app, &mut visitor, &clients[0], "ada");
    app.advance(8 * 86_400);
    forget(&app);
    assert_eq!(number(&app.engine.db, "SELECT count(*) FROM grants"), 0, "the grant is forgotten");
    let mail = sign_in(&app, &mut visitor, &clients[1], "ada");
    assert_eq!(sid(&shop), sid(&mail), "the session goes on");
    sign_out(&mut visitor, &mail);
    let told: BTreeSet<String> = deliveries(&app).into_iter().map(|d| d.client_id.to_string()).collect();
    assert_eq!(told, BTreeSet::from(["shop".to_owned(), "mail".to_owned()]));
}

#[test]
fn b65_an_app_that_has_the_id_of_a_removed_one_is_not_told() {
    use latchkey::engine::admin::clients;
    let app = TestApp::with_env(&[("LATCHKEY_SESSION__IDLE_SECONDS", "864000")]);
    app.user("ada");
    let old = told_and_soon_forgotten(&app, "shop");
    let mut visitor = app.visitor();
    let tokens = sign_in(&app, &mut visitor, &old, "ada");
    app.advance(8 * 86_400);
    forget(&app);
    app.admin(|conn, desk| clients::delete(conn, desk, "shop"));
    told_and_soon_forgotten(&app, "shop");
    assert_eq!(number(&app.engine.db, "SELECT count(*) FROM session_clients"), 1, "of the old one");
    let plain = app.trusted_client();
    let mine = sign_in(&app, &mut visitor, &plain, "ada");
    assert_eq!(sid(&tokens), sid(&mine));
    sign_out(&mut visitor, &mine);
    assert_eq!(deliveries(&app), []);
}

#[test]
fn b65_a_logout_token_passes_for_nothing_else() {
    let app = TestApp::fetching(PATIENCE);
    app.user("ada");
    let shop = Receiver::start();
    let client = told_at(&app, "shop", &shop.url(HOOK));
    let mut visitor = app.visitor();
    let tokens = sign_in(&app, &mut visitor, &client, "ada");
    sign_out(&mut visitor, &tokens);
    let token = shop.wait("/backchannel", 1)[0].form()[0].1.clone();
    assert_eq!(app.userinfo(&token).status, 401);
    assert_eq!(app.introspect(&client, &token)["active"], false);
    let mut visitor = app.visitor();
    let tokens = sign_in(&app, &mut visitor, &client, "ada");
    let asked = visitor.get(&format!("/oauth2/logout?{}", form(&[("id_token_hint", &token)])));
    assert!(asked.text().contains("value=\"logout\""), "not a hint: {}", asked.text());
    assert_eq!(app.userinfo(tokens["access_token"].as_str().unwrap()).status, 200);
}

#[test]
fn sec_m4_the_admin_sees_each_delivery() {
    let app = TestApp::fetching(PATIENCE);
    app.user("ada");
    let (up, down) = (Receiver::start(), Receiver::start());
    down.reply("/backchannel", Reply::Html(503, String::new()));
    let clients = [told_at(&app, "up", &up.url(HOOK)), told_at(&app, "down", &down.url(HOOK))];
    let mut visitor = app.visitor();
    let tokens: Vec<Value> =
        clients.iter().map(|client| sign_in(&app, &mut visitor, client, "ada")).collect();
    sign_out(&mut visitor, &tokens[0]);
    wait_until(&app, "up", is_delivered);
    wait_until(&app, "down", |now| failed_with(now, "the app answered 503"));
    // Turned back, so that it is not tried again under our eyes.
    app.advance(-86_400);
    let pending = delivery(&app, "down");
    let shown = |more: &[&str]| {
        let arguments = [&["session", "deliveries", "-o", "json"], more].concat();
        let out = beside(&app, &arguments);
        serde_json::from_str::<Value>(&out).unwrap_or_else(|e| panic!("{e}: {out}"))
    };
    let all = shown(&[]);
    assert_eq!(all.as_array().unwrap().len(), 2, "{all}");
    let one = |client: &str| all.as_array().unwrap().iter().find(|row| row["client_id"] == client).unwrap();
    assert_eq!((&one("up")["status"], &one("up")["attempts"]), (&json!("delivered"), &json!(1)));
    assert_eq!((&one("up")["last_error"], &one("up")["next_at"]), (&json!(null), &json!(null)));
    let down = one("down");
    assert_eq!((&down["status"], &down["last_error"]), (&json!("pending"), &json!("the app answered 503")));
    assert_eq!((&down["next_at"], &down["jti"]), (&json!(pending.next_at), &json!(pending.jti)));
    assert_eq!(down["sid"], sid(&tokens[0]).as_str());
    assert_eq!(shown(&["--pending"]).as_array().unwrap().len(), 1);
    assert_eq!(shown(&["--client", "up"])[0]["client_id"], "up");
    assert_eq!(shown(&["--client", "nobody"]), json!([]));
    let table = beside(&app, &["session", "deliveries"]);
    assert!(table.contains("LAST ERROR") && table.contains("the app answered 503"), "{table}");
    assert!(table.contains(" (down)") && table.contains("ada ("), "names beside ids: {table}");
}

/// Runs a command beside the running server of a test.
#[track_caller]
fn beside(app: &TestApp, arguments: &[&str]) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).env_clear().env("LATCHKEY_DATA_DIR", app.data.path().join("data"));
    if let Some(url) = &app.database {
        command.env("DATABASE_URL", url);
    }
    let ended = command.current_dir(app.data.path()).output().expect("the program");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8_lossy(&ended.stdout).into_owned()
}
