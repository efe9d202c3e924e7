//! The use cases. Synchronous inside transactions, no HTTP: each takes a typed request and returns
//! what is to be answered. "Plan inside, sign after commit": no argon2, RSA or network in a
//! transaction.

pub mod admin;
pub mod authorize;
pub mod clients;
pub mod context;
pub mod gate;
pub mod keys;
pub mod oxide;
pub mod secrets;
pub mod visitor;
pub mod trace;

pub use context::{Ctx, Engine};
