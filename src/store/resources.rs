//! Registered resources (RFC 8707). Every change raises their epoch.

use super::conn::Conn;
use super::fault::{StoreError, TxResult};
use super::schema::resources;
use super::settings;
use crate::base::clock::Seconds;
use crate::domain::client::AccessTokenFormat;
use crate::domain::resource::Resource;
use crate::protocol::scope::Scope;
use diesel::prelude::*;

#[derive(Queryable, Insertable)]
#[diesel(table_name = resources)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    identifier: String,
    name: String,
    scope: String,
    access_token_format: Option<String>,
    access_token_seconds: Option<i64>,
    revision: i64,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn into_resource(self) -> TxResult<Resource> {
        let format = match self.access_token_format.as_deref() {
            None => None,
            Some("jwt") => Some(AccessTokenFormat::Jwt),
            Some("opaque") => Some(AccessTokenFormat::Opaque),
            Some(other) => {
                return Err(StoreError::inconsistent(format!("access token format {other}")).into());
            }
        };
        Ok(Resource {
            identifier: self.identifier,
            name: self.name,
            scope: Scope::from_stored(&self.scope),
            access_token_format: format,
            access_token_seconds: self.access_token_seconds,
            revision: self.revision,
            created_at: self.created_at,
        })
    }
}

fn format(resource: &Resource) -> Option<&'static str> {
    resource.access_token_format.map(|format| match format {
        AccessTokenFormat::Jwt => "jwt",
        AccessTokenFormat::Opaque => "opaque",
    })
}

/// All of them, by identifier.
///
/// # Errors
/// Store errors.
pub fn all(conn: &mut Conn) -> TxResult<Vec<Resource>> {
    let rows: Vec<Row> = resources::table.order(resources::identifier).load(conn)?;
    rows.into_iter().map(Row::into_resource).collect()
}

/// One of them.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, identifier: &str) -> TxResult<Option<Resource>> {
    let row: Option<Row> = resources::table.find(identifier).first(conn).optional()?;
    row.map(Row::into_resource).transpose()
}

/// Stores a new one; `Conflict` when the identifier is taken.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, resource: &Resource, now: Seconds) -> TxResult<()> {
    settings::raise(conn, settings::RESOURCES_EPOCH, now)?;
    let row = Row {
        identifier: resource.identifier.clone(),
        name: resource.name.clone(),
        scope: resource.scope.to_string(),
        access_token_format: format(resource).map(str::to_owned),
        access_token_seconds: resource.access_token_seconds,
        revision: resource.revision,
        created_at: resource.created_at,
        updated_at: now,
    };
    diesel::insert_into(resources::table).values(&row).execute(conn)?;
    Ok(())
}

/// Changes one if it is still at its revision; `false` when somebody changed it in between.
///
/// # Errors
/// Store errors.
pub fn update(conn: &mut Conn, resource: &Resource, now: Seconds) -> TxResult<bool> {
    settings::raise(conn, settings::RESOURCES_EPOCH, now)?;
    let unmoved =
        resources::table.find(resource.identifier.as_str()).filter(resources::revision.eq(resource.revision));
    let changed = diesel::update(unmoved)
        .set((
            resources::name.eq(&resource.name),
            resources::scope.eq(resource.scope.to_string()),
            resources::access_token_format.eq(format(resource)),
            resources::access_token_seconds.eq(resource.access_token_seconds),
            resources::revision.eq(resource.revision.saturating_add(1)),
            resources::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Deletes one; `false` when there was none.
///
/// # Errors
/// Store errors.
pub fn delete(conn: &mut Conn, identifier: &str, now: Seconds) -> TxResult<bool> {
    settings::raise(conn, settings::RESOURCES_EPOCH, now)?;
    Ok(diesel::delete(resources::table.find(identifier)).execute(conn)? == 1)
}
