//! How long a password would stand up to guessing, by zxcvbn: advice in words, never a refusal.

use crate::base::secret::Secret;
use zxcvbn::feedback::{Feedback, Warning};
use zxcvbn::{Score, zxcvbn};

/// What is looked at, characters: the work grows faster than the length, and what is this long needs no advice.
const LOOKED_AT: usize = 64;
/// Context words looked at, and characters of each.
const CONTEXT: (usize, usize) = (8, 64);

/// What would make a password better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// It is much like one that many people have.
    Usual,
    /// It is made of a keyboard's rows, of a date, or of what repeats or counts.
    Pattern,
    /// One or two more words.
    Short,
}

/// What would make `password` better; `None` when it is good enough.
pub fn advise(password: &Secret, context: &[&str]) -> Option<Advice> {
    let text = password.reveal();
    if text.chars().count() > LOOKED_AT {
        return None;
    }
    let words: Vec<String> = super::words(context)
        .iter()
        .take(CONTEXT.0)
        .map(|word| word.chars().take(CONTEXT.1).collect())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let entropy = zxcvbn(text, &words);
    if entropy.score() >= Score::Three {
        return None;
    }
    Some(match entropy.feedback().and_then(Feedback::warning) {
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword
            | Warning::ThisIsSimilarToACommonlyUsedPassword,
        ) => Advice::Usual,
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess
            | Warning::RepeatsLikeAaaAreEasyToGuess
            | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess
            | Warning::SequencesLikeAbcAreEasyToGuess
            | Warning::RecentYearsAreEasyToGuess
            | Warning::DatesAreOftenEasyToGuess,
        ) => Advice::Pattern,
        Some(
            Warning::AWordByItselfIsEasyToGuess
            | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        )
        | None => Advice::Short,
    })
}
