//! People, the names they sign in with, and their password hashes.

use super::conn::{Conn, on_each};
use super::factors;
use super::fault::{StoreError, TxResult};
use super::schema::{factors as enrolled, login_names, passwords, users};
use crate::base::clock::Seconds;
use crate::base::id::UserId;
use crate::domain::user::{User, login_key};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::upsert::excluded;

/// The stored form; also what joins return.
#[derive(Queryable, Selectable, Insertable, AsChangeset, Clone)]
#[diesel(table_name = users)]
#[diesel(treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
pub(super) struct Row {
    id: String,
    username: String,
    email: Option<String>,
    email_verified: bool,
    enabled: bool,
    roles: String,
    claims: String,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
}

impl Row {
    pub(super) fn into_user(self) -> TxResult<User> {
        let claims = serde_json::from_str(&self.claims).map_err(StoreError::inconsistent)?;
        let roles = serde_json::from_str(&self.roles).map_err(StoreError::inconsistent)?;
        Ok(User {
            id: UserId::from_stored(self.id),
            username: self.username,
            email: self.email,
            email_verified: self.email_verified,
            enabled: self.enabled && self.deleted_at.is_none(),
            roles,
            claims,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }

    fn of(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            username: user.username.clone(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            enabled: user.enabled,
            roles: serde_json::to_string(&user.roles).unwrap_or_else(|_| "[]".to_owned()),
            claims: serde_json::to_string(&user.claims).unwrap_or_else(|_| "{}".to_owned()),
            created_at: user.created_at,
            updated_at: user.updated_at,
            deleted_at: None,
        }
    }
}

/// Stores a new person with their names; `StoreErrorKind::Conflict` when a name is taken.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, user: &User) -> TxResult<()> {
    diesel::insert_into(users::table).values(&Row::of(user)).execute(conn)?;
    insert_names(conn, user)
}

/// Replaces a person's record and names.
///
/// # Errors
/// Store errors; `Conflict` when a name is taken.
pub fn update(conn: &mut Conn, user: &User) -> TxResult<()> {
    diesel::update(users::table.find(user.id.as_str())).set(&Row::of(user)).execute(conn)?;
    diesel::delete(login_names::table.filter(login_names::user_id.eq(user.id.as_str()))).execute(conn)?;
    insert_names(conn, user)
}

fn insert_names(conn: &mut Conn, user: &User) -> TxResult<()> {
    let mut names: Vec<String> = [Some(user.username.as_str()), user.email.as_deref()]
        .into_iter()
        .flatten()
        .filter_map(login_key)
        .collect();
    names.dedup();
    for name in names {
        diesel::insert_into(login_names::table)
            .values((login_names::name.eq(name), login_names::user_id.eq(user.id.as_str())))
            .execute(conn)?;
    }
    Ok(())
}

/// A person by id, also a disabled one; deleted ones are gone.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, id: &str) -> TxResult<Option<User>> {
    let row: Option<Row> =
        users::table.find(id).filter(users::deleted_at.is_null()).first(conn).optional()?;
    row.map(Row::into_user).transpose()
}

/// [`find`], and whether the person has a second factor, in one statement: what a sign-in asks.
///
/// # Errors
/// Store errors.
pub fn find_at_login(conn: &mut Conn, id: &str) -> TxResult<Option<(User, bool)>> {
    let has_factor = exists(enrolled::table.filter(enrolled::user_id.eq(users::id)));
    let found: Option<(Row, bool)> = on_each!(conn, inner => users::table
        .find(id)
        .filter(users::deleted_at.is_null())
        .select((Row::as_select(), has_factor))
        .get_result(inner)
        .optional())?;
    found.map(|(row, has_factor)| Ok((row.into_user()?, has_factor))).transpose()
}

/// A person by what was typed, and their password hash.
///
/// # Errors
/// Store errors.
pub fn find_by_login(conn: &mut Conn, key: &str) -> TxResult<Option<(User, Option<String>)>> {
    let Some(id) =
        login_names::table.find(key).select(login_names::user_id).first::<String>(conn).optional()?
    else {
        return Ok(None);
    };
    let Some(user) = find(conn, &id)? else { return Ok(None) };
    let hash = passwords::table.find(&id).select(passwords::hash).first::<String>(conn).optional()?;
    Ok(Some((user, hash)))
}

