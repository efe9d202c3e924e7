//! `[audit]`: how long it is known who did what.

use crate::config::formats::whole;
use crate::config::key::section;

section! {
    /// How long it is known what changed, when and by whom.
    pub struct Audit = "audit" {
        /// How long an event is kept.
        keep_days: u32 => whole(1, 36_500, "days"), "400";
    }
}
