//! The algorithms a client may be registered for: each is used, by its header, its key, its hash, and by
//! libraries of the field that check against the published keys (OIDC Registration §2, OIDC Core §2, §5.3.2).

use crate::harness::app::{CALLBACK, TestApp, TestClient, claims, header};
use crate::harness::expect::{is_signed_in, redeemed, signed_in};
use crate::harness::http::{Answer, form};
use crate::harness::node::Script;
use aws_lc_rs::digest;
use latchkey::base::secret::{b64, unb64};
use latchkey::domain::client::{AccessTokenFormat, ConsentPolicy, Metadata};
use latchkey::engine::admin::clients;
use latchkey::engine::keys::Switch;
use latchkey::protocol::alg::SigningAlg;
use latchkey::protocol::client_auth::AuthMethod;
use latchkey::store::clients as rows;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn advertised(app: &TestApp, name: &str) -> Vec<SigningAlg> {
    let said = app.call("GET", "/.well-known/openid-configuration").send().json();
    serde_json::from_value(said[name].clone()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn jwks(app: &TestApp) -> Vec<Value> {
    app.call("GET", "/.well-known/jwks.json").send().json()["keys"].as_array().unwrap().clone()
}

/// A client for which everything is signed with `alg`.
fn all_with(metadata: &mut Metadata, alg: SigningAlg) {
    metadata.id_token_signed_response_alg = Some(alg);
    metadata.access_token_signing_alg = Some(alg);
    metadata.userinfo_signed_response_alg = Some(alg);
}

/// The header names the algorithm and a published key for it.
#[track_caller]
fn assert_signed(app: &TestApp, token: &str, alg: SigningAlg) {
    let header = header(token);
    assert_eq!(text(&header, "alg"), alg.as_str());
    let keys = jwks(app);
    let named: Vec<_> = keys.iter().filter(|key| key["kid"] == header["kid"]).collect();
    assert_eq!((named.len(), text(named[0], "alg")), (1, alg.as_str()), "{header}");
    let newest = app.engine.keys.signing_kid(alg, app.clock.now());
    assert_eq!(Some(text(&header, "kid")), newest.as_deref());
}

/// The left half of the hash that goes with `alg`.
fn half(alg: SigningAlg, hashed: &str) -> String {
    let kind = if alg == SigningAlg::EdDsa { &digest::SHA512 } else { &digest::SHA256 };
    let full = digest::digest(kind, hashed.as_bytes());
    b64(&full.as_ref()[..full.as_ref().len() / 2])
}

#[test]
fn b2_b34_b48_each_advertised_id_token_algorithm_is_used_as_registered() {
    let app = TestApp::start();
    app.user("ada");
    let all = advertised(&app, "id_token_signing_alg_values_supported");
    assert_eq!(all.len(), 5);
    for alg in all {
        let client =
            app.client(&format!("id-{}", alg.as_str()), |m| m.id_token_signed_response_alg = Some(alg));
        let given = app.tokens(&client, "ada");
        let refreshed = app.refresh_token(&client, text(&given, "refresh_token")).json();
        for given in [given, refreshed] {
            let (id, access) = (text(&given, "id_token"), text(&given, "access_token"));
            assert_eq!(text(&header(id), "typ"), "JWT");
            assert_signed(&app, access, SigningAlg::Rs256);
            if alg == SigningAlg::None {
                assert_eq!(header(id), json!({"typ": "JWT", "alg": "none"}));
                assert!(id.ends_with('.') && claims(id).get("at_hash").is_none(), "{id}");
            } else {
                assert_signed(&app, id, alg);
                assert_eq!(text(&claims(id), "at_hash"), half(alg, access), "{alg:?}");
            }
            assert_eq!(claims(id)["aud"], client.id.as_str());
        }
    }
    let default = app.web_client();
    assert_signed(&app, text(&app.tokens(&default, "ada"), "id_token"), SigningAlg::Rs256);
}

#[test]
fn b60_access_tokens_have_the_registered_algorithm_and_are_taken_everywhere() {
    let app = TestApp::start();
    app.user("ada");
    for alg in SigningAlg::ASYMMETRIC {
        let client = app.client(&format!("at-{}", alg.as_str()), |m| m.access_token_signing_alg = Some(alg));
        let given = app.tokens(&client, "ada");
        let access = text(&given, "access_token");
        assert_signed(&app, access, alg);
        assert_signed(&app, text(&given, "id_token"), SigningAlg::Rs256);
        assert_eq!(app.userinfo(access).status, 200, "{alg:?}");
        assert_eq!(app.introspect(&client, access)["active"], true, "{alg:?}");
        assert_eq!(app.revoke(&client, access).status, 200);
        assert_eq!(
            (app.userinfo(access).status, &app.introspect(&client, access)["active"]),
            (401, &json!(false))
        );
        let machine = app.client(&format!("machine-{}", alg.as_str()), |m| {
            m.redirect_uris.clear();
            m.response_types.clear();
            m.grant_types = vec!["client_credentials".to_owned()];
            m.scope = "read".to_owned();
            m.access_token_signing_alg = Some(alg);
        });
        let own = app.token_call(&machine, &[("grant_type", "client_credentials")]).send().json();
        assert_signed(&app, text(&own, "access_token"), alg);
        assert_eq!(app.introspect(&machine, text(&own, "access_token"))["active"], true);
    }
}

/// Userinfo in each of the ways a token may be presented.
fn userinfo_answers(app: &TestApp, access: &str) -> [Answer; 3] {
    [
        app.userinfo(access),
        app.call("POST", "/oauth2/userinfo").bearer(access).send(),
        app.call("POST", "/oauth2/userinfo").form(&[("access_token", access)]).send(),
    ]
}

#[test]
fn b2_b40_userinfo_is_signed_as_registered() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let algs = advertised(&app, "userinfo_signing_alg_values_supported");
    assert_eq!(algs, SigningAlg::ASYMMETRIC);
    let formats = [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque].into_iter().cycle();
    for (alg, format) in algs.into_iter().zip(formats) {
        let client = app.client(&format!("ui-{}", alg.as_str()), |m| {
            m.userinfo_signed_response_alg = Some(alg);
            m.access_token_format = format;
        });
        let given = app.tokens(&client, "ada");
        for answer in userinfo_answers(&app, text(&given, "access_token")) {
            assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jwt")));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            let jwt = &*answer.text();
            assert_signed(&app, jwt, alg);
            assert!(header(jwt).get("typ").is_none(), "neither an access token nor an ID token");
            let said = claims(jwt);
            assert_eq!((text(&said, "iss"), text(&said, "aud")), (&*app.issuer, &*client.id));
            assert_eq!((text(&said, "sub"), text(&said, "email")), (ada.id.as_str(), "ada@example.com"));
            assert!(said.get("nonce").is_none(), "{said}");
            app.assert_json(&app.userinfo(jwt), 401, "invalid_token", "LK-1302");
        }
        let refused = app.userinfo("x");
        assert_eq!((refused.status, refused.header("content-type")), (401, Some("application/json")));
    }
    // What is taken out of the registration is no longer done.
    let given =
        app.tokens(&app.client("later", |m| m.userinfo_signed_response_alg = Some(SigningAlg::Ps256)), "ada");
    let access = text(&given, "access_token");
    assert_eq!(app.userinfo(access).header("content-type"), Some("application/jwt"));
    app.admin(|conn, desk| {
        let mut client = clients::find(conn, "later")?;
        client.metadata.userinfo_signed_response_alg = None;
        clients::update(conn, desk, "later", client.metadata, None)
    });
    let plain = app.userinfo(access);
    assert_eq!(plain.header("content-type"), Some("application/json"));
    assert!(plain.json().get("iss").is_none() && plain.json()["sub"] == ada.id.as_str());
}

fn hybrid(metadata: &mut Metadata) {
    metadata.legacy_response_types = true;
    metadata.response_types = ["code", "code id_token token"].map(str::to_owned).to_vec();
    metadata.consent = ConsentPolicy::Skip;
}

#[test]
fn b48_the_hashes_of_a_hybrid_answer_go_with_the_algorithm() {
    let app = TestApp::start();
    app.user("ada");
    let mut visitor = signed_in(&app, "ada");
    for alg in SigningAlg::ASYMMETRIC {
        app.client(alg.as_str(), |m| {
            hybrid(m);
            all_with(m, alg);
        });
        let request = app.authorize_path(alg.as_str(), &[("response_type", "code id_token token")]);
        let params = visitor.get(&request).fragment();
        let (id, access) = (&params["id_token"], &params["access_token"]);
        assert_signed(&app, id, alg);
        assert_signed(&app, access, alg);
        let said = claims(id);
        assert_eq!(text(&said, "at_hash"), half(alg, access), "{alg:?}");
        assert_eq!(text(&said, "c_hash"), half(alg, &params["code"]), "{alg:?}");
        assert_eq!(text(&said, "s_hash"), half(alg, "st-1"), "{alg:?}");
    }
}

#[test]
fn b41_nothing_unsigned_leaves_by_the_browser_whatever_is_stored() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.client("unsigned", |m| {
        m.consent = ConsentPolicy::Skip;
        m.id_token_signed_response_alg = Some(SigningAlg::None);
    });
    assert!(text(&app.tokens(&client, "ada"), "id_token").ends_with('.'), "straight to the client");
    // Past the validation, as a damaged row would be.
    app.write(|conn| {
        let mut client = rows::find(conn, "unsigned")?.unwrap();
        hybrid(&mut client.metadata);
        client.metadata.grant_types.push("implicit".to_owned());
        rows::update(conn, &client, 1).map(drop)
    });
    app.refresh();
    let request = app.authorize_path("unsigned", &[("response_type", "code id_token token")]);
    let answer = signed_in(&app, "ada").get(&request);
    let told = format!("{}{}", answer.header("location").unwrap_or_default(), answer.text());
    assert!(!told.contains("id_token=") && !told.contains("access_token="), "{} {told}", answer.status);
}

