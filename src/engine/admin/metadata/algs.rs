//! The algorithms an app may be registered for: exactly those that discovery names. A registered one is
//! always applied, so what cannot be is refused here.

use super::Found;
use crate::domain::client::{AccessTokenFormat, Metadata};
use crate::protocol::alg::SigningAlg;
use crate::protocol::client_auth::AuthMethod;

/// What ID tokens may be signed with (OIDC Discovery §3, OIDC Registration §2).
pub const ID_TOKEN: [SigningAlg; 5] =
    [SigningAlg::Rs256, SigningAlg::Ps256, SigningAlg::Es256, SigningAlg::EdDsa, SigningAlg::None];
/// What userinfo answers may be signed with.
pub const USERINFO: [SigningAlg; 4] = SigningAlg::ASYMMETRIC;
/// What access tokens may be signed with.
pub const ACCESS_TOKEN: [SigningAlg; 4] = SigningAlg::ASYMMETRIC;

/// Checks the algorithms of what this server signs for the app.
pub(super) fn check(metadata: &Metadata, found: &mut Found) {
    one_of("id_token_signed_response_alg", metadata.id_token_signed_response_alg, &ID_TOKEN, found);
    one_of("userinfo_signed_response_alg", metadata.userinfo_signed_response_alg, &USERINFO, found);
    one_of("access_token_signing_alg", metadata.access_token_signing_alg, &ACCESS_TOKEN, found);
    if let Some(alg) = metadata.access_token_signing_alg
        && metadata.access_token_format == AccessTokenFormat::Opaque
    {
        let problem = "has nothing to sign: opaque access tokens are random strings";
        found.add("access_token_signing_alg", alg.as_str(), problem, "Leave one of the two out.");
    }
    if metadata.id_token_signed_response_alg == Some(SigningAlg::None) {
        unsigned(metadata, found);
    }
}

fn one_of(field: &str, alg: Option<SigningAlg>, allowed: &[SigningAlg], found: &mut Found) {
    let Some(alg) = alg.filter(|alg| !allowed.contains(alg)) else { return };
    let names: Vec<&str> = allowed.iter().map(|alg| alg.as_str()).collect();
    found.add(field, alg.as_str(), "is not offered here", format!("Use one of {}.", names.join(", ")));
}

/// OIDC Registration §2: `none` "MUST NOT be used [...] unless the Client uses only Response Types that
/// return no ID Token from the Authorization Endpoint". Nor may a public app: what comes from the token
/// endpoint is then handed on between its parts, and only a signature tells there whose it is.
fn unsigned(metadata: &Metadata, found: &mut Found) {
    let (field, fix) =
        ("id_token_signed_response_alg", "Leave it out; then ID tokens are signed with RS256.");
    let through_browser = |kind: &String| kind.split(' ').any(|part| part == "id_token");
    if metadata.response_types.iter().any(through_browser) {
        let problem = "cannot be none beside response types that return an ID token to the browser";
        found.add(field, "none", problem, fix);
    }
    if metadata.token_endpoint_auth_method == AuthMethod::None {
        found.add(field, "none", "cannot be none for a public app", fix);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{normalized, validate};
    use super::*;

    /// The members of this file that are wrong.
    fn wrong(change: impl FnOnce(&mut Metadata)) -> Vec<String> {
        let mut metadata = Metadata::named("Bookshop");
        metadata.redirect_uris = vec!["https://app.example.com/cb".to_owned()];
        change(&mut metadata);
        let problems = validate(&normalized(metadata)).err().unwrap_or_default();
        let ours = problems.into_iter().filter(|problem| problem.field.ends_with("_alg"));
        ours.map(|problem| problem.field).collect()
    }

    #[test]
    fn b40_b60_each_algorithm_is_applied_or_refused() {
        assert!(wrong(|_| ()).is_empty());
        for alg in SigningAlg::ASYMMETRIC {
            let all = |m: &mut Metadata| {
                m.id_token_signed_response_alg = Some(alg);
                m.userinfo_signed_response_alg = Some(alg);
                m.access_token_signing_alg = Some(alg);
            };
            assert!(wrong(all).is_empty(), "{alg:?}");
        }
        let hs256 = |m: &mut Metadata| {
            m.id_token_signed_response_alg = Some(SigningAlg::Hs256);
            m.userinfo_signed_response_alg = Some(SigningAlg::Hs256);
            m.access_token_signing_alg = Some(SigningAlg::Hs256);
        };
        let all =
            ["id_token_signed_response_alg", "userinfo_signed_response_alg", "access_token_signing_alg"];
        assert_eq!(wrong(hs256), all);
        let none = |m: &mut Metadata| {
            m.userinfo_signed_response_alg = Some(SigningAlg::None);
            m.access_token_signing_alg = Some(SigningAlg::None);
        };
        assert_eq!(wrong(none), all[1..]);
        let opaque = |m: &mut Metadata| {
            m.access_token_format = AccessTokenFormat::Opaque;
            m.access_token_signing_alg = Some(SigningAlg::Rs256);
        };
        assert_eq!(wrong(opaque), ["access_token_signing_alg"]);
    }

    #[test]
    fn b41_none_is_for_confidential_apps_that_use_the_code_alone() {
        let with = |types: &[&str], method: AuthMethod| {
            wrong(|m| {
                m.id_token_signed_response_alg = Some(SigningAlg::None);
                m.response_types = types.iter().map(|kind| (*kind).to_owned()).collect();
                m.token_endpoint_auth_method = method;
            })
        };
        let field = "id_token_signed_response_alg";
        assert!(with(&["code"], AuthMethod::ClientSecretBasic).is_empty());
        assert!(with(&["code", "code token"], AuthMethod::ClientSecretPost).is_empty(), "no ID token there");
        for kind in ["id_token", "id_token token", "code id_token", "code id_token token"] {
            assert_eq!(with(&["code", kind], AuthMethod::ClientSecretBasic), [field], "{kind}");
        }
        assert_eq!(with(&["code"], AuthMethod::None), [field]);
    }
}
