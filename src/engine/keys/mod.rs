//! Keys and the tokens made with them: the master key, the ring of signing keys with its rotation
//! (security rows V1, V2), signing, and one verifier per purpose (T1-T5, T7). The only home of
//! jsonwebtoken and rsa; every private-key operation is aws-lc-rs.
//!
//! To add an algorithm: a variant of `protocol::alg::SigningAlg` and of `alg::Alg`, its key in `pair.rs`,
//! its JWK in `public.rs`.
//! To add a kind of token: a variant of [`TokenType`], and a verifier of its own in `verify.rs`.

mod alg;
mod claims;
#[cfg(test)]
mod fixture;
mod jose;
mod jti;
mod jwk;
pub mod master;
mod material;
mod pair;
mod plan;
mod public;
mod ring;
mod rotate;
pub mod strict_json;
mod verify;

pub use alg::half_hash;
pub use claims::{AccessClaims, Audience, HintClaims};
pub use jose::TokenType;
pub use jti::Jti;
pub use jwk::{Jwks, PublicRsa, WeakKey};
pub use plan::{KeyPolicy, Switch};
pub use ring::{KeyRing, Setup};
pub use rotate::KeyInfo;
