//! `[login]`: how people sign in.

use crate::config::formats::{Choice, Words, whole};
use crate::config::key::section;

const SECOND_FACTOR: &[(&str, bool)] = &[("optional", false), ("required", true)];

section! {
    /// How people sign in. Whoever has enrolled a second factor is asked for it in any case.
    pub struct Login = "login" {
        /// Whether everybody must have a second factor. Who has none enrols one at the next sign-in.
        second_factor: bool => Choice(SECOND_FACTOR), "optional";
        /// Roles whose holders must have one, for example `admin`. Of a single app: `latchkey client edit ID --set
        /// second_factor=required`.
        second_factor_roles: Vec<String> => Words { what: "names of roles", known: &[] }, "";
        /// How long a browser in which the second factor was given need not be asked again, if the person wants that.
        /// It never stands in where an app asks for a second factor.
        remember_days: u32 => whole(0, 90, "days").zero_means("never"), "30";
    }
}
