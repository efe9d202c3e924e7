//! `[session]`: how long a browser stays signed in.

use crate::config::formats::{DAY, MINUTE, seconds, whole};
use crate::config::key::section;

section! {
    /// How long a browser stays signed in.
    pub struct Session = "session" {
        /// A session without a request for this long is over.
        idle_seconds: u32 => seconds(MINUTE, 365 * DAY), "86400";
        /// A session is over after this long, however much it is used; signing in again in it does not move that.
        absolute_seconds: u32 => seconds(MINUTE, 365 * DAY), "2592000";
        /// How long a person may take from the app's request to the end of signing in.
        login_seconds: u32 => seconds(MINUTE, DAY), "1800";
        /// Sessions a person may have at once; the oldest makes room for a new one.
        max_per_user: u32 => whole(1, 10_000, "sessions"), "50";
    }
}
