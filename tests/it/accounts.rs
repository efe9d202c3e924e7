//! Several people signed in in one browser, and the choice between them (OIDC Core §3.1.2.1
//! `select_account`; OIDC Prompt Create; security rows A11, A12, C2).

use crate::harness::app::{PASSWORD, TestApp, TestClient, claims};
use crate::harness::expect::{
    assert_error, assert_own, decide, is_signed_in, redeemed, rows, signed_in, tokens_in,
};
use crate::harness::http::{Answer, Visitor};

const MORE: &str = "__Host-lk_more";
const SID: &str = "__Host-lk_sid";

/// "Use another account": `username` signs in beside whoever is signed in.
#[track_caller]
fn join(visitor: &mut Visitor, username: &str) {
    let page = visitor.get("/login?switch=1");
    let csrf = page.input("csrf").unwrap_or_else(|| panic!("no form: {} {}", page.status, page.text()));
    let pairs = [("csrf", &*csrf), ("switch", "1"), ("username", username), ("password", PASSWORD)];
    let answer = visitor.post("/login", &pairs);
    assert_eq!((answer.status, answer.location()), (303, "/account"), "{}", answer.text());
}

#[track_caller]
fn subject(app: &TestApp, client: &TestClient, answer: &Answer) -> String {
    let tokens = redeemed(app, client, answer);
    claims(tokens["id_token"].as_str().unwrap())["sub"].as_str().unwrap().to_owned()
}

