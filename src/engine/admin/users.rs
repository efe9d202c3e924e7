//! Accounts: make, change, switch off, delete, set a password. Switching off, deleting and a new
//! password end everything the account had, before the answer (security rows C7, E11).

use super::fault::{AdminError, AdminResult};
use super::{Desk, people, sessions};
use crate::base::id::UserId;
use crate::domain::audit::Event;
use crate::domain::user::{User, login_key};
use crate::store::{Conn, Fault, users};
use serde_json::{Map, Value, json};

/// An account to be made.
#[derive(Default)]
pub struct NewUser {
    /// The name to sign in with; the e-mail address without one.
    pub username: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// Whether the address is proven.
    pub email_verified: bool,
    /// argon2id, PHC text, hashed before the transaction, or what [`super::imports`] takes of another server;
    /// without it nobody can sign in yet.
    pub password_hash: Option<String>,
    /// Roles.
    pub roles: Vec<String>,
    /// Attributes.
    pub claims: Map<String, Value>,
}

/// Makes an account.
///
/// # Errors
/// Invalid fields, a taken name, store errors.
pub fn create(conn: &mut Conn, desk: &Desk, new: NewUser) -> AdminResult<User> {
    let now = desk.now();
    let id = UserId::generate(&desk.clock, &desk.rng);
    let user = User { id, created_at: now, updated_at: now, ..proposed(&new) };
    check(conn, &user)?;
    users::insert(conn, &user).map_err(taken_meanwhile)?;
    if let Some(hash) = &new.password_hash {
        users::set_password(conn, user.id.as_str(), hash, now)?;
    }
    record(conn, desk, "user.created", (None, Some(&user)))?;
    Ok(user)
}

/// The account that is to be made, without an id and a time.
pub(super) fn proposed(new: &NewUser) -> User {
    people::normalized(User {
        id: UserId::from_stored(""),
        username: new.username.clone().or_else(|| new.email.clone()).unwrap_or_default(),
        email: new.email.clone(),
        email_verified: new.email_verified,
        enabled: true,
        roles: new.roles.clone(),
        claims: new.claims.clone(),
        created_at: 0,
        updated_at: 0,
    })
}

/// Replaces an account's record: the whole object, checked exactly as at creation. Whether it is
/// enabled is not changed here. `updated_at` follows by itself.
///
/// # Errors
/// No such account, invalid fields, a taken name, store errors.
pub fn update(conn: &mut Conn, desk: &Desk, user: User) -> AdminResult<User> {
    let old = find(conn, user.id.as_str())?;
    let user = people::normalized(User {
        enabled: old.enabled,
        created_at: old.created_at,
        updated_at: desk.now(),
        ..user
    });
    check(conn, &user)?;
    users::update(conn, &user).map_err(taken_meanwhile)?;
    record(conn, desk, "user.updated", (Some(&old), Some(&user)))?;
    Ok(user)
}

/// Switches an account on or off; off ends its sessions, grants and unredeemed codes.
///
/// # Errors
/// No such account, store errors.
pub fn set_enabled(conn: &mut Conn, desk: &Desk, id: &str, enabled: bool) -> AdminResult<User> {
    let old = find(conn, id)?;
    if old.enabled == enabled {
        return Ok(old);
    }
    let user = User { enabled, updated_at: desk.now(), ..old.clone() };
    users::update(conn, &user)?;
    if !enabled {
        sessions::end_everything(conn, desk, id, "account disabled")?;
    }
    let kind = if enabled { "user.enabled" } else { "user.disabled" };
    record(conn, desk, kind, (Some(&old), Some(&user)))?;
    Ok(user)
}

/// Deletes an account: all it had ends, its data go, its id is never given to another.
///
/// # Errors
/// No such account, store errors.
pub fn delete(conn: &mut Conn, desk: &Desk, id: &str) -> AdminResult<User> {
    let old = find(conn, id)?;
    sessions::end_everything(conn, desk, id, "account deleted")?;
    users::delete(conn, id, desk.now())?;
    record(conn, desk, "user.deleted", (Some(&old), None))?;
    Ok(old)
}

