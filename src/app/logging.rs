//! Structured logs on standard error: one line a request, text on a terminal, JSON elsewhere.

use super::line_sink::LineSink;
use super::log_format::Lines;
use crate::config::{Log, LogFormat};
use std::io::IsTerminal as _;
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;

static SINK: OnceLock<LineSink> = OnceLock::new();

/// Starts logging; once per process.
pub fn init(log: &Log) {
    let terminal = std::io::stderr().is_terminal();
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !terminal,
    };
    let level = log.level.as_str();
    let filter = EnvFilter::new(format!("{level},actix_server=warn,mio=warn,hyper=warn,rustls=warn"));
    let format = Lines { json, ansi: terminal };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).event_format(format);
    // A second call (tests in one process) keeps the first.
    let _already = match LineSink::start() {
        Some(sink) => {
            let writer = SINK.get_or_init(|| sink).clone();
            builder.with_writer(writer).try_init()
        }
        None => builder.with_writer(std::io::stderr).try_init(),
    };
}

/// Writes what waits; before the process ends.
pub fn flush() {
    if let Some(sink) = SINK.get() {
        sink.flush();
    }
}
