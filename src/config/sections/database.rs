//! `[database]`: SQLite or PostgreSQL, and how long to wait for it.

use crate::config::formats::{DatabaseFormat, DatabaseUrl, MINUTE, seconds, whole};
use crate::config::key::section;

section! {
    /// Which database holds the state, and how long to wait for it.
    pub struct Database = "database" {
        /// The database. SQLite serves one node; PostgreSQL serves many.
        url: DatabaseUrl => DatabaseFormat, "", also "DATABASE_URL";
        /// Connections kept open to PostgreSQL, or readers of SQLite.
        pool_size: u32 => whole(1, 1000, "connections"), "16";
        /// How long one statement may run.
        statement_timeout_seconds: u32 => seconds(1, 5 * MINUTE), "5";
        /// How long a request waits for a free connection before it is answered "busy".
        pool_wait_seconds: u32 => seconds(1, MINUTE), "2";
    }
}
