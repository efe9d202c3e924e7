//! Grants and their refresh families. Ending a grant ends everything that came from it.

use super::conn::{Conn, on_each};
use super::fault::{StoreError, TxResult};
use super::fixed::Fixed;
use super::schema::{clients, grants, refresh_families, revoked_tokens, users};
use super::users::Row as UserRow;
use crate::base::clock::Seconds;
use crate::base::id::{ClientId, FamilyId, GrantId, SessionId, UserId};
use crate::domain::grant::{Family, Grant, Subject};
use crate::domain::session::AuthContext;
use crate::domain::user::User;
use crate::protocol::claims::ClaimsRequest;
use crate::protocol::scope::Scope;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grants)]
#[diesel(treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    client_id: String,
    user_id: Option<String>,
    session_id: Option<String>,
    auth_time: Option<i64>,
    amr: Option<String>,
    acr: Option<String>,
    scope: String,
    resource: String,
    nonce: Option<String>,
    created_at: i64,
    expires_at: i64,
    last_used_at: i64,
    ended_at: Option<i64>,
    ended_by: Option<String>,
    claims: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_families)]
#[diesel(treat_none_as_default_value = false)]
struct FamilyRow {
    id: String,
    grant_id: String,
    generation: i64,
    rotated_at: i64,
    idle_expires_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
}

impl Row {
    /// When it may be forgotten.
    pub(super) fn forget_after(&self) -> Seconds {
        self.expires_at
    }

    pub(super) fn into_grant(self) -> TxResult<Grant> {
        let subject = match (self.user_id, self.session_id, self.auth_time, self.amr, self.acr) {
            (Some(user), Some(session), Some(auth_time), Some(amr), Some(acr)) => Some(Subject {
                user_id: UserId::from_stored(user),
                session_id: SessionId::from_stored(session),
                auth: AuthContext {
                    auth_time,
                    amr: serde_json::from_str(&amr).map_err(StoreError::inconsistent)?,
                    acr,
                },
            }),
            (None, ..) => None,
            _ => return Err(StoreError::inconsistent(format!("grant {} has half a subject", self.id)).into()),
        };
        let claims = self.claims.map(|text| {
            ClaimsRequest::from_stored(&text)
                .ok_or_else(|| StoreError::inconsistent(format!("grant {} has odd claims", self.id)))
        });
        Ok(Grant {
            id: GrantId::from_stored(self.id),
            client_id: ClientId::from_stored(self.client_id),
            subject,
            scope: Scope::from_stored(&self.scope),
            resource: words(&self.resource),
            claims: claims.transpose()?,
            nonce: self.nonce,
            created_at: self.created_at,
            ended_at: self.ended_at,
        })
    }
}

