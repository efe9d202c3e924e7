//! The ways to prove who one is, one file each. A file that proves alone (a password) ends in
//! [`super::state::PrimaryDone`] and hands it to [`super::advance`].

pub mod password;
