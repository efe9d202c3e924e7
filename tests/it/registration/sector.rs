//! Documents of sectors, which are fetched from where a stranger says (behaviour 57; security rows K1 to K4, I6).

use super::{again, client, manage, metadata, open, post, register};
use crate::harness::app::{CALLBACK, TestApp};
use latchkey::engine::outbound::{Allowance, Limits, Outbound};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a site answers: its documents by path, and which paths were asked for.
#[derive(Clone, Default)]
struct Site {
    documents: Arc<Mutex<HashMap<&'static str, (&'static str, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    fn put(&self, path: &'static str, status: &'static str, body: &Value) {
        self.documents.lock().unwrap().insert(path, (status, body.to_string()));
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A server to which `https://site.example.com` is a site on this machine.
fn with_site() -> (TestApp, Site) {
    with_site_and(&[])
}

fn with_site_and(env: &[(&'static str, &str)]) -> (TestApp, Site) {
    let site = Site::default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let serving = site.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0_u8; 4096];
            let count = stream.read(&mut head).unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..count]).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let known = serving.documents.lock().unwrap().get(path.as_str()).cloned();
            let (status, body) = known.unwrap_or(("404 Not Found", String::new()));
            serving.asked.lock().unwrap().push(path);
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nLocation: /sector\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _gone = stream.write_all(answer.as_bytes());
        }
    });
    let allowance = Allowance::SelfLoopback { origin: "https://site.example.com".to_owned(), listener: addr };
    let limits = Limits { connect: Duration::from_millis(20), total: Duration::from_secs(20) };
    let outbound = Outbound::limited(allowance, limits, &[]).unwrap();
    let env: Vec<_> =
        [("LATCHKEY_REGISTRATION__MODE", "open")].into_iter().chain(env.iter().copied()).collect();
    (TestApp::with_outbound(&env, outbound), site)
}

fn sector(path: &str) -> Value {
    json!({ "sector_identifier_uri": format!("https://site.example.com{path}") })
}

#[test]
fn b57_the_document_lists_every_redirect_uri() {
    let (app, site) = with_site();
    site.put("/sector", "200 OK", &json!([CALLBACK, "https://other.example.com/cb"]));
    site.put("/lacking", "200 OK", &json!(["https://other.example.com/cb"]));
    site.put("/moved", "302 Found", &json!([CALLBACK]));
    site.put("/broken", "500 Internal Server Error", &json!([CALLBACK]));
    site.put("/object", "200 OK", &json!({ "redirect_uris": [CALLBACK] }));
    let made = register(&app, &sector("/sector"));
    assert_eq!(made["sector_identifier_uri"], "https://site.example.com/sector");
    let mut descriptions = Vec::new();
    for path in ["/lacking", "/moved", "/broken", "/object", "/absent"] {
        let answer = post(&app, None, &sector(path));
        app.assert_json(&answer, 400, "invalid_client_metadata", "LK-1705");
        let said = answer.json();
        assert_eq!(said["parameter"], "sector_identifier_uri");
        let words = said["error_description"].as_str().unwrap().replace(path, "");
        descriptions.push(words.split(", trace").next().unwrap().to_owned());
        let changed = manage(&app, "PUT", &made, Some(&again(&made, &sector(path))));
        app.assert_json(&changed, 400, "invalid_client_metadata", "LK-1705");
    }
    // One answer, whatever it is (security row K4).
    assert!(descriptions.iter().all(|words| *words == descriptions[0]), "{descriptions:?}");
    // At an update as well: a redirect URI that the sector does not know does not come in.
    let more = json!({ "redirect_uris": [CALLBACK, "https://third.example.com/cb"] });
    let changed = manage(&app, "PUT", &made, Some(&again(&made, &more)));
    app.assert_json(&changed, 400, "invalid_client_metadata", "LK-1705");
    let more = json!({ "redirect_uris": [CALLBACK, "https://other.example.com/cb"] });
    assert_eq!(manage(&app, "PUT", &made, Some(&again(&made, &more))).status, 200);
    // It is read anew each time.
    site.put("/sector", "200 OK", &json!([CALLBACK]));
    let changed = manage(&app, "PUT", &made, Some(&again(&made, &more)));
    app.assert_json(&changed, 400, "invalid_client_metadata", "LK-1705");
}

/// An app must not learn by whose name another sector knows a person: what it is, it stays.
#[test]
fn sec_i2_b55_an_app_cannot_move_to_other_subjects() {
    let app = open();
    let uri = |host: &str| json!([format!("https://{host}/cb")]);
    let pairwise = json!({"subject_type": "pairwise", "redirect_uris": uri("rp.example.com")});
    let public = json!({"redirect_uris": uri("rp.example.com")});
    let cases = [
        (&pairwise, json!({"subject_type": "pairwise", "redirect_uris": uri("victim.example")}), 400),
        (&pairwise, json!({"subject_type": "public", "redirect_uris": uri("rp.example.com")}), 400),
        (&public, json!({"subject_type": "pairwise", "redirect_uris": uri("rp.example.com")}), 400),
        (
            &pairwise,
            json!({"subject_type": "pairwise", "redirect_uris": ["https://rp.example.com/other"]}),
            200,
        ),
        (&public, json!({"redirect_uris": uri("victim.example")}), 200),
    ];
    for (before, after, status) in cases {
        let made = register(&app, before);
        let changed = manage(&app, "PUT", &made, Some(&again(&made, &after)));
        assert_eq!(changed.status, status, "{after}: {}", changed.text());
        if status == 400 {
            let moved = after["redirect_uris"] != before["redirect_uris"];
            let error = if moved { "invalid_redirect_uri" } else { "invalid_client_metadata" };
            assert_eq!(changed.json()["error"], error, "{after}");
            assert_eq!(metadata(&manage(&app, "GET", &made, None).json()), metadata(&made), "{after}");
        }
    }
}

