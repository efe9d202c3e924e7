//! A list of words without spaces.

use super::{Fix, Format, Refused, Shape};
use crate::config::nearest::nearest;

/// Words of printable ASCII, in one list or with spaces between them; of `known` ones where that is not empty.
pub(in crate::config) struct Words {
    /// What they are, in plain words.
    pub(in crate::config) what: &'static str,
    /// The only ones there are, if they are known.
    pub(in crate::config) known: &'static [&'static str],
}

impl Format for Words {
    type Value = Vec<String>;
    const SHAPE: Shape = Shape::List;

    fn allowed(&self) -> String {
        match self.known {
            [] => self.what.to_owned(),
            known => format!("{}, of {}", self.what, known.join(", ")),
        }
    }

    fn parse(&self, text: &str) -> Result<Vec<String>, Refused> {
        let words = text.split([',', ' ']).filter(|word| !word.is_empty());
        words.map(|word| self.word(word)).collect()
    }

    fn parse_items(&self, items: &[&str]) -> Result<Vec<String>, Vec<(usize, Refused)>> {
        let mut words = Vec::new();
        let mut refused = Vec::new();
        for (position, item) in items.iter().enumerate() {
            match self.parse(item) {
                Ok(more) => words.extend(more),
                Err(why) => refused.push((position, why)),
            }
        }
        if refused.is_empty() { Ok(words) } else { Err(refused) }
    }
}

impl Words {
    fn word(&self, word: &str) -> Result<String, Refused> {
        // RFC 6749 §3.3: the characters of a scope name.
        if !word.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
            return Err(Refused::new("holds characters that no name has", Fix::Default));
        }
        if !self.known.is_empty() && !self.known.contains(&word) {
            let fix = nearest(word, self.known.iter().copied())
                .map_or(Fix::Default, |near| Fix::Words(format!("write {near}")));
            return Err(Refused::new("not one of the known names", fix));
        }
        Ok(word.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_a_list_or_with_spaces() {
        let any = Words { what: "names", known: &[] };
        assert_eq!(
            any.parse_items(&["openid email", "a:b"]).ok(),
            Some(vec!["openid".into(), "email".into(), "a:b".into()])
        );
        assert_eq!(any.parse_items(&[]).ok(), Some(Vec::new()));
        assert_eq!(any.parse_items(&["ok", "n\u{f6}"]).unwrap_err().first().map(|(at, _)| *at), Some(1));
        let grants = Words { what: "grant types", known: &["authorization_code", "refresh_token"] };
        let fix = grants.parse("refresh_tokens").err().map(|refused| refused.fix);
        assert_eq!(fix, Some(Fix::Words("write refresh_token".into())));
    }
}
