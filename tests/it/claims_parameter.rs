//! The `claims` parameter (OIDC Core §5.5): what it asks for comes where it asked for it, after the person
//! agreed to it, and nothing the server states can be reached by it.

use crate::harness::app::{PASSWORD, TestApp, TestClient, claims};
use crate::harness::expect::{
    assert_error, assert_own, decide, redeemed, rows, signed_in, to_consent, tokens_in,
};
use crate::harness::http::Visitor;
use latchkey::base::secret::Secret;
use latchkey::domain::client::AccessTokenFormat;
use latchkey::domain::session::ACR_PASSWORD;
use latchkey::engine::admin::users;
use latchkey::protocol::claims::RESERVED;
use latchkey::store::consents;
use serde_json::{Map, Value, json};

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn id_token(tokens: &Value) -> Value {
    claims(text(tokens, "id_token"))
}

fn userinfo(app: &TestApp, tokens: &Value) -> Value {
    app.userinfo(text(tokens, "access_token")).json()
}

/// Names besides those that every ID token has.
fn extra(id: &Value) -> Vec<&str> {
    let always = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"];
    names(id).into_iter().filter(|name| !always.contains(name)).collect()
}

fn names(said: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// A person with a few attributes of her own.
fn ada(app: &TestApp) -> String {
    let hash = app.engine.passwords.hash_blocking(&Secret::new(PASSWORD)).unwrap();
    let known = json!({"name": "Ada Lovelace", "birthdate": "1815-12-10", "locale": "en-GB", "phone_number": "+44 20 7946 0000",
        "address": {"country": "UK"}, "team": "engine"});
    let new = users::NewUser {
        username: Some("ada".to_owned()),
        email: Some("ada@example.com".to_owned()),
        password_hash: Some(hash),
        claims: known.as_object().unwrap().clone(),
        ..users::NewUser::default()
    };
    app.admin(move |conn, desk| users::create(conn, desk, new)).id.to_string()
}

fn asking(scope: &'static str, claims: &Value) -> Vec<(&'static str, String)> {
    vec![("scope", scope.to_owned()), ("claims", claims.to_string())]
}

/// Tokens for a request with these claims.
fn tokens(
    app: &TestApp,
    visitor: &mut Visitor,
    client: &TestClient,
    scope: &'static str,
    asked: &Value,
) -> Value {
    let more = asking(scope, asked);
    let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
    tokens_in(app, visitor, client, &more)
}

#[test]
fn b38_b35_claims_go_where_they_were_asked_for() {
    let app = TestApp::start();
    ada(&app);
    let web = app.web_client();
    let cases = [
        // As the certification asks: essential, in userinfo, and not in the ID token.
        (json!({"userinfo": {"name": {"essential": true}}}), vec!["name", "sub"], vec![]),
        (
            json!({"userinfo": {"name": null, "birthdate": {"value": "1900-01-01"}, "zoneinfo": null}}),
            vec!["birthdate", "name", "sub"],
            vec![],
        ),
        (
            json!({"id_token": {"email": null, "locale": {"values": ["de", "fr"]}, "auth_time": {"essential": true}}}),
            vec!["sub"],
            vec!["email", "locale"],
        ),
        (
            json!({"userinfo": {"address": null, "unknown": 1, "name#de": null}, "id_token": {"name": null, "nickname": null}, "x": []}),
            vec!["address", "sub"],
            vec!["name"],
        ),
        (
            json!({"userinfo": {"team": {"essential": true}, "roles": null}, "id_token": {"team": null}}),
            vec!["sub"],
            vec![],
        ),
        (json!({}), vec!["sub"], vec![]),
    ];
    for (asked, at_userinfo, in_id_token) in cases {
        let mut visitor = app.visitor();
        let given = tokens(&app, &mut visitor, &web, "openid", &asked);
        assert_eq!(names(&userinfo(&app, &given)), at_userinfo, "{asked}");
        assert_eq!(extra(&id_token(&given)), in_id_token, "{asked}");
        assert!(id_token(&given)["auth_time"].is_i64(), "always there");
    }
    let said = app.call("GET", "/.well-known/openid-configuration").send().json();
    assert_eq!(said["claims_parameter_supported"], true);
    let advertised = said["claims_supported"].as_array().unwrap();
    let mut every = latchkey::protocol::claims::BY_SCOPE.iter().flat_map(|(_, names)| names.iter());
    assert!(every.all(|name| advertised.contains(&json!(name))), "{advertised:?}");
    // Beside scopes, whose claims stay at userinfo (OIDC Core §5.4).
    let asked = json!({"id_token": {"name": null}});
    let given = tokens(&app, &mut app.visitor(), &web, "openid email", &asked);
    assert_eq!(names(&userinfo(&app, &given)), ["email", "email_verified", "sub"]);
    assert_eq!(extra(&id_token(&given)), ["name"]);
    // Nothing of it without openid.
    let given = tokens(&app, &mut app.visitor(), &web, "email", &asked);
    assert!(given.get("id_token").is_none());
}

#[test]
fn b31_b38_a_refresh_knows_what_was_asked() {
    let app = TestApp::start();
    ada(&app);
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        let id = if format == AccessTokenFormat::Jwt { "jwt" } else { "opaque" };
        let client = app.client(id, |m| m.access_token_format = format);
        let asked = json!({"userinfo": {"birthdate": null}, "id_token": {"locale": null}});
        let first = tokens(&app, &mut app.visitor(), &client, "openid email", &asked);
        app.advance(70);
        let next = app.refresh_token(&client, text(&first, "refresh_token")).json();
        let (was, is) = (id_token(&first), id_token(&next));
        for same in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid", "azp"] {
            assert_eq!(was[same], is[same], "{same}");
        }
        assert_eq!(is["aud"], id);
        assert!(is["iat"].as_i64() >= was["iat"].as_i64().map(|at| at + 70), "a new iat");
        assert!(was["nonce"] == "n-1" && is.get("nonce").is_none(), "no other nonce");
        assert_eq!(extra(&is), ["locale"]);
        for tokens in [&first, &next] {
            assert_eq!(names(&userinfo(&app, tokens)), ["birthdate", "email", "email_verified", "sub"]);
        }
        // Less scope is still openid: what was asked by name stays.
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&next, "refresh_token")),
            ("scope", "openid"),
        ];
        let narrow = app.token_call(&client, &pairs).send().json();
        assert_eq!(names(&userinfo(&app, &narrow)), ["birthdate", "sub"]);
    }
}

