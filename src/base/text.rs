//! Text from outside, made safe to keep and to show: capped, without control or direction marks.

/// At most `max` bytes of `text`, cut at a character boundary.
pub fn cap(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let end = (0..=max).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// Whether `c` must not appear in a shown name: control, bidirectional or invisible formatting.
pub fn is_unsafe_char(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}')
}

/// `text` without the characters of [`is_unsafe_char`], trimmed, at most `max` bytes.
pub fn plain(text: &str, max: usize) -> String {
    let cleaned: String = text.chars().filter(|c| !is_unsafe_char(*c)).collect();
    cap(cleaned.trim(), max).to_owned()
}

/// Only the characters RFC 6749 §5.2 allows in `error_description`; others become a space or `'`.
pub fn error_description(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' => '\'',
            '\\' => '/',
            '\u{20}'..='\u{7E}' => c,
            '\u{00A7}' => 's',
            _ => ' ',
        })
        .collect()
}
