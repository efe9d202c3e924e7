//! `[log]`: how much is logged, and how it looks.

use crate::config::formats::Choice;
use crate::config::key::section;

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What failed.
    Error,
    /// And what looks wrong.
    Warn,
    /// And one line per request.
    Info,
    /// And how decisions came about.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// The word for it, as `tracing` reads it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// One JSON object per line.
    Json,
    /// Lines for people.
    Text,
}

const LEVELS: &[(&str, Level)] = &[
    ("error", Level::Error),
    ("warn", Level::Warn),
    ("info", Level::Info),
    ("debug", Level::Debug),
    ("trace", Level::Trace),
];

const FORMATS: &[(&str, LogFormat)] =
    &[("auto", LogFormat::Auto), ("json", LogFormat::Json), ("text", LogFormat::Text)];

section! {
    /// How much is logged, and how it looks. No level ever logs a secret.
    pub struct Log = "log" {
        /// How much is logged.
        level: Level => Choice(LEVELS), "info";
        /// How a line looks; `auto` is text on a terminal and JSON otherwise.
        format: LogFormat => Choice(FORMATS), "auto";
    }
}
