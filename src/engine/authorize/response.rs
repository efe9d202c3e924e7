//! The authorization response: what goes back to the client, and how (RFC 6749 §4.1.2, RFC 9207).

use super::next::Step;
use crate::base::id::{AuthorizationId, SessionId};
use crate::base::secret::{Code, Plain};
use crate::engine::context::Engine;
use crate::engine::token::TokenResponse;
use crate::protocol::authorize::{AuthorizationRequest, ResponseMode};
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::{Answer, Refusal};

/// Where an answer goes.
#[derive(Clone, Debug)]
pub struct Target {
    /// Verified; the only thing that may become a `Location`.
    pub redirect_uri: VerifiedRedirect,
    /// How.
    pub response_mode: ResponseMode,
    /// Returned byte for byte.
    pub state: Option<String>,
    /// The `iss` parameter (RFC 9207 §2).
    pub issuer: String,
    /// What is said of the session to apps that ask our frame about it, where session management is on.
    pub session: Option<SessionState>,
}

/// The session as an app's page and this browser can tell it from another (OIDC Session Management §2, §3).
#[derive(Clone, Debug)]
pub struct SessionState {
    /// The `session_state` parameter.
    pub parameter: String,
    /// What our frame reads in this browser.
    pub browser_state: String,
}

impl Target {
    /// The target of a checked request.
    pub fn of(engine: &Engine, request: &AuthorizationRequest) -> Self {
        Self {
            redirect_uri: request.redirect_uri.clone(),
            response_mode: request.response_mode,
            state: request.state.clone(),
            issuer: engine.policy.issuer.clone(),
            session: None,
        }
    }

    /// The target of an answer that was given in this session.
    #[must_use]
    pub fn in_session(mut self, engine: &Engine, client_id: &str, session: &SessionId) -> Self {
        self.session = engine.browser_state(session).and_then(|browser_state| {
            let parameter = engine.session_state(client_id, &self.redirect_uri, &browser_state)?;
            Some(SessionState { parameter, browser_state })
        });
        self
    }
}

/// A finished answer: parameters for a target.
#[derive(Debug)]
pub struct AuthorizationResponse {
    /// Where it goes.
    pub target: Target,
    /// Its parameters, `state` and `iss` included.
    pub params: Vec<(&'static str, String)>,
    /// The refusal it tells of, if it is one.
    pub refusal: Option<Refusal>,
}

impl AuthorizationResponse {
    /// What was asked for: a code (RFC 6749 §4.1.2), tokens (OIDC Core §3.2.2.5), or both (§3.3.2.5).
    pub fn success(target: Target, code: Option<&Plain<Code>>, tokens: Option<TokenResponse>) -> Self {
        let mut params: Vec<(&'static str, String)> = Vec::new();
        params.extend(code.map(|code| ("code", code.reveal().to_owned())));
        if let Some(tokens) = tokens {
            if !tokens.access_token.is_empty() {
                params.push(("access_token", tokens.access_token));
                params.push(("token_type", tokens.token_type.to_owned()));
                params.push(("expires_in", tokens.expires_in.to_string()));
                params.push(("scope", tokens.scope));
            }
            params.extend(tokens.id_token.map(|token| ("id_token", token)));
        }
        Self::new(target, params, None)
    }

    fn new(target: Target, mut params: Vec<(&'static str, String)>, refusal: Option<Refusal>) -> Self {
        if let Some(state) = &target.state {
            params.push(("state", state.clone()));
        }
        params.push(("iss", target.issuer.clone()));
        params.extend(target.session.as_ref().map(|session| ("session_state", session.parameter.clone())));
        Self { target, params, refusal }
    }
}

/// What the browser is to do.
pub enum Outcome {
    /// Carry this answer to the client.
    Answer(AuthorizationResponse),
    /// Show the page of this step.
    Interact {
        /// The stored authorization.
        id: AuthorizationId,
        /// What is asked.
        step: Step,
    },
    /// Show the error page; nothing goes to the client.
    Page(Refusal),
}

/// A refusal goes to the client when its row says so and the target is verified, else to the person.
pub fn refused(refusal: Refusal, target: Option<Target>) -> Outcome {
    let row = refusal.row();
    match target {
        Some(target) if row.answer == Answer::Redirect || row.status >= 500 => {
            // The trace id joins the description where the answer is written (`web/respond.rs`).
            let params = vec![("error", row.error.as_str().to_owned())];
            Outcome::Answer(AuthorizationResponse::new(target, params, Some(refusal)))
        }
        _ => Outcome::Page(refusal),
    }
}
