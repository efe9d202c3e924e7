//! The redemption of a code (RFC 6749 §4.1.3) through oxide-auth's `AccessToken` machine, with its
//! `Pkce` extension in the Extend step.

use super::{FAR, STEPS, inward, outward};
use crate::domain::authorization::Approval;
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::pkce::Verifier;
use crate::protocol::refusal::Check;
use crate::protocol::scope::Scope;
use oxide_auth::code_grant::accesstoken::{AccessToken, Authorization, Error, Input, Output, Request};
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::{Extensions, Grant};
use std::borrow::Cow;

/// What the authenticated client presented.
pub struct Presented<'a> {
    /// The authenticated client.
    pub client_id: &'a str,
    /// The code.
    pub code: &'a str,
    /// The `redirect_uri` parameter.
    pub redirect_uri: Option<&'a str>,
    /// The `code_verifier` parameter, well-formed.
    pub verifier: Option<&'a Verifier>,
}

impl Request for Presented<'_> {
    fn valid(&self) -> bool {
        true
    }
    fn code(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.code))
    }
    fn authorization(&self) -> Authorization<'_> {
        Authorization::Username(Cow::Borrowed(self.client_id))
    }
    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }
    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.redirect_uri.map(Cow::Borrowed)
    }
    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("authorization_code"))
    }
    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// The scope a code is worth, once client, redirect URI and verifier are those it is bound to.
/// Whether the code is live is decided by the caller, by our clock and the stored stage.
///
/// # Errors
/// [`Check::CodeInvalid`]: another client or redirect URI; [`Check::VerifierWrong`]: the PKCE
/// halves do not fit, or only one was sent (RFC 9700 §2.1.1, §4.8.2).
pub fn redeem(
    request: &AuthorizationRequest,
    approval: &Approval,
    presented: &Presented<'_>,
) -> Result<Scope, Check> {
    // RFC 6749 §4.1.3: the values "MUST be identical"; the machine would compare parsed URLs.
    if presented.redirect_uri != Some(request.redirect_uri.as_str()) {
        return Err(Check::CodeInvalid);
    }
    let pkce = match (&request.code_challenge, presented.verifier) {
        (Some(_), _) => Pkce::required(),
        (None, None) => Pkce::optional(),
        (None, Some(_)) => return Err(Check::VerifierWrong),
    };
    let mut machine = AccessToken::new(presented);
    let mut input = Input::None;
    for _ in 0..STEPS {
        input = match machine.advance(input) {
            // The client authenticated before this transaction began.
            Output::Authenticate { client, .. } if client == presented.client_id => Input::Authenticated,
            Output::Authenticate { .. } => return Err(Check::CodeInvalid),
            Output::Recover { .. } => Input::Recovered(Some(Box::new(stored(request, approval, &pkce)?))),
            Output::Extend { extensions } => {
                let verifier = presented.verifier.map(|verifier| Cow::Borrowed(verifier.as_str()));
                pkce.verify(extensions.remove(&pkce), verifier).map_err(|()| Check::VerifierWrong)?;
                Input::Extended { access_extensions: Extensions::new() }
            }
            Output::Issue { grant } => return Ok(outward(&grant.scope)),
            Output::Ok(_) => return Err(Check::Unexpected),
            Output::Err(error) => return Err(check(&error)),
        };
    }
    Err(Check::Unexpected)
}

fn stored(request: &AuthorizationRequest, approval: &Approval, pkce: &Pkce) -> Result<Grant, Check> {
    let mut extensions = Extensions::new();
    let challenge = request.code_challenge.as_ref().map(|challenge| Cow::Borrowed(challenge.as_str()));
    let encoded =
        pkce.challenge(Some(Cow::Borrowed("S256")), challenge).map_err(|()| Check::VerifierWrong)?;
    if let Some(encoded) = encoded {
        extensions.set(pkce, encoded);
    }
    Ok(Grant {
        owner_id: approval.user_id.to_string(),
        client_id: request.client_id.to_string(),
        scope: inward(&approval.scope)?,
        redirect_uri: request.redirect_uri.as_str().parse().map_err(|_| Check::CodeInvalid)?,
        until: FAR,
        extensions,
    })
}

