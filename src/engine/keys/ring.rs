//! The ring: every live signing key, unsealed and parsed once, served from memory. Signing and
//! checking never touch the database; the JWKS is answered also while it is down (security row H5).

use super::alg::Alg;
use super::jose::{self, TokenType};
use super::jwk::Jwks;
use super::material::{self, Held};
use super::plan::{self, KeyPolicy};
use crate::base::clock::{Clock, Seconds};
use crate::base::crypt::MasterKey;
use crate::base::rng::Rng;
use crate::domain::signing_key::{KeyStatus, SigningKey};
use crate::protocol::alg::SigningAlg;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Conn, Db, StoreError, TxResult, keys, settings};
use arc_swap::ArcSwap;
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// What a ring is made of.
pub struct Setup {
    /// The issuer, exactly as configured.
    pub issuer: String,
    /// What private keys are sealed under.
    pub master: MasterKey,
    /// How keys are made and for how long.
    pub policy: KeyPolicy,
    /// For the instants of rotation.
    pub clock: Clock,
    /// For sealing and audit rows.
    pub rng: Rng,
}

/// The signing keys of this process; cheap to clone, all clones see the same keys.
#[derive(Clone)]
pub struct KeyRing(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) setup: Setup,
    ring: ArcSwap<Ring>,
    /// Held while reading the store, so that an older reading never replaces a newer one.
    reading: Mutex<()>,
}

/// The keys as of one epoch. Bounded by rotation: a few.
struct Ring {
    epoch: i64,
    keys: Vec<Entry>,
    jwks: Jwks,
}

struct Entry {
    status: KeyStatus,
    activate_at: Seconds,
    key: Arc<Held>,
}

impl KeyRing {
    /// Reads the keys, and makes the first one of each algorithm where there is none, so that each is
    /// published long before a client asks for it. Blocks: for start-up and commands.
    ///
    /// # Errors
    /// Store errors, or a key that does not open under this master key (security row V5).
    pub fn load(db: &Db, setup: Setup) -> TxResult<Self> {
        let none = Ring { epoch: -1, keys: Vec::new(), jwks: Jwks::of(&[]) };
        let ring =
            Self(Arc::new(Inner { setup, ring: ArcSwap::from_pointee(none), reading: Mutex::new(()) }));
        db.read_blocking(|conn| ring.refresh(conn))?;
        ring.change(db, "system", plan::first)?;
        Ok(ring)
    }

    /// Reads the keys again if any process or node changed one; a few microseconds where none did.
    ///
    /// # Errors
    /// Store errors, or a key that does not open; the keys in memory then stay.
    pub fn refresh(&self, conn: &mut Conn) -> TxResult<()> {
        let _alone = self.0.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.0.ring.load_full();
        if settings::epoch(conn, settings::KEYS_EPOCH)? == old.epoch {
            return Ok(());
        }
        let (epoch, stored) = keys::snapshot(conn)?;
        self.0.ring.store(Arc::new(self.build(&old, epoch, &stored)?));
        Ok(())
    }

    /// Signs `claims` as a token for `purpose` with the key of `alg` that signs at `now`.
    ///
    /// # Errors
    /// [`Check::Unexpected`] when there is no such key (there never is one for `none` and HS256) or the
    /// signature could not be made.
    pub fn sign(
        &self,
        purpose: TokenType,
        alg: SigningAlg,
        claims: &impl Serialize,
        now: Seconds,
    ) -> Result<String, Refusal> {
        let ring = self.0.ring.load();
        let Some(key) = Alg::of(alg).and_then(|alg| ring.signer(alg, now)) else {
            tracing::error!(alg = alg.as_str(), "there is no signing key");
            return Err(Check::Unexpected.into());
        };
        jose::sign(&key.signing, key.alg, &key.kid, purpose, claims).map_err(|error| {
            tracing::error!(%error, kid = key.kid, "a token could not be signed");
            Check::Unexpected.into()
        })
    }

