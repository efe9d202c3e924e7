//! Apps that run in a browser, with their refresh token in a cookie (draft-ietf-oauth-browser-based-apps):
//! what holds for them as for everybody's refresh tokens, and what a page of somebody else can do with the
//! cookie (nothing).

use crate::harness::app::{TestApp, TestClient, VERIFIER};
use crate::harness::http::{Answer, Call, Visitor};
use latchkey::domain::client::{Metadata, RefreshTokenDelivery};
use latchkey::engine::admin::{Actor, AdminError, Desk, Mode, apply_blocking, clients, document, users};
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::json;

const PAGE: &str = "http://localhost:3000";
const RETURN: &str = "http://localhost:3000/callback";
const COOKIE: &str = "__Host-lk_rt_spa";

fn in_cookie(metadata: &mut Metadata) {
    metadata.token_endpoint_auth_method = AuthMethod::None;
    metadata.refresh_token_delivery = RefreshTokenDelivery::Cookie;
    metadata.redirect_uris = vec![RETURN.to_owned()];
}

/// A browser with a page of the app in it.
struct Tab<'a> {
    app: &'a TestApp,
    client: TestClient,
    browser: Visitor,
}

/// Tells a call as a page of `origin` makes it.
fn from(call: Call, origin: &str, site: &str) -> Call {
    let call = if origin.is_empty() { call } else { call.header("Origin", origin) };
    if site.is_empty() { call } else { call.header("Sec-Fetch-Site", site) }
}

impl<'a> Tab<'a> {
    fn new(app: &'a TestApp, client: &TestClient) -> Self {
        Self { app, client: client.clone(), browser: app.visitor() }
    }

    /// With somebody signed in, and what the app was answered.
    fn signed_in(app: &'a TestApp, client: &TestClient, scope: &str) -> (Self, Answer) {
        let mut tab = Self::new(app, client);
        let redemption = tab.code(scope);
        let answer = tab.redeem(&redemption);
        assert_eq!(answer.status, 200, "{}", answer.text());
        (tab, answer)
    }

    fn code(&mut self, scope: &str) -> String {
        let more = [("redirect_uri", RETURN), ("scope", scope)];
        let path = self.app.authorize_path(&self.client.id, &more);
        self.app.sign_in(&mut self.browser, &path, "ada").param("code").expect("a code")
    }

    fn redemption(code: &str) -> [(&str, &str); 4] {
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", RETURN),
            ("code_verifier", VERIFIER),
        ]
    }

    fn call(&self, path: &str, pairs: &[(&str, &str)]) -> Call {
        let mut all = vec![("client_id", self.client.id.as_str())];
        all.extend_from_slice(pairs);
        self.browser.call("POST", path).form(&all)
    }

    fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let call = from(self.call(path, pairs), PAGE, "same-site");
        self.browser.send(call)
    }

    fn redeem(&mut self, code: &str) -> Answer {
        self.post("/oauth2/token", &Self::redemption(code))
    }

    fn refresh(&mut self) -> Answer {
        self.post("/oauth2/token", &[("grant_type", "refresh_token")])
    }

    fn held(&self) -> Option<String> {
        self.browser.cookies.get(COOKIE).cloned()
    }
}

fn start() -> (TestApp, TestClient) {
    let app = TestApp::start();
    app.user("ada");
    let client = app.client("spa", in_cookie);
    (app, client)
}

const OFFLINE: &str = "openid offline_access";

