//! Registered clients and their secrets. Every change raises the clients' epoch.

use super::conn::{Conn, hold_rows};
use super::fault::{Fault, StoreError, StoreErrorKind, TxResult};
use super::schema::{client_secrets, clients};
use super::settings;
use crate::base::clock::Seconds;
use crate::base::id::ClientId;
use crate::domain::client::{Client, Metadata, SecretHash, StoredSecret};
use crate::protocol::scope::Scope;
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Queryable, Insertable)]
#[diesel(table_name = clients)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    id: String,
    enabled: bool,
    metadata: String,
    revision: i64,
    created_at: i64,
    updated_at: i64,
    unreviewed: bool,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = client_secrets)]
#[diesel(treat_none_as_default_value = false)]
struct SecretRow {
    id: String,
    client_id: String,
    hash: String,
    value: String,
    created_at: i64,
    expires_at: Option<i64>,
}

impl SecretRow {
    fn into_secret(self) -> TxResult<StoredSecret> {
        let hash = match self.hash.as_str() {
            "sha256" => SecretHash::Digest,
            "argon2id" => SecretHash::Argon2id,
            "sealed" => SecretHash::Sealed,
            other => return Err(StoreError::inconsistent(format!("client secret hash {other}")).into()),
        };
        Ok(StoredSecret {
            id: self.id,
            hash,
            value: self.value,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

impl Row {
    fn into_client(self, secrets: Vec<StoredSecret>) -> TxResult<Client> {
        let metadata: Metadata = serde_json::from_str(&self.metadata).map_err(StoreError::inconsistent)?;
        Ok(Client {
            id: ClientId::from_stored(self.id),
            enabled: self.enabled,
            unreviewed: self.unreviewed,
            scope: Scope::from_stored(&metadata.scope),
            metadata,
            secrets,
            revision: self.revision,
            created_at: self.created_at,
        })
    }
}

fn json(metadata: &Metadata) -> TxResult<String> {
    Ok(serde_json::to_string(metadata).map_err(StoreError::inconsistent)?)
}

/// Whoever would change this client waits until COMMIT.
///
/// # Errors
/// Store errors.
pub fn hold(conn: &mut Conn, id: &str) -> TxResult<()> {
    hold_rows!(conn, clients::table.find(id).select(clients::id));
    Ok(())
}

/// A client whose row, or one of its secrets', makes no sense to this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Which.
    pub id: String,
    /// What is wrong with it.
    pub why: String,
}

/// All clients with their secrets. One that cannot be read is set apart: the others are not to wait
/// for it, and whoever asks for it finds no client.
///
/// # Errors
/// Store errors.
pub fn all(conn: &mut Conn) -> TxResult<(Vec<Client>, Vec<Unreadable>)> {
    match at_once(conn) {
        Ok(clients) => Ok((clients, Vec::new())),
        Err(Fault::Store(error)) if error.kind == StoreErrorKind::Inconsistent => one_by_one(conn),
        Err(fault) => Err(fault),
    }
}

fn one_by_one(conn: &mut Conn) -> TxResult<(Vec<Client>, Vec<Unreadable>)> {
    let ids: Vec<String> = clients::table.select(clients::id).order(clients::id).load(conn)?;
    let (mut readable, mut unreadable) = (Vec::new(), Vec::new());
    for id in ids {
        match find(conn, &id) {
            Ok(found) => readable.extend(found),
            Err(Fault::Store(error)) if error.kind == StoreErrorKind::Inconsistent => {
                unreadable.push(Unreadable { id, why: error.to_string() });
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok((readable, unreadable))
}

fn at_once(conn: &mut Conn) -> TxResult<Vec<Client>> {
    let mut secrets: HashMap<String, Vec<StoredSecret>> = HashMap::new();
    for row in client_secrets::table.order(client_secrets::id.desc()).load::<SecretRow>(conn)? {
        secrets.entry(row.client_id.clone()).or_default().push(row.into_secret()?);
    }
    let rows: Vec<Row> = clients::table.order(clients::id).load(conn)?;
    rows.into_iter()
        .map(|row| {
            let mine = secrets.remove(&row.id).unwrap_or_default();
            row.into_client(mine)
        })
        .collect()
}

/// A client with its secrets.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, id: &str) -> TxResult<Option<Client>> {
    let Some(row) = clients::table.find(id).first::<Row>(conn).optional()? else { return Ok(None) };
    let secrets: Vec<SecretRow> = client_secrets::table
        .filter(client_secrets::client_id.eq(id))
        .order(client_secrets::id.desc())
        .load(conn)?;
    let secrets = secrets.into_iter().map(SecretRow::into_secret).collect::<TxResult<_>>()?;
    row.into_client(secrets).map(Some)
}

/// [`find`]; one that cannot be read is nobody, as in [`all`].
///
/// # Errors
/// Store errors.
pub fn find_readable(conn: &mut Conn, id: &str) -> TxResult<Option<Client>> {
    match find(conn, id) {
        Err(Fault::Store(error)) if error.kind == StoreErrorKind::Inconsistent => Ok(None),
        found => found,
    }
}

/// Stores a new client, and says its first revision; `Conflict` when the id is taken.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, client: &Client, now: Seconds) -> TxResult<i64> {
    settings::raise(conn, settings::CLIENTS_EPOCH, now)?;
    // No client has been changed more often than all of them together: a removed one's revision never
    // comes back with its id, so no node takes the new one for what its snapshot says.
    let revision = settings::epoch(conn, settings::CLIENTS_EPOCH)?;
    let row = Row {
        id: client.id.to_string(),
        enabled: client.enabled,
        metadata: json(&client.metadata)?,
        revision,
        created_at: now,
        updated_at: now,
        unreviewed: client.unreviewed,
    };
    diesel::insert_into(clients::table).values(&row).execute(conn)?;
    for secret in &client.secrets {
        insert_secret(conn, client.id.as_str(), secret)?;
    }
    Ok(revision)
}

/// Changes a client if it is still at `revision`; `false` when somebody changed it in between.
///
/// # Errors
/// Store errors.
pub fn update(conn: &mut Conn, client: &Client, now: Seconds) -> TxResult<bool> {
    let changed =
        diesel::update(clients::table.find(client.id.as_str()).filter(clients::revision.eq(client.revision)))
            .set((
                clients::enabled.eq(client.enabled),
                clients::unreviewed.eq(client.unreviewed),
                clients::metadata.eq(json(&client.metadata)?),
                clients::revision.eq(client.revision.saturating_add(1)),
                clients::updated_at.eq(now),
            ))
            .execute(conn)?;
    settings::raise(conn, settings::CLIENTS_EPOCH, now)?;
    Ok(changed == 1)
}

/// Deletes a client and all that hangs from it; `false` when there was none.
///
/// # Errors
/// Store errors.
pub fn delete(conn: &mut Conn, id: &str, now: Seconds) -> TxResult<bool> {
    let gone = diesel::delete(clients::table.find(id)).execute(conn)?;
    settings::raise(conn, settings::CLIENTS_EPOCH, now)?;
    Ok(gone == 1)
}

/// Adds a secret.
///
/// # Errors
/// Store errors.
pub fn add_secret(conn: &mut Conn, client_id: &str, secret: &StoredSecret, now: Seconds) -> TxResult<()> {
    insert_secret(conn, client_id, secret)?;
    settings::raise(conn, settings::CLIENTS_EPOCH, now)
}

/// Sets when a secret ends.
///
/// # Errors
/// Store errors.
pub fn expire_secret(conn: &mut Conn, secret_id: &str, at: Seconds, now: Seconds) -> TxResult<()> {
    diesel::update(client_secrets::table.find(secret_id))
        .set(client_secrets::expires_at.eq(Some(at)))
        .execute(conn)?;
    settings::raise(conn, settings::CLIENTS_EPOCH, now)
}

/// Deletes a secret.
///
/// # Errors
/// Store errors.
pub fn remove_secret(conn: &mut Conn, secret_id: &str, now: Seconds) -> TxResult<()> {
    diesel::delete(client_secrets::table.find(secret_id)).execute(conn)?;
    settings::raise(conn, settings::CLIENTS_EPOCH, now)
}

/// Keeps a secret in another way.
///
/// # Errors
/// Store errors.
pub fn rekeep_secret(conn: &mut Conn, secret: &StoredSecret, now: Seconds) -> TxResult<()> {
    diesel::update(client_secrets::table.find(&secret.id))
        .set((client_secrets::hash.eq(hash_name(secret.hash)), client_secrets::value.eq(&secret.value)))
        .execute(conn)?;
    settings::raise(conn, settings::CLIENTS_EPOCH, now)
}

const fn hash_name(hash: SecretHash) -> &'static str {
    match hash {
        SecretHash::Digest => "sha256",
        SecretHash::Argon2id => "argon2id",
        SecretHash::Sealed => "sealed",
    }
}

fn insert_secret(conn: &mut Conn, client_id: &str, secret: &StoredSecret) -> TxResult<()> {
    let row = SecretRow {
        id: secret.id.clone(),
        client_id: client_id.to_owned(),
        hash: hash_name(secret.hash).to_owned(),
        value: secret.value.clone(),
        created_at: secret.created_at,
        expires_at: secret.expires_at,
    };
    diesel::insert_into(client_secrets::table).values(&row).execute(conn)?;
    Ok(())
}
