//! `[outbound]`: whom this server may call.

use crate::config::formats::{HostPort, Hosts};
use crate::config::key::section;

section! {
    /// Whom this server may call. Apps name addresses of theirs, for keys and logout tokens for example; those in
    /// private networks are refused, so that nobody can have this server look around there.
    pub struct Calls = "outbound" {
        /// Hosts that may be called although they are in a private network or on this machine, where an
        /// administrator made or reviewed the app that names them: `app.internal`, or `app.internal:8443` for
        /// another port than 443. Only https is spoken.
        private_hosts: Vec<HostPort> => Hosts, "";
    }
}
