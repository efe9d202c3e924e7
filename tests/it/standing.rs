//! What ends while tokens are out: nothing is redeemed, refreshed, shown or called active any more
//! (security rows B5, C7, D8, E9).

use crate::harness::app::{TestApp, TestClient, claims};
use crate::harness::http::{Answer, Visitor};
use latchkey::domain::client::Metadata;
use latchkey::engine::admin::{clients, sessions, users};
use latchkey::protocol::client_auth::AuthMethod;
use latchkey::store::clients as stored;
use serde_json::Value;

const API: &str = "https://api.example.com";

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// Everything that can be out when something ends.
struct Out {
    app: TestApp,
    client: TestClient,
    public: TestClient,
    /// A resource server that may introspect.
    resource: TestClient,
    visitor: Visitor,
    user_id: String,
    session_id: String,
    code: String,
    tokens: Value,
    public_code: String,
    public_tokens: Value,
}

impl Out {
    fn with(scope: &str) -> Self {
        let app = TestApp::start();
        let ada = app.user("ada");
        let client = app.client("web", |m| m.resources = vec![API.to_owned()]);
        let public = app.client("spa", |m| {
            m.token_endpoint_auth_method = AuthMethod::None;
            m.resources = vec![API.to_owned()];
        });
        let resource = app.client("api", |m| m.introspects = vec![API.to_owned()]);
        let mut visitor = app.visitor();
        let mut code = |client: &TestClient| {
            let path = app.authorize_path(&client.id, &[("scope", scope)]);
            app.sign_in(&mut visitor, &path, "ada").param("code").expect("a code")
        };
        let tokens = app.redeem(&client, &code(&client)).json();
        let public_tokens = app.redeem(&public, &code(&public)).json();
        let (unused, public_code) = (code(&client), code(&public));
        let session_id = text(&claims(text(&tokens, "id_token")), "sid").to_owned();
        let user_id = ada.id.to_string();
        let out = Self {
            app,
            client,
            public,
            resource,
            visitor,
            user_id,
            session_id,
            code: unused,
            tokens,
            public_code,
            public_tokens,
        };
        out.assert_alive();
        out
    }

    fn start() -> Self {
        Self::with("openid profile email")
    }

    fn all(&self) -> [(&TestClient, &str, &Value); 2] {
        [
            (&self.client, self.code.as_str(), &self.tokens),
            (&self.public, self.public_code.as_str(), &self.public_tokens),
        ]
    }

    /// Without using anything up.
    fn assert_alive(&self) {
        for (_, _, tokens) in self.all() {
            let access = text(tokens, "access_token");
            assert_eq!(self.app.userinfo(access).status, 200);
            assert_eq!(self.app.introspect(&self.resource, access)["active"], true);
        }
    }

    /// Of these clients nothing works any more; `status` and `error` at the token endpoint.
    fn assert_dead(&self, which: &[usize], (status, error): (u16, &str)) {
        for n in which {
            let (client, code, tokens) = self.all()[*n];
            let (access, refresh) = (text(tokens, "access_token"), text(tokens, "refresh_token"));
            assert_eq!(self.app.userinfo(access).status, 401, "{}", client.id);
            assert_eq!(self.app.introspect(&self.resource, access), serde_json::json!({ "active": false }));
            let refused = |answer: &Answer| {
                assert_eq!(
                    (answer.status, answer.json()["error"].as_str()),
                    (status, Some(error)),
                    "{}",
                    answer.text()
                );
            };
            refused(&self.app.redeem(client, code));
            refused(&self.app.refresh_token(client, refresh));
            assert_eq!(self.app.userinfo(access).status, 401, "{}, afterwards", client.id);
        }
    }
}

#[test]
fn sec_c7_d8_e9_the_person_is_disabled() {
    let out = Out::with("openid profile email offline_access");
    let id = out.user_id.clone();
    out.app.admin(move |conn, desk| users::set_enabled(conn, desk, &id, false));
    out.assert_dead(&[0, 1], (400, "invalid_grant"));
    let id = out.user_id.clone();
    out.app.admin(move |conn, desk| users::set_enabled(conn, desk, &id, true));
    out.assert_dead(&[0, 1], (400, "invalid_grant"));
}

