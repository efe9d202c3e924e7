//! Apps that register themselves (OIDC Registration 1.0, RFC 7591), and read, replace and remove their
//! registration (RFC 7592). Creation and update read the same document with the same checks, fetch what
//! it refers to outside of any transaction, and then do everything in one.

mod answer;
mod policy;
mod sector;
mod unmet;

pub use answer::PATH;
pub use policy::{Mode, RegistrationPolicy, is_own};

use super::admin::registrations::{self, Admission, NewRegistration, Proof, Replacement};
use super::admin::{self, Actor, AdminError, AdminResult, Desk, FieldProblem};
use super::context::{Ctx, Engine};
use crate::base::secret::{InitialToken, Plain, RegistrationToken, Secret};
use crate::domain::client::{Client, SecretHash, Withheld};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::registrations::Registration;
use crate::store::{Conn, Fault, initial_tokens};
use policy::Asked;
use serde_json::Value;

/// The most problems that one answer tells.
const MOST_TOLD: usize = 5;

/// Registers an app: the answer to tell once. `token` is what the request bears.
///
/// # Errors
/// That nobody may, or this one may not; every member that is not as it must be; the store.
pub async fn register(
    engine: &Engine,
    ctx: &Ctx,
    token: Option<&Secret>,
    document: &str,
) -> Result<Value, Refusal> {
    let policy = &engine.policy.registration;
    let (admission, actor, holds) = admit(engine, ctx, token).await?;
    let asked = policy::asked(document, policy, (None, &Withheld::default()))
        .map_err(|problems| invalid(&problems))?;
    if let (Some(token), Some(_)) = (&holds, &asked.metadata.sector_identifier_uri) {
        // What fails costs no use of the token, and is a fetch all the same.
        let limits = (policy.open.per_network, policy.open.total);
        engine.limits.registrant((token, None), limits, engine.clock.now_ms()).await?;
    }
    sector::check(&engine.outbound, &asked.metadata).await.map_err(|problem| invalid(&[problem]))?;
    let token = Plain::<RegistrationToken>::generate(&engine.rng);
    let new = NewRegistration {
        metadata: asked.metadata,
        admission,
        digest: token.digest(),
        secret: policy.secret,
        trusted: policy.trusted,
    };
    let saved = change(engine, ctx, actor, move |conn, desk| registrations::create(conn, desk, new)).await?;
    ctx.trace.client(saved.client.id.as_str());
    let secret = saved.secret.as_ref().map(|secret| Secret::new(secret.reveal()));
    let secret = secret.as_ref().map(|secret| (secret, end_of(&saved.client, secret)));
    Ok(answer::body(engine, &saved.client, secret, &token))
}

/// What is registered of the app that the token is for.
///
/// # Errors
/// [`Check::RegistrationTokenInvalid`], the store.
pub async fn read(engine: &Engine, ctx: &Ctx, id: &str, token: &Secret) -> Result<Value, Refusal> {
    let (_, client) = authenticated(engine, ctx, id, token).await?;
    Ok(answer::body(engine, &client, None, &Plain::presented(token.reveal())))
}

