//! The Implicit and Hybrid profiles (OIDC Core §3.2, §3.3; behaviours 13, 15, 47 to 52), for clients
//! with the legacy switch; and that others get nothing of it (security row A6).

use crate::harness::app::{CALLBACK, TestApp, TestClient, VERIFIER, claims, header};
use crate::harness::expect::{assert_error, assert_own, decide, is_signed_in, signed_in, to_consent};
use crate::harness::http::{Answer, Visitor};
use aws_lc_rs::digest::{SHA256, digest};
use latchkey::base::secret::b64;
use latchkey::domain::client::{ConsentPolicy, Metadata, PkcePolicy};
use latchkey::protocol::response_type::ResponseType;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const ALL: [&str; 5] = ["id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// With the switch, every response type, and PKCE left to the app.
pub fn legacy(metadata: &mut Metadata) {
    metadata.legacy_response_types = true;
    metadata.response_types = ResponseType::ALL.map(|kind| kind.as_str().to_owned()).to_vec();
    metadata.pkce = PkcePolicy::Optional;
}

fn hybrid_client(app: &TestApp) -> TestClient {
    app.client("hybrid", legacy)
}

/// One that is not asked for consent: everything is given at once to whoever is signed in.
fn silent_client(app: &TestApp) -> TestClient {
    app.client("silent", |m| {
        legacy(m);
        m.consent = ConsentPolicy::Skip;
    })
}

fn path(app: &TestApp, client: &TestClient, kind: &str, more: &[(&str, &str)]) -> String {
    let mut all = vec![("response_type", kind), ("code_challenge", ""), ("code_challenge_method", "")];
    all.extend_from_slice(more);
    app.authorize_path(&client.id, &all)
}

/// Left half of SHA-256 (OIDC Core §3.1.3.6).
fn half(text: &str) -> String {
    b64(&digest(&SHA256, text.as_bytes()).as_ref()[..16])
}

fn names(params: &BTreeMap<String, String>) -> BTreeSet<&str> {
    params.keys().map(String::as_str).collect()
}

#[track_caller]
fn fragment(answer: &Answer) -> BTreeMap<String, String> {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.location().starts_with(&format!("{CALLBACK}#")), "{}", answer.location());
    answer.fragment()
}

/// Asserts that what came is what the type names, and that everything in it fits together.
#[track_caller]
fn assert_answer(app: &TestApp, kind: ResponseType, params: &BTreeMap<String, String>) {
    let mut expected = BTreeSet::from(["state", "iss"]);
    expected.extend(kind.code().then_some("code"));
    expected.extend(kind.id_token().then_some("id_token"));
    if kind.token() {
        expected.extend(["access_token", "token_type", "expires_in", "scope"]);
    }
    assert_eq!(names(params), expected, "{kind:?}");
    assert_eq!((params["state"].as_str(), &params["iss"]), ("st-1", &app.issuer));
    if kind.token() {
        assert_eq!(params["token_type"], "Bearer");
        assert!((1..=3600).contains(&params["expires_in"].parse::<i64>().unwrap()));
        let info = app.userinfo(&params["access_token"]);
        assert_eq!(info.status, 200, "{}", info.text());
    }
    if kind.id_token() {
        let id = claims(&params["id_token"]);
        let member = |name: &str| id.get(name).and_then(Value::as_str).map(str::to_owned);
        assert_eq!(header(&params["id_token"])["alg"], "RS256");
        assert_eq!(member("nonce").as_deref(), Some("n-1"));
        assert_eq!(member("at_hash"), params.get("access_token").map(|token| half(token)));
        assert_eq!(member("c_hash"), params.get("code").map(|code| half(code)));
        assert_eq!(member("s_hash"), kind.code().then(|| half("st-1")));
        assert!(id["auth_time"].is_i64() && id["sid"].is_string(), "{id}");
    }
}

