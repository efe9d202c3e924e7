//! Stored authorizations and their codes. A code is consumed by one guarded statement.

use super::conn::{Conn, on_each, take_rows};
use super::devices;
use super::fault::{StoreError, TxResult};
use super::fixed::Fixed;
use super::schema::authorizations;
use crate::base::clock::Seconds;
use crate::base::id::{AuthorizationId, GrantId, SessionId, UserId};
use crate::base::secret::{Code, Digest, Plain};
use crate::domain::authorization::{Approval, Authorization, Stage};
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::scope::Scope;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

#[derive(Queryable, Insertable)]
#[diesel(table_name = authorizations)]
#[diesel(treat_none_as_default_value = false)]
struct Row {
    id: String,
    browser: String,
    client_id: String,
    request: String,
    stage: String,
    session_id: Option<String>,
    user_id: Option<String>,
    scope: Option<String>,
    code_digest: Option<String>,
    code_expires_at: Option<i64>,
    redeemed_at: Option<i64>,
    grant_id: Option<String>,
    created_at: i64,
    expires_at: i64,
}

impl Row {
    fn into_authorization(self) -> TxResult<Authorization> {
        let odd = || StoreError::inconsistent(format!("authorization {} fits no stage", self.id));
        let request = AuthorizationRequest::from_stored(&self.request).ok_or_else(odd)?;
        let stage =
            match (self.stage.as_str(), self.user_id, self.session_id, self.scope, self.code_expires_at) {
                ("pending", user, session, _, _) => Stage::Pending {
                    answered_by: session.map(SessionId::from_stored),
                    expected: user.map(UserId::from_stored),
                },
                ("granted", Some(user), Some(session), Some(scope), Some(end)) => Stage::Granted(Approval {
                    user_id: UserId::from_stored(user),
                    session_id: SessionId::from_stored(session),
                    scope: Scope::from_stored(&scope),
                    code_expires_at: end,
                }),
                ("redeemed", _, session, _, _) => {
                    let grant = self
                        .grant_id
                        .ok_or_else(|| StoreError::inconsistent("a redeemed code without grant"))?;
                    Stage::Redeemed {
                        grant_id: GrantId::from_stored(grant),
                        session_id: session.map(SessionId::from_stored),
                    }
                }
                ("burnt", ..) => Stage::Burnt,
                ("denied", ..) => Stage::Denied,
                _ => {
                    return Err(
                        StoreError::inconsistent(format!("authorization {} fits no stage", self.id)).into()
                    );
                }
            };
        Ok(Authorization {
            id: AuthorizationId::from_stored(self.id),
            browser: self.browser,
            request,
            stage,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

/// Stores a pending authorization.
///
/// # Errors
/// Store errors.
pub fn insert_pending(conn: &mut Conn, authorization: &Authorization) -> TxResult<()> {
    insert(conn, authorization, None)
}

/// Stores one that is granted at once, with its code.
///
/// # Errors
/// Store errors.
pub fn insert_granted(conn: &mut Conn, authorization: &Authorization, code: &Digest<Code>) -> TxResult<()> {
    insert(conn, authorization, Some(code))
}

fn insert(conn: &mut Conn, authorization: &Authorization, code: Option<&Digest<Code>>) -> TxResult<()> {
    let approval = match &authorization.stage {
        Stage::Granted(approval) => Some(approval),
        _ => None,
    };
    let expected = match &authorization.stage {
        Stage::Pending { expected, .. } => expected.as_ref(),
        _ => None,
    };
    let row = Row {
        id: authorization.id.to_string(),
        browser: authorization.browser.clone(),
        client_id: authorization.request.client_id.to_string(),
        request: authorization.request.to_stored(),
        stage: if approval.is_some() { "granted" } else { "pending" }.to_owned(),
        session_id: approval.map(|a| a.session_id.to_string()),
        user_id: approval.map(|a| &a.user_id).or(expected).map(ToString::to_string),
        scope: approval.map(|a| a.scope.to_string()),
        code_digest: code.map(|digest| digest.as_str().to_owned()),
        code_expires_at: approval.map(|a| a.code_expires_at),
        redeemed_at: None,
        grant_id: None,
        created_at: authorization.created_at,
        expires_at: authorization.expires_at,
    };
    on_each!(conn, inner => diesel::insert_into(authorizations::table).values(&row).execute(inner))?;
    Ok(())
}

/// An authorization by id.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, id: &str) -> TxResult<Option<Authorization>> {
    let row: Option<Row> = authorizations::table.find(id).first(conn).optional()?;
    row.map(Row::into_authorization).transpose()
}

/// An authorization by its code: the one it names, if that is its code.
///
/// # Errors
/// Store errors.
pub fn find_by_code(conn: &mut Conn, code: &Plain<Code>) -> TxResult<Option<Authorization>> {
    let Some(id) = code.authorization() else { return Ok(None) };
    let row: Option<Row> =
        on_each!(conn, inner => authorizations::table.find(id.as_str()).get_result(inner).optional())?;
    let presented = code.digest();
    let is_its = |digest: &String| presented.matches(&Digest::from_stored(digest.as_str()));
    row.filter(|row| row.code_digest.as_ref().is_some_and(is_its)).map(Row::into_authorization).transpose()
}

/// Notes which session signed in for this request; `false` when it is not pending any more.
///
/// # Errors
/// Store errors.
pub fn answer_login(conn: &mut Conn, id: &str, session: &SessionId) -> TxResult<bool> {
    let changed = diesel::update(authorizations::table.find(id).filter(authorizations::stage.eq("pending")))
        .set(authorizations::session_id.eq(Some(session.as_str())))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Notes that the person at the browser is the one the request goes on with.
///
/// # Errors
/// Store errors.
pub fn expect_user(conn: &mut Conn, id: &str, user: &UserId) -> TxResult<bool> {
    let changed = diesel::update(authorizations::table.find(id).filter(authorizations::stage.eq("pending")))
        .set(authorizations::user_id.eq(Some(user.as_str())))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Pending -> granted, with its one code; `false` when it is not pending any more (one
/// authorization yields at most one code: security row A14).
///
/// # Errors
/// Store errors.
pub fn advance_granted(
    conn: &mut Conn,
    id: &str,
    approval: &Approval,
    code: &Digest<Code>,
    keep_until: Seconds,
) -> TxResult<bool> {
    let changed = diesel::update(authorizations::table.find(id).filter(authorizations::stage.eq("pending")))
        .set((
            authorizations::stage.eq("granted"),
            authorizations::session_id.eq(Some(approval.session_id.as_str())),
            authorizations::user_id.eq(Some(approval.user_id.as_str())),
            authorizations::scope.eq(Some(approval.scope.to_string())),
            authorizations::code_digest.eq(Some(code.as_str())),
            authorizations::code_expires_at.eq(Some(approval.code_expires_at)),
            authorizations::expires_at.eq(keep_until),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Pending -> redeemed, where no code is given but tokens of the grant at once; `false` when it is not
/// pending any more.
///
/// # Errors
/// Store errors.
pub fn advance_done(conn: &mut Conn, id: &str, grant: &GrantId, now: Seconds) -> TxResult<bool> {
    let changed = diesel::update(authorizations::table.find(id).filter(authorizations::stage.eq("pending")))
        .set((
            authorizations::stage.eq("redeemed"),
            authorizations::grant_id.eq(Some(grant.as_str())),
            authorizations::redeemed_at.eq(Some(now)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Pending -> denied; `false` when it is not pending any more.
///
/// # Errors
/// Store errors.
pub fn advance_denied(conn: &mut Conn, id: &str) -> TxResult<bool> {
    let changed = diesel::update(authorizations::table.find(id).filter(authorizations::stage.eq("pending")))
        .set(authorizations::stage.eq("denied"))
        .execute(conn)?;
    Ok(changed == 1)
}

/// The statement of [`consume_code`].
enum Consume {}

/// Granted -> redeemed, for exactly one caller however many race (RFC 6749 §4.1.2: a code "MUST NOT
/// be used more than once"). The row stays as evidence until `keep_until`.
///
/// # Errors
/// Store errors.
pub fn consume_code(
    conn: &mut Conn,
    id: &str,
    grant: &GrantId,
    now: Seconds,
    keep_until: Seconds,
) -> TxResult<bool> {
    let redeemed = (
        authorizations::stage.eq("redeemed"),
        authorizations::grant_id.eq(Some(grant.as_str())),
        authorizations::redeemed_at.eq(Some(now)),
        authorizations::expires_at.eq(keep_until),
    );
    let live = authorizations::table.find(id).filter(authorizations::stage.eq("granted"));
    let update = Fixed::<Consume, _>::new(diesel::update(live).set(redeemed));
    let changed = on_each!(conn, inner => update.execute(inner))?;
    Ok(changed == 1)
}

/// Granted -> burnt: the right client came with a wrong verifier (security row D6).
///
/// # Errors
/// Store errors.
pub fn burn_code(conn: &mut Conn, id: &str, now: Seconds) -> TxResult<()> {
    diesel::update(authorizations::table.find(id).filter(authorizations::stage.eq("granted")))
        .set((authorizations::stage.eq("burnt"), authorizations::redeemed_at.eq(Some(now))))
        .execute(conn)?;
    Ok(())
}

/// With an unredeemed code. Written out, not bound: only so do the databases know that the index of
/// those rows will do, and a person's many redeemed codes are not gone through.
fn granted() -> SqlLiteral<Bool> {
    sql("authorizations.stage = 'granted'")
}

/// Ends all unredeemed codes of a person for a client (consent taken back, person disabled), those of
/// devices too.
///
/// # Errors
/// Store errors.
pub fn burn_codes_of(conn: &mut Conn, user_id: &str, client_id: Option<&str>) -> TxResult<()> {
    let mine = || authorizations::user_id.eq(Some(user_id)).and(granted());
    let ids = authorizations::table.order(authorizations::id).select(authorizations::id);
    if let Some(client) = client_id {
        let theirs = || mine().and(authorizations::client_id.eq(client));
        take_rows!(conn, ids.filter(theirs()));
        let theirs = diesel::update(authorizations::table.filter(theirs()));
        theirs.set(authorizations::stage.eq("burnt")).execute(conn)?;
    } else {
        take_rows!(conn, ids.filter(mine()));
        let mine = diesel::update(authorizations::table.filter(mine()));
        mine.set(authorizations::stage.eq("burnt")).execute(conn)?;
    }
    devices::burn_of(conn, user_id, client_id)
}

/// Ends all unredeemed codes of a client that is removed, those of devices too.
///
/// # Errors
/// Store errors.
pub fn burn_codes_of_client(conn: &mut Conn, client_id: &str) -> TxResult<()> {
    let theirs = || authorizations::client_id.eq(client_id).and(granted());
    let ids = authorizations::table.order(authorizations::id).select(authorizations::id);
    take_rows!(conn, ids.filter(theirs()));
    diesel::update(authorizations::table.filter(theirs()))
        .set(authorizations::stage.eq("burnt"))
        .execute(conn)?;
    devices::burn_of_client(conn, client_id)
}

/// Ends the unredeemed codes of some of a person's sessions, those of devices too.
///
/// # Errors
/// Store errors.
pub fn burn_codes_of_sessions(conn: &mut Conn, user_id: &str, session_ids: &[&str]) -> TxResult<()> {
    let of_person = || authorizations::user_id.eq(Some(user_id)).and(granted());
    let mine = || of_person().and(authorizations::session_id.eq_any(session_ids));
    let ids = authorizations::table.order(authorizations::id).select(authorizations::id);
    take_rows!(conn, ids.filter(mine()));
    diesel::update(authorizations::table.filter(mine()))
        .set(authorizations::stage.eq("burnt"))
        .execute(conn)?;
    devices::burn_of_sessions(conn, user_id, session_ids)
}
