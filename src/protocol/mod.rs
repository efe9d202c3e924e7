//! The grammar of the RFCs as types: pure, bounded, without I/O.

pub mod alg;
pub mod authorize;
pub mod claims;
pub mod client_auth;
pub mod params;
pub mod pkce;
pub mod redirect_uri;
pub mod refusal;
mod registry;
pub mod response_type;
pub mod scope;
pub mod site;
pub mod user_code;
