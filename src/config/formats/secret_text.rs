//! A secret that somebody chose.

use super::{Fix, Format, Refused};
use crate::base::secret::Secret;

/// Text that must not be seen, of at least so many characters; empty means none.
pub(in crate::config) struct SecretText {
    /// The fewest characters.
    pub(in crate::config) least: usize,
}

impl Format for SecretText {
    type Value = Option<Secret>;
    const SECRET: bool = true;

    fn allowed(&self) -> String {
        format!("text of at least {} characters; empty = none", self.least)
    }

    fn parse(&self, text: &str) -> Result<Option<Secret>, Refused> {
        if text.is_empty() {
            return Ok(None);
        }
        if text.chars().count() < self.least {
            let fix = Fix::Words("make one with: openssl rand -hex 32".to_owned());
            return Err(Refused::new(format!("shorter than {} characters", self.least), fix));
        }
        Ok(Some(Secret::new(text)))
    }
}
