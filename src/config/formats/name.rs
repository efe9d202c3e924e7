//! A name of one word.

use super::{Fix, Format, Refused};

/// The most characters.
const LONGEST: usize = 64;

/// A name without spaces.
pub(in crate::config) struct Name;

impl Format for Name {
    type Value = String;

    fn allowed(&self) -> String {
        format!("1 to {LONGEST} characters without spaces")
    }

    fn parse(&self, text: &str) -> Result<String, Refused> {
        let text = text.trim();
        let fits = (1..=LONGEST).contains(&text.chars().count());
        if !fits || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Refused::new("not a name", Fix::Default));
        }
        Ok(text.to_owned())
    }
}
