//! A registered client (RFC 6749 §2): what it is, where it may return to, what it may ask.

mod metadata;
mod withheld;

pub use metadata::{
    AccessTokenFormat, ApplicationType, ConsentPolicy, Metadata, PkcePolicy, RefreshTokenDelivery,
    SecondFactorPolicy, SubjectType,
};
pub use withheld::Withheld;

use crate::base::clock::Seconds;
use crate::base::id::ClientId;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::redirect_uri;
use crate::protocol::response_type::ResponseType;
use crate::protocol::scope::Scope;

/// The grant type of tokens from the authorization endpoint (OIDC Registration §2); the token endpoint
/// does not know it.
pub const IMPLICIT: &str = "implicit";

/// How a client secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretHash {
    /// SHA-256 of 256 random bits made here.
    Digest,
    /// argon2id of a secret a person chose (security row V4).
    Argon2id,
    /// 256 random bits made here, sealed under the master key: `client_secret_jwt` needs the secret itself.
    Sealed,
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
    /// Whether it registered itself and nobody here has looked at it: anyone could have given it this name.
    pub unreviewed: bool,
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

    /// Whether it may have this from the authorization endpoint: registered, with the grant type that
    /// belongs to each part of it (OIDC Registration §2), tokens only with the legacy switch.
    pub fn allows_response_type(&self, kind: ResponseType) -> bool {
        self.metadata.response_types.iter().any(|known| known == kind.as_str())
            && (!kind.code() || self.allows_grant("authorization_code"))
            && (!kind.is_legacy() || (self.metadata.legacy_response_types && self.allows_grant(IMPLICIT)))
    }

    /// Whether PKCE is demanded: always of public clients (RFC 9700 §2.1.1).
    pub fn requires_pkce(&self) -> bool {
        self.is_public() || self.metadata.pkce == PkcePolicy::Required
    }

    /// Whether the person is never asked: an app of the operator's own.
    pub fn skips_consent(&self) -> bool {
        self.metadata.consent == ConsentPolicy::Skip && !self.unreviewed
    }

    /// Whether what a person agreed to is remembered: not where consent is never asked, nor where
    /// anyone could be the client (RFC 8252 §8.6).
    pub fn remembers_consent(&self) -> bool {
        !self.skips_consent() && !self.is_unassured()
    }

    /// Whether anyone could pose as it, so that consent is never remembered (RFC 8252 §8.6,
    /// security row B4): registered by itself and not reviewed, or public and returning to loopback or a
    /// custom scheme.
    pub fn is_unassured(&self) -> bool {
        let weak = |uri: &String| {
            url::Url::parse(uri).map_or(true, |u| u.scheme() != "https" || redirect_uri::is_loopback(&u))
        };
        self.unreviewed || self.is_public() && self.metadata.redirect_uris.iter().any(weak)
    }

    /// Whether pages may show registered values: every redirect URI is on loopback.
    pub fn is_loopback_only(&self) -> bool {
        let local = |uri: &String| url::Url::parse(uri).is_ok_and(|u| redirect_uri::is_loopback(&u));
        !self.metadata.redirect_uris.is_empty() && self.metadata.redirect_uris.iter().all(local)
    }

    /// Whether its refresh tokens travel in a cookie.
    pub fn keeps_refresh_in_cookie(&self) -> bool {
        self.metadata.refresh_token_delivery == RefreshTokenDelivery::Cookie
    }

    /// Whether pages of `origin` are the app's own: a registered redirect URI is there. Compared as a whole.
    pub fn is_at(&self, origin: &str) -> bool {
        self.metadata.redirect_uris.iter().any(|uri| redirect_uri::csp_source(uri) == origin)
    }

    /// Whether scripts of `origin` may call the token, userinfo and revocation endpoints.
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.metadata.cors_origins.iter().any(|o| o == origin) || (self.is_public() && self.is_at(origin))
    }
}
