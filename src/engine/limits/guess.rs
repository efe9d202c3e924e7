//! Slowing down guesses (NIST SP 800-63B §5.2.2, security rows S2, S3 and S5): per account **and** network, so that a
//! stranger elsewhere never locks the owner out, with waits that grow and end. A browser in which the account signed in
//! before is counted by itself, so that strangers in its own network do not lock it out either. All of it is counted
//! in the database: by all nodes together, atomically, and beyond a restart.
//!
//! The order of a sign-in: [`Passwords::turn`](crate::engine::secrets::Passwords::turn), then [`before`] in a write,
//! then `Passwords::verify`, then [`succeeded`] in the write that makes the session. When `verify` refuses (busy),
//! [`not_evaluated`]. What was neither counts as wrong.

use super::device::Known;
use crate::base::clock::Seconds;
use crate::base::id::UserId;
use crate::base::secret::b64;
use crate::engine::context::Engine;
use crate::engine::network::Network;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::ephemeral::Take;
use crate::store::throttles::{self, Reserve};
use crate::store::{Conn, TxResult, failed_accounts, paces};
use std::net::IpAddr;

/// How long an account counts as one that was tried from a network and failed, seconds.
const REMEMBERED: Seconds = 3600;
/// What a network may still try that has tried too many accounts: so many guesses in [`SLOW_SECONDS`].
const SLOW: u32 = 3;
/// The while, seconds.
const SLOW_SECONDS: Seconds = 60;

/// Whose password is tried.
#[derive(Clone, Copy)]
pub enum Account<'a> {
    /// A known person's, whatever name was typed (security row C4).
    Known(&'a UserId),
    /// Nobody's: the canonical form of what was typed (`domain::user::login_key`).
    Unknown(&'a str),
}

/// One try; its names are MACs, so that no typed name and no address is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guess {
    /// What the growing wait is for.
    key: String,
    /// What failed, for whoever counts the wrong ones.
    check: Check,
    /// Networks whose accounts are counted, with how many may fail; none for a known browser and this machine itself.
    from: Vec<(String, i64)>,
    account: String,
    longest: Seconds,
}

impl Guess {
    /// A password for `account` from `ip`: an IPv4 address, or an IPv6 /64. `devices` is what the browser holds.
    pub fn password(engine: &Engine, account: Account<'_>, ip: IpAddr, devices: &[String]) -> Self {
        let name = match account {
            Account::Known(id) => format!("user {id}"),
            Account::Unknown(name) => format!("name {name}"),
        };
        let known = match account {
            Account::Known(id) => Known::find(engine, devices, id),
            Account::Unknown(_) => None,
        };
        let network = Network::from(ip);
        let key = match &known {
            Some(known) => format!("device {}\n{name}", known.id()),
            None => format!("{network}\n{name}"),
        };
        let most = i64::from(engine.limits.rules().distinct_failures);
        let counted = known.is_none() && most > 0 && !ip.to_canonical().is_loopback();
        let networks = [Some((network, 1)), network.site().map(|site| (site, i64::from(Network::SITE)))];
        let networks = networks.into_iter().flatten().filter(|_| counted);
        let from = networks.map(|(network, times)| {
            (mac(engine, &format!("failures\n{network}")), most.saturating_mul(times))
        });
        Self {
            key: mac(engine, &key),
            check: Check::LoginThrottled,
            from: from.collect(),
            account: mac(engine, &format!("failed\n{name}")),
            longest: engine.policy.max_login_delay,
        }
    }

    /// A second factor of one kind of `user`, who has proven the first: counted for the account, for who guesses
    /// here knows the password and may come from anywhere; but a known browser by itself (security row P1). Its
    /// counter is none of the password's.
    pub fn factor(engine: &Engine, user: &UserId, kind: &str, devices: &[String]) -> Self {
        let of = Known::find(engine, devices, user).map_or_else(String::new, |known| known.id());
        Self {
            key: mac(engine, &format!("factor {kind} {of}\nuser {user}")),
            check: Check::FactorThrottled,
            from: Vec::new(),
            account: String::new(),
            longest: engine.policy.max_login_delay,
        }
    }

    /// As text, for a turn.
    pub fn as_str(&self) -> &str {
        &self.key
    }
}

fn mac(engine: &Engine, text: &str) -> String {
    b64(&engine.macs.throttle.mac(text.as_bytes()))
}

/// Reserves the try before it is looked at.
///
/// # Errors
/// [`Check::NetworkSlowed`], [`Check::LoginThrottled`] or [`Check::FactorThrottled`] with the seconds to wait; nothing
/// was changed then. Store errors.
pub fn before(conn: &mut Conn, guess: &Guess, now: Seconds) -> TxResult<()> {
    for (network, most) in &guess.from {
        let forget_at = now.saturating_add(REMEMBERED);
        let tried = failed_accounts::note(conn, network, &guess.account, now, forget_at)?;
        if guess.longest > 0 && tried > *most {
            slow(conn, network, now)?;
        }
    }
    match throttles::reserve(conn, &guess.key, now, guess.longest)? {
        Reserve::Granted => Ok(()),
        Reserve::Wait(seconds) => Err(Refusal::new(guess.check).retry_after(seconds).into()),
    }
}

fn slow(conn: &mut Conn, network: &str, now: Seconds) -> TxResult<()> {
    let take = Take { name: format!("slow {network}"), most: SLOW, window: SLOW_SECONDS };
    match paces::take(conn, &[take], now.saturating_mul(1_000_000))? {
        Ok(()) => Ok(()),
        Err(wait) => Err(Refusal::new(Check::NetworkSlowed).retry_after(wait.seconds()).into()),
    }
}

/// It was right: the failures are forgotten.
///
/// # Errors
/// Store errors.
pub fn succeeded(conn: &mut Conn, guess: &Guess) -> TxResult<()> {
    forget(conn, guess)?;
    throttles::clear(conn, &guess.key)
}

/// It was never looked at: the try does not count.
///
/// # Errors
/// Store errors.
pub fn not_evaluated(conn: &mut Conn, guess: &Guess, now: Seconds) -> TxResult<()> {
    forget(conn, guess)?;
    throttles::give_back(conn, &guess.key, now)
}

fn forget(conn: &mut Conn, guess: &Guess) -> TxResult<()> {
    for (network, _) in &guess.from {
        failed_accounts::forget(conn, network, &guess.account)?;
    }
    Ok(())
}
