//! `[session]`: how long a browser stays signed in.

use crate::config::formats::{DAY, MINUTE, Truth, seconds, whole};
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
        /// Sign-ins that people who are not signed in may begin at apps in 10 minutes from one network
        /// (an IPv4 address, an IPv6 /64; of an IPv6 /48 eight times as many), on each node; more are
        /// answered 429. Loopback addresses are not counted. Behind a proxy that `server.trusted_proxies` does not name, all people
        /// are one network.
        begun_per_network: u32 => whole(0, 100_000_000, "sign-ins").zero_means("no limit"), "3000";
        /// The same from all networks together; beyond it the first 20 of each network still come through.
        begun_total: u32 => whole(0, 100_000_000, "sign-ins").zero_means("no limit"), "100000";
        /// Sessions a person may have at once; the oldest makes room for a new one.
        max_per_user: u32 => whole(1, 10_000, "sessions"), "50";
        /// Whether apps may ask, in a frame of this server (OpenID Connect Session Management), if the browser still
        /// has the sign-in they know of. Browsers that keep the cookies of frames apart answer "changed" always, so
        /// it is off by default; logout by back-channel needs none of it.
        management: bool => Truth, "false";
    }
}