#[test]
fn b15_b48_b49_each_response_type_gives_what_it_names_by_fragment() {
    let app = TestApp::start();
    app.user("ada");
    let (asking, silent) = (hybrid_client(&app), silent_client(&app));
    for kind in ResponseType::ALL.into_iter().filter(|kind| kind.is_legacy()) {
        // After the sign-in alone, at once with a session, and after the consent page.
        let mut visitor = app.visitor();
        let after_login = app.sign_in(&mut visitor, &path(&app, &silent, kind.as_str(), &[]), "ada");
        assert_answer(&app, kind, &fragment(&after_login));
        let at_once = visitor.get(&path(&app, &silent, kind.as_str(), &[]));
        assert_answer(&app, kind, &fragment(&at_once));
        let prompt = [("prompt", "consent")];
        let page = to_consent(&app, &mut visitor, &path(&app, &asking, kind.as_str(), &prompt), "ada");
        let allowed = decide(&mut visitor, "/consent", &page, &[("decision", "allow")]);
        assert_answer(&app, kind, &fragment(&allowed));
    }
    assert_eq!(app.events("code.issued"), 9);
    assert_eq!(app.events("token.issued"), 15);
}

#[test]
fn b50_hybrid_id_tokens_name_the_same_person_and_issuer() {
    let app = TestApp::start();
    app.user("ada");
    let client = silent_client(&app);
    let mut visitor = signed_in(&app, "ada");
    for kind in ["code id_token", "code id_token token"] {
        let params = fragment(&visitor.get(&path(&app, &client, kind, &[])));
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", params["code"].as_str()),
            ("redirect_uri", CALLBACK),
        ];
        let tokens = app.token_call(&client, &pairs).send();
        assert_eq!(tokens.status, 200, "{}", tokens.text());
        let (front, back) =
            (claims(&params["id_token"]), claims(tokens.json()["id_token"].as_str().unwrap()));
        for same in ["iss", "sub", "aud", "auth_time", "nonce", "sid"] {
            assert_eq!(front[same], back[same], "{same}");
        }
        assert_eq!(back["at_hash"], half(tokens.json()["access_token"].as_str().unwrap()));
    }
}

#[test]
fn b51_words_of_a_response_type_come_in_any_order() {
    let app = TestApp::start();
    app.user("ada");
    let client = silent_client(&app);
    let mut visitor = signed_in(&app, "ada");
    for (sent, kind) in [
        ("token id_token", ResponseType::IdTokenToken),
        ("token code", ResponseType::CodeToken),
        ("id_token token code", ResponseType::CodeIdTokenToken),
    ] {
        assert_answer(&app, kind, &fragment(&visitor.get(&path(&app, &client, sent, &[]))));
    }
}

#[test]
fn b47_a_nonce_is_needed_where_an_id_token_leaves_here() {
    let app = TestApp::start();
    app.user("ada");
    let client = silent_client(&app);
    let mut visitor = signed_in(&app, "ada");
    for kind in ALL {
        let params = fragment(&visitor.get(&path(&app, &client, kind, &[("nonce", "")])));
        if kind == "code token" {
            assert!(params.contains_key("code") && !params.contains_key("error"), "{params:?}");
        } else {
            assert_eq!(params["error"], "invalid_request", "{kind}");
            assert!(params["error_description"].contains("LK-1150"), "{params:?}");
        }
    }
}

#[test]
fn b15_errors_travel_like_the_answer_and_hold_nothing_else() {
    let app = TestApp::start();
    app.user("ada");
    let client = hybrid_client(&app);
    let mut nobody = app.visitor();
    for kind in ALL {
        let params = fragment(&nobody.get(&path(&app, &client, kind, &[("prompt", "none")])));
        assert_eq!(params["error"], "login_required", "{kind}");
        let expected = BTreeSet::from(["error", "error_description", "error_uri", "state", "iss"]);
        assert_eq!(names(&params), expected);
        let refused = fragment(&nobody.get(&path(&app, &client, kind, &[("max_age", "x")])));
        assert_eq!(refused["error"], "invalid_request");
        let mut visitor = app.visitor();
        let page = to_consent(&app, &mut visitor, &path(&app, &client, kind, &[]), "ada");
        let denied = decide(&mut visitor, "/consent", &page, &[("decision", "deny")]);
        assert_eq!(fragment(&denied)["error"], "access_denied", "{kind}");
    }
    let scope = fragment(&nobody.get(&path(&app, &client, "id_token", &[("scope", "profile")])));
    assert_eq!(scope["error"], "invalid_scope");
}

