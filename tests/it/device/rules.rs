//! Every rule of the code flow holds for devices, at each step (security rows C7, D8 and L4).

use super::{
    Codes, GRANT, approve, as_tv, ask, begin, codes, enter, is_question, poll, press, sign_in, to_question,
    tokens,
};
use crate::harness::app::{CALLBACK, TestApp, TestClient};
use crate::harness::expect::{rows, signed_in};
use crate::harness::http::{Answer, Visitor};
use latchkey::domain::client::{ConsentPolicy, Metadata};
use latchkey::engine::admin::{clients, sessions, users};

/// What becomes of a person or a client on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    UserOff,
    UserGone,
    ClientOff,
    ClientGone,
    GrantTaken,
    ScopeTaken,
    ResourceTaken,
    SessionEnded,
    SignedOutEverywhere,
    ConsentWithdrawn,
}

use Blow::{
    ClientGone, ClientOff, ConsentWithdrawn, GrantTaken, ResourceTaken, ScopeTaken, SessionEnded,
    SignedOutEverywhere, UserGone, UserOff,
};

const API: &str = "https://api.example.com";

struct Flow<'a> {
    app: &'a TestApp,
    name: String,
    user: String,
    client: TestClient,
    visitor: Visitor,
    codes: Codes,
}

impl<'a> Flow<'a> {
    fn new(app: &'a TestApp, label: &str) -> Self {
        let name = format!("p-{label}").to_lowercase();
        let user = app.user(&name).id.to_string();
        let client = app.client(&format!("c-{label}").to_lowercase(), |m| {
            as_tv(m);
            m.resources = vec![API.to_owned()];
        });
        let codes = codes(&ask(app, &client, &[("resource", API)]));
        Self { app, name, user, visitor: app.visitor(), client, codes }
    }

    fn question(&mut self) -> Answer {
        to_question(&mut self.visitor, &self.codes, &self.name)
    }

    fn edit(&self, change: impl FnOnce(&mut Metadata) + Send + 'static) {
        let id = self.client.id.clone();
        self.app.admin(move |conn, desk| {
            let mut metadata = clients::find(conn, &id)?.metadata;
            change(&mut metadata);
            clients::update(conn, desk, &id, metadata, None)
        });
    }

    fn strike(&mut self, blow: Blow) {
        let (user, client) = (self.user.clone(), self.client.id.clone());
        match blow {
            UserOff => drop(self.app.admin(move |conn, desk| users::set_enabled(conn, desk, &user, false))),
            UserGone => drop(self.app.admin(move |conn, desk| users::delete(conn, desk, &user))),
            ClientOff => {
                drop(self.app.admin(move |conn, desk| clients::set_enabled(conn, desk, &client, false)));
            }
            ClientGone => drop(self.app.admin(move |conn, desk| clients::delete(conn, desk, &client))),
            GrantTaken => self.edit(|m| {
                m.grant_types = vec!["authorization_code".to_owned()];
                m.response_types = vec!["code".to_owned()];
                m.redirect_uris = vec![CALLBACK.to_owned()];
            }),
            ScopeTaken => self.edit(|m| m.scope = "openid profile".to_owned()),
            ResourceTaken => self.edit(|m| m.resources.clear()),
            SessionEnded => {
                let page = self.visitor.get("/account");
                let (csrf, session) = (page.input("csrf").unwrap(), self.session());
                let answer =
                    self.visitor.post("/account/sessions", &[("csrf", &csrf), ("session", &session)]);
                assert!(answer.text().contains("You are signed out"), "{} {}", answer.status, answer.text());
            }
            SignedOutEverywhere => {
                self.app.admin(move |conn, desk| sessions::end_all(conn, desk, &user));
            }
            ConsentWithdrawn => {
                let csrf = self.visitor.get("/account").input("csrf").unwrap();
                let answer = self.visitor.post("/account/apps", &[("csrf", &csrf), ("grant", &client)]);
                assert_eq!(answer.status, 303, "{}", answer.text());
            }
        }
    }

    fn session(&self) -> String {
        let (user, now) = (self.user.clone(), self.app.clock.now());
        let live = self.app.read(move |conn| latchkey::store::sessions::of_user(conn, &user, now));
        live.first().expect("a session").id.to_string()
    }
}

