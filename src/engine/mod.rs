//! The use cases. Synchronous inside transactions, no HTTP: each takes a typed request and returns
//! what is to be answered. "Plan inside, sign after commit": no argon2, RSA or network in a
//! transaction.

pub mod account;
pub mod accounts;
pub mod admin;
pub mod authorize;
pub mod begun;
pub mod client_keys;
pub mod clients;
pub mod context;
pub mod device;
pub mod end_session;
pub mod gate;
pub mod introspect;
pub mod keys;
pub mod limits;
pub mod login;
pub mod logout;
pub mod network;
pub mod outbound;
pub mod oxide;
pub mod passwords;
pub mod registration;
pub mod released;
pub mod resources;
pub mod revoke;
pub mod secrets;
pub mod signed_userinfo;
pub mod subject;
pub mod testing;
pub mod token;
pub mod trace;
pub mod turn;
pub mod upstream;
pub mod userinfo;
pub mod visitor;

pub use context::{Ctx, Engine};
