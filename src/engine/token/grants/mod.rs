//! The grant types, one file each; [`super::GRANTS`] lists them.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod refresh_token;
