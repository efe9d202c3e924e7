//! Errors of the TOML parser in plain words.

use toml::de::Error;

use super::file::Source;
use super::problem::{Place, Problem};

/// The parser's errors, one per line: what follows on the same line is mostly an echo.
pub(super) fn problems(source: &Source<'_>, errors: &[Error]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for error in errors {
        let offset = error.span().map_or(0, |span| span.start);
        let place = source.place(offset);
        if !problems.iter().any(|earlier| same_line(&earlier.place, &place)) {
            problems.push(problem(source, place, offset, error));
        }
    }
    problems
}

/// Whether two places are on one line of the file.
pub(super) fn same_line(one: &Place, other: &Place) -> bool {
    match (one, other) {
        (Place::File { line, .. }, Place::File { line: other, .. }) => line == other,
        _ => false,
    }
}

fn problem(source: &Source<'_>, place: Place, offset: usize, error: &Error) -> Problem {
    let message = error.message();
    let (what, fix) = match message {
        _ => (message.to_owned(), String::new()),
    };
    let _ = (source, offset);
    Problem::general(place, what, fix)
}
