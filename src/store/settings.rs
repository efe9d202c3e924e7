//! Small facts of the instance.

use super::conn::{Conn, on_each};
use super::fault::TxResult;
use super::schema::settings;
use diesel::prelude::*;
use diesel::upsert::excluded;

/// The instance's own id; its presence means that the instance was set up.
pub const INSTANCE: &str = "instance_id";
/// The fingerprint of the master key everything is sealed under.
pub const MASTER_KEY: &str = "master_key_fingerprint";
/// Rises whenever a client changes, so that other processes read them again.
pub const CLIENTS_EPOCH: &str = "clients_epoch";
/// Rises whenever a registered resource changes.
pub const RESOURCES_EPOCH: &str = "resources_epoch";
/// Rises whenever a signing key changes.
pub const KEYS_EPOCH: &str = "keys_epoch";

/// The issuer of the server that started last.
pub const ISSUER: &str = "issuer";
/// Who may register apps at the server that started last.
pub const REGISTRATION: &str = "registration_mode";

/// A fact, if it is known.
///
/// # Errors
/// Store errors.
pub fn get(conn: &mut Conn, name: &str) -> TxResult<Option<String>> {
    Ok(settings::table.find(name).select(settings::value).first(conn).optional()?)
}

/// States a fact.
///
/// # Errors
/// Store errors.
pub fn set(conn: &mut Conn, name: &str, value: &str, now: i64) -> TxResult<()> {
    let row = (settings::name.eq(name), settings::value.eq(value), settings::updated_at.eq(now));
    on_each!(conn, inner => diesel::insert_into(settings::table)
        .values(row)
        .on_conflict(settings::name)
        .do_update()
        .set((settings::value.eq(excluded(settings::value)), settings::updated_at.eq(excluded(settings::updated_at))))
        .execute(inner))?;
    Ok(())
}

/// Forgets a fact.
///
/// # Errors
/// Store errors.
pub fn forget(conn: &mut Conn, name: &str) -> TxResult<()> {
    diesel::delete(settings::table.find(name)).execute(conn)?;
    Ok(())
}

/// A counter; 0 when it was never raised.
///
/// # Errors
/// Store errors.
pub fn epoch(conn: &mut Conn, name: &str) -> TxResult<i64> {
    Ok(get(conn, name)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Raises a counter by one for each that raises it, however many at once: whoever follows it sees
/// every change. The first statement takes the row, so that what is read next is the newest.
///
/// # Errors
/// Store errors.
pub fn raise(conn: &mut Conn, name: &str, now: i64) -> TxResult<()> {
    claim(conn, name, "0", now)?;
    diesel::update(settings::table.find(name)).set(settings::updated_at.eq(now)).execute(conn)?;
    let next = epoch(conn, name)?.saturating_add(1);
    set(conn, name, &next.to_string(), now)
}

/// States a fact unless it is stated already; what holds afterwards. Of two nodes that start at
/// once, one wins and both learn it.
///
/// # Errors
/// Store errors.
pub fn claim(conn: &mut Conn, name: &str, value: &str, now: i64) -> TxResult<String> {
    let row = (settings::name.eq(name), settings::value.eq(value), settings::updated_at.eq(now));
    on_each!(conn, inner => diesel::insert_into(settings::table).values(row).on_conflict_do_nothing().execute(inner))?;
    Ok(get(conn, name)?.unwrap_or_default())
}
