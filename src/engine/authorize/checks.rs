//! The ordered table of checks at the authorization endpoint. The order is the protocol: nothing is
//! answered by redirect before client and redirect URI are known to be right (RFC 6749 §3.1.2.4).
//! To add a check: a file beside this one, and a row here.

use super::response::Target;
use super::{claims, client, id_token_hint, pkce, redirect_uri, scope, unsupported, values};
use crate::base::id::ClientId;
use crate::domain::client::Client;
use crate::engine::context::{Ctx, Engine};
use crate::protocol::authorize::{AuthorizationRequest, Prompt, ResponseMode};
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::params::Params;
use crate::protocol::pkce::Challenge;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::response_type::ResponseType;
use crate::protocol::scope::Scope;
use std::sync::Arc;

/// A check reads the draft, and writes what it made sure of.
pub type CheckFn = fn(&Engine, &mut Draft<'_>) -> Result<(), Refusal>;

/// The checks in their order, each under the name it is traced by.
pub static CHECKS: &[(Check, CheckFn)] = &[
    (Check::ClientIdMissing, client::present),
    (Check::ClientUnknown, client::known),
    (Check::RedirectUriMissing, redirect_uri::present),
    (Check::RedirectUriMismatch, redirect_uri::registered),
    (Check::ResponseModeUnsupported, values::response_mode),
    (Check::ParameterRepeated, values::repeated),
    (Check::ParameterMalformed, values::bounded),
    (Check::RegistrationParameter, unsupported::registration),
    (Check::ResponseTypeMissing, values::response_type_present),
    (Check::ResponseTypeUnsupported, values::response_type_supported),
    (Check::ResponseTypeNotAllowed, client::allowed),
    (Check::PkceMissing, pkce::present),
    (Check::PkceMethod, pkce::method),
    (Check::PkceMalformed, pkce::well_formed),
    (Check::ScopeMalformed, scope::well_formed),
    (Check::ScopeNotAllowed, scope::allowed),
    (Check::OpenidMissing, scope::openid_present),
    (Check::ResourceUnknown, scope::resources),
    (Check::ScopeResource, scope::of_resources),
    (Check::AuthorizationDetails, unsupported::authorization_details),
    (Check::NonceMissing, values::nonce_present),
    (Check::PromptInvalid, values::prompt),
    (Check::MaxAgeInvalid, values::max_age),
    (Check::ClaimsMalformed, claims::well_formed),
    (Check::AcrUnmet, claims::acr_reachable),
    (Check::IdTokenHintInvalid, id_token_hint::issued_here),
];

/// A request on its way through the checks.
pub struct Draft<'a> {
    /// The parameters.
    pub params: &'a Params,
    /// Set by `client::known`.
    pub client: Option<Arc<Client>>,
    /// Set by `redirect_uri::registered`.
    pub redirect_uri: Option<VerifiedRedirect>,
    /// Set by `values::response_mode`.
    pub response_mode: ResponseMode,
    /// Set by `values::response_type_supported`.
    pub response_type: ResponseType,
    /// Set by `pkce::well_formed`.
    pub code_challenge: Option<Challenge>,
    /// Set by `scope::*`.
    pub scope: Scope,
    /// Set by `values::prompt`.
    pub prompt: Prompt,
    /// Set by `values::max_age`.
    pub max_age: Option<i64>,
    /// Set by `id_token_hint::issued_here`.
    pub hinted_subject: Option<String>,
    /// Set by `scope::resources`.
    pub resource: Vec<String>,
    /// Set by `claims::well_formed`.
    pub claims: Option<ClaimsRequest>,
}

impl<'a> Draft<'a> {
    /// A draft of which nothing is known.
    pub fn new(params: &'a Params) -> Self {
        Self {
            params,
            client: None,
            redirect_uri: None,
            response_mode: ResponseMode::Query,
            response_type: ResponseType::Code,
            code_challenge: None,
            scope: Scope::default(),
            prompt: Prompt::default(),
            max_age: None,
            hinted_subject: None,
            resource: Vec::new(),
            claims: None,
        }
    }

    /// Where a refusal may be sent, once that is known.
    pub fn target(&self, engine: &Engine) -> Option<Target> {
        let redirect_uri = self.redirect_uri.clone()?;
        // RFC 9700 §4.11.2: nobody is sent on at the wish of an app that nobody here knows, before they
        // said something (security row A10).
        if self.client.as_ref().is_none_or(|client| client.unreviewed) {
            return None;
        }
        // A state that was sent twice is not one that can be returned.
        let state = self.params.get("state").filter(|s| self.params.count("state") == 1 && s.len() <= 2048);
        Some(Target {
            redirect_uri,
            response_mode: self.response_mode,
            state: state.map(str::to_owned),
            issuer: engine.policy.issuer.clone(),
            session: None,
        })
    }

    /// The checked request; `None` if a check was left out.
    pub fn finish(self) -> Option<(AuthorizationRequest, Arc<Client>)> {
        let client = self.client?;
        let text = |name: &str| self.params.get(name).map(str::to_owned);
        // OIDC Registration §2: default_acr_values are for requests that name none.
        let acr_values = match self.params.get("acr_values") {
            Some(sent) => sent.split(' ').filter(|acr| !acr.is_empty()).map(str::to_owned).collect(),
            None => client.metadata.default_acr_values.clone(),
        };
        let request = AuthorizationRequest {
            client_id: ClientId::from_stored(client.id.as_str()),
            redirect_uri: self.redirect_uri?,
            response_type: self.response_type,
            response_mode: self.response_mode,
            scope: self.scope,
            state: text("state"),
            nonce: text("nonce"),
            code_challenge: self.code_challenge,
            prompt: self.prompt,
            max_age: self.max_age,
            acr_values,
            login_hint: text("login_hint"),
            ui_locales: text("ui_locales"),
            hinted_subject: self.hinted_subject,
            resource: self.resource,
            claims: self.claims,
        };
        Some((request, client))
    }
}

/// Runs the table.
///
/// # Errors
/// The first refusal.
pub fn run(engine: &Engine, ctx: &Ctx, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for (check, test) in CHECKS {
        test(engine, draft)?;
        ctx.trace.passed(*check);
        if let (Check::ClientUnknown, Some(client)) = (check, &draft.client) {
            ctx.trace.client(client.id.as_str());
        }
    }
    Ok(())
}
