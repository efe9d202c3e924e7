//! What our own tokens say: access tokens by RFC 9068 §2.2, and what an ID token that comes back as
//! `id_token_hint` is read for (OIDC Core §3.1.2.1, RP-Initiated Logout §2).

use crate::base::clock::Seconds;
use serde::{Deserialize, Deserializer, Serialize};

/// `aud`: one name or several (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One, written as a string.
    One(String),
    /// Several, written as an array.
    Many(Vec<String>),
}

impl Audience {
    /// Whether `name` is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.names().iter().any(|one| one == name)
    }

    /// All of them.
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

impl From<Vec<String>> for Audience {
    /// One name becomes a string, which every resource server understands.
    fn from(names: Vec<String>) -> Self {
        match <[String; 1]>::try_from(names) {
            Ok([one]) => Self::One(one),
            Err(names) => Self::Many(names),
        }
    }
}

/// The claims of an access token (RFC 9068 §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// The person, or the client itself (RFC 9068 §2.2).
    pub sub: String,
    /// Who it is for.
    pub aud: Audience,
    /// Who it was given to (RFC 8693 §4.3).
    pub client_id: String,
    /// When it ends, seconds since 1970.
    pub exp: Seconds,
    /// When it was made, seconds since 1970.
    pub iat: Seconds,
    /// Before this it does not count; we set none, and honour one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<Seconds>,
    /// Its identifier; see [`super::Jti`].
    pub jti: String,
    /// What it allows, separated by spaces (RFC 9068 §2.2.3).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The session it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// When the person signed in, seconds since 1970 (RFC 9068 §2.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Seconds>,
    /// How strongly (RFC 9068 §2.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// By which means (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The person's roles (RFC 9068 §2.2.3.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// What is read from an ID token of ours that a client sends back; it may have ended long ago.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HintClaims {
    /// The issuer.
    pub iss: String,
    /// The person, as this client knows them.
    pub sub: String,
    /// The clients it was made for.
    #[serde(deserialize_with = "names")]
    pub aud: Vec<String>,
    /// When it was made, seconds since 1970.
    pub iat: Seconds,
    /// When it ended or ends, seconds since 1970.
    pub exp: Seconds,
    /// The session it was made in.
    #[serde(default)]
    pub sid: Option<String>,
    /// When the person had signed in, seconds since 1970.
    #[serde(default)]
    pub auth_time: Option<Seconds>,
    /// The client it was given to, where `aud` has several (OIDC Core §2).
    #[serde(default)]
    pub azp: Option<String>,
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Audience::deserialize(deserializer).map(|audience| audience.names().to_vec())
}
