//! What an app may ask for (security rows I2, I3, I4, I5).

use super::{again, app_refuses, client, manage, metadata, open, post, register, send, text};
use crate::harness::app::{CALLBACK, TestApp};
use crate::harness::expect::rows;
use latchkey::engine::admin::{clients, document::KEYS};
use serde_json::{Value, json};

/// Every member that is an address, in a list or not; whether it must be https whatever the app is.
const ADDRESSES: [(&str, bool, bool); 13] = [
    ("redirect_uris", true, false),
    ("post_logout_redirect_uris", true, false),
    ("client_uri", false, false),
    ("logo_uri", false, false),
    ("policy_uri", false, false),
    ("tos_uri", false, false),
    ("jwks_uri", false, true),
    ("sector_identifier_uri", false, true),
    ("request_uris", true, false),
    ("initiate_login_uri", false, true),
    ("backchannel_logout_uri", false, false),
    ("frontchannel_logout_uri", false, false),
    ("resources", true, false),
];

const UNFIT: [&str; 22] = [
    "JaVaScRiPt:alert(1)",
    "javascript://rp.example.com/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://rp.example.com/x",
    "about:blank",
    "//rp.example.com/cb",
    "/cb",
    "rp.example.com/cb",
    "http://rp.example.com/cb",
    "ftp://rp.example.com/cb",
    "https://ada@rp.example.com/cb",
    "https://rp.example.com@evil.example/cb",
    "https://@rp.example.com/cb",
    "https://*.example.com/cb",
    "https://rp.example.com/../cb",
    "https://rp.example.com/%2e%2e/cb",
    "https://rp.example.com\\@evil.example/cb",
    "https://rp.example.com/c\tb",
    "https://",
    "",
];

#[test]
fn sec_i2_every_address_passes_one_validator_at_creation_and_update() {
    let app = open();
    let made = register(&app, &json!({}));
    let long = format!("https://rp.example.com/{}", "x".repeat(2048));
    let fragment = "https://rp.example.com/cb#x".to_owned();
    for (member, is_list, https) in ADDRESSES {
        let mut unfit: Vec<String> = UNFIT.iter().map(|uri| (*uri).to_owned()).collect();
        unfit.push(long.clone());
        // The fragment of a request_uri may be the hash of what is there (OIDC Core §6.2).
        unfit.extend((member != "request_uris").then(|| fragment.clone()));
        if https {
            unfit.extend(["http://localhost/x".to_owned(), "com.example.app:/x".to_owned()]);
        }
        for uri in unfit {
            let more = json!({ member: if is_list { json!([uri]) } else { json!(uri) } });
            let error =
                if member == "redirect_uris" { "invalid_redirect_uri" } else { "invalid_client_metadata" };
            for answer in [post(&app, None, &more), manage(&app, "PUT", &made, Some(&again(&made, &more)))] {
                assert_eq!(answer.status, 400, "{member} {uri}: {}", answer.text());
                let said = answer.json();
                assert_eq!(said["error"], error, "{member} {uri}");
                assert!(text(&said, "parameter").starts_with(member), "{member} {uri}: {said}");
            }
        }
    }
    assert_eq!(rows(&app, "clients"), 1);
    // No member is an address that this table does not know.
    let known = |name: &str| ADDRESSES.iter().any(|(member, _, _)| *member == name);
    for (name, takes) in KEYS.iter().filter(|(_, takes)| takes.contains("URI")) {
        assert!(known(name) || *name == "introspects", "{name} takes {takes}");
    }
}

#[test]
fn sec_i2_native_apps_return_to_loopback_and_schemes_of_their_own() {
    let app = open();
    let native = |uris: Value| json!({ "application_type": "native", "token_endpoint_auth_method": "none", "redirect_uris": uris });
    let fine = json!([
        "http://127.0.0.1/cb",
        "http://[::1]:9/cb",
        "com.example.app:/cb",
        "https://rp.example.com/cb"
    ]);
    assert_eq!(register(&app, &native(fine.clone()))["redirect_uris"], fine);
    for wrong in ["myapp:/cb", "http://10.0.0.1/cb", "javascript:x", "com.example.app:/cb#x"] {
        app.assert_json(&post(&app, None, &native(json!([wrong]))), 400, "invalid_redirect_uri", "LK-1706");
    }
    let web = json!({ "redirect_uris": ["com.example.app:/cb"] });
    app.assert_json(&post(&app, None, &web), 400, "invalid_redirect_uri", "LK-1706");
}

