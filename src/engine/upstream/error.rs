//! Why a sign-in at a provider does not go on, as the relying party sees it.

use crate::engine::outbound::OutboundError;
use openidconnect::{
    ClaimsVerificationError, ConfigurationError, DiscoveryError, ErrorResponse, RequestTokenError,
    SignatureVerificationError, StandardErrorResponse, UserInfoError,
};
use openidconnect::{ErrorResponseType, SigningError};
use std::fmt;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpstreamError {
    /// No answer.
    Outbound(OutboundError),
    /// The provider said no (RFC 6749 §4.1.2.1 and §5.2).
    Refused {
        /// `error`
        error: String,
        /// `error_description`
        description: Option<String>,
    },
    /// The answer is not what the specification says.
    Malformed(String),
    /// A check of ours failed: `state`, `iss`, signature, `nonce`, times and so on.
    Unverified(String),
    /// The provider's metadata names no such endpoint.
    Missing(&'static str),
}

impl fmt::Display for UpstreamError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outbound(error) => write!(out, "No answer: {error}."),
            Self::Refused { error, description: None } => write!(out, "The server answered {error}."),
            Self::Refused { error, description: Some(why) } => {
                write!(out, "The server answered {error}: {why}")
            }
            Self::Malformed(why) => write!(out, "The answer cannot be read: {why}."),
            Self::Unverified(why) => write!(out, "A check failed: {why}."),
            Self::Missing(what) => write!(out, "The server's metadata names no {what}."),
        }
    }
}

impl std::error::Error for UpstreamError {}

/// The whole chain of an error, as one sentence.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

impl<T> From<RequestTokenError<OutboundError, StandardErrorResponse<T>>> for UpstreamError
where
    T: ErrorResponseType + fmt::Display + 'static,
    StandardErrorResponse<T>: ErrorResponse,
{
    fn from(error: RequestTokenError<OutboundError, StandardErrorResponse<T>>) -> Self {
        match error {
            RequestTokenError::ServerResponse(said) => Self::Refused {
                error: said.error().to_string(),
                description: said.error_description().cloned(),
            },
            RequestTokenError::Request(error) => Self::Outbound(error),
            other => Self::Malformed(chain(&other)),
        }
    }
}

impl From<DiscoveryError<OutboundError>> for UpstreamError {
    fn from(error: DiscoveryError<OutboundError>) -> Self {
        match error {
            DiscoveryError::Request(error) => Self::Outbound(error),
            DiscoveryError::Validation(why) => Self::Unverified(why),
            other => Self::Malformed(chain(&other)),
        }
    }
}

impl From<UserInfoError<OutboundError>> for UpstreamError {
    fn from(error: UserInfoError<OutboundError>) -> Self {
        match error {
            UserInfoError::Request(error) => Self::Outbound(error),
            UserInfoError::ClaimsVerification(error) => error.into(),
            UserInfoError::Response(status, body, why) => {
                said(&body).unwrap_or_else(|| Self::Malformed(format!("{why} ({})", status.as_u16())))
            }
            other => Self::Malformed(chain(&other)),
        }
    }
}

/// The error of a bearer endpoint that says it in JSON as well (RFC 6750 §3.1).
fn said(body: &[u8]) -> Option<UpstreamError> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| body.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    Some(UpstreamError::Refused { error: text("error")?, description: text("error_description") })
}

impl From<ClaimsVerificationError> for UpstreamError {
    fn from(error: ClaimsVerificationError) -> Self {
        Self::Unverified(chain(&error))
    }
}

impl From<SignatureVerificationError> for UpstreamError {
    fn from(error: SignatureVerificationError) -> Self {
        Self::Unverified(chain(&error))
    }
}

impl From<SigningError> for UpstreamError {
    fn from(error: SigningError) -> Self {
        Self::Unverified(chain(&error))
    }
}

impl From<ConfigurationError> for UpstreamError {
    fn from(error: ConfigurationError) -> Self {
        match error {
            ConfigurationError::MissingUrl(what) => Self::Missing(what),
            other => Self::Malformed(chain(&other)),
        }
    }
}

/// A value that is no URL.
pub(super) fn not_url(what: &str) -> impl Fn(openidconnect::url::ParseError) -> UpstreamError {
    move |error| UpstreamError::Malformed(format!("{what}: {error}"))
}
