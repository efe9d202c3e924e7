//! What a new password must be (OWASP ASVS 6.2, NIST SP 800-63B §5.1.1.2; security row O8): long
//! enough, not one of those everybody chooses or that were in a breach, not the account's own words. No
//! composition rules unless an operator must have them, no expiry, every character allowed. Works offline; the list
//! and its origin: `NOTICE`. [`Rules`] is the only way in, so that no page forgets one of them.

mod rules;
mod strength;
#[cfg(test)]
mod tests;

pub use rules::{Kind, Rules};
pub use strength::{Advice, advise};

use super::secrets::MAX_PASSWORD;
use crate::base::secret::Secret;
use std::fmt;
use zeroize::Zeroizing;

/// Sorted by byte, one a line, lower case.
static COMMON: &str = include_str!("common.txt");
/// No setting makes passwords shorter than this, characters.
pub const FLOOR: usize = 8;
/// A password that only repeats a piece this short is a sequence, characters.
const SHORT_UNIT: usize = 3;
/// A context word must be this long to count, characters.
const WORD: usize = 4;
/// What must remain beside the context words, characters.
const BESIDE: usize = 6;

/// Why a password will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer characters than this.
    TooShort(usize),
    /// More than [`MAX_PASSWORD`] bytes.
    TooLong,
    /// Among those everybody chooses, or a plain variation or sequence.
    Common,
    /// Little more than the account's or this server's name.
    Personal,
    /// Without a character of this kind, which the operator asks for.
    Lacks(Kind),
    /// In the operator's list of passwords that were in breaches.
    Breached,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort(least) => {
                write!(f, "use at least {least} characters; a few words in a row are easy to remember")
            }
            Self::TooLong => write!(f, "use at most {MAX_PASSWORD} bytes"),
            Self::Common => f.write_str(
                "this is one of the passwords that are tried first; use one that only you would think of",
            ),
            Self::Personal => {
                f.write_str("this is little more than your name or this server's; use something else")
            }
            Self::Lacks(kind) => write!(f, "use {} as well", kind.words()),
            Self::Breached => f.write_str(
                "this password was stolen from another site before, so it is among those that are tried; use another one",
            ),
        }
    }
}

/// Checks a new password. `context` are words that belong to the account or the server: user name,
/// e-mail address, display name, issuer host.
///
/// # Errors
/// The first [`Weakness`] found.
fn check(password: &Secret, min_length: usize, context: &[&str]) -> Result<(), Weakness> {
    let text = password.reveal();
    let least = min_length.max(FLOOR);
    if text.len() > MAX_PASSWORD {
        return Err(Weakness::TooLong);
    }
    if text.chars().count() < least {
        return Err(Weakness::TooShort(least));
    }
    let folded = Zeroizing::new(text.to_lowercase());
    if is_common(&folded) {
        return Err(Weakness::Common);
    }
    if is_personal(&folded, context) {
        return Err(Weakness::Personal);
    }
    Ok(())
}

/// A listed password, one with digits and signs around it or in place of letters, one written
/// several times, or a plain sequence (`abcdefgh...`, `98765432...`, `abcabcab...`).
fn is_common(folded: &str) -> bool {
    let core = folded.trim_matches(|c: char| !c.is_alphabetic());
    let start = folded.trim_end_matches(|c: char| !c.is_alphabetic());
    let (plain_core, plain_start) = (Zeroizing::new(unmasked(core)), Zeroizing::new(unmasked(start)));
    let piece = unit(folded);
    [folded, core, start, &plain_core, &plain_start]
        .iter()
        .any(|form| is_listed(form) || is_listed(unit(form)))
        || piece.chars().count() <= SHORT_UNIT
        || is_sequence(piece)
}

fn is_listed(text: &str) -> bool {
    let mut rest = COMMON;
    while !rest.is_empty() {
        let (before, line, after) = middle(rest);
        match text.cmp(line) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => rest = before,
            std::cmp::Ordering::Greater => rest = after,
        }
    }
    false
}

/// The line around the middle of `lines` (each ends with a line feed), what is before and after it.
fn middle(lines: &str) -> (&str, &str, &str) {
    // The list is ASCII (a test holds it), so every index is a character boundary.
    let half = lines.get(..lines.len() / 2).unwrap_or_default();
    let start = half.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let (before, from) = lines.split_at_checked(start).unwrap_or_default();
    let (line, after) = from.split_once('\n').unwrap_or((from, ""));
    (before, line, after)
}

/// The shortest piece that gives `text` when written several times, else `text`.
fn unit(text: &str) -> &str {
    let whole = |n: &usize| {
        text.len().is_multiple_of(*n)
            && text.get(..*n).is_some_and(|piece| text.split(piece).all(str::is_empty))
    };
    (1..=text.len() / 2).find(whole).and_then(|n| text.get(..n)).unwrap_or(text)
}

/// Whether every character follows the one before it by the same step of -1, 0 or 1 (9 to 0 too).
fn is_sequence(text: &str) -> bool {
    let steps = text.chars().zip(text.chars().skip(1)).map(|(a, b)| match (a, b) {
        ('9', '0') => 1,
        ('0', '9') => -1,
        _ => i64::from(u32::from(b)) - i64::from(u32::from(a)),
    });
    let mut steps = steps.peekable();
    let Some(first) = steps.peek().copied() else { return true };
    (-1..=1).contains(&first) && steps.all(|step| step == first)
}

/// Letters for the digits and signs that stand for them.
fn unmasked(text: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// The context words and their parts, lower case, long enough to count; the longest first.
fn words(context: &[&str]) -> Vec<String> {
    let parts = context.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let all = context.iter().copied().chain(parts);
    let mut words: Vec<_> = all.filter(|word| word.chars().count() >= WORD).map(str::to_lowercase).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// Whether little remains when the context words are taken out.
fn is_personal(folded: &str, context: &[&str]) -> bool {
    let mut rest = Zeroizing::new(folded.to_owned());
    for word in words(context) {
        rest = Zeroizing::new(rest.replace(&word, ""));
    }
    rest.len() < folded.len() && rest.chars().count() < BESIDE
}
