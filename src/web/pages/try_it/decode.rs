//! Tokens and claims in words.

use crate::base::secret::unb64;
use crate::base::words::Words;
use crate::web::views::parts::Moment;
use crate::web::views::text::Text;
use crate::web::views::try_result::{Claim, DecodedToken};
use serde_json::Value;

/// A token: a JWT with its header and claims, any other as an opaque text.
pub(super) fn token(name: &str, checked: &str, raw: &str) -> DecodedToken {
    let mut parts = raw.split('.');
    let (header, body) = (parts.next().and_then(json), parts.next().and_then(json));
    match (header, body) {
        (Some(header), Some(body)) => DecodedToken {
            header: Text::block(&serde_json::to_string_pretty(&header).unwrap_or_default()),
            ..claims(name, checked, &body)
        },
        _ => DecodedToken {
            name: Text::plain(name),
            checked: Text::block(checked),
            header: Text::block("Opaque: it says nothing by itself. Ask the server by introspection."),
            claims: Vec::new(),
        },
    }
}

/// Claims that came as JSON.
pub(super) fn claims(name: &str, checked: &str, body: &Value) -> DecodedToken {
    let members = body.as_object().into_iter().flatten();
    let claims = members.map(|(name, value)| Claim {
        name: Text::visible(name),
        value: Text::visible(&value.to_string()),
        meaning: Text::block(&meaning(name, value)),
    });
    DecodedToken {
        name: Text::plain(name),
        checked: Text::block(checked),
        header: Text::default(),
        claims: claims.collect(),
    }
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&unb64(part)?).ok()
}

/// What a claim means (RFC 7519 §4.1, OIDC Core §2 and §5.1, RFC 9068 §2.2, RFC 7662 §2.2).
fn meaning(name: &str, value: &Value) -> String {
    let when = |words: &str| match value.as_i64() {
        Some(seconds) => format!("{words} {}", Moment::at(Words::default(), seconds).words.plain()),
        None => words.to_owned(),
    };
    let words = match name {
        "iss" => "Who says so: this server",
        "sub" => "The person, for good; the one claim to store as the key of an account",
        "aud" => "For whom it is; everybody else must refuse it",
        "exp" => return when("Not valid after"),
        "nbf" => return when("Not valid before"),
        "iat" => return when("Made at"),
        "auth_time" => return when("The person signed in at"),
        "updated_at" => return when("The person's data changed at"),
        "nonce" => "The random value of the request; ties this token to this browser's sign-in",
        "at_hash" => "Half of the SHA-256 of the access token; ties the two together",
        "c_hash" => "Half of the SHA-256 of the code",
        "azp" => "The client that asked for it",
        "acr" => "How well the person was authenticated",
        "amr" => "By what means: pwd is a password",
        "sid" => "The session at the server; a logout names it",
        "jti" => "The number of this token",
        "scope" => "What it allows",
        "client_id" => "The client it was given to",
        "active" => "Whether it counts now",
        "token_type" => "How it is presented",
        "username" => "The person's username",
        "email_verified" => "Whether somebody proved to read that mailbox",
        "preferred_username" => "To show; not a key, it may change",
        "name" | "email" => "From the person's account",
        _ => "",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{claims, token};
    use crate::base::secret::b64;
    use serde_json::json;

    #[test]
    fn a_jwt_is_taken_apart_and_anything_else_is_opaque() {
        let raw = format!("{}.{}.sig", b64(br#"{"alg":"RS256"}"#), b64(br#"{"sub":"ada","exp":1763730900}"#));
        let shown = token("ID token", "ok", &raw);
        assert_eq!(shown.header.as_str(), "{\n  \"alg\": \"RS256\"\n}");
        let found: Vec<_> = shown.claims.iter().map(|c| (c.name.as_str(), c.value.as_str())).collect();
        assert_eq!(found, [("sub", "\"ada\""), ("exp", "1763730900")]);
        let until = shown.claims.last().map(|claim| claim.meaning.to_string());
        assert_eq!(until.as_deref(), Some("Not valid after 21 Nov 2025, 13:15 UTC"));
        for raw in ["lk_at_abc", "a.b.c", "", "..", "e30.###.x"] {
            let shown = token("Access token", "ok", raw);
            assert!(shown.claims.is_empty() && shown.header.as_str().starts_with("Opaque"), "{raw}");
        }
    }

    #[test]
    fn a_claim_cannot_break_the_page() {
        let shown = claims("x", "", &json!({ "name": "a\u{202e}b\u{0}", "exp": "soon" }));
        let values: Vec<_> = shown.claims.iter().map(|claim| claim.value.to_string()).collect();
        assert_eq!(values, ["\"a\\u{202e}b\\u0000\"", "\"soon\""]);
    }
}
