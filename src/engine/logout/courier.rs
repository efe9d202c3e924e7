//! Delivers what is in the outbox, beside all requests: nobody who signs out waits for an app, and no app
//! for another. What was taken up and not settled, because the process was killed or lost its database,
//! is free again when its lease ends; then it is delivered once more, with the same `jti`.

use super::retry::pause;
use super::token;
use crate::base::clock::Seconds;
use crate::base::id::ClientId;
use crate::domain::audit::Event;
use crate::domain::delivery::{Delivery, Notice, Outcome};
use crate::engine::context::Engine;
use crate::engine::outbound::{Caller, LARGEST_DOCUMENT, Method, OutboundError, Request};
use crate::protocol::params;
use crate::store::outbox::{self, Lane};
use crate::store::{Conn, TxResult, audit, clients};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long a try may take before another node may take it over, seconds; a call ends long before.
const LEASE: Seconds = 60;
/// First tries under way at once, at clients that an admin made or reviewed.
const FRESH: usize = 12;
/// Tries under way at once of those that failed before, and of clients that failed lately.
const AGAIN: usize = 4;
/// The same for clients that nobody reviewed.
const UNREVIEWED_FRESH: usize = 6;
/// The same for clients that nobody reviewed.
const UNREVIEWED_AGAIN: usize = 2;
/// Tries under way at once at one client.
const PER_CLIENT: usize = 2;
/// How long first tries at a client that failed stand back behind those of others, seconds.
const STANDS_BACK: Seconds = 60;
/// Due rows that are looked at in one go.
const LOOKED_AT: i64 = 64;
/// What found no free place is looked at again after this, seconds.
const BUSY: Seconds = 2;

/// First tries and others have places of their own, and strangers' apps apart from the others.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Turn {
    /// A first try, at a client that has not failed lately; else any.
    first: bool,
    /// At a client that registered itself and nobody reviewed.
    unreviewed: bool,
}

impl Turn {
    const ALL: [Self; 4] = [
        Self { first: true, unreviewed: false },
        Self { first: false, unreviewed: false },
        Self { first: true, unreviewed: true },
        Self { first: false, unreviewed: true },
    ];

    const fn places(self) -> usize {
        match (self.first, self.unreviewed) {
            (true, false) => FRESH,
            (false, false) => AGAIN,
            (true, true) => UNREVIEWED_FRESH,
            (false, true) => UNREVIEWED_AGAIN,
        }
    }
}

/// Takes up what is due and delivers it; cheap to clone, all clones count together.
#[derive(Clone)]
pub struct Courier {
    engine: Engine,
    at_work: Arc<Mutex<AtWork>>,
}

/// What is under way in this process. Bounded by the clients there are.
#[derive(Default)]
struct AtWork {
    turns: HashMap<Turn, usize>,
    clients: HashMap<String, usize>,
    failing: HashMap<String, Seconds>,
}

impl AtWork {
    fn under_way(&mut self, turn: Turn) -> &mut usize {
        self.turns.entry(turn).or_default()
    }
}

/// A delivery that this process holds.
pub struct Claimed {
    delivery: Delivery,
    place: Place,
}

impl Claimed {
    /// Whom it is for.
    pub fn client_id(&self) -> &ClientId {
        &self.delivery.client_id
    }
}

/// A place among what is under way, given back when dropped.
struct Place {
    at_work: Arc<Mutex<AtWork>>,
    turn: Turn,
    client: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut work = lock(&self.at_work);
        let under_way = work.under_way(self.turn);
        *under_way = under_way.saturating_sub(1);
        let left = work.clients.get(&self.client).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            work.clients.remove(&self.client);
        } else {
            work.clients.insert(self.client.clone(), left);
        }
    }
}

/// What became of a try.
enum Verdict {
    Ended(Outcome, Option<String>),
    Again(String),
    /// It was none: we had no place for it.
    Untried,
}

