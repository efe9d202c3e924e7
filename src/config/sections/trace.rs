//! `[trace]`: how long the story of a sign-in can be looked up.

use crate::config::formats::{DAY, HOUR, percent, seconds, whole};
use crate::config::key::section;

section! {
    /// How long the story of a refused or sampled request can be looked up (`latchkey trace show`).
    pub struct Trace = "trace" {
        /// How long a trace is kept.
        keep_seconds: u32 => seconds(HOUR, 365 * DAY), "604800";
        /// Traces kept at most; the oldest make room.
        max_rows: u32 => whole(100, 1_000_000, "traces"), "10000";
        /// The share of successful requests that is kept too; failures always are.
        sample_successes: u8 => percent(), "0";
    }
}