/// Each check alone: the flag is set behind the back of the use case that ends grants and codes.
#[test]
fn sec_c7_d8_e9_the_persons_flag_alone_is_enough() {
    use diesel::connection::SimpleConnection as _;
    let out = Out::with("openid profile email offline_access");
    let sql = format!("UPDATE users SET enabled = false WHERE id = '{}'", out.user_id);
    out.app.write(move |conn| Ok(conn.batch_execute(&sql)?));
    out.assert_dead(&[0, 1], (400, "invalid_grant"));
}

#[test]
fn sec_d8_e9_the_sessions_end_alone_is_enough() {
    use diesel::connection::SimpleConnection as _;
    let out = Out::start();
    let sql = format!("UPDATE sessions SET ended_at = 1 WHERE id = '{}'", out.session_id);
    out.app.write(move |conn| Ok(conn.batch_execute(&sql)?));
    for (client, code, tokens) in out.all() {
        out.app.assert_json(&out.app.redeem(client, code), 400, "invalid_grant", "LK-1234");
        let refreshed = out.app.refresh_token(client, text(tokens, "refresh_token"));
        out.app.assert_json(&refreshed, 400, "invalid_grant", "LK-1234");
    }
}

#[test]
fn sec_b5_e9_the_consents_end_alone_is_enough() {
    use diesel::connection::SimpleConnection as _;
    let out = Out::with("openid profile email offline_access");
    out.app.write(|conn| Ok(conn.batch_execute("DELETE FROM consents")?));
    for (client, code, tokens) in out.all() {
        out.app.assert_json(&out.app.redeem(client, code), 400, "invalid_grant", "LK-1234");
        let refreshed = out.app.refresh_token(client, text(tokens, "refresh_token"));
        out.app.assert_json(&refreshed, 400, "invalid_grant", "LK-1234");
    }
}

#[test]
fn sec_c7_d8_e9_the_person_is_deleted() {
    let out = Out::start();
    let id = out.user_id.clone();
    out.app.admin(move |conn, desk| users::delete(conn, desk, &id));
    out.assert_dead(&[0, 1], (400, "invalid_grant"));
}

#[test]
fn sec_d8_e9_the_client_is_disabled() {
    let out = Out::start();
    out.app.admin(|conn, desk| clients::set_enabled(conn, desk, "web", false));
    out.app.admin(|conn, desk| clients::set_enabled(conn, desk, "spa", false));
    out.assert_dead(&[0, 1], (401, "invalid_client"));
}

/// Another node's snapshot of the clients may be 200 ms old: the transaction reads the row.
#[test]
fn sec_d8_e9_the_client_is_disabled_behind_the_snapshot() {
    use diesel::connection::SimpleConnection as _;
    let out = Out::start();
    out.app.write(|conn| Ok(conn.batch_execute("UPDATE clients SET enabled = false")?));
    for (client, code, tokens) in out.all() {
        assert_eq!(out.app.userinfo(text(tokens, "access_token")).status, 401);
        out.app.assert_json(&out.app.redeem(client, code), 400, "invalid_grant", "LK-1234");
        let refreshed = out.app.refresh_token(client, text(tokens, "refresh_token"));
        out.app.assert_json(&refreshed, 400, "invalid_grant", "LK-1234");
    }
}

#[test]
fn sec_d8_e9_the_client_is_deleted() {
    let out = Out::start();
    out.app.admin(|conn, desk| clients::delete(conn, desk, "web"));
    out.app.admin(|conn, desk| clients::delete(conn, desk, "spa"));
    out.assert_dead(&[0, 1], (401, "invalid_client"));
}

