//! Client credentials (RFC 6749 §4.4) through oxide-auth's `ClientCredentials` machine.

use super::registrar::Registered;
use super::{STEPS, outward};
use crate::domain::client::Client;
use crate::protocol::refusal::Check;
use crate::protocol::scope::Scope;
use oxide_auth::code_grant::client_credentials::{ClientCredentials, Input, Output, Request};
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{ClientUrl, Registrar as _};
use std::borrow::Cow;

struct Asked<'a> {
    client_id: &'a str,
    scope: Option<&'a str>,
}

impl Request for Asked<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(self.client_id), Cow::Borrowed(&[])))
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(Cow::Borrowed)
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("client_credentials"))
    }
    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// The scope this client may have for itself: what it asked, or all it may. Scopes that speak of a
/// person are never among it (security row F1).
///
/// # Errors
/// [`Check::TokenScope`]: malformed, unknown or not for machines.
pub fn negotiate(client: &Client, scope: Option<&str>) -> Result<Scope, Check> {
    if scope.is_some_and(|text| Scope::parse(text).is_none_or(|scope| scope.is_empty())) {
        return Err(Check::TokenScope);
    }
    let allowed = client.scope.without_standard();
    let registrar = Registered { client, redirect_uri: None, allowed: &allowed, default: &allowed };
    let asked = Asked { client_id: client.id.as_str(), scope };
    let mut machine = ClientCredentials::new(&asked);
    let mut input = Input::None;
    for _ in 0..STEPS {
        input = match machine.advance(input) {
            // The client authenticated before; this grant is closed to public ones.
            Output::Authenticate { client, .. } if client == asked.client_id => Input::Authenticated,
            Output::Authenticate { .. } => return Err(Check::ClientAuthFailed),
            Output::Binding { client_id } => {
                let url = ClientUrl { client_id: Cow::Owned(client_id.to_owned()), redirect_uri: None };
                let bound_client = registrar.bound_redirect(url).map_err(|_| Check::ClientAuthFailed)?;
                Input::Bound { bound_client }
            }
            Output::Extend => Input::Extended { extensions: Extensions::new() },
            Output::Negotiate { bound_client, scope } => {
                let pre_grant =
                    registrar.negotiate(bound_client.clone(), scope).map_err(|_| Check::TokenScope)?;
                Input::Negotiated { pre_grant }
            }
            Output::Ok { pre_grant, .. } => return Ok(outward(&pre_grant.scope)),
            Output::Err(_) => return Err(Check::TokenScope),
        };
    }
    Err(Check::Unexpected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::ClientId;
    use crate::domain::client::Metadata;

    fn asked(scope: Option<&str>) -> Result<String, Check> {
        let client = Client {
            id: ClientId::from_stored("job"),
            enabled: true,
            unreviewed: false,
            metadata: Metadata::named("A job"),
            scope: Scope::of(["openid", "offline_access", "profile", "api:read", "api:write"]),
            secrets: Vec::new(),
            revision: 1,
            created_at: 0,
        };
        negotiate(&client, scope).map(|scope| scope.to_string())
    }

    #[test]
    fn sec_f1_no_scope_that_needs_a_person() {
        assert_eq!(asked(None), Ok("api:read api:write".to_owned()));
        assert_eq!(asked(Some("api:read")), Ok("api:read".to_owned()));
        for wrong in ["openid", "api:read offline_access", "profile", "admin", "api:\"read", " "] {
            assert_eq!(asked(Some(wrong)), Err(Check::TokenScope), "{wrong}");
        }
    }
}
