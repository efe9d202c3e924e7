//! What a client sent to authenticate itself (RFC 6749 §2.3), read once, before anything is decided.

use super::params::Params;
use super::refusal::{Check, Refusal};
use crate::base::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The registered methods (OIDC Core §9). To add one: a variant, and a file in `engine/token/client_auth/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// HTTP Basic with form-encoded id and secret.
    ClientSecretBasic,
    /// Secret in the body.
    ClientSecretPost,
    /// A JWT under the secret (RFC 7523 §2.2).
    ClientSecretJwt,
    /// A JWT under a key of the client (RFC 7523 §2.2).
    PrivateKeyJwt,
    /// A public client: the id alone.
    None,
}

impl AuthMethod {
    /// Every method, as advertised.
    pub const ALL: [Self; 5] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::None,
    ];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    /// Whether a client that authenticates so has a secret.
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }

    /// From the registered name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

/// The only type of assertion (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How one request authenticates its client.
pub enum ClientAuth {
    /// By what is compared with what is stored, or by nothing.
    Credentials(Credentials),
    /// By a JWT.
    Assertion(ClientAssertion),
}

/// A JWT that names its client and proves it (RFC 7523 §2.2).
pub struct ClientAssertion {
    /// The client that `client_id` names, where it was sent: RFC 7521 §4.2 leaves it out.
    pub client_id: Option<String>,
    /// The JWT.
    pub jwt: Secret,
}

/// The credentials of one request.
pub struct Credentials {
    /// Which method they belong to.
    pub method: AuthMethod,
    /// The client they name.
    pub client_id: String,
    /// The secret, if the method has one.
    pub secret: Option<Secret>,
}

impl ClientAuth {
    /// Reads header and body.
    ///
    /// # Errors
    /// [`Check::ClientAuthMultiple`], [`Check::ClientAuthMalformed`], [`Check::ClientAuthMissing`],
    /// [`Check::ClientAssertionType`].
    pub fn read(authorization: Option<&str>, body: &Params) -> Result<Self, Refusal> {
        let (jwt, kind) = (body.get("client_assertion"), body.get("client_assertion_type"));
        if jwt.is_none() && kind.is_none() {
            return Credentials::read(authorization, body).map(Self::Credentials);
        }
        // RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
        if authorization.is_some() || body.get("client_secret").is_some() {
            return Err(Check::ClientAuthMultiple.into());
        }
        match (jwt, kind) {
            (Some(jwt), Some(JWT_BEARER)) => Ok(Self::Assertion(ClientAssertion {
                client_id: body.get("client_id").map(str::to_owned),
                jwt: Secret::new(jwt),
            })),
            (_, kind) => {
                Err(Refusal::new(Check::ClientAssertionType).with(JWT_BEARER, kind.unwrap_or_default()))
            }
        }
    }
}

impl Credentials {
    fn read(authorization: Option<&str>, body: &Params) -> Result<Self, Refusal> {
        let in_body = body.get("client_id");
        // RFC 6749 §2.3.1: "The client MAY omit the parameter if the client secret is an empty string."
        let secret_in_body = body.get("client_secret").filter(|secret| !secret.is_empty());
        let Some(header) = authorization else {
            let client_id = in_body.ok_or(Check::ClientAuthMissing)?.to_owned();
            return Ok(match secret_in_body {
                Some(secret) => Self {
                    method: AuthMethod::ClientSecretPost,
                    client_id,
                    secret: Some(Secret::new(secret)),
                },
                None => Self { method: AuthMethod::None, client_id, secret: None },
            });
        };
        // RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
        if secret_in_body.is_some() {
            return Err(Check::ClientAuthMultiple.into());
        }
        let (client_id, secret) = basic(header).ok_or(Check::ClientAuthMalformed)?;
        // Many libraries repeat the id in the body; only a different one is a second identity.
        if in_body.is_some_and(|id| id != client_id) {
            return Err(Check::ClientAuthMultiple.into());
        }
        if secret.reveal().is_empty() {
            return Ok(Self { method: AuthMethod::None, client_id, secret: None });
        }
        Ok(Self { method: AuthMethod::ClientSecretBasic, client_id, secret: Some(secret) })
    }
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined and base64-encoded.
fn basic(header: &str) -> Option<(String, Secret)> {
    let (scheme, token) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || token.len() > 8192 {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let id = form_decoded(id)?;
    (!id.is_empty()).then_some((id, Secret::new(form_decoded(secret)?)))
}

fn form_decoded(text: &str) -> Option<String> {
    let pair = format!("v={}", text.replace('&', "%26"));
    Params::parse(pair.as_bytes()).ok()?.pairs().first().map(|(_, value)| value.clone())
}
