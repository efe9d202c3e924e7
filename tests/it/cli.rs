//! The commands, by the real binary, end to end: what they do, what they print, how they end, and that a running
//! server follows them.

mod apps;
mod elsewhere;
mod guides;
mod instance;
mod live;
mod people;
mod registration;
mod resources;

use crate::harness::database::dump;
use crate::harness::program::Program;

/// Runs the command with `--dry-run`: it ends well and nothing whatever is changed.
#[track_caller]
fn assert_dry(program: &Program, arguments: &[&str], input: &str) {
    let before = dump(program);
    for form in [&["--dry-run"][..], &["--dry-run", "-o", "json"]] {
        let said = program.feed(&[arguments, form].concat(), input);
        assert_eq!(said.code, 0, "{arguments:?} {}{}", said.out, said.err);
        assert!(!said.out.is_empty(), "{arguments:?} says what it would do");
        if form.len() > 1 {
            said.json();
        }
    }
    assert!(dump(program) == before, "{arguments:?} changed something");
}