#[test]
fn browser_apps_get_their_refresh_token_in_a_cookie_that_is_bound_to_this_host() {
    let (app, client) = start();
    let (mut tab, answer) = Tab::signed_in(&app, &client, OFFLINE);
    for (answer, name) in [(answer, "code"), (tab.refresh(), "refresh")] {
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let body = answer.json();
        assert!(body["refresh_token"].is_null() && !answer.text().contains("lk_rt_"), "{name}: {body}");
        assert_eq!(app.userinfo(body["access_token"].as_str().unwrap()).status, 200);
        let set = answer.all("set-cookie");
        let [cookie] = set[..] else { panic!("{name}: {set:?}") };
        let (pair, attributes) = cookie.split_once("; ").unwrap();
        assert!(pair.starts_with(&format!("{COOKIE}=lk_rt_")), "{pair}");
        // Until it would be idle for too long: 14 days.
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=1209600", "{name}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE), "{name}");
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{name}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
    }
    // Without offline_access it goes with the browser, as the session does.
    let (_, answer) = Tab::signed_in(&app, &client, "openid");
    assert!(answer.header("set-cookie").unwrap().ends_with("SameSite=Strict"), "{answer:?}");
}

#[test]
fn browser_apps_rotate_retry_and_are_caught_at_reuse_as_with_tokens_in_the_body() {
    let (app, client) = start();
    let (mut tab, _) = Tab::signed_in(&app, &client, OFFLINE);
    let first = tab.browser.clone();
    let refreshed = tab.refresh();
    assert_eq!(refreshed.status, 200, "{}", refreshed.text());
    assert_ne!(tab.held(), first.cookies.get(COOKIE).cloned());
    // Another tab sent the same cookie at the same time: both have the one successor.
    let mut other = Tab { app: &app, client: client.clone(), browser: first.clone() };
    assert_eq!(other.refresh().status, 200);
    assert_eq!(other.held(), tab.held());
    assert_eq!(app.events("token.refresh_retried"), 1);
    assert_eq!(tab.refresh().status, 200);
    app.advance(11);
    let mut thief = Tab { app: &app, client: client.clone(), browser: first };
    app.assert_json(&thief.refresh(), 400, "invalid_grant", "LK-1241");
    app.assert_json(&tab.refresh(), 400, "invalid_grant", "LK-1240");
    assert_eq!(app.userinfo(refreshed.json()["access_token"].as_str().unwrap()).status, 401);
}

#[test]
fn browser_apps_two_tabs_at_once_stay_signed_in() {
    let (app, client) = start();
    let (tab, _) = Tab::signed_in(&app, &client, OFFLINE);
    let mut held = std::thread::scope(|scope| {
        let tabs: Vec<_> = (0..4)
            .map(|_| {
                let mut tab = Tab { app: &app, client: client.clone(), browser: tab.browser.clone() };
                scope.spawn(move || (tab.refresh().status, tab.held()))
            })
            .collect();
        tabs.into_iter().map(|tab| tab.join().unwrap()).collect::<Vec<_>>()
    });
    held.dedup();
    assert_eq!(held.len(), 1, "one successor: {held:?}");
    assert_eq!(held[0].0, 200);
}

/// Who may not: origin, Sec-Fetch-Site, what is answered.
const FOREIGN: [(&str, &str, &str); 10] = [
    ("https://evil.example", "cross-site", "LK-2170"),
    ("", "same-site", "LK-2170"),
    ("", "", "LK-2170"),
    ("null", "same-site", "LK-2170"),
    ("http://localhost:3001", "same-site", "LK-2170"),
    ("http://sub.localhost:3000", "same-site", "LK-2170"),
    ("https://localhost:3000", "same-site", "LK-2170"),
    (PAGE, "cross-site", "LK-2171"),
    (PAGE, "none", "LK-2171"),
    (PAGE, "", "LK-2171"),
];

#[test]
fn browser_apps_pages_of_others_cannot_use_the_cookie() {
    let (app, client) = start();
    let (mut tab, _) = Tab::signed_in(&app, &client, OFFLINE);
    let token = tab.held();
    for (origin, site, code) in FOREIGN {
        for (path, pairs) in
            [("/oauth2/token", &[("grant_type", "refresh_token")][..]), ("/oauth2/revoke", &[])]
        {
            let answer = from(tab.call(path, pairs), origin, site).send();
            app.assert_json(&answer, 400, "invalid_request", code);
            assert!(answer.header("set-cookie").is_none(), "{origin} {site} {path}");
            if origin != PAGE {
                assert!(answer.header("access-control-allow-origin").is_none(), "{origin} {site} {path}");
                assert!(answer.header("access-control-allow-credentials").is_none(), "{origin} {site}");
            }
        }
    }
    assert_eq!(tab.held(), token);
    let again = tab.refresh();
    assert_eq!(again.status, 200, "nothing was used up or ended: {}", again.text());
    assert_eq!(app.events("token.refresh_retried"), 0);
}

