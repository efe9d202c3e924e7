//! Secrets of apps: two live at the most, and the older one ends (security row V6).

use super::fault::{AdminError, AdminResult, FieldProblem};
use super::{Desk, clients as apps};
use crate::base::clock::Seconds;
use crate::base::id::ulid;
use crate::base::secret::{ClientSecret, Plain};
use crate::domain::client::{Client, SecretHash, StoredSecret};
use crate::store::{Conn, clients};

/// How long the old secret stays when a new one is added and nothing else is said, seconds (7 days).
pub const OVERLAP: Seconds = 7 * 86_400;

/// A secret somebody chose: argon2id, PHC text, hashed before the transaction.
pub struct NewSecret {
    /// The hash.
    pub phc: String,
}

/// An app with the secret that was added.
pub struct Added {
    /// The app.
    pub client: Client,
    /// The secret made, to be shown once; `None` when it was chosen.
    pub secret: Option<Plain<ClientSecret>>,
    /// Names the new one.
    pub id: String,
    /// When the old one ends, if there is one.
    pub old_ends_at: Option<Seconds>,
}

/// Adds a secret; the one before it ends after `overlap` seconds, or sooner if it already would.
///
/// # Errors
/// No such app, a public one, two live secrets already, store errors.
pub fn add(
    conn: &mut Conn,
    desk: &Desk,
    client_id: &str,
    chosen: Option<NewSecret>,
    overlap: Seconds,
) -> AdminResult<Added> {
    let old = apps::find(conn, client_id)?;
    if old.is_public() {
        return Err(AdminError::Invalid(vec![public_has_none()]));
    }
    let now = desk.now();
    let ends_at = now.saturating_add(overlap.max(0));
    if overlap > 0 && live(&old.secrets, now).count() >= 2 {
        let fix = "Remove one with `latchkey client secret rm`, or end both with `--keep-old 0`.";
        return Err(AdminError::conflict("client_secret", "", "has two live values already", fix));
    }
    claim(conn, desk, &old)?;
    let mut old_ends_at = None;
    for secret in live(&old.secrets, now) {
        let end = secret.expires_at.map_or(ends_at, |end| end.min(ends_at));
        clients::expire_secret(conn, &secret.id, end, now)?;
        old_ends_at = old_ends_at.max(Some(end));
    }
    let (stored, secret) = make(desk, chosen);
    clients::add_secret(conn, client_id, &stored, now)?;
    let client = apps::find(conn, client_id)?;
    apps::record(conn, desk, "client.secret_added", (Some(&old), Some(&client)))?;
    Ok(Added { client, secret, id: stored.id, old_ends_at })
}

/// Removes a secret at once. The last live one stays: without it the app could do nothing.
///
/// # Errors
/// No such app or secret, the last live secret, store errors.
pub fn remove(conn: &mut Conn, desk: &Desk, client_id: &str, secret_id: &str) -> AdminResult<Client> {
    let old = apps::find(conn, client_id)?;
    if !old.secrets.iter().any(|secret| secret.id == secret_id) {
        return Err(AdminError::not_found("secret", secret_id));
    }
    let others = live(&old.secrets, desk.now()).filter(|secret| secret.id != secret_id).count();
    if others == 0 && !old.is_public() {
        let fix = "Add another first (`latchkey client secret add ID --keep-old 0` replaces it at once).";
        return Err(AdminError::conflict("client_secret", secret_id, "is the last one that works", fix));
    }
    claim(conn, desk, &old)?;
    clients::remove_secret(conn, secret_id, desk.now())?;
    let client = apps::find(conn, client_id)?;
    apps::record(conn, desk, "client.secret_removed", (Some(&old), Some(&client)))?;
    Ok(client)
}

/// Of two who change the secrets of an app at once, one is told to look again.
fn claim(conn: &mut Conn, desk: &Desk, client: &Client) -> AdminResult<()> {
    if clients::update(conn, client, desk.now())? {
        return Ok(());
    }
    Err(AdminError::changed_meanwhile("client_id", client.id.as_str()))
}

/// Secrets that have not ended at `now`.
pub fn live(secrets: &[StoredSecret], now: Seconds) -> impl Iterator<Item = &StoredSecret> {
    secrets.iter().filter(move |secret| secret.is_live(now))
}

/// What is stored and, for a random one, what is shown once.
pub(super) fn make(desk: &Desk, chosen: Option<NewSecret>) -> (StoredSecret, Option<Plain<ClientSecret>>) {
    let (hash, value, plain) = if let Some(chosen) = chosen {
        (SecretHash::Argon2id, chosen.phc, None)
    } else {
        let plain = Plain::<ClientSecret>::generate(&desk.rng);
        (SecretHash::Digest, plain.digest().as_str().to_owned(), Some(plain))
    };
    let id = ulid(&desk.clock, &desk.rng);
    (StoredSecret { id, hash, value, created_at: desk.now(), expires_at: None }, plain)
}

pub(super) fn public_has_none() -> FieldProblem {
    let fix = "Leave the secret out, or let the app authenticate with client_secret_basic.";
    FieldProblem::new("client_secret", "", "cannot be given to a public app: it could not keep it", fix)
}
