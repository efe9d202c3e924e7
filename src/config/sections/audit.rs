//! `[audit]`: how long it is known who did what.

use crate::config::formats::whole;
use crate::config::key::section;

section! {
    /// How long it is known what changed, when and by whom.
    pub struct Audit = "audit" {
        /// How long an event is kept.
        keep_days: u32 => whole(1, 36_500, "days"), "400";
        /// How long it is kept that a token was issued (`token.issued`), by far the most frequent
        /// event, if `audit.keep_days` is not less.
        issued_keep_days: u32 => whole(1, 36_500, "days"), "30";
    }
}
