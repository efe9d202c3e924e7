//! What may stand in one place only, or nowhere.

use super::source::Source;
use super::{Complaints, Rule, TextRule, samples};
use std::collections::BTreeSet;

pub const RULES: &[Rule] = &[
    Rule {
        name: "one redirect writer",
        check: redirects,
        bad: samples::REDIRECT_BAD,
        good: samples::REDIRECT_GOOD,
    },
    Rule { name: "one cookie writer", check: cookies, bad: samples::COOKIE_BAD, good: samples::COOKIE_GOOD },
    Rule { name: "module names", check: module_names, bad: samples::NAMES_BAD, good: samples::NAMES_GOOD },
];

pub const TEXT_RULES: &[TextRule] = &[
    TextRule {
        name: "unfinished",
        applies: |path| {
            ["src/", "templates/", "static/", "migrations/", "examples/"].iter().any(|f| path.starts_with(f))
        },
        check: |line| ["TODO", "FIXME"].iter().any(|word| has_word(line, word)),
        bad: &["// TODO: later", "<!-- FIXME -->", "x(); //TODO"],
        good: &["a mastodon", "TODOS_TABLE", "todo list"],
    },
    TextRule {
        name: "unescaped HTML",
        applies: |path| path.starts_with("templates/") || path.starts_with("src/web/"),
        check: is_unescaped,
        bad: &["{{ name|safe }}", "{{ name | safe }}", "escape = \"none\"", "{% filter safe %}"],
        good: &["{{ name }}", "a safe place", "{{ name|safely }}"],
    },
    TextRule {
        name: "path of one machine",
        applies: |_| true,
        check: has_machine_path,
        bad: samples::PATHS_BAD,
        good: &[
            "https://example.com/network/x",
            "a/root",
            "/rooted",
            "/workspace",
            "root",
            "../work",
            "</root>",
        ],
    },
];

/// Files that write a `Location` header.
fn redirects(sources: &[Source]) -> Complaints {
    let written = |source: &Source| {
        source.tokens.iter().any(|token| {
            token.text == "LOCATION"
                || token.text.trim_matches('"').eq_ignore_ascii_case("location")
                    && token.text.starts_with('"')
        })
    };
    only_one(sources.iter().filter(|source| source.path.starts_with("web/")).filter(|source| written(source)))
}

/// Files that make a cookie.
fn cookies(sources: &[Source]) -> Complaints {
    const MAKING: [&[&str]; 6] = [
        &["Cookie", "::", "new"],
        &["Cookie", "::", "build"],
        &["CookieBuilder", "::", "new"],
        &["SET_COOKIE"],
        &["\"set-cookie\""],
        &["\"Set-Cookie\""],
    ];
    only_one(
        sources.iter().filter(|source| MAKING.iter().any(|pattern| source.find(pattern).next().is_some())),
    )
}

fn only_one<'a>(sources: impl Iterator<Item = &'a Source>) -> Complaints {
    let paths: BTreeSet<&str> = sources.map(|source| source.path.as_str()).collect();
    if paths.len() > 1 { vec![format!("more than one: {paths:?}")] } else { Vec::new() }
}

fn module_names(sources: &[Source]) -> Complaints {
    let mut complaints = Vec::new();
    for source in sources {
        let named = source.modules.iter().filter(|(name, _)| is_dumping_ground(name));
        complaints.extend(named.map(|(name, line)| format!("{}: mod {name}", source.at(*line))));
        if is_dumping_ground(&source.path) {
            complaints.push(format!("src/{}", source.path));
        }
    }
    complaints
}

/// Whether a module, folder or source file on the path has a name under which anything could be put.
/// Data may be called what it is: a list of common passwords.
pub fn is_dumping_ground(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, extension) = file.split_once('.').unwrap_or((file, ""));
    let named = folders.split('/').chain((extension != "txt").then_some(stem));
    named.map(str::to_ascii_lowercase).any(|name| {
        ["util", "utils", "helper", "helpers", "common", "misc", "utilities"].contains(&name.as_str())
    })
}

fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Whether the word stands alone in the line.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line.get(..start).and_then(|text| text.chars().next_back());
        let after = line.get(start + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_word_character) && !after.is_some_and(is_word_character)
    })
}

fn is_unescaped(line: &str) -> bool {
    let dense: String = line.chars().filter(|character| !character.is_whitespace()).collect();
    let filter = dense.match_indices("|safe").any(|(start, found)| {
        !dense.get(start + found.len()..).and_then(|rest| rest.chars().next()).is_some_and(is_word_character)
    });
    filter || dense.contains("escape=\"none\"") || dense.contains("{%filtersafe")
}

/// An absolute path into the place where somebody happened to build it.
fn has_machine_path(line: &str) -> bool {
    [concat!("/wo", "rk"), concat!("/ro", "ot")].iter().any(|path| {
        line.match_indices(path).any(|(start, _)| {
            let front = line.get(..start).unwrap_or_default();
            let before = front.chars().next_back();
            let after = line.get(start + path.len()..).and_then(|text| text.chars().next());
            let is_host = front.ends_with(":/");
            let joins = |character: char| is_word_character(character) || "-.<".contains(character);
            !is_host && !before.is_some_and(joins) && !after.is_some_and(|c| is_word_character(c) || c == '-')
        })
    })
}