fn lock(at_work: &Mutex<AtWork>) -> MutexGuard<'_, AtWork> {
    at_work.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Courier {
    /// For one process.
    pub fn new(engine: &Engine) -> Self {
        Self { engine: engine.clone(), at_work: Arc::default() }
    }

    /// Takes up some of what is due; call it again while there is any. Each [`Turn`] has places of its
    /// own, so that neither apps that are down nor those of strangers keep another from being told at once.
    ///
    /// # Errors
    /// Store errors.
    pub async fn claim(&self) -> TxResult<Vec<Claimed>> {
        let mut claimed = Vec::new();
        for turn in Turn::ALL {
            claimed.extend(self.claim_in(turn).await?);
        }
        Ok(claimed)
    }

    async fn claim_in(&self, turn: Turn) -> TxResult<Vec<Claimed>> {
        let now = self.engine.now();
        let Some(but) = self.passed_over(turn, now) else { return Ok(Vec::new()) };
        let lane = Lane { unreviewed: turn.unreviewed, fresh: turn.first, but };
        let due = self.engine.db.read(move |conn| outbox::due(conn, now, &lane, LOOKED_AT)).await?;
        let mut chosen = self.choose(turn, due);
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        // Everybody takes rows in the order of their ids, so that no two nodes wait for each other.
        chosen.sort_by(|(one, _), (other, _)| one.cmp(other));
        let take = move |conn: &mut Conn| {
            let mut claimed = Vec::new();
            for (id, place) in chosen {
                if let Some(delivery) = outbox::claim(conn, &id, now, now.saturating_add(LEASE))? {
                    claimed.push(Claimed { delivery, place });
                }
            }
            Ok(claimed)
        };
        self.engine.db.write(take).await
    }

    /// The clients whose deliveries are not for this turn now; `None` when its places are taken.
    fn passed_over(&self, turn: Turn, now: Seconds) -> Option<Vec<String>> {
        let mut work = lock(&self.at_work);
        work.failing.retain(|_, until| *until > now);
        if *work.under_way(turn) >= turn.places() {
            return None;
        }
        let busy = work.clients.iter().filter(|(_, count)| **count >= PER_CLIENT).map(|(client, _)| client);
        let failing = work.failing.keys().filter(|_| turn.first);
        Some(busy.chain(failing).cloned().collect())
    }

    fn choose(&self, turn: Turn, due: Vec<(String, String)>) -> Vec<(String, Place)> {
        let mut work = lock(&self.at_work);
        let mut chosen = Vec::new();
        for (id, client) in due {
            if *work.under_way(turn) >= turn.places() {
                break;
            }
            let here = work.clients.get(&client).copied().unwrap_or(0);
            if here < PER_CLIENT {
                *work.under_way(turn) += 1;
                work.clients.insert(client.clone(), here + 1);
                chosen.push((id, Place { at_work: self.at_work.clone(), turn, client }));
            }
        }
        chosen
    }

    /// One try, and what becomes of it.
    ///
    /// # Errors
    /// Store errors: then the lease runs out, and it is tried again.
    pub async fn deliver(&self, claimed: Claimed) -> TxResult<()> {
        let Claimed { delivery, place } = claimed;
        let verdict = self.attempt(&delivery).await;
        self.remember(&delivery, &verdict);
        let settled = self.settle(delivery, verdict).await;
        drop(place);
        settled
    }

    async fn attempt(&self, delivery: &Delivery) -> Verdict {
        // The address as it is registered now: one that was wrong can be put right meanwhile.
        let id = delivery.client_id.clone();
        let found = self.engine.db.read(move |conn| clients::find(conn, id.as_str())).await;
        let Ok(found) = found else {
            return Verdict::Again("the app's registration could not be read".to_owned());
        };
        let client = found.filter(|client| !client.is_younger_than(delivery.created_at));
        let url = client.as_ref().and_then(|client| client.metadata.backchannel_logout_uri.clone());
        let Some((client, url)) = client.zip(url) else {
            let why = "the app is gone or has no backchannel_logout_uri any more";
            return Verdict::Ended(Outcome::Void, Some(why.to_owned()));
        };
        let Ok(token) = token::sign(&self.engine, &client, delivery).await else {
            return Verdict::Again("the logout token could not be signed".to_owned());
        };
        let request = Request {
            caller: Caller::telling(&client),
            method: Method::Post,
            url,
            headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
            body: params::encode([("logout_token", token.as_str())]).into_bytes(),
            largest: LARGEST_DOCUMENT,
        };
        match self.engine.outbound.fetch(request).await {
            Ok(answer) => judged(answer.status),
            Err(OutboundError::Busy) => Verdict::Untried,
            Err(error) => Verdict::Again(error.to_string()),
        }
    }

    fn remember(&self, delivery: &Delivery, verdict: &Verdict) {
        let mut work = lock(&self.at_work);
        let client = delivery.client_id.to_string();
        match verdict {
            Verdict::Ended(..) => drop(work.failing.remove(&client)),
            Verdict::Again(_) => {
                work.failing.insert(client, self.engine.now().saturating_add(STANDS_BACK));
            }
            Verdict::Untried => {}
        }
    }

    async fn settle(&self, delivery: Delivery, verdict: Verdict) -> TxResult<()> {
        let (engine, now) = (self.engine.clone(), self.engine.now());
        let next_at = now.saturating_add(pause(delivery.attempts, &engine.rng));
        let soon = now.saturating_add(BUSY);
        let verdict = match verdict {
            Verdict::Again(error) if next_at >= delivery.expires_at => {
                Verdict::Ended(Outcome::Expired, Some(error))
            }
            Verdict::Untried if soon >= delivery.expires_at => {
                Verdict::Ended(Outcome::Expired, Some(OutboundError::Busy.to_string()))
            }
            other => other,
        };
        let write = move |conn: &mut Conn| match &verdict {
            Verdict::Untried => {
                outbox::give_back(conn, &delivery, soon, &OutboundError::Busy.to_string()).map(|_| ())
            }
            Verdict::Again(error) => outbox::put_off(conn, &delivery, next_at, error).map(|_| ()),
            Verdict::Ended(outcome, error) => {
                if outbox::end(conn, delivery.id.as_str(), (*outcome, now), error.as_deref())? {
                    audit::record(conn, &engine.clock, &engine.rng, event(&delivery, *outcome))?;
                }
                Ok(())
            }
        };
        self.engine.db.write(write).await
    }
}

/// OIDC Back-Channel Logout §2.8: 200, and 204 by frameworks that have nothing to say; 400 says that the
/// token was read and is not acceptable, which the same token will not be either. Anything else may pass:
/// an app that is being deployed answers 404 or 502.
fn judged(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Ended(Outcome::Delivered, None),
        400 => Verdict::Ended(Outcome::Refused, Some("the app answered 400".to_owned())),
        other => Verdict::Again(format!("the app answered {other}")),
    }
}

fn event(delivery: &Delivery, outcome: Outcome) -> Event {
    let Notice::BackchannelLogout { user_id, session_id } = &delivery.notice;
    let kind = match outcome {
        Outcome::Delivered => "logout.delivered",
        Outcome::Refused | Outcome::Expired | Outcome::Void => "logout.undelivered",
    };
    let event = Event::new(kind).user(user_id.as_str()).client(delivery.client_id.as_str());
    event.target(session_id.as_str()).detail(outcome.as_str()).actor("system")
}