#[test]
fn b15_tokens_never_travel_in_a_query() {
    let app = TestApp::start();
    let client = hybrid_client(&app);
    let mut nobody = app.visitor();
    for kind in ALL {
        let refused = nobody.get(&path(&app, &client, kind, &[("response_mode", "query")]));
        assert_eq!(fragment(&refused)["error"], "invalid_request", "{kind}");
    }
    // A code alone may travel either way.
    let by_fragment =
        nobody.get(&path(&app, &client, "code", &[("response_mode", "fragment"), ("prompt", "none")]));
    assert_eq!(fragment(&by_fragment)["error"], "login_required");
}

#[test]
fn b52_every_response_type_can_be_posted() {
    let app = TestApp::start();
    app.user("ada");
    let client = silent_client(&app);
    let mut visitor = signed_in(&app, "ada");
    for kind in ResponseType::ALL {
        let answer = visitor.get(&path(&app, &client, kind.as_str(), &[("response_mode", "form_post")]));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let fields =
            ["code", "id_token", "access_token", "token_type", "expires_in", "scope", "state", "iss"];
        let params: BTreeMap<String, String> =
            fields.iter().filter_map(|name| Some(((*name).to_owned(), answer.input(name)?))).collect();
        assert_answer(&app, kind, &params);
        let wrong = path(&app, &client, kind.as_str(), &[("response_mode", "form_post"), ("max_age", "x")]);
        let error = visitor.get(&wrong);
        assert_eq!(error.input("error").as_deref(), Some("invalid_request"), "{}", error.text());
    }
}

#[test]
fn b13_a_missing_or_unknown_response_type_is_told_by_query() {
    let app = TestApp::start();
    let client = hybrid_client(&app);
    let mut nobody = app.visitor();
    assert_error(&app, &nobody.get(&path(&app, &client, "", &[])), "invalid_request");
    for kind in ["token", "none", "code foo", "id_token id_token"] {
        assert_error(&app, &nobody.get(&path(&app, &client, kind, &[])), "unsupported_response_type");
    }
}

#[test]
fn sec_a6_without_the_legacy_switch_no_token_leaves_here() {
    let app = TestApp::start();
    app.user("ada");
    let web = app.trusted_client();
    let narrow = app.client("narrow", |m| {
        legacy(m);
        m.response_types = vec!["code".to_owned(), "code id_token".to_owned()];
        m.consent = ConsentPolicy::Skip;
    });
    let mut visitor = signed_in(&app, "ada");
    for kind in ALL {
        let refused = fragment(&visitor.get(&path(&app, &web, kind, &[])));
        assert_eq!(refused["error"], "unauthorized_client", "{kind}");
        let other = fragment(&visitor.get(&path(&app, &narrow, kind, &[])));
        assert_eq!(other.contains_key("error"), kind != "code id_token", "{kind}");
    }
    // Switched off while the consent page is open: nothing is given any more.
    let asking = hybrid_client(&app);
    let page = to_consent(&app, &mut visitor, &path(&app, &asking, "id_token token", &[]), "ada");
    app.admin(|conn, desk| {
        let mut metadata = latchkey::engine::admin::clients::find(conn, "hybrid")?.metadata;
        metadata.legacy_response_types = false;
        metadata.response_types = vec!["code".to_owned()];
        metadata.grant_types.retain(|grant| grant != "implicit");
        latchkey::engine::admin::clients::update(conn, desk, "hybrid", metadata, None)
    });
    let late = decide(&mut visitor, "/consent", &page, &[("decision", "allow")]);
    app.assert_page(&late, 400, "LK-1134");
    // The switch counts for itself, whatever else a row says.
    let mut stored = app.read(|conn| latchkey::store::clients::find(conn, "narrow")).unwrap();
    stored.metadata.legacy_response_types = false;
    let now = app.clock.now();
    app.write(move |conn| latchkey::store::clients::update(conn, &stored, now));
    app.refresh();
    let refused = fragment(&visitor.get(&path(&app, &narrow, "code id_token", &[])));
    assert_eq!(refused["error"], "unauthorized_client");
    // The token endpoint knows no such grant.
    let token = app.token_call(&narrow, &[("grant_type", "implicit")]).send();
    app.assert_json(&token, 400, "unsupported_grant_type", "LK-1220");
}