fn hinted(app: &TestApp, id_token: &str, client: &str) -> String {
    let mut pairs = vec![("id_token_hint", id_token), ("client_id", client)];
    pairs.push(("post_logout_redirect_uri", "https://rp.example.com/out"));
    format!("{}?{}", "/oauth2/logout", form(&pairs)).replace("/oauth2/logout", &end_session(app))
}

fn end_session(app: &TestApp) -> String {
    let said = app.call("GET", "/.well-known/openid-configuration").send().json();
    text(&said, "end_session_endpoint").strip_prefix(&app.issuer).unwrap().to_owned()
}

#[test]
fn b62_id_tokens_of_each_algorithm_are_hints_but_not_unsigned_ones() {
    let app = TestApp::start();
    app.user("ada");
    for alg in advertised(&app, "id_token_signing_alg_values_supported") {
        let name = format!("hint-{}", alg.as_str());
        let client = app.client(&name, |m| {
            m.id_token_signed_response_alg = Some(alg);
            m.post_logout_redirect_uris = vec!["https://rp.example.com/out".to_owned()];
        });
        let mut visitor = app.visitor();
        let back = app.sign_in(&mut visitor, &app.authorize_path(&name, &[]), "ada");
        let given = redeemed(&app, &client, &back);
        let id = text(&given, "id_token");
        let ours = alg != SigningAlg::None;
        let silent = visitor.get(&app.authorize_path(&name, &[("prompt", "none"), ("id_token_hint", id)]));
        assert_eq!(silent.param("code").is_some(), ours, "{alg:?}: {:?}", silent.header("location"));
        let out = visitor.get(&hinted(&app, id, &name));
        assert_eq!(
            out.header("location").is_some_and(|to| to.starts_with("https://rp.example.com/out")),
            ours,
            "{alg:?}"
        );
        assert_eq!(is_signed_in(&visitor), !ours, "{alg:?}: without a proof the person is asked");
    }
}

