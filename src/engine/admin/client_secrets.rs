//! Secrets of apps: two live at the most, and the older one ends (security row V6).

use super::fault::{AdminError, AdminResult, FieldProblem};
use super::{Desk, clients as apps};
use crate::base::clock::Seconds;
use crate::base::id::ulid;
use crate::base::secret::{ClientSecret, Plain};
use crate::domain::client::{Client, SecretHash, StoredSecret};
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::refusal::Check;
use crate::store::{Conn, Fault, clients};

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
    if let Some(problem) = unfit(&old, chosen.is_some()) {
        return Err(AdminError::Invalid(vec![problem]));
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
    let (stored, secret) = make(desk, &old, chosen)?;
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
    if others == 0 && old.metadata.token_endpoint_auth_method.has_secret() {
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
pub(super) fn make(
    desk: &Desk,
    client: &Client,
    chosen: Option<NewSecret>,
) -> AdminResult<(StoredSecret, Option<Plain<ClientSecret>>)> {
    let id = ulid(&desk.clock, &desk.rng);
    let (hash, value, plain) = if let Some(chosen) = chosen {
        (SecretHash::Argon2id, chosen.phc, None)
    } else {
        let plain = Plain::<ClientSecret>::generate(&desk.rng);
        let (hash, value) = if is_sealed(client) {
            (SecretHash::Sealed, seal(desk, &id, plain.reveal())?)
        } else {
            (SecretHash::Digest, plain.digest().as_str().to_owned())
        };
        (hash, value, Some(plain))
    };
    Ok((StoredSecret { id, hash, value, created_at: desk.now(), expires_at: None }, plain))
}

/// Brings the secrets of a client that was changed into the form its method needs; the secret that was
/// made for it, if it needs one and has none that can be used. From a digest nothing can be had back, so
/// a client that will sign with its secret gets a new one; the other way round the secret stays.
pub(super) fn fit(
    conn: &mut Conn,
    desk: &Desk,
    client: &mut Client,
) -> AdminResult<Option<Plain<ClientSecret>>> {
    let has_secret = client.metadata.token_endpoint_auth_method.has_secret();
    let mut kept = Vec::new();
    for mut secret in std::mem::take(&mut client.secrets) {
        if !has_secret || (is_sealed(client) && secret.hash != SecretHash::Sealed) {
            clients::remove_secret(conn, &secret.id, desk.now())?;
            continue;
        }
        if !is_sealed(client) && secret.hash == SecretHash::Sealed {
            let Some(plain) = desk.sealer.open(&secret) else {
                clients::remove_secret(conn, &secret.id, desk.now())?;
                continue;
            };
            let digest = Plain::<ClientSecret>::presented(plain.reveal()).digest();
            (secret.hash, secret.value) = (SecretHash::Digest, digest.as_str().to_owned());
            clients::rekeep_secret(conn, &secret, desk.now())?;
        }
        kept.push(secret);
    }
    client.secrets = kept;
    if !has_secret || live(&client.secrets, desk.now()).next().is_some() {
        return Ok(None);
    }
    let (stored, plain) = make(desk, client, None)?;
    clients::add_secret(conn, client.id.as_str(), &stored, desk.now())?;
    client.secrets.insert(0, stored);
    Ok(plain)
}

/// Whether its secrets must be known again: it signs with them (RFC 7523 §2.2).
fn is_sealed(client: &Client) -> bool {
    client.metadata.token_endpoint_auth_method == AuthMethod::ClientSecretJwt
}

fn seal(desk: &Desk, id: &str, secret: &str) -> AdminResult<String> {
    let sealed = desk.sealer.seal(&desk.rng, id, secret);
    Ok(sealed.ok_or_else(|| Fault::from(Check::Unexpected))?)
}

/// Why the client cannot have a secret, or not one that somebody chose.
pub(super) fn unfit(client: &Client, is_chosen: bool) -> Option<FieldProblem> {
    let of = |problem: &str, fix: &str| Some(FieldProblem::new("client_secret", "", problem, fix));
    match client.metadata.token_endpoint_auth_method {
        AuthMethod::None => of(
            "cannot be given to a public app: it could not keep it",
            "Leave the secret out, or let the app authenticate with client_secret_basic.",
        ),
        AuthMethod::PrivateKeyJwt => of(
            "is of no use to an app that authenticates with its own key",
            "Leave the secret out, or let the app authenticate with client_secret_basic.",
        ),
        // RFC 7518 §3.2: as many random bits as the hash; anyone with an assertion can guess at fewer.
        AuthMethod::ClientSecretJwt if is_chosen => of(
            "cannot be chosen for client_secret_jwt: 256 random bits are needed",
            "Leave it out to get a random one.",
        ),
        _ => None,
    }
}
