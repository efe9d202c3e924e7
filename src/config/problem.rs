//! What is wrong with a configuration, told so that a person knows what to change.

use std::fmt;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A spot in the configuration file; lines and columns count from 1, columns in characters.
    File {
        /// The file as the caller named it.
        path: String,
        /// Line, from 1; 0 when the whole file is meant.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// A file in systemd's credentials directory.
    Credential(String),
    /// An environment variable, by name.
    Env(String),
    /// A command-line flag.
    Flag,
    /// Not written anywhere, but derived from the value of another key.
    Follows(&'static str),
    /// Not written anywhere.
    Default,
}

impl Place {
    /// The file as a whole, when no line is to blame.
    pub(super) fn whole_file(path: &str) -> Self {
        Self::File { path: path.to_owned(), line: 0, column: 0 }
    }

    /// The short form for `latchkey config check --show-origin`: `default`, `FILE:LINE`, `env NAME`, `flag`.
    #[must_use]
    pub fn origin(&self) -> String {
        match self {
            Self::File { path, line: 0, .. } => path.clone(),
            Self::File { path, line, .. } => format!("{path}:{line}"),
            Self::Credential(path) => format!("credential {path}"),
            Self::Env(name) => format!("env {name}"),
            Self::Flag => "flag".to_owned(),
            Self::Follows(key) => format!("default, follows {key}"),
            Self::Default => "default".to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: 0, .. } | Self::Credential(path) => f.write_str(path),
            Self::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Self::Env(name) => f.write_str(name),
            Self::Flag => f.write_str("flag"),
            Self::Follows(_) | Self::Default => f.write_str("default"),
        }
    }
}

/// One thing wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it was written.
    pub place: Place,
    /// The dotted key (`session.idle_seconds`); empty when no key is to blame.
    pub key: String,
    /// What is wrong, in plain words.
    pub what: String,
    /// The value as it was received; `None` for secrets and where there is none.
    pub received: Option<String>,
    /// The values or the format that would be accepted.
    pub allowed: Option<String>,
    /// The existing name that comes closest to an unknown one.
    pub nearest: Option<String>,
    /// What to do about it, in one line.
    pub fix: String,
}

impl Problem {
    /// A problem that no single key is to blame for.
    pub(super) fn general(place: Place, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            place,
            key: String::new(),
            what: what.into(),
            received: None,
            allowed: None,
            nearest: None,
            fix: fix.into(),
        }
    }

    /// The same problem, blamed on a dotted key.
    pub(super) fn on(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// The same problem, showing what was received. Never call it for a secret.
    pub(super) fn received(mut self, text: &str) -> Self {
        self.received = Some(shown(text));
        self
    }

    /// The same problem, saying what would be accepted.
    pub(super) fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }
}

/// Longest part of a received value that is repeated, in characters.
const SHOWN_CHARACTERS: usize = 80;

/// A received value made safe for a terminal: control characters escaped, length bounded.
pub(super) fn shown(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    // The content of a key file where its path should be.
    if text.contains("-----BEGIN") {
        return "(hidden)".to_owned();
    }
    let text = &without_userinfo(text);
    let mut safe: String = text
        .chars()
        .take(SHOWN_CHARACTERS)
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect();
    if text.chars().count() > SHOWN_CHARACTERS {
        safe.push_str("...");
    }
    safe
}

/// Hides `user:password@` in an address, wherever it was put by mistake.
fn without_userinfo(text: &str) -> String {
    let parts = text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1)));
    parts.map_or_else(|| text.to_owned(), |(scheme, host)| format!("{scheme}://(hidden)@{host}"))
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  ", self.place)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)?;
        if let Some(received) = &self.received {
            write!(f, " (received {received})")?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean {nearest}?")?;
        }
        if let Some(allowed) = &self.allowed {
            write!(f, "\n    allowed: {allowed}")?;
        }
        write!(f, "\n    fix: {}", self.fix)
    }
}

/// The whole list for the terminal, ending with a newline.
#[must_use]
pub fn render(problems: &[Problem]) -> String {
    let mut text = match problems.len() {
        1 => "the configuration has a problem:\n\n".to_owned(),
        count => format!("the configuration has {count} problems:\n\n"),
    };
    for problem in problems {
        text.push_str(&problem.to_string());
        text.push_str("\n\n");
    }
    text.push_str("every key is explained in docs/configuration.md\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_received_value_cannot_drive_the_terminal() {
        let problem = Problem::general(Place::Flag, "bad", "fix it").on("log.level").received("\u{1b}[2Jx");
        assert!(problem.to_string().contains("(received \\u{1b}[2Jx)"), "{problem}");
    }

    #[test]
    fn a_password_in_an_address_is_hidden() {
        assert_eq!(shown("https://ada:sesame@id.example.com/x"), "https://(hidden)@id.example.com/x");
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(shown(&"x".repeat(500)).chars().count(), SHOWN_CHARACTERS + 3);
    }
}
