//! When keys change (security row V1), as pure functions from the stored keys and the time to the
//! changes that are due: next (published, not used) -> active -> retired (published) -> deleted.
//! All nodes switch at the stored instant; the changes only write down what has come to be.
//! Each algorithm has keys of its own, and each such line lives its own life.

use super::alg::Alg;
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
    /// A new key for `alg`; it signs from `activate_at` on.
    Add { alg: Alg, activate_at: Seconds },
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

/// The keys of one algorithm at one time.
struct Line<'a> {
    alg: Alg,
    keys: Vec<&'a SigningKey>,
    now: Seconds,
}

/// The stored key of `alg` that signs at `now`.
pub fn signer(keys: &[SigningKey], alg: Alg, now: Seconds) -> Option<&SigningKey> {
    Line::of(keys, alg, now).signer()
}

/// The first key of each algorithm; nothing where one exists.
pub fn first(keys: &[SigningKey], now: Seconds) -> Vec<Change> {
    Alg::ALL.into_iter().filter_map(|alg| Line::of(keys, alg, now).first()).collect()
}

/// What is due at `now`.
pub fn due(keys: &[SigningKey], now: Seconds, policy: &KeyPolicy) -> Vec<Change> {
    Alg::ALL.into_iter().flat_map(|alg| Line::of(keys, alg, now).due(policy)).collect()
}

/// A rotation that was asked for, of one algorithm or of each. A key that waits already is brought forward.
pub fn rotate(
    keys: &[SigningKey],
    now: Seconds,
    alg: Option<Alg>,
    switch: Switch,
    policy: &KeyPolicy,
) -> Vec<Change> {
    let asked = Alg::ALL.into_iter().filter(|one| alg.is_none_or(|alg| alg == *one));
    asked.flat_map(|alg| Line::of(keys, alg, now).rotate(switch, policy)).collect()
}

/// An emergency (security row V2): the key is dead; if it signs, another signs from now on.
pub fn revoke(keys: &[SigningKey], now: Seconds, kid: &str, policy: &KeyPolicy) -> Vec<Change> {
    let known = keys.iter().find(|key| key.kid == kid && key.status != KeyStatus::Revoked);
    let Some(key) = known else { return Vec::new() };
    let mut changes =
        vec![Change::Revoke { kid: kid.to_owned(), expires_at: now.saturating_add(policy.publish_after()) }];
    if let Some(alg) = Alg::parse(&key.alg) {
        let line = Line::of(keys, alg, now);
        if line.signer().is_some_and(|current| current.kid == key.kid) {
            changes.push(match line.waiting() {
                Some(next) => Change::Schedule { kid: next.kid.clone(), activate_at: now },
                None => Change::Add { alg, activate_at: now },
            });
        }
    }
    changes
}

fn retired(key: &SigningKey, at: Seconds, policy: &KeyPolicy) -> Change {
    Change::Retire { kid: key.kid.clone(), at, expires_at: at.saturating_add(policy.publish_after()) }
}

impl<'a> Line<'a> {
    fn of(keys: &'a [SigningKey], alg: Alg, now: Seconds) -> Self {
        Self { alg, keys: keys.iter().filter(|key| key.alg == alg.as_str()).collect(), now }
    }

    /// The keys that sign or will.
    fn live(&self) -> impl Iterator<Item = &'a SigningKey> + Clone {
        self.keys.iter().copied().filter(|key| matches!(key.status, KeyStatus::Next | KeyStatus::Active))
    }

    fn signer(&self) -> Option<&'a SigningKey> {
        signing_at(self.live().map(|key| (key.activate_at, key)), self.now)
    }

    /// The key that is published and waits for its instant.
    fn waiting(&self) -> Option<&'a SigningKey> {
        let current = self.signer()?;
        self.live()
            .filter(|key| key.kid != current.kid && key.activate_at > current.activate_at)
            .min_by_key(|key| key.activate_at)
    }

    fn first(&self) -> Option<Change> {
        self.live().next().is_none().then_some(Change::Add { alg: self.alg, activate_at: self.now })
    }

    fn due(&self, policy: &KeyPolicy) -> Vec<Change> {
        let now = self.now;
        let Some(current) = self.signer() else { return self.first().into_iter().collect() };
        let mut changes = Vec::new();
        if current.status == KeyStatus::Next && current.activate_at <= now {
            changes.push(Change::Schedule { kid: current.kid.clone(), activate_at: current.activate_at });
        }
        let old = self.live().filter(|key| key.kid != current.kid && key.activate_at <= current.activate_at);
        changes.extend(old.map(|key| retired(key, current.activate_at, policy)));
        let over = |key: &&&SigningKey| {
            matches!(key.status, KeyStatus::Retired | KeyStatus::Revoked)
                && key.expires_at.is_some_and(|end| end <= now)
        };
        changes.extend(self.keys.iter().filter(over).map(|key| Change::Delete { kid: key.kid.clone() }));
        let ends = current.activate_at.saturating_add(policy.rotation);
        if self.waiting().is_none() && now >= ends.saturating_sub(policy.publish_ahead()) {
            let activate_at = ends.max(now.saturating_add(policy.publish_ahead()));
            changes.push(Change::Add { alg: self.alg, activate_at });
        }
        changes
    }

    fn rotate(&self, switch: Switch, policy: &KeyPolicy) -> Vec<Change> {
        let (now, next) = (self.now, self.waiting());
        let activate_at = match switch {
            Switch::AtOnce => now,
            Switch::WhenPublished => next.map_or_else(
                || now.saturating_add(policy.publish_ahead()),
                |key| key.activate_at.min(key.created_at.saturating_add(policy.publish_ahead())).max(now),
            ),
        };
        let mut changes = vec![match next {
            Some(key) => Change::Schedule { kid: key.kid.clone(), activate_at },
            None => Change::Add { alg: self.alg, activate_at },
        }];
        if activate_at <= now {
            let old = self.live().filter(|key| next.is_none_or(|next| next.kid != key.kid));
            changes.extend(old.map(|key| retired(key, now, policy)));
        }
        changes
    }
}
