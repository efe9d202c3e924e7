//! The typed bag of request parameters: decoded once, bounded, duplicates found once
//! (RFC 6749 §3.1 and §3.2: "Request and response parameters MUST NOT be included more than once").

use super::refusal::{Check, Refusal};

/// The most parameters a request may carry.
const MOST: usize = 100;
/// The longest parameter value without a limit of its own, bytes.
const LONGEST: usize = 4096;

/// The parameters of one request in their order.
#[derive(Clone, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

/// Why the text is no parameter list.
#[derive(Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Not UTF-8 after one decoding, or with NUL, CR or LF in a value (security row U5).
    Characters,
    /// More than 100 parameters.
    TooMany,
}

impl Params {
    /// Decodes `application/x-www-form-urlencoded` text, exactly once.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(text: &[u8]) -> Result<Self, Malformed> {
        let mut pairs = Vec::new();
        for piece in text.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
            if pairs.len() == MOST {
                return Err(Malformed::TooMany);
            }
            let mut halves = piece.splitn(2, |b| *b == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    /// From pairs made here (tests, stored requests).
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self { pairs }
    }

    /// The pairs, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Every name with its value, in order.
    pub fn all_pairs(&self) -> Vec<(&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// [`Params::all_pairs`] of the `known` names alone.
    pub fn known_pairs(&self, known: &[&str]) -> Vec<(&str, &str)> {
        self.all_pairs().into_iter().filter(|(name, _)| known.contains(name)).collect()
    }

    /// The value of `name`; an empty value counts as absent (RFC 6749 §3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    /// All values of `name` (for `resource`, which alone may repeat: RFC 8707 §2).
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    /// How often `name` was sent.
    pub fn count(&self, name: &str) -> usize {
        self.pairs.iter().filter(|(n, _)| n == name).count()
    }

    /// The first of `known` that was sent twice, `resource` excepted. Unknown ones are ignored.
    pub fn repeated<'a>(&self, known: &[&'a str]) -> Option<&'a str> {
        known.iter().copied().find(|name| *name != "resource" && self.count(name) > 1)
    }

    /// The first of `known` longer than its limit (bytes).
    pub fn oversized<'a>(&self, known: &[&'a str]) -> Option<&'a str> {
        known.iter().copied().find(|name| self.all(name).any(|v| v.len() > limit(name)))
    }

    /// The value of a parameter that must be there, for endpoints that answer in JSON.
    ///
    /// # Errors
    /// [`Check::BodyParameterMissing`].
    pub fn need(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::new(Check::BodyParameterMissing).with("present", name))
    }

    /// Refuses repeated and oversized parameters among `known`, for endpoints that answer in JSON.
    ///
    /// # Errors
    /// [`Check::BodyParameterRepeated`], [`Check::BodyParameterMalformed`].
    pub fn check_body(&self, known: &[&str]) -> Result<(), Refusal> {
        if let Some(name) = self.repeated(known) {
            return Err(Refusal::new(Check::BodyParameterRepeated).with("once", name));
        }
        if let Some(name) = self.oversized(known) {
            return Err(Refusal::new(Check::BodyParameterMalformed).with("shorter", name));
        }
        Ok(())
    }
}

/// The longest value of a parameter, bytes (limits of `security.md`).
fn limit(name: &str) -> usize {
    match name {
        "redirect_uri" | "post_logout_redirect_uri" | "state" | "resource" => 2048,
        "nonce" => 512,
        "client_id" => 255,
        "password" | "client_secret" | "username" | "login_hint" => 1024,
        "id_token_hint" | "token" | "request" | "client_assertion" => 16 * 1024,
        "claims" => 8 * 1024,
        _ => LONGEST,
    }
}

fn decode(bytes: &[u8]) -> Result<String, Malformed> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let (high, low) = (rest.next().and_then(hex), rest.next().and_then(hex));
                let (Some(high), Some(low)) = (high, low) else { return Err(Malformed::Characters) };
                out.push(high * 16 + low);
            }
            other => out.push(other),
        }
    }
    let text = String::from_utf8(out).map_err(|_| Malformed::Characters)?;
    if text.contains(['\0', '\r', '\n']) { Err(Malformed::Characters) } else { Ok(text) }
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Encodes pairs as `application/x-www-form-urlencoded`.
pub fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        out.append_pair(name, value);
    }
    out.finish()
}