    /// An ID token without a signature, for a client that registered `none`, straight from the token
    /// endpoint and never through a browser (OIDC Core §2, §3.1.3.7). It is taken back nowhere.
    ///
    /// # Errors
    /// [`Check::Unexpected`] when the claims cannot be written.
    pub fn unsecured_id_token(&self, claims: &impl Serialize) -> Result<String, Refusal> {
        jose::unsecured(claims).map_err(|error| {
            tracing::error!(%error, "an ID token could not be written");
            Check::Unexpected.into()
        })
    }

    /// The public keys, ready to be sent (OIDC Core §10.1).
    pub fn jwks(&self) -> Jwks {
        self.0.ring.load().jwks.clone()
    }

    /// How long others may keep the JWKS, seconds.
    pub fn jwks_max_age(&self) -> Seconds {
        self.0.setup.policy.jwks_max_age
    }

    /// The `kid` of the key of `alg` that signs at `now`.
    pub fn signing_kid(&self, alg: SigningAlg, now: Seconds) -> Option<String> {
        let ring = self.0.ring.load();
        Alg::of(alg).and_then(|alg| ring.signer(alg, now)).map(|key| key.kid.clone())
    }

    /// Whether each algorithm has a key that signs at `now`.
    pub fn is_complete(&self, now: Seconds) -> bool {
        let ring = self.0.ring.load();
        Alg::ALL.into_iter().all(|alg| ring.signer(alg, now).is_some())
    }

    /// The published key of this name; an unknown or revoked one is none (security rows T2, V2).
    pub(super) fn find(&self, kid: &str) -> Option<Arc<Held>> {
        self.0.ring.load().keys.iter().find(|entry| entry.key.kid == kid).map(|entry| Arc::clone(&entry.key))
    }

    fn build(&self, old: &Ring, epoch: i64, stored: &[SigningKey]) -> TxResult<Ring> {
        let mut keys = Vec::new();
        for row in stored.iter().filter(|row| row.status != KeyStatus::Revoked) {
            let known =
                old.keys.iter().find(|entry| entry.key.kid == row.kid).map(|entry| Arc::clone(&entry.key));
            let key = match known {
                Some(key) => key,
                None => {
                    Arc::new(material::open(row, &self.0.setup.master).map_err(StoreError::inconsistent)?)
                }
            };
            keys.push(Entry { status: row.status, activate_at: row.activate_at, key });
        }
        // Clients that look at the first key alone find the one that signs by default.
        let place = |alg: Alg| Alg::ALL.iter().position(|one| *one == alg);
        let order =
            |entry: &Entry| (rank(entry.status), place(entry.key.alg), std::cmp::Reverse(entry.activate_at));
        keys.sort_by_key(order);
        let published: Vec<_> = keys.iter().map(|entry| entry.key.public.to_jwk(entry.key.alg)).collect();
        Ok(Ring { epoch, keys, jwks: Jwks::of(&published) })
    }
}

impl Ring {
    fn signer(&self, alg: Alg, now: Seconds) -> Option<&Held> {
        let may = self.keys.iter().filter(|entry| {
            entry.key.alg == alg && matches!(entry.status, KeyStatus::Next | KeyStatus::Active)
        });
        plan::signing_at(may.map(|entry| (entry.activate_at, entry.key.as_ref())), now)
    }
}