/// What only an admin may decide.
fn wishes() -> Vec<Value> {
    vec![
        json!({ "consent": "skip" }),
        json!({ "pkce": "required" }),
        json!({ "access_token_format": "opaque" }),
        json!({ "access_token_seconds": 3600 }),
        json!({ "refresh_grace_seconds": 60 }),
        json!({ "refresh_token_delivery": "cookie" }),
        json!({ "access_token_signing_alg": "ES256" }),
        json!({ "resources": ["https://api.example.com"] }),
        json!({ "introspects": ["https://api.example.com"] }),
        json!({ "cors_origins": ["https://evil.example"] }),
        json!({ "legacy_response_types": true }),
        json!({ "accent_color": "#1144cc" }),
        json!({ "scope": "openid admin" }),
        json!({ "grant_types": ["client_credentials"], "redirect_uris": [] }),
        json!({ "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"] }),
    ]
}

#[test]
fn sec_i3_what_only_an_admin_decides_is_refused_at_creation_and_update() {
    let app = open();
    let made = register(
        &app,
        &json!({ "client_id": "admin-console", "client_secret": "chosen-by-a-stranger-0", "enabled": false, "unreviewed": false }),
    );
    assert_ne!(made["client_id"], "admin-console", "its own id is ignored");
    assert_ne!(made["client_secret"], "chosen-by-a-stranger-0");
    assert_eq!(rows(&app, "clients WHERE unreviewed AND enabled"), 1);
    for more in wishes() {
        app_refuses(&app, &more);
        app.assert_json(
            &manage(&app, "PUT", &made, Some(&again(&made, &more))),
            400,
            "invalid_client_metadata",
            "LK-1705",
        );
    }
    assert_eq!(rows(&app, "clients"), 1);
    assert_eq!(metadata(&manage(&app, "GET", &made, None).json()), metadata(&made));
    // A member that nobody decided about is not open to strangers: each known one is in one list or the other.
    let told = metadata(&made);
    for (name, _) in KEYS.iter().filter(|(name, _)| *name != "jwks") {
        let own = told.contains_key(*name)
            && ![
                "pkce",
                "consent",
                "access_token_format",
                "legacy_response_types",
                "refresh_token_delivery",
                "second_factor",
            ]
            .contains(name);
        let answer = post(&app, None, &json!({ *name: { "no": "such form" } })).json();
        let words = text(&answer, "error_description");
        assert!(!own || !words.contains("administrator"), "{name}: {words}");
        let admin = [
            "pkce",
            "consent",
            "access_token_format",
            "access_token_seconds",
            "refresh_grace_seconds",
            "refresh_token_delivery",
            "resources",
            "introspects",
            "cors_origins",
            "access_token_signing_alg",
            "legacy_response_types",
            "accent_color",
            "second_factor",
        ];
        assert_eq!(
            words.contains("can only be set by an administrator"),
            admin.contains(name),
            "{name}: {words}"
        );
    }
}

#[test]
fn sec_i3_what_an_admin_decided_stays_and_is_not_regained() {
    let app = open();
    let made = register(&app, &json!({ "scope": "openid email" }));
    let id = client(&made).id;
    app.admin(move |conn, desk| {
        let mut metadata = clients::find(conn, &id)?.metadata;
        metadata.resources = vec!["https://api.example.com".to_owned()];
        metadata.pkce = latchkey::domain::client::PkcePolicy::Required;
        metadata.access_token_seconds = Some(60);
        metadata.scope = "openid".to_owned();
        clients::update(conn, desk, &id, metadata, None)
    });
    let told = manage(&app, "GET", &made, None).json();
    assert_eq!((&told["scope"], &told["resources"]), (&json!("openid"), &json!(["https://api.example.com"])));
    // What it was told at first is not true any more; what it is told now can be repeated, or left out.
    app.assert_json(
        &manage(&app, "PUT", &made, Some(&again(&made, &json!({})))),
        400,
        "invalid_client_metadata",
        "LK-1705",
    );
    let scope =
        json!({ "client_id": made["client_id"], "redirect_uris": [CALLBACK], "scope": "openid email" });
    app.assert_json(&manage(&app, "PUT", &made, Some(&scope)), 400, "invalid_client_metadata", "LK-1705");
    for body in [
        told.clone(),
        json!({ "client_id": made["client_id"], "client_name": "Bookshop", "redirect_uris": [CALLBACK] }),
    ] {
        let kept = manage(&app, "PUT", &made, Some(&body));
        assert_eq!(kept.status, 200, "{}", kept.text());
        assert_eq!(metadata(&kept.json()), metadata(&told));
    }
}

