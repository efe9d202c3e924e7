//! `[tokens]`: how long codes and tokens live.

use crate::config::formats::{DAY, HOUR, MINUTE, seconds};
use crate::config::key::section;

section! {
    /// How long codes and tokens live. A client may ask for less, never for more.
    pub struct Tokens = "tokens" {
        /// Life of an authorization code (RFC 6749 §4.1.2).
        code_seconds: u32 => seconds(1, 10 * MINUTE), "60";
        /// Life of an access token.
        access_token_seconds: u32 => seconds(10, HOUR), "900";
        /// Life of an ID token.
        id_token_seconds: u32 => seconds(10, HOUR), "600";
        /// A refresh token that is not used for this long is over.
        refresh_idle_seconds: u32 => seconds(MINUTE, 365 * DAY), "1209600";
        /// A chain of refresh tokens is over after this long, however often it is used.
        refresh_absolute_seconds: u32 => seconds(MINUTE, 365 * DAY), "2592000";
        /// How long the replaced refresh token still gets its successor, for apps that lost the
        /// answer. 0 is strict: any second use ends the chain.
        refresh_grace_seconds: u32 => seconds(0, MINUTE), "10";
    }
}
