//! The things this server is about, as plain data with their rules. Pure.

pub mod audit;
pub mod authorization;
pub mod client;
pub mod delivery;
pub mod device;
pub mod factor;
pub mod grant;
pub mod resource;
pub mod session;
pub mod signing_key;
pub mod user;
