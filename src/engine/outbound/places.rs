//! Who calls, and how many of them at once. Each class of callers has places of its own, so that whatever
//! strangers have us fetch, and however slow it is, nobody above them waits for it (security row K3).

use super::OutboundError;
use crate::domain::client::Client;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// Calls in flight at most, of one class.
pub(super) const MOST_IN_FLIGHT: usize = 16;
/// Calls in flight at most, of one class to one host.
pub(super) const MOST_PER_HOST: usize = 4;

/// For whom somebody is called, the highest class first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Logout tokens for clients that an admin made or reviewed.
    Courier,
    /// What such clients, or admins themselves, named.
    Reviewed,
    /// What clients named that nobody reviewed, or that are about to register themselves.
    Unreviewed,
    /// What anybody on the network can have fetched at any time, such as request objects.
    Anyone,
}

impl Caller {
    /// For what this client named.
    pub const fn of(client: &Client) -> Self {
        if client.unreviewed { Self::Unreviewed } else { Self::Reviewed }
    }

    /// For a logout token of this client.
    pub const fn telling(client: &Client) -> Self {
        if client.unreviewed { Self::Unreviewed } else { Self::Courier }
    }

    /// Whether a stranger may have chosen where to.
    pub(super) const fn is_strange(self) -> bool {
        matches!(self, Self::Unreviewed | Self::Anyone)
    }
}

/// What one class has.
#[derive(Default)]
pub(super) struct Class {
    /// Its client, made with its first call.
    pub client: OnceLock<Result<reqwest::Client, OutboundError>>,
    /// Another one, for hosts in private networks alone: who looks names up is not told the port.
    pub private: OnceLock<Result<reqwest::Client, OutboundError>>,
    /// Calls under way, by host.
    pub calls: Places,
    /// Names being looked up; as many as calls, and for as long as the system takes.
    pub lookups: Places,
}

/// The four of them.
#[derive(Default)]
pub(super) struct Classes {
    courier: Class,
    reviewed: Class,
    unreviewed: Class,
    anyone: Class,
}

impl Classes {
    pub fn of(&self, caller: Caller) -> &Class {
        match caller {
            Caller::Courier => &self.courier,
            Caller::Reviewed => &self.reviewed,
            Caller::Unreviewed => &self.unreviewed,
            Caller::Anyone => &self.anyone,
        }
    }
}

/// What is under way, by host; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Places(Arc<Mutex<HashMap<String, usize>>>);

impl Places {
    /// Takes a place.
    ///
    /// # Errors
    /// [`OutboundError::Busy`].
    pub fn enter(&self, host: &str) -> Result<Place, OutboundError> {
        let mut running = self.0.lock().map_err(|_| OutboundError::Busy)?;
        let all: usize = running.values().sum();
        let here = running.get(host).copied().unwrap_or(0);
        if all >= MOST_IN_FLIGHT || here >= MOST_PER_HOST {
            return Err(OutboundError::Busy);
        }
        running.insert(host.to_owned(), here.saturating_add(1));
        Ok(Place { places: self.clone(), host: host.to_owned() })
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.0.lock().expect("no poison").is_empty()
    }
}

/// A place, given back when dropped.
pub(super) struct Place {
    places: Places,
    host: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(mut running) = self.places.0.lock() {
            let left = running.get(&self.host).map_or(0, |count| count.saturating_sub(1));
            if left == 0 {
                running.remove(&self.host);
            } else {
                running.insert(self.host.clone(), left);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_k3_only_so_many_calls_at_once() {
        let places = Places::default();
        let enter = |host: &str| places.enter(host).ok();
        let held: Vec<_> = (0..MOST_PER_HOST).map(|_| enter("a.example").expect("a place")).collect();
        assert!(matches!(places.enter("a.example"), Err(OutboundError::Busy)));
        let left = MOST_IN_FLIGHT - MOST_PER_HOST;
        let more: Vec<_> = (0..left).map(|n| enter(&format!("h{n}.example")).expect("a place")).collect();
        assert!(matches!(places.enter("b.example"), Err(OutboundError::Busy)));
        drop(held);
        assert!(enter("a.example").is_some());
        drop(more);
        assert!(places.is_empty());
    }
}
