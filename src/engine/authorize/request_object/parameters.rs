//! From the claims of a request object to request parameters, and together with those outside it.

use super::KNOWN;
use crate::protocol::params::Params;
use crate::protocol::refusal::{Check, Refusal};
use serde_json::{Map, Value};

/// The known parameters in an object: numbers and JSON in it become the text that a query would hold
/// (OIDC Core §6.1); claims that are no parameters are left where they are.
///
/// # Errors
/// [`Check::RequestObjectTwice`] for an object inside it, [`Check::RequestObjectInvalid`] for a value that
/// no query could hold.
pub fn of(claims: &Map<String, Value>) -> Result<Vec<(String, String)>, Refusal> {
    let mut pairs = Vec::new();
    for (name, value) in claims.iter().filter(|(name, _)| KNOWN.contains(&name.as_str())) {
        // RFC 9101 §4: "request and request_uri parameters MUST NOT be included in Request Objects."
        if ["request", "request_uri"].contains(&name.as_str()) {
            return Err(Refusal::new(Check::RequestObjectTwice).with("one object", name));
        }
        match (name.as_str(), value) {
            ("resource", Value::Array(all)) => {
                for one in all {
                    pairs.push((name.clone(), plain(name, one)?));
                }
            }
            ("claims" | "registration", Value::Object(_)) | ("authorization_details", Value::Array(_)) => {
                pairs.push((name.clone(), value.to_string()));
            }
            _ => pairs.push((name.clone(), plain(name, value)?)),
        }
    }
    Ok(pairs)
}

fn plain(name: &str, value: &Value) -> Result<String, Refusal> {
    match value {
        // What the reader of queries refuses (security row U5) comes in by no other way either.
        Value::String(text) if !text.contains(['\0', '\r', '\n']) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Refusal::new(Check::RequestObjectInvalid).with("a text or a number", name)),
    }
}

/// The parameters that count. Values in the object win; the others outside count only with `union`.
///
/// # Errors
/// [`Check::RequestObjectInvalid`] when the object contradicts what OAuth needs outside it.
pub fn merged(sent: &Params, inside: Vec<(String, String)>, union: bool) -> Result<Params, Refusal> {
    let within = |name: &str| inside.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    // OIDC Core §6.1: response_type and client_id outside "MUST match those in the Request Object, if present".
    for name in ["client_id", "response_type"] {
        if let (Some(outer), Some(inner)) = (sent.get(name), within(name))
            && !same_words(outer, inner)
        {
            let expected = format!("{name} as outside the object, {outer}");
            return Err(Refusal::new(Check::RequestObjectInvalid).with(expected, inner));
        }
    }
    let counts = |name: &str| {
        !["request", "request_uri"].contains(&name)
            && within(name).is_none()
            && (union || name == "client_id")
    };
    let outside = sent.pairs().iter().filter(|(name, _)| counts(name)).cloned();
    let mut pairs: Vec<_> = outside.collect();
    pairs.extend(inside);
    Ok(Params::from_pairs(pairs))
}

/// The order of the words of a response type says nothing.
fn same_words(one: &str, other: &str) -> bool {
    let sorted = |text: &str| {
        let mut words: Vec<String> =
            text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    sorted(one) == sorted(other)
}
