//! Structured logs on standard error: one line a request, text on a terminal, JSON elsewhere.
//! Control characters are escaped by the formatters (security row V9).

use crate::config::{Log, LogFormat};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Starts logging; once per process.
pub fn init(log: &Log) {
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    let level = log.level.as_str();
    let filter = EnvFilter::new(format!("{level},actix_server=warn,mio=warn,hyper=warn,rustls=warn"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE);
    // A second call (tests in one process) keeps the first.
    let _already = if json {
        builder.json().flatten_event(true).with_current_span(false).with_ansi(false).try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
}
