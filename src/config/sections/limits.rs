//! `[limits]`: how much one network and one client may ask for.

use ipnet::IpNet;

use crate::config::formats::{Choice, Networks, whole};
use crate::config::key::section;

/// Where requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counters {
    /// In Redis where `redis.url` names one, else on each node.
    Auto,
    /// On each node.
    Memory,
    /// In the database.
    Database,
}

const PLACES: &[(&str, Counters)] =
    &[("auto", Counters::Auto), ("memory", Counters::Memory), ("database", Counters::Database)];

section! {
    /// How much one network (an IPv4 address, an IPv6 /64; an IPv6 /48 eight times as much) and one client may ask for;
    /// more is answered 429 with `Retry-After`. Loopback addresses are not counted. Behind a proxy that
    /// `server.trusted_proxies` does not name, all people are one network. docs/limits.md lists all limits.
    pub struct Limits = "limits" {
        /// Pages that one network may ask for in a minute.
        pages_per_minute: u32 => whole(0, 100_000_000, "requests").zero_means("no limit"), "1200";
        /// Requests of programs (token, revocation, registration, device authorization) of one network in a minute.
        programs_per_minute: u32 => whole(0, 100_000_000, "requests").zero_means("no limit"), "12000";
        /// Questions of programs (userinfo, introspection) of one network in a minute.
        lookups_per_minute: u32 => whole(0, 100_000_000, "requests").zero_means("no limit"), "60000";
        /// Token requests of one authenticated client in a minute, from wherever; clients that hold no secret are
        /// counted by network alone.
        client_per_minute: u32 => whole(0, 100_000_000, "requests").zero_means("no limit"), "60000";
        /// Accounts to which sign-ins may fail from one network within an hour. When there are more, somebody tries a list
        /// of stolen passwords: from then on three tries a minute are let through from there, but for browsers in which
        /// the account signed in before.
        distinct_failures: u32 => whole(0, 1_000_000, "accounts").zero_means("no limit"), "15";
        /// Networks whose requests are not counted: your own servers and gateways.
        exempt: Vec<IpNet> => Networks, "";
        /// Where requests are counted. With Redis and in the database all nodes count together, in memory each node by
        /// itself; in the database each counted request is a write. Guesses at passwords and codes are
        /// always counted in the database.
        counters: Counters => Choice(PLACES), "auto";
    }
}
