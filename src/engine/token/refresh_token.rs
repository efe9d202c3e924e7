//! The text of refresh tokens: `lk_rt_<family>-<generation>-<MAC>`. The successor of a token can be
//! computed, so a retried refresh gets the same one without it being stored (security row E2).

use crate::base::crypt::MacKey;
use crate::base::id::{FamilyId, is_ulid};
use crate::base::secret::{Secret, b64, constant_time_eq};

/// Marks refresh tokens, also for scanners that look for leaked ones.
pub const PREFIX: &str = "lk_rt_";
/// A ULID.
const FAMILY_LEN: usize = 26;
/// 192 bits of the HMAC, base64url.
const MAC_LEN: usize = 32;
/// `i64::MAX` has 19 digits.
const MOST_DIGITS: usize = 19;
/// Prefix, family, generation, MAC and two hyphens, bytes.
const LONGEST: usize = PREFIX.len() + FAMILY_LEN + 1 + MOST_DIGITS + 1 + MAC_LEN;

/// A generation of a family: what a genuine refresh token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// Its family.
    pub family: FamilyId,
    /// Which generation.
    pub generation: i64,
}

impl RefreshToken {
    /// The one text of this generation.
    pub fn to_text(&self, key: &MacKey) -> Secret {
        let mac = mac(key, self.family.as_str(), self.generation);
        Secret::new(format!("{PREFIX}{}-{}-{mac}", self.family, self.generation))
    }

    /// Reads a token that was made here; `None` for anything else, also for another spelling of a
    /// genuine one.
    pub fn parse(key: &MacKey, text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let rest = text.strip_prefix(PREFIX)?;
        let (family, rest) = rest.split_at_checked(FAMILY_LEN)?;
        let (generation, sent) = rest.strip_prefix('-')?.split_once('-')?;
        let number: i64 = generation.parse().ok().filter(|number| *number >= 0)?;
        if !is_ulid(family) || number.to_string() != generation {
            return None;
        }
        let genuine = constant_time_eq(mac(key, family, number).as_bytes(), sent.as_bytes());
        genuine.then(|| Self { family: FamilyId::from_stored(family), generation: number })
    }
}

fn mac(key: &MacKey, family: &str, generation: i64) -> String {
    let full = key.mac(format!("{family}.{generation}").as_bytes());
    let mut text = b64(&full);
    text.truncate(MAC_LEN);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::crypt::MasterKey;
    use crate::base::rng::Rng;

    fn key(seed: u64) -> MacKey {
        MasterKey::generate(&Rng::seeded(seed)).mac_key("refresh token")
    }

    fn token(generation: i64) -> RefreshToken {
        RefreshToken { family: FamilyId::from_stored("01M7ZCCQVF5699T1PVKPA1Z0YN"), generation }
    }

    #[test]
    fn reads_back_what_it_wrote() {
        for generation in [0, 1, 9, 10, 123_456, i64::MAX] {
            let text = token(generation).to_text(&key(1));
            assert_eq!(RefreshToken::parse(&key(1), text.reveal()), Some(token(generation)));
            assert_eq!(text.reveal(), token(generation).to_text(&key(1)).reveal(), "one text per generation");
        }
    }

    #[test]
    fn every_changed_character_is_refused() {
        let text = token(7).to_text(&key(1)).reveal().to_owned();
        for at in 0..text.len() {
            for other in ["A", "b", "0", "-", "+", " "] {
                let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                if changed != text {
                    assert_eq!(RefreshToken::parse(&key(1), &changed), None, "{changed}");
                }
            }
            assert_eq!(RefreshToken::parse(&key(1), &text[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn other_spellings_and_keys_are_refused() {
        let text = token(7).to_text(&key(1)).reveal().to_owned();
        assert_eq!(RefreshToken::parse(&key(2), &text), None);
        let spellings = [
            text.replace("-7-", "-07-"),
            text.replace("-7-", "-+7-"),
            text.replace("-7-", "-8-"),
            format!("{text}="),
            format!("{text}A"),
            text.to_uppercase(),
            text.to_lowercase(),
            format!(" {text}"),
            "lk_rt_".to_owned(),
            "lk_rt_ääääääääääääääääääääääääää-1-x".to_owned(),
        ];
        for spelling in spellings {
            assert_eq!(RefreshToken::parse(&key(1), &spelling), None, "{spelling}");
        }
    }
}
