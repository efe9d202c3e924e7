//! Request objects by reference (OIDC Core §6.2): only from the addresses that the client registered,
//! through the guarded client; whatever goes wrong there is one refusal (security rows J5, K4). The
//! fragment of a `request_uri` is for us: an object with one is the same as long as the fragment is.

use crate::base::clock::Seconds;
use crate::domain::client::Client;
use crate::engine::context::Engine;
use crate::engine::outbound::{Caller, Method, Request, Response, Unfetched};
use crate::protocol::refusal::{Check, Refusal};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The largest object, bytes.
const LARGEST: usize = 16 * 1024;
/// The most objects and failures that are kept.
const MOST: usize = 256;
/// How long an object with a fragment is kept, seconds.
const KEPT: Seconds = 300;
/// A failure is not tried again for this long, seconds (security row K3).
const FAILED: Seconds = 60;

/// Objects that were fetched, and addresses that failed; cheap to clone.
#[derive(Clone, Default)]
pub struct RequestObjects(Arc<Mutex<HashMap<Key, Kept>>>);

/// The client, and the address: with its fragment for an object, without for a failure.
type Key = (String, String);

struct Kept {
    object: Option<String>,
    until: Seconds,
}

/// The object that a `request_uri` of this client leads to.
///
/// # Errors
/// [`Check::RequestUri`] for a client that has none, else [`Check::RequestUriInvalid`].
pub async fn object(engine: &Engine, client: &Client, uri: &str) -> Result<String, Refusal> {
    if client.metadata.request_uris.is_empty() {
        return Err(Refusal::new(Check::RequestUri).with("registered request_uris", uri));
    }
    let (address, fragment) = split(uri);
    if !client.metadata.request_uris.iter().any(|known| split(known).0 == address) {
        let registered = client.metadata.request_uris.join(" ");
        return Err(Refusal::new(Check::RequestUriInvalid).with(registered, uri));
    }
    let failed = || Refusal::new(Check::RequestUriInvalid).with("an answer from there", uri);
    let key = |uri: &str| (client.id.to_string(), uri.to_owned());
    let (whole, bare) = (key(uri), key(address));
    match engine.request_objects.get(&whole, &bare, engine.now()) {
        Known::Object(object) => return Ok(object),
        Known::Failed => return Err(failed()),
        Known::Nothing => {}
    }
    let headers =
        vec![("accept".to_owned(), "application/oauth-authz-req+jwt, application/jwt, */*".to_owned())];
    let request = Request {
        caller: Caller::Anyone,
        method: Method::Get,
        url: address.to_owned(),
        headers,
        body: Vec::new(),
        largest: LARGEST,
    };
    let found = engine.outbound.fetch_for_stranger(request, text).await;
    let now = engine.now();
    match &found {
        Ok(object) if !fragment.is_empty() => {
            engine.request_objects.keep(whole, Some(object.clone()), now.saturating_add(KEPT), now);
        }
        Ok(_) | Err(Unfetched::Busy) => {}
        Err(Unfetched::Failed(_)) => engine.request_objects.keep(bare, None, now.saturating_add(FAILED), now),
    }
    found.map_err(|_| failed())
}

fn text(answer: Response) -> Result<String, &'static str> {
    let text = String::from_utf8(answer.body).map_err(|_| "the request object is not text")?;
    Ok(text.trim().to_owned())
}

/// Address and fragment.
fn split(uri: &str) -> (&str, &str) {
    uri.split_once('#').unwrap_or((uri, ""))
}

enum Known {
    Object(String),
    Failed,
    Nothing,
}

impl RequestObjects {
    fn get(&self, whole: &Key, bare: &Key, now: Seconds) -> Known {
        let all = self.lock();
        let live = |key: &Key| all.get(key).filter(|kept| kept.until > now);
        match (live(whole), live(bare)) {
            (Some(Kept { object: Some(object), .. }), _) => Known::Object(object.clone()),
            (_, Some(Kept { object: None, .. })) => Known::Failed,
            _ => Known::Nothing,
        }
    }

    fn keep(&self, key: Key, object: Option<String>, until: Seconds, now: Seconds) {
        let mut all = self.lock();
        if all.len() >= MOST {
            all.retain(|_, kept| kept.until > now);
        }
        if all.len() >= MOST {
            let some = all.keys().next().cloned();
            some.and_then(|key| all.remove(&key));
        }
        all.insert(key, Kept { object, until });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
