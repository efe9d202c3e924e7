//! How large a file, a function and a parameter list may be, and how each file begins.

use super::source::Source;
use super::{Complaints, Rule, samples};

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;
const PARAMETERS: usize = 5;

pub const RULES: &[Rule] = &[
    Rule { name: "file length", check: file_length, bad: &[samples::LONG_FILE], good: samples::LONG_TESTS },
    Rule {
        name: "function length",
        check: function_length,
        bad: &[samples::LONG_FUNCTION],
        good: samples::LONG_FUNCTION_EXPECTED,
    },
    Rule {
        name: "parameters",
        check: parameters,
        bad: samples::PARAMETERS_BAD,
        good: samples::PARAMETERS_GOOD,
    },
    Rule {
        name: "first line",
        check: first_line,
        bad: samples::FIRST_LINE_BAD,
        good: samples::FIRST_LINE_GOOD,
    },
    Rule {
        name: "permissions",
        check: permissions,
        bad: samples::PERMISSIONS_BAD,
        good: samples::PERMISSIONS_GOOD,
    },
];

fn file_length(sources: &[Source]) -> Complaints {
    let length = |source: &Source| source.text.lines().count() - source.test_lines;
    sources
        .iter()
        .filter(|source| length(source) > FILE_LINES)
        .map(|source| {
            format!("src/{}: {} lines without tests, {FILE_LINES} allowed", source.path, length(source))
        })
        .collect()
}

fn function_length(sources: &[Source]) -> Complaints {
    let mut complaints = Vec::new();
    for source in sources {
        for function in source.functions.iter().filter(|function| function.lines > FUNCTION_LINES) {
            if !source.expects("clippy::too_many_lines", function.line) {
                let place = source.at(function.line);
                complaints.push(format!(
                    "{place}: {} has {} lines, {FUNCTION_LINES} allowed",
                    function.name, function.lines
                ));
            }
        }
    }
    complaints
}

fn parameters(sources: &[Source]) -> Complaints {
    let mut complaints = Vec::new();
    for source in sources {
        for function in source.functions.iter().filter(|function| function.parameters > PARAMETERS) {
            if !source.expects("clippy::too_many_arguments", function.line) {
                let place = source.at(function.line);
                complaints.push(format!(
                    "{place}: {} has {}, {PARAMETERS} allowed",
                    function.name, function.parameters
                ));
            }
        }
    }
    complaints
}

fn first_line(sources: &[Source]) -> Complaints {
    sources
        .iter()
        .filter(|source| {
            source.text.lines().next().is_none_or(|line| line.len() < 8 || !line.starts_with("//! "))
        })
        .map(|source| format!("src/{} does not begin with a //! line that says what it is", source.path))
        .collect()
}

/// A lint gives way by `#[expect]` with a reason, not by `#[allow]`.
fn permissions(sources: &[Source]) -> Complaints {
    let mut complaints = Vec::new();
    for source in sources {
        for permission in source.permissions.iter().filter(|p| !p.is_expect || !p.has_reason) {
            let what = if permission.is_expect { "gives no reason" } else { "is allowed, not expected" };
            complaints.push(format!("{}: {} {what}", source.at(permission.first.max(1)), permission.lint));
        }
    }
    complaints
}
