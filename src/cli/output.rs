//! What commands print: tables for people, JSON for programs, lines for a `.env` file.

use crate::base::clock::Seconds;
use crate::base::shell;
use crate::base::text::is_unsafe_char;
use serde_json::Value;

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// Lines for a `.env` file, where that makes sense.
    Env,
}

/// What a command has to say.
#[derive(Debug, Default)]
pub struct Answer {
    /// To standard output.
    pub text: String,
    /// To standard error: what else is worth knowing.
    pub notices: Vec<String>,
}

impl Answer {
    /// Text for people.
    pub fn text(text: impl Into<String>) -> Self {
        let mut text = text.into();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Self { text, notices: Vec::new() }
    }

    /// JSON for programs.
    pub fn json(value: &Value) -> Self {
        Self::text(serde_json::to_string_pretty(value).unwrap_or_default())
    }

    /// With something else worth knowing.
    #[must_use]
    pub fn notice(mut self, text: impl Into<String>) -> Self {
        self.notices.push(text.into());
        self
    }
}

/// `text` made safe for one line of a terminal.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_unsafe_char(c) { ' ' } else { c }).collect()
}

/// Columns as wide as their widest cell; the last one is not padded.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let cells = |row: &[String]| -> Vec<String> { row.iter().map(|cell| one_line(cell)).collect() };
    let mut all = vec![head.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    all.extend(rows.iter().map(|row| cells(row)));
    let width = |column: usize| {
        all.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for row in &all {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// `name  value` lines; empty values are left out.
pub fn pairs(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let shown = rows.iter().filter(|(_, value)| !value.is_empty());
    shown.map(|(name, value)| format!("  {name:<width$}  {}\n", one_line(value))).collect()
}

/// `NAME=value` lines that shells and `.env` readers take; quoted where needed.
pub fn env(rows: &[(&str, String)]) -> String {
    rows.iter().map(|(name, value)| format!("{name}={}\n", shell::quoted(&one_line(value)))).collect()
}

/// A time as people read it, UTC.
pub fn time(at: Seconds) -> String {
    chrono::DateTime::from_timestamp(at, 0)
        .map_or_else(|| at.to_string(), |time| time.format("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_cannot_drive_the_terminal() {
        let rows = [vec!["a".to_owned(), "long\u{1b}[2J".to_owned()], vec!["bcd".to_owned(), "x".to_owned()]];
        assert_eq!(table(&["ID", "NAME"], &rows), "ID   NAME\na    long [2J\nbcd  x\n");
    }

    #[test]
    fn env_values_are_quoted_where_a_reader_would_trip() {
        let text = env(&[
            ("A", "http://localhost:3000/cb".to_owned()),
            ("B", "openid email".to_owned()),
            ("C", "a\"b$c".to_owned()),
            ("D", "https://a/?x=1&y=2".to_owned()),
        ]);
        let expected = "A=http://localhost:3000/cb\nB='openid email'\nC='a\"b$c'\nD='https://a/?x=1&y=2'\n";
        assert_eq!(text, expected);
    }
}