#[test]
fn sec_d12_what_the_server_states_cannot_be_asked_into_being() {
    let app = TestApp::start();
    let sub = ada(&app);
    let web = app.web_client();
    // Written past the checks, as a row from elsewhere might be.
    let forged: Map<String, Value> =
        RESERVED.iter().map(|name| ((*name).to_owned(), json!("mallory"))).collect();
    let id = sub.clone();
    app.write(move |conn| {
        let mut user = latchkey::store::users::find(conn, &id)?.unwrap();
        user.claims.extend(forged);
        latchkey::store::users::update(conn, &user)
    });
    let plain = tokens(&app, &mut app.visitor(), &web, "openid", &json!({}));
    let demands: Map<String, Value> = RESERVED
        .iter()
        .filter(|name| !matches!(**name, "sub" | "acr"))
        .flat_map(|name| [(*name).to_owned(), format!("{name}.x")])
        .map(|name| (name, json!({"value": "mallory"})))
        .collect();
    let given =
        tokens(&app, &mut app.visitor(), &web, "openid", &json!({"userinfo": demands, "id_token": demands}));
    let (was, is) = (id_token(&plain), id_token(&given));
    assert_eq!(names(&was), names(&is));
    for same in ["iss", "sub", "aud", "acr", "amr", "nonce"] {
        assert_eq!(was[same], is[same], "{same}");
    }
    assert_eq!(userinfo(&app, &given), json!({ "sub": sub }));
    for token in ["id_token", "access_token"] {
        assert!(!claims(text(&given, token)).to_string().contains("mallory"), "{token}");
    }
}

