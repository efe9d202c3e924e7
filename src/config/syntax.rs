//! Errors of the TOML parser in plain words.
//!
//! The parser says what it expected at a spot; a person needs to know what to change in the line.
//! So the line itself is looked at: most mistakes are habits from other formats. Values are repeated
//! only for keys that are known not to be secret.

use toml::de::Error;

use super::file::Source;
use super::formats::{Shape, with_unit};
use super::key::Key;
use super::problem::{Place, Problem};
use super::sections::{SECTIONS, all_keys};

/// What the parser found, and how much of the file can still be trusted.
pub(super) struct Syntax {
    /// One problem per line: what follows on the same line is mostly an echo.
    pub(super) problems: Vec<Problem>,
    /// From this line on, what the parser made of the text is guesswork.
    lost_from: Option<usize>,
}

impl Syntax {
    /// Whether what stands at a place may be something else than it seems.
    pub(super) fn doubts(&self, place: &Place) -> bool {
        let line = line_of(place);
        self.lost_from.is_some_and(|from| line >= from)
            || self.problems.iter().any(|problem| line_of(&problem.place) == line)
    }
}

fn line_of(place: &Place) -> usize {
    match place {
        Place::File { line, .. } => *line,
        _ => 0,
    }
}

/// The parser's errors in plain words.
pub(super) fn explain(source: &Source<'_>, errors: &[Error]) -> Syntax {
    if !errors.is_empty() && source.text.trim_start().starts_with('{') {
        let what = "is JSON, but the configuration file is TOML";
        let fix = "write each section as [session] on a line and its keys below as idle_seconds = 3600";
        return Syntax { problems: vec![Problem::general(source.place(0), what, fix)], lost_from: Some(0) };
    }
    let mut syntax = Syntax { problems: Vec::new(), lost_from: None };
    for error in errors {
        let offset = error.span().map_or(0, |span| span.start);
        let place = source.place(offset);
        if syntax.doubts(&place) {
            continue;
        }
        if swallows_lines(error.message()) {
            syntax.lost_from = Some(line_of(&place));
        }
        let line = Line::at(source, line_of(&place));
        let (what, fix) = words(&line, error.message());
        let problem = Problem::general(place, what, fix);
        syntax.problems.push(
            match line.known_key().filter(|_| !blames_lines_above(&line, error.message())) {
                Some(key) => problem.on(key.dotted()),
                None => problem,
            },
        );
    }
    syntax
}

/// Errors after which the following lines may belong to something that was never closed.
fn swallows_lines(message: &str) -> bool {
    ["array", "inline table", "key-value pairs", "unclosed", "multi-line"]
        .iter()
        .any(|part| message.contains(part))
}

/// A list that was opened in an earlier line is not the fault of the key in this one.
fn blames_lines_above(line: &Line<'_>, message: &str) -> bool {
    message.contains("array") && !line.text.contains('[')
}

/// A line of the file with the section it stands in.
struct Line<'a> {
    number: usize,
    /// Trimmed.
    text: &'a str,
    /// The last section header above, without brackets.
    section: &'a str,
    source: &'a str,
}

impl<'a> Line<'a> {
    fn at(source: &Source<'a>, number: usize) -> Self {
        let above = source.text.lines().take(number.saturating_sub(1));
        let section =
            above.filter_map(|line| header(line).or_else(|| yaml_header(line))).last().unwrap_or_default();
        let text = source.text.lines().nth(number.saturating_sub(1)).unwrap_or_default().trim();
        Self { number, text, section, source: source.text }
    }

    /// What stands before the first `=`, `:` or space.
    fn name(&self) -> &'a str {
        let end = self.text.find(|c: char| c == '=' || c == ':' || c.is_whitespace());
        end.and_then(|end| self.text.get(..end)).unwrap_or(self.text).trim()
    }

    /// What stands after the name and its `=` or `:`, without a comment.
    fn value(&self) -> &'a str {
        let rest = self.text.get(self.name().len()..).unwrap_or_default().trim_start();
        let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
        rest.split_once('#').map_or(rest, |(value, _)| value).trim()
    }

    fn known_key(&self) -> Option<&'static Key> {
        all_keys().find(|key| key.section == self.section && key.name == self.name())
    }

    /// How the line should read; a value is repeated only where it cannot be a secret.
    fn corrected(&self) -> String {
        match self.known_key() {
            Some(key) if !key.secret() && !self.value().is_empty() => {
                let value = self.value().trim_matches(['"', '\'', ';', ',']).trim();
                format!("write {} = {}", key.name, (key.describe)().shape.in_file(value))
            }
            Some(key) if !key.secret() && !key.default.is_empty() => {
                format!("write {} = {} (the default)", key.name, (key.describe)().shape.in_file(key.default))
            }
            _ => "write it as name = \"text\" or name = 123".to_owned(),
        }
    }
}

/// The name in a line `[name]`.
fn header(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix('[')?;
    Some(name.split([']', '#']).next().unwrap_or(name).trim())
}

/// The name in a line `name:`, where it is a section.
fn yaml_header(line: &str) -> Option<&str> {
    let name = line.trim().strip_suffix(':')?;
    SECTIONS.iter().map(|section| section.name).find(|known| *known == name)
}

