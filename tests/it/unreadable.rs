//! A client whose row makes no sense: nobody is let in as it, and everybody else does not notice.

use crate::harness::app::{CALLBACK, TestApp, TestClient};
use crate::harness::binary::Instance;
use crate::harness::database::execute;
use crate::harness::expect::rows;
use latchkey::engine::admin::clients;
use latchkey::protocol::client_auth::AuthMethod;

/// What may be wrong with `broken`, and how it is put right again.
const WRONG: [(&str, &str); 3] = [
    (
        "UPDATE clients SET metadata = metadata || '}' WHERE id = 'broken'",
        "UPDATE clients SET metadata = substr(metadata, 1, length(metadata) - 1) WHERE id = 'broken'",
    ),
    (
        "UPDATE clients SET metadata = replace(metadata, '\"client_name\"', '\"of_a_newer_version\"') WHERE id = 'broken'",
        "UPDATE clients SET metadata = replace(metadata, '\"of_a_newer_version\"', '\"client_name\"') WHERE id = 'broken'",
    ),
    (
        "UPDATE client_secrets SET hash = 'crc32' WHERE client_id = 'broken'",
        "UPDATE client_secrets SET hash = 'sha256' WHERE client_id = 'broken'",
    ),
];

fn status(app: &TestApp, client: &TestClient, token: &str) -> (u16, u16, u16) {
    let authorize = app.call("GET", &app.authorize_path(&client.id, &[])).send();
    let asked = app.call("POST", "/oauth2/introspect").basic(&client.id, &client.secret);
    (authorize.status, asked.form(&[("token", token)]).send().status, app.userinfo(token).status)
}

#[test]
fn one_unreadable_client_is_nobody_and_the_others_are_followed() {
    let app = TestApp::start();
    app.user("ada");
    let (broken, sound) = (app.client("broken", |_| {}), app.client("sound", |_| {}));
    let api = app.client("api", |m| m.introspects = vec![app.issuer.clone()]);
    let token = |client: &TestClient| app.tokens(client, "ada")["access_token"].as_str().unwrap().to_owned();
    let (of_broken, of_sound) = (token(&broken), token(&sound));
    for (round, (harm, heal)) in WRONG.into_iter().enumerate() {
        assert_eq!(status(&app, &broken, &of_broken), (303, 200, 200), "before {harm}");
        execute(&app.engine.db, harm);
        // Every change of a client makes the node read them again.
        let later = app.client(&format!("later{round}"), |m| {
            m.token_endpoint_auth_method = AuthMethod::ClientSecretPost;
        });
        assert_eq!(status(&app, &broken, &of_broken), (400, 401, 401), "{harm}");
        assert_eq!(app.introspect(&api, &of_broken)["active"], false, "{harm}");
        assert_eq!(status(&app, &sound, &of_sound), (303, 200, 200), "{harm}");
        assert_eq!(app.introspect(&api, &of_sound)["active"], true, "{harm}");
        assert_eq!(app.call("GET", &app.authorize_path(&later.id, &[])).send().status, 303, "{harm}");
        execute(&app.engine.db, heal);
        app.client(&format!("last{round}"), |m| m.redirect_uris = vec![CALLBACK.to_owned()]);
    }
    assert_eq!(status(&app, &broken, &of_broken), (303, 200, 200));
}

/// What else could be done with it, where nobody knows how to mend it?
#[test]
fn an_unreadable_client_can_be_removed() {
    let app = TestApp::start();
    app.user("ada");
    for (harm, _) in WRONG {
        let client = app.client("broken", |_| {});
        let tokens = app.tokens(&client, "ada");
        let code = app.code(&client, "ada");
        let of_it = "authorizations WHERE client_id = 'broken' AND stage = ";
        assert_eq!(rows(&app, &format!("{of_it}'granted'")), 1);
        execute(&app.engine.db, harm);
        let gone = app.admin(|conn, desk| clients::delete(conn, desk, "broken"));
        assert!(gone.is_none(), "{harm}");
        assert_eq!(rows(&app, &format!("{of_it}'granted'")), 0, "{harm}");
        assert_eq!(rows(&app, "clients") + rows(&app, "client_secrets") + rows(&app, "grants"), 0, "{harm}");
        app.assert_json(&app.redeem(&client, &code), 401, "invalid_client", "LK-1213");
        assert_eq!(app.userinfo(tokens["access_token"].as_str().unwrap()).status, 401, "{harm}");
    }
    assert_eq!(rows(&app, "audit_events WHERE kind = 'client.deleted' AND client_id = 'broken'"), 3);
    let record = "config_revisions WHERE kind = 'client' AND target = 'broken' AND after IS NULL";
    assert_eq!(rows(&app, &format!("{record} AND before IS NULL")), 3);
}

#[test]
fn an_unreadable_client_is_removed_by_command() {
    let instance = Instance::on_sqlite();
    instance.ok(&["client", "add", "Shop", "https://app.example.com/cb", "--id", "broken"]);
    instance.sql("UPDATE clients SET metadata = '{' WHERE id = 'broken'");
    let said = instance.ok(&["client", "rm", "broken", "--dry-run"]);
    assert!(said.contains("unreadable") && said.contains("broken"), "{said}");
    assert_eq!(instance.number("SELECT count(*) FROM clients"), 1);
    let said = instance.ok(&["client", "rm", "broken"]);
    assert!(said.contains("unreadable") && said.contains("broken"), "{said}");
    assert_eq!(instance.number("SELECT count(*) FROM clients"), 0);
}

#[test]
fn a_server_starts_and_lists_beside_an_unreadable_client() {
    let instance = Instance::on_sqlite();
    for name in ["broken", "sound"] {
        instance.ok(&["client", "add", name, "https://app.example.com/cb", "--id", name]);
    }
    instance.sql("UPDATE clients SET metadata = '{' WHERE id = 'broken'");
    let listed = instance.ok(&["client", "list"]);
    assert!(listed.contains("unreadable") && listed.contains("https://app.example.com/cb"), "{listed}");
    let json: serde_json::Value =
        serde_json::from_str(&instance.ok(&["client", "list", "-o", "json"])).unwrap();
    assert_eq!(
        (json[0]["client_id"].as_str(), json[1]["client_id"].as_str()),
        (Some("sound"), Some("broken"))
    );
    assert!(json[1]["unreadable"].is_string() && json[1]["enabled"] == false, "{json}");
}
