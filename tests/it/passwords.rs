//! What a new password must be, and passwords of other servers (security rows O8, V4, C1, C5).

mod import;
mod policy;
