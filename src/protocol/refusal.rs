//! Every place that can say no says it with a named [`Check`]. The rows are in `registry.rs`; JSON
//! answers, error pages, `docs/errors.md` and the traces are all made from them.

pub use super::registry::{Check, REGISTRY};

/// The `error` values of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 7591 §3.2.2, RFC 8707 §2,
/// RFC 8628 §3.5, RFC 9396 §5, OIDC Core §3.1.2.6 and OpenID Connect Core Error Code UnmetAuthenticationRequirements
/// that this server uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the specifications' own")]
pub enum OauthError {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    InvalidScope,
    InvalidTarget,
    InvalidAuthorizationDetails,
    AccessDenied,
    ServerError,
    TemporarilyUnavailable,
    LoginRequired,
    ConsentRequired,
    InteractionRequired,
    AccountSelectionRequired,
    UnmetAuthenticationRequirements,
    RequestNotSupported,
    RequestUriNotSupported,
    RegistrationNotSupported,
    InvalidToken,
    InsufficientScope,
    InvalidClientMetadata,
    InvalidRedirectUri,
    AuthorizationPending,
    SlowDown,
    ExpiredToken,
}

impl OauthError {
    /// The value of the `error` member.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
        }
    }
}

/// How a refusal reaches the one who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An HTML page of our own; never a redirect (RFC 6749 §3.1.2.4).
    Page,
    /// A redirect to the verified redirect URI (RFC 6749 §4.1.2.1).
    Redirect,
    /// JSON by RFC 6749 §5.2.
    Json,
    /// `WWW-Authenticate: Bearer` by RFC 6750 §3.
    Bearer,
}

/// Who can put it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The developer of the relying party.
    Developer,
    /// An administrator of this server.
    Admin,
    /// The person who is signing in.
    Person,
    /// Whoever runs the machine.
    Operator,
}

impl Who {
    /// For sentences: "Who must act: ...".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Developer => "the app's developer",
            Self::Admin => "an administrator of this server",
            Self::Person => "the person signing in",
            Self::Operator => "whoever runs this server",
        }
    }
}

/// One row of the registry.
pub struct Row {
    /// The check.
    pub check: Check,
    /// Stable number.
    pub number: u16,
    /// The number as it is shown: `LK-1203`.
    pub code: &'static str,
    /// Snake-case name.
    pub name: &'static str,
    /// Specification and section.
    pub spec: &'static str,
    /// The `error` value.
    pub error: OauthError,
    /// HTTP status where the answer is not a redirect.
    pub status: u16,
    /// How it is answered.
    pub answer: Answer,
    /// What is wrong, in plain words.
    pub cause: &'static str,
    /// Who must act.
    pub who: Who,
    /// What they must do.
    pub fix: &'static str,
}

/// What was expected and what came, for the trace and (redacted) for the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// What would have passed. Registered values: shown to admins only.
    pub expected: String,
    /// What came, never a secret, capped.
    pub received: String,
}

/// A named no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which check said no.
    pub check: Check,
    /// Expected and received.
    pub detail: Option<Box<Detail>>,
    /// Whether what the transaction did so far must stay (a replayed code revokes *and* fails).
    pub commit: bool,
    /// Seconds after which to try again (`Retry-After`).
    pub retry_after: Option<i64>,
}

/// The longest piece of a received value that is kept, bytes.
const KEEP: usize = 300;

impl Refusal {
    /// A refusal without detail; the transaction is rolled back.
    pub fn new(check: Check) -> Self {
        Self { check, detail: None, commit: false, retry_after: None }
    }

    /// With what was expected and what came (never a secret).
    #[must_use]
    pub fn with(mut self, expected: impl Into<String>, received: impl AsRef<str>) -> Self {
        let received = crate::base::text::cap(received.as_ref(), KEEP).to_owned();
        self.detail = Some(Box::new(Detail { expected: expected.into(), received }));
        self
    }

    /// What the transaction did so far is committed.
    #[must_use]
    pub fn committing(mut self) -> Self {
        self.commit = true;
        self
    }

    /// With a `Retry-After` of `seconds`.
    #[must_use]
    pub fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Its row in the registry.
    pub fn row(&self) -> &'static Row {
        self.check.row()
    }
}

impl From<Check> for Refusal {
    fn from(check: Check) -> Self {
        Self::new(check)
    }
}
