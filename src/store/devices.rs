//! Device authorizations (RFC 8628). Each is approved once and redeemed once, by guarded statements;
//! a poll writes one row, when the next one may come.

use super::conn::{Conn, on_each, take_rows};
use super::fault::{StoreError, TxResult};
use super::schema::{device_codes, device_visits};
use crate::base::clock::Seconds;
use crate::base::id::{ClientId, DeviceId, GrantId, SessionId, UserId, VisitId};
use crate::base::secret::{DeviceCode, Digest, Plain};
use crate::domain::device::{Device, Stage, Visit};
use crate::protocol::pkce::Challenge;
use crate::protocol::scope::Scope;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// RFC 8628 §3.5: slow_down means that "the interval MUST be increased by 5 seconds".
pub const SLOWER: Seconds = 5;
/// Beyond this a poll that comes too soon is refused without writing any more, seconds.
pub const SLOWEST: Seconds = 120;

#[derive(Queryable, Insertable)]
#[diesel(table_name = device_codes)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    id: String,
    client_id: String,
    device_digest: String,
    user_code: String,
    scope: String,
    resource: String,
    challenge: Option<String>,
    ip: String,
    user_agent: String,
    stage: String,
    user_id: Option<String>,
    session_id: Option<String>,
    grant_id: Option<String>,
    poll_seconds: i64,
    next_poll_at: i64,
    created_at: i64,
    expires_at: i64,
    forget_at: i64,
}

