//! Response types (RFC 6749 §3.1.1, OAuth 2.0 Multiple Response Type Encoding Practices): what leaves
//! by the authorization endpoint. The value is a set; the order of its words says nothing.

use super::authorize::ResponseMode;
use serde::{Deserialize, Serialize};

/// A supported response type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseType {
    /// A code alone: what every new app uses.
    #[default]
    #[serde(rename = "code")]
    Code,
    /// An ID token (OIDC Core §3.2).
    #[serde(rename = "id_token")]
    IdToken,
    /// An ID token and an access token.
    #[serde(rename = "id_token token")]
    IdTokenToken,
    /// Hybrid (OIDC Core §3.3).
    #[serde(rename = "code id_token")]
    CodeIdToken,
    /// Hybrid without an ID token.
    #[serde(rename = "code token")]
    CodeToken,
    /// All three.
    #[serde(rename = "code id_token token")]
    CodeIdTokenToken,
}

impl ResponseType {
    /// Every type, as advertised.
    pub const ALL: [Self; 6] = [
        Self::Code,
        Self::IdToken,
        Self::IdTokenToken,
        Self::CodeIdToken,
        Self::CodeToken,
        Self::CodeIdTokenToken,
    ];

    /// From the parameter or from metadata, in any order; `None` for what is not supported, such as
    /// `token` alone, which signs nobody in (OIDC Core §3).
    pub fn parse(text: &str) -> Option<Self> {
        let mut sent: Vec<&str> = text.split(' ').collect();
        sent.sort_unstable();
        Self::ALL.into_iter().find(|known| known.as_str().split(' ').eq(sent.iter().copied()))
    }

    /// The value in its one form: sorted.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
        }
    }

    /// Whether a code is among it.
    pub const fn code(self) -> bool {
        matches!(self, Self::Code | Self::CodeIdToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Whether an ID token is among it.
    pub const fn id_token(self) -> bool {
        matches!(self, Self::IdToken | Self::IdTokenToken | Self::CodeIdToken | Self::CodeIdTokenToken)
    }

    /// Whether an access token is among it.
    pub const fn token(self) -> bool {
        matches!(self, Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Whether it hands tokens to the browser: only for clients with the legacy switch.
    pub const fn is_legacy(self) -> bool {
        self.id_token() || self.token()
    }

    /// How the answer travels when the request does not say (Multiple Response Types §3, §5).
    pub const fn default_mode(self) -> ResponseMode {
        if self.is_legacy() { ResponseMode::Fragment } else { ResponseMode::Query }
    }

    /// Whether the answer may travel so: tokens never in a query, which logs and referrers keep
    /// (Multiple Response Types §3).
    pub fn allows(self, mode: ResponseMode) -> bool {
        !(self.is_legacy() && mode == ResponseMode::Query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b51_a_response_type_is_a_set() {
        for (sent, known) in [
            ("code", Some(ResponseType::Code)),
            ("id_token", Some(ResponseType::IdToken)),
            ("token id_token", Some(ResponseType::IdTokenToken)),
            ("id_token token", Some(ResponseType::IdTokenToken)),
            ("id_token code", Some(ResponseType::CodeIdToken)),
            ("token code", Some(ResponseType::CodeToken)),
            ("token id_token code", Some(ResponseType::CodeIdTokenToken)),
            ("id_token code token", Some(ResponseType::CodeIdTokenToken)),
            ("token", None),
            ("none", None),
            ("code code", None),
            ("code foo", None),
            ("Code", None),
            ("code ", None),
            ("", None),
        ] {
            assert_eq!(ResponseType::parse(sent), known, "{sent}");
        }
        for kind in ResponseType::ALL {
            assert_eq!(ResponseType::parse(kind.as_str()), Some(kind));
        }
    }
}
