//! A person or a client switched off or deleted at any step is refused at that step (security row C7).

use crate::harness::app::{PASSWORD, TestApp, TestClient};
use crate::harness::expect::{assert_own, decide, is_signed_in, post_login, to_consent};
use crate::harness::http::{Answer, Visitor};
use latchkey::engine::admin::{clients, users};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    UserOff,
    UserGone,
    ClientOff,
    ClientGone,
}

use Blow::{ClientGone, ClientOff, UserGone, UserOff};

/// One person at one client, on the way.
struct Flow<'a> {
    app: &'a TestApp,
    user: String,
    name: String,
    client: TestClient,
    visitor: Visitor,
}

impl<'a> Flow<'a> {
    fn new(app: &'a TestApp, label: &str) -> Self {
        let name = format!("p-{label}").to_lowercase();
        let user = app.user(&name).id.to_string();
        let client = app.client(&format!("c-{label}").to_lowercase(), |_| {});
        Self { app, user, name, client, visitor: app.visitor() }
    }

    fn path(&self) -> String {
        self.app.authorize_path(&self.client.id, &[])
    }

    fn login_page(&mut self) -> Answer {
        let first = self.visitor.get(&self.path());
        self.visitor.follow(first)
    }

    fn consent_page(&mut self) -> Answer {
        let path = self.path();
        to_consent(self.app, &mut self.visitor, &path, &self.name)
    }

    fn code(&mut self) -> String {
        let page = self.consent_page();
        decide(&mut self.visitor, "/consent", &page, &[("decision", "allow")]).param("code").unwrap()
    }

    fn tokens(&mut self) -> Value {
        let code = self.code();
        self.app.redeem(&self.client, &code).json()
    }

    fn strike(&self, blow: Blow) {
        let (user, client) = (self.user.clone(), self.client.id.clone());
        match blow {
            UserOff => drop(self.app.admin(move |conn, desk| users::set_enabled(conn, desk, &user, false))),
            UserGone => drop(self.app.admin(move |conn, desk| users::delete(conn, desk, &user))),
            ClientOff => {
                drop(self.app.admin(move |conn, desk| clients::set_enabled(conn, desk, &client, false)));
            }
            ClientGone => drop(self.app.admin(move |conn, desk| clients::delete(conn, desk, &client))),
        }
    }
}