/// Sets a password (PHC text, hashed before the transaction); everything signed in with the old
/// one ends.
///
/// # Errors
/// No such account, store errors.
pub fn set_password(conn: &mut Conn, desk: &Desk, id: &str, hash: &str) -> AdminResult<User> {
    let user = find(conn, id)?;
    users::set_password(conn, id, hash, desk.now())?;
    sessions::end_everything(conn, desk, id, "password changed")?;
    desk.audit(conn, Event::new("user.password_set").user(id))?;
    Ok(user)
}

/// An account by id, or that there is none.
///
/// # Errors
/// No such account, store errors.
pub fn find(conn: &mut Conn, id: &str) -> AdminResult<User> {
    users::find(conn, id)?.ok_or_else(|| AdminError::not_found("user", id))
}

/// An account by id, user name or e-mail address.
///
/// # Errors
/// No such account, store errors.
pub fn resolve(conn: &mut Conn, typed: &str) -> AdminResult<User> {
    users::resolve(conn, typed)?.ok_or_else(|| AdminError::not_found("user", typed))
}

/// An account as JSON for people and programs.
pub fn shown(user: &User) -> Value {
    json!({
        "id": user.id.as_str(),
        "username": user.username,
        "email": user.email,
        "email_verified": user.email_verified,
        "enabled": user.enabled,
        "roles": user.roles,
        "claims": user.claims,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    })
}

fn check(conn: &mut Conn, user: &User) -> AdminResult<()> {
    let problems = people::check(user);
    if !problems.is_empty() {
        return Err(AdminError::Invalid(problems));
    }
    for (field, name) in [("username", Some(&user.username)), ("email", user.email.as_ref())] {
        let Some((name, key)) = name.and_then(|name| Some((name, login_key(name)?))) else { continue };
        if users::find_by_login(conn, &key)?.is_some_and(|(other, _)| other.id != user.id) {
            return Err(AdminError::conflict(
                field,
                name,
                "belongs to another account",
                "Choose another one.",
            ));
        }
    }
    Ok(())
}

/// Two accounts with the same name made at the same moment: the statement decides.
fn taken_meanwhile(fault: Fault) -> AdminError {
    if AdminError::is_taken(&fault) {
        return AdminError::conflict(
            "username",
            "",
            "or e-mail belongs to another account",
            "Choose another one.",
        );
    }
    fault.into()
}

/// The history outlives the account, so it holds no personal data: what an account may do, and the
/// names of the fields that changed.
fn record(
    conn: &mut Conn,
    desk: &Desk,
    kind: &'static str,
    (old, new): (Option<&User>, Option<&User>),
) -> AdminResult<()> {
    let Some(id) = new.or(old).map(|user| user.id.to_string()) else { return Ok(()) };
    let side = |user: &User| json!({ "enabled": user.enabled, "email_verified": user.email_verified, "roles": user.roles });
    let mut after = new.map(side);
    if let (Some(old), Some(new), Some(Value::Object(after))) = (old, new, after.as_mut()) {
        after.insert("changed".to_owned(), Value::from(changed(old, new)));
    }
    desk.audit(conn, Event::new(kind).user(id.as_str()))?;
    desk.revise(conn, ("user", &id), (old.map(side), after))
}

fn changed(old: &User, new: &User) -> Vec<String> {
    let mut names = Vec::new();
    if old.username != new.username {
        names.push("username".to_owned());
    }
    if old.email != new.email {
        names.push("email".to_owned());
    }
    let claims = old.claims.keys().chain(new.claims.keys().filter(|name| !old.claims.contains_key(*name)));
    names.extend(
        claims
            .filter(|name| old.claims.get(*name) != new.claims.get(*name))
            .map(|name| format!("claims.{name}")),
    );
    names
}
