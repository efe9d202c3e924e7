//! The ground everything stands on: time, randomness, identifiers, secrets, bounded text.
//! Nothing here knows of OAuth, HTTP or the database.

pub mod breached;
pub mod clock;
pub mod colour;
pub mod crypt;
pub mod id;
pub mod picture;
pub mod rng;
pub mod secret;
pub mod shell;
pub mod text;
pub mod tls;
pub mod words;