/// What an admin takes from a client is given to nobody, whatever was agreed to before; and it was not used up
/// by the try.
#[test]
fn sec_a6_a_scope_or_a_resource_is_taken_away() {
    let other = "https://other.example.com";
    let takes: [(&str, fn(&mut Metadata)); 2] = [
        ("scope", |m| m.scope = m.scope.split(' ').filter(|s| *s != "email").collect::<Vec<_>>().join(" ")),
        ("resource", |m| m.resources.retain(|name| name != API)),
    ];
    for (what, take) in takes {
        let app = TestApp::start();
        app.user("ada");
        let client = app.client("web", |m| m.resources = vec![API.to_owned(), other.to_owned()]);
        let asked = [("scope", "openid email offline_access"), ("resource", API)];
        let mut visitor = app.visitor();
        let path = app.authorize_path("web", &asked);
        let code = app.sign_in(&mut visitor, &path, "ada").param("code").expect("a code");
        let tokens = app.redeem(&client, &code).json();
        let refresh = text(&tokens, "refresh_token");
        let code = visitor.get(&path).param("code").expect("a second code");
        let before = app.read(|conn| stored::find(conn, "web")).expect("the client").metadata;
        let update = |metadata: Metadata| {
            app.admin(move |conn, desk| clients::update(conn, desk, "web", metadata, None));
        };
        let mut less = before.clone();
        take(&mut less);
        update(less);
        app.assert_json(&app.redeem(&client, &code), 400, "invalid_grant", "LK-1234");
        app.assert_json(&app.refresh_token(&client, refresh), 400, "invalid_grant", "LK-1234");
        // Nor for less than was granted: what it was granted is no more what the client may have.
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", "openid")];
        app.assert_json(&app.token_call(&client, &pairs).send(), 400, "invalid_grant", "LK-1234");
        update(before);
        assert_eq!(app.redeem(&client, &code).status, 200, "{what} given back");
        assert_eq!(app.refresh_token(&client, refresh).status, 200, "{what} given back");
    }
}

#[test]
fn sec_d8_e9_m5_the_session_is_ended_by_an_admin() {
    let out = Out::start();
    let id = out.session_id.clone();
    let ended = out.app.admin(move |conn, desk| sessions::end(conn, desk, &id));
    assert_eq!(ended.grants, 2);
    out.assert_dead(&[0, 1], (400, "invalid_grant"));
}

#[test]
fn sec_d8_e9_the_session_is_ended_on_the_account_page() {
    let mut out = Out::start();
    let page = out.visitor.get("/account");
    let csrf = page.input("csrf").unwrap();
    let id = out.session_id.clone();
    let answer = out.visitor.post("/account/sessions", &[("csrf", &csrf), ("session", &id)]);
    assert!(answer.status < 400, "{}", answer.text());
    out.assert_dead(&[0, 1], (400, "invalid_grant"));
}

#[test]
fn sec_b5_e9_the_consent_is_taken_back() {
    let mut out = Out::with("openid profile email offline_access");
    let page = out.visitor.get("/account");
    let csrf = page.input("csrf").unwrap();
    let answer = out.visitor.post("/account/apps", &[("csrf", &csrf), ("grant", "web")]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    out.assert_dead(&[0], (400, "invalid_grant"));
    assert_eq!(
        out.app.userinfo(text(&out.public_tokens, "access_token")).status,
        200,
        "the other app goes on"
    );
    assert_eq!(out.app.redeem(&out.public, &out.public_code).status, 200);
    let again = out.visitor.get(&out.app.authorize_path("web", &[]));
    let again = out.visitor.follow(again);
    assert!(again.text().contains("name=\"decision\""), "the next request asks again");
}

#[test]
fn sec_e9_the_grant_type_is_taken_away() {
    let out = Out::with("openid profile email offline_access");
    for id in ["web", "spa"] {
        out.app.admin(move |conn, desk| {
            let mut metadata = clients::find(conn, id)?.metadata;
            metadata.grant_types.retain(|name| name != "refresh_token");
            clients::update(conn, desk, id, metadata, None)
        });
    }
    for (client, _, tokens) in out.all() {
        let refused = out.app.refresh_token(client, text(tokens, "refresh_token"));
        out.app.assert_json(&refused, 400, "unauthorized_client", "LK-1221");
    }
    let given = out.app.redeem(&out.client, &out.code).json();
    assert!(given.get("refresh_token").is_none(), "a code is worth no refresh token now: {given}");
}

#[test]
fn sec_e9_the_code_grant_is_taken_away() {
    let out = Out::start();
    out.app.admin(|conn, desk| {
        let mut metadata = clients::find(conn, "web")?.metadata;
        metadata.grant_types = vec!["client_credentials".to_owned()];
        metadata.response_types.clear();
        metadata.redirect_uris.clear();
        metadata.scope = "read".to_owned();
        clients::update(conn, desk, "web", metadata, None)
    });
    out.app.assert_json(&out.app.redeem(&out.client, &out.code), 400, "unauthorized_client", "LK-1221");
    let refused = out.app.refresh_token(&out.client, text(&out.tokens, "refresh_token"));
    out.app.assert_json(&refused, 400, "unauthorized_client", "LK-1221");
}