/// Whoever has another's browser redeem a code of theirs would sign it in as themselves.
#[test]
fn browser_apps_pages_of_others_cannot_plant_a_cookie() {
    let (app, client) = start();
    let mut tab = Tab::new(&app, &client);
    let code = tab.code(OFFLINE);
    for (origin, site, refused) in FOREIGN {
        let answer = from(tab.call("/oauth2/token", &Tab::redemption(&code)), origin, site).send();
        app.assert_json(&answer, 400, "invalid_request", refused);
        assert!(answer.header("set-cookie").is_none(), "{origin} {site}");
    }
    assert_eq!(tab.redeem(&code).status, 200, "the code is still good for the app itself");
}

#[test]
fn browser_apps_take_no_refresh_token_in_the_body() {
    let (app, client) = start();
    let (mut tab, _) = Tab::signed_in(&app, &client, OFFLINE);
    let token = tab.held().unwrap();
    let both = tab.post("/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", &token)]);
    app.assert_json(&both, 400, "invalid_request", "LK-2173");
    let alone = app.token_call(&client, &[("grant_type", "refresh_token"), ("refresh_token", &token)]);
    app.assert_json(&from(alone, PAGE, "same-site").send(), 400, "invalid_request", "LK-2173");
    // Taken out of the browser it is worth nothing by itself.
    app.assert_json(&app.refresh_token(&client, &token), 400, "invalid_request", "LK-2170");
    assert_eq!(tab.refresh().status, 200, "nothing was used up");
}

#[test]
fn browser_apps_use_no_cookie_but_their_own() {
    let (app, spa) = start();
    let other = app.client("other", in_cookie);
    let (mut theirs, _) = Tab::signed_in(&app, &other, OFFLINE);
    let token = theirs.browser.cookies["__Host-lk_rt_other"].clone();
    let refresh = [("client_id", "spa"), ("grant_type", "refresh_token")];
    let with = |cookies: &str| {
        let call = app.call("POST", "/oauth2/token").header("Cookie", cookies).form(&refresh);
        from(call, PAGE, "same-site").send()
    };
    // The other app's cookie is there, this one's is not: as with blocked cookies.
    let missing = with(&format!("__Host-lk_rt_other={token}"));
    app.assert_json(&missing, 400, "invalid_grant", "LK-2172");
    assert_eq!(missing.header("access-control-allow-credentials"), Some("true"), "the app reads why");
    assert!(missing.json()["error_description"].as_str().unwrap().contains("cookies are blocked"));
    // The other app's token under this one's name.
    app.assert_json(&with(&format!("{COOKIE}={token}")), 400, "invalid_grant", "LK-1240");
    assert_eq!(app.events("refresh.foreign"), 1);
    // What other hosts of the site could set has no such name; of two with the name none counts.
    let (mut tab, _) = Tab::signed_in(&app, &spa, OFFLINE);
    let own = tab.held().unwrap();
    for tossed in ["lk_rt_spa", "__Secure-lk_rt_spa", "__host-lk_rt_spa", "__Host-lk_rt_SPA", "__Host-lk_rt_"]
    {
        app.assert_json(&with(&format!("{tossed}={own}")), 400, "invalid_grant", "LK-2172");
    }
    let twice = with(&format!("{COOKIE}={token}; {COOKIE}={own}"));
    app.assert_json(&twice, 400, "invalid_request", "LK-2174");
    app.assert_json(&with(&format!("{COOKIE}=nonsense")), 400, "invalid_grant", "LK-1240");
    assert_eq!((tab.refresh().status, theirs.refresh().status), (200, 200), "both go on");
}

