//! Where a second factor is demanded, it is on every path (security row P3).

use super::{answer, codes, confirm, enrol, key, password, post_password, second_step};
use crate::device::{begin, enter, is_question, poll, press, tv};
use crate::harness::app::{PASSWORD, TestApp, claims};
use crate::harness::expect::{assert_error, assert_own, is_signed_in, redeemed, signed_in, token};
use crate::harness::http::{Answer, Visitor};
use latchkey::domain::client::SecondFactorPolicy;
use latchkey::domain::session::{ACR_MFA, ACR_PASSWORD};
use latchkey::engine::admin::{links, users};
use serde_json::Value;

const REQUIRED: &[(&str, &str)] = &[("LATCHKEY_LOGIN__SECOND_FACTOR", "required")];

fn is_enrolment(page: &Answer) -> bool {
    page.status == 200 && page.text().contains("Set up an authenticator app")
}

/// Enrols on the way in; the page with the recovery codes.
#[track_caller]
fn enrol_here(app: &TestApp, visitor: &mut Visitor, page: &Answer) -> Answer {
    assert!(is_enrolment(page), "{} {}", page.status, page.text());
    assert!(page.text().contains("Signing in here needs a second step"));
    let shown = confirm(visitor, page, &super::code_of(&key(page), app.clock.now()));
    assert_eq!(codes(&shown).len(), 10);
    shown
}

/// Where the button of the page with the codes leads.
fn onward(page: &Answer) -> String {
    let text = page.text();
    let link = text.split("class=\"button main\" href=\"").nth(1).expect("a way on");
    link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
}

#[test]
fn sec_p3_whoever_must_have_a_factor_enrols_on_the_way_in_and_goes_on_to_the_app() {
    let app = TestApp::with_env(REQUIRED);
    app.user("ada");
    let client = app.trusted_client();
    let mut visitor = app.visitor();
    let first = password(&mut visitor, &app.authorize_path("trusted", &[]), "ada");
    let page = visitor.follow(first);
    // It can be left and found again, and it can do nothing else.
    assert!(is_enrolment(&visitor.get(&format!("/login/factor?at={}", page.input("at").unwrap()))));
    assert!(!is_signed_in(&visitor));
    let wrong = confirm(&mut visitor, &page, "000000");
    assert!(wrong.text().contains("This code is not right") && key(&wrong) == key(&page), "{}", wrong.text());
    let shown = enrol_here(&app, &mut visitor, &wrong);
    assert_eq!(app.events("code.issued"), 0, "the codes are seen first");
    let given = visitor.get(&onward(&shown));
    let tokens = redeemed(&app, &client, &visitor.follow(given));
    let told = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(
        (&told["acr"], &told["amr"]),
        (&Value::from(ACR_MFA), &serde_json::json!(["pwd", "otp", "mfa"]))
    );
}

#[test]
fn sec_p3_the_account_the_device_and_a_link_for_a_new_password_ask_for_it() {
    let app = TestApp::with_env(REQUIRED);
    let id = app.user("ada").id.to_string();
    let mut visitor = app.visitor();
    let first = password(&mut visitor, "/login", "ada");
    let page = visitor.follow(first);
    let shown = enrol_here(&app, &mut visitor, &page);
    let ada = super::Enrolled { key: key(&page), codes: codes(&shown) };
    assert_eq!(onward(&shown), "/account");
    super::next_step(&app);
    // A device.
    let tv = tv(&app);
    let device = begin(&app, &tv);
    let mut visitor = app.visitor();
    let entered = enter(&mut visitor, &device.user);
    let page = visitor.follow(entered);
    let answered = post_password(&mut visitor, &page, "ada");
    let page = visitor.follow(answered);
    assert!(!is_question(&page) && page.input("by").is_some(), "{}", page.text());
    let done = answer(&mut visitor, &page, &ada.code(&app), &[]);
    let question = visitor.follow(done);
    assert!(is_question(&question), "{} {}", question.status, question.text());
    press(&mut visitor, &question, "allow");
    super::next_step(&app);
    assert_eq!(poll(&app, &tv, &device).status, 200);
    // A new password by a link: the person signs in with it as ever.
    let made = app.admin(move |conn, desk| links::make_recover(conn, desk, &id, 600));
    let mut visitor = app.visitor();
    let page = visitor.get(&made.recover_url(""));
    let (csrf, link) = (page.input("csrf").unwrap(), page.input("link").unwrap());
    let set =
        visitor.post("/recover", &[("csrf", &csrf), ("link", &link), ("password", "a password made anew 7")]);
    assert_eq!(set.status, 200, "{}", set.text());
    assert!(!is_signed_in(&visitor));
    let page = visitor.get("/login");
    let csrf = page.input("csrf").unwrap();
    let fields = [("csrf", csrf.as_str()), ("username", "ada"), ("password", "a password made anew 7")];
    assert!(visitor.post("/login", &fields).location().starts_with("/login/factor?at="));
    assert!(!is_signed_in(&visitor));
}

