//! Registered clients, served from a snapshot that follows the database.

use crate::domain::client::Client;
use crate::store::clients::{self, Unreadable};
use crate::store::{Conn, TxResult, settings};
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// All clients as of one epoch. Bounded by the registered clients.
#[derive(Clone)]
pub struct Clients(Arc<Inner>);

struct Inner {
    snapshot: ArcSwap<Snapshot>,
    /// Held while reading the store, so that an older reading never replaces a newer one.
    reading: Mutex<()>,
}

#[derive(Default)]
struct Snapshot {
    epoch: i64,
    by_id: HashMap<String, Arc<Client>>,
    /// Unknown to this node until somebody mends them.
    unreadable: Vec<Unreadable>,
}

impl Clients {
    /// Reads them all.
    ///
    /// # Errors
    /// Store errors.
    pub fn load(conn: &mut Conn) -> TxResult<Self> {
        let first = read(conn)?;
        complain(newly_unreadable(&Snapshot::default(), &first));
        let snapshot = ArcSwap::from_pointee(first);
        Ok(Self(Arc::new(Inner { snapshot, reading: Mutex::new(()) })))
    }

    /// The client, also a disabled one; what it may do is decided by the caller.
    pub fn get(&self, id: &str) -> Option<Arc<Client>> {
        self.0.snapshot.load().by_id.get(id).cloned()
    }

    /// Whether this client's row makes no sense: then no token of its counts.
    pub fn is_unreadable(&self, id: &str) -> bool {
        self.0.snapshot.load().unreadable.iter().any(|client| client.id == id)
    }

    /// Whether it is so for one that is enabled: a preflight knows no client.
    pub fn any(&self, is_so: impl Fn(&Client) -> bool) -> bool {
        self.0.snapshot.load().by_id.values().any(|client| client.enabled && is_so(client))
    }

    /// Reads them again if another process or node changed one.
    ///
    /// # Errors
    /// Store errors; the old snapshot stays.
    pub fn refresh(&self, conn: &mut Conn) -> TxResult<()> {
        let _alone = self.0.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.0.snapshot.load();
        if settings::epoch(conn, settings::CLIENTS_EPOCH)? != old.epoch {
            let new = read(conn)?;
            complain(newly_unreadable(&old, &new));
            self.0.snapshot.store(Arc::new(new));
        }
        Ok(())
    }
}

fn read(conn: &mut Conn) -> TxResult<Snapshot> {
    let epoch = settings::epoch(conn, settings::CLIENTS_EPOCH)?;
    let (readable, unreadable) = clients::all(conn)?;
    let by_id = readable.into_iter().map(|c| (c.id.as_str().to_owned(), Arc::new(c))).collect();
    Ok(Snapshot { epoch, by_id, unreadable })
}

/// Those that could still be read, or were wrong in another way, before.
fn newly_unreadable<'a>(old: &'a Snapshot, new: &'a Snapshot) -> impl Iterator<Item = &'a Unreadable> {
    new.unreadable.iter().filter(|client| !old.unreadable.contains(client))
}

fn complain<'a>(unreadable: impl Iterator<Item = &'a Unreadable>) {
    for Unreadable { id, why } in unreadable {
        tracing::error!(client_id = id, why, "a client cannot be read; nobody is let in as it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unreadable_client_is_told_once() {
        let of = |those: &[(&str, &str)]| Snapshot {
            unreadable: those
                .iter()
                .map(|(id, why)| Unreadable { id: (*id).to_owned(), why: (*why).to_owned() })
                .collect(),
            ..Snapshot::default()
        };
        let told = |old: &[(&str, &str)], new: &[(&str, &str)]| {
            let (old, new) = (of(old), of(new));
            newly_unreadable(&old, &new).map(|client| client.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(told(&[], &[("a", "x"), ("b", "x")]), ["a", "b"]);
        assert_eq!(told(&[("a", "x")], &[("a", "x"), ("b", "x")]), ["b"]);
        assert_eq!(told(&[("a", "x")], &[("a", "y")]), ["a"], "wrong in another way");
        assert!(told(&[("a", "x"), ("b", "x")], &[("b", "x")]).is_empty());
    }
}
