//! Second factors and recovery codes. What may be used once is guarded in the statement.

use super::conn::{Conn, on_each, take_rows};
use super::fault::TxResult;
use super::schema::{factors, login_attempts, recovery_codes, users};
use super::{attempts, remembered};
use crate::base::clock::Seconds;
use crate::base::id::{FactorId, UserId};
use crate::base::secret::{Digest, RecoveryCode};
use crate::domain::factor::Factor;
use diesel::prelude::*;

#[derive(Queryable, Insertable)]
#[diesel(table_name = factors)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    id: String,
    user_id: String,
    kind: String,
    name: String,
    sealed: String,
    last_step: i64,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl Row {
    fn into_factor(self) -> Factor {
        Factor {
            id: FactorId::from_stored(self.id),
            kind: self.kind,
            name: self.name,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        }
    }
}

/// Whoever changes what a person signs in with waits here for whoever else does, until COMMIT.
///
/// # Errors
/// Store errors.
pub fn hold_person(conn: &mut Conn, user_id: &str) -> TxResult<()> {
    take_rows!(conn, users::table.find(user_id).order(users::id).select(users::id));
    Ok(())
}

/// Stores a factor whose step was used to confirm it; `false` when it is there already (a second press
/// of the button).
///
/// # Errors
/// Store errors.
pub fn insert(
    conn: &mut Conn,
    user: &UserId,
    factor: &Factor,
    (sealed, last_step): (String, i64),
) -> TxResult<bool> {
    let row = Row {
        id: factor.id.to_string(),
        user_id: user.to_string(),
        kind: factor.kind.clone(),
        name: factor.name.clone(),
        sealed,
        last_step,
        created_at: factor.created_at,
        last_used_at: factor.last_used_at,
    };
    let stored = on_each!(conn, inner => diesel::insert_into(factors::table)
        .values(&row)
        .on_conflict(factors::id)
        .do_nothing()
        .execute(inner))?;
    Ok(stored == 1)
}

/// A person's factors, oldest first.
///
/// # Errors
/// Store errors.
pub fn of_user(conn: &mut Conn, user_id: &str) -> TxResult<Vec<Factor>> {
    let rows: Vec<Row> = mine(conn, user_id)?;
    Ok(rows.into_iter().map(Row::into_factor).collect())
}

/// A person's factors of one kind, each with its sealed secret and the newest step it was used for.
///
/// # Errors
/// Store errors.
pub fn sealed(conn: &mut Conn, user_id: &str, kind: &str) -> TxResult<Vec<(FactorId, String, i64)>> {
    let rows = mine(conn, user_id)?.into_iter().filter(|row| row.kind == kind);
    Ok(rows.map(|row| (FactorId::from_stored(row.id), row.sealed, row.last_step)).collect())
}

fn mine(conn: &mut Conn, user_id: &str) -> TxResult<Vec<Row>> {
    Ok(factors::table.filter(factors::user_id.eq(user_id)).order(factors::id).limit(100).load(conn)?)
}

/// Whether the person has any factor.
///
/// # Errors
/// Store errors.
pub fn any(conn: &mut Conn, user_id: &str) -> TxResult<bool> {
    let found: Option<String> =
        factors::table.filter(factors::user_id.eq(user_id)).select(factors::id).first(conn).optional()?;
    Ok(found.is_some())
}

/// Takes a step of a factor, for exactly one caller, and no older one after it (security row P1).
///
/// # Errors
/// Store errors.
pub fn take_step(conn: &mut Conn, id: &FactorId, step: i64, now: Seconds) -> TxResult<bool> {
    let newer = factors::table.find(id.as_str()).filter(factors::last_step.lt(step));
    let taken = diesel::update(newer)
        .set((factors::last_step.eq(step), factors::last_used_at.eq(Some(now))))
        .execute(conn)?;
    Ok(taken == 1)
}

/// Gives a factor of the person another name; `false` when it is not theirs.
///
/// # Errors
/// Store errors.
pub fn rename(conn: &mut Conn, user_id: &str, id: &str, name: &str) -> TxResult<bool> {
    let one = factors::table.find(id).filter(factors::user_id.eq(user_id));
    Ok(diesel::update(one).set(factors::name.eq(name)).execute(conn)? == 1)
}

/// Removes a factor of the person; its kind and name, or `None` when it is not theirs.
///
/// # Errors
/// Store errors.
pub fn remove(conn: &mut Conn, user_id: &str, id: &str) -> TxResult<Option<(String, String)>> {
    Ok(diesel::delete(factors::table.find(id).filter(factors::user_id.eq(user_id)))
        .returning((factors::kind, factors::name))
        .get_result(conn)
        .optional()?)
}

/// Removes every factor and recovery code of a person, and what they made possible; how many factors.
///
/// # Errors
/// Store errors.
pub fn reset(conn: &mut Conn, user_id: &str) -> TxResult<usize> {
    forget_way(conn, user_id)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id))).execute(conn)?;
    Ok(diesel::delete(factors::table.filter(factors::user_id.eq(user_id))).execute(conn)?)
}

/// What a person signs in with has changed: half-done sign-ins are over, and no browser is remembered any
/// more. In this order: a sign-in that is just being finished is waited for, and its browser then seen.
///
/// # Errors
/// Store errors.
pub fn forget_way(conn: &mut Conn, user_id: &str) -> TxResult<()> {
    diesel::delete(login_attempts::table.filter(login_attempts::user_id.eq(user_id))).execute(conn)?;
    remembered::forget_all(conn, user_id)
}

/// [`forget_way`] but for the half-done sign-in that makes the change.
///
/// # Errors
/// Store errors.
pub fn forget_other_ways(conn: &mut Conn, user_id: &str, but: &str) -> TxResult<()> {
    attempts::end_others(conn, user_id, but)?;
    remembered::forget_all(conn, user_id)
}

/// Replaces a person's recovery codes (security row P5).
///
/// # Errors
/// Store errors.
pub fn set_codes(
    conn: &mut Conn,
    user_id: &str,
    digests: &[Digest<RecoveryCode>],
    now: Seconds,
) -> TxResult<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id))).execute(conn)?;
    for digest in digests {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::digest.eq(digest.as_str()),
                recovery_codes::user_id.eq(user_id),
                recovery_codes::created_at.eq(now),
                recovery_codes::used_at.eq(None::<i64>),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Uses a recovery code of the person, for exactly one caller.
///
/// # Errors
/// Store errors.
pub fn use_code(
    conn: &mut Conn,
    user_id: &str,
    digest: &Digest<RecoveryCode>,
    now: Seconds,
) -> TxResult<bool> {
    let unused = recovery_codes::table
        .find(digest.as_str())
        .filter(recovery_codes::user_id.eq(user_id).and(recovery_codes::used_at.is_null()));
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(Some(now))).execute(conn)? == 1)
}

/// How many recovery codes of the person are left, of how many.
///
/// # Errors
/// Store errors.
pub fn codes_left(conn: &mut Conn, user_id: &str) -> TxResult<(usize, usize)> {
    let used: Vec<Option<i64>> = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user_id))
        .select(recovery_codes::used_at)
        .limit(100)
        .load(conn)?;
    Ok((used.iter().filter(|at| at.is_none()).count(), used.len()))
}
