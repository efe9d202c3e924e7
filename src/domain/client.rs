//! A registered client (RFC 6749 §2): what it is, where it may return to, what it may ask.

use crate::base::clock::Seconds;
use crate::base::id::ClientId;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::redirect_uri;
use crate::protocol::scope::Scope;
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

/// Client metadata by its RFC 7591 names, plus this server's own; stored as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// JWT or opaque.
    #[serde(default)]
    pub access_token_format: AccessTokenFormat,
    /// Life of its access tokens, seconds; the server's setting when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_seconds: Option<i64>,
    /// Grace for a retried refresh, seconds; the server's setting when absent, 0 is strict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_grace_seconds: Option<i64>,
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
            access_token_format: AccessTokenFormat::Jwt,
            access_token_seconds: None,
            refresh_grace_seconds: None,
            resources: Vec::new(),
            introspects: Vec::new(),
            cors_origins: Vec::new(),
        }
    }
}

/// How a client secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretHash {
    /// SHA-256 of 256 random bits made here.
    Digest,
    /// argon2id of a secret a person chose (security row V4).
    Argon2id,
}

/// One live secret of a client.
#[derive(Clone)]
pub struct StoredSecret {
    /// Names the row.
    pub id: String,
    /// How it is kept.
    pub hash: SecretHash,
    /// The digest or PHC text.
    pub value: String,
    /// When it was made.
    pub created_at: Seconds,
    /// When it ends, if it does.
    pub expires_at: Option<Seconds>,
}

impl StoredSecret {
    /// Whether it has not ended at `now`.
    pub fn is_live(&self, now: Seconds) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

/// A registered client with its live secrets.
#[derive(Clone)]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// Whether it may do anything.
    pub enabled: bool,
    /// Its metadata.
    pub metadata: Metadata,
    /// Parsed `metadata.scope`.
    pub scope: Scope,
    /// Live secrets, newest first.
    pub secrets: Vec<StoredSecret>,
    /// Rises with every change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Seconds,
}

impl Client {
    /// Whether something of the time `at` (seconds since 1970) was meant for another client, one that had
    /// this id before and was removed. Within the second in which this one was made it may be either's.
    pub fn is_younger_than(&self, at: Seconds) -> bool {
        at < self.created_at
    }

    /// A public client cannot keep a secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == AuthMethod::None
    }

    /// Installed app (RFC 8252).
    pub fn is_native(&self) -> bool {
        self.metadata.application_type == ApplicationType::Native
    }

    /// Whether it may use this grant type.
    pub fn allows_grant(&self, grant_type: &str) -> bool {
        self.metadata.grant_types.iter().any(|g| g == grant_type)
    }

    /// Whether it may have codes (RFC 6749 §4.1).
    pub fn allows_code(&self) -> bool {
        self.allows_grant("authorization_code") && self.metadata.response_types.iter().any(|r| r == "code")
    }

    /// Whether PKCE is demanded: always of public clients (RFC 9700 §2.1.1).
    pub fn requires_pkce(&self) -> bool {
        self.is_public() || self.metadata.pkce == PkcePolicy::Required
    }

    /// Whether what a person agreed to is remembered: not where consent is never asked, nor where
    /// anyone could be the client (RFC 8252 §8.6).
    pub fn remembers_consent(&self) -> bool {
        self.metadata.consent == ConsentPolicy::Ask && !self.is_unassured()
    }

    /// Whether anyone could pose as it, so that consent is never remembered (RFC 8252 §8.6,
    /// security row B4): public, returning to loopback or a custom scheme.
    pub fn is_unassured(&self) -> bool {
        let weak = |uri: &String| {
            url::Url::parse(uri).map_or(true, |u| u.scheme() != "https" || redirect_uri::is_loopback(&u))
        };
        self.is_public() && self.metadata.redirect_uris.iter().any(weak)
    }

    /// Whether pages may show registered values: every redirect URI is on loopback.
    pub fn is_loopback_only(&self) -> bool {
        let local = |uri: &String| url::Url::parse(uri).is_ok_and(|u| redirect_uri::is_loopback(&u));
        !self.metadata.redirect_uris.is_empty() && self.metadata.redirect_uris.iter().all(local)
    }

    /// Whether scripts of `origin` may call the token, userinfo and revocation endpoints.
    pub fn allows_origin(&self, origin: &str) -> bool {
        let redirects = self.metadata.redirect_uris.iter().filter(|_| self.is_public());
        self.metadata.cors_origins.iter().any(|o| o == origin)
            || redirects.map(|uri| redirect_uri::csp_source(uri)).any(|o| o == origin)
    }
}
