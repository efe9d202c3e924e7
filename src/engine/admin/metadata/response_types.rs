//! Response types and the grant types that belong to them (OIDC Registration §2, RFC 7591 §2.1).

use super::Found;
use crate::domain::client::{IMPLICIT, Metadata};
use crate::protocol::response_type::ResponseType;

const CODE: &str = "authorization_code";

/// In their one form; with the legacy switch, tokens from the authorization endpoint bring the grant
/// type `implicit` along. Without a grant type that uses that endpoint there are none.
pub(super) fn normalized(mut metadata: Metadata) -> Metadata {
    let sorted = |text: &String| ResponseType::parse(text).map_or(text.clone(), |kind| kind.as_str().into());
    metadata.response_types = metadata.response_types.iter().map(sorted).collect();
    let has = |metadata: &Metadata, grant: &str| metadata.grant_types.iter().any(|known| known == grant);
    if metadata.legacy_response_types
        && of(&metadata).any(ResponseType::is_legacy)
        && !has(&metadata, IMPLICIT)
    {
        metadata.grant_types.push(IMPLICIT.to_owned());
    }
    if !has(&metadata, CODE) && !has(&metadata, IMPLICIT) {
        metadata.response_types.clear();
    }
    metadata
}

fn of(metadata: &Metadata) -> impl Iterator<Item = ResponseType> {
    metadata.response_types.iter().filter_map(|text| ResponseType::parse(text))
}

/// Known ones, with the switch and the grant type that each needs.
pub(super) fn check(metadata: &Metadata, found: &mut Found) {
    let legacy = metadata.legacy_response_types;
    found.list("response_types", &metadata.response_types, |text| match ResponseType::parse(text) {
        None => Err("is unknown here; use code (with PKCE)"),
        Some(kind) if kind.is_legacy() && !legacy => {
            Err("hands tokens to the browser (RFC 9700 §2.1.2); use code (with PKCE), or set legacy_response_types=true for an app that cannot")
        }
        Some(_) => Ok(()),
    });
    let has = |grant: &str| metadata.grant_types.iter().any(|known| known == grant);
    // What is unknown was told above.
    let known = of(metadata).count() == metadata.response_types.len();
    if known && has(CODE) && !of(metadata).any(ResponseType::code) {
        let problem = "has none with code, but grant_types has authorization_code";
        found.add("response_types", "", problem, "Add code, or leave response_types out.");
    }
    if !has(CODE) && of(metadata).any(ResponseType::code) {
        let problem = "has one with code, but grant_types lacks authorization_code";
        found.add("response_types", "", problem, "Add authorization_code to grant_types.");
    }
    if legacy && has(IMPLICIT) && !of(metadata).any(ResponseType::is_legacy) {
        let problem = "has implicit, but no response type gives tokens to the browser";
        found.add("grant_types", IMPLICIT, problem, "Leave implicit out.");
    }
}
