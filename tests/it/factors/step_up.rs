//! More than the session has: an app asks for a class of sign-in (security rows A11, C2; OIDC Core §5.5.1.1).

use super::{answer, password, second_step};
use crate::harness::app::{TestApp, TestClient, claims};
use crate::harness::expect::{assert_error, assert_own, redeemed, signed_in};
use crate::harness::http::{Answer, Visitor};
use latchkey::domain::session::{ACR_MFA, ACR_PASSWORD};
use serde_json::{Value, json};

fn essential(value: &str) -> String {
    json!({"id_token": {"acr": {"essential": true, "value": value}}}).to_string()
}

/// Somebody with an app who is signed in with a password alone, as before the app was enrolled.
fn weakly(app: &TestApp) -> (Visitor, super::Enrolled) {
    let mut visitor = signed_in(app, "ada");
    let ada = super::enrol_in(app, &mut visitor);
    super::next_step(app);
    (visitor, ada)
}

fn id_token(app: &TestApp, client: &TestClient, answer: &Answer) -> Value {
    claims(redeemed(app, client, answer)["id_token"].as_str().unwrap())
}

#[test]
fn sec_a11_an_essential_class_asks_for_the_factor_alone_and_renews_the_session() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.trusted_client();
    let (mut visitor, ada) = weakly(&app);
    let before = id_token(&app, &client, &visitor.get(&app.authorize_path("trusted", &[])));
    assert_eq!((&before["acr"], &before["amr"]), (&json!(ACR_PASSWORD), &json!(["pwd"])));
    let path = app.authorize_path("trusted", &[("claims", &essential(ACR_MFA))]);
    let silent =
        visitor.get(&app.authorize_path("trusted", &[("claims", &essential(ACR_MFA)), ("prompt", "none")]));
    assert_error(&app, &silent, "interaction_required");
    let asked = visitor.get(&path);
    assert_own(&asked, "login/factor");
    let page = visitor.follow(asked);
    assert!(!page.text().contains("name=\"password\"") && page.input("by").is_some(), "{}", page.text());
    // Left alone, nothing has changed.
    let old = visitor.clone();
    assert_eq!(
        id_token(&app, &client, &old.clone().get(&app.authorize_path("trusted", &[])))["acr"],
        ACR_PASSWORD
    );
    let given = answer(&mut visitor, &page, &ada.code(&app), &[]);
    let after = id_token(&app, &client, &given);
    assert_eq!((&after["acr"], &after["amr"]), (&json!(ACR_MFA), &json!(["pwd", "otp", "mfa"])));
    assert_eq!(after["sid"], before["sid"], "the same session goes on");
    assert!(after["auth_time"].as_i64() > before["auth_time"].as_i64());
    // Security row C2: the cookie of before is dead.
    assert_ne!(old.cookies["__Host-lk_sid"], visitor.cookies["__Host-lk_sid"]);
    assert!(!crate::harness::expect::is_signed_in(&old) && crate::harness::expect::is_signed_in(&visitor));
    // Now it is there, no page is needed.
    assert_eq!(id_token(&app, &client, &visitor.get(&path))["acr"], ACR_MFA);
}

#[test]
fn sec_a11_a_stale_session_or_prompt_login_asks_for_both() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.trusted_client();
    let (mut visitor, ada) = weakly(&app);
    for more in [("prompt", "login"), ("max_age", "0")] {
        let path = app.authorize_path("trusted", &[("claims", &essential(ACR_MFA)), more]);
        let page = second_step(&mut visitor, &path, "ada");
        let given = answer(&mut visitor, &page, &ada.code(&app), &[]);
        assert_eq!(id_token(&app, &client, &given)["acr"], ACR_MFA, "{more:?}");
        super::next_step(&app);
    }
}