#[test]
fn sec_b4_b38_the_person_is_told_and_what_is_remembered_covers_them() {
    let app = TestApp::start();
    ada(&app);
    let web = app.web_client();
    let mut visitor = app.visitor();
    let path = |asked: &Value, more: &[(&str, &str)]| {
        let sent = asked.to_string();
        let mut all = vec![("scope", "openid email"), ("claims", sent.as_str())];
        all.extend_from_slice(more);
        app.authorize_path("web", &all)
    };
    let asked =
        json!({"userinfo": {"birthdate": null, "email": null}, "id_token": {"locale": {"essential": true}}});
    let page = to_consent(&app, &mut visitor, &path(&asked, &[]), "ada");
    for said in
        ["See your date of birth", "1815-12-10", "See your language", "en-GB", "<code>birthdate</code>"]
    {
        assert!(page.text().contains(said), "no {said}: {}", page.text());
    }
    assert_eq!(page.text().matches("See your e-mail address").count(), 1, "the scope says it");
    assert_eq!(page.input("scope").as_deref(), Some("openid email"));
    let agreed = decide(&mut visitor, "/consent", &page, &[("decision", "allow")]);
    let given = redeemed(&app, &web, &agreed);
    assert_eq!(names(&userinfo(&app, &given)), ["birthdate", "email", "email_verified", "sub"]);
    let account = visitor.get("/account");
    assert!(account.text().contains("See your date of birth"), "{}", account.text());
    // The same and less is remembered, also the other place; more is not.
    let none = [("prompt", "none")];
    for covered in
        [&asked, &json!({}), &json!({"userinfo": {"locale": null}, "id_token": {"birthdate": null}})]
    {
        assert!(visitor.get(&path(covered, &none)).param("code").is_some(), "{covered}");
    }
    let more = json!({"userinfo": {"birthdate": null, "phone_number": null}});
    assert_error(&app, &visitor.get(&path(&more, &none)), "consent_required");
    // Two that were agreed to one after the other are both remembered.
    let page = to_consent(&app, &mut visitor, &path(&more, &[]), "ada");
    decide(&mut visitor, "/consent", &page, &[("decision", "allow")]);
    let all = json!({"userinfo": {"birthdate": null, "phone_number": null, "locale": null}});
    assert!(visitor.get(&path(&all, &none)).param("code").is_some());
    // Who is never asked is not asked about these either.
    let trusted = app.trusted_client();
    let given = tokens(&app, &mut visitor, &trusted, "openid", &asked);
    assert_eq!(names(&userinfo(&app, &given)), ["birthdate", "email", "sub"]);
}

#[test]
fn sec_b1_a_declined_scope_takes_its_claims_along() {
    let app = TestApp::start();
    ada(&app);
    let web = app.web_client();
    let mut visitor = app.visitor();
    let asked = json!({"userinfo": {"name": null, "locale": null}, "id_token": {"phone_number": null, "birthdate": null}}).to_string();
    let path = app.authorize_path("web", &[("scope", "openid profile"), ("claims", &asked)]);
    let page = to_consent(&app, &mut visitor, &path, "ada");
    assert!(page.text().contains("See your phone number") && !page.text().contains("See your date of birth"));
    let answer = decide(&mut visitor, "/consent", &page, &[("decision", "allow"), ("scope", "openid")]);
    let given = redeemed(&app, &web, &answer);
    assert_eq!(names(&userinfo(&app, &given)), ["sub"]);
    assert_eq!(extra(&id_token(&given)), ["phone_number"]);
}

#[test]
fn sec_b5_a_code_is_worth_nothing_once_its_claims_are_not_agreed_to() {
    let app = TestApp::start();
    let user = ada(&app);
    let web = app.web_client();
    let mut visitor = signed_in(&app, "ada");
    let asked = json!({"userinfo": {"birthdate": null}}).to_string();
    let path = app.authorize_path("web", &[("scope", "openid"), ("claims", &asked)]);
    let page = to_consent(&app, &mut visitor, &path, "ada");
    let code = decide(&mut visitor, "/consent", &page, &[("decision", "allow")]).param("code").unwrap();
    let forget = move |conn: &mut latchkey::store::Conn| {
        let mut consent = consents::find(conn, &user, "web")?.unwrap();
        consent.claims.clear();
        consents::set(conn, &user, &consent, 0)
    };
    app.write(forget);
    app.assert_json(&app.redeem(&web, &code), 400, "invalid_grant", "LK-1234");
}

