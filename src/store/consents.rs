//! What each person agreed to for each client: remembered per scope, until taken back.

use super::conn::{AnyConn, Conn, on_each};
use super::fault::TxResult;
use super::schema::consents;
use crate::base::clock::Seconds;
use crate::protocol::scope::Scope;
use diesel::prelude::*;
use diesel::upsert::excluded;

/// A remembered consent.
#[derive(Clone, Debug)]
pub struct Consent {
    /// For which client.
    pub client_id: String,
    /// To which scopes.
    pub scope: Scope,
    /// To which resources.
    pub resource: Vec<String>,
    /// To which claims beyond those of the scopes (OIDC Core §5.5).
    pub claims: Vec<String>,
    /// Since when.
    pub created_at: Seconds,
}

type Columns = (String, String, String, i64, Option<String>);

fn from_columns((client_id, scope, resource, created_at, claims): Columns) -> Consent {
    Consent {
        client_id,
        scope: Scope::from_stored(&scope),
        resource: words(&resource),
        claims: claims.as_deref().map(words).unwrap_or_default(),
        created_at,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What the person agreed to for this client.
///
/// # Errors
/// Store errors.
pub fn find(conn: &mut Conn, user_id: &str, client_id: &str) -> TxResult<Option<Consent>> {
    let row: Option<Columns> = consents::table
        .find((user_id, client_id))
        .select((
            consents::client_id,
            consents::scope,
            consents::resource,
            consents::created_at,
            consents::claims,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(from_columns))
}

/// All consents of a person.
///
/// # Errors
/// Store errors.
pub fn of_user(conn: &mut Conn, user_id: &str) -> TxResult<Vec<Consent>> {
    let rows: Vec<Columns> = consents::table
        .filter(consents::user_id.eq(user_id))
        .select((
            consents::client_id,
            consents::scope,
            consents::resource,
            consents::created_at,
            consents::claims,
        ))
        .order(consents::created_at.desc())
        .limit(500)
        .load(conn)?;
    Ok(rows.into_iter().map(from_columns).collect())
}

/// Remembers a consent, replacing what was remembered before.
///
/// # Errors
/// Store errors.
pub fn set(conn: &mut Conn, user_id: &str, consent: &Consent, now: Seconds) -> TxResult<()> {
    let row = (
        consents::user_id.eq(user_id),
        consents::client_id.eq(&consent.client_id),
        consents::scope.eq(consent.scope.to_string()),
        consents::resource.eq(consent.resource.join(" ")),
        consents::created_at.eq(consent.created_at),
        consents::updated_at.eq(now),
        consents::claims.eq((!consent.claims.is_empty()).then(|| consent.claims.join(" "))),
    );
    on_each!(conn, inner => diesel::insert_into(consents::table)
        .values(row)
        .on_conflict((consents::user_id, consents::client_id))
        .do_update()
        .set((
            consents::scope.eq(excluded(consents::scope)),
            consents::resource.eq(excluded(consents::resource)),
            consents::updated_at.eq(excluded(consents::updated_at)),
            consents::claims.eq(excluded(consents::claims)),
        ))
        .execute(inner))?;
    Ok(())
}

/// Adds to what is remembered, or begins with it; what is remembered then. The row is taken before it
/// is read, so that of two tabs none forgets the other's, and what was withdrawn is not written again.
///
/// # Errors
/// Store errors.
pub fn add(
    conn: &mut Conn,
    (user_id, client_id): (&str, &str),
    (scope, resource, claims): (&Scope, &[String], &[&str]),
    now: Seconds,
) -> TxResult<Consent> {
    let nothing = Consent {
        client_id: client_id.to_owned(),
        scope: Scope::default(),
        resource: Vec::new(),
        claims: Vec::new(),
        created_at: now,
    };
    let taken = (
        consents::user_id.eq(user_id),
        consents::client_id.eq(client_id),
        consents::scope.eq(""),
        consents::resource.eq(""),
        consents::created_at.eq(now),
        consents::updated_at.eq(now),
    );
    on_each!(conn, inner => diesel::insert_into(consents::table)
        .values(taken)
        .on_conflict((consents::user_id, consents::client_id))
        .do_update()
        .set(consents::updated_at.eq(excluded(consents::updated_at)))
        .execute(inner))?;
    let mut consent = find(conn, user_id, client_id)?.unwrap_or(nothing);
    consent.scope = consent.scope.or(scope);
    for name in resource {
        if !consent.resource.contains(name) {
            consent.resource.push(name.clone());
        }
    }
    for name in claims {
        if !consent.claims.iter().any(|known| known == name) {
            consent.claims.push((*name).to_owned());
        }
    }
    set(conn, user_id, &consent, now)?;
    Ok(consent)
}

/// Takes a consent back; `true` when there was one.
///
/// # Errors
/// Store errors.
pub fn remove(conn: &mut Conn, user_id: &str, client_id: &str) -> TxResult<bool> {
    Ok(diesel::delete(consents::table.find((user_id, client_id))).execute(conn)? == 1)
}

/// Whoever would take this consent back, or add to it, waits until COMMIT. Not shared with others: those
/// who then add to it would wait for each other.
///
/// # Errors
/// Store errors.
pub fn hold(conn: &mut Conn, user_id: &str, client_id: &str) -> TxResult<()> {
    if let AnyConn::Postgres(inner) = conn {
        let this = consents::table.find((user_id, client_id)).select(consents::client_id);
        let _held: Vec<String> = this.for_no_key_update().load(inner)?;
    }
    Ok(())
}

/// Forgets all consents given to a client (its redirect host or name changed: security row B4).
///
/// # Errors
/// Store errors.
pub fn forget_client(conn: &mut Conn, client_id: &str) -> TxResult<()> {
    diesel::delete(consents::table.filter(consents::client_id.eq(client_id))).execute(conn)?;
    Ok(())
}
