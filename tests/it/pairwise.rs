//! Pairwise subjects (OIDC Core §8; behaviour 42): the same `sub` at every place for one client, another one
//! for each sector, and nothing that leads from one to the other.

use crate::harness::app::{TestApp, TestClient, claims};
use crate::harness::child::PATIENCE;
use crate::harness::database::execute;
use crate::harness::expect::{
    assert_error, assert_own, decide, is_signed_in, redeemed, rows, signed_in, to_consent, tokens_in,
};
use crate::harness::http::{Visitor, form};
use crate::harness::told::Receiver;
use latchkey::domain::client::{AccessTokenFormat, ConsentPolicy, Metadata, SubjectType};
use latchkey::engine::admin::clients;
use latchkey::engine::keys::TokenType;
use latchkey::protocol::alg::SigningAlg;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ELSEWHERE: &str = "https://elsewhere.example/sector.json";

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn pairwise(app: &TestApp, id: &str, change: impl FnOnce(&mut Metadata)) -> TestClient {
    app.client(id, |m| {
        m.subject_type = SubjectType::Pairwise;
        m.consent = ConsentPolicy::Skip;
        change(m);
    })
}

/// The `sub` of everything a client can see of a person; all are the same.
#[track_caller]
fn subject(app: &TestApp, client: &TestClient, username: &str) -> String {
    let first = app.tokens(client, username);
    let next = app.refresh_token(client, text(&first, "refresh_token")).json();
    let mut seen = BTreeSet::new();
    for tokens in [&first, &next] {
        let access = text(tokens, "access_token");
        seen.insert(text(&claims(text(tokens, "id_token")), "sub").to_owned());
        seen.insert(text(&app.userinfo(access).json(), "sub").to_owned());
        seen.insert(text(&app.introspect(client, access), "sub").to_owned());
        if access.contains('.') {
            seen.insert(text(&claims(access), "sub").to_owned());
        }
    }
    seen.insert(text(&app.introspect(client, text(&next, "refresh_token")), "sub").to_owned());
    assert_eq!(seen.len(), 1, "{seen:?}");
    seen.pop_first().unwrap()
}

#[test]
fn b42_one_subject_for_each_sector_at_every_place() {
    let app = TestApp::start();
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let one = pairwise(&app, "one", |_| {});
    let two = pairwise(&app, "two", |m| m.access_token_format = AccessTokenFormat::Opaque);
    let other = pairwise(&app, "other", |m| m.sector_identifier_uri = Some(ELSEWHERE.to_owned()));
    let public = app.client("public", |_| {});
    let sub = subject(&app, &one, "ada");
    assert!(sub.len() <= 255 && sub.is_ascii() && sub != ada.id.as_str(), "{sub}");
    assert_eq!(subject(&app, &two, "ada"), sub, "the same host, the same sector");
    let others = [subject(&app, &other, "ada"), subject(&app, &one, "bob"), subject(&app, &public, "ada")];
    assert_eq!(others[2], ada.id.as_str());
    assert_eq!(subject(&app, &public, "bob"), bob.id.as_str());
    let all: BTreeSet<&str> = others.iter().map(String::as_str).chain([sub.as_str()]).collect();
    assert_eq!(all.len(), 4, "{all:?}");
    app.advance(86_400);
    assert_eq!(subject(&app, &one, "ada"), sub, "for good");
}

#[test]
fn b42_the_real_id_shows_nowhere() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let one = pairwise(&app, "one", |_| {});
    let given = app.tokens(&one, "ada");
    let said = [
        claims(text(&given, "id_token")).to_string(),
        claims(text(&given, "access_token")).to_string(),
        given.to_string(),
        app.userinfo(text(&given, "access_token")).text(),
        app.introspect(&one, text(&given, "access_token")).to_string(),
        app.introspect(&one, text(&given, "refresh_token")).to_string(),
    ];
    assert!(said.iter().all(|said| !said.contains(ada.id.as_str())), "{said:?}");
}

#[test]
fn b42_a_resource_server_sees_what_the_client_sees() {
    let app = TestApp::start();
    app.user("ada");
    let api = "https://api.example.com";
    let one = pairwise(&app, "one", |m| m.resources = vec![api.to_owned()]);
    let server = app.client("server", |m| m.introspects = vec![api.to_owned()]);
    let sub = subject(&app, &one, "ada");
    let given = app.tokens(&one, "ada");
    assert_eq!(app.introspect(&server, text(&given, "access_token"))["sub"], sub.as_str());
}