#[test]
fn b41_none_is_given_to_nobody_who_did_not_register_it() {
    let app = TestApp::start();
    app.user("ada");
    // Asking for it in a request changes nothing.
    let client = app.web_client();
    let asked = [("id_token_signed_response_alg", "none"), ("alg", "none")];
    let back = app.sign_in(&mut app.visitor(), &app.authorize_path("web", &asked), "ada");
    assert_signed(&app, text(&redeemed(&app, &client, &back), "id_token"), SigningAlg::Rs256);
    let refused = |id: &str, change: fn(&mut Metadata)| {
        let mut metadata = Metadata::named(id);
        metadata.redirect_uris = vec![CALLBACK.to_owned()];
        change(&mut metadata);
        let desk = latchkey::engine::admin::Desk::of(&app.engine, latchkey::engine::admin::Actor::Cli);
        let new = clients::NewClient { id: Some(id.to_owned()), metadata, secret: None };
        let work = move |conn: &mut latchkey::store::Conn| clients::create(conn, &desk, new);
        let mode = latchkey::engine::admin::Mode::Apply;
        latchkey::engine::admin::apply_blocking(&app.engine.db, mode, work).is_err()
    };
    assert!(!refused("confidential", |m| m.id_token_signed_response_alg = Some(SigningAlg::None)));
    assert!(refused("public", |m| {
        m.id_token_signed_response_alg = Some(SigningAlg::None);
        m.token_endpoint_auth_method = AuthMethod::None;
    }));
    assert!(refused("userinfo", |m| m.userinfo_signed_response_alg = Some(SigningAlg::None)));
    assert!(refused("access", |m| m.access_token_signing_alg = Some(SigningAlg::None)));
    assert!(refused("hmac", |m| m.id_token_signed_response_alg = Some(SigningAlg::Hs256)));
    assert!(refused("opaque", |m| {
        m.access_token_signing_alg = Some(SigningAlg::Es256);
        m.access_token_format = AccessTokenFormat::Opaque;
    }));
}

