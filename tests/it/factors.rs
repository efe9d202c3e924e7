//! Second factors (security rows P1 to P5), without a browser: what a person with an authenticator app is asked,
//! what opens nothing, and which policy holds where.

mod account;
mod browser;
mod codes;
mod halfway;
mod policy;
mod remembered;
mod step_up;
mod totp;

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::expect::post_login;
use crate::harness::http::{Answer, Visitor};
use totp_rs::{Builder, Secret};

/// What a person has who enrolled an authenticator app.
pub struct Enrolled {
    /// The key of the app.
    pub key: String,
    /// The recovery codes.
    pub codes: Vec<String>,
}

impl Enrolled {
    /// What the app shows now, `steps` of 30 seconds later.
    pub fn code_at(&self, app: &TestApp, steps: i64) -> String {
        code_of(&self.key, app.clock.now() + 30 * steps)
    }

    /// What the app shows now.
    pub fn code(&self, app: &TestApp) -> String {
        self.code_at(app, 0)
    }
}

/// What an app with this key shows at a time, seconds.
pub fn code_of(key: &str, at: i64) -> String {
    let secret = Secret::try_from_base32(key).expect("base32");
    Builder::new().with_secret(secret).build().expect("a secret").generate(at.try_into().unwrap()).to_string()
}

/// A code that is not one of the three that count now.
pub fn wrong_code(enrolled: &Enrolled, app: &TestApp) -> String {
    let right: Vec<String> = (-1..=1).map(|steps| enrolled.code_at(app, steps)).collect();
    (0..4).map(|n| format!("{n:06}")).find(|code| !right.contains(code)).expect("three are right at most")
}

/// The key on a page that sets up an app.
#[track_caller]
pub fn key(page: &Answer) -> String {
    let text = page.text();
    let found = text.split("<code id=\"key\" dir=\"ltr\">").nth(1).and_then(|rest| rest.split('<').next());
    found.unwrap_or_else(|| panic!("no key: {} {text}", page.status)).replace(' ', "")
}

/// The recovery codes on the page that shows them.
#[track_caller]
pub fn codes(page: &Answer) -> Vec<String> {
    let text = page.text();
    let list = text.split("<pre").nth(1).and_then(|rest| rest.split("</pre>").next());
    let list = list
        .and_then(|list| list.split_once('>'))
        .unwrap_or_else(|| panic!("no codes: {} {text}", page.status))
        .1;
    list.split_whitespace().map(str::to_owned).collect()
}

/// Sends the page that sets up an app with this code.
#[track_caller]
pub fn confirm(visitor: &mut Visitor, page: &Answer, code: &str) -> Answer {
    let field = |name: &str| page.input(name).unwrap_or_default();
    let (csrf, at, enrolment) = (field("csrf"), field("at"), field("enrolment"));
    let mut pairs =
        vec![("csrf", csrf.as_str()), ("enrolment", &enrolment), ("code", code), ("name", "Phone")];
    if at.is_empty() {
        return visitor.post("/account/security/add", &pairs);
    }
    pairs.push(("at", &at));
    visitor.post("/login/factor", &pairs)
}

/// Enrols an app in the account of whoever is signed in here; the step of its code is used up.
#[track_caller]
pub fn enrol_in(app: &TestApp, visitor: &mut Visitor) -> Enrolled {
    let page = visitor.get("/account/security/add");
    let key = key(&page);
    let code = code_of(&key, app.clock.now());
    let shown = confirm(visitor, &page, &code);
    assert_eq!(shown.status, 200, "{:?} {}", shown.header("location"), shown.text());
    Enrolled { codes: codes(&shown), key }
}

/// Gives a person an authenticator app; its next code is good.
#[track_caller]
pub fn enrol(app: &TestApp, username: &str) -> Enrolled {
    let mut visitor = crate::harness::expect::signed_in(app, username);
    let enrolled = enrol_in(app, &mut visitor);
    next_step(app);
    enrolled
}

