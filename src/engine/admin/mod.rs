//! What administrators change: apps, people, sessions, single-use links. The commands, the set-up
//! page and everything that comes later call these, so that a rule exists once.
//!
//! Each use case runs inside a transaction and records, in that transaction, an audit event and a
//! revision (who changed what, from what to what, never a secret). [`apply`] and [`apply_blocking`]
//! run one; with [`Mode::DryRun`] the same work is done and rolled back.
//!
//! To add one: a function `fn(conn, &Desk, ...) -> AdminResult<T>` in the file of its noun.

pub mod claims;
pub mod client_secrets;
pub mod clients;
pub mod document;
pub mod env_lines;
pub mod factors;
mod fault;
pub mod imports;
pub mod initial_tokens;
pub mod links;
pub mod metadata;
pub mod people;
pub mod registrations;
pub mod resources;
pub mod sessions;
pub mod users;

pub use fault::{AdminError, AdminResult, FieldProblem};

use super::context::{Ctx, Engine};
use super::keys::SecretSealer;
use crate::base::clock::{Clock, Seconds};
use crate::base::rng::Rng;
use crate::domain::audit::Event;
use crate::protocol::refusal::Check;
use crate::store::revisions::{self, Change};
use crate::store::{Conn, Db, Fault, TxResult, audit};
use std::sync::{Arc, Mutex};

/// Who changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever may run commands on the machine.
    Cli,
    /// The server itself.
    System,
    /// Whoever held a single-use link.
    Link,
    /// Whoever registers an app, or an app that changes itself: how it came, or its id.
    Registrant(String),
    /// A person, by id.
    User(String),
}

impl Actor {
    /// As it is recorded.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Cli => "cli",
            Self::System => "system",
            Self::Link => "link",
            Self::Registrant(id) | Self::User(id) => id,
        }
    }
}

/// What every use case here is handed: who acts, when, with which randomness.
#[derive(Clone)]
pub struct Desk {
    /// The clock.
    pub clock: Clock,
    /// Randomness.
    pub rng: Rng,
    /// For client secrets that must be known again.
    pub sealer: SecretSealer,
    /// The issuer: some of what an app may be depends on where this server is.
    pub issuer: String,
    /// Who acts.
    pub actor: Actor,
    /// The request it belongs to, if it came by the web.
    pub trace_id: Option<String>,
}

impl Desk {
    /// For work that no request asked for.
    pub fn of(engine: &Engine, actor: Actor) -> Self {
        let sealer = engine.keys.sealer();
        let issuer = engine.policy.issuer.clone();
        Self { clock: engine.clock.clone(), rng: engine.rng.clone(), sealer, issuer, actor, trace_id: None }
    }

    /// For a request.
    pub fn of_request(engine: &Engine, ctx: &Ctx, actor: Actor) -> Self {
        Self { trace_id: Some(ctx.trace.id().to_string()), ..Self::of(engine, actor) }
    }

    /// The time, seconds since the epoch.
    pub fn now(&self) -> Seconds {
        self.clock.now()
    }

    /// Records an event in the transaction of the change (security row V10).
    fn audit(&self, conn: &mut Conn, event: Event) -> AdminResult<()> {
        let event = Event { trace_id: self.trace_id.clone(), ..event.actor(self.actor.as_str()) };
        Ok(audit::record(conn, &self.clock, &self.rng, event)?)
    }

    /// Records a revision: `before` and `after` are JSON without secrets. What apps do to themselves is in the
    /// audit log alone: revisions are kept for ever, and strangers must not be able to fill them.
    fn revise(&self, conn: &mut Conn, (kind, target): (&str, &str), change: (Json, Json)) -> AdminResult<()> {
        if matches!(self.actor, Actor::Registrant(_)) {
            return Ok(());
        }
        let text = |json: Json| json.map(|value| value.to_string());
        let change = Change {
            actor: self.actor.as_str(),
            kind,
            target,
            before: text(change.0),
            after: text(change.1),
        };
        Ok(revisions::record(conn, &self.clock, &self.rng, change)?)
    }
}

/// A side of a revision.
type Json = Option<serde_json::Value>;

/// Whether the work is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is committed.
    Apply,
    /// It is done, looked at and rolled back.
    DryRun,
}

/// Runs a use case as one transaction; what it returns is seen after COMMIT.
///
/// # Errors
/// What the use case refuses, or that the transaction could not be committed: then nothing was done.
pub async fn apply<T, F>(db: &Db, mode: Mode, work: F) -> AdminResult<T>
where
    T: Send + 'static,
    F: FnOnce(&mut Conn) -> AdminResult<T> + Send + 'static,
{
    let outcome = Outcome::default();
    let kept = db.write(outcome.job(mode, work)).await;
    outcome.settle(kept)
}

/// [`apply`] for commands, which have no runtime.
///
/// # Errors
/// As [`apply`].
pub fn apply_blocking<T, F>(db: &Db, mode: Mode, work: F) -> AdminResult<T>
where
    T: Send + 'static,
    F: FnOnce(&mut Conn) -> AdminResult<T> + Send + 'static,
{
    let outcome = Outcome::default();
    let kept = db.write_blocking(outcome.job(mode, work));
    outcome.settle(kept)
}

/// Carries a result out of a transaction that is rolled back: the store only knows its own faults.
struct Outcome<T>(Arc<Mutex<Option<AdminResult<T>>>>);

impl<T> Default for Outcome<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Send + 'static> Outcome<T> {
    fn job<F>(&self, mode: Mode, work: F) -> impl FnOnce(&mut Conn) -> TxResult<T> + Send + 'static
    where
        F: FnOnce(&mut Conn) -> AdminResult<T> + Send + 'static,
    {
        let slot = Arc::clone(&self.0);
        move |conn| match work(conn) {
            Ok(done) if mode == Mode::Apply => Ok(done),
            Err(AdminError::Store(fault)) => Err(fault),
            held => {
                if let Ok(mut slot) = slot.lock() {
                    *slot = Some(held);
                }
                // Any refusal that does not commit: the transaction is undone.
                Err(Fault::from(Check::FormInvalid))
            }
        }
    }

    fn settle(self, kept: TxResult<T>) -> AdminResult<T> {
        let held = self.0.lock().ok().and_then(|mut slot| slot.take());
        match (kept, held) {
            (Ok(done), _) => Ok(done),
            // The rollback itself may have failed; the store's own word comes first then.
            (Err(Fault::Store(error)), _) => Err(AdminError::Store(Fault::Store(error))),
            (Err(_), Some(held)) => held,
            (Err(fault), None) => Err(AdminError::Store(fault)),
        }
    }
}

#[cfg(test)]
mod tests;
