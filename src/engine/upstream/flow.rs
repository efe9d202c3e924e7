//! The way through the browser: what is asked, what must come back.

use super::error::UpstreamError;
use crate::base::rng::Rng;
use crate::base::secret::{Secret, b64, constant_time_eq};
use crate::protocol::params::Params;
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};

/// What to ask for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Scopes beside `openid`.
    pub scopes: Vec<String>,
    /// Further parameters: `prompt`, `response_mode`, `login_hint` and so on.
    pub extra: Vec<(&'static str, String)>,
}

/// A sign-in that was begun; belongs to one browser and is used once.
pub struct Started {
    /// Where the browser is sent.
    pub url: String,
    pub(super) state: CsrfToken,
    pub(super) nonce: Nonce,
    pub(super) verifier: Secret,
}

impl Started {
    pub(super) fn fresh(rng: &Rng) -> Self {
        let random = || b64(&rng.bytes::<32>());
        Self {
            url: String::new(),
            state: CsrfToken::new(random()),
            nonce: Nonce::new(random()),
            verifier: Secret::new(random()),
        }
    }

    pub(super) fn pkce_verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.verifier.reveal().to_owned())
    }

    /// Whether an answer belongs to this sign-in.
    pub fn has_state(&self, state: &str) -> bool {
        constant_time_eq(self.state.secret().as_bytes(), state.as_bytes())
    }
}

/// What the browser brought back (RFC 6749 §4.1.2, RFC 9207).
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// `code`
    pub code: Option<String>,
    /// `state`
    pub state: Option<String>,
    /// `iss`
    pub iss: Option<String>,
    /// `error`
    pub error: Option<String>,
    /// `error_description`
    pub error_description: Option<String>,
}

/// The parameters of an answer.
const PARAMETERS: [&str; 5] = ["code", "state", "iss", "error", "error_description"];

impl Answer {
    /// From the query or the form (Form Post Response Mode §2).
    ///
    /// # Errors
    /// [`UpstreamError::Malformed`] when a parameter came twice.
    pub fn read(params: &Params) -> Result<Self, UpstreamError> {
        if let Some(name) = params.repeated(&PARAMETERS) {
            return Err(UpstreamError::Malformed(format!("{name} came more than once")));
        }
        let text = |name: &str| params.get(name).map(str::to_owned);
        Ok(Self {
            code: text("code"),
            state: text("state"),
            iss: text("iss"),
            error: text("error"),
            error_description: text("error_description"),
        })
    }

    /// The code, when everything around it is right: it answers this request (`state`, RFC 9700 §2.1),
    /// and comes from this issuer (`iss`, RFC 9207 §2.4), also when it is an error.
    pub(super) fn check(
        &self,
        started: &Started,
        issuer: &str,
        iss_promised: bool,
    ) -> Result<String, UpstreamError> {
        let state = self
            .state
            .as_deref()
            .ok_or_else(|| UpstreamError::Unverified("the answer has no state".into()))?;
        if !started.has_state(state) {
            let why = "state is not the one of this sign-in; the answer belongs to another tab or was forged";
            return Err(UpstreamError::Unverified(why.into()));
        }
        match &self.iss {
            Some(iss) if iss != issuer => {
                return Err(UpstreamError::Unverified(format!("iss is {iss}, not {issuer}")));
            }
            None if iss_promised => return Err(UpstreamError::Unverified("the answer has no iss".into())),
            _ => {}
        }
        if let Some(error) = &self.error {
            return Err(UpstreamError::Refused {
                error: error.clone(),
                description: self.error_description.clone(),
            });
        }
        self.code.clone().ok_or_else(|| UpstreamError::Malformed("neither code nor error".into()))
    }
}