/// Turns the clock to where the next step of 30 seconds begins: so much time is left in it.
pub fn next_step(app: &TestApp) {
    app.advance(30 - app.clock.now().rem_euclid(30));
}

/// Sends the sign-in form of `path` in this browser with the right password; what is answered.
#[track_caller]
pub fn password(visitor: &mut Visitor, path: &str, username: &str) -> Answer {
    let first = visitor.get(path);
    let page = visitor.follow(first);
    post_password(visitor, &page, username)
}

/// [`password`] for a page that is here already.
#[track_caller]
pub fn post_password(visitor: &mut Visitor, page: &Answer, username: &str) -> Answer {
    let at = page.input("at");
    let device = page.input("device");
    if at.is_none() && device.is_none() {
        return post_login(visitor, page, username, PASSWORD);
    }
    let csrf = page.input("csrf").expect("a form");
    let mut pairs = vec![("csrf", csrf.as_str()), ("username", username), ("password", PASSWORD)];
    pairs.extend(at.as_deref().map(|at| ("at", at)));
    pairs.extend(device.as_deref().map(|device| ("device", device)));
    visitor.post("/login", &pairs)
}

/// The page of the second step after a right password.
#[track_caller]
pub fn second_step(visitor: &mut Visitor, path: &str, username: &str) -> Answer {
    let answer = password(visitor, path, username);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.location().starts_with("/login/factor?at="), "{}", answer.location());
    visitor.follow(answer)
}

/// Sends the page of the second step; `more` replaces or adds fields.
#[track_caller]
pub fn answer(visitor: &mut Visitor, page: &Answer, code: &str, more: &[(&str, &str)]) -> Answer {
    let field =
        |name: &str| page.input(name).unwrap_or_else(|| panic!("no {name}: {} {}", page.status, page.text()));
    let (csrf, at, by) = (field("csrf"), field("at"), field("by"));
    let mut pairs = vec![("csrf", csrf.as_str()), ("at", &at), ("by", &by), ("code", code)];
    for (name, value) in more {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    visitor.post("/login/factor", &pairs)
}

/// Signs in with password and app, without a client; the browser has a session afterwards.
#[track_caller]
pub fn signed_in(app: &TestApp, username: &str, enrolled: &Enrolled) -> Visitor {
    let mut visitor = app.visitor();
    let page = second_step(&mut visitor, "/login", username);
    let done = answer(&mut visitor, &page, &enrolled.code(app), &[]);
    assert_eq!((done.status, done.location()), (303, "/account"), "{}", done.text());
    next_step(app);
    visitor
}

/// Asserts that a sign-in that was half done is over.
#[track_caller]
pub fn assert_over(answer: &Answer) {
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("This sign-in has ended"), "{}", answer.text());
}

const WRONG: &str = "This code is not right";

/// Adds one more app to the account of whoever is signed in here; its id.
#[track_caller]
pub fn confirm_another(app: &TestApp, visitor: &mut Visitor) -> String {
    let ids =
        |app: &TestApp| crate::harness::database::query(&app.engine.db, "SELECT id AS line FROM factors");
    let before = ids(app);
    let page = visitor.get("/account/security/add");
    let done = confirm(visitor, &page, &code_of(&key(&page), app.clock.now()));
    assert_eq!((done.status, done.location()), (303, "/account/security"), "{}", done.text());
    ids(app).into_iter().find(|id| !before.contains(id)).expect("one more")
}

/// Sends a form of the page of the sign-in methods.
#[track_caller]
pub fn change(visitor: &mut Visitor, fields: &[(&str, &str)]) -> Answer {
    let page = visitor.get("/account");
    let csrf = page.input("csrf").unwrap_or_else(|| panic!("no form: {} {}", page.status, page.text()));
    let pairs: Vec<(&str, &str)> =
        [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
    visitor.post("/account/security", &pairs)
}
