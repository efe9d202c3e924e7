//! What production code does not do at all: panic, or read an ambient clock or randomness.

use super::source::Source;
use super::{Complaints, Rule, samples};

pub const RULES: &[Rule] = &[
    Rule { name: "panics", check: panics, bad: samples::PANICS_BAD, good: samples::PANICS_GOOD },
    Rule { name: "ambient clock", check: clock, bad: samples::CLOCK_BAD, good: samples::CLOCK_GOOD },
    Rule {
        name: "ambient randomness",
        check: randomness,
        bad: samples::RANDOM_BAD,
        good: samples::RANDOM_GOOD,
    },
];

/// Tokens, and the lint whose `#[expect]` lets them pass.
const PANICS: [(&[&str], &str); 6] = [
    (&[".", "unwrap", "("], "clippy::unwrap_used"),
    (&[".", "expect", "("], "clippy::expect_used"),
    (&["panic", "!"], "clippy::panic"),
    (&["todo", "!"], "clippy::todo"),
    (&["unimplemented", "!"], "clippy::unimplemented"),
    (&["unreachable", "!"], "clippy::unreachable"),
];

const CLOCKS: [&[&str]; 7] = [
    &["SystemTime", "::", "now"],
    &["Instant", "::", "now"],
    &["Utc", "::", "now"],
    &["Local", "::", "now"],
    &["OffsetDateTime", "::", "now_utc"],
    &["OffsetDateTime", "::", "now"],
    &["OffsetDateTime", "::", "now_local"],
];

const RANDOMNESS: [&[&str]; 7] = [
    &["rand", "::"],
    &["SystemRandom"],
    &["OsRng"],
    &["thread_rng"],
    &["getrandom"],
    &["Ulid", "::", "new", "("],
    &["new_v4"],
];

fn panics(sources: &[Source]) -> Complaints {
    let mut complaints = Vec::new();
    for source in sources {
        for (pattern, lint) in PANICS {
            let lines = source.find(pattern).filter(|line| !source.expects(lint, *line));
            complaints.extend(lines.map(|line| format!("{}: {}", source.at(line), pattern.concat())));
        }
    }
    complaints
}

fn clock(sources: &[Source]) -> Complaints {
    outside_base(sources, &CLOCKS)
}

fn randomness(sources: &[Source]) -> Complaints {
    outside_base(sources, &RANDOMNESS)
}

fn outside_base(sources: &[Source], patterns: &[&[&str]]) -> Complaints {
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| !source.path.starts_with("base/")) {
        for pattern in patterns {
            let lines = source.find(pattern).filter(|line| {
                !["clippy::disallowed_methods", "clippy::disallowed_types"]
                    .iter()
                    .any(|lint| source.expects(lint, *line))
            });
            complaints.extend(lines.map(|line| format!("{}: {}", source.at(line), pattern.concat())));
        }
    }
    complaints
}