#[test]
fn browser_apps_give_their_refresh_token_back_without_seeing_it() {
    let (app, client) = start();
    let (mut tab, answer) = Tab::signed_in(&app, &client, OFFLINE);
    let access = answer.json()["access_token"].as_str().unwrap().to_owned();
    // An access token in the body is what is meant, and nothing else ends.
    let (mut second, answer) = Tab::signed_in(&app, &client, OFFLINE);
    let one = answer.json()["access_token"].as_str().unwrap().to_owned();
    let revoked = second.post("/oauth2/revoke", &[("token", &one)]);
    assert_eq!((revoked.status, revoked.header("set-cookie")), (200, None));
    assert_eq!((app.userinfo(&one).status, second.refresh().status), (401, 200));
    // Without one it is the refresh token in the cookie.
    let before = tab.browser.clone();
    let revoked = tab.post("/oauth2/revoke", &[]);
    assert_eq!((revoked.status, revoked.text().as_str()), (200, ""));
    let cleared = format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    assert_eq!(revoked.header("set-cookie"), Some(cleared.as_str()));
    assert_eq!(app.userinfo(&access).status, 401, "its access tokens end too");
    app.assert_json(&tab.refresh(), 400, "invalid_grant", "LK-2172");
    app.assert_json(&tab.post("/oauth2/revoke", &[]), 400, "invalid_grant", "LK-2172");
    let mut kept = Tab { app: &app, client: client.clone(), browser: before };
    app.assert_json(&kept.refresh(), 400, "invalid_grant", "LK-1240");
}

#[test]
fn browser_apps_end_with_the_session_or_outlive_it_as_with_tokens_in_the_body() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let client = app.client("spa", in_cookie);
    for (scope, survives) in [("openid", false), (OFFLINE, true)] {
        let (mut tab, answer) = Tab::signed_in(&app, &client, scope);
        let hint = answer.json()["id_token"].as_str().unwrap().to_owned();
        let out = tab.browser.get(&format!("/oauth2/logout?id_token_hint={hint}"));
        assert_eq!(out.status, 200, "{}", out.text());
        let refreshed = tab.refresh();
        assert_eq!(refreshed.status == 200, survives, "{scope}: {}", refreshed.text());
    }
    let (mut tab, _) = Tab::signed_in(&app, &client, OFFLINE);
    app.admin(move |conn, desk| users::set_enabled(conn, desk, ada.id.as_str(), false));
    let refused = tab.refresh();
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_grant")));
}

#[test]
fn browser_apps_alone_are_called_with_cookies_and_from_their_own_pages_alone() {
    let (app, _) = start();
    app.client("extra", |m| {
        in_cookie(m);
        m.redirect_uris = vec!["http://localhost:4000/callback".to_owned()];
        m.cors_origins = vec!["http://localhost:4001".to_owned()];
    });
    let body = app.client("body", |m| {
        m.token_endpoint_auth_method = AuthMethod::None;
        m.redirect_uris = vec!["http://localhost:5000/callback".to_owned()];
    });
    let preflight = |path: &str, origin: &str| {
        let answer = app.call("OPTIONS", path).header("Origin", origin).send();
        let value = |name: &str| answer.header(name).map(str::to_owned);
        (value("access-control-allow-origin"), value("access-control-allow-credentials"))
    };
    let all = ["/oauth2/token", "/oauth2/revoke", "/oauth2/userinfo", "/oauth2/device_authorization"];
    for path in all {
        let takes_cookies = matches!(path, "/oauth2/token" | "/oauth2/revoke");
        for (origin, own) in [
            (PAGE, true),
            ("http://localhost:4000", true),
            ("http://localhost:4001", false),
            ("http://localhost:5000", false),
        ] {
            let expected = (Some(origin.to_owned()), (own && takes_cookies).then(|| "true".to_owned()));
            assert_eq!(preflight(path, origin), expected, "{path} {origin}");
        }
        for origin in ["http://localhost:3001", "null", "https://evil.example"] {
            assert_eq!(preflight(path, origin), (None, None), "{path} {origin}");
        }
    }
    // Of an answer it is the client's own matter: this page is another app's.
    let call =
        app.token_call(&body, &[("grant_type", "refresh_token")]).header("Cookie", "__Host-lk_rt_body=x");
    let answer = from(call, "http://localhost:5000", "same-site").send();
    app.assert_json(&answer, 400, "invalid_request", "LK-1204");
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:5000"));
    assert!(answer.header("access-control-allow-credentials").is_none());
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        let answer = app.call("GET", path).header("Origin", PAGE).send();
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert!(answer.header("access-control-allow-credentials").is_none(), "never together");
    }
}

