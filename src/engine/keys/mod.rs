//! Keys and the tokens made with them: the master key, the ring of signing keys with its rotation
//! (security rows V1, V2), signing, and one verifier per purpose (T1-T5, T7). The only home of
//! jsonwebtoken and rsa; every private-key operation is aws-lc-rs.
//!
//! To add an algorithm: a variant of `protocol::alg::SigningAlg` and of `alg::Alg`, its key in `pair.rs`,
//! its JWK in `public.rs`.
//! To add a kind of token: a variant of [`TokenType`], and a verifier of its own in `verify.rs`.
//! JWTs that clients made: `foreign.rs`, with a file for what each purpose demands of the claims.

mod alg;
mod assertion;
mod claims;
mod client_jwk;
mod client_secret;
#[cfg(test)]
mod fixture;
mod foreign;
mod jose;
mod jti;
mod jwk;
pub mod master;
mod material;
mod pair;
mod plan;
mod public;
mod request_object;
mod ring;
mod rotate;
mod sealed;
pub mod strict_json;
mod verify;

pub use alg::half_hash;
pub use assertion::{Assertion, check_assertion};
pub use claims::{AccessClaims, Audience, HintClaims};
pub use client_jwk::{ClientKeySet, KeySetFault};
pub use client_secret::SecretSealer;
pub use foreign::{ForeignJwt, Unfit, Verdict};
pub use jose::TokenType;
pub use jti::Jti;
pub use jwk::{Jwks, PublicRsa, WeakKey};
pub use plan::{KeyPolicy, Switch};
pub use request_object::check_request_object;
pub use ring::{KeyRing, Setup};
pub use rotate::KeyInfo;