/// Replaces what is registered by the whole of `document` (RFC 7592 §2.2).
///
/// # Errors
/// [`Check::RegistrationTokenInvalid`], every member that is not as it must be, the store.
pub async fn replace(
    engine: &Engine,
    ctx: &Ctx,
    (id, token): (&str, &Secret),
    document: &str,
) -> Result<Value, Refusal> {
    let policy = &engine.policy.registration;
    let (registration, current) = authenticated(engine, ctx, id, token).await?;
    // Every change has all nodes read the apps again; nobody must have them do so all the time.
    match &registration.initial_token {
        None => engine.registered.admit(ctx.ip, policy.open, || engine.now())?,
        Some(token) => {
            let limits = (policy.open.per_network, policy.open.total);
            engine.limits.registrant((token, Some(id)), limits, engine.clock.now_ms()).await?;
        }
    }
    let withheld = Withheld::from_stored(registration.withheld.as_deref());
    let asked = policy::asked(document, policy, (Some(&current), &withheld));
    let asked = asked.map_err(|problems| invalid(&problems))?;
    same_credentials(engine, &current, &asked).await?;
    sector::check(&engine.outbound, &asked.metadata).await.map_err(|problem| invalid(&[problem]))?;
    let replacement = Replacement {
        proof: proof(id, token),
        metadata: asked.metadata,
        revision: current.revision,
        secret: policy.secret,
    };
    let actor = Actor::Registrant(id.to_owned());
    let work = move |conn: &mut Conn, desk: &Desk| registrations::replace(conn, desk, replacement);
    let saved = change(engine, ctx, actor, work).await?;
    let made = saved.secret.as_ref().map(|secret| Secret::new(secret.reveal()));
    // A secret that was sent and is right is told again; nobody else could tell it.
    let kept = asked.client_secret.filter(|_| !saved.client.secrets.is_empty());
    let secret = made.or(kept);
    let secret = secret.as_ref().map(|secret| (secret, end_of(&saved.client, secret)));
    Ok(answer::body(engine, &saved.client, secret, &Plain::presented(token.reveal())))
}

/// Removes the app with all that it was given (RFC 7592 §2.3).
///
/// # Errors
/// [`Check::RegistrationTokenInvalid`], the store.
pub async fn remove(engine: &Engine, ctx: &Ctx, id: &str, token: &Secret) -> Result<(), Refusal> {
    let (proof, actor) = (proof(id, token), Actor::Registrant(id.to_owned()));
    ctx.trace.client(id);
    change(engine, ctx, actor, move |conn, desk| registrations::remove(conn, desk, &proof)).await
}

/// Removes apps that strangers registered and nobody used, some at a time; how many went.
///
/// # Errors
/// The store.
pub async fn remove_unused(engine: &Engine) -> Result<usize, Fault> {
    let Some(unused) = engine.policy.registration.unused else { return Ok(0) };
    let before = engine.now().saturating_sub(unused);
    let desk = Desk::of(engine, Actor::System);
    let work = move |conn: &mut Conn| registrations::remove_unused(conn, &desk, before);
    let gone = admin::apply(&engine.db, admin::Mode::Apply, work).await;
    gone.map_err(Fault::from)
}

/// Who may register an app now (security row I1), and the id of the initial access token that they hold.
async fn admit(
    engine: &Engine,
    ctx: &Ctx,
    token: Option<&Secret>,
) -> Result<(Admission, Actor, Option<String>), Refusal> {
    let policy = &engine.policy.registration;
    let Some(token) = token else {
        return match policy.mode {
            Mode::Off => Err(Check::RegistrationOff.into()),
            Mode::Token => Err(Check::RegistrationTokenMissing.into()),
            Mode::Open => {
                engine.registered.admit(ctx.ip, policy.open, || engine.now())?;
                let actor = Actor::Registrant("anybody".to_owned());
                Ok((Admission::Open { most: policy.most_open }, actor, None))
            }
        };
    };
    let digest = Plain::<InitialToken>::presented(token.reveal()).digest();
    let looked_up = digest.clone();
    let found = engine.db.read(move |conn| initial_tokens::find(conn, &looked_up)).await;
    let found = found.map_err(Fault::into_refusal)?.filter(|found| found.is_live(engine.now()));
    let found = found.ok_or(Check::InitialTokenInvalid)?;
    let actor = Actor::Registrant(format!("initial token {}", found.id));
    Ok((Admission::Token(digest), actor, Some(found.id)))
}

fn proof(id: &str, token: &Secret) -> Proof {
    Proof { client_id: id.to_owned(), digest: Plain::<RegistrationToken>::presented(token.reveal()).digest() }
}

/// The app, by its own token (security row I4). Read from the store: who was switched off a moment ago
/// is off.
async fn authenticated(
    engine: &Engine,
    ctx: &Ctx,
    id: &str,
    token: &Secret,
) -> Result<(Registration, Client), Refusal> {
    let proof = proof(id, token);
    let found = engine.db.read(move |conn| Ok(registrations::authenticate(conn, &proof))).await;
    let found = found.map_err(Fault::into_refusal)?.map_err(refused)?;
    ctx.trace.client(id);
    Ok(found)
}

