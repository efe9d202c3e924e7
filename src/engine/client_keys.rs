//! The public keys of clients (RFC 7591 §2): by value from the registration, or fetched from their
//! `jwks_uri` when they are needed and kept in memory. A `kid` that is not known is looked for there at
//! once (OIDC Core §10.1.1), but not more often than every half minute, so that nobody can have us
//! call an app's server as often as they call us (security row K3). What holds such a time is never forgotten
//! before it is over; where all places are held, new apps' keys are not fetched. Never inside a transaction.

use super::Engine;
use super::keys::{ClientKeySet, ForeignJwt, Verdict};
use super::outbound::{Caller, LARGEST_DOCUMENT, Method, Outbound, Request, Response, Unfetched};
use crate::base::clock::{Clock, Seconds};
use crate::domain::client::Client;
use crate::protocol::alg::SigningAlg;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The clients whose keys are kept at the most, of those that are reviewed and of those that are not.
const MOST: usize = 1000;
/// Fetched keys are looked at anew after this, seconds.
const FRESH: Seconds = 600;
/// Fetched keys still count for so long when they cannot be fetched anew, seconds.
const KEPT: Seconds = 3600;
/// The least time between two fetches for the sake of an unknown `kid`, and after any fetch until it may be
/// forgotten, seconds.
const FLOOR: Seconds = 30;
/// A failure is not tried again for this long, seconds.
const FAILED: Seconds = 60;

/// The keys that are known; cheap to clone.
#[derive(Clone, Default)]
pub struct ClientKeys(Arc<Mutex<Known>>);

/// By client. Strangers' apps have a bound of their own, so that they push out nobody else.
#[derive(Default)]
struct Known {
    reviewed: HashMap<String, Arc<Entry>>,
    unreviewed: HashMap<String, Arc<Entry>>,
}

/// Where the keys of a client come from; with another source everything starts anew.
#[derive(PartialEq, Eq)]
enum Source {
    /// The registration at this revision.
    Registration(i64),
    Uri(String),
}

struct Entry {
    source: Source,
    caller: Caller,
    state: Mutex<State>,
    /// Held while fetching: those who need the same keys wait for one answer.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Clone, Default)]
struct State {
    keys: Arc<ClientKeySet>,
    /// Rises with each answer.
    turn: u64,
    read_at: Option<Seconds>,
    failed_at: Option<Seconds>,
    /// Why the last fetch brought nothing.
    failure: Option<String>,
    /// When they were last fetched for an unknown `kid`.
    sought_at: Option<Seconds>,
}

/// Why a JWT proves nothing: for the story of a request, which admins read. Whoever sent it learns none of it
/// (security rows D2, K4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// The client has none registered, or there is no place to remember when they were fetched.
    NoKeys,
    /// They could not be fetched, for this reason.
    Unfetched(String),
    /// None of them is the one that the JWT names, and fits the algorithm.
    UnknownKey,
    /// The key says no.
    Wrong,
}

impl fmt::Display for Unproven {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKeys => out.write_str("no jwks and no jwks_uri are registered, or no more can be kept"),
            Self::Unfetched(why) => write!(out, "the jwks_uri brought nothing: {why}"),
            Self::UnknownKey => out.write_str("no key of the client has this kid and fits the algorithm"),
            Self::Wrong => out.write_str("the signature is not by the key it names"),
        }
    }
}

/// The claims of a JWT that one of the client's keys signed with `alg`; keys are fetched where that
/// is needed.
///
/// # Errors
/// [`Unproven`].
pub async fn signed_by(
    engine: &Engine,
    client: &Client,
    jwt: &ForeignJwt<'_>,
    alg: SigningAlg,
) -> Result<Map<String, Value>, Unproven> {
    let entry = engine.client_keys.entry(client, engine.now()).ok_or(Unproven::NoKeys)?;
    let known = entry.current(engine).await;
    let unknown = |state: State| state.failure.map_or(Unproven::UnknownKey, Unproven::Unfetched);
    match jwt.checked_by(&known.keys, alg) {
        Verdict::Genuine(claims) => Ok(claims),
        Verdict::Wrong => Err(Unproven::Wrong),
        Verdict::UnknownKey => {
            let Some(newer) = entry.sought(engine, known.turn).await else { return Err(unknown(known)) };
            match jwt.checked_by(&newer.keys, alg) {
                Verdict::Genuine(claims) => Ok(claims),
                Verdict::Wrong => Err(Unproven::Wrong),
                Verdict::UnknownKey => Err(unknown(newer)),
            }
        }
    }
}

impl ClientKeys {
    /// What is known of the client's keys; `None` when it has none registered, or there is no place to
    /// remember when they were fetched.
    fn entry(&self, client: &Client, now: Seconds) -> Option<Arc<Entry>> {
        let caller = Caller::of(client);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = if client.unreviewed { &mut known.unreviewed } else { &mut known.reviewed };
        let id = client.id.as_str();
        let source = match (&client.metadata.jwks, &client.metadata.jwks_uri) {
            (Some(_), _) => Source::Registration(client.revision),
            (None, Some(uri)) => Source::Uri(uri.clone()),
            (None, None) => return None,
        };
        if let Some(entry) = known.get(id).filter(|entry| entry.source == source) {
            return Some(Arc::clone(entry));
        }
        let keys = client.metadata.jwks.as_ref().map(ClientKeySet::registered);
        // What does not pass now passed once, under other rules: such keys are none.
        let keys = Arc::new(keys.and_then(Result::ok).unwrap_or_default());
        // Another address is looked at at once, and sought at no more often than the one before.
        let sought_at = known.get(id).and_then(|entry| entry.state().sought_at);
        let state = Mutex::new(State { keys, sought_at, ..State::default() });
        let entry = Arc::new(Entry { source, caller, state, fetching: Arc::default() });
        if has_room(known, id, now) {
            known.insert(id.to_owned(), Arc::clone(&entry));
            return Some(entry);
        }
        if matches!(entry.source, Source::Uri(_)) {
            tracing::warn!(client = id, "no place is free to remember when this app's keys were fetched");
            return None;
        }
        Some(entry)
    }
}