const fn rank(status: KeyStatus) -> u8 {
    match status {
        KeyStatus::Active => 0,
        KeyStatus::Next => 1,
        KeyStatus::Retired => 2,
        KeyStatus::Revoked => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{DAY, Stand, each, kids, published};
    use super::super::jwk::PublicRsa;
    use super::super::plan::Switch;
    use super::*;
    use crate::store::{Fault, audit};
    use serde_json::Value;

    #[test]
    fn the_first_start_makes_one_active_key_of_each_algorithm_and_nothing_else() {
        let stand = Stand::new();
        let listed = stand.read(|conn| stand.ring.list(conn));
        let mut algs: Vec<&str> = listed.iter().map(|key| key.alg.as_str()).collect();
        algs.sort_unstable();
        assert_eq!(algs, ["ES256", "EdDSA", "PS256", "RS256"]);
        assert!(listed.iter().all(|key| key.status == KeyStatus::Active && key.retired_at.is_none()));
        let all: Vec<_> = published(&stand.ring).iter().map(|jwk| jwk["alg"].clone()).collect();
        assert_eq!(all, ["RS256", "PS256", "ES256", "EdDSA"], "the default first");
        for kind in ["key.created", "key.activated"] {
            assert_eq!(stand.read(|conn| audit::count_kind(conn, kind)), 4, "{kind}");
        }
        let (_, again) = stand.node();
        assert_eq!(kids(&again), kids(&stand.ring));
        assert_eq!(stand.read(|conn| audit::count_kind(conn, "key.created")), 4);
        each(|stand| {
            let (_, again) = stand.node();
            assert_eq!(again.signing_kid(stand.alg, stand.now()), Some(stand.kid()));
            let accepted = again.verify_access_token(&stand.token(), stand.now());
            assert!(accepted.is_some(), "nodes accept each other's tokens");
        });
    }

    #[test]
    fn nothing_signs_with_none_or_hs256() {
        let stand = Stand::new();
        for alg in [SigningAlg::None, SigningAlg::Hs256] {
            assert!(stand.ring.sign(TokenType::Id, alg, &stand.claims(), stand.now()).is_err(), "{alg:?}");
            assert_eq!(stand.ring.signing_kid(alg, stand.now()), None);
        }
    }

    #[test]
    fn sec_h5_b4_the_jwks_holds_public_members_only() {
        let stand = Stand::new();
        stand.ring.rotate_now(&stand.db, Switch::WhenPublished, "cli").unwrap();
        let set: Value = serde_json::from_slice(&stand.ring.jwks().body).unwrap();
        assert_eq!(set.as_object().unwrap().keys().collect::<Vec<_>>(), ["keys"]);
        let keys = set["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 8);
        let mut names = std::collections::BTreeSet::new();
        for jwk in keys {
            let mut members: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
            members.sort_unstable();
            let (kind, curve, expected): (_, _, &[_]) = match jwk["alg"].as_str().unwrap() {
                "RS256" | "PS256" => ("RSA", Value::Null, &["alg", "e", "kid", "kty", "n", "use"]),
                "ES256" => ("EC", "P-256".into(), &["alg", "crv", "kid", "kty", "use", "x", "y"]),
                "EdDSA" => ("OKP", "Ed25519".into(), &["alg", "crv", "kid", "kty", "use", "x"]),
                other => panic!("{other}"),
            };
            assert_eq!(members, expected);
            assert_eq!((&jwk["kty"], &jwk["use"], &jwk["crv"]), (&kind.into(), &"sig".into(), &curve));
            if kind == "RSA" {
                let public = PublicRsa::from_jwk(jwk.as_object().unwrap()).unwrap();
                assert_eq!(jwk["kid"], public.thumbprint().as_str());
            }
            assert!(names.insert(jwk["kid"].as_str().unwrap()), "distinct");
        }
        assert_eq!(keys[0]["kid"], stand.kid().as_str(), "the key that signs comes first");
    }

    #[test]
    fn sec_h5_the_jwks_has_a_strong_etag_and_outlives_the_database() {
        let stand = Stand::new();
        let before = stand.ring.jwks();
        assert!(before.etag.starts_with('"') && before.etag.ends_with('"') && before.etag.len() == 45);
        assert_eq!(stand.ring.jwks().etag, before.etag, "the same bytes have the same tag");
        let (_, other) = stand.node();
        assert_eq!((&other.jwks().etag, &other.jwks().body), (&before.etag, &before.body), "on every node");
        stand.ring.rotate_now(&stand.db, Switch::WhenPublished, "cli").unwrap();
        assert_ne!(stand.ring.jwks().etag, before.etag);
        let Stand { ring, db, dir, clock, .. } = stand;
        drop((db, dir));
        assert!(!ring.jwks().body.is_empty() && ring.is_complete(clock.now()));
    }

    #[test]
    fn sec_v5_a_wrong_master_key_stops_the_start_and_makes_nothing() {
        let stand = Stand::new();
        let setup = Setup { master: MasterKey::from_bytes(&[9; 32]).unwrap(), ..stand.setup() };
        let Err(Fault::Store(error)) = KeyRing::load(&stand.db, setup) else { panic!("it started") };
        assert!(error.message.contains("does not open with this master key"), "{}", error.message);
        assert_eq!(stand.read(|conn| audit::count_kind(conn, "key.created")), 4);
    }

    #[test]
    fn sec_v5_a_private_key_opens_in_its_own_row_only() {
        each(|stand| {
            let row = &stand.row();
            let refused = |row: &SigningKey| material::open(row, &stand.master).err();
            assert_eq!(refused(row), None);
            let moved = SigningKey { kid: "A".repeat(43), ..row.clone() };
            assert_eq!(refused(&moved), Some(material::MaterialError::Sealed(moved.kid.clone())));
            let unknown = SigningKey { alg: "HS256".to_owned(), ..row.clone() };
            assert_eq!(refused(&unknown), Some(material::MaterialError::Unfit(row.kid.clone())));
            for alg in SigningAlg::ASYMMETRIC.into_iter().filter(|alg| *alg != stand.alg) {
                let other = SigningKey { alg: alg.as_str().to_owned(), ..row.clone() };
                let expected = material::MaterialError::Sealed(row.kid.clone());
                assert_eq!(refused(&other), Some(expected), "a key of one algorithm signs with no other");
            }
            // A row that names another public key is not believed: what is published comes from the sealed part.
            let lying = SigningKey { public_jwk: "{}".to_owned(), ..row.clone() };
            let held = material::open(&lying, &stand.master).ok().unwrap();
            assert_eq!(held.public.thumbprint(), row.kid);
            assert!(!row.sealed.contains(&row.public_jwk) && row.sealed.starts_with("1."));
        });
    }

    #[test]
    fn sec_v5_a_row_nobody_sealed_is_refused_and_the_ring_stays() {
        let stand = Stand::new();
        let before = stand.published();
        let planted = SigningKey {
            kid: "planted".to_owned(),
            sealed: "1.AAAAAAAAAAAAAAAA.AAAA".to_owned(),
            ..stand.read(keys::snapshot).1[0].clone()
        };
        stand.db.write_blocking(move |conn| keys::insert(conn, &planted)).unwrap();
        stand.db.write_blocking(|conn| settings::raise(conn, settings::KEYS_EPOCH, 0)).unwrap();
        assert!(stand.db.read_blocking(|conn| stand.ring.refresh(conn)).is_err());
        assert_eq!(stand.published(), before);
        assert!(stand.accepts(&stand.token()), "and works on");
    }

    #[test]
    fn all_nodes_switch_at_the_stored_instant_without_a_write() {
        let stand = Stand::new();
        let (_, other) = stand.node();
        let old = stand.kid();
        stand.ring.rotate_now(&stand.db, Switch::WhenPublished, "cli").unwrap();
        stand.db.read_blocking(|conn| other.refresh(conn)).unwrap();
        let next = stand.published().into_iter().find(|kid| *kid != old).unwrap();
        let instant = stand.read(keys::snapshot).1.iter().find(|key| key.kid == next).unwrap().activate_at;
        for ring in [&stand.ring, &other] {
            let at = |instant| ring.signing_kid(stand.alg, instant);
            assert_eq!(at(instant - 1), Some(old.clone()));
            assert_eq!(at(instant), Some(next.clone()));
            assert_eq!(at(instant + DAY), Some(next.clone()));
            assert_eq!(at(instant - DAY), Some(old.clone()), "a clock that was turned back");
        }
    }

    #[test]
    fn a_bad_size_is_an_error_with_its_reason() {
        let stand = Stand::new();
        let setup = stand.setup();
        let policy = KeyPolicy { rsa_bits: 1024, ..setup.policy.clone() };
        let ring = KeyRing::load(&stand.db, Setup { policy, ..setup }).unwrap();
        let Err(Fault::Store(error)) = ring.rotate_now(&stand.db, Switch::AtOnce, "cli") else {
            panic!("made")
        };
        assert!(error.message.contains("2048, 3072 or 4096"));
    }
}
