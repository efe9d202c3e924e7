//! Slowing down guesses (NIST SP 800-63B §5.2.2, security rows S2 and S3): per account **and**
//! network, so that a stranger elsewhere never locks the owner out, with waits that grow and end.
//!
//! The order of a sign-in: [`Passwords::turn`](super::secrets::Passwords::turn), then
//! [`check_before`] in a write, then `Passwords::verify`, then [`succeeded`] in the write that
//! makes the session. When `verify` refuses (busy), [`not_evaluated`].

use super::network::Network;
use crate::base::clock::Seconds;
use crate::base::crypt::MacKey;
use crate::base::id::UserId;
use crate::base::secret::b64;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::throttles::{self, Reserve};
use crate::store::{Conn, TxResult};
use std::net::IpAddr;

/// Whose password is tried.
#[derive(Clone, Copy)]
pub enum Account<'a> {
    /// A known person's, whatever name was typed (security row C4).
    Known(&'a UserId),
    /// Nobody's: the canonical form of what was typed (`domain::user::login_key`).
    Unknown(&'a str),
}

/// One account from one network; a MAC, so that no typed name and no address is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key(String);

impl Key {
    /// The key of `account` from the network of `ip`: an IPv4 address, or an IPv6 /64. `mac` is a
    /// key of its own purpose from the master key.
    pub fn new(mac: &MacKey, account: Account<'_>, ip: IpAddr) -> Self {
        let account = match account {
            Account::Known(id) => format!("user {id}"),
            Account::Unknown(name) => format!("name {name}"),
        };
        Self(b64(&mac.mac(format!("{}\n{account}", Network::from(ip)).as_bytes())))
    }

    /// The key of one kind of second factor of a person, from everywhere: only who has their password comes so
    /// far, and a few networks more must not be a few guesses more.
    pub fn second_factor(mac: &MacKey, user: &UserId, kind: &str) -> Self {
        Self(b64(&mac.mac(format!("factor {kind}\nuser {user}").as_bytes())))
    }

    /// As text, for a turn.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reserves the attempt before its password is looked at.
///
/// # Errors
/// [`Check::LoginThrottled`] with the seconds to wait; nothing was changed then. Store errors.
pub fn check_before(conn: &mut Conn, key: &Key, now: Seconds, max_delay: Seconds) -> TxResult<()> {
    match throttles::reserve(conn, &key.0, now, max_delay)? {
        Reserve::Granted => Ok(()),
        Reserve::Wait(seconds) => Err(Refusal::new(Check::LoginThrottled).retry_after(seconds).into()),
    }
}

/// The password was right: the failures are forgotten.
///
/// # Errors
/// Store errors.
pub fn succeeded(conn: &mut Conn, key: &Key) -> TxResult<()> {
    throttles::clear(conn, &key.0)
}

/// The password was never looked at: the attempt does not count.
///
/// # Errors
/// Store errors.
pub fn not_evaluated(conn: &mut Conn, key: &Key, now: Seconds) -> TxResult<()> {
    throttles::give_back(conn, &key.0, now)
}
