//! When keys change (security row V1), as pure functions from the stored keys and the time to the
//! changes that are due: next (published, not used) -> active -> retired (published) -> deleted.
//! All nodes switch at the stored instant; the changes only write down what has come to be.

use crate::base::clock::Seconds;
use crate::domain::signing_key::{KeyStatus, SigningKey};

/// How far clocks of nodes and clients may differ, seconds.
const SKEW: Seconds = 60;

/// How keys are made and for how long.
#[derive(Clone, Debug)]
pub struct KeyPolicy {
    /// Size of new RSA keys: 2048, 3072 or 4096 bits.
    pub rsa_bits: u32,
    /// How long a key signs before the next takes over, seconds.
    pub rotation: Seconds,
    /// How long others may keep the JWKS, seconds.
    pub jwks_max_age: Seconds,
    /// The longest life an access or ID token of any client may have, seconds.
    pub longest_token: Seconds,
}

impl KeyPolicy {
    /// How long a key is published before it signs, seconds.
    pub const fn publish_ahead(&self) -> Seconds {
        self.jwks_max_age.saturating_mul(2)
    }

    /// How long a key stays published after it stopped signing, seconds.
    pub const fn publish_after(&self) -> Seconds {
        self.longest_token.saturating_add(SKEW).saturating_add(self.publish_ahead())
    }
}

/// When a key that was asked for takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// When every client can know it: after twice the JWKS max-age.
    WhenPublished,
    /// Now; clients that keep the JWKS must read it again when they meet the new `kid`.
    AtOnce,
}

/// One step in a key's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new key; it signs from `activate_at` on.
    Add { activate_at: Seconds },
    /// A key's instant came, or was moved.
    Schedule { kid: String, activate_at: Seconds },
    /// It signs no more.
    Retire { kid: String, at: Seconds, expires_at: Seconds },
    /// It is dead.
    Revoke { kid: String, expires_at: Seconds },
    /// It is forgotten.
    Delete { kid: String },
}

/// The key that signs at `now`: of those that may, the one whose instant came last. Before any has
/// come (a clock was turned back), the one that comes first.
pub fn signing_at<K>(keys: impl Iterator<Item = (Seconds, K)> + Clone, now: Seconds) -> Option<K> {
    let due = keys.clone().filter(|(at, _)| *at <= now).max_by_key(|(at, _)| *at);
    due.or_else(|| keys.min_by_key(|(at, _)| *at)).map(|(_, key)| key)
}

/// The stored key that signs at `now`.
pub fn signer(keys: &[SigningKey], now: Seconds) -> Option<&SigningKey> {
    signing_at(live(keys).map(|key| (key.activate_at, key)), now)
}

/// The first key of an instance; nothing where one exists.
pub fn first(keys: &[SigningKey], now: Seconds) -> Vec<Change> {
    if live(keys).next().is_some() { Vec::new() } else { vec![Change::Add { activate_at: now }] }
}

/// What is due at `now`.
pub fn due(keys: &[SigningKey], now: Seconds, policy: &KeyPolicy) -> Vec<Change> {
    let Some(current) = signer(keys, now) else { return first(keys, now) };
    let mut changes = Vec::new();
    if current.status == KeyStatus::Next && current.activate_at <= now {
        changes.push(Change::Schedule { kid: current.kid.clone(), activate_at: current.activate_at });
    }
    let old = live(keys).filter(|key| key.kid != current.kid && key.activate_at <= current.activate_at);
    changes.extend(old.map(|key| retired(key, current.activate_at, policy)));
    let over = |key: &&SigningKey| {
        matches!(key.status, KeyStatus::Retired | KeyStatus::Revoked)
            && key.expires_at.is_some_and(|end| end <= now)
    };
    changes.extend(keys.iter().filter(over).map(|key| Change::Delete { kid: key.kid.clone() }));
    let ends = current.activate_at.saturating_add(policy.rotation);
    if waiting(keys, now).is_none() && now >= ends.saturating_sub(policy.publish_ahead()) {
        changes.push(Change::Add { activate_at: ends.max(now.saturating_add(policy.publish_ahead())) });
    }
    changes
}

/// A rotation that was asked for. A key that waits already is brought forward.
pub fn rotate(keys: &[SigningKey], now: Seconds, switch: Switch, policy: &KeyPolicy) -> Vec<Change> {
    let next = waiting(keys, now);
    let activate_at = match switch {
        Switch::AtOnce => now,
        Switch::WhenPublished => next.map_or_else(
            || now.saturating_add(policy.publish_ahead()),
            |key| key.activate_at.min(key.created_at.saturating_add(policy.publish_ahead())).max(now),
        ),
    };
    let mut changes = vec![match next {
        Some(key) => Change::Schedule { kid: key.kid.clone(), activate_at },
        None => Change::Add { activate_at },
    }];
    if activate_at <= now {
        let old = live(keys).filter(|key| next.is_none_or(|next| next.kid != key.kid));
        changes.extend(old.map(|key| retired(key, now, policy)));
    }
    changes
}

/// An emergency (security row V2): the key is dead; if it signs, another signs from now on.
pub fn revoke(keys: &[SigningKey], now: Seconds, kid: &str, policy: &KeyPolicy) -> Vec<Change> {
    let known = keys.iter().find(|key| key.kid == kid && key.status != KeyStatus::Revoked);
    let Some(key) = known else { return Vec::new() };
    let mut changes =
        vec![Change::Revoke { kid: kid.to_owned(), expires_at: now.saturating_add(policy.publish_after()) }];
    if signer(keys, now).is_some_and(|current| current.kid == key.kid) {
        changes.push(match waiting(keys, now) {
            Some(next) => Change::Schedule { kid: next.kid.clone(), activate_at: now },
            None => Change::Add { activate_at: now },
        });
    }
    changes
}

fn retired(key: &SigningKey, at: Seconds, policy: &KeyPolicy) -> Change {
    Change::Retire { kid: key.kid.clone(), at, expires_at: at.saturating_add(policy.publish_after()) }
}

/// The keys that sign or will.
fn live(keys: &[SigningKey]) -> impl Iterator<Item = &SigningKey> + Clone {
    keys.iter().filter(|key| matches!(key.status, KeyStatus::Next | KeyStatus::Active))
}

/// The key that is published and waits for its instant.
fn waiting(keys: &[SigningKey], now: Seconds) -> Option<&SigningKey> {
    let current = signer(keys, now)?;
    live(keys)
        .filter(|key| key.kid != current.kid && key.activate_at > current.activate_at)
        .min_by_key(|key| key.activate_at)
}