/// A session of before the policy, and one of somebody who got the role since then.
#[test]
fn sec_p3_a_session_of_before_does_not_do() {
    let app = TestApp::with_env(&[("LATCHKEY_LOGIN__SECOND_FACTOR_ROLES", "admin, auditor")]);
    let user = app.user("ada");
    let client = app.trusted_client();
    let mut visitor = signed_in(&app, "ada");
    let path = app.authorize_path("trusted", &[]);
    let given = visitor.get(&path);
    redeemed(&app, &client, &given);
    let mut changed = user.clone();
    changed.roles = vec!["auditor".to_owned()];
    app.admin(move |conn, desk| users::update(conn, desk, changed));
    let silent = visitor.get(&app.authorize_path("trusted", &[("prompt", "none")]));
    assert_error(&app, &silent, "interaction_required");
    let asked = visitor.get(&path);
    assert_own(&asked, "login/factor");
    // Nor for a device, on the page or by its form.
    let device = begin(&app, &tv(&app));
    let mut at_device = visitor.clone();
    let entered = enter(&mut at_device, &device.user);
    let visit = entered.param("ix").expect("a visit");
    let shown = at_device.get(&format!("/device?ix={visit}"));
    assert_eq!(shown.location(), format!("/login/factor?device={visit}"));
    let csrf = token(&app, &at_device, "device", &visit);
    let forced = at_device.post("/device", &[("csrf", &csrf), ("ix", &visit), ("decision", "allow")]);
    assert_eq!(forced.location(), format!("/login?device={visit}"), "{}", forced.text());
    let page = at_device.follow(forced);
    assert!(is_enrolment(&page), "{} {}", page.status, page.text());
    assert_eq!(app.events("device.approved"), 0);
    // In a fresh session a first app is enrolled at once, in an old one the password comes first.
    let page = visitor.follow(asked);
    assert!(is_enrolment(&page));
    let mut old = visitor.clone();
    app.advance(700);
    let asked = old.get(&path);
    let page = old.follow(asked);
    assert!(page.text().contains("name=\"password\"") && page.input("at").is_some(), "{}", page.text());
    let answered = post_password(&mut old, &page, "ada");
    let page = old.follow(answered);
    let shown = enrol_here(&app, &mut old, &page);
    let given = old.get(&onward(&shown));
    let given = old.follow(given);
    assert_eq!(claims(redeemed(&app, &client, &given)["id_token"].as_str().unwrap())["acr"], ACR_MFA);
    // Others are asked for nothing.
    app.user("bob");
    assert!(is_signed_in(&signed_in(&app, "bob")));
}

#[test]
fn sec_p3_an_app_that_must_have_it_gets_it_whatever_the_person_did_before() {
    let app = TestApp::start();
    app.user("ada");
    let strict = app.client("strict", |m| {
        m.consent = latchkey::domain::client::ConsentPolicy::Skip;
        m.second_factor = SecondFactorPolicy::Required;
    });
    let ada = enrol(&app, "ada");
    // In a browser that is remembered, a password opens the account and not this app.
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", "ada");
    let done = answer(&mut visitor, &page, &ada.code(&app), &[("remember", "1")]);
    assert_eq!(done.location(), "/account");
    super::next_step(&app);
    visitor.cookies.remove("__Host-lk_sid");
    assert_eq!(password(&mut visitor, "/login", "ada").location(), "/account");
    let path = app.authorize_path("strict", &[]);
    let silent = visitor.get(&app.authorize_path("strict", &[("prompt", "none")]));
    assert_error(&app, &silent, "interaction_required");
    let asked = visitor.get(&path);
    assert_own(&asked, "login/factor");
    let page = visitor.follow(asked);
    let given = answer(&mut visitor, &page, &ada.code(&app), &[]);
    assert_eq!(claims(redeemed(&app, &strict, &given)["id_token"].as_str().unwrap())["acr"], ACR_MFA);
    // prompt=login asks for both.
    super::next_step(&app);
    let again = app.authorize_path("strict", &[("prompt", "login")]);
    let page = second_step(&mut visitor, &again, "ada");
    assert!(answer(&mut visitor, &page, &ada.code(&app), &[]).param("code").is_some());
    // The other way round: a session with the factor is good for every other app, and says what it is.
    let lax = app.trusted_client();
    let given = visitor.get(&app.authorize_path("trusted", &[]));
    assert_eq!(claims(redeemed(&app, &lax, &given)["id_token"].as_str().unwrap())["acr"], ACR_MFA);
    let weaker = visitor.get(&app.authorize_path("trusted", &[("acr_values", ACR_PASSWORD)]));
    let told = claims(redeemed(&app, &lax, &weaker)["id_token"].as_str().unwrap());
    assert_eq!(told["acr"], ACR_PASSWORD, "a class that was asked for, and reached");
}

#[test]
fn sec_p3_the_first_administrator_of_a_server_that_demands_it_enrols() {
    let app = TestApp::with_env(REQUIRED);
    let made = app.admin(links::make_setup);
    let mut visitor = app.visitor();
    let page = visitor.get(&made.setup_url(""));
    let (csrf, link) = (page.input("csrf").unwrap(), page.input("link").unwrap());
    let fields = [
        ("csrf", csrf.as_str()),
        ("link", &link),
        ("name", "Ada"),
        ("email", "ada@example.com"),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    let answer = visitor.post("/setup", &fields);
    let page = visitor.follow(answer);
    let shown = enrol_here(&app, &mut visitor, &page);
    assert_eq!(onward(&shown), "/setup/app");
    assert_eq!(visitor.get("/setup/app").status, 200);
}

#[test]
fn sec_p3_with_no_policy_nobody_is_asked_who_has_none() {
    let app = TestApp::start();
    app.user("ada");
    let mut visitor = signed_in(&app, "ada");
    assert!(is_signed_in(&visitor));
    assert_eq!(visitor.get("/login/factor").location(), "/login");
}
