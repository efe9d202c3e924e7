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

/// One line of words: control, direction and invisible formatting characters are dropped, every run of
/// white space becomes one space, and at most `limit` characters are kept.
pub fn line(raw: &str, limit: usize) -> String {
    let spaced: String = raw
        .chars()
        .map(|char| if char.is_whitespace() { ' ' } else { char })
        .filter(|char| !disturbs(*char))
        .collect();
    let line = spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(limit) {
        Some((end, _)) => line.get(..end).unwrap_or_default().trim_end().to_owned() + "…",
        None => line,
    }
}

/// Whether a character is unseen and changes how its neighbours look. The joiners U+200C and U+200D stay:
/// Persian, Indic scripts and emoji need them.
pub fn disturbs(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}
