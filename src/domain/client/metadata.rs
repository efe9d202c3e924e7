//! Client metadata by its RFC 7591 names, plus this server's own.

use crate::protocol::alg::SigningAlg;
use crate::protocol::client_auth::AuthMethod;
use serde::{Deserialize, Serialize};

/// What kind of program it is (OIDC Registration §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// A site, on a server or in a browser.
    #[default]
    Web,
    /// An installed app: loopback ports may vary, reverse-domain schemes are allowed (RFC 8252).
    Native,
}

/// Whether PKCE may be left out (RFC 9700 §2.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PkcePolicy {
    /// Every authorization request must carry a challenge.
    #[default]
    Required,
    /// A confidential client may leave it out; one that was sent is enforced.
    Optional,
}

/// Whether the person is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPolicy {
    /// Asked once, remembered per scope.
    #[default]
    Ask,
    /// Never asked: an app of the operator's own.
    Skip,
}

/// Whether people need a second factor for the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorPolicy {
    /// As the server, the person's roles and the app's requests say.
    #[default]
    Optional,
    /// Always, and none that was remembered.
    Required,
}

/// The form of access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenFormat {
    /// RFC 9068.
    #[default]
    Jwt,
    /// A random string; resource servers introspect it.
    Opaque,
}

/// How refresh tokens reach the app, and come back (this server's own member).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshTokenDelivery {
    /// In the JSON of the token endpoint and in the form that asks there (RFC 6749 §5.1, §6).
    #[default]
    Body,
    /// In a cookie that no script reads: for apps that run in a browser, on this server's site.
    Cookie,
}

/// Whether every app knows a person by the same `sub` (OIDC Core §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The same for all.
    #[default]
    Public,
    /// One for each sector.
    Pairwise,
}

/// Client metadata by its RFC 7591 names, plus this server's own; stored as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the specifications name each")]
pub struct Metadata {
    /// Shown to people.
    pub client_name: String,
    /// Web or native.
    #[serde(default)]
    pub application_type: ApplicationType,
    /// How it authenticates; `none` makes it a public client.
    #[serde(default = "default_method")]
    pub token_endpoint_auth_method: AuthMethod,
    /// Where answers may go; compared byte for byte.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where a logout may return to; compared byte for byte.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Grant types it may use.
    #[serde(default = "default_grants")]
    pub grant_types: Vec<String>,
    /// Response types it may use.
    #[serde(default = "default_response_types")]
    pub response_types: Vec<String>,
    /// The scopes it may ask, space-separated.
    #[serde(default = "default_scope")]
    pub scope: String,
    /// The app's home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// The app's logo; never fetched by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// The app's privacy policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// The app's terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// The oldest acceptable authentication when the request names none, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<i64>,
    /// Always put `auth_time` into the ID token.
    #[serde(default)]
    pub require_auth_time: bool,
    /// Whether PKCE may be left out.
    #[serde(default)]
    pub pkce: PkcePolicy,
    /// Whether the person is asked.
    #[serde(default)]
    pub consent: ConsentPolicy,
    /// Whether people need a second factor for it (this server's own member).
    #[serde(default)]
    pub second_factor: SecondFactorPolicy,
    /// JWT or opaque.
    #[serde(default)]
    pub access_token_format: AccessTokenFormat,
    /// Life of its access tokens, seconds; the server's setting when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_seconds: Option<i64>,
    /// Grace for a retried refresh, seconds; the server's setting when absent, 0 is strict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_grace_seconds: Option<i64>,
    /// How refresh tokens reach it.
    #[serde(default)]
    pub refresh_token_delivery: RefreshTokenDelivery,
    /// Resources (RFC 8707) it may ask tokens for; the first is the default audience.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// May introspect tokens whose audience is one of these (a resource server).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introspects: Vec<String>,
    /// Browser origins that may call token, userinfo and revocation; those of the redirect URIs of
    /// a public client are always in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cors_origins: Vec<String>,
    /// Its public keys, a JWK set by value (RFC 7591 §2); never beside `jwks_uri`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Map<String, serde_json::Value>>,
    /// Where its public keys are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The only algorithm its assertions may have (OIDC Registration §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<SigningAlg>,
    /// The algorithm of its ID tokens; RS256 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<SigningAlg>,
    /// The algorithm of its userinfo answers; plain JSON when absent (OIDC Core §5.3.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<SigningAlg>,
    /// The algorithm of its access tokens; RS256 when absent (this server's own member).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_signing_alg: Option<SigningAlg>,
    /// The only algorithm its request objects may have (OIDC Registration §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<SigningAlg>,
    /// Where its request objects may be fetched from; compared byte for byte, without fragment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// Public or pairwise.
    #[serde(default)]
    pub subject_type: SubjectType,
    /// The document that lists all redirect URIs of its sector (OIDC Core §8.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// Classes of sign-in asked for when the request names none, in order of preference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Where a third party may have it begin a sign-in (OIDC Core §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// Where its logout tokens are posted to (OIDC Back-Channel Logout §2.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether a logout token must name the session.
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
    /// The page that browsers load in a frame at logout (OIDC Front-Channel Logout §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether that page needs `iss` and `sid`.
    #[serde(default)]
    pub frontchannel_logout_session_required: bool,
    /// Whether it may have response types other than `code`, which hand tokens to the browser
    /// (this server's own member; RFC 9700 §2.1.2 advises against them).
    #[serde(default)]
    pub legacy_response_types: bool,
    /// The colour of its pages here, `#rrggbb` (this server's own member).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<String>,
    /// Which software it is an installation of (RFC 7591 §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
}