impl FamilyRow {
    fn into_family(self) -> Family {
        Family {
            id: FamilyId::from_stored(self.id),
            grant_id: GrantId::from_stored(self.grant_id),
            generation: self.generation,
            rotated_at: self.rotated_at,
            expires_at: self.expires_at,
            idle_expires_at: self.idle_expires_at,
            ended_at: self.ended_at,
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Stores a grant that may be forgotten at `expires_at`, when nothing that came from it can live.
///
/// # Errors
/// Store errors.
pub fn insert(conn: &mut Conn, grant: &Grant, expires_at: Seconds) -> TxResult<()> {
    let row = row(grant, expires_at);
    on_each!(conn, inner => diesel::insert_into(grants::table).values(&row).execute(inner))?;
    Ok(())
}

/// Stores a grant of which there can be one: the standing one of a client, or that of tokens which leave by
/// the authorization endpoint; `false` when another request was first.
///
/// # Errors
/// Store errors.
pub fn insert_first(conn: &mut Conn, grant: &Grant, expires_at: Seconds) -> TxResult<bool> {
    let row = row(grant, expires_at);
    let made = on_each!(conn, inner => diesel::insert_into(grants::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(made == 1)
}

fn row(grant: &Grant, expires_at: Seconds) -> Row {
    let subject = grant.subject.as_ref();
    Row {
        id: grant.id.to_string(),
        client_id: grant.client_id.to_string(),
        user_id: subject.map(|s| s.user_id.to_string()),
        session_id: subject.map(|s| s.session_id.to_string()),
        auth_time: subject.map(|s| s.auth.auth_time),
        amr: subject.map(|s| serde_json::to_string(&s.auth.amr).unwrap_or_else(|_| "[]".to_owned())),
        acr: subject.map(|s| s.auth.acr.clone()),
        scope: grant.scope.to_string(),
        resource: grant.resource.join(" "),
        nonce: grant.nonce.clone(),
        created_at: grant.created_at,
        expires_at,
        last_used_at: grant.created_at,
        ended_at: grant.ended_at,
        ended_by: None,
        claims: grant.claims.as_ref().map(ClaimsRequest::to_stored),
    }
}

/// A grant.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, id: &str) -> TxResult<Option<Grant>> {
    let row: Option<Row> = grants::table.find(id).first(conn).optional()?;
    row.map(Row::into_grant).transpose()
}

/// A refresh family and its grant.
///
/// # Errors
/// Store errors.
pub fn find_by_family(conn: &mut Conn, id: &str) -> TxResult<Option<(Family, Grant)>> {
    let row: Option<(FamilyRow, Row)> = on_each!(conn, inner => refresh_families::table
        .inner_join(grants::table)
        .filter(refresh_families::id.eq(id))
        .select((FamilyRow::as_select(), Row::as_select()))
        .get_result(inner)
        .optional())?;
    row.map(|(family, grant)| Ok((family.into_family(), grant.into_grant()?))).transpose()
}

/// A grant that an access token names, with what the token stands or falls by, in one statement.
pub struct Bearing {
    /// The grant.
    pub grant: Grant,
    /// The person behind it, if there is one.
    pub user: Option<User>,
    /// Whether its client is enabled.
    pub client_enabled: bool,
    /// Whether this one token was revoked.
    pub revoked: bool,
    /// The revision of the client that asks; `None` when it is disabled or gone.
    pub caller_revision: Option<i64>,
}

/// A grant's row, its person's, whether its client is enabled, its token's `jti` if that was revoked,
/// the asking client's revision.
type BearingRow = (Row, Option<UserRow>, bool, Option<String>, Option<i64>);

/// What the token `jti` of the grant `id` stands or falls by, for the client `caller`.
///
/// # Errors
/// Store errors.
pub fn find_bearing(conn: &mut Conn, id: &str, jti: &str, caller: &str) -> TxResult<Option<Bearing>> {
    let callers = diesel::alias!(clients as callers);
    let asking =
        callers.field(clients::id).eq(caller.to_owned()).and(callers.field(clients::enabled).eq(true));
    let row: Option<BearingRow> = on_each!(conn, inner => grants::table
        .inner_join(clients::table)
        .left_join(users::table)
        .left_join(revoked_tokens::table.on(revoked_tokens::jti.eq(jti.to_owned())))
        .left_join(callers.on(asking))
        .filter(grants::id.eq(id))
        .select((
            Row::as_select(),
            Option::<UserRow>::as_select(),
            clients::enabled,
            revoked_tokens::jti.nullable(),
            callers.field(clients::revision).nullable(),
        ))
        .get_result(inner)
        .optional())?;
    let Some((grant, user, client_enabled, revoked, caller_revision)) = row else { return Ok(None) };
    Ok(Some(Bearing {
        grant: grant.into_grant()?,
        user: user.map(UserRow::into_user).transpose()?,
        client_enabled,
        revoked: revoked.is_some(),
        caller_revision,
    }))
}

/// A person's live grants, newest first: client, scope, when made, when last used.
///
/// # Errors
/// Store errors.
pub fn of_user(
    conn: &mut Conn,
    user_id: &str,
    now: Seconds,
) -> TxResult<Vec<(String, Scope, Seconds, Seconds)>> {
    let rows: Vec<(String, String, i64, i64)> = grants::table
        .filter(
            grants::user_id.eq(Some(user_id)).and(grants::ended_at.is_null()).and(grants::expires_at.gt(now)),
        )
        .order(grants::id.desc())
        .limit(500)
        .select((grants::client_id, grants::scope, grants::created_at, grants::last_used_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(client, scope, made, used)| (client, Scope::from_stored(&scope), made, used))
        .collect())
}

/// The statement of [`touch`].
enum Touch {}

/// Notes a use of a live grant and moves the day it may be forgotten; `false` when it was ended.
/// Whoever uses a grant takes its row first, like [`end`], so that a use and an end that race are
/// one after the other (security row E6).
///
/// # Errors
/// Store errors.
pub fn touch(conn: &mut Conn, id: &str, now: Seconds, expires_at: Seconds) -> TxResult<bool> {
    let used = (grants::last_used_at.eq(now), grants::expires_at.eq(expires_at));
    let live = grants::table.find(id).filter(grants::ended_at.is_null());
    let update = Fixed::<Touch, _>::new(diesel::update(live).set(used));
    let changed = on_each!(conn, inner => update.execute(inner))?;
    Ok(changed == 1)
}

/// Ends a grant; `true` for the one that ended it. `by` says why, for people.
///
/// # Errors
/// Store errors.
pub fn end(conn: &mut Conn, id: &str, by: &str, now: Seconds) -> TxResult<bool> {
    let ended = diesel::update(grants::table.find(id).filter(grants::ended_at.is_null()))
        .set((grants::ended_at.eq(Some(now)), grants::ended_by.eq(Some(by))))
        .execute(conn)?;
    diesel::update(
        refresh_families::table
            .filter(refresh_families::grant_id.eq(id).and(refresh_families::ended_at.is_null())),
    )
    .set(refresh_families::ended_at.eq(Some(now)))
    .execute(conn)?;
    Ok(ended == 1)
}

/// Which live grants to end.
pub enum Ending<'a> {
    /// All of a person.
    User(&'a str),
    /// All of a person at one client.
    UserAtClient(&'a str, &'a str),
    /// Those of some sessions that were not asked to outlive them (no `offline_access`:
    /// OIDC Core §11).
    Sessions(&'a [&'a str]),
    /// All of a client.
    Client(&'a str),
}

/// Ends the live grants of `which` with their families; how many.
///
/// # Errors
/// Store errors.
pub fn end_all(conn: &mut Conn, which: &Ending<'_>, by: &str, now: Seconds) -> TxResult<usize> {
    // One after the other in the order of their ids, like everybody who takes several.
    let live = grants::table.filter(grants::ended_at.is_null()).order(grants::id);
    let live = live.select((grants::id, grants::scope)).into_boxed();
    let found: Vec<(String, String)> = match which {
        Ending::User(user) => live.filter(grants::user_id.eq(Some(*user))).load(conn)?,
        Ending::UserAtClient(user, client) => {
            live.filter(grants::user_id.eq(Some(*user)).and(grants::client_id.eq(*client))).load(conn)?
        }
        Ending::Sessions(sessions) => live.filter(grants::session_id.eq_any(*sessions)).load(conn)?,
        Ending::Client(client) => live.filter(grants::client_id.eq(*client)).load(conn)?,
    };
    let mut ended = 0;
    for (id, scope) in found {
        let outlives =
            matches!(which, Ending::Sessions(..)) && Scope::from_stored(&scope).has("offline_access");
        if !outlives && end(conn, &id, by, now)? {
            ended += 1;
        }
    }
    Ok(ended)
}

/// Stores a refresh family.
///
/// # Errors
/// Store errors.
pub fn insert_family(conn: &mut Conn, family: &Family) -> TxResult<()> {
    let row = FamilyRow {
        id: family.id.to_string(),
        grant_id: family.grant_id.to_string(),
        generation: family.generation,
        rotated_at: family.rotated_at,
        idle_expires_at: family.idle_expires_at,
        expires_at: family.expires_at,
        ended_at: family.ended_at,
    };
    on_each!(conn, inner => diesel::insert_into(refresh_families::table).values(&row).execute(inner))?;
    Ok(())
}

/// A refresh family.
///
/// # Errors
/// Store errors.
pub fn find_family(conn: &mut Conn, id: &str) -> TxResult<Option<Family>> {
    let row: Option<FamilyRow> =
        on_each!(conn, inner => refresh_families::table.find(id).get_result(inner).optional())?;
    Ok(row.map(FamilyRow::into_family))
}

/// The statement of [`advance_family`].
enum Advance {}

/// Generation n -> n + 1, for exactly one caller however many race (security rows E4, E5: a stored
/// counter, never a clock); ended families do not move (E6).
///
/// # Errors
/// Store errors.
pub fn advance_family(
    conn: &mut Conn,
    family: &Family,
    now: Seconds,
    idle_expires_at: Seconds,
) -> TxResult<bool> {
    let unmoved =
        refresh_families::generation.eq(family.generation).and(refresh_families::ended_at.is_null());
    let next = (
        refresh_families::generation.eq(family.generation.saturating_add(1)),
        refresh_families::rotated_at.eq(now),
        refresh_families::idle_expires_at.eq(idle_expires_at),
    );
    let row = refresh_families::table.find(family.id.as_str()).filter(unmoved);
    let update = Fixed::<Advance, _>::new(diesel::update(row).set(next));
    let changed = on_each!(conn, inner => update.execute(inner))?;
    Ok(changed == 1)
}
