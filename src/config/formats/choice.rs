//! One word, or one number, out of a short list.

use super::{Fix, Format, Refused, Shape};
use crate::config::nearest::nearest;

/// One of a few words; upper and lower case mean the same.
pub(in crate::config) struct Choice<T: 'static>(pub &'static [(&'static str, T)]);

impl<T: Copy> Format for Choice<T> {
    type Value = T;

    fn allowed(&self) -> String {
        one_of(self.0.iter().map(|(word, _)| (*word).to_owned()))
    }

    fn parse(&self, text: &str) -> Result<T, Refused> {
        let found = self.0.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let fix = nearest(text, self.0.iter().map(|(word, _)| *word))
                .map_or(Fix::Default, |word| Fix::Value(word.to_owned()));
            Refused::new("not one of the allowed words", fix)
        })
    }
}

/// One of a few numbers.
pub(in crate::config) struct NumberChoice(pub &'static [u32]);

impl Format for NumberChoice {
    type Value = u32;
    const SHAPE: Shape = Shape::Whole;

    fn allowed(&self) -> String {
        one_of(self.0.iter().map(u32::to_string))
    }

    fn parse(&self, text: &str) -> Result<u32, Refused> {
        let value = text.trim().parse::<u32>().ok();
        value
            .filter(|value| self.0.contains(value))
            .ok_or_else(|| Refused::new("not one of the allowed numbers", Fix::Default))
    }
}

/// `a, b or c`.
fn one_of(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<_> = words.collect();
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} or {last}", words.join(", ")),
        Some(last) => last,
        None => String::new(),
    }
}
