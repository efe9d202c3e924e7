//! The store: Diesel over SQLite and PostgreSQL with one schema and one set of queries.
//! Functions take a [`Conn`]; whoever calls them is inside `Db::read` or `Db::write`. What may
//! happen only once is guarded in the statement itself (`consume_*`, `advance_*`), never by
//! reading first and updating later (design 2). Rows write every column, NULLs too
//! (`treat_none_as_default_value = false`): left-out columns would make a new text to prepare each time.

pub mod assertions;
pub mod attempts;
pub mod audit;
pub mod authorizations;
pub mod clients;
pub mod conn;
pub mod consents;
pub mod db;
pub mod device_tries;
pub mod devices;
pub mod ephemeral;
pub mod factors;
pub mod failed_accounts;
pub mod fault;
mod fixed;
pub mod grants;
pub mod health;
pub mod initial_tokens;
pub mod keys;
pub mod links;
pub mod migrate;
pub mod outbox;
pub mod paces;
pub mod prune;
mod queue;
pub mod registrations;
pub mod remembered;
pub mod resources;
pub mod revisions;
mod schema;
pub mod session_clients;
pub mod sessions;
pub mod settings;
mod sqlite;
pub mod standing;
pub mod throttles;
pub mod tokens;
pub mod traces;
pub mod users;
mod wal;
mod writer;

pub use conn::Conn;
pub use db::{Db, DbConfig, Target};
pub use fault::{Fault, StoreError, StoreErrorKind, TxResult};