fn check(error: &Error) -> Check {
    match error {
        Error::Invalid(_) => Check::CodeInvalid,
        Error::Unauthorized(..) => Check::ClientAuthFailed,
        Error::Primitive(_) => Check::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{ClientId, SessionId, UserId};
    use crate::protocol::authorize::{Prompt, ResponseMode};
    use crate::protocol::pkce::Challenge;
    use crate::protocol::redirect_uri::VerifiedRedirect;
    use crate::protocol::response_type::ResponseType;

    // RFC 7636 Appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn redeemed(
        challenge: Option<&str>,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
    ) -> Result<String, Check> {
        redeemed_by("app", challenge, redirect_uri, verifier)
    }

    fn redeemed_by(
        client_id: &str,
        challenge: Option<&str>,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
    ) -> Result<String, Check> {
        let request = AuthorizationRequest {
            client_id: ClientId::from_stored("app"),
            redirect_uri: VerifiedRedirect::from_stored("https://app.example/cb"),
            response_type: ResponseType::Code,
            response_mode: ResponseMode::Query,
            scope: Scope::of(["openid", "email", "api"]),
            state: None,
            nonce: None,
            code_challenge: challenge.and_then(Challenge::parse),
            prompt: Prompt::default(),
            max_age: None,
            acr_values: Vec::new(),
            login_hint: None,
            ui_locales: None,
            hinted_subject: None,
            claims: None,
            resource: Vec::new(),
        };
        let approval = Approval {
            user_id: UserId::from_stored("u"),
            session_id: SessionId::from_stored("s"),
            scope: Scope::of(["openid", "email"]),
            code_expires_at: 0,
        };
        let verifier = verifier.and_then(Verifier::parse);
        let presented = Presented { client_id, code: "c", redirect_uri, verifier: verifier.as_ref() };
        redeem(&request, &approval, &presented).map(|scope| scope.to_string())
    }

    #[test]
    fn the_approved_scope_comes_out_sorted() {
        assert_eq!(
            redeemed(Some(CHALLENGE), Some("https://app.example/cb"), Some(VERIFIER)),
            Ok("email openid".to_owned())
        );
        assert_eq!(redeemed(None, Some("https://app.example/cb"), None), Ok("email openid".to_owned()));
    }

    #[test]
    fn redirect_uris_are_compared_byte_for_byte() {
        for other in [
            "https://APP.example/cb",
            "https://app.example:443/cb",
            "https://app.example/./cb",
            "https://app.example/cb/",
        ] {
            assert_eq!(
                redeemed(Some(CHALLENGE), Some(other), Some(VERIFIER)),
                Err(Check::CodeInvalid),
                "{other}"
            );
        }
        assert_eq!(redeemed(Some(CHALLENGE), None, Some(VERIFIER)), Err(Check::CodeInvalid));
    }

    #[test]
    fn both_halves_of_pkce_or_neither() {
        let uri = Some("https://app.example/cb");
        assert_eq!(redeemed(Some(CHALLENGE), uri, None), Err(Check::VerifierWrong));
        assert_eq!(redeemed(None, uri, Some(VERIFIER)), Err(Check::VerifierWrong));
        assert_eq!(redeemed(Some(CHALLENGE), uri, Some(&"a".repeat(43))), Err(Check::VerifierWrong));
    }

    #[test]
    fn another_client_gets_nothing() {
        let redeemed = redeemed_by("other", Some(CHALLENGE), Some("https://app.example/cb"), Some(VERIFIER));
        assert_eq!(redeemed, Err(Check::CodeInvalid));
    }
}