#[test]
fn browser_apps_that_cannot_have_a_cookie_are_not_registered() {
    let (app, _) = start();
    let refused = |change: &dyn Fn(&mut Metadata)| {
        let mut metadata = Metadata::named("SPA");
        in_cookie(&mut metadata);
        change(&mut metadata);
        let desk = Desk::of(&app.engine, Actor::Cli);
        let new = clients::NewClient { id: None, metadata, secret: None };
        match apply_blocking(&app.engine.db, Mode::DryRun, move |conn| clients::create(conn, &desk, new)) {
            Ok(_) => Vec::new(),
            Err(AdminError::Invalid(problems)) => problems.into_iter().map(|problem| problem.field).collect(),
            Err(other) => panic!("{other}"),
        }
    };
    let field = "refresh_token_delivery";
    assert_eq!(refused(&|_| {}), [""; 0]);
    assert_eq!(refused(&|m| m.token_endpoint_auth_method = AuthMethod::ClientSecretPost), [field]);
    assert_eq!(refused(&|m| *m = document::set(m, "application_type", "native").unwrap()), [field]);
    assert_eq!(refused(&|m| m.grant_types = vec!["authorization_code".to_owned()]), [field]);
    let device = "authorization_code,refresh_token,device_code";
    assert_eq!(refused(&|m| *m = document::set(m, "grant_types", device).unwrap()), [field]);
    for elsewhere in ["https://app.example.com/cb", "http://127.0.0.1:3000/callback", "https://localhost/cb"]
    {
        let both = vec![RETURN.to_owned(), elsewhere.to_owned()];
        assert_eq!(refused(&|m| m.redirect_uris.clone_from(&both)), ["redirect_uris[1]"], "{elsewhere}");
    }
    // Nor later.
    let desk = Desk::of(&app.engine, Actor::Cli);
    let moved = apply_blocking(&app.engine.db, Mode::Apply, move |conn| {
        let mut metadata = clients::find(conn, "spa")?.metadata;
        metadata.redirect_uris.push("https://app.example.com/cb".to_owned());
        clients::update(conn, &desk, "spa", metadata, None)
    });
    assert!(matches!(moved, Err(AdminError::Invalid(_))));
}

#[test]
fn browser_apps_are_made_by_admins_alone() {
    let app = TestApp::with_env(&[("LATCHKEY_REGISTRATION__MODE", "open")]);
    let register = |delivery: &str| {
        let document = json!({
            "client_name": "SPA",
            "redirect_uris": [RETURN],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "refresh_token_delivery": delivery,
        });
        let call = app.call("POST", "/oauth2/register").header("Content-Type", "application/json");
        call.body(document.to_string().as_bytes()).send()
    };
    let refused = register("cookie");
    app.assert_json(&refused, 400, "invalid_client_metadata", "LK-1705");
    assert!(refused.text().contains("refresh_token_delivery"), "{}", refused.text());
    assert_eq!(register("body").status, 201, "which is how it is anyway");
}
