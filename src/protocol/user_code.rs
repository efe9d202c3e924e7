//! User codes (RFC 8628 §6.1): eight letters of twenty consonants, 34.5 bits, shown as `WDJB-MJHT`.
//! No vowels, so that no word comes of it; no digits, so that nothing is taken for a letter.

use crate::base::crypt::MacKey;
use crate::base::id::DeviceId;
use crate::base::secret::b64;
use std::fmt;

/// The letters.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many make a code.
const LENGTH: usize = 8;
/// The longest text that is looked at, bytes.
const LONGEST: usize = 100;

/// A user code in its one form: eight capital letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// The code of one device authorization. It is derived and not stored, so that whoever reads the
    /// database does not read it: `key` is made from the master key.
    pub fn of(key: &MacKey, device: &DeviceId) -> Self {
        let mac = key.mac(format!("code\n{device}").as_bytes());
        // 128 bits over 20^8 codes: none is likelier than another by more than 2^-93.
        let mut rest = mac.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        let mut letter = || {
            let at = usize::try_from(rest % 20).unwrap_or_default();
            rest /= 20;
            LETTERS.get(at).map(|letter| char::from(*letter))
        };
        Self((0..LENGTH).filter_map(|_| letter()).collect())
    }

    /// What a person typed: case, spaces and punctuation do not count (RFC 8628 §6.1). `None` when it
    /// cannot be a code.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > LONGEST {
            return None;
        }
        let code: String =
            typed.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect();
        let known = code.bytes().all(|letter| LETTERS.contains(&letter));
        (known && code.len() == LENGTH).then_some(Self(code))
    }

    /// What is stored and looked up instead of it. A digest alone would be tried out in minutes, so it is
    /// a MAC; and as the database compares MACs, its time tells nothing of the code.
    pub fn lookup(&self, key: &MacKey) -> String {
        b64(&key.mac(format!("find\n{}", self.0).as_bytes()))
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::crypt::MasterKey;
    use crate::base::rng::Rng;
    use std::collections::HashSet;

    #[test]
    fn sec_l2_case_hyphens_and_spaces_do_not_count() {
        for typed in
            ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "w-d-j-b-m-j-h-t", "WDJB\u{2013}MJHT", "wdjb.mjht"]
        {
            assert_eq!(
                UserCode::parse(typed).map(|code| code.to_string()).as_deref(),
                Some("WDJB-MJHT"),
                "{typed}"
            );
        }
        let long = "-".repeat(200);
        for typed in
            ["", "WDJB-MJH", "WDJB-MJHTT", "WDJA-MJHT", "WDJ0-MJHT", "WDJY-MJHT", "\u{ff37}DJB-MJHT", &long]
        {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn sec_l2_codes_use_every_letter_everywhere_and_differ() {
        let key = MasterKey::generate(&Rng::seeded(7)).mac_key("test");
        // Of names that are the same in every run: of two thousand by chance two meet once in ten thousand runs.
        let ids: Vec<DeviceId> = (0..2000).map(|n| DeviceId::from_stored(format!("{n:026}"))).collect();
        let codes: HashSet<String> = ids.iter().map(|id| UserCode::of(&key, id).to_string()).collect();
        assert_eq!(codes.len(), 2000);
        for place in [0, 1, 2, 3, 5, 6, 7, 8] {
            let seen: HashSet<u8> = codes.iter().map(|code| code.as_bytes()[place]).collect();
            assert_eq!(seen.len(), 20, "place {place}");
        }
        assert!(codes.iter().all(|code| UserCode::parse(code).unwrap().to_string() == *code));
    }

    #[test]
    fn sec_v3_what_is_stored_needs_the_key() {
        let rng = Rng::seeded(8);
        let (one, other) =
            (MasterKey::generate(&rng).mac_key("test"), MasterKey::generate(&rng).mac_key("test"));
        let id = DeviceId::from_stored("01J9ZK6V3Q0000000000000000");
        let code = UserCode::of(&one, &id);
        assert_ne!(code, UserCode::of(&other, &id));
        assert_ne!(code.lookup(&one), code.lookup(&other));
        assert_eq!(code.lookup(&one), UserCode::of(&one, &id).lookup(&one));
    }
}