/// A person by id or by any of their names, for commands.
///
/// # Errors
/// Store errors.
pub fn resolve(conn: &mut Conn, typed: &str) -> TxResult<Option<User>> {
    if let Some(user) = find(conn, typed)? {
        return Ok(Some(user));
    }
    match login_key(typed) {
        Some(key) => Ok(find_by_login(conn, &key)?.map(|(user, _)| user)),
        None => Ok(None),
    }
}

/// All people, oldest first, at most `most`.
///
/// # Errors
/// Store errors.
pub fn list(conn: &mut Conn, most: i64) -> TxResult<Vec<User>> {
    let rows: Vec<Row> =
        users::table.filter(users::deleted_at.is_null()).order(users::id).limit(most).load(conn)?;
    rows.into_iter().map(Row::into_user).collect()
}

/// Whether somebody has this role. Roles are JSON text of plain names, so a quoted match is exact.
///
/// # Errors
/// Store errors.
pub fn any_with_role(conn: &mut Conn, role: &str) -> TxResult<bool> {
    let pattern = format!("%\"{role}\"%");
    let found = users::table
        .filter(users::deleted_at.is_null().and(users::enabled.eq(true)).and(users::roles.like(pattern)))
        .select(users::id)
        .first::<String>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Sets a password hash (PHC text). Half-done sign-ins and remembered browsers stood on the old one.
///
/// # Errors
/// Store errors.
pub fn set_password(conn: &mut Conn, user_id: &str, hash: &str, now: Seconds) -> TxResult<()> {
    let row = (passwords::user_id.eq(user_id), passwords::hash.eq(hash), passwords::changed_at.eq(now));
    on_each!(conn, inner => diesel::insert_into(passwords::table)
        .values(row)
        .on_conflict(passwords::user_id)
        .do_update()
        .set((passwords::hash.eq(excluded(passwords::hash)), passwords::changed_at.eq(excluded(passwords::changed_at))))
        .execute(inner))?;
    factors::forget_way(conn, user_id)
}

/// Whether anybody still has a password hash of another form than argon2's. Reads all of them, if nobody does.
///
/// # Errors
/// Store errors.
pub fn any_imported(conn: &mut Conn) -> TxResult<bool> {
    let found = passwords::table
        .filter(passwords::hash.not_like("$argon2id$%"))
        .select(passwords::user_id)
        .first::<String>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Takes the row of the password that was checked, and leaves the same hash in it or one with newer
/// parameters; `false` when the password was changed meanwhile: then what was checked proves nothing
/// any more. Whoever changes it takes the row too, so that one comes after the other.
///
/// # Errors
/// Store errors.
pub fn hold_password(conn: &mut Conn, user_id: &str, checked: &str, hash: &str) -> TxResult<bool> {
    let held = diesel::update(passwords::table.find(user_id).filter(passwords::hash.eq(checked)))
        .set(passwords::hash.eq(hash))
        .execute(conn)?;
    Ok(held == 1)
}

/// Deletes a person: the row stays, emptied, so that the `sub` is never given to another.
///
/// # Errors
/// Store errors.
pub fn delete(conn: &mut Conn, user_id: &str, now: Seconds) -> TxResult<()> {
    diesel::delete(login_names::table.filter(login_names::user_id.eq(user_id))).execute(conn)?;
    diesel::delete(passwords::table.find(user_id)).execute(conn)?;
    factors::reset(conn, user_id)?;
    diesel::update(users::table.find(user_id))
        .set((
            users::username.eq(""),
            users::email.eq(None::<String>),
            users::email_verified.eq(false),
            users::enabled.eq(false),
            users::roles.eq("[]"),
            users::claims.eq("{}"),
            users::updated_at.eq(now),
            users::deleted_at.eq(Some(now)),
        ))
        .execute(conn)?;
    Ok(())
}
