//! Sign-in at another OpenID provider, where this server is the relying party; the only home of the
//! `openidconnect` package, which is used as it is. `/try` is its first user.
//!
//! The way of a sign-in: [`RelyingParty::discover`], [`RelyingParty::begin`], the browser goes and
//! comes back, [`RelyingParty::accept`], [`RelyingParty::redeem`]. Every call goes through the
//! guarded client (`engine/outbound.rs`) by a [`Wire`].

mod error;
mod flow;
mod party;
mod tokens;
mod wire;

#[cfg(test)]
mod tests;

pub use error::UpstreamError;
pub use flow::{Answer, Started, Wish};
pub use party::{Registration, RelyingParty};
pub use tokens::{IdToken, Tokens};
pub use wire::{Exchange, ExchangeAnswer, Wire};
