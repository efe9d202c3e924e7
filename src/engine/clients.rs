//! Registered clients, served from a snapshot that follows the database.

use crate::domain::client::Client;
use crate::store::{Conn, TxResult, clients, settings};
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
}

impl Clients {
    /// Reads them all.
    ///
    /// # Errors
    /// Store errors.
    pub fn load(conn: &mut Conn) -> TxResult<Self> {
        let snapshot = ArcSwap::from_pointee(read(conn)?);
        Ok(Self(Arc::new(Inner { snapshot, reading: Mutex::new(()) })))
    }

    /// The client, also a disabled one; what it may do is decided by the caller.
    pub fn get(&self, id: &str) -> Option<Arc<Client>> {
        self.0.snapshot.load().by_id.get(id).cloned()
    }

    /// Whether scripts of this origin may call; the preflight knows no client.
    pub fn any_allows_origin(&self, origin: &str) -> bool {
        self.0.snapshot.load().by_id.values().any(|client| client.enabled && client.allows_origin(origin))
    }

    /// Reads them again if another process or node changed one.
    ///
    /// # Errors
    /// Store errors; the old snapshot stays.
    pub fn refresh(&self, conn: &mut Conn) -> TxResult<()> {
        let _alone = self.0.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if settings::epoch(conn, settings::CLIENTS_EPOCH)? != self.0.snapshot.load().epoch {
            self.0.snapshot.store(Arc::new(read(conn)?));
        }
        Ok(())
    }
}

fn read(conn: &mut Conn) -> TxResult<Snapshot> {
    let epoch = settings::epoch(conn, settings::CLIENTS_EPOCH)?;
    let by_id = clients::all(conn)?.into_iter().map(|c| (c.id.as_str().to_owned(), Arc::new(c))).collect();
    Ok(Snapshot { epoch, by_id })
}
