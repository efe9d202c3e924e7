//! The master key: 32 random bytes that seal everything secret in the store.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Fix, Format, Refused};
use crate::base::crypt::MasterKey;

const LENGTH: usize = 32;
const HEX_LENGTH: usize = 64;

/// 32 bytes as base64url or hex; empty means "from the key file".
pub(in crate::config) struct MasterKeyFormat;

impl Format for MasterKeyFormat {
    type Value = Option<MasterKey>;
    const SECRET: bool = true;

    fn allowed(&self) -> String {
        "32 random bytes, as 43 characters of base64url or 64 of hex".to_owned()
    }

    fn parse(&self, text: &str) -> Result<Self::Value, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let fix = || Fix::Words("make one with: openssl rand -hex 32".to_owned());
        let bytes = if text.len() == HEX_LENGTH { from_hex(text) } else { from_base64(text) };
        let Some(bytes) = bytes else {
            let length = text.chars().count();
            return Err(Refused::new(format!("not base64url or hex ({length} characters)"), fix()));
        };
        let length = bytes.len();
        if length > 1 && bytes.windows(2).all(|pair| pair.first() == pair.last()) {
            return Err(Refused::new(format!("one byte repeated {length} times is not a random key"), fix()));
        }
        let key = MasterKey::from_bytes(&bytes)
            .ok_or_else(|| Refused::new(format!("{length} bytes long, but needs {LENGTH}"), fix()))?;
        Ok(Some(key))
    }
}

fn from_hex(text: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pair = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    };
    digits.chunks(2).map(pair).collect::<Option<Vec<u8>>>().map(zeroize::Zeroizing::new)
}

/// Also takes the other base64 alphabet and padding, which `openssl rand -base64 32` writes.
fn from_base64(text: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let text = zeroize::Zeroizing::new(text.trim_end_matches('=').replace('+', "-").replace('/', "_"));
    URL_SAFE_NO_PAD.decode(text.as_bytes()).ok().map(zeroize::Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_hex_and_base64_of_the_same_key() {
        let bytes: Vec<u8> = (0..32).collect();
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let url = URL_SAFE_NO_PAD.encode(&bytes);
        let padded = base64::engine::general_purpose::STANDARD.encode(&bytes);
        for text in [hex.clone(), hex.to_uppercase(), url, padded] {
            let key = MasterKeyFormat.parse(&text).ok().flatten().map(|key| key.fingerprint());
            let expected = MasterKey::from_bytes(&bytes).map(|key| key.fingerprint());
            assert_eq!(key, expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_key() {
        let zeros = "0".repeat(64);
        for text in ["abc", "not base64!", zeros.as_str(), &"zz".repeat(32), "ééééé"] {
            assert!(MasterKeyFormat.parse(text).is_err(), "{text}");
        }
        assert!(matches!(MasterKeyFormat.parse(""), Ok(None)));
    }
}