impl Row {
    fn into_device(self) -> TxResult<Device> {
        let odd = || StoreError::inconsistent(format!("device authorization {} fits no stage", self.id));
        let user = self.user_id.map(UserId::from_stored);
        let stage = match (self.stage.as_str(), user, self.session_id) {
            ("pending", ..) => Stage::Pending,
            ("approved", Some(user_id), Some(session)) => {
                Stage::Approved { user_id, session_id: SessionId::from_stored(session) }
            }
            ("denied", Some(user_id), _) => Stage::Denied { user_id },
            ("redeemed", Some(user_id), _) => Stage::Redeemed { user_id },
            ("burnt", ..) => Stage::Burnt,
            _ => return Err(odd().into()),
        };
        let code_challenge = match &self.challenge {
            Some(text) => Some(Challenge::parse(text).ok_or_else(odd)?),
            None => None,
        };
        Ok(Device {
            id: DeviceId::from_stored(self.id),
            client_id: ClientId::from_stored(self.client_id),
            scope: Scope::from_stored(&self.scope),
            resource: self.resource.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            code_challenge,
            ip: self.ip,
            user_agent: self.user_agent,
            stage,
            poll_seconds: self.poll_seconds,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

/// Stores a pending one; `false` when its user code is another one's, however unlikely.
///
/// # Errors
/// Store errors.
pub fn insert(
    conn: &mut Conn,
    device: &Device,
    code: &Digest<DeviceCode>,
    user_code: &str,
    forget_at: Seconds,
) -> TxResult<bool> {
    let row = Row {
        id: device.id.to_string(),
        client_id: device.client_id.to_string(),
        device_digest: code.as_str().to_owned(),
        user_code: user_code.to_owned(),
        scope: device.scope.to_string(),
        resource: device.resource.join(" "),
        challenge: device.code_challenge.as_ref().map(|challenge| challenge.as_str().to_owned()),
        ip: device.ip.clone(),
        user_agent: device.user_agent.clone(),
        stage: "pending".to_owned(),
        user_id: None,
        session_id: None,
        grant_id: None,
        poll_seconds: device.poll_seconds,
        // The first poll may come at once.
        next_poll_at: device.created_at,
        created_at: device.created_at,
        expires_at: device.expires_at,
        forget_at,
    };
    let stored = on_each!(conn, inner => diesel::insert_into(device_codes::table)
        .values(&row)
        .on_conflict(device_codes::user_code)
        .do_nothing()
        .execute(inner))?;
    Ok(stored == 1)
}

/// The one a device code names, if that is its code.
///
/// # Errors
/// Store errors.
pub fn find_by_code(conn: &mut Conn, code: &Plain<DeviceCode>) -> TxResult<Option<Device>> {
    let Some(id) = code.device() else { return Ok(None) };
    let row: Option<Row> =
        on_each!(conn, inner => device_codes::table.find(id.as_str()).get_result(inner).optional())?;
    let presented = code.digest();
    let is_its = |row: &Row| presented.matches(&Digest::from_stored(row.device_digest.as_str()));
    row.filter(is_its).map(Row::into_device).transpose()
}

/// The one with this user code (its MAC: `UserCode::lookup`).
///
/// # Errors
/// Store errors.
pub fn find_by_user_code(conn: &mut Conn, user_code: &str) -> TxResult<Option<Device>> {
    let row: Option<Row> =
        device_codes::table.filter(device_codes::user_code.eq(user_code)).first(conn).optional()?;
    row.map(Row::into_device).transpose()
}

/// Notes a poll that came in time; `false` when it came too soon, or is not pending any more.
///
/// # Errors
/// Store errors.
pub fn poll(conn: &mut Conn, id: &DeviceId, now: Seconds) -> TxResult<bool> {
    let due = device_codes::stage.eq("pending").and(device_codes::next_poll_at.le(now));
    let changed = diesel::update(device_codes::table.find(id.as_str()).filter(due))
        .set(device_codes::next_poll_at.eq(device_codes::poll_seconds + now))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Notes a poll that came too soon: from now on the device must wait longer. `false` when it waits as long
/// as can be, or it is not pending any more.
///
/// # Errors
/// Store errors.
pub fn slow_down(conn: &mut Conn, id: &DeviceId, now: Seconds) -> TxResult<bool> {
    let hasty = device_codes::stage
        .eq("pending")
        .and(device_codes::next_poll_at.gt(now))
        .and(device_codes::poll_seconds.lt(SLOWEST));
    let changed = diesel::update(device_codes::table.find(id.as_str()).filter(hasty))
        .set((
            device_codes::poll_seconds.eq(device_codes::poll_seconds + SLOWER),
            device_codes::next_poll_at.eq(device_codes::poll_seconds + (SLOWER + now)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Pending -> approved, for the first who says so (security row L5).
///
/// # Errors
/// Store errors.
pub fn approve(
    conn: &mut Conn,
    id: &DeviceId,
    user: &UserId,
    session: &SessionId,
    now: Seconds,
) -> TxResult<bool> {
    let open = device_codes::stage.eq("pending").and(device_codes::expires_at.gt(now));
    let changed = diesel::update(device_codes::table.find(id.as_str()).filter(open))
        .set((
            device_codes::stage.eq("approved"),
            device_codes::user_id.eq(Some(user.as_str())),
            device_codes::session_id.eq(Some(session.as_str())),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Pending -> denied, for the first who says so.
///
/// # Errors
/// Store errors.
pub fn deny(conn: &mut Conn, id: &DeviceId, user: &UserId, now: Seconds) -> TxResult<bool> {
    let open = device_codes::stage.eq("pending").and(device_codes::expires_at.gt(now));
    let changed = diesel::update(device_codes::table.find(id.as_str()).filter(open))
        .set((device_codes::stage.eq("denied"), device_codes::user_id.eq(Some(user.as_str()))))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Approved -> redeemed, for exactly one caller however many polls race.
///
/// # Errors
/// Store errors.
pub fn redeem(conn: &mut Conn, id: &DeviceId, grant: &GrantId, now: Seconds) -> TxResult<bool> {
    let live = device_codes::stage.eq("approved").and(device_codes::expires_at.gt(now));
    let changed = diesel::update(device_codes::table.find(id.as_str()).filter(live))
        .set((device_codes::stage.eq("redeemed"), device_codes::grant_id.eq(Some(grant.as_str()))))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Ends one that is not redeemed: the right client came with a wrong verifier (security row D6).
///
/// # Errors
/// Store errors.
pub fn burn(conn: &mut Conn, id: &DeviceId) -> TxResult<()> {
    let live = device_codes::stage.eq_any(["pending", "approved"]);
    diesel::update(device_codes::table.find(id.as_str()).filter(live))
        .set(device_codes::stage.eq("burnt"))
        .execute(conn)?;
    Ok(())
}

/// Approved and unredeemed. Written out, not bound: only so do the databases know that the index of
/// those rows will do.
fn approved() -> SqlLiteral<Bool> {
    sql("device_codes.stage = 'approved'")
}

macro_rules! burn_where {
    ($conn:expr, $which:expr) => {{
        let ids = device_codes::table.order(device_codes::id).select(device_codes::id);
        take_rows!($conn, ids.filter($which));
        diesel::update(device_codes::table.filter($which))
            .set(device_codes::stage.eq("burnt"))
            .execute($conn)?;
        Ok(())
    }};
}

/// Ends what a person approved for a client, or for all, and no device has redeemed.
///
/// # Errors
/// Store errors.
pub fn burn_of(conn: &mut Conn, user_id: &str, client_id: Option<&str>) -> TxResult<()> {
    let mine = || device_codes::user_id.eq(Some(user_id)).and(approved());
    if let Some(client) = client_id {
        burn_where!(conn, mine().and(device_codes::client_id.eq(client)))
    } else {
        burn_where!(conn, mine())
    }
}

/// Ends what was approved in some of a person's sessions and no device has redeemed.
///
/// # Errors
/// Store errors.
pub fn burn_of_sessions(conn: &mut Conn, user_id: &str, session_ids: &[&str]) -> TxResult<()> {
    let mine = || device_codes::user_id.eq(Some(user_id)).and(approved());
    burn_where!(conn, mine().and(device_codes::session_id.eq_any(session_ids)))
}

/// Ends what was approved for a client that is removed.
///
/// # Errors
/// Store errors.
pub fn burn_of_client(conn: &mut Conn, client_id: &str) -> TxResult<()> {
    burn_where!(conn, device_codes::client_id.eq(client_id).and(approved()))
}

/// Stores that the user code was entered in a browser.
///
/// # Errors
/// Store errors.
pub fn insert_visit(conn: &mut Conn, device: &DeviceId, visit: &Visit) -> TxResult<()> {
    diesel::insert_into(device_visits::table)
        .values((
            device_visits::id.eq(visit.id.as_str()),
            device_visits::device_id.eq(device.as_str()),
            device_visits::browser.eq(&visit.browser),
            device_visits::created_at.eq(visit.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// A visit with what it is about.
///
/// # Errors
/// Store errors.
pub fn find_visit(conn: &mut Conn, id: &VisitId) -> TxResult<Option<(Visit, Device)>> {
    let found: Option<(String, i64, Row)> = device_visits::table
        .find(id.as_str())
        .inner_join(device_codes::table)
        .select((device_visits::browser, device_visits::created_at, device_codes::all_columns))
        .first(conn)
        .optional()?;
    let Some((browser, created_at, row)) = found else { return Ok(None) };
    Ok(Some((Visit { id: id.clone(), browser, created_at }, row.into_device()?)))
}
