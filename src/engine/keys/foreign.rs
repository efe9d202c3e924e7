//! JWTs that clients made, read as strictly as our own (security rows T1, T2, T4): nothing in one says
//! how it is to be checked. Its `alg` must be one that the caller allows and the key is for; `kid`
//! only chooses among the client's own keys; `jwk`, `jku`, `x5u` and `x5c` are never read. The claims
//! come out only once the signature is right.

use super::client_jwk::ClientKeySet;
use super::verify::{Parts, REFUSED};
use crate::base::clock::Seconds;
use crate::base::secret::{Secret, unb64};
use crate::protocol::alg::SigningAlg;
use aws_lc_rs::hmac;
use serde_json::{Map, Value};

/// The shortest secret that signs, bytes (RFC 7518 §3.2).
const SHORTEST_SECRET: usize = 32;
/// How far `iat` and `nbf` may lie ahead, seconds (security row T7: 10 are accepted, 60 are not).
pub(super) const AHEAD: Seconds = 30;

/// A JWT that was taken apart; nothing is known of its signature.
pub struct ForeignJwt<'a>(Parts<'a>);

/// What became of a signature.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// It is right; these are the claims.
    Genuine(Map<String, Value>),
    /// The key that the JWT names says no.
    Wrong,
    /// None of the keys is the one: the client may have newer ones.
    UnknownKey,
}

/// Why claims are not as they must be; for the story of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What would have passed.
    pub expected: &'static str,
    /// What came.
    pub received: String,
}

impl<'a> ForeignJwt<'a> {
    /// Of three parts, the last of which may be empty.
    pub fn parse(token: &'a str) -> Option<Self> {
        let parts = Parts::also_unsigned(token)?;
        let refused = REFUSED.iter().any(|name| parts.header.contains_key(*name));
        (!refused).then_some(Self(parts))
    }

    /// The algorithm it claims, if it is one of `allowed`.
    pub fn alg(&self, allowed: &[SigningAlg]) -> Option<SigningAlg> {
        let claimed = self.header("alg")?;
        allowed.iter().copied().find(|alg| alg.as_str() == claimed)
    }

    /// Whether its `typ` is absent, or one of these; `application/` may be left out (RFC 7515 §4.1.9).
    pub fn is_of_type(&self, types: &[&str]) -> bool {
        let Some(typ) = self.0.header.get("typ") else { return true };
        let Some(typ) = typ.as_str().map(str::to_ascii_lowercase) else { return false };
        let typ = typ.strip_prefix("application/").unwrap_or(&typ);
        types.iter().any(|known| known.eq_ignore_ascii_case(typ))
    }

    /// What it claims to be about; to find its client by, and to be checked again later.
    pub fn claimed_subject(&self) -> Option<&str> {
        self.0.payload.get("sub").and_then(Value::as_str)
    }

    /// The claims, if `alg` and a key of the set that it may come from say so.
    pub fn checked_by(&self, keys: &ClientKeySet, alg: SigningAlg) -> Verdict {
        let kid = match self.0.header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.as_str()),
            Some(_) => return Verdict::Wrong,
        };
        let (Some(signature), true) = (unb64(self.0.signature), self.alg(&[alg]).is_some()) else {
            return Verdict::Wrong;
        };
        let mut known = false;
        for key in keys.candidates(kid, alg) {
            known = true;
            if key.verify_sig(self.0.signed.as_bytes(), &signature).is_ok() {
                return Verdict::Genuine(self.0.payload.clone());
            }
        }
        // Without a name the right key may as well be one that is not known yet.
        if known && kid.is_some() { Verdict::Wrong } else { Verdict::UnknownKey }
    }

    /// The claims, if they are signed by HS256 under this secret.
    pub fn signed_under(&self, secret: &Secret) -> Option<&Map<String, Value>> {
        let secret = secret.reveal().as_bytes();
        let signature = unb64(self.0.signature)?;
        self.alg(&[SigningAlg::Hs256])?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let right = hmac::verify(&key, self.0.signed.as_bytes(), &signature).is_ok();
        (right && secret.len() >= SHORTEST_SECRET).then_some(&self.0.payload)
    }

    /// The claims of one that is not signed, and says so (RFC 7519 §6).
    pub fn unsigned(&self) -> Option<&Map<String, Value>> {
        let says_so = self.alg(&[SigningAlg::None]).is_some();
        (says_so && self.0.signature.is_empty()).then_some(&self.0.payload)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.0.header.get(name).and_then(Value::as_str)
    }
}

impl Unfit {
    pub(super) fn new(expected: &'static str, received: Option<&Value>) -> Self {
        Self { expected, received: received.map_or_else(|| "nothing".to_owned(), Value::to_string) }
    }
}

/// The text of a claim.
pub(super) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// A NumericDate (RFC 7519 §2), whole seconds; `None` when it is absent.
pub(super) fn date(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Seconds>, Unfit> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    // A fraction is cut off as text: no float ever becomes a number of seconds.
    let whole = match value {
        Value::Number(number) => number.to_string().split('.').next().and_then(|text| text.parse().ok()),
        _ => None,
    };
    whole.map(Some).ok_or_else(|| Unfit::new("a NumericDate", Some(value)))
}

/// Whether `aud` is `accepted`, or has one of it in its list (RFC 7519 §4.1.3).
pub(super) fn is_for(claims: &Map<String, Value>, accepted: &[&str]) -> bool {
    let ours = |name: &Value| name.as_str().is_some_and(|name| accepted.contains(&name));
    match claims.get("aud") {
        Some(Value::Array(names)) => names.iter().all(Value::is_string) && names.iter().any(ours),
        Some(name) => ours(name),
        None => false,
    }
}

/// Whether it has begun: `iat` and `nbf`, where they are, lie ahead no farther than clocks differ.
pub(super) fn has_begun(claims: &Map<String, Value>, now: Seconds) -> Result<(), Unfit> {
    for name in ["iat", "nbf"] {
        if date(claims, name)?.is_some_and(|at| at > now.saturating_add(AHEAD)) {
            return Err(Unfit::new("iat and nbf that lie not ahead", claims.get(name)));
        }
    }
    Ok(())
}
