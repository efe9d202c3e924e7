//! authorizations