#[test]
fn b38_malformed_ones_are_refused_by_name() {
    let app = TestApp::start();
    app.web_client();
    let deep = r#"{"x":[[[[[1]]]]]}"#.to_owned();
    let long = json!({"x": "y".repeat(5_000)}).to_string();
    let too_long = json!({"x": "y".repeat(8_192)}).to_string();
    let many = format!(
        "{{\"userinfo\":{{{}}}}}",
        (0..101).map(|n| format!("\"c{n}\":null")).collect::<Vec<_>>().join(",")
    );
    let ask = |claims: &str| {
        // By POST: a long one does not fit into an address.
        let path = app.authorize_path("web", &[("claims", claims)]);
        let query = path.split_once('?').unwrap().1.to_owned();
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        app.visitor().post("/oauth2/authorize", &pairs)
    };
    let bad = [
        "x",
        "[]",
        "{",
        "null",
        r#"{"userinfo":1}"#,
        r#"{"userinfo":{"name":1}}"#,
        r#"{"userinfo":{},"userinfo":{}}"#,
        r#"{"id_token":{"acr":{"essential":1}}}"#,
        r#"{"id_token":{"acr":{"values":"a"}}}"#,
        &deep,
        &many,
        &too_long,
    ];
    for claims in bad {
        assert_error(&app, &ask(claims), "invalid_request");
    }
    assert_own(&ask(&long), "login");
    let twice = format!("{}&claims=%7B%7D&claims=%7B%7D", app.authorize_path("web", &[]));
    assert_error(&app, &app.visitor().get(&twice), "invalid_request");
    assert_eq!(rows(&app, "authorizations"), 1);
}

#[test]
fn b38_a_demanded_subject_is_the_only_one_who_may_answer() {
    let app = TestApp::start();
    let ada_id = ada(&app);
    let bob_id = app.user("bob").id.to_string();
    let web = app.trusted_client();
    let path = |sub: &Value, more: &[(&str, &str)]| {
        let claims = json!({"id_token": {"sub": sub}}).to_string();
        let mut all = vec![("claims", claims.as_str())];
        all.extend_from_slice(more);
        app.authorize_path("trusted", &all)
    };
    let mut visitor = signed_in(&app, "ada");
    let (hers, his) = (json!({"value": ada_id}), json!({"value": bob_id}));
    let none = [("prompt", "none")];
    for fine in [&hers, &json!({"values": [bob_id, ada_id]}), &json!(null), &json!({"essential": true})] {
        assert!(visitor.get(&path(fine, &none)).param("code").is_some(), "{fine}");
    }
    for other in [&his, &json!({"value": "nobody"}), &json!({"values": [bob_id, "x\u{0}"]})] {
        assert_error(&app, &visitor.get(&path(other, &none)), "login_required");
    }
    let at_userinfo = json!({"userinfo": {"sub": his}}).to_string();
    assert_error(
        &app,
        &visitor.get(&app.authorize_path("trusted", &[("claims", &at_userinfo), none[0]])),
        "login_required",
    );
    // With pages: a sign-in as bob is asked for; ada again is not taken for him.
    let first = visitor.get(&path(&his, &[]));
    assert_own(&first, "login");
    let page = visitor.follow(first);
    let answer = app.log_in(&mut visitor, &page, "ada");
    assert!(
        answer.param("code").is_none() && answer.status == 200,
        "{} {:?}",
        answer.status,
        answer.header("location")
    );
    assert!(!answer.text().contains("value=\"continue\""), "she may not go on: {}", answer.text());
    let refused = decide(&mut visitor, "/switch", &answer, &[("decision", "continue")]);
    assert!(refused.param("code").is_none());
    let mut fresh = app.visitor();
    let answer = app.sign_in(&mut fresh, &path(&his, &[]), "bob");
    assert_eq!(id_token(&redeemed(&app, &web, &answer))["sub"], bob_id.as_str());
}