/// Whether one more can be kept; makes room for it where another one can be forgotten.
fn has_room(known: &mut HashMap<String, Arc<Entry>>, id: &str, now: Seconds) -> bool {
    if known.len() < MOST || known.contains_key(id) {
        return true;
    }
    let over = known.iter().find(|(_, entry)| !entry.is_held(now)).map(|(id, _)| id.clone());
    over.and_then(|id| known.remove(&id)).is_some()
}

impl State {
    fn is_settled(&self, now: Seconds) -> bool {
        within(self.read_at, FRESH, now) || within(self.failed_at, FAILED, now)
    }

    /// Keys that could not be fetched anew for long count no more.
    fn usable(mut self, now: Seconds) -> Self {
        if !within(self.read_at, KEPT, now) {
            self.keys = Arc::default();
        }
        self
    }

    fn may_seek(&self, now: Seconds) -> bool {
        !within(self.sought_at, FLOOR, now) && !within(self.failed_at, FAILED, now)
    }
}

impl Entry {
    /// Whether forgetting it would have its keys fetched sooner than is allowed: a time of its own is running,
    /// or somebody is fetching or about to.
    fn is_held(self: &Arc<Self>, now: Seconds) -> bool {
        let state = self.state();
        Arc::strong_count(self) > 1 || !state.may_seek(now) || within(state.read_at, FLOOR, now)
    }

    /// The keys, fetched if they never were, or long ago.
    async fn current(self: &Arc<Self>, engine: &Engine) -> State {
        let Source::Uri(uri) = &self.source else { return self.state().clone() };
        let settled = || Some(self.state().clone()).filter(|state| state.is_settled(engine.now()));
        if let Some(state) = settled() {
            return state.usable(engine.now());
        }
        let alone = Arc::clone(&self.fetching).lock_owned().await;
        if let Some(state) = settled() {
            return state.usable(engine.now());
        }
        self.fetch(engine, uri, alone, None).await;
        self.state().clone().usable(engine.now())
    }

    /// Newer keys than those of `turn`; `None` when there are none, or the floor forbids to look.
    async fn sought(self: &Arc<Self>, engine: &Engine, turn: u64) -> Option<State> {
        let Source::Uri(uri) = &self.source else { return None };
        let alone = Arc::clone(&self.fetching).lock_owned().await;
        let now = engine.now();
        let (newer, may_seek) = {
            let state = self.state();
            (state.turn != turn, state.turn == turn && state.may_seek(now))
        };
        if may_seek {
            self.fetch(engine, uri, alone, Some(now)).await;
        }
        (newer || may_seek).then(|| self.state().clone().usable(engine.now()))
    }

    /// Fetches; goes on to its end also when the request it is for is given up, so that giving up
    /// is no way past the floor. `sought_at` is when that was for the sake of an unknown `kid`.
    async fn fetch(
        self: &Arc<Self>,
        engine: &Engine,
        uri: &str,
        alone: tokio::sync::OwnedMutexGuard<()>,
        sought_at: Option<Seconds>,
    ) {
        let (entry, outbound, clock) = (Arc::clone(self), engine.outbound.clone(), engine.clock.clone());
        let uri = uri.to_owned();
        let task = tokio::spawn(async move {
            entry.fetch_now((&outbound, &clock), uri, sought_at).await;
            drop(alone);
        });
        // It does not panic; were it to, nothing would have been learnt.
        let _ended = task.await;
    }

    async fn fetch_now(
        &self,
        (outbound, clock): (&Outbound, &Clock),
        url: String,
        sought_at: Option<Seconds>,
    ) {
        let accept = "application/jwk-set+json, application/json".to_owned();
        let headers = vec![("accept".to_owned(), accept)];
        let (caller, largest) = (self.caller, LARGEST_DOCUMENT);
        let request = Request { caller, method: Method::Get, url, headers, body: Vec::new(), largest };
        let found = outbound.fetch_for_stranger(request, key_set).await;
        // That we were busy says nothing of the app, and cost it nothing.
        if matches!(found, Err(Unfetched::Busy)) {
            self.state().failure = Some(Unfetched::Busy.to_string());
            return;
        }
        let mut state = self.state();
        state.failure = found.as_ref().err().map(ToString::to_string);
        state.sought_at = sought_at.or(state.sought_at);
        match found {
            Ok(keys) => {
                state.keys = Arc::new(keys);
                state.turn = state.turn.wrapping_add(1);
                (state.read_at, state.failed_at) = (Some(clock.now()), None);
            }
            Err(_) => state.failed_at = Some(clock.now()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key_set(answer: Response) -> Result<ClientKeySet, &'static str> {
    let is_json = answer.headers.iter().any(|(name, value)| {
        let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        name == "content-type" && kind.starts_with("application/") && kind.ends_with("json")
    });
    if !is_json {
        return Err("the answer is not JSON by its content type");
    }
    ClientKeySet::fetched(&answer.body).map_err(|fault| fault.problem)
}

/// Whether `at` is less than `seconds` ago; a clock that was turned back makes it old.
fn within(at: Option<Seconds>, seconds: Seconds, now: Seconds) -> bool {
    at.is_some_and(|at| (0..seconds).contains(&now.saturating_sub(at)))
}

#[cfg(test)]
mod tests;