#[test]
fn sec_i3_grant_types_and_the_legacy_switch_that_an_admin_took_stay_taken() {
    let app = super::open_with(&[("LATCHKEY_REGISTRATION__LEGACY_RESPONSE_TYPES", "true")]);
    let all = json!({
        "grant_types": ["authorization_code", "refresh_token", "implicit"],
        "response_types": ["code", "code id_token"],
    });
    let made = register(&app, &all);
    let edit = |grants: &[&str], legacy: bool| {
        let id = client(&made).id;
        let grants: Vec<String> = grants.iter().map(|grant| (*grant).to_owned()).collect();
        app.admin(move |conn, desk| {
            let mut metadata = clients::find(conn, &id)?.metadata;
            metadata.grant_types = grants;
            metadata.response_types = vec!["code".to_owned()];
            metadata.legacy_response_types = legacy;
            clients::update(conn, desk, &id, metadata, None)
        })
    };
    edit(&["authorization_code"], false);
    let short = |more: Value| {
        let mut body = json!({ "client_id": made["client_id"], "redirect_uris": [CALLBACK] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        manage(&app, "PUT", &made, Some(&body))
    };
    for wish in [
        all.clone(),
        json!({ "grant_types": ["authorization_code", "refresh_token"] }),
        json!({ "response_types": ["code id_token"] }),
        json!({ "response_types": ["code", "id_token"], "grant_types": ["authorization_code", "implicit"] }),
    ] {
        app.assert_json(&short(wish), 400, "invalid_client_metadata", "LK-1705");
    }
    let kept = short(json!({}));
    assert_eq!((kept.status, &kept.json()["grant_types"]), (200, &json!(["authorization_code"])));
    let told = manage(&app, "GET", &made, None).json();
    assert_eq!(told["legacy_response_types"], false);
    assert_eq!(manage(&app, "PUT", &made, Some(&told)).status, 200);
    // In whatever order its words stand, and with what goes along with others that it never had.
    edit(&["authorization_code"], true);
    for kinds in
        [json!(["code", "id_token code"]), json!(["code", "code id_token"]), json!(["id_token token"])]
    {
        for more in [
            json!({ "response_types": kinds }),
            json!({ "response_types": kinds, "grant_types": ["authorization_code"] }),
        ] {
            app.assert_json(&short(more), 400, "invalid_client_metadata", "LK-1705");
        }
    }
    // What an admin gives back may be given up and had again.
    edit(&["authorization_code", "refresh_token"], false);
    assert_eq!(short(json!({})).json()["grant_types"], json!(["authorization_code"]));
    let regained = short(json!({ "grant_types": ["authorization_code", "refresh_token"] }));
    assert_eq!(regained.json()["grant_types"], json!(["authorization_code", "refresh_token"]));
    app.assert_json(&short(all), 400, "invalid_client_metadata", "LK-1705");
}

#[test]
fn sec_i4_only_the_own_token_of_an_active_app_opens_its_registration() {
    let app = open();
    let (made, other) = (register(&app, &json!({})), register(&app, &json!({})));
    let uri = text(&made, "registration_client_uri").strip_prefix(&app.issuer).unwrap();
    let foreign = text(&other, "registration_access_token");
    let secret = text(&made, "client_secret");
    let initial = super::token(&app, 5, true);
    let body = again(&made, &json!({ "client_name": "Mine now" }));
    let refused = |token: &str, uri: &str| {
        for (method, body) in [("GET", None), ("PUT", Some(&body)), ("DELETE", None)] {
            let answer = send(&app, method, uri, (Some(token), body));
            app.assert_json(&answer, 401, "invalid_token", "LK-1704");
        }
    };
    for token in [foreign, secret, &initial, "", "x"] {
        refused(token, uri);
    }
    let own = text(&made, "registration_access_token").to_owned();
    for elsewhere in ["/oauth2/register", "/oauth2/register?client_id=", "/oauth2/register?client_id=nobody"]
    {
        refused(&own, elsewhere);
    }
    refused(&own, text(&other, "registration_client_uri").strip_prefix(&app.issuer).unwrap());
    // Nor does it open the door for others.
    app.assert_json(&post(&app, Some(&own), &json!({})), 401, "invalid_token", "LK-1703");
    let id = client(&made).id;
    let switch = |on: bool| {
        let id = id.clone();
        app.admin(move |conn, desk| clients::set_enabled(conn, desk, &id, on))
    };
    switch(false);
    refused(&own, uri);
    let wish = again(&made, &json!({ "enabled": true }));
    app.assert_json(&manage(&app, "PUT", &made, Some(&wish)), 401, "invalid_token", "LK-1704");
    assert_eq!(rows(&app, "clients WHERE NOT enabled"), 1);
    switch(true);
    assert_eq!(metadata(&manage(&app, "GET", &made, None).json()), metadata(&made));
    let gone = id.clone();
    app.admin(move |conn, desk| clients::delete(conn, desk, &gone));
    refused(&own, uri);
    // An app of the admins has no such token.
    app.client("made-by-admin", |_| {});
    refused(&own, "/oauth2/register?client_id=made-by-admin");
}

/// Between looking and doing the app is switched off: what it is doing fails.
#[test]
fn sec_i4_a_change_that_was_begun_before_the_app_was_switched_off_is_not_made() {
    use latchkey::base::secret::{Plain, RegistrationToken};
    use latchkey::engine::admin::registrations::{Proof, Replacement, replace};
    let app = open();
    let made = register(&app, &json!({}));
    let id = client(&made).id;
    let read = |app: &TestApp| {
        let id = id.clone();
        app.read(move |conn| Ok(latchkey::store::clients::find(conn, &id)?.unwrap()))
    };
    let before = read(&app);
    let digest = Plain::<RegistrationToken>::presented(text(&made, "registration_access_token")).digest();
    let attempt = |revision: i64| {
        let proof = Proof { client_id: id.clone(), digest: digest.clone() };
        let metadata =
            latchkey::domain::client::Metadata { client_name: "Other".to_owned(), ..before.metadata.clone() };
        let change = Replacement { proof, metadata, revision, secret: None };
        let desk = latchkey::engine::admin::Desk::of(&app.engine, latchkey::engine::admin::Actor::System);
        let mode = latchkey::engine::admin::Mode::Apply;
        latchkey::engine::admin::apply_blocking(&app.engine.db, mode, move |conn| {
            replace(conn, &desk, change)
        })
    };
    let off = id.clone();
    app.admin(move |conn, desk| clients::set_enabled(conn, desk, &off, false));
    assert!(attempt(before.revision + 1).is_err(), "switched off");
    let on = id.clone();
    app.admin(move |conn, desk| clients::set_enabled(conn, desk, &on, true));
    assert!(attempt(before.revision).is_err(), "what was checked is not what is there");
    assert!(attempt(before.revision + 2).is_ok());
    assert_eq!(read(&app).metadata.client_name, "Other");
}

#[test]
fn sec_i5_b59_keys_come_by_value_or_by_reference() {
    let app = open();
    let jwks = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "1", "use": "sig", "alg": "ES256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" }] });
    let uri = json!("https://rp.example.com/jwks");
    let by_value = register(&app, &json!({ "jwks": jwks }));
    assert_eq!(by_value["jwks"], jwks);
    let by_reference = register(&app, &json!({ "jwks_uri": uri }));
    assert_eq!(by_reference["jwks_uri"], uri);
    app_refuses(&app, &json!({ "jwks": jwks, "jwks_uri": uri }));
    for (made, more) in [(&by_value, json!({ "jwks_uri": uri })), (&by_reference, json!({ "jwks": jwks }))] {
        let both = manage(&app, "PUT", made, Some(&again(made, &more)));
        app.assert_json(&both, 400, "invalid_client_metadata", "LK-1705");
        assert!(both.text().contains("jwks_uri"), "{}", both.text());
    }
}