/// RFC 7592 §2.2: the `client_id` must be there and the app's own; a `client_secret` "MUST match the
/// currently issued client secret".
async fn same_credentials(engine: &Engine, current: &Client, asked: &Asked) -> Result<(), Refusal> {
    if asked.client_id.as_deref() != Some(current.id.as_str()) {
        let (received, problem) =
            (asked.client_id.as_deref().unwrap_or_default(), "must be there, and be the id of this app");
        let fix = "Send the client_id that the registration was answered with.";
        return Err(invalid(&[FieldProblem::new("client_id", received, problem, fix)]));
    }
    let now = engine.now();
    let Some(secret) = &asked.client_secret else { return Ok(()) };
    if !current.secrets.iter().any(|stored| stored.is_live(now)) {
        return Ok(());
    }
    // One that must be known again is kept in another way than by a digest.
    if engine.keys.sealer().knows(&current.secrets, secret, now) {
        return Ok(());
    }
    let id = current.id.as_str();
    if engine.passwords.verify_client_secret(id, &current.secrets, secret, now).await? {
        return Ok(());
    }
    let fix = "Leave it out, or send the one that was issued; it cannot be chosen.";
    Err(invalid(&[FieldProblem::new("client_secret", "", "is not the secret of this app", fix)]))
}

/// When a secret of the app ends.
fn end_of(client: &Client, secret: &Secret) -> Option<i64> {
    let digest = crate::base::secret::sha256_b64(secret.reveal().as_bytes());
    let same = |stored: &&crate::domain::client::StoredSecret| {
        stored.hash == SecretHash::Digest && stored.value == digest
    };
    let stored = client.secrets.iter().find(same).or_else(|| client.secrets.first());
    stored.and_then(|stored| stored.expires_at)
}

/// Runs a use case of the admins' desk for a registrant, and lets this node know the app at once: it may
/// be used with the next request.
async fn change<T, F>(engine: &Engine, ctx: &Ctx, actor: Actor, work: F) -> Result<T, Refusal>
where
    T: Send + 'static,
    F: FnOnce(&mut Conn, &Desk) -> AdminResult<T> + Send + 'static,
{
    let desk = Desk::of_request(engine, ctx, actor);
    let done = admin::apply(&engine.db, admin::Mode::Apply, move |conn| work(conn, &desk)).await;
    let done = done.map_err(refused)?;
    let clients = engine.clients.clone();
    if let Err(fault) = engine.db.read(move |conn| clients.refresh(conn)).await {
        // It is done all the same; the job that follows changes reads it soon.
        tracing::warn!(?fault, "a change of registered apps is not known here yet");
    }
    Ok(done)
}

fn refused(error: AdminError) -> Refusal {
    match error {
        AdminError::Invalid(problems) => invalid(&problems),
        AdminError::NotFound { .. } => Check::RegistrationTokenInvalid.into(),
        AdminError::Conflict(_) => Refusal::new(Check::RegistrationChanged).retry_after(1),
        AdminError::Store(fault) => fault.into_refusal(),
    }
}

/// RFC 7591 §3.2.2: what is wrong with redirect URIs has an error of its own.
fn invalid(problems: &[FieldProblem]) -> Refusal {
    let redirects = |problem: &&FieldProblem| problem.field.starts_with("redirect_uris");
    let check = match problems.iter().find(redirects) {
        Some(_) => Check::RedirectUriInvalid,
        None => Check::ClientMetadataInvalid,
    };
    let told: Vec<String> = problems.iter().take(MOST_TOLD).map(ToString::to_string).collect();
    let fields: Vec<&str> = problems.iter().take(MOST_TOLD).map(|problem| problem.field.as_str()).collect();
    Refusal::new(check).with(told.join(" "), fields.join(" "))
}