#[test]
fn sec_t3_b42_a_token_with_another_subject_is_not_ours() {
    let app = TestApp::start();
    let (ada, _) = (app.user("ada"), app.user("bob"));
    let one = pairwise(&app, "one", |_| {});
    let his = subject(&app, &one, "bob");
    let given = claims(text(&app.tokens(&one, "ada"), "access_token"));
    let signed = |sub: &str| {
        let mut changed = given.clone();
        changed["sub"] = json!(sub);
        app.engine.keys.sign(TokenType::Access, SigningAlg::Rs256, &changed, app.clock.now()).ok().unwrap()
    };
    assert_eq!(app.userinfo(&signed(text(&given, "sub"))).status, 200, "the forger can sign");
    for other in [ada.id.as_str(), &his, "one", ""] {
        let token = signed(other);
        assert_eq!(app.userinfo(&token).status, 401, "{other}");
        assert_eq!(app.introspect(&one, &token)["active"], false, "{other}");
    }
}

#[test]
fn b42_b21_hints_and_demanded_subjects_find_their_person() {
    let app = TestApp::start();
    let ada = app.user("ada");
    app.user("bob");
    let one = pairwise(&app, "one", |_| {});
    let mut visitor = app.visitor();
    let hers = tokens_in(&app, &mut visitor, &one, &[]);
    let his = app.tokens(&one, "bob");
    let sub = text(&claims(text(&hers, "id_token")), "sub").to_owned();
    let claims_of = |sub: &str| json!({"id_token": {"sub": {"value": sub}}}).to_string();
    let none = |name: &str, value: &str| app.authorize_path("one", &[("prompt", "none"), (name, value)]);
    let ok = visitor.get(&none("id_token_hint", text(&hers, "id_token")));
    assert_eq!(claims(text(&redeemed(&app, &one, &ok), "id_token"))["sub"], sub.as_str());
    assert!(visitor.get(&none("claims", &claims_of(&sub))).param("code").is_some());
    let his_sub = text(&claims(text(&his, "id_token")), "sub").to_owned();
    for path in [
        none("id_token_hint", text(&his, "id_token")),
        none("claims", &claims_of(&his_sub)),
        // The id that others know her by says nothing to this client.
        none("claims", &claims_of(ada.id.as_str())),
    ] {
        assert_error(&app, &visitor.get(&path), "login_required");
    }
    // With pages: bob signs in for a hint of ada's, and may not go on.
    let path = app.authorize_path("one", &[("id_token_hint", text(&hers, "id_token"))]);
    let mut fresh = app.visitor();
    let first = fresh.get(&path);
    assert_own(&first, "login");
    let page = fresh.follow(first);
    let page = app.log_in(&mut fresh, &page, "bob");
    assert!(
        page.text().contains("somebody else") && !page.text().contains("value=\"continue\""),
        "{}",
        page.text()
    );
    app.assert_page(&decide(&mut fresh, "/switch", &page, &[("decision", "continue")]), 400, "LK-1135");
    let answer = app.sign_in(&mut app.visitor(), &path, "ada");
    assert_eq!(claims(text(&redeemed(&app, &one, &answer), "id_token"))["sub"], sub.as_str());
}

#[test]
fn b42_b62_a_logout_hint_finds_its_session() {
    let app = TestApp::start();
    app.user("ada");
    app.user("bob");
    let one = pairwise(&app, "one", |_| {});
    let his = app.tokens(&one, "bob");
    let mut visitor = app.visitor();
    let hers = tokens_in(&app, &mut visitor, &one, &[]);
    let out = |hint: &str| format!("/oauth2/logout?{}", form(&[("id_token_hint", hint)]));
    let asked = visitor.get(&out(text(&his, "id_token")));
    assert!(asked.text().contains("name=\"decision\""), "somebody else's: {}", asked.text());
    assert!(is_signed_in(&visitor));
    let done = visitor.get(&out(text(&hers, "id_token")));
    assert!(!done.text().contains("name=\"decision\""), "{}", done.text());
    assert!(!is_signed_in(&visitor));
}

#[test]
fn b42_a_clients_own_tokens_are_not_touched() {
    let app = TestApp::start();
    let machine = app.client("machine", |m| {
        m.redirect_uris.clear();
        m.grant_types = vec!["client_credentials".to_owned()];
        m.response_types.clear();
        m.scope = "read".to_owned();
        m.subject_type = SubjectType::Pairwise;
    });
    let own = app.token_call(&machine, &[("grant_type", "client_credentials")]).send().json();
    let access = text(&own, "access_token");
    assert_eq!(claims(access)["sub"], "machine");
    assert_eq!(app.introspect(&machine, access)["sub"], "machine");
}

