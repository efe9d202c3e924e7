//! Public RSA keys as JWK (RFC 7517, RFC 7518 §6.3) with a check of their strength (security row T5),
//! and the JWK set.

use super::public::PublicJwk;
use crate::base::secret::{b64, sha256_b64, unb64};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The smallest modulus that is accepted, bits (NIST SP 800-131A; security row T5).
const MIN_BITS: usize = 2048;
/// The largest one, bits: beyond, checking a signature costs more than it is worth.
const MAX_BITS: usize = 8192;
/// The smallest public exponent that is accepted.
const MIN_EXPONENT: u64 = 65_537;
/// Members only a private or symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
pub(super) const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why a key is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeakKey {
    /// Not a public RSA key in JWK form.
    Malformed,
    /// It holds private members, which must never be sent.
    Private,
    /// The modulus is shorter than 2048 or longer than 8192 bits, or even.
    Modulus,
    /// The public exponent is below 65537, larger than 64 bits, or even.
    Exponent,
}

/// A public RSA key that is strong enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicRsa {
    /// Modulus, big-endian without leading zeros.
    pub n: Vec<u8>,
    /// Public exponent, big-endian without leading zeros.
    pub e: Vec<u8>,
}

impl PublicRsa {
    /// From modulus and exponent, big-endian.
    ///
    /// # Errors
    /// [`WeakKey`] where they are not as they must be.
    pub fn new(n: &[u8], e: &[u8]) -> Result<Self, WeakKey> {
        let (n, e) = (trimmed(n), trimmed(e));
        let odd = |bytes: &[u8]| bytes.last().is_some_and(|byte| byte & 1 == 1);
        if !odd(n) || !(MIN_BITS..=MAX_BITS).contains(&bits(n)) {
            return Err(WeakKey::Modulus);
        }
        let exponent = e.iter().try_fold(0_u64, |sum, byte| Some(sum.checked_mul(256)? | u64::from(*byte)));
        if !odd(e) || exponent.is_none_or(|value| value < MIN_EXPONENT) {
            return Err(WeakKey::Exponent);
        }
        Ok(Self { n: n.to_vec(), e: e.to_vec() })
    }

    /// From a JWK (RFC 7517 §4) that came from outside; members that do not matter are ignored.
    ///
    /// # Errors
    /// [`WeakKey`] where it is not a public RSA key, or not a strong one.
    pub fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, WeakKey> {
        if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
            return Err(WeakKey::Private);
        }
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let number = |name: &str| text(name).and_then(unb64).ok_or(WeakKey::Malformed);
        if text("kty") != Some("RSA") {
            return Err(WeakKey::Malformed);
        }
        Self::new(&number("n")?, &number("e")?)
    }

    /// Its thumbprint (RFC 7638 §3.2), base64url; our `kid`.
    pub fn thumbprint(&self) -> String {
        sha256_b64(format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, b64(&self.e), b64(&self.n)).as_bytes())
    }
}

/// The JWK Set (RFC 7517 §5), ready to be sent.
#[derive(Clone, Debug)]
pub struct Jwks {
    /// JSON text.
    pub body: Arc<[u8]>,
    /// A strong entity tag with its quotes (RFC 9110 §8.8.3).
    pub etag: Arc<str>,
}

impl Jwks {
    /// Of these keys, in this order.
    pub fn of(keys: &[PublicJwk]) -> Self {
        #[derive(Serialize)]
        struct Set<'a> {
            keys: &'a [PublicJwk],
        }
        // Strings alone: this cannot fail, and an empty set would be the safe answer if it did.
        let body = serde_json::to_vec(&Set { keys }).unwrap_or_else(|_| br#"{"keys":[]}"#.to_vec());
        let etag = format!("\"{}\"", sha256_b64(&body));
        Self { body: body.into(), etag: etag.into() }
    }
}

fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The length of a trimmed number, bits.
fn bits(number: &[u8]) -> usize {
    let first = number.first().map_or(8, |byte| byte.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(first).unwrap_or(8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed(jwk: &Value) -> Result<PublicRsa, WeakKey> {
        PublicRsa::from_jwk(jwk.as_object().unwrap())
    }

    /// An odd number of exactly that many bits.
    fn modulus(bits: usize) -> String {
        let mut n = vec![0xFF_u8; bits.div_ceil(8)];
        n[0] = 0xFF >> ((8 - bits % 8) % 8);
        b64(&n)
    }

    #[test]
    fn rfc_7638_example_has_its_thumbprint() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key =
            parsed(&json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})).unwrap();
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn sec_t5_weak_and_malformed_keys_are_refused() {
        let rsa = |n: &str, e: &str| parsed(&json!({"kty": "RSA", "n": n, "e": e}));
        assert!(rsa(&modulus(2048), "AQAB").is_ok());
        assert!(rsa(&modulus(2049), "AQAB").is_ok());
        assert_eq!(rsa(&modulus(2047), "AQAB"), Err(WeakKey::Modulus));
        assert_eq!(rsa(&modulus(1024), "AQAB"), Err(WeakKey::Modulus));
        assert_eq!(rsa(&modulus(8200), "AQAB"), Err(WeakKey::Modulus));
        // Leading zeros do not make a short key long.
        let padded = b64(&[vec![0_u8; 200], vec![0xFF_u8; 128]].concat());
        assert_eq!(rsa(&padded, "AQAB"), Err(WeakKey::Modulus));
        assert_eq!(rsa(&b64(&[0xFE_u8; 256]), "AQAB"), Err(WeakKey::Modulus), "even");
        for e in [b64(&[1]), b64(&[3]), b64(&[0xFF, 0xFF]), b64(&[1, 0, 2]), b64(&[0xFF; 9]), String::new()] {
            assert_eq!(rsa(&modulus(2048), &e), Err(WeakKey::Exponent), "{e}");
        }
        assert_eq!(rsa("", "AQAB"), Err(WeakKey::Modulus));
        assert_eq!(rsa("+/==", "AQAB"), Err(WeakKey::Malformed));
        assert_eq!(parsed(&json!({"kty": "RSA", "e": "AQAB"})), Err(WeakKey::Malformed));
        assert_eq!(parsed(&json!({"kty": "oct", "n": modulus(2048), "e": "AQAB"})), Err(WeakKey::Malformed));
        for name in PRIVATE {
            assert_eq!(
                parsed(&json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", name: "AQAB"})),
                Err(WeakKey::Private)
            );
        }
    }
}