#[test]
fn b38_an_essential_class_that_is_not_reached_fails() {
    let app = TestApp::start();
    ada(&app);
    let web = app.trusted_client();
    let path = |acr: &Value, more: &[(&str, &str)]| {
        let claims = json!({"id_token": {"acr": acr}}).to_string();
        let mut all = vec![("claims", claims.as_str())];
        all.extend_from_slice(more);
        app.authorize_path("trusted", &all)
    };
    let mut visitor = signed_in(&app, "ada");
    let strong = "urn:example:strong";
    for unmet in
        [json!({"essential": true, "value": strong}), json!({"essential": true, "values": [strong, "x"]})]
    {
        let error = "unmet_authentication_requirements";
        assert_error(&app, &visitor.get(&path(&unmet, &[])), error);
        assert_error(&app, &visitor.get(&path(&unmet, &[("prompt", "none")])), error);
        assert_error(&app, &app.visitor().get(&path(&unmet, &[])), error);
    }
    let fine = [
        json!({"essential": true, "values": [strong, ACR_PASSWORD]}),
        json!({"essential": true}),
        json!({"values": [strong]}),
        json!({"value": strong}),
        json!(null),
    ];
    for acr in fine {
        let answer = visitor.get(&path(&acr, &[("prompt", "none")]));
        assert_eq!(id_token(&redeemed(&app, &web, &answer))["acr"], ACR_PASSWORD, "{acr}");
    }
    // A session of a lower class: it must be raised, and no code comes before that.
    app.write(|conn| {
        use diesel::connection::SimpleConnection as _;
        Ok(conn.batch_execute("UPDATE sessions SET acr = 'urn:example:weak'")?)
    });
    let demanded = json!({"essential": true, "value": ACR_PASSWORD});
    assert_error(&app, &visitor.get(&path(&demanded, &[("prompt", "none")])), "login_required");
    let first = visitor.get(&path(&demanded, &[]));
    assert_own(&first, "login");
    assert!(
        visitor.get(&path(&json!({"value": ACR_PASSWORD}), &[("prompt", "none")])).param("code").is_some()
    );
    let page = visitor.follow(first);
    let answer = app.log_in(&mut visitor, &page, "ada");
    assert_eq!(id_token(&redeemed(&app, &web, &answer))["acr"], ACR_PASSWORD);
}

#[test]
fn b38_no_claims_no_column() {
    let app = TestApp::start();
    ada(&app);
    let web = app.web_client();
    tokens(
        &app,
        &mut app.visitor(),
        &web,
        "openid email",
        &json!({"userinfo": {"unknown": null, "sub": null}}),
    );
    assert_eq!(rows(&app, "grants WHERE claims IS NULL"), 1, "nothing to be read for it");
    assert_eq!(rows(&app, "consents WHERE claims IS NULL"), 1);
    tokens(&app, &mut app.visitor(), &web, "openid email", &json!({"userinfo": {"email": null}}));
    assert_eq!(rows(&app, "grants WHERE claims IS NOT NULL"), 1);
    assert_eq!(rows(&app, "consents WHERE claims IS NULL"), 1, "the scope covers it");
}

#[test]
fn b35_b38_an_id_token_that_comes_alone_says_what_the_scopes_release() {
    use latchkey::protocol::response_type::ResponseType;
    let app = TestApp::start();
    let sub = ada(&app);
    app.client("legacy", |m| {
        m.legacy_response_types = true;
        m.response_types = ResponseType::ALL.map(|kind| kind.as_str().to_owned()).to_vec();
        m.pkce = latchkey::domain::client::PkcePolicy::Optional;
        m.consent = latchkey::domain::client::ConsentPolicy::Skip;
    });
    let asked = json!({"id_token": {"locale": null}, "userinfo": {"birthdate": null}}).to_string();
    let mut visitor = signed_in(&app, "ada");
    for kind in ResponseType::ALL.into_iter().filter(|kind| kind.id_token()) {
        for claims_sent in ["", asked.as_str()] {
            let more = [
                ("response_type", kind.as_str()),
                ("scope", "openid email"),
                ("claims", claims_sent),
                ("code_challenge", ""),
                ("code_challenge_method", ""),
            ];
            let answer = visitor.get(&app.authorize_path("legacy", &more)).fragment();
            let id = claims(&answer["id_token"]);
            let mut said = extra(&id);
            said.retain(|name| !matches!(*name, "c_hash" | "s_hash"));
            let mut expected =
                if kind == ResponseType::IdToken { vec!["email", "email_verified"] } else { vec![] };
            expected.extend((!claims_sent.is_empty()).then_some("locale"));
            assert_eq!(said, expected, "{kind:?} {claims_sent}");
            assert_eq!(id["sub"], sub.as_str());
            if let Some(access) = answer.get("access_token") {
                let by_name = (!claims_sent.is_empty()).then_some("birthdate");
                let expected: Vec<&str> =
                    by_name.into_iter().chain(["email", "email_verified", "sub"]).collect();
                assert_eq!(names(&app.userinfo(access).json()), expected, "{kind:?}");
            }
        }
    }
}
