//! The table of good and bad metadata.

use super::*;
use crate::domain::client::{AccessTokenFormat, ApplicationType};

const WEB: &str = "https://app.example.com/cb";

fn web() -> Metadata {
    let mut metadata = Metadata::named("Bookshop");
    metadata.redirect_uris = vec![WEB.to_owned()];
    metadata
}

fn public(uri: &str) -> Metadata {
    let mut metadata = web();
    metadata.token_endpoint_auth_method = AuthMethod::None;
    metadata.redirect_uris = vec![uri.to_owned()];
    metadata
}

/// Field names of what is wrong after `change`.
fn wrong(change: impl FnOnce(&mut Metadata)) -> Vec<String> {
    let mut metadata = web();
    change(&mut metadata);
    let problems = validate(&normalized(metadata)).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.field).collect()
}

fn list(entries: &[&str]) -> Vec<String> {
    entries.iter().map(|entry| (*entry).to_owned()).collect()
}

/// URIs that no member of any kind may hold (security row I2).
const BAD_URIS: [&str; 20] = [
    "",
    "JaVaScRiPt:alert(1)",
    "javascript://app.example.com/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "https://app.example.com/cb#fragment",
    "https://app.example.com/cb#",
    "https://user@app.example.com/cb",
    "https://user:pw@app.example.com/cb",
    "https://@app.example.com/cb",
    "https://*.example.com/cb",
    "https://app.example.com/*",
    "https://app.example.com/../cb",
    "https://app.example.com/%2e%2e/cb",
    "https://app.example.com\\@evil.example/cb",
    "https://app.example.com/c b",
    "https://app.example.com/cb\u{0000}",
    "/cb",
    "http://app.example.com/cb",
];

#[test]
fn sec_i2_every_uri_member_goes_through_one_validator() {
    for bad in BAD_URIS {
        assert_eq!(wrong(|m| m.redirect_uris.push(bad.to_owned())), ["redirect_uris[1]"], "{bad:?}");
        assert_eq!(
            wrong(|m| m.post_logout_redirect_uris = list(&[bad])),
            ["post_logout_redirect_uris[0]"],
            "{bad:?}"
        );
        assert_eq!(wrong(|m| m.client_uri = Some(bad.to_owned())), ["client_uri"], "{bad:?}");
        assert_eq!(wrong(|m| m.logo_uri = Some(bad.to_owned())), ["logo_uri"], "{bad:?}");
        assert_eq!(wrong(|m| m.policy_uri = Some(bad.to_owned())), ["policy_uri"], "{bad:?}");
        assert_eq!(wrong(|m| m.tos_uri = Some(bad.to_owned())), ["tos_uri"], "{bad:?}");
        assert_eq!(wrong(|m| m.cors_origins = list(&[bad])), ["cors_origins[0]"], "{bad:?}");
    }
}

#[test]
fn sec_i2_resources_are_absolute_uris_without_fragment() {
    for bad in [
        "",
        "api",
        "/api",
        "https://a.example/#x",
        "JaVaScRiPt:alert(1)",
        "data:x",
        "https://u:p@a.example",
        "a b:c",
    ] {
        assert_eq!(wrong(|m| m.resources = list(&[bad])), ["resources[0]"], "{bad:?}");
        assert_eq!(wrong(|m| m.introspects = list(&[bad])), ["introspects[0]"], "{bad:?}");
    }
    for good in [
        "https://api.example.com",
        "http://localhost:3001",
        "urn:example:api",
        "https://api.example.com/v1?x=1",
    ] {
        assert!(wrong(|m| m.resources = list(&[good])).is_empty(), "{good}");
    }
}

#[test]
fn good_redirect_uris_depend_on_the_kind_of_app() {
    for good in [
        WEB,
        "https://app.example.com:8443/cb?tenant=1",
        "http://localhost:3000/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:1/cb",
    ] {
        assert!(wrong(|m| m.redirect_uris = list(&[good])).is_empty(), "{good}");
    }
    let native = |uri: &str| {
        wrong(|m| {
            m.application_type = ApplicationType::Native;
            m.redirect_uris = list(&[uri]);
        })
    };
    assert!(native("com.example.app:/callback").is_empty());
    assert_eq!(native("myapp:/callback"), ["redirect_uris[0]"], "a scheme without a dot is anybody's");
    assert_eq!(wrong(|m| m.redirect_uris = list(&["com.example.app:/callback"])), ["redirect_uris[0]"]);
}

#[test]
fn cors_origins_are_origins() {
    for good in ["https://app.example.com", "http://localhost:3000", "https://app.example.com:8443"] {
        assert!(wrong(|m| m.cors_origins = list(&[good])).is_empty(), "{good}");
    }
    for bad in [
        "https://app.example.com/",
        "https://app.example.com/x",
        "https://APP.example.com",
        "*",
        "null",
        "https://app.example.com:443",
        "com.example.app:/",
    ] {
        assert_eq!(wrong(|m| m.cors_origins = list(&[bad])), ["cors_origins[0]"], "{bad:?}");
    }
}