fn default_method() -> AuthMethod {
    AuthMethod::ClientSecretBasic
}
fn default_grants() -> Vec<String> {
    vec!["authorization_code".into(), "refresh_token".into()]
}
fn default_response_types() -> Vec<String> {
    vec!["code".into()]
}
fn default_scope() -> String {
    "openid profile email address phone offline_access".into()
}

impl Metadata {
    /// The algorithm of its ID tokens (OIDC Registration §2).
    pub fn id_token_alg(&self) -> SigningAlg {
        self.id_token_signed_response_alg.unwrap_or(SigningAlg::Rs256)
    }

    /// The algorithm of its access tokens that are JWTs.
    pub fn access_token_alg(&self) -> SigningAlg {
        self.access_token_signing_alg.unwrap_or(SigningAlg::Rs256)
    }

    /// The algorithm of its logout tokens: that of its ID tokens, but never `none` (OIDC Back-Channel
    /// Logout §2.4, §2.6).
    pub fn logout_token_alg(&self) -> SigningAlg {
        match self.id_token_alg() {
            SigningAlg::None => SigningAlg::Rs256,
            alg => alg,
        }
    }

    /// The defaults for an app called `name`.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            client_name: name.into(),
            application_type: ApplicationType::Web,
            token_endpoint_auth_method: default_method(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: default_grants(),
            response_types: default_response_types(),
            scope: default_scope(),
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
            default_max_age: None,
            require_auth_time: false,
            pkce: PkcePolicy::Required,
            consent: ConsentPolicy::Ask,
            second_factor: SecondFactorPolicy::default(),
            access_token_format: AccessTokenFormat::Jwt,
            access_token_seconds: None,
            refresh_grace_seconds: None,
            refresh_token_delivery: RefreshTokenDelivery::Body,
            resources: Vec::new(),
            introspects: Vec::new(),
            cors_origins: Vec::new(),
            jwks: None,
            jwks_uri: None,
            token_endpoint_auth_signing_alg: None,
            id_token_signed_response_alg: None,
            userinfo_signed_response_alg: None,
            access_token_signing_alg: None,
            request_object_signing_alg: None,
            request_uris: Vec::new(),
            subject_type: SubjectType::Public,
            sector_identifier_uri: None,
            default_acr_values: Vec::new(),
            initiate_login_uri: None,
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            legacy_response_types: false,
            accent_color: None,
            software_id: None,
            software_version: None,
        }
    }
}
