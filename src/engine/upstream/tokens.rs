//! What a provider gave, after every check.

use super::error::UpstreamError;
use crate::base::clock::{Clock, Seconds};
use crate::base::secret::Secret;
use chrono::{DateTime, Utc};
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreTokenResponse};
use openidconnect::{AccessToken, AccessTokenHash, Nonce, NonceVerifier, OAuth2TokenResponse as _};

/// The tokens of one sign-in.
#[derive(Clone)]
pub struct Tokens {
    /// The access token.
    pub access_token: Secret,
    /// The refresh token, if one was given.
    pub refresh_token: Option<Secret>,
    /// The ID token, verified.
    pub id_token: IdToken,
    /// The granted scopes, if told.
    pub scope: Option<Vec<String>>,
    /// How long the access token lives, seconds, if told.
    pub expires_in: Option<Seconds>,
}

/// A verified ID token (OIDC Core §3.1.3.7).
#[derive(Clone)]
pub struct IdToken {
    /// As it came, for `id_token_hint`.
    pub raw: Secret,
    /// `sub`: the person, for good.
    pub subject: String,
    /// When the person signed in.
    pub auth_time: Option<Seconds>,
    /// Whether it names the access token (`at_hash`), which was compared.
    pub names_access_token: bool,
    pub(super) nonce: Option<Nonce>,
}

impl Tokens {
    /// From an answer and its verified ID token; what a refresh leaves out stays as it was.
    pub(super) fn of(answer: &CoreTokenResponse, id_token: IdToken, before: Option<&Self>) -> Self {
        let refresh = answer.refresh_token().map(|token| Secret::new(token.secret().clone()));
        let scope = answer.scopes().map(|all| all.iter().map(|scope| scope.to_string()).collect());
        Self {
            access_token: Secret::new(answer.access_token().secret().clone()),
            refresh_token: refresh.or_else(|| before.and_then(|tokens| tokens.refresh_token.clone())),
            id_token,
            scope: scope.or_else(|| before.and_then(|tokens| tokens.scope.clone())),
            expires_in: answer.expires_in().and_then(|life| Seconds::try_from(life.as_secs()).ok()),
        }
    }
}

/// The nonce of a code exchange must be there; that of a refresh may be left out, and must be the
/// old one if not (OIDC Core §3.1.3.7 rule 11, §12.2).
pub(super) enum Expected<'n> {
    Exactly(&'n Nonce),
    AbsentOr(Option<&'n Nonce>),
}

impl NonceVerifier for Expected<'_> {
    fn verify(self, nonce: Option<&Nonce>) -> Result<(), String> {
        match (self, nonce) {
            (Self::Exactly(expected), nonce) => expected.verify(nonce),
            (Self::AbsentOr(_), None) => Ok(()),
            (Self::AbsentOr(Some(expected)), nonce) => expected.verify(nonce),
            (Self::AbsentOr(None), Some(_)) => Err("a nonce that nobody sent".to_owned()),
        }
    }
}

/// Every check of an ID token: signature, issuer, audience, times, nonce, `at_hash`.
pub(super) fn verify(
    token: &CoreIdToken,
    verifier: &CoreIdTokenVerifier<'_>,
    access_token: &AccessToken,
    nonce: Expected<'_>,
) -> Result<IdToken, UpstreamError> {
    let claims = token.claims(verifier, nonce)?;
    let hash = claims.access_token_hash();
    if let Some(hash) = hash {
        let made =
            AccessTokenHash::from_token(access_token, token.signing_alg()?, token.signing_key(verifier)?)?;
        if made != *hash {
            return Err(UpstreamError::Unverified("at_hash does not fit the access token".into()));
        }
    }
    Ok(IdToken {
        raw: Secret::new(token.to_string()),
        subject: claims.subject().to_string(),
        auth_time: claims.auth_time().map(|at| at.timestamp()),
        names_access_token: hash.is_some(),
        nonce: claims.nonce().cloned(),
    })
}

/// OIDC Core §12.2: a refreshed ID token is about the same person and the same sign-in.
pub(super) fn same_person(new: &IdToken, old: &IdToken) -> Result<(), UpstreamError> {
    if new.subject != old.subject {
        return Err(UpstreamError::Unverified("the refreshed ID token is about another person".into()));
    }
    if new.auth_time.is_some() && old.auth_time.is_some() && new.auth_time != old.auth_time {
        return Err(UpstreamError::Unverified("auth_time changed by a refresh".into()));
    }
    Ok(())
}

/// The time of the one clock, as the package asks for it.
pub(super) fn time(clock: &Clock) -> DateTime<Utc> {
    DateTime::from_timestamp(clock.now(), 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