/// A document that lists nothing shows nothing: an app of a device could be of any sector (OIDC Core §8.1).
#[test]
fn sec_i2_b57_an_app_without_redirect_uris_names_no_sector() {
    const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    let grants = format!("authorization_code,{DEVICE}");
    let (app, site) = with_site_and(&[("LATCHKEY_REGISTRATION__GRANT_TYPES", &grants)]);
    site.put("/sector", "200 OK", &json!([]));
    let plain = json!({ "redirect_uris": null, "grant_types": [DEVICE], "response_types": [] });
    let made = register(&app, &plain);
    let mut of_sector = plain;
    of_sector["sector_identifier_uri"] = sector("/sector")["sector_identifier_uri"].clone();
    let changed = manage(&app, "PUT", &made, Some(&again(&made, &of_sector)));
    for answer in [post(&app, None, &of_sector), changed] {
        app.assert_json(&answer, 400, "invalid_client_metadata", "LK-1705");
        assert_eq!(answer.json()["parameter"], "sector_identifier_uri");
    }
    assert_eq!(site.asked(), Vec::<String>::new());
}

/// Whoever names a sector by redirect URIs alone must not get subjects of it anywhere else.
#[test]
fn sec_i2_b57_subjects_of_a_sector_go_where_it_is_shown_to_be() {
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let types = "authorization_code refresh_token ".to_owned() + device;
    let app = super::open_with(&[("LATCHKEY_REGISTRATION__GRANT_TYPES", &types)]);
    let grants = json!(["authorization_code", device]);
    let cases = [
        (json!({"subject_type": "pairwise", "grant_types": grants}), "grant_types"),
        (
            json!({"subject_type": "pairwise", "backchannel_logout_uri": "https://evil.example/"}),
            "backchannel_logout_uri",
        ),
        (json!({"subject_type": "pairwise", "backchannel_logout_uri": "https://rp.example.com/out"}), ""),
        (
            json!({"subject_type": "pairwise", "application_type": "native", "redirect_uris": ["com.evil.app://rp.example.com/cb"]}),
            "redirect_uris",
        ),
        (
            json!({"subject_type": "pairwise", "application_type": "native", "redirect_uris": ["http://127.0.0.1/cb"]}),
            "redirect_uris",
        ),
        (
            json!({"subject_type": "pairwise", "grant_types": [device], "redirect_uris": [], "response_types": []}),
            "",
        ),
        (json!({"grant_types": grants, "backchannel_logout_uri": "https://other.example/"}), ""),
    ];
    for (document, field) in cases {
        let answer = post(&app, None, &document);
        assert_eq!(answer.status, if field.is_empty() { 201 } else { 400 }, "{document}: {}", answer.text());
        assert!(answer.text().contains(field), "{document}: {}", answer.text());
    }
}

#[test]
fn sec_k1_sector_documents_are_not_read_from_this_machine() {
    let app = open();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let began = Instant::now();
    for uri in [format!("https://127.0.0.1:{port}/"), "https://169.254.169.254/latest/meta-data".to_owned()] {
        let answer = post(&app, None, &json!({ "sector_identifier_uri": uri }));
        app.assert_json(&answer, 400, "invalid_client_metadata", "LK-1705");
        assert!(!answer.text().contains("address is not"), "{}", answer.text());
    }
    // A refusal takes as long as a connection that fails (security row K4).
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(listener.accept().is_err(), "somebody called");
}

#[test]
fn sec_i2_b57_the_document_is_named_by_https_and_nothing_else_is_fetched() {
    let (app, site) = with_site();
    for uri in
        ["http://site.example.com/sector", "http://localhost/sector", "https://site.example.com/sector#x"]
    {
        let answer = post(&app, None, &json!({ "sector_identifier_uri": uri }));
        app.assert_json(&answer, 400, "invalid_client_metadata", "LK-1705");
    }
    // Invalid for another reason, or from somebody who may not: nothing is fetched for them.
    let mut more = sector("/sector");
    more["redirect_uris"] = json!(["http://rp.example.com/cb"]);
    app.assert_json(&post(&app, None, &more), 400, "invalid_redirect_uri", "LK-1706");
    let refused = post(&app, Some("lk_iat_wrong"), &sector("/sector"));
    app.assert_json(&refused, 401, "invalid_token", "LK-1703");
    assert_eq!(site.asked(), Vec::<String>::new());
}

/// The links of a stranger are for people to follow: the server never does (security row I6).
#[test]
fn sec_i6_a_logo_is_never_fetched_and_never_loaded_into_a_page() {
    let (app, site) = with_site();
    app.user("ada");
    let link = |name: &str| json!(format!("https://site.example.com/{name}"));
    let more = json!({
        "logo_uri": link("logo"), "client_uri": link("home"), "policy_uri": link("policy"), "tos_uri": link("tos"),
        "jwks_uri": link("jwks"), "initiate_login_uri": link("start"),
    });
    let made = register(&app, &more);
    assert_eq!(manage(&app, "PUT", &made, Some(&again(&made, &json!({})))).status, 200);
    let mut visitor = app.visitor();
    let first = visitor.get(&app.authorize_path(&client(&made).id, &[]));
    let login = visitor.follow(first);
    let consent = app.log_in(&mut visitor, &login, "ada");
    for page in [&login, &consent] {
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("img-src 'self';"), "{policy}");
        assert!(page.text().contains("https://site.example.com/logo"), "linked: {}", page.text());
        assert!(!page.text().contains("<img"), "{}", page.text());
    }
    assert_eq!(site.asked(), Vec::<String>::new());
}
