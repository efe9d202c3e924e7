//! A language that there are words in.

use super::{Fix, Format, Refused};
use crate::base::words::Words;

/// The tag of a language.
pub(in crate::config) struct Language;

impl Format for Language {
    type Value = Words;

    fn allowed(&self) -> String {
        let tags: Vec<_> = Words::all().map(Words::tag).collect();
        format!("one of {}", tags.join(", "))
    }

    fn parse(&self, text: &str) -> Result<Words, Refused> {
        Words::of(text.trim())
            .filter(|words| words.tag().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| Refused::new("not a language that there are pages in", Fix::Default))
    }
}
