//! Changing the keys: read, plan, make a key if one is needed, and commit only if nobody changed the
//! keys meanwhile. Of several nodes that tick at once one makes the change, the others see it done.

use super::alg::Alg;
use super::material::{self, Fresh, MaterialError};
use super::plan::{self, Change, Switch};
use super::ring::KeyRing;
use crate::base::clock::{Clock, Seconds};
use crate::base::rng::Rng;
use crate::domain::audit::Event;
use crate::domain::signing_key::{KeyStatus, SigningKey};
use crate::protocol::alg::SigningAlg;
use crate::store::{Conn, Db, StoreError, TxResult, audit, keys};

/// How often a change is planned again after another process was first.
const TRIES: usize = 8;

/// A key as it is shown to whoever runs the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its thumbprint (RFC 7638).
    pub kid: String,
    /// JOSE algorithm.
    pub alg: String,
    /// Where it is in its life at the time it was asked for.
    pub status: KeyStatus,
    /// When it was made, seconds since 1970.
    pub created_at: Seconds,
    /// When it began or begins to sign.
    pub activate_at: Seconds,
    /// When it stopped signing.
    pub retired_at: Option<Seconds>,
    /// When it is deleted.
    pub expires_at: Option<Seconds>,
}

impl KeyRing {
    /// The rotation job (security row V1): does what is due, and reads what others did. Blocks, and
    /// may make a key: for a thread of its own. Once a minute is often enough.
    ///
    /// # Errors
    /// Store errors, or a key that could not be made.
    pub fn tick(&self, db: &Db) -> TxResult<()> {
        let policy = self.0.setup.policy.clone();
        self.change(db, "system", move |keys, now| plan::due(keys, now, &policy)).map(|_| ())
    }

    /// Rotates the keys of every algorithm on request of `actor`; the old ones stay published while their
    /// tokens live. Returns the keys after it. Blocks.
    ///
    /// # Errors
    /// Store errors, or a key that could not be made.
    pub fn rotate_now(&self, db: &Db, switch: Switch, actor: &str) -> TxResult<Vec<KeyInfo>> {
        self.rotate(db, None, switch, actor)
    }

    /// [`KeyRing::rotate_now`] for one algorithm; one that no key is made for changes nothing.
    ///
    /// # Errors
    /// Store errors, or a key that could not be made.
    pub fn rotate_one(
        &self,
        db: &Db,
        alg: SigningAlg,
        switch: Switch,
        actor: &str,
    ) -> TxResult<Vec<KeyInfo>> {
        match Alg::of(alg) {
            Some(alg) => self.rotate(db, Some(alg), switch, actor),
            None => db.read_blocking(|conn| self.list(conn)),
        }
    }

    fn rotate(&self, db: &Db, alg: Option<Alg>, switch: Switch, actor: &str) -> TxResult<Vec<KeyInfo>> {
        let policy = self.0.setup.policy.clone();
        self.change(db, actor, move |keys, now| plan::rotate(keys, now, alg, switch, &policy))?;
        db.read_blocking(|conn| self.list(conn))
    }

    /// Revokes a key in an emergency (security row V2): it leaves the JWKS at once, its private part
    /// is erased, every token under it is dead; if it signed, another key signs from now on. `false`
    /// where no such key is in use. Blocks.
    ///
    /// # Errors
    /// Store errors, or a key that could not be made.
    pub fn revoke(&self, db: &Db, kid: &str, actor: &str) -> TxResult<bool> {
        let policy = self.0.setup.policy.clone();
        self.change(db, actor, |keys, now| plan::revoke(keys, now, kid, &policy))
    }