#[test]
fn grant_types_go_together() {
    let grants = |grants: &'static [&'static str]| move |m: &mut Metadata| m.grant_types = list(grants);
    assert!(wrong(grants(&["authorization_code"])).is_empty());
    assert!(wrong(grants(&["authorization_code", "refresh_token", "client_credentials"])).is_empty());
    assert_eq!(wrong(grants(&[])), ["grant_types"]);
    assert_eq!(wrong(grants(&["refresh_token"])), ["grant_types"]);
    for old in ["password", "implicit", "magic"] {
        assert_eq!(wrong(|m| m.grant_types.push(old.to_owned())), ["grant_types[2]"], "{old}");
    }
    assert_eq!(wrong(|m| m.grant_types.push("refresh_token".to_owned())), ["grant_types[2]"], "twice");
    assert_eq!(wrong(|m| m.redirect_uris.clear()), ["redirect_uris"]);
    assert_eq!(wrong(|m| m.response_types.clear()), ["response_types"]);
    assert_eq!(wrong(|m| m.response_types = list(&["token"])), ["response_types[0]"]);
    let machine = |m: &mut Metadata| {
        m.grant_types = list(&["client_credentials"]);
        m.redirect_uris.clear();
    };
    assert!(wrong(machine).is_empty());
    let public_machine = |m: &mut Metadata| {
        machine(m);
        m.token_endpoint_auth_method = AuthMethod::None;
    };
    assert_eq!(wrong(public_machine), ["grant_types"]);
}

#[test]
fn sec_b4_nobody_who_can_be_imitated_is_trusted() {
    let mut metadata = public(WEB);
    assert!(validate(&metadata).is_ok());
    metadata.consent = ConsentPolicy::Skip;
    assert!(validate(&metadata).is_ok(), "https redirect URIs assure who it is");
    metadata.redirect_uris = list(&["http://localhost:3000/cb"]);
    assert!(validate(&metadata).is_err());
    metadata.consent = ConsentPolicy::Ask;
    metadata.pkce = PkcePolicy::Optional;
    assert_eq!(validate(&metadata).unwrap_err().len(), 1);
    assert!(wrong(|m| m.pkce = PkcePolicy::Optional).is_empty(), "a confidential app may");
}

#[test]
fn names_scopes_numbers_and_contacts_are_bounded() {
    assert_eq!(wrong(|m| m.client_name = " \u{202e}\u{200b} ".to_owned()), ["client_name"]);
    assert_eq!(wrong(|m| m.client_name = "x".repeat(101)), ["client_name"]);
    assert!(wrong(|m| m.client_name = "\u{4e66}".repeat(100)).is_empty());
    assert_eq!(normalized(Metadata::named("Bank\u{202e}knaB\n")).client_name, "BankknaB");
    assert_eq!(wrong(|m| m.scope = "a \"b\"".to_owned()), ["scope"]);
    assert_eq!(normalized(Metadata { scope: " a \t b ".to_owned(), ..web() }).scope, "a b");
    let many: Vec<String> = (0..101).map(|n| format!("s{n}")).collect();
    assert_eq!(wrong(|m| m.scope = many.join(" ")), ["scope"]);
    for (seconds, good) in [(9, false), (10, true), (3600, true), (3601, false), (-1, false)] {
        assert_eq!(wrong(|m| m.access_token_seconds = Some(seconds)).is_empty(), good, "{seconds}");
    }
    assert_eq!(wrong(|m| m.refresh_grace_seconds = Some(61)), ["refresh_grace_seconds"]);
    assert_eq!(wrong(|m| m.default_max_age = Some(-1)), ["default_max_age"]);
    assert_eq!(wrong(|m| m.contacts = list(&["ada"])), ["contacts[0]"]);
    assert!(wrong(|m| m.access_token_format = AccessTokenFormat::Opaque).is_empty());
    let crowd: Vec<String> = (0..51).map(|n| format!("https://app.example.com/{n}")).collect();
    assert_eq!(wrong(|m| m.redirect_uris = crowd), ["redirect_uris"]);
}

#[test]
fn every_problem_is_found_at_once() {
    let fields = wrong(|m| {
        m.client_name.clear();
        m.redirect_uris.push("javascript:x".to_owned());
        m.grant_types.push("password".to_owned());
        m.scope = "\"".to_owned();
        m.access_token_seconds = Some(0);
    });
    assert_eq!(
        fields,
        ["client_name", "redirect_uris[1]", "grant_types[2]", "scope", "access_token_seconds"]
    );
}

#[test]
fn a_chosen_id_is_short_plain_and_no_ulid() {
    for good in ["bookshop", "a", "Book.shop_~-1", &"x".repeat(100)] {
        assert!(validate_id(good).is_ok(), "{good}");
    }
    let ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    for bad in ["", "book shop", "b\u{00f6}k", "a/b", "a:b", &"x".repeat(101), ulid, &ulid.to_lowercase()] {
        assert!(validate_id(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_chosen_secret_is_long_enough_and_never_repeated() {
    assert!(validate_secret("0123456789abcdef").is_ok());
    for bad in ["0123456789abcde", "0123456789abcdef\n", &"x".repeat(1025)] {
        assert!(validate_secret(bad).unwrap_err().received.is_empty());
    }
}

#[test]
fn what_came_is_repeated_capped_and_harmless() {
    let mut metadata = web();
    metadata.redirect_uris = vec![format!("https://x/\u{1b}[2J{}", "y".repeat(3000))];
    let problems = validate(&metadata).unwrap_err();
    let received = &problems.first().unwrap().received;
    assert!(received.len() <= 200 && !received.contains('\u{1b}'), "{received}");
}