/// The value of the button of the person whose address is `email`.
#[track_caller]
fn button(page: &Answer, email: &str) -> String {
    let html = page.text();
    let found = html.split("<button ").find(|part| part.contains("name=\"account\"") && part.contains(email));
    let part = found.unwrap_or_else(|| panic!("no button of {email}: {html}"));
    part.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn b18_select_account_offers_everybody_who_is_signed_in_here() {
    let app = TestApp::start();
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let web = app.trusted_client();
    let mut visitor = signed_in(&app, "ada");
    join(&mut visitor, "bob");
    assert_eq!(rows(&app, "sessions WHERE ended_at IS NULL"), 2);
    let path = app.authorize_path(&web.id, &[("prompt", "select_account")]);
    for (email, id) in
        [("ada@example.com", &ada.id), ("bob@example.com", &bob.id), ("ada@example.com", &ada.id)]
    {
        let first = visitor.get(&path);
        assert_own(&first, "switch");
        let page = visitor.follow(first);
        assert_eq!(page.text().matches("name=\"account\"").count(), 2, "{}", page.text());
        let account = button(&page, email);
        let answer = decide(&mut visitor, "/switch", &page, &[("account", &account)]);
        assert_eq!(subject(&app, &web, &answer), id.as_str());
        // The choice stays: the next request needs no page.
        let next = visitor.get(&app.authorize_path(&web.id, &[]));
        assert_eq!(subject(&app, &web, &next), id.as_str());
    }
    assert_eq!(rows(&app, "sessions WHERE ended_at IS NULL"), 2);
    // Without an app, from the account page.
    let page = visitor.get("/switch");
    let account = button(&page, "bob@example.com");
    let answer = decide(&mut visitor, "/switch", &page, &[("account", &account)]);
    assert_eq!(answer.location(), "/account");
    assert!(visitor.get("/account").text().contains("bob@example.com"));
}

#[test]
fn b21_a_hint_of_somebody_else_who_is_signed_in_here_is_answered_silently() {
    let app = TestApp::start();
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let web = app.trusted_client();
    let mut visitor = app.visitor();
    let tokens = tokens_in(&app, &mut visitor, &web, &[]);
    let hint = tokens["id_token"].as_str().unwrap().to_owned();
    join(&mut visitor, "bob");
    let cookies = visitor.cookies.clone();
    let none = |hint: &str| app.authorize_path(&web.id, &[("prompt", "none"), ("id_token_hint", hint)]);
    let silent = visitor.get(&none(&hint));
    assert_eq!(subject(&app, &web, &silent), ada.id.as_str());
    let current = visitor.get(&app.authorize_path(&web.id, &[("prompt", "none")]));
    assert_eq!(subject(&app, &web, &current), bob.id.as_str());
    assert_eq!(visitor.cookies, cookies, "a hint changes nobody's place");
    // With pages: each of them is about her, and nobody takes anybody's place.
    let asking = app.client("asking", |_| {});
    let path = app.authorize_path(&asking.id, &[("prompt", "login"), ("id_token_hint", "")]);
    let own = {
        let mut elsewhere = app.visitor();
        tokens_in(&app, &mut elsewhere, &asking, &[])["id_token"].as_str().unwrap().to_owned()
    };
    let path = format!("{path}&id_token_hint={own}");
    let first = visitor.get(&path);
    let page = visitor.follow(first);
    assert!(
        page.text().contains("Sign in again") && page.text().contains("ada@example.com"),
        "{}",
        page.text()
    );
    let answer = app.log_in(&mut visitor, &page, "ada");
    assert_eq!(subject(&app, &asking, &answer), ada.id.as_str());
    assert_eq!(rows(&app, "sessions WHERE ended_at IS NULL"), 3, "bob stays signed in");
    let page = visitor.get("/switch");
    let account = button(&page, "bob@example.com");
    decide(&mut visitor, "/switch", &page, &[("account", &account)]);
    let asked = app.authorize_path(&asking.id, &[("prompt", "consent"), ("id_token_hint", &own)]);
    let first = visitor.get(&asked);
    let page = visitor.follow(first);
    assert!(page.text().contains("ada@example.com") && !page.text().contains("bob@"), "{}", page.text());
    let answer = decide(&mut visitor, "/consent", &page, &[("decision", "allow")]);
    assert_eq!(subject(&app, &asking, &answer), ada.id.as_str());
    // Her session ended elsewhere: the hint signs nobody in.
    app.admin({
        let id = ada.id.to_string();
        move |conn, desk| latchkey::engine::admin::sessions::end_all(conn, desk, &id)
    });
    assert_error(&app, &visitor.get(&none(&hint)), "login_required");
}

/// The choice is about whom the app means, wherever they wait in this browser.
#[test]
fn sec_a11_b18_of_several_people_the_one_the_app_names_is_offered_and_nobody_else() {
    let app = TestApp::start();
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let web = app.trusted_client();
    let mut visitor = app.visitor();
    let tokens = tokens_in(&app, &mut visitor, &web, &[]);
    let hint = tokens["id_token"].as_str().unwrap().to_owned();
    join(&mut visitor, "bob");
    let both = visitor.get("/switch");
    let of_bob = button(&both, "bob@example.com");
    let path = app.authorize_path(&web.id, &[("prompt", "select_account"), ("id_token_hint", &hint)]);
    for forgotten in [false, true] {
        let mut visitor = visitor.clone();
        if forgotten {
            // The current session is over, ada's is not.
            visitor.cookies.remove(SID);
        }
        let first = visitor.get(&path);
        assert_own(&first, "switch");
        let page = visitor.follow(first);
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(!page.text().contains("bob@example.com"), "{}", page.text());
        let refused = decide(&mut visitor, "/switch", &page, &[("account", &of_bob)]);
        app.assert_page(&refused, 400, "LK-1135");
        let account = button(&page, "ada@example.com");
        let answer = decide(&mut visitor, "/switch", &page, &[("account", &account)]);
        assert_eq!(subject(&app, &web, &answer), ada.id.as_str());
        assert!(visitor.get("/account").text().contains("ada@example.com"), "chosen for the browser too");
    }
    // Without an app, whoever waits can be chosen too.
    visitor.cookies.remove(SID);
    let page = visitor.get("/switch");
    let account = button(&page, "ada@example.com");
    let answer = decide(&mut visitor, "/switch", &page, &[("account", &account)]);
    assert_eq!(answer.location(), "/account");
    assert!(visitor.get("/account").text().contains("ada@example.com"));
    assert_eq!(rows(&app, "sessions WHERE ended_at IS NULL"), 2, "{} is signed in as well", bob.id);
}

#[test]
fn sec_a11_only_who_is_signed_in_in_this_browser_can_be_chosen() {
    let app = TestApp::start();
    let (ada, bob) = (app.user("ada"), app.user("bob"));
    let web = app.trusted_client();
    let elsewhere = signed_in(&app, "bob");
    let foreign = {
        let digest = latchkey::base::secret::Plain::<latchkey::base::secret::SessionSecret>::presented(
            elsewhere.cookies[SID].clone(),
        )
        .digest();
        app.read(|conn| latchkey::store::sessions::find_by_digest(conn, &digest)).unwrap().0.id
    };
    app.user("cyd");
    let mut visitor = signed_in(&app, "cyd");
    join(&mut visitor, "ada");
    let first = visitor.get(&app.authorize_path(&web.id, &[("prompt", "select_account")]));
    let page = visitor.follow(first);
    for account in [foreign.as_str(), bob.id.as_str(), ada.id.as_str(), "x"] {
        let answer = decide(&mut visitor, "/switch", &page, &[("account", account)]);
        app.assert_page(&answer, 400, "LK-1135");
    }
    // Somebody who was signed in here and is not any more is not offered, nor is who was disabled.
    join(&mut visitor, "bob");
    let page = visitor.get("/switch");
    assert!(page.text().contains("ada@example.com"), "{}", page.text());
    app.admin({
        let id = ada.id.to_string();
        move |conn, desk| latchkey::engine::admin::users::set_enabled(conn, desk, &id, false)
    });
    let page = visitor.get("/switch");
    assert!(!page.text().contains("ada@example.com"), "{}", page.text());
}

#[test]
fn sec_c2_signing_in_again_renews_the_session_that_waited() {
    let app = TestApp::start();
    app.user("ada");
    app.user("bob");
    let mut visitor = signed_in(&app, "ada");
    let of_ada = visitor.cookies[SID].clone();
    join(&mut visitor, "bob");
    assert_eq!(visitor.cookies[MORE], of_ada);
    let of_bob = visitor.cookies[SID].clone();
    join(&mut visitor, "ada");
    assert_eq!(visitor.cookies[MORE], of_bob, "bob waits now");
    assert_ne!(visitor.cookies[SID], of_ada);
    assert_eq!(rows(&app, "sessions"), 2, "one session each");
    let mut thief = app.visitor();
    thief.cookies.insert(SID.to_owned(), of_ada);
    assert!(!is_signed_in(&thief), "the old value opens nothing");
    // Without "use another account" somebody new takes the place of the current one.
    app.user("cyd");
    let page = visitor.get("/login?switch=1");
    let csrf = page.input("csrf").unwrap();
    visitor.post("/login", &[("csrf", &*csrf), ("username", "cyd"), ("password", PASSWORD)]);
    assert_eq!(rows(&app, "sessions WHERE ended_at IS NULL"), 2, "ada's ended, bob's waits");
    assert_eq!(visitor.cookies[MORE], of_bob);
}

#[test]
fn sec_n2_a_browser_holds_four_people_at_the_most() {
    let app = TestApp::start();
    let names = ["ada", "bob", "cyd", "dan", "eve"];
    for name in names {
        app.user(name);
    }
    let mut visitor = signed_in(&app, "ada");
    for name in &names[1..] {
        join(&mut visitor, name);
    }
    assert_eq!(rows(&app, "sessions WHERE ended_at IS NULL"), 4);
    let page = visitor.get("/switch");
    assert_eq!(page.text().matches("name=\"account\"").count(), 4, "{}", page.text());
    assert!(!page.text().contains("ada@example.com"), "the oldest one is gone: {}", page.text());
}

/// "Signed out" is said of the browser: whoever comes next finds nobody.
#[test]
fn sec_m1_signing_out_leaves_nobody_behind() {
    let app = TestApp::start();
    for name in ["ada", "bob", "cyd"] {
        app.user(name);
    }
    for way in ["/logout", "session", "everywhere"] {
        let mut visitor = signed_in(&app, "bob");
        join(&mut visitor, "ada");
        let kept = visitor.cookies[MORE].clone();
        let answer = if way == "/logout" {
            let page = visitor.get("/logout");
            decide(&mut visitor, "/logout", &page, &[("decision", "logout")])
        } else {
            let page = visitor.get("/account");
            let csrf = page.input("csrf").unwrap();
            let session = if way == "session" { page.input("session").unwrap() } else { "all".to_owned() };
            visitor.post("/account/sessions", &[("csrf", &csrf), ("session", &session)])
        };
        assert!(answer.text().contains("You are signed out"), "{way}: {}", answer.text());
        assert!(!visitor.cookies.contains_key(MORE), "{way}: {:?}", visitor.cookies);
        assert_eq!(rows(&app, "sessions WHERE ended_at IS NULL"), 0, "{way}");
        // A cookie that was kept opens nothing for the next one.
        visitor.cookies.insert(MORE.to_owned(), kept);
        let page = visitor.get("/login");
        let csrf = page.input("csrf").unwrap();
        visitor.post("/login", &[("csrf", &*csrf), ("username", "cyd"), ("password", PASSWORD)]);
        assert_eq!(visitor.get("/switch").text().matches("name=\"account\"").count(), 1, "{way}");
        let page = visitor.get("/logout");
        decide(&mut visitor, "/logout", &page, &[("decision", "logout")]);
    }
}

/// Nobody's session ends because an app says so of another person's, and "signed out" is not said before.
#[test]
fn sec_m2_with_several_people_signed_in_a_logout_asks_whose_sessions_end() {
    let app = TestApp::start();
    let ada = app.user("ada");
    app.user("bob");
    let web = app.trusted_client();
    let live = || rows(&app, "sessions WHERE ended_at IS NULL");
    let both = |current: bool| {
        let mut visitor = signed_in(&app, "bob");
        join(&mut visitor, "ada");
        let tokens = tokens_in(&app, &mut visitor, &web, &[]);
        if !current {
            // As a browser that forgot it, or a session that is over: ada's.
            visitor.cookies.remove(SID);
        }
        (visitor, tokens["id_token"].as_str().unwrap().to_owned())
    };
    for (way, current) in [
        ("/logout", true),
        ("/oauth2/logout", true),
        ("hint", true),
        ("/logout", false),
        ("/oauth2/logout", false),
    ] {
        let before = live();
        let (mut visitor, hint) = both(current);
        let path =
            if way == "hint" { format!("/oauth2/logout?id_token_hint={hint}") } else { way.to_owned() };
        let page = visitor.get(&path);
        assert_eq!((page.status, live()), (200, before + 2), "{way} {current}: {}", page.text());
        assert!(page.text().contains("bob@example.com"), "{way} {current}: {}", page.text());
        assert_eq!(page.text().contains("ada@example.com"), current, "{way}");
        assert_eq!(page.text().contains("value=\"one\""), current, "{way}: there is one to choose");
        let done = decide(&mut visitor, "/logout", &page, &[("decision", "logout")]);
        assert!(done.text().contains("You are signed out"), "{way} {current}: {}", done.text());
        assert!(!visitor.cookies.contains_key(MORE) && !visitor.cookies.contains_key(SID), "{way} {current}");
        assert_eq!(
            live(),
            before + i64::from(!current),
            "{way} {current}: ada's own session is not known here"
        );
    }
    // Only one of them.
    let before = live();
    let (mut visitor, hint) = both(true);
    let page = visitor.get("/logout");
    // Twice: the browser shows the answer to the second press.
    let mut first = visitor.clone();
    for visitor in [&mut first, &mut visitor] {
        let done = decide(visitor, "/logout", &page, &[("decision", "one")]);
        assert!(done.text().contains("One account is signed out"), "{}", done.text());
        assert_eq!(live(), before + 1);
        assert!(visitor.cookies.contains_key(SID) && !visitor.cookies.contains_key(MORE));
        let silent = app.authorize_path(&web.id, &[("prompt", "none"), ("id_token_hint", &hint)]);
        assert_error(&app, &visitor.get(&silent), "login_required");
        assert!(visitor.get("/account").text().contains("bob@example.com"), "{}", ada.id);
    }
}

#[test]
fn b11_prompt_create_says_who_makes_accounts_and_lets_sign_in() {
    let app = TestApp::start();
    app.user("ada");
    let bob = app.user("bob");
    let web = app.trusted_client();
    let path = app.authorize_path(&web.id, &[("prompt", "create")]);
    let mut visitor = signed_in(&app, "ada");
    let first = visitor.get(&path);
    assert_own(&first, "login");
    let page = visitor.follow(first);
    assert!(page.text().contains("New accounts are made by"), "{}", page.text());
    assert!(!page.text().contains("ada@example.com"), "whoever is signed in is not meant: {}", page.text());
    let (csrf, ix) = (page.input("csrf").unwrap(), page.input("ix").unwrap());
    let switch = page.input("switch").unwrap();
    let pairs =
        [("csrf", &*csrf), ("ix", &ix), ("switch", &switch), ("username", "bob"), ("password", PASSWORD)];
    let answer = visitor.post("/login", &pairs);
    assert_eq!(subject(&app, &web, &answer), bob.id.as_str());
    assert_eq!(rows(&app, "sessions WHERE ended_at IS NULL"), 2, "ada stays signed in");
    assert_error(
        &app,
        &visitor.get(&app.authorize_path(&web.id, &[("prompt", "create none")])),
        "invalid_request",
    );
}
