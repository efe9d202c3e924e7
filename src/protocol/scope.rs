//! Scope (RFC 6749 §3.3): a set of names; the order never matters, and is made stable here.

use std::collections::BTreeSet;
use std::fmt;

/// The most names a scope may hold (security row U3).
pub const MOST_NAMES: usize = 100;
/// The longest scope parameter, bytes.
pub const LONGEST: usize = 4096;

/// The scopes of OIDC Core §5.4 and §11 that release a person's claims.
pub const STANDARD: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// A set of scope names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(BTreeSet<String>);

impl Scope {
    /// Parses space-separated names; `None` when malformed or above the limits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let names: BTreeSet<String> = text.split(' ').filter(|n| !n.is_empty()).map(str::to_owned).collect();
        // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
        let clean = names.iter().all(|n| n.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)));
        (clean && names.len() <= MOST_NAMES).then_some(Self(names))
    }

    /// From storage, where only parsed scopes are written.
    pub fn from_stored(text: &str) -> Self {
        Self(text.split(' ').filter(|n| !n.is_empty()).map(str::to_owned).collect())
    }

    /// From names known to be well-formed.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// Whether `name` is in it.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether everything in it is also in `other`.
    pub fn is_within(&self, other: &Scope) -> bool {
        self.0.is_subset(&other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Scope) -> Scope {
        Scope(self.0.intersection(&other.0).cloned().collect())
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Scope) -> Scope {
        Scope(self.0.union(&other.0).cloned().collect())
    }

    /// Without `name`.
    #[must_use]
    pub fn without(mut self, name: &str) -> Scope {
        self.0.remove(name);
        self
    }

    /// Without those that speak of a person ([`STANDARD`]).
    #[must_use]
    pub fn without_standard(&self) -> Scope {
        Scope(self.0.iter().filter(|name| !STANDARD.contains(&name.as_str())).cloned().collect())
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for name in &self.0 {
            if !std::mem::replace(&mut first, false) {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}