/// What is wrong with a line and how to put it right.
fn words(line: &Line<'_>, message: &str) -> (String, String) {
    if message.starts_with("duplicate key") {
        return duplicate(line);
    }
    if message.contains("array") && !message.contains("array table") && !message.contains("cannot extend") {
        return list(line, message);
    }
    if message.starts_with("unclosed table") || message.starts_with("unclosed array table") {
        let name = header(line.text).unwrap_or_default();
        return ("the bracket of the section is not closed".to_owned(), format!("write [{name}]"));
    }
    if message.contains("inline table") || message.contains("key-value pairs") {
        return (
            "a \"{\" has no fitting \"}\"".to_owned(),
            "write the keys below a line [section] instead".to_owned(),
        );
    }
    if message.contains("escaped value") || message.contains("unicode") {
        let what = "a backslash inside double quotes begins a special character";
        return (
            what.to_owned(),
            "put the text into single quotes, or write each backslash twice".to_owned(),
        );
    }
    if message.starts_with("invalid") && message.contains("string") {
        let quote = if line.value().starts_with('\'') { '\'' } else { '"' };
        return ("the quote is not closed".to_owned(), format!("end the text with {quote}"));
    }
    habits(line).unwrap_or_else(|| {
        let fix = "see the example at the top of docs/configuration.md".to_owned();
        (format!("not TOML: {message}"), fix)
    })
}

/// Habits from other formats.
fn habits(line: &Line<'_>) -> Option<(String, String)> {
    let comment = [";", "//", "--"].iter().find(|mark| line.text.starts_with(**mark));
    if let Some(mark) = comment {
        return Some((format!("\"{mark}\" begins no comment"), "begin the comment with #".to_owned()));
    }
    let name = line.name();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    if !is_name {
        return None;
    }
    let after = line.text.get(name.len()..).unwrap_or_default().trim_start();
    if after.starts_with(':') {
        let is_section = SECTIONS.iter().any(|section| section.name == name) && line.value().is_empty();
        return Some(if is_section {
            ("is a section, but not written as one".to_owned(), format!("write [{name}]"))
        } else {
            ("has \":\" instead of \"=\"".to_owned(), line.corrected())
        });
    }
    if !after.starts_with('=') {
        return Some(("has no \"=\" between name and value".to_owned(), line.corrected()));
    }
    if line.value().is_empty() {
        return Some((
            "has no value after \"=\"".to_owned(),
            format!("{}, or remove the line", line.corrected()),
        ));
    }
    unquoted(line)
}

/// A value without quotes that needs them, or a number with something after it.
#[expect(clippy::unnecessary_wraps, reason = "one of a row of explanations, of which the others may be none")]
fn unquoted(line: &Line<'_>) -> Option<(String, String)> {
    let value = line.value();
    if value.starts_with(['"', '\'', '[', '{']) {
        let what = "has something after the value".to_owned();
        return Some((what, "end the line after the value, or begin a comment with #".to_owned()));
    }
    let number = value.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let key = line.known_key();
    if key.is_some_and(|key| (key.describe)().shape == Shape::Whole) || (key.is_none() && !number.is_empty())
    {
        let fix = match key.filter(|_| !number.is_empty()) {
            Some(key) => format!(
                "write {} = {}, and nothing after it but a # comment",
                key.name,
                in_seconds(key, value, number)
            ),
            None => "write digits alone".to_owned(),
        };
        return Some(("is not a whole number".to_owned(), fix));
    }
    let secret = key.is_none_or(Key::secret);
    let fix = if secret { format!("write {} = \"...\"", line.name()) } else { line.corrected() };
    Some(("is text without quotes".to_owned(), fix))
}

/// `24h` as seconds where the key counts seconds, else the leading digits.
fn in_seconds(key: &Key, value: &str, number: &str) -> String {
    let seconds = with_unit(value).filter(|_| key.name.ends_with("_seconds"));
    seconds.map_or_else(|| number.to_owned(), |seconds| seconds.to_string())
}

fn duplicate(line: &Line<'_>) -> (String, String) {
    if let Some(name) = header(line.text) {
        let first = line.source.lines().position(|other| header(other) == Some(name)).map_or(0, |at| at + 1);
        let what = format!("the section [{name}] stands twice, first in line {first}");
        return (what, format!("move its keys up below line {first} and remove this line"));
    }
    let name = line.name();
    let above = line.source.lines().take(line.number.saturating_sub(1)).enumerate();
    let first = above.filter(|(_, other)| key_name(other) == name).last().map(|(at, _)| at + 1);
    match first {
        Some(first) => {
            (format!("stands twice, first in line {first}"), "keep one of the two lines".to_owned())
        }
        None => ("stands twice".to_owned(), "keep one of the two".to_owned()),
    }
}

fn key_name(line: &str) -> &str {
    line.split_once('=').map_or("", |(name, _)| name.trim())
}

fn list(line: &Line<'_>, message: &str) -> (String, String) {
    if message.starts_with("missing comma") {
        return (
            "a comma is missing in the list".to_owned(),
            "put a comma between the parts of the list".to_owned(),
        );
    }
    if message.starts_with("extra comma") {
        return ("a comma stands alone in the list".to_owned(), "remove one comma".to_owned());
    }
    let fix = if message.starts_with("unexpected `=`") && line.number > 1 {
        format!("end the list with ] before line {}", line.number)
    } else {
        "end the list with ]".to_owned()
    };
    let what = if blames_lines_above(line, message) {
        "a list above is not closed"
    } else {
        "the list is not closed"
    };
    (what.to_owned(), fix)
}
