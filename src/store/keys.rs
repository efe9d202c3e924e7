//! Signing keys. A change is planned against one epoch of the keys (RSA keys take long to make, so
//! never inside a transaction) and is made only if [`advance_epoch`] finds that epoch still in force:
//! of several nodes that plan the same change, one makes it.

use super::conn::{Conn, on_each};
use super::fault::{StoreError, TxResult};
use super::schema::{settings, signing_keys};
use super::settings::{KEYS_EPOCH, epoch};
use crate::base::clock::Seconds;
use crate::domain::signing_key::{KeyStatus, SigningKey};
use diesel::prelude::*;

#[derive(Queryable, Insertable)]
#[diesel(table_name = signing_keys)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    kid: String,
    alg: String,
    public_jwk: String,
    sealed: String,
    status: String,
    created_at: i64,
    activate_at: i64,
    retired_at: Option<i64>,
    expires_at: Option<i64>,
}

impl Row {
    fn into_key(self) -> TxResult<SigningKey> {
        let status = KeyStatus::parse(&self.status).ok_or_else(|| {
            StoreError::inconsistent(format!("signing key {} has no known status", self.kid))
        })?;
        Ok(SigningKey {
            kid: self.kid,
            alg: self.alg,
            public_jwk: self.public_jwk,
            sealed: self.sealed,
            status,
            created_at: self.created_at,
            activate_at: self.activate_at,
            retired_at: self.retired_at,
            expires_at: self.expires_at,
        })
    }
}

/// Every key, oldest first, and the epoch to plan changes against. Bounded by rotation: a few rows.
///
/// # Errors
/// Store errors, or a row that makes no sense.
pub fn snapshot(conn: &mut Conn) -> TxResult<(i64, Vec<SigningKey>)> {
    // The epoch first: a change between the two reads then makes the plan too old, never too new.
    let epoch = epoch(conn, KEYS_EPOCH)?;
    let rows: Vec<Row> =
        signing_keys::table.order((signing_keys::activate_at, signing_keys::kid)).load(conn)?;
    let keys = rows.into_iter().map(Row::into_key).collect::<TxResult<Vec<_>>>()?;
    Ok((epoch, keys))
}

/// Raises the epoch from `from` by one; `false` when another process was first, and then nothing
/// planned against `from` may be done.
///
/// # Errors
/// Store errors.
pub fn advance_epoch(conn: &mut Conn, from: i64, now: Seconds) -> TxResult<bool> {
    let zero = (settings::name.eq(KEYS_EPOCH), settings::value.eq("0"), settings::updated_at.eq(now));
    on_each!(conn, inner => diesel::insert_into(settings::table)
        .values(zero)
        .on_conflict(settings::name)
        .do_nothing()
        .execute(inner))?;
    let next = from.saturating_add(1).to_string();
    let raised = diesel::update(settings::table)
        .filter(settings::name.eq(KEYS_EPOCH).and(settings::value.eq(from.to_string())))
        .set((settings::value.eq(next), settings::updated_at.eq(now)))
        .execute(conn)?;
    Ok(raised == 1)
}

/// Stores a new key.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, key: &SigningKey) -> TxResult<()> {
    let row = Row {
        kid: key.kid.clone(),
        alg: key.alg.clone(),
        public_jwk: key.public_jwk.clone(),
        sealed: key.sealed.clone(),
        status: key.status.as_str().to_owned(),
        created_at: key.created_at,
        activate_at: key.activate_at,
        retired_at: key.retired_at,
        expires_at: key.expires_at,
    };
    diesel::insert_into(signing_keys::table).values(&row).execute(conn)?;
    Ok(())
}

/// Sets when the key begins to sign, and whether that is so already.
///
/// # Errors
/// Store errors.
pub fn schedule(conn: &mut Conn, kid: &str, status: KeyStatus, activate_at: Seconds) -> TxResult<()> {
    diesel::update(signing_keys::table.find(kid))
        .set((signing_keys::status.eq(status.as_str()), signing_keys::activate_at.eq(activate_at)))
        .execute(conn)?;
    Ok(())
}

/// The key signs no more; it stays published until `expires_at`.
///
/// # Errors
/// Store errors.
pub fn retire(conn: &mut Conn, kid: &str, retired_at: Seconds, expires_at: Seconds) -> TxResult<()> {
    diesel::update(signing_keys::table.find(kid))
        .set((
            signing_keys::status.eq(KeyStatus::Retired.as_str()),
            signing_keys::retired_at.eq(Some(retired_at)),
            signing_keys::expires_at.eq(Some(expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The key is dead, and its private part is erased.
///
/// # Errors
/// Store errors.
pub fn revoke(conn: &mut Conn, kid: &str, revoked_at: Seconds, expires_at: Seconds) -> TxResult<()> {
    diesel::update(signing_keys::table.find(kid))
        .set((
            signing_keys::status.eq(KeyStatus::Revoked.as_str()),
            signing_keys::sealed.eq(""),
            signing_keys::retired_at.eq(Some(revoked_at)),
            signing_keys::expires_at.eq(Some(expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets the key.
///
/// # Errors
/// Store errors.
pub fn delete(conn: &mut Conn, kid: &str) -> TxResult<()> {
    diesel::delete(signing_keys::table.find(kid)).execute(conn)?;
    Ok(())
}
