//! The ways to prove who one is, one file each. A file that proves alone (a password) ends in
//! [`super::state::PrimaryDone`] and hands it to [`super::advance`]. A second factor exports a `FACTOR`, and
//! has its line in [`FACTORS`]; the page of the second step is drawn by its [`Shape`].

pub mod password;
pub mod recovery_code;
pub mod totp;

use crate::base::id::UserId;
use crate::domain::session::Class;
use crate::engine::context::Engine;
use crate::store::{Conn, TxResult};

/// What the person is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A few digits from another device.
    Digits,
    /// Letters and digits that were noted down.
    Noted,
}

/// A second factor. Each has its own count of wrong answers for a person.
pub struct Factor {
    /// Its name in the store, in forms and in events.
    pub kind: &'static str,
    /// Methods by RFC 8176.
    pub amr: &'static [&'static str],
    /// The class that a sign-in with it reaches.
    pub class: Class,
    /// What the page asks for.
    pub shape: Shape,
    /// Whether the person could answer with it.
    pub is_held: fn(&mut Conn, &UserId) -> TxResult<bool>,
    /// Whether the answer is right; what may be used once is used up by it, in this transaction.
    pub verify: fn(&mut Conn, &Engine, &UserId, &str) -> TxResult<bool>,
}

/// Every second factor, in the order in which they are offered.
pub static FACTORS: &[&Factor] = &[&totp::FACTOR, &recovery_code::FACTOR];

impl Factor {
    /// By its name.
    pub fn named(kind: &str) -> Option<&'static Self> {
        FACTORS.iter().copied().find(|factor| factor.kind == kind)
    }

    /// Those that the person could answer with.
    ///
    /// # Errors
    /// Store errors.
    pub fn held(conn: &mut Conn, user: &UserId) -> TxResult<Vec<&'static Self>> {
        let mut held = Vec::new();
        for factor in FACTORS {
            if (factor.is_held)(conn, user)? {
                held.push(*factor);
            }
        }
        Ok(held)
    }
}
