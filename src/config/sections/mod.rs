//! The sections of the configuration, one file each. A new section is a file and a line here.

mod audit;
mod brand;
mod database;
mod keys;
mod limits;
mod log;
mod login;
mod outbound;
mod password;
mod redis;
mod registration;
mod server;
mod session;
mod testing;
mod tokens;
mod trace;

pub use self::redis::Redis;
pub use audit::Audit;
pub use brand::Brand;
pub use database::Database;
pub use keys::Keys;
pub use limits::{Counters, Limits};
pub use log::{Level, Log, LogFormat};
pub use login::Login;
pub use outbound::Calls;
pub use password::Password;
pub use registration::{Registration, RegistrationMode};
pub use server::Server;
pub use session::Session;
pub use testing::Testing;
pub use tokens::Tokens;
pub use trace::Trace;

use super::key::{Key, Section};

/// Every section, in the order of the reference.
pub(super) const SECTIONS: &[Section] = &[
    Server::SECTION,
    Brand::SECTION,
    Database::SECTION,
    Keys::SECTION,
    Tokens::SECTION,
    Session::SECTION,
    Login::SECTION,
    Password::SECTION,
    Limits::SECTION,
    Redis::SECTION,
    Registration::SECTION,
    Calls::SECTION,
    Log::SECTION,
    Trace::SECTION,
    Audit::SECTION,
    Testing::SECTION,
];

/// Every key of every section.
pub(super) fn all_keys() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|section| section.keys)
}
