//! The authorization request (RFC 6749 §4.1.1) through oxide-auth's `Authorization` machine.

use super::registrar::Registered;
use super::{STEPS, outward};
use crate::domain::client::Client;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::Check;
use crate::protocol::scope::Scope;
use oxide_auth::code_grant::authorization::{Authorization, Error, Input, Output, Request};
use oxide_auth::code_grant::error::AuthorizationErrorType;
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{ClientUrl, Registrar as _};
use std::borrow::Cow;

struct Asked<'a> {
    client_id: &'a str,
    redirect_uri: Option<&'a str>,
    scope: Option<String>,
    state: Option<&'a str>,
}

impl Request for Asked<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn client_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.client_id))
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.as_deref().map(Cow::Borrowed)
    }
    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.redirect_uri.map(Cow::Borrowed)
    }
    fn state(&self) -> Option<Cow<'_, str>> {
        self.state.map(Cow::Borrowed)
    }
    fn response_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("code"))
    }
    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// The scope this client may have on this request. An empty `scope` stands for an absent
/// parameter and yields the pre-defined default (RFC 6749 §3.3): what the client registered beyond
/// the standard scopes, which release a person's data only when asked for. A device has no redirect URI
/// (RFC 8628 §3.1); everybody else's is verified by now.
///
/// # Errors
/// [`Check::ScopeNotAllowed`], [`Check::RedirectUriMismatch`]; [`Check::Unexpected`] when the
/// machine asks what it never asks.
pub fn negotiate(
    client: &Client,
    redirect_uri: Option<&VerifiedRedirect>,
    scope: &Scope,
    state: Option<&str>,
) -> Result<Scope, Check> {
    let asked = Asked {
        client_id: client.id.as_str(),
        redirect_uri: redirect_uri.map(VerifiedRedirect::as_str),
        scope: (!scope.is_empty()).then(|| scope.to_string()),
        state,
    };
    let default = client.scope.without_standard();
    let registrar = Registered { client, redirect_uri, allowed: &client.scope, default: &default };
    let mut machine = Authorization::new(&asked);
    let mut input = Input::None;
    for _ in 0..STEPS {
        input = match machine.advance(input) {
            Output::Bind { client_id, redirect_uri } => {
                let url = ClientUrl {
                    client_id: Cow::Owned(client_id),
                    redirect_uri: redirect_uri.map(Cow::Owned),
                };
                let bound_client = registrar.bound_redirect(url).map_err(|_| Check::RedirectUriMismatch)?;
                Input::Bound { request: &asked, bound_client }
            }
            Output::Extend => Input::Extended(Extensions::new()),
            Output::Negotiate { bound_client, scope } => {
                let pre_grant =
                    registrar.negotiate(bound_client.clone(), scope).map_err(|_| Check::ScopeNotAllowed)?;
                Input::Negotiated { pre_grant, state: state.map(str::to_owned) }
            }
            Output::Ok { pre_grant, .. } => return Ok(outward(&pre_grant.scope)),
            Output::Err(error) => return Err(check(error)),
        };
    }
    Err(Check::Unexpected)
}

fn check(error: Error) -> Check {
    match error {
        Error::Ignore => Check::RedirectUriMismatch,
        Error::Redirect(mut error) => match error.description().kind() {
            AuthorizationErrorType::InvalidScope => Check::ScopeMalformed,
            AuthorizationErrorType::UnsupportedResponseType => Check::ResponseTypeUnsupported,
            _ => Check::Unexpected,
        },
        Error::PrimitiveError => Check::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::ClientId;
    use crate::domain::client::Metadata;

    fn client(scope: &str) -> Client {
        let metadata = Metadata { scope: scope.to_owned(), ..Metadata::named("An app") };
        Client {
            id: ClientId::from_stored("app"),
            enabled: true,
            unreviewed: false,
            scope: Scope::from_stored(scope),
            metadata,
            secrets: Vec::new(),
            revision: 1,
            created_at: 0,
        }
    }

    fn ask(scope: &str) -> Result<String, Check> {
        let redirect = VerifiedRedirect::from_stored("https://app.example/cb?a=1");
        negotiate(
            &client("openid email api:read"),
            Some(&redirect),
            &Scope::of(scope.split(' ').filter(|s| !s.is_empty())),
            Some("xyz"),
        )
        .map(|scope| scope.to_string())
    }

    #[test]
    fn grants_what_was_asked_within_what_is_registered() {
        assert_eq!(ask("openid api:read"), Ok("api:read openid".to_owned()));
        assert_eq!(ask("openid admin"), Err(Check::ScopeNotAllowed));
    }

    #[test]
    fn an_absent_scope_releases_nothing_of_the_person() {
        assert_eq!(ask(""), Ok("api:read".to_owned()));
    }
}
