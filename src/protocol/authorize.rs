//! The authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1) once every part of it is checked.

use super::claims::ClaimsRequest;
use super::pkce::Challenge;
use super::redirect_uri::VerifiedRedirect;
use super::response_type::ResponseType;
use super::scope::Scope;
use crate::base::id::ClientId;
use serde::{Deserialize, Serialize};

/// The parameters known at the authorization endpoint; repeats of these are refused, others ignored.
pub const KNOWN: [&str; 24] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "display",
    "prompt",
    "max_age",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "claims",
    "request",
    "request_uri",
    "registration",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "authorization_details",
    "dpop_jkt",
];

/// How the answer travels (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In the fragment of the redirect URI.
    Fragment,
    /// In a form that posts itself to the redirect URI.
    FormPost,
}

impl ResponseMode {
    /// Every mode, as advertised.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// From the parameter.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }

    /// The parameter's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }
}

/// The `prompt` values (OIDC Core §3.1.2.1).
#[expect(clippy::struct_excessive_bools, reason = "the specification lets them be combined")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// Credentials must be asked again.
    pub login: bool,
    /// Consent must be asked again.
    pub consent: bool,
    /// The account must be chosen.
    pub select_account: bool,
    /// The person wants a new account (OIDC Prompt Create §4).
    #[serde(default)]
    pub create: bool,
}

impl Prompt {
    /// Every value, as advertised.
    pub const ALL: [&'static str; 5] = ["none", "login", "consent", "select_account", "create"];

    /// Parses the space-separated list; `None` when unknown, or when `none` is not alone.
    pub fn parse(text: &str) -> Option<Self> {
        let mut prompt = Self::default();
        for value in text.split(' ').filter(|v| !v.is_empty()) {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                "create" => prompt.create = true,
                _ => return None,
            }
        }
        let others = prompt.login || prompt.consent || prompt.select_account || prompt.create;
        (!(prompt.none && others)).then_some(prompt)
    }
}

/// A checked authorization request. Made only by the table of checks, or read back from storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: ClientId,
    /// Byte-equal to a registered one.
    pub redirect_uri: VerifiedRedirect,
    /// What is asked for.
    pub response_type: ResponseType,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// Requested and allowed.
    pub scope: Scope,
    /// Opaque to us; returned byte for byte.
    pub state: Option<String>,
    /// Goes into the ID token.
    pub nonce: Option<String>,
    /// PKCE.
    pub code_challenge: Option<Challenge>,
    /// What must be asked.
    pub prompt: Prompt,
    /// The oldest acceptable authentication, seconds.
    pub max_age: Option<i64>,
    /// Classes of sign-in that the app would like, best first.
    pub acr_values: Vec<String>,
    /// Prefills the login form.
    pub login_hint: Option<String>,
    /// The languages the person may like, tags separated by spaces, the best first.
    pub ui_locales: Option<String>,
    /// The subject of a valid `id_token_hint`.
    pub hinted_subject: Option<String>,
    /// Resource indicators (RFC 8707).
    pub resource: Vec<String>,
    /// Claims asked for by name (OIDC Core §5.5).
    pub claims: Option<ClaimsRequest>,
}

/// The stored form of an [`AuthorizationRequest`].
#[derive(Serialize, Deserialize)]
struct Stored {
    client_id: String,
    redirect_uri: String,
    #[serde(default, rename = "type", skip_serializing_if = "is_code")]
    kind: ResponseType,
    mode: ResponseMode,
    scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    #[serde(default)]
    prompt: Prompt,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    acr_values: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login_hint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ui_locales: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hinted_subject: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resource: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claims: Option<ClaimsRequest>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_code(kind: &ResponseType) -> bool {
    *kind == ResponseType::Code
}

impl AuthorizationRequest {
    /// What of its `claims` a person has granted who agreed to `approved`.
    pub fn granted_claims(&self, approved: &Scope) -> Option<ClaimsRequest> {
        self.claims.as_ref().and_then(|claims| claims.granted(&self.scope, approved))
    }

    /// The classes of sign-in of which one must be reached; empty for any.
    pub fn required_acr(&self) -> &[String] {
        self.claims.as_ref().map(ClaimsRequest::required_acr).unwrap_or_default()
    }

    /// The classes that the app would like, best first: `acr_values`, else what it asks for in the claim
    /// (OIDC Core §3.1.2.1, §5.5.1.1).
    pub fn wished_acr(&self) -> Vec<String> {
        let claimed = self.claims.as_ref().and_then(ClaimsRequest::acr).map(|asked| asked.values.clone());
        if self.acr_values.is_empty() { claimed.unwrap_or_default() } else { self.acr_values.clone() }
    }

    /// Every class that the app asked for.
    pub fn asked_acr(&self) -> Vec<String> {
        self.required_acr().iter().cloned().chain(self.wished_acr()).collect()
    }

    /// As JSON text for the store.
    pub fn to_stored(&self) -> String {
        let stored = Stored {
            client_id: self.client_id.to_string(),
            redirect_uri: self.redirect_uri.as_str().to_owned(),
            kind: self.response_type,
            mode: self.response_mode,
            scope: self.scope.to_string(),
            state: self.state.clone(),
            nonce: self.nonce.clone(),
            challenge: self.code_challenge.as_ref().map(|c| c.as_str().to_owned()),
            prompt: self.prompt,
            max_age: self.max_age,
            acr_values: self.acr_values.clone(),
            login_hint: self.login_hint.clone(),
            ui_locales: self.ui_locales.clone(),
            hinted_subject: self.hinted_subject.clone(),
            resource: self.resource.clone(),
            claims: self.claims.clone(),
        };
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// From the store; `None` when the text is not what `to_stored` wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        let code_challenge = match stored.challenge {
            Some(text) => Some(Challenge::parse(&text)?),
            None => None,
        };
        Some(Self {
            client_id: ClientId::from_stored(stored.client_id),
            redirect_uri: VerifiedRedirect::from_stored(stored.redirect_uri),
            response_type: stored.kind,
            response_mode: stored.mode,
            scope: Scope::from_stored(&stored.scope),
            state: stored.state,
            nonce: stored.nonce,
            code_challenge,
            prompt: stored.prompt,
            max_age: stored.max_age,
            acr_values: stored.acr_values,
            login_hint: stored.login_hint,
            ui_locales: stored.ui_locales,
            hinted_subject: stored.hinted_subject,
            resource: stored.resource,
            claims: stored.claims,
        })
    }
}