#[test]
fn acr_values_are_wishes_and_default_acr_values_too() {
    let app = TestApp::start();
    for name in ["ada", "bob"] {
        app.user(name);
    }
    let client = app.trusted_client();
    let wishing = app.client("wishing", |m| {
        m.consent = latchkey::domain::client::ConsentPolicy::Skip;
        m.default_acr_values = vec![ACR_MFA.to_owned()];
    });
    let mfa = format!("{ACR_MFA} {ACR_PASSWORD}");
    // Who has no factor goes on without: an unmet wish is no failure.
    let mut bob = signed_in(&app, "bob");
    for value in [&mfa, ACR_MFA, "urn:example:unknown"] {
        let given = bob.get(&app.authorize_path("trusted", &[("acr_values", value)]));
        assert_eq!(id_token(&app, &client, &given)["acr"], ACR_PASSWORD, "{value}");
    }
    // Who has one is asked for it.
    let (mut visitor, ada) = weakly(&app);
    let lower =
        visitor.get(&app.authorize_path("trusted", &[("acr_values", &format!("{ACR_PASSWORD} {ACR_MFA}"))]));
    assert_eq!(id_token(&app, &client, &lower)["acr"], ACR_PASSWORD, "the best is what is liked best");
    let silent = visitor.get(&app.authorize_path("trusted", &[("acr_values", &mfa), ("prompt", "none")]));
    assert_error(&app, &silent, "interaction_required");
    let mut second = visitor.clone();
    for (who, path) in [
        (&mut visitor, app.authorize_path("trusted", &[("acr_values", &mfa)])),
        (&mut second, app.authorize_path("wishing", &[])),
    ] {
        let asked = who.get(&path);
        assert_own(&asked, "login/factor");
    }
    let asked = visitor.get(&app.authorize_path("wishing", &[]));
    let page = visitor.follow(asked);
    let given = answer(&mut visitor, &page, &ada.code(&app), &[]);
    assert_eq!(id_token(&app, &wishing, &given)["acr"], ACR_MFA);
}

#[test]
fn an_essential_class_is_reached_by_any_of_its_values_or_refused_before_anybody_signs_in() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.trusted_client();
    let supported = app.call("GET", "/.well-known/openid-configuration").send().json();
    assert_eq!(supported["acr_values_supported"], json!([ACR_PASSWORD, ACR_MFA]));
    let refused =
        app.visitor().get(&app.authorize_path("trusted", &[("claims", &essential("urn:example:gold"))]));
    assert_error(&app, &refused, "unmet_authentication_requirements");
    let any = json!({"id_token": {"acr": {"essential": true, "values": ["urn:example:gold", ACR_PASSWORD]}}})
        .to_string();
    let mut visitor = app.visitor();
    let given = password(&mut visitor, &app.authorize_path("trusted", &[("claims", &any)]), "ada");
    assert_eq!(id_token(&app, &client, &given)["acr"], ACR_PASSWORD);
    // Who has no factor enrols one for an app that must have it.
    let asked = visitor.get(&app.authorize_path("trusted", &[("claims", &essential(ACR_MFA))]));
    let page = visitor.follow(asked);
    assert!(page.text().contains("Set up an authenticator app"), "{}", page.text());
}

#[test]
fn sec_a11_the_second_step_of_a_session_that_ended_is_over() {
    let app = TestApp::start();
    app.user("ada");
    app.trusted_client();
    let (mut visitor, ada) = weakly(&app);
    let asked = visitor.get(&app.authorize_path("trusted", &[("claims", &essential(ACR_MFA))]));
    let page = visitor.follow(asked);
    let mut without = visitor.clone();
    without.cookies.remove("__Host-lk_sid");
    super::assert_over(&answer(&mut without, &page, &ada.code(&app), &[]));
    // Another person of this browser finishes nothing of hers.
    app.user("bob");
    let bob = signed_in(&app, "bob");
    without.cookies.insert("__Host-lk_sid".to_owned(), bob.cookies["__Host-lk_sid"].clone());
    super::assert_over(&answer(&mut without, &page, &ada.code(&app), &[]));
    assert!(answer(&mut visitor, &page, &ada.code(&app), &[]).param("code").is_some());
}