#[test]
fn b61_b4_a_rotation_gives_each_algorithm_a_new_key_and_keeps_the_old_ones_published() {
    let app = TestApp::start();
    app.user("ada");
    let clients = SigningAlg::ASYMMETRIC.map(|alg| app.client(alg.as_str(), |m| all_with(m, alg)));
    let before = clients.each_ref().map(|client| app.tokens(client, "ada"));
    app.engine.keys.rotate_now(&app.engine.db, Switch::AtOnce, "test").unwrap();
    app.refresh();
    let after = clients.each_ref().map(|client| app.tokens(client, "ada"));
    let keys = jwks(&app);
    let kids: BTreeSet<_> = keys.iter().map(|key| text(key, "kid")).collect();
    let material: BTreeSet<_> =
        keys.iter().map(|key| key.get("n").or(key.get("x")).unwrap().to_string()).collect();
    assert_eq!((keys.len(), kids.len(), material.len()), (8, 8, 8), "each a kid and numbers of its own");
    for (n, alg) in SigningAlg::ASYMMETRIC.into_iter().enumerate() {
        let of = |given: &Value, name: &str| header(text(given, name))["kid"].as_str().unwrap().to_owned();
        for name in ["id_token", "access_token"] {
            let (old, new) = (of(&before[n], name), of(&after[n], name));
            assert_ne!(old, new, "{alg:?} {name}");
            assert!(kids.contains(&*old) && kids.contains(&*new), "{alg:?} {name}");
        }
        for given in [&before[n], &after[n]] {
            let access = text(given, "access_token");
            assert_eq!(app.introspect(&clients[n], access)["active"], true, "{alg:?}");
            assert_signed(&app, &app.userinfo(access).text(), alg);
            let hint = app.visitor().get(&hinted(&app, text(given, "id_token"), alg.as_str()));
            assert_ne!(hint.status, 400, "{alg:?}");
        }
    }
}