    /// Every key, oldest first.
    ///
    /// # Errors
    /// Store errors.
    pub fn list(&self, conn: &mut Conn) -> TxResult<Vec<KeyInfo>> {
        let (_, stored) = keys::snapshot(conn)?;
        let now = self.0.setup.clock.now();
        let signs = |key: &SigningKey| {
            let signer = Alg::parse(&key.alg).and_then(|alg| plan::signer(&stored, alg, now));
            signer.is_some_and(|signer| signer.kid == key.kid)
        };
        let status = |key: &SigningKey| match key.status {
            // The instant has come, although nobody wrote it down yet.
            KeyStatus::Next if signs(key) => KeyStatus::Active,
            KeyStatus::Active if !signs(key) => KeyStatus::Retired,
            status => status,
        };
        let info = |key: &SigningKey| KeyInfo {
            kid: key.kid.clone(),
            alg: key.alg.clone(),
            status: status(key),
            created_at: key.created_at,
            activate_at: key.activate_at,
            retired_at: key.retired_at,
            expires_at: key.expires_at,
        };
        Ok(stored.iter().map(info).collect())
    }

    /// Makes the planned changes in one transaction, then reads the ring. `true` if there were any.
    pub(super) fn change<P>(&self, db: &Db, actor: &str, planned: P) -> TxResult<bool>
    where
        P: Fn(&[SigningKey], Seconds) -> Vec<Change>,
    {
        let setup = &self.0.setup;
        for _ in 0..TRIES {
            let (epoch, stored) = db.read_blocking(keys::snapshot)?;
            let now = setup.clock.now();
            let changes = planned(&stored, now);
            if changes.is_empty() {
                return db.read_blocking(|conn| self.refresh(conn)).map(|()| false);
            }
            let fresh = self.make(&changes).map_err(StoreError::inconsistent)?;
            let writing = Writing {
                clock: setup.clock.clone(),
                rng: setup.rng.clone(),
                actor: actor.to_owned(),
                now,
                fresh,
            };
            if db.write_blocking(move |conn| writing.commit(conn, epoch, &changes))? {
                return db.read_blocking(|conn| self.refresh(conn)).map(|()| true);
            }
        }
        Err(StoreError::unavailable("other processes keep changing the signing keys").into())
    }

    /// The keys that the changes add, made side by side: two of them are RSA, which takes its time.
    fn make(&self, changes: &[Change]) -> Result<Vec<Fresh>, MaterialError> {
        let setup = &self.0.setup;
        let make = |alg| material::generate(alg, setup.policy.rsa_bits, &setup.master, &setup.rng);
        let added = changes.iter().filter_map(|change| match change {
            Change::Add { alg, .. } => Some(*alg),
            _ => None,
        });
        std::thread::scope(|scope| {
            let making: Vec<_> = added.map(|alg| scope.spawn(move || make(alg))).collect();
            making.into_iter().map(|made| made.join().unwrap_or(Err(MaterialError::Failed))).collect()
        })
    }
}

/// What a transaction of changes needs.
struct Writing {
    clock: Clock,
    rng: Rng,
    actor: String,
    now: Seconds,
    /// At most one for each algorithm.
    fresh: Vec<Fresh>,
}

impl Writing {
    /// `false`, and nothing done, where `epoch` is no longer the one in force.
    fn commit(&self, conn: &mut Conn, epoch: i64, changes: &[Change]) -> TxResult<bool> {
        if !keys::advance_epoch(conn, epoch, self.now)? {
            return Ok(false);
        }
        for change in changes {
            self.apply(conn, change)?;
        }
        Ok(true)
    }

    fn apply(&self, conn: &mut Conn, change: &Change) -> TxResult<()> {
        match change {
            Change::Add { alg, activate_at } => self.add(conn, *alg, *activate_at),
            Change::Schedule { kid, activate_at } => {
                let status = self.status_of(*activate_at);
                keys::schedule(conn, kid, status, *activate_at)?;
                let kind = if status == KeyStatus::Active { "key.activated" } else { "key.scheduled" };
                self.record(conn, kind, kid, format!("signs from {activate_at} on"))
            }
            Change::Retire { kid, at, expires_at } => {
                keys::retire(conn, kid, *at, *expires_at)?;
                self.record(conn, "key.retired", kid, format!("published until {expires_at}"))
            }
            Change::Revoke { kid, expires_at } => {
                keys::revoke(conn, kid, self.now, *expires_at)?;
                self.record(conn, "key.revoked", kid, String::new())
            }
            Change::Delete { kid } => {
                keys::delete(conn, kid)?;
                self.record(conn, "key.deleted", kid, String::new())
            }
        }
    }