fn each(step: &str, mut check: impl FnMut(&mut Flow<'_>, Blow)) {
    let app = TestApp::start();
    for blow in [UserOff, UserGone, ClientOff, ClientGone] {
        let mut flow = Flow::new(&app, &format!("{step}-{blow:?}"));
        check(&mut flow, blow);
    }
}

fn is_user(blow: Blow) -> bool {
    matches!(blow, UserOff | UserGone)
}

#[test]
fn sec_c7_at_the_password() {
    each("password", |flow, blow| {
        let page = flow.login_page();
        flow.strike(blow);
        let answer = post_login(&mut flow.visitor, &page, &flow.name, PASSWORD);
        if is_user(blow) {
            assert_eq!(answer.status, 200);
            assert!(answer.text().contains("The username or the password is not right"), "{blow:?}");
        } else {
            flow.app.assert_page(&answer, 400, "LK-1134");
        }
        assert!(!flow.visitor.cookies.contains_key("__Host-lk_sid"), "{blow:?}");
    });
}

#[test]
fn sec_c7_at_the_consent_page_and_its_answer() {
    each("consent", |flow, blow| {
        let page = flow.consent_page();
        let issued = flow.app.events("code.issued");
        flow.strike(blow);
        let key = page.input("ix").unwrap();
        let shown = flow.visitor.get(&format!("/consent?ix={key}"));
        let sent = decide(&mut flow.visitor, "/consent", &page, &[("decision", "allow")]);
        for answer in [shown, sent] {
            if is_user(blow) {
                assert_own(&answer, "login");
            } else {
                flow.app.assert_page(&answer, 400, "LK-1134");
            }
        }
        assert_eq!(flow.app.events("code.issued"), issued, "{blow:?}");
    });
}

/// The snapshot of clients is at most 200 ms old; the transaction that issues looks at the row itself.
#[test]
fn sec_c7_at_the_consent_answer_before_the_snapshot_follows() {
    each("snapshot", |flow, blow| {
        let page = flow.consent_page();
        let issued = flow.app.events("code.issued");
        let client = flow.client.id.clone();
        if blow == ClientOff {
            flow.app.write(move |conn| {
                let mut found = latchkey::store::clients::find(conn, &client)?.unwrap();
                found.enabled = false;
                latchkey::store::clients::update(conn, &found, 0)
            });
        } else {
            flow.strike(blow);
        }
        let answer = decide(&mut flow.visitor, "/consent", &page, &[("decision", "allow")]);
        assert!(answer.param("code").is_none(), "{blow:?}: {:?}", answer.header("location"));
        assert_eq!(flow.app.events("code.issued"), issued, "{blow:?}");
    });
}

#[test]
fn sec_c7_at_the_endpoint_with_a_session() {
    each("session", |flow, blow| {
        flow.code();
        assert!(flow.visitor.get(&flow.path()).param("code").is_some());
        flow.strike(blow);
        let answer = flow.visitor.get(&flow.path());
        if is_user(blow) {
            assert_own(&answer, "login");
            assert!(!is_signed_in(&flow.visitor), "{blow:?}");
        } else {
            flow.app.assert_page(&answer, 400, "LK-1102");
        }
    });
}

#[test]
fn sec_c7_at_the_redemption() {
    each("redeem", |flow, blow| {
        let code = flow.code();
        flow.strike(blow);
        let answer = flow.app.redeem(&flow.client, &code);
        let (status, error) = if is_user(blow) { (400, "invalid_grant") } else { (401, "invalid_client") };
        assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(error)), "{blow:?}");
    });
}

#[test]
fn sec_c7_at_refresh_userinfo_and_introspection() {
    each("tokens", |flow, blow| {
        let tokens = flow.tokens();
        let (access, refresh) =
            (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
        assert_eq!(flow.app.userinfo(access).status, 200);
        flow.strike(blow);
        assert_eq!(flow.app.userinfo(access).status, 401, "{blow:?}");
        let answer = flow.app.refresh_token(&flow.client, refresh);
        if is_user(blow) {
            assert_eq!(
                (answer.status, answer.json()["error"].as_str()),
                (400, Some("invalid_grant")),
                "{blow:?}"
            );
            for token in [access, refresh] {
                assert_eq!(flow.app.introspect(&flow.client, token)["active"], false, "{blow:?}");
            }
        } else {
            assert_eq!(
                (answer.status, answer.json()["error"].as_str()),
                (401, Some("invalid_client")),
                "{blow:?}"
            );
            let call =
                flow.app.call("POST", "/oauth2/introspect").basic(&flow.client.id, &flow.client.secret);
            assert_eq!(call.form(&[("token", access)]).send().status, 401, "{blow:?}");
        }
    });
}

#[test]
fn sec_c7_what_was_ended_stays_ended_when_the_account_comes_back() {
    let app = TestApp::start();
    let mut flow = Flow::new(&app, "back");
    let tokens = flow.tokens();
    let code = flow.visitor.get(&flow.path()).param("code").unwrap();
    flow.strike(UserOff);
    let user = flow.user.clone();
    app.admin(move |conn, desk| users::set_enabled(conn, desk, &user, true));
    assert_eq!(app.redeem(&flow.client, &code).json()["error"], "invalid_grant");
    assert_eq!(app.refresh_token(&flow.client, tokens["refresh_token"].as_str().unwrap()).status, 400);
    assert_eq!(app.userinfo(tokens["access_token"].as_str().unwrap()).status, 401);
    assert!(!is_signed_in(&flow.visitor));
}