#[test]
fn sec_i5_a_deleted_app_leaves_nothing_alive() {
    let app = open();
    app.user("ada");
    let grants = json!(["authorization_code", "refresh_token"]);
    let (made, other) = (
        register(&app, &json!({ "grant_types": grants })),
        register(&app, &json!({ "grant_types": grants })),
    );
    let (shop, kept) = (client(&made), client(&other));
    let tokens = app.tokens(&shop, "ada");
    let of_other = app.tokens(&kept, "ada");
    let code = app.code(&shop, "ada");
    assert_eq!(manage(&app, "DELETE", &made, None).status, 204);
    assert_eq!(app.userinfo(text(&tokens, "access_token")).status, 401);
    let refreshed = app.refresh_token(&shop, text(&tokens, "refresh_token"));
    assert_eq!(refreshed.json()["error"], "invalid_client");
    assert_eq!(app.redeem(&shop, &code).json()["error"], "invalid_client");
    app.assert_page(&app.visitor().get(&app.authorize_path(&shop.id, &[])), 400, "LK-1102");
    for table in
        ["clients", "client_secrets", "consents", "grants", "refresh_families", "client_registrations"]
    {
        let own = if table == "clients" { "id" } else { "client_id" };
        let of = if table == "refresh_families" {
            table.to_owned()
        } else {
            format!("{table} WHERE {own} <> '{}'", kept.id)
        };
        assert_eq!(rows(&app, &of), i64::from(table == "refresh_families"), "{table}");
    }
    assert_eq!(app.events("client.deleted"), 1);
    assert_eq!(app.userinfo(text(&of_other, "access_token")).status, 200, "of others everything");
}
