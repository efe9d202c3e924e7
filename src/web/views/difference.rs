//! Where two values part: the marker that shows a developer the one character that is wrong.
//!
//! The expected value is the client's registration, so this is made only for admins and for clients on
//! loopback addresses; what a stranger may see is decided by who fills the page, not here.

use super::text::Text;

/// Two values, split where they differ. Invisible characters are written out.
#[derive(Clone)]
pub struct Difference {
    /// The same in both, at the start.
    pub start: Text,
    /// Only in the received value.
    pub received: Text,
    /// Only in the expected value.
    pub expected: Text,
    /// The same in both, at the end.
    pub end: Text,
}

impl Difference {
    /// Compares character by character.
    pub fn between(received: &str, expected: &str) -> Self {
        let same = |(left, right): &(char, char)| left == right;
        let start: String =
            received.chars().zip(expected.chars()).take_while(same).map(|(char, _)| char).collect();
        let received = received.strip_prefix(&start).unwrap_or_default();
        let expected = expected.strip_prefix(&start).unwrap_or_default();
        let back: String = received
            .chars()
            .rev()
            .zip(expected.chars().rev())
            .take_while(same)
            .map(|(char, _)| char)
            .collect();
        let end: String = back.chars().rev().collect();
        Self {
            start: Text::visible(&start),
            received: Text::visible(received.strip_suffix(&end).unwrap_or_default()),
            expected: Text::visible(expected.strip_suffix(&end).unwrap_or_default()),
            end: Text::visible(&end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Difference;

    fn parts(received: &str, expected: &str) -> [String; 4] {
        let found = Difference::between(received, expected);
        [found.start, found.received, found.expected, found.end].map(|text| text.to_string())
    }

    #[test]
    fn the_marker_stands_where_the_values_part() {
        assert_eq!(parts("http://a/cb/", "http://a/cb"), ["http://a/cb", "/", "", ""]);
        assert_eq!(parts("http://a:1/cb", "https://a:1/cb"), ["http", "", "s", "://a:1/cb"]);
        assert_eq!(parts("aa", "aaa"), ["aa", "", "a", ""]);
        assert_eq!(parts("", "x"), ["", "", "x", ""]);
        assert_eq!(parts("é\u{200b}b", "éb"), ["é", "\\u{200b}", "", "b"]);
    }
}
