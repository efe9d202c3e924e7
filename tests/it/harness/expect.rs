//! What many tests look at: rows of a table, redirects with an error, flows cut into steps.

use super::app::{CALLBACK, PASSWORD, TestApp, TestClient};
use super::http::{Answer, Visitor};
use diesel::RunQueryDsl as _;
use latchkey::base::secret::{BrowserSecret, Plain, SessionSecret};
use latchkey::engine::visitor::Visitor as AtBrowser;
use latchkey::store::conn::AnyConn;
use serde_json::Value;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// How many rows `from` yields: a table, or a table with a condition.
pub fn rows(app: &TestApp, from: &str) -> i64 {
    let query = diesel::sql_query(format!("SELECT count(*) AS n FROM {from}"));
    app.read(move |conn| {
        let found: Result<Count, _> = match conn {
            AnyConn::Postgres(inner) => query.get_result(inner),
            AnyConn::Sqlite(inner) => query.get_result(inner),
        };
        Ok(found.unwrap().n)
    })
}

/// Asserts `RED(error)` of the table of requirements: 303 to the test callback with error, state and iss,
/// and nothing that is worth anything.
#[track_caller]
pub fn assert_error(app: &TestApp, answer: &Answer, error: &str) {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let location = answer.location();
    assert!(location.starts_with(&format!("{CALLBACK}?")), "{location}");
    assert_eq!(answer.param("error").as_deref(), Some(error), "{location}");
    assert_eq!(answer.param("state").as_deref(), Some("st-1"), "{location}");
    assert_eq!(answer.param("iss").as_deref(), Some(app.issuer.as_str()), "{location}");
    let query = location.split_once('?').unwrap().1;
    for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
        let known = ["error", "error_description", "error_uri", "state", "iss"];
        assert!(known.contains(&name.as_ref()), "{name} in {location}");
    }
}

/// A page without the random values that differ from one answer to the next, in which any short word may occur.
pub fn still(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("-");
    let csrf = answer.input("csrf").unwrap_or_else(|| "-".to_owned());
    answer.text().replace(nonce, "_").replace(&csrf, "_")
}

/// Asserts that the browser is sent to one of our pages.
#[track_caller]
pub fn assert_own(answer: &Answer, path: &str) {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.location().starts_with(&format!("/{path}?ix=")), "{}", answer.location());
}

/// The id of the stored authorization that a redirect or page is about.
#[track_caller]
pub fn ix(answer: &Answer) -> String {
    let sent = answer.param("ix").or_else(|| answer.input("ix"));
    sent.unwrap_or_else(|| {
        panic!("no ix: {} {:?} {}", answer.status, answer.header("location"), answer.text())
    })
}

/// Sends a login form with this name and password.
#[track_caller]
pub fn post_login(visitor: &mut Visitor, page: &Answer, username: &str, password: &str) -> Answer {
    let csrf = page.input("csrf").unwrap_or_else(|| panic!("no form: {} {}", page.status, page.text()));
    let ix = page.input("ix").unwrap_or_default();
    let mut pairs = vec![("csrf", csrf.as_str()), ("username", username), ("password", password)];
    if !ix.is_empty() {
        pairs.push(("ix", &ix));
    }
    visitor.post("/login", &pairs)
}

/// Signs in without an app: the browser has a session afterwards.
#[track_caller]
pub fn signed_in(app: &TestApp, username: &str) -> Visitor {
    let mut visitor = app.visitor();
    let page = visitor.get("/login");
    let answer = post_login(&mut visitor, &page, username, PASSWORD);
    assert_eq!((answer.status, answer.location()), (303, "/account"), "{}", answer.text());
    visitor
}

/// Follows a request to the consent page.
#[track_caller]
pub fn to_consent(app: &TestApp, visitor: &mut Visitor, path: &str, username: &str) -> Answer {
    let first = visitor.get(path);
    let mut page = visitor.follow(first);
    if page.text().contains("name=\"password\"") {
        page = app.log_in(visitor, &page, username);
    }
    assert!(page.text().contains("name=\"decision\""), "no consent page: {} {}", page.status, page.text());
    page
}

/// Sends a page's form with this decision; `more` replaces fields.
#[track_caller]
pub fn decide(visitor: &mut Visitor, to: &str, page: &Answer, more: &[(&str, &str)]) -> Answer {
    let (csrf, ix) = (page.input("csrf").unwrap_or_default(), page.input("ix").unwrap_or_default());
    let scope = page.input("scope").unwrap_or_default();
    let mut pairs = vec![("csrf", csrf.as_str()), ("ix", &ix), ("scope", &scope)];
    for (name, value) in more {
        pairs.retain(|(n, _)| n != name);
        pairs.push((name, value));
    }
    visitor.post(to, &pairs)
}

/// The token a form would carry in this browser, made with the server's own key: for tests of what
/// lies behind the guard.
pub fn token(app: &TestApp, visitor: &Visitor, form: &str, ix: &str) -> String {
    let browser = visitor.cookies.get("__Host-lk_ix").map(|v| Plain::<BrowserSecret>::presented(v).digest());
    let session = visitor.cookies.get("__Host-lk_sid").map(|v| Plain::<SessionSecret>::presented(v).digest());
    // The sign-in form belongs to the browser alone.
    let session = session.filter(|_| form != "login");
    AtBrowser { browser, session, ..AtBrowser::default() }.csrf(&app.engine, &format!("{form}\n{ix}"))
}

/// A whole flow in this browser: the token answer.
#[track_caller]
pub fn tokens_in(app: &TestApp, visitor: &mut Visitor, client: &TestClient, more: &[(&str, &str)]) -> Value {
    let answer = app.sign_in(visitor, &app.authorize_path(&client.id, more), "ada");
    redeemed(app, client, &answer)
}

/// The token answer for the code in a redirect.
#[track_caller]
pub fn redeemed(app: &TestApp, client: &TestClient, answer: &Answer) -> Value {
    let code = answer
        .param("code")
        .unwrap_or_else(|| panic!("no code: {} {:?}", answer.status, answer.header("location")));
    let tokens = app.redeem(client, &code);
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    tokens.json()
}

/// Whether somebody is signed in in this browser.
#[track_caller]
pub fn is_signed_in(visitor: &Visitor) -> bool {
    let answer = visitor.clone().get("/account");
    if answer.status != 200 {
        assert_eq!((answer.status, answer.location()), (303, "/login"), "{}", answer.text());
    }
    answer.status == 200
}
