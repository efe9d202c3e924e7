//! Token identifiers (RFC 7519 §4.1.7): the grant a token hangs from, and 128 random bits.

use crate::base::id::{GrantId, is_ulid};
use crate::base::rng::Rng;
use crate::base::secret::{b64, unb64};
use std::fmt;

/// `<grant id, 26 characters>.<128 random bits, 22 characters of base64url>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jti(String);

impl Jti {
    /// A fresh one under `grant`.
    pub fn new(grant: &GrantId, rng: &Rng) -> Self {
        Self(format!("{grant}.{}", b64(&rng.bytes::<16>())))
    }

    /// The grant a `jti` belongs to, if it has exactly our form.
    pub fn grant_id(jti: &str) -> Option<GrantId> {
        let (grant, random) = jti.split_once('.')?;
        let ours = is_ulid(grant) && unb64(random).is_some_and(|bytes| bytes.len() == 16);
        ours.then(|| GrantId::from_stored(grant))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As owned text, for the claims.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Jti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Clock;

    #[test]
    fn names_its_grant_and_never_repeats() {
        let rng = Rng::seeded(7);
        let grant = GrantId::generate(&Clock::turnable(), &rng);
        let (one, two) = (Jti::new(&grant, &rng), Jti::new(&grant, &rng));
        assert_ne!(one, two);
        assert_eq!(one.as_str().len(), 26 + 1 + 22);
        assert_eq!(Jti::grant_id(one.as_str()), Some(grant));
    }

    #[test]
    fn other_forms_name_no_grant() {
        let rng = Rng::seeded(8);
        let grant = GrantId::generate(&Clock::turnable(), &rng);
        let good = Jti::new(&grant, &rng).into_string();
        for bad in [
            "",
            ".",
            grant.as_str(),
            &good[1..],
            &good[..good.len() - 1],
            &format!("{good}.x"),
            &format!("{good}A"),
        ] {
            assert_eq!(Jti::grant_id(bad), None, "{bad}");
        }
    }
}