fn each(step: &str, blows: &[Blow], mut check: impl FnMut(&mut Flow<'_>, Blow)) {
    let app = TestApp::start();
    for blow in blows {
        // Nobody enters more than ten codes a minute here.
        app.advance(60);
        let mut flow = Flow::new(&app, &format!("{step}-{blow:?}"));
        check(&mut flow, *blow);
        assert_eq!(rows(&app, "grants"), 0, "{step} {blow:?}");
    }
}

const OF_CLIENT: [Blow; 5] = [ClientOff, ClientGone, GrantTaken, ScopeTaken, ResourceTaken];

#[test]
fn sec_l4_before_the_code_is_entered() {
    each("code", &OF_CLIENT, |flow, blow| {
        flow.strike(blow);
        let answer = enter(&mut flow.visitor, &flow.codes.user);
        assert_eq!(answer.status, 200, "{blow:?}");
        assert!(answer.text().contains("No device waits with this code"), "{blow:?}: {}", answer.text());
    });
}

#[test]
fn sec_l4_under_the_page_that_asks() {
    let all = [UserOff, UserGone, ClientOff, ClientGone, GrantTaken, ScopeTaken, ResourceTaken, SessionEnded];
    each("page", &all, |flow, blow| {
        let page = flow.question();
        flow.strike(blow);
        let ix = page.input("ix").unwrap();
        let shown = flow.visitor.get(&format!("/device?ix={ix}"));
        let csrf = page.input("csrf").unwrap();
        let sent = flow.visitor.post("/device", &[("csrf", &csrf), ("ix", &ix), ("decision", "allow")]);
        for answer in [shown, sent] {
            if matches!(blow, UserOff | UserGone | SessionEnded) {
                if answer.status != 403 {
                    assert_eq!(answer.status, 303, "{blow:?}: {}", answer.text());
                    assert!(
                        answer.location().starts_with("/login?device="),
                        "{blow:?}: {}",
                        answer.location()
                    );
                }
            } else {
                flow.app.assert_page(&answer, 400, "LK-1803");
            }
        }
        assert_eq!(flow.app.events("device.approved"), 0, "{blow:?}");
    });
}

/// The snapshot of clients is at most 200 ms old; the transaction that approves looks at the row itself.
#[test]
fn sec_l4_under_the_page_before_the_snapshot_follows() {
    each("snapshot", &[ClientOff], |flow, _| {
        let page = flow.question();
        let client = flow.client.id.clone();
        flow.app.write(move |conn| {
            let mut found = latchkey::store::clients::find(conn, &client)?.unwrap();
            found.enabled = false;
            latchkey::store::clients::update(conn, &found, 0)
        });
        let answer = press(&mut flow.visitor, &page, "allow");
        assert!(!answer.text().contains("You can go back"), "{}", answer.text());
        assert_eq!(flow.app.events("device.approved"), 0);
    });
}

#[test]
fn sec_l4_between_the_answer_and_the_poll() {
    let all = [
        UserOff,
        UserGone,
        ClientOff,
        ClientGone,
        GrantTaken,
        ScopeTaken,
        ResourceTaken,
        SessionEnded,
        SignedOutEverywhere,
        ConsentWithdrawn,
    ];
    each("poll", &all, |flow, blow| {
        let page = flow.question();
        assert!(press(&mut flow.visitor, &page, "allow").text().contains("You can go back"), "{blow:?}");
        flow.strike(blow);
        let answer = poll(flow.app, &flow.client, &flow.codes);
        let expected = match blow {
            ClientOff | ClientGone => (401, "invalid_client"),
            GrantTaken => (400, "unauthorized_client"),
            _ => (400, "invalid_grant"),
        };
        let json = answer.json();
        assert_eq!(
            (answer.status, json["error"].as_str()),
            (expected.0, Some(expected.1)),
            "{blow:?}: {json}"
        );
    });
}

/// What was ended stays ended when the account comes back.
#[test]
fn sec_l4_what_was_approved_before_the_end_is_worth_nothing_after_it() {
    let app = TestApp::start();
    let mut flow = Flow::new(&app, "back");
    let page = flow.question();
    press(&mut flow.visitor, &page, "allow");
    flow.strike(UserOff);
    let user = flow.user.clone();
    app.admin(move |conn, desk| users::set_enabled(conn, desk, &user, true));
    app.assert_json(&poll(&app, &flow.client, &flow.codes), 400, "invalid_grant", "LK-1254");
    // A client that is made anew under the same id is another one.
    let mut flow = Flow::new(&app, "again");
    let page = flow.question();
    press(&mut flow.visitor, &page, "allow");
    let pending = codes(&ask(&app, &flow.client, &[]));
    flow.strike(ClientGone);
    app.advance(5);
    let anew = app.client(&flow.client.id, as_tv);
    app.assert_json(&poll(&app, &anew, &flow.codes), 400, "invalid_grant", "LK-1254");
    app.assert_json(&poll(&app, &anew, &pending), 400, "invalid_grant", "LK-1254");
    let answer = enter(&mut app.visitor(), &pending.user);
    assert!(answer.text().contains("No device waits with this code"), "{}", answer.text());
    assert_eq!(rows(&app, "grants"), 0);
}

/// The client's `default_max_age`: who signed in longer ago signs in again, once.
#[test]
fn sec_l4_the_clients_max_age_holds() {
    let app = TestApp::start();
    app.user("ada");
    for (most, again) in [(100, true), (0, true), (1000, false)] {
        let client = app.client(&format!("tv{most}"), |m| {
            as_tv(m);
            m.default_max_age = Some(most);
        });
        let mut visitor = signed_in(&app, "ada");
        app.advance(200);
        let given = begin(&app, &client);
        let entered = enter(&mut visitor, &given.user);
        let mut page = visitor.follow(entered);
        assert_eq!(!is_question(&page), again, "{most}");
        if again {
            page = sign_in(&mut visitor, &page, "ada");
            assert!(is_question(&page), "once is enough: {}", page.text());
        }
        // A page that was shown in time does not stand in for a session that is too old now.
        app.advance(5);
        press(&mut visitor, &page, "allow");
        tokens(&poll(&app, &client, &given));
    }
    // A form that was made while the session was young enough.
    let client = app.client("strict", |m| {
        as_tv(m);
        m.default_max_age = Some(100);
    });
    let mut visitor = signed_in(&app, "ada");
    app.advance(50);
    let given = begin(&app, &client);
    let page = to_question(&mut visitor, &given, "ada");
    app.advance(51);
    let (csrf, ix) = (page.input("csrf").unwrap(), page.input("ix").unwrap());
    let answer = visitor.post("/device", &[("csrf", &csrf), ("ix", &ix), ("decision", "allow")]);
    assert!(answer.location().starts_with("/login?device="), "{}", answer.location());
    assert_eq!(rows(&app, "device_codes WHERE stage = 'pending'"), 1);
}

/// Whatever was agreed to before, and also where consent is never asked, a device is asked about.
#[test]
fn sec_l4_the_page_is_never_skipped_and_consent_is_remembered_as_ever() {
    let app = TestApp::start();
    app.user("ada");
    let client = super::tv(&app);
    let own = app.client("own", |m| {
        as_tv(m);
        m.consent = ConsentPolicy::Skip;
    });
    let mut visitor = signed_in(&app, "ada");
    for (client, consents) in [(&client, 1), (&client, 1), (&own, 1)] {
        let given = begin(&app, client);
        let page = to_question(&mut visitor, &given, "ada");
        press(&mut visitor, &page, "allow");
        tokens(&poll(&app, client, &given));
        assert_eq!(rows(&app, "consents"), consents);
    }
    assert_eq!(app.events("consent.given"), 2);
    // Taking it back ends what devices were given.
    let given = begin(&app, &client);
    approve(&app, &given, "ada");
    let refresh = tokens(&poll(&app, &client, &given))["refresh_token"].as_str().unwrap().to_owned();
    let csrf = visitor.get("/account").input("csrf").unwrap();
    assert_eq!(visitor.post("/account/apps", &[("csrf", &csrf), ("grant", &client.id)]).status, 303);
    assert_eq!(app.refresh_token(&client, &refresh).status, 400);
}

/// Registration knows the grant: it needs no redirect URI, and goes with refresh tokens.
#[test]
fn a_device_client_needs_no_redirect_uri() {
    let program = crate::harness::program::Program::fresh();
    let said = program
        .run(&[
            "client",
            "add",
            "TV",
            "--id",
            "tv",
            "--public",
            "--grant",
            "device_code,refresh_token",
            "-o",
            "json",
        ])
        .json();
    assert_eq!(said["grant_types"], serde_json::json!([GRANT, "refresh_token"]));
    assert_eq!(
        (&said["redirect_uris"], &said["response_types"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
    assert!(said["client_secret"].is_null(), "{said}");
    let env = program.run(&["client", "add", "Box", "--grant", "device_code", "-o", "env"]).ok();
    assert!(env.contains("CLIENT_SECRET=lk_cs_") && !env.contains("REDIRECT_URI"), "{env}");
    let refused = program.run(&["client", "add", "X", "--grant", "refresh_token"]).fails(65);
    assert!(refused.contains("refresh_token without"), "{refused}");
    program.run(&["client", "add", "Shop", "http://localhost:3000/cb", "--id", "shop"]).ok();
    program.run(&["client", "edit", "shop", "--grant", "device_code"]).ok();
    let said = program.run(&["client", "show", "shop", "-o", "json"]).json();
    assert_eq!(said["grant_types"], serde_json::json!(["authorization_code", "refresh_token", GRANT]));
}
