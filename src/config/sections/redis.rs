//! `[redis]`: counters that several nodes share.

use crate::base::secret::Secret;
use crate::config::formats::RedisUrl;
use crate::config::key::section;

section! {
    /// Redis, where several nodes count requests together. Nothing is lost with it: while it does not answer, each node
    /// counts by itself.
    pub struct Redis = "redis" {
        /// Its address; `rediss://` for TLS. One server, not a cluster.
        url: Option<Secret> => RedisUrl, "", also "REDIS_URL";
    }
}
