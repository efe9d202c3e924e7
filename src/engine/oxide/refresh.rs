//! A refresh (RFC 6749 §6) through oxide-auth's `Refresh` machine: client binding and narrowing.
//! Rotation, reuse and expiry are decided by the caller.

use super::{FAR, NO_REDIRECT, STEPS, inward, outward};
use crate::domain::grant::Grant as OurGrant;
use crate::protocol::refusal::Check;
use crate::protocol::scope::Scope;
use oxide_auth::code_grant::refresh::{Error, Input, Output, Refresh, Request};
use oxide_auth::primitives::grant::{Extensions, Grant};
use std::borrow::Cow;

struct Presented<'a> {
    client_id: &'a str,
    token: &'a str,
}

impl Request for Presented<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.token))
    }
    fn scope(&self) -> Option<Cow<'_, str>> {
        None
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("refresh_token"))
    }
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(self.client_id), Cow::Borrowed(&[])))
    }
    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// The scope of the new access token: what was asked, or all that was granted. The machine is
/// never asked twice in one state (its `Input::None` loses the state there).
///
/// # Errors
/// [`Check::RefreshScope`]: more than was granted, or malformed (RFC 6749 §6);
/// [`Check::RefreshInvalid`]: another client's.
pub fn narrow(grant: &OurGrant, client_id: &str, family: &str, scope: Option<&str>) -> Result<Scope, Check> {
    let asked = match scope {
        Some(text) => Some(Scope::parse(text).ok_or(Check::RefreshScope)?.to_string()),
        None => None,
    };
    let presented = Presented { client_id, token: family };
    let mut machine = Refresh::new(&presented);
    let mut input = Input::None;
    for _ in 0..STEPS {
        input = match machine.advance(input) {
            // The client authenticated before this transaction began.
            Output::Unauthenticated { client, pass: Some(_) } if client == client_id => {
                Input::Authenticated { scope: None }
            }
            Output::Unauthenticated { .. } => return Err(Check::RefreshInvalid),
            Output::RecoverRefresh { .. } => Input::Recovered {
                scope: asked.as_deref().map(Cow::Borrowed),
                grant: Some(Box::new(stored(grant)?)),
            },
            Output::Refresh { grant, .. } => return Ok(outward(&grant.scope)),
            Output::Ok(_) => return Err(Check::Unexpected),
            Output::Err(error) => return Err(check(error)),
        };
    }
    Err(Check::Unexpected)
}

fn stored(grant: &OurGrant) -> Result<Grant, Check> {
    Ok(Grant {
        owner_id: grant.subject.as_ref().map(|subject| subject.user_id.to_string()).unwrap_or_default(),
        client_id: grant.client_id.to_string(),
        scope: inward(&grant.scope)?,
        redirect_uri: NO_REDIRECT.parse().map_err(|_| Check::Unexpected)?,
        until: FAR,
        extensions: Extensions::new(),
    })
}

fn check(mut error: Error) -> Check {
    use oxide_auth::code_grant::error::AccessTokenErrorType;
    match error.description().map(oxide_auth::code_grant::error::AccessTokenError::kind) {
        Some(AccessTokenErrorType::InvalidScope) => Check::RefreshScope,
        Some(AccessTokenErrorType::InvalidGrant) => Check::RefreshInvalid,
        _ => Check::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{ClientId, GrantId};

    fn asked(client: &str, scope: Option<&str>) -> Result<String, Check> {
        let grant = OurGrant {
            id: GrantId::from_stored("g"),
            client_id: ClientId::from_stored("app"),
            subject: None,
            scope: Scope::of(["openid", "email", "offline_access"]),
            resource: Vec::new(),
            claims: None,
            nonce: None,
            created_at: 0,
            ended_at: None,
        };
        narrow(&grant, client, "family", scope).map(|scope| scope.to_string())
    }

    #[test]
    fn scope_may_only_shrink() {
        assert_eq!(asked("app", None), Ok("email offline_access openid".to_owned()));
        assert_eq!(asked("app", Some("openid  email")), Ok("email openid".to_owned()));
        assert_eq!(asked("app", Some("openid profile")), Err(Check::RefreshScope));
        assert_eq!(asked("app", Some("open\"id")), Err(Check::RefreshScope));
    }

    #[test]
    fn another_clients_token_is_refused() {
        assert_eq!(asked("other", None), Err(Check::RefreshInvalid));
    }
}