    fn add(&self, conn: &mut Conn, alg: Alg, activate_at: Seconds) -> TxResult<()> {
        let fresh = self.fresh.iter().find(|fresh| fresh.alg == alg);
        let fresh = fresh.ok_or_else(|| StoreError::inconsistent("a planned key was not made"))?;
        let status = self.status_of(activate_at);
        let key = SigningKey {
            kid: fresh.kid.clone(),
            alg: fresh.alg.as_str().to_owned(),
            public_jwk: fresh.public_jwk.clone(),
            sealed: fresh.sealed.clone(),
            status,
            created_at: self.now,
            activate_at,
            retired_at: None,
            expires_at: None,
        };
        keys::insert(conn, &key)?;
        self.record(conn, "key.created", &key.kid, format!("{}, signs from {activate_at} on", key.alg))?;
        if status == KeyStatus::Active {
            self.record(conn, "key.activated", &key.kid, String::new())?;
        }
        Ok(())
    }

    fn status_of(&self, activate_at: Seconds) -> KeyStatus {
        if activate_at <= self.now { KeyStatus::Active } else { KeyStatus::Next }
    }

    fn record(&self, conn: &mut Conn, kind: &'static str, kid: &str, detail: String) -> TxResult<()> {
        let event = Event::new(kind).target(kid).actor(self.actor.clone());
        let event = if detail.is_empty() { event } else { event.detail(detail) };
        audit::record(conn, &self.clock, &self.rng, event)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{DAY, Stand, kids, policy};
    use super::super::plan::KeyPolicy;
    use super::super::ring::KeyRing;
    use super::*;
    use crate::store::settings;
    use std::sync::Barrier;

    impl Stand {
        fn tick(&self) {
            self.ring.tick(&self.db).unwrap();
        }

        /// Of the keys of this algorithm, oldest first.
        fn statuses(&self) -> Vec<KeyStatus> {
            let listed = self.read(|conn| self.ring.list(conn));
            listed.iter().filter(|key| key.alg == self.alg.as_str()).map(|key| key.status).collect()
        }

        /// Each algorithm has a key that signs and none besides, or whatever else `expected` says.
        fn all_are(&mut self, expected: &[KeyStatus], why: &str) {
            for alg in SigningAlg::ASYMMETRIC {
                self.alg = alg;
                assert_eq!(self.statuses(), expected, "{alg:?} {why}");
            }
            self.alg = SigningAlg::Rs256;
        }

        fn audited(&self, kind: &str) -> i64 {
            self.read(|conn| audit::count_kind(conn, kind))
        }

        fn row_of(&self, kid: &str) -> Option<SigningKey> {
            self.read(keys::snapshot).1.into_iter().find(|key| key.kid == kid)
        }
    }

    #[test]
    fn sec_v1_a_key_lives_next_active_retired_deleted() {
        let (mut stand, policy) = (Stand::new(), policy());
        let old = stand.kid();
        stand.tick();
        stand.all_are(&[KeyStatus::Active], "nothing is due");
        stand.clock.advance(policy.rotation - policy.publish_ahead() + 5);
        let before = stand.now();
        stand.tick();
        stand.tick();
        stand.all_are(&[KeyStatus::Active, KeyStatus::Next], "published");
        let next = stand.published()[1].clone();
        let switch = stand.row_of(&next).unwrap().activate_at;
        assert!(switch >= before + 2 * policy.jwks_max_age, "published long enough before it signs");
        assert_eq!(stand.kid(), old);
        let token = stand.token();
        // The last token of the old key, made in the last second before the switch.
        stand.clock.advance(switch - stand.now());
        assert_eq!(stand.kid(), next);
        stand.tick();
        stand.all_are(&[KeyStatus::Retired, KeyStatus::Active], "switched");
        let row = stand.row_of(&old).unwrap();
        let kept = policy.longest_token + 60 + 2 * policy.jwks_max_age;
        assert_eq!((row.retired_at, row.expires_at), (Some(switch), Some(switch + kept)));
        assert_eq!(stand.published().len(), 2, "still published");
        assert!(stand.ring.verify_access_token(&token, stand.now() - 400).is_some(), "its tokens live on");
        stand.clock.advance(kept - (stand.now() - switch) - 60);
        stand.tick();
        assert_eq!(stand.published().len(), 2);
        stand.clock.advance(60);
        stand.tick();
        assert_eq!((stand.published(), stand.row_of(&old).is_none()), (vec![next], true));
        stand.all_are(&[KeyStatus::Active], "forgotten");
        let counts =
            ["key.created", "key.activated", "key.retired", "key.deleted"].map(|kind| stand.audited(kind));
        assert_eq!(counts, [8, 8, 4, 4]);
    }

    /// Clients that keep the JWKS for its max-age, read at different moments from two nodes of which
    /// one learns of changes late: through several rotations none meets a key it does not know.
    #[test]
    fn sec_v1_a_client_that_caches_by_max_age_never_fails() {
        let policy = KeyPolicy { rotation: DAY, ..policy() };
        let stand = Stand::with(policy.clone());
        let (_, late) = stand.node();
        let mut clients: Vec<Vec<String>> = (0..6).map(|_| kids(&late)).collect();
        let mut live: std::collections::BTreeMap<String, Seconds> = std::collections::BTreeMap::new();
        let mut used = std::collections::BTreeSet::new();
        let step = policy.jwks_max_age / 6;
        for round in 0..usize::try_from(4 * policy.rotation / step).unwrap() {
            stand.clock.advance(step);
            stand.tick();
            if round % 5 == 4 {
                stand.read(|conn| late.refresh(conn));
            }
            clients[round % 6] = kids(if round % 12 < 6 { &late } else { &stand.ring });
            let now = stand.now();
            let rings = SigningAlg::ASYMMETRIC.map(|alg| [(&stand.ring, alg), (&late, alg)]);
            for (ring, alg) in rings.into_iter().flatten() {
                let kid = ring.signing_kid(alg, now).unwrap();
                used.insert(kid.clone());
                live.insert(kid, now + policy.longest_token);
            }
            live.retain(|_, ends| *ends > now);
            for kid in live.keys() {
                assert!(clients.iter().all(|known| known.contains(kid)), "round {round}: {kid} is not known");
            }
        }
        assert!(used.len() >= 16, "each rotated: {}", used.len());
        assert!(stand.read(keys::snapshot).1.len() <= 12, "old keys go");
    }

    #[test]
    fn sec_v1_a_server_that_was_off_for_long_catches_up() {
        let mut stand = Stand::new();
        let old = stand.kid();
        stand.clock.advance(400 * DAY);
        stand.tick();
        assert_eq!((stand.kid(), stand.published().len()), (old, 2), "published first, also when late");
        stand.clock.advance(policy().publish_ahead());
        stand.tick();
        stand.all_are(&[KeyStatus::Retired, KeyStatus::Active], "caught up");
    }

    #[test]
    fn sec_v1_nodes_that_tick_at_once_make_one_key() {
        let stand = Stand::new();
        let nodes: Vec<(Db, KeyRing)> = (0..3).map(|_| stand.node()).collect();
        for round in 1..=2 {
            stand.clock.advance(policy().rotation);
            let barrier = Barrier::new(nodes.len());
            std::thread::scope(|scope| {
                for (db, ring) in &nodes {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        ring.tick(db).unwrap();
                    });
                }
            });
            assert_eq!(stand.audited("key.created"), 4 * (1 + round), "one each round");
            let waiting = stand.statuses().iter().filter(|status| **status == KeyStatus::Next).count();
            assert_eq!(waiting, 1);
            let sets: Vec<_> = nodes
                .iter()
                .map(|(db, ring)| {
                    db.read_blocking(|conn| ring.refresh(conn)).unwrap();
                    kids(ring)
                })
                .collect();
            assert!(sets.iter().all(|set| *set == sets[0]), "all publish the same");
        }
    }

    #[test]
    fn sec_v1_a_change_planned_on_old_keys_is_not_made() {
        let stand = Stand::new();
        let (epoch, _) = stand.read(keys::snapshot);
        let first = stand.db.write_blocking(move |conn| keys::advance_epoch(conn, epoch, 1)).unwrap();
        let second = stand.db.write_blocking(move |conn| keys::advance_epoch(conn, epoch, 1)).unwrap();
        assert_eq!((first, second), (true, false));
        assert_eq!(stand.read(|conn| settings::epoch(conn, settings::KEYS_EPOCH)), epoch + 1);
    }

    #[test]
    fn sec_v2_a_revoked_key_is_dead_at_once() {
        let stand = Stand::new();
        let (_, other) = stand.node();
        let (kid, token) = (stand.kid(), stand.token());
        assert!(stand.ring.revoke(&stand.db, &kid, "cli").unwrap());
        assert!(!stand.published().contains(&kid), "out of the JWKS");
        assert!(!stand.accepts(&token), "its tokens are dead");
        assert_ne!(stand.kid(), kid);
        assert!(stand.accepts(&stand.token()), "another signs");
        stand.read(|conn| other.refresh(conn));
        assert!(other.verify_access_token(&token, stand.now()).is_none(), "on every node");
        assert_eq!(other.signing_kid(stand.alg, stand.now()), Some(stand.kid()));
        let row = stand.row_of(&kid).unwrap();
        assert_eq!((row.status, row.sealed.as_str()), (KeyStatus::Revoked, ""), "the private part is erased");
        assert_eq!((stand.audited("key.revoked"), stand.audited("key.created")), (1, 5));
        assert!(!stand.ring.revoke(&stand.db, &kid, "cli").unwrap(), "once");
        assert!(!stand.ring.revoke(&stand.db, "unknown", "cli").unwrap());
        let (_, restarted) = stand.node();
        assert!(restarted.verify_access_token(&token, stand.now()).is_none(), "also after a restart");
        stand.clock.advance(policy().publish_after() + 1);
        stand.tick();
        assert!(stand.row_of(&kid).is_none(), "forgotten when its tokens would have ended");
    }

    #[test]
    fn sec_v2_a_waiting_key_takes_over_from_a_revoked_one() {
        let stand = Stand::new();
        stand.ring.rotate_now(&stand.db, Switch::WhenPublished, "cli").unwrap();
        let (old, next) = (stand.kid(), stand.published()[1].clone());
        stand.ring.revoke(&stand.db, &old, "cli").unwrap();
        assert_eq!((stand.kid(), stand.published()), (next.clone(), vec![next.clone()]));
        // A retired one and a waiting one can be revoked too; the one that signs stays.
        stand.clock.advance(1);
        stand.ring.rotate_now(&stand.db, Switch::AtOnce, "cli").unwrap();
        let current = stand.kid();
        stand.ring.rotate_now(&stand.db, Switch::WhenPublished, "cli").unwrap();
        let others: Vec<_> = stand.published().into_iter().filter(|kid| *kid != current).collect();
        assert_eq!(others.len(), 2);
        for kid in &others {
            assert!(stand.ring.revoke(&stand.db, kid, "cli").unwrap());
        }
        assert_eq!((stand.kid(), stand.published()), (current.clone(), vec![current]));
    }

    #[test]
    fn rotation_on_request_keeps_the_old_key_published() {
        let stand = Stand::new();
        let (old, token) = (stand.kid(), stand.token());
        stand.ring.rotate_now(&stand.db, Switch::AtOnce, "ada").unwrap();
        let new = stand.kid();
        assert_ne!(new, old);
        assert_eq!(stand.published(), [new.clone(), old.clone()]);
        assert!(stand.accepts(&token) && stand.accepts(&stand.token()));
        let newest = stand.read(|conn| audit::newest(conn, 12));
        let by_ada = newest.iter().filter(|row| row.actor.as_deref() == Some("ada")).count();
        assert_eq!(by_ada, 12, "with who did it: created, activated, retired");
        // Twice in one second: each time a new key.
        stand.ring.rotate_now(&stand.db, Switch::AtOnce, "ada").unwrap();
        assert!(![new, old].contains(&stand.kid()));
        assert_eq!(stand.published().len(), 3);
    }

    #[test]
    fn a_waiting_key_is_brought_forward_and_no_second_one_made() {
        let stand = Stand::new();
        stand.clock.advance(policy().rotation - policy().publish_ahead());
        stand.tick();
        let next = stand.published()[1].clone();
        stand.ring.rotate_now(&stand.db, Switch::WhenPublished, "cli").unwrap();
        assert_eq!((stand.published().len(), stand.kid() == next), (2, false));
        stand.ring.rotate_now(&stand.db, Switch::AtOnce, "cli").unwrap();
        assert_eq!((stand.published().len(), stand.kid()), (2, next));
        assert_eq!(stand.statuses(), [KeyStatus::Retired, KeyStatus::Active]);
    }

    /// The kid that signs with each algorithm.
    fn signing(stand: &Stand) -> [String; 4] {
        SigningAlg::ASYMMETRIC.map(|alg| stand.ring.signing_kid(alg, stand.now()).unwrap())
    }

    #[test]
    fn b61_each_algorithm_has_a_life_of_its_own() {
        let mut stand = Stand::new();
        for (place, alg) in SigningAlg::ASYMMETRIC.into_iter().enumerate() {
            stand.alg = alg;
            let (before, token) = (signing(&stand), stand.token());
            stand.ring.rotate_one(&stand.db, alg, Switch::AtOnce, "cli").unwrap();
            let after = signing(&stand);
            for other in 0..4 {
                assert_eq!(before[other] != after[other], other == place, "{alg:?} rotated, {other}");
            }
            assert_eq!(stand.published(), [after[place].clone(), before[place].clone()], "{alg:?}");
            assert!(stand.accepts(&token) && stand.accepts(&stand.token()), "{alg:?}");
            assert!(stand.ring.revoke(&stand.db, &after[place], "cli").unwrap());
            let last = signing(&stand);
            for other in 0..4 {
                assert_eq!(after[other] != last[other], other == place, "{alg:?} revoked, {other}");
            }
            assert_eq!(stand.published(), [last[place].clone(), before[place].clone()], "{alg:?}");
        }
        for none in [SigningAlg::None, SigningAlg::Hs256] {
            let (before, rows) = (signing(&stand), stand.audited("key.created"));
            stand.ring.rotate_one(&stand.db, none, Switch::AtOnce, "cli").unwrap();
            assert_eq!((signing(&stand), stand.audited("key.created")), (before, rows), "{none:?}");
        }
    }

    #[test]
    fn a_database_with_one_key_gets_the_others_and_keeps_its_own() {
        let mut stand = Stand::new();
        let (old, token) = (stand.kid(), stand.token());
        let others: Vec<String> = kids(&stand.ring).into_iter().filter(|kid| *kid != old).collect();
        stand
            .db
            .write_blocking(move |conn| others.iter().try_for_each(|kid| keys::delete(conn, kid)))
            .unwrap();
        stand.db.write_blocking(|conn| settings::raise(conn, settings::KEYS_EPOCH, 0)).unwrap();
        let nodes: Vec<(Db, KeyRing)> = std::thread::scope(|scope| {
            let starting: Vec<_> = (0..3).map(|_| scope.spawn(|| stand.node())).collect();
            starting.into_iter().map(|node| node.join().unwrap()).collect()
        });
        stand.read(|conn| stand.ring.refresh(conn));
        stand.all_are(&[KeyStatus::Active], "one each, however many nodes start");
        assert_eq!(stand.kid(), old);
        for (db, ring) in &nodes {
            db.read_blocking(|conn| ring.refresh(conn)).unwrap();
            assert_eq!(kids(ring), kids(&stand.ring), "all publish the same");
            assert!(ring.verify_access_token(&token, stand.now()).is_some());
        }
    }
}