#[test]
fn sec_d5_b28_a_code_that_comes_twice_ends_the_tokens_that_left_beside_it() {
    let app = TestApp::start();
    app.user("ada");
    let client = silent_client(&app);
    let mut visitor = signed_in(&app, "ada");
    let redeem = |code: &str| {
        let pairs = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        app.token_call(&client, &pairs).send()
    };
    let params = fragment(&visitor.get(&path(&app, &client, "code token", &[])));
    let tokens = redeem(&params["code"]).json();
    let (front, back) = (params["access_token"].as_str(), tokens["access_token"].as_str().unwrap());
    assert_eq!((app.userinfo(front).status, app.userinfo(back).status), (200, 200));
    app.assert_json(&redeem(&params["code"]), 400, "invalid_grant", "LK-1231");
    assert_eq!((app.userinfo(front).status, app.userinfo(back).status), (401, 401));
    // A verifier where no challenge was: the code is burnt, and so is what left beside it.
    let params = fragment(&visitor.get(&path(&app, &client, "code token", &[])));
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", params["code"].as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    app.assert_json(&app.token_call(&client, &pairs).send(), 400, "invalid_grant", "LK-1233");
    assert_eq!(app.userinfo(&params["access_token"]).status, 401);
}

#[test]
fn sec_m5_tokens_of_the_front_channel_end_with_their_session() {
    let app = TestApp::start();
    app.user("ada");
    let client = silent_client(&app);
    let mut visitor = signed_in(&app, "ada");
    for kind in ["id_token token", "code token"] {
        let params = fragment(&visitor.get(&path(&app, &client, kind, &[])));
        assert!(!params["scope"].contains("offline_access"), "OIDC Core §11: {}", params["scope"]);
    }
    let params = fragment(&visitor.get(&path(&app, &client, "id_token token", &[])));
    let token = params["access_token"].clone();
    assert_eq!(app.introspect(&client, &token)["active"], true);
    let sid = claims(&params["id_token"])["sid"].as_str().unwrap().to_owned();
    app.admin(move |conn, desk| latchkey::engine::admin::sessions::end(conn, desk, &sid));
    assert_eq!(app.introspect(&client, &token)["active"], false);
    assert_eq!(app.userinfo(&token).status, 401);
}

#[test]
fn sec_a14_two_presses_of_sign_in_give_tokens_once() {
    let app = TestApp::start();
    app.user("ada");
    let client = silent_client(&app);
    let mut visitor: Visitor = app.visitor();
    let first = visitor.get(&path(&app, &client, "id_token token", &[]));
    assert_own(&first, "login");
    let page = visitor.follow(first);
    let mut other = visitor.clone();
    let once = app.log_in(&mut visitor, &page, "ada");
    assert!(fragment(&once).contains_key("id_token"));
    let twice = app.log_in(&mut other, &page, "ada");
    assert!(
        !twice.header("location").unwrap_or_default().contains("id_token"),
        "{:?}",
        twice.header("location")
    );
    assert_eq!(app.events("token.issued"), 1);
    // The browser goes on in the session that the tokens name.
    assert!(is_signed_in(&other));
    assert_eq!((app.events("session.started"), app.events("session.renewed")), (1, 1));
}

#[test]
fn sec_a14_two_presses_of_allow_give_tokens_once() {
    let app = TestApp::start();
    app.user("ada");
    let client = hybrid_client(&app);
    for kind in ALL {
        let mut visitor = app.visitor();
        let page =
            to_consent(&app, &mut visitor, &path(&app, &client, kind, &[("prompt", "consent")]), "ada");
        let presses: Vec<_> = (0..4)
            .map(|_| {
                let (mut visitor, page) = (visitor.clone(), page.clone());
                std::thread::spawn(move || decide(&mut visitor, "/consent", &page, &[("decision", "allow")]))
            })
            .collect();
        let answers: Vec<Answer> = presses.into_iter().map(|press| press.join().unwrap()).collect();
        let (given, refused): (Vec<&Answer>, Vec<&Answer>) =
            answers.iter().partition(|answer| answer.status == 303);
        assert_eq!(given.len(), 1, "{kind}: {:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        assert!(!fragment(given[0]).contains_key("error"), "{kind}");
        for answer in refused {
            app.assert_page(answer, 400, "LK-1134");
        }
    }
}