#[test]
fn sec_t1_no_key_of_ours_stands_in_for_another() {
    let app = TestApp::start();
    app.user("ada");
    let clients = SigningAlg::ASYMMETRIC.map(|alg| app.client(alg.as_str(), |m| all_with(m, alg)));
    let tokens = clients.each_ref().map(|client| text(&app.tokens(client, "ada"), "access_token").to_owned());
    for token in &tokens {
        let [head, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts")
        };
        assert_eq!(app.userinfo(token).status, 200);
        let mut forged =
            vec![format!("{}.{payload}.", b64(br#"{"alg":"none"}"#)), format!("{head}.{payload}.")];
        for other in tokens.iter().filter(|other| *other != token) {
            let [head, _, theirs] = other.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
            forged.push(format!("{head}.{payload}.{signature}"));
            forged.push(format!("{head}.{payload}.{theirs}"));
            let mut mixed = header(token);
            mixed["alg"] = header(other)["alg"].clone();
            forged.push(format!("{}.{payload}.{signature}", b64(mixed.to_string().as_bytes())));
        }
        let mut flipped = unb64(signature).unwrap();
        flipped[0] ^= 1;
        forged.push(format!("{head}.{payload}.{}", b64(&flipped)));
        for forged in forged {
            assert_eq!(app.userinfo(&forged).status, 401, "{forged}");
            assert_eq!(app.introspect(&clients[0], &forged)["active"], false, "{forged}");
        }
    }
}

/// A relying party on openid-client, jose and oauth4webapi that checks every signature against the JWKS: the ID token,
/// the access token as its resource server would, and the userinfo answer.
fn checked_by_libraries(alg: SigningAlg) {
    let app = TestApp::start();
    let ada = app.user("ada");
    let callback = "http://127.0.0.1:9/callback";
    let client = app.client("party", |m| {
        m.redirect_uris = vec![callback.to_owned()];
        all_with(m, alg);
    });
    let settings = |client: &TestClient| {
        [
            ("ISSUER", app.issuer.clone()),
            ("CLIENT_ID", client.id.clone()),
            ("CLIENT_SECRET", client.secret.clone()),
            ("REDIRECT_URI", callback.to_owned()),
            ("ALG", alg.as_str().to_owned()),
        ]
    };
    let settings = settings(&client);
    let environment: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut visitor = app.visitor();
    // Authlib's userinfo call reads JSON alone.
    for (mut party, reads_jwt) in
        [(Script::openid_client(&environment), true), (Script::authlib(&environment), false)]
    {
        let url = party.call(&json!({"cmd": "start"}))["url"].as_str().unwrap().to_owned();
        let back = app.sign_in(&mut visitor, &url, "ada").location().to_owned();
        let said = party.call(&json!({"cmd": "callback", "url": back}));
        assert_eq!(said["claims"]["sub"], ada.id.as_str());
        assert_eq!(header(text(&said["tokens"], "id_token"))["alg"], alg.as_str());
        let verified = party.call(&json!({"cmd": "verify"}));
        assert_eq!(
            (&verified["header"]["alg"], &verified["claims"]["sub"]),
            (&json!(alg.as_str()), &json!(ada.id.as_str()))
        );
        if reads_jwt {
            let userinfo = party.call(&json!({"cmd": "userinfo"}));
            assert_eq!(
                (&userinfo["claims"]["sub"], &userinfo["claims"]["aud"]),
                (&json!(ada.id.as_str()), &json!("party"))
            );
        }
    }
}

#[test]
fn b34_b40_libraries_check_everything_signed_with_rs256() {
    checked_by_libraries(SigningAlg::Rs256);
}

#[test]
fn b34_b40_libraries_check_everything_signed_with_ps256() {
    checked_by_libraries(SigningAlg::Ps256);
}

#[test]
fn b34_b40_libraries_check_everything_signed_with_es256() {
    checked_by_libraries(SigningAlg::Es256);
}

#[test]
fn b34_b40_libraries_check_everything_signed_with_eddsa() {
    checked_by_libraries(SigningAlg::EdDsa);
}
