//! Log events as lines: JSON for machines, `key=value` for a terminal. Control characters are
//! escaped and values capped, whatever the event holds (security row V9).

use crate::base::clock::Clock;
use crate::base::text;
use chrono::{DateTime, SecondsFormat};
use std::fmt::{self, Write as _};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The longest value, bytes.
const LONGEST: usize = 2048;

/// Formats events.
pub struct Lines {
    /// JSON, or text for people.
    pub json: bool,
    /// Whether text may hold colours.
    pub ansi: bool,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::with_capacity(256);
        let now = timestamp();
        let (level, target) = (event.metadata().level().as_str(), event.metadata().target());
        if self.json {
            write!(line, "{{\"timestamp\":\"{now}\",\"level\":\"{level}\",\"target\":\"{target}\"")?;
        } else if self.ansi {
            write!(line, "\u{1b}[2m{now}\u{1b}[0m {level:>5} {target}")?;
        } else {
            write!(line, "{now} {level:>5} {target}")?;
        }
        event.record(&mut Fields { line: &mut line, json: self.json });
        line.push_str(if self.json { "}\n" } else { "\n" });
        writer.write_str(&line)
    }
}

fn timestamp() -> String {
    DateTime::from_timestamp_millis(Clock::system().now_ms())
        .map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
        .unwrap_or_default()
}

struct Fields<'a> {
    line: &'a mut String,
    json: bool,
}

impl Fields<'_> {
    fn name(&mut self, field: &Field) {
        let name = field.name();
        // Writing to a string does not fail.
        let _infallible = match (self.json, name) {
            (true, _) => write!(self.line, ",\"{name}\":"),
            (false, "message") => write!(self.line, " "),
            (false, _) => write!(self.line, " {name}="),
        };
    }

    fn plain(&mut self, field: &Field, value: impl fmt::Display) {
        self.name(field);
        let _infallible = write!(self.line, "{value}");
    }

    fn words(&mut self, field: &Field, value: &str) {
        let bare = |b: u8| b.is_ascii_alphanumeric() || b"-._:/@".contains(&b);
        self.name(field);
        if !self.json && (field.name() == "message" || (!value.is_empty() && value.bytes().all(bare))) {
            escape(self.line, text::cap(value, LONGEST), false);
        } else {
            self.line.push('"');
            escape(self.line, text::cap(value, LONGEST), true);
            self.line.push('"');
        }
    }
}

/// Escapes for JSON (RFC 8259 §7); text for people gets the same escapes for control characters.
fn escape(line: &mut String, value: &str, quotes: bool) {
    for c in value.chars() {
        match c {
            '"' | '\\' if quotes => {
                line.push('\\');
                line.push(c);
            }
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            c if text::is_unsafe_char(c) => {
                let _infallible = write!(line, "\\u{:04x}", u32::from(c));
            }
            c => line.push(c),
        }
    }
}

impl Visit for Fields<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.words(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.words(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn sec_v9_control_and_direction_characters_are_escaped() {
        let mut line = String::new();
        escape(&mut line, "a\"b\\c\n\r\t\u{1b}[31m\u{202e}", true);
        assert_eq!(line, "a\\\"b\\\\c\\n\\r\\t\\u001b[31m\\u202e");
    }
}