#[test]
fn b42_another_subject_type_is_another_name_and_the_admin_is_told() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let client = app.client("web", |m| m.consent = ConsentPolicy::Skip);
    let mut visitor = signed_in(&app, "ada");
    let before = tokens_in(&app, &mut visitor, &client, &[]);
    let edit = |change: fn(&mut Metadata)| {
        app.admin(move |conn, desk| {
            let mut metadata = clients::find(conn, "web")?.metadata;
            change(&mut metadata);
            clients::update(conn, desk, "web", metadata, None)
        })
        .notes
    };
    assert!(edit(|m| m.client_name.push('!')).is_empty());
    for change in [(|m| m.subject_type = SubjectType::Pairwise) as fn(&mut Metadata), |m| {
        m.sector_identifier_uri = Some(ELSEWHERE.to_owned());
    }] {
        let notes = edit(change);
        assert!(notes.len() == 1 && notes[0].contains("other identifiers"), "{notes:?}");
    }
    assert!(edit(|m| m.redirect_uris.push("https://rp2.example.com/cb".to_owned())).is_empty());
    assert_eq!(app.userinfo(text(&before, "access_token")).status, 401, "it names nobody any more");
    // Nor does a refresh tell the app who somebody is in a sector that it moved to.
    let refreshed = app.refresh_token(&client, text(&before, "refresh_token"));
    app.assert_json(&refreshed, 400, "invalid_grant", "LK-1240");
    let after = tokens_in(&app, &mut visitor, &client, &[]);
    let sub = text(&claims(text(&after, "id_token")), "sub").to_owned();
    assert!(sub != ada.id.as_str());
    assert_eq!(app.userinfo(text(&after, "access_token")).json()["sub"], sub.as_str());
}

/// A node that has not read yet what an admin changed gives a code; it is worth nothing at the others.
#[test]
fn sec_a6_a_code_for_an_address_that_was_taken_out_is_not_redeemed() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.client("moving", |m| m.subject_type = SubjectType::Pairwise);
    let mut visitor = app.visitor();
    let page = to_consent(&app, &mut visitor, &app.authorize_path(&client.id, &[]), "ada");
    // Past what makes nodes read it, which they do five times a second.
    let change = "UPDATE clients SET metadata = replace(metadata, 'https://rp.example.com/cb', 'https://elsewhere.example/cb')";
    execute(&app.engine.db, change);
    let answer = decide(&mut visitor, "/consent", &page, &[("decision", "allow")]);
    let code = answer.param("code").expect("this node knows nothing of it yet");
    // Every change of a client makes the node read them all again.
    app.client("another", |_| {});
    app.assert_json(&app.redeem(&client, &code), 400, "invalid_grant", "LK-1230");
    assert_eq!(rows(&app, "grants"), 0);
}

/// Apps of different sectors cannot tell by `sid` either who is one person; each app finds its own again
/// wherever the session is named.
#[test]
fn b42_b65_b66_a_session_has_a_name_of_its_own_in_each_sector() {
    let app = TestApp::fetching(PATIENCE);
    app.user("ada");
    let told = Receiver::start();
    let one = pairwise(&app, "one", |m| {
        m.backchannel_logout_uri = Some(told.url("/one"));
        m.frontchannel_logout_uri = Some("https://rp.example.com/out".to_owned());
    });
    let two = pairwise(&app, "two", |_| {});
    let other = pairwise(&app, "other", |m| m.sector_identifier_uri = Some(ELSEWHERE.to_owned()));
    let public = app.trusted_client();
    let mut visitor = app.visitor();
    let sid_at = |visitor: &mut Visitor, client: &TestClient| {
        let given = tokens_in(&app, visitor, client, &[]);
        let (access, refresh) = (text(&given, "access_token"), text(&given, "refresh_token"));
        let seen = [
            claims(text(&given, "id_token")),
            claims(access),
            app.introspect(client, access),
            app.introspect(client, refresh),
        ];
        let seen: BTreeSet<String> = seen.iter().map(|said| text(said, "sid").to_owned()).collect();
        assert_eq!(seen.len(), 1, "{seen:?}");
        (seen.into_iter().next().unwrap(), text(&given, "id_token").to_owned())
    };
    let (sid, hint) = sid_at(&mut visitor, &one);
    assert_eq!(sid_at(&mut visitor, &two).0, sid, "the same host, the same sector");
    let others = [sid_at(&mut visitor, &other).0, sid_at(&mut visitor, &public).0];
    assert!(others[0] != others[1] && !others.contains(&sid), "{sid} {others:?}");
    assert_eq!(rows(&app, "sessions"), 1);
    let done = visitor.get(&format!("/oauth2/logout?{}", form(&[("id_token_hint", &hint)])));
    assert!(done.text().contains(&format!("sid={sid}\"")), "{}", done.text());
    assert!(!is_signed_in(&visitor), "the hint names this session");
    let token = &told.wait("/one", 1)[0].form()[0].1;
    assert_eq!(claims(token)["sid"], sid.as_str());
}
