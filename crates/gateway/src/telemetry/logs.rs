//! Log lines on standard error: plain for people, JSON for machines.
//! Each line within a request carries its `request_id` and `trace_id` by the span around it.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Plain,
    /// One JSON object a line.
    Json,
}

/// The log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter is not one.
    #[error("not a log filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// There is a log already.
    #[error("the log is already set up")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Starts the process's log with a filter such as `info` or `tandem_gateway=debug,info`.
///
/// # Errors
/// [`LogError`] for a filter that cannot be read, or at the second call.
pub fn start_logs(filter: &str, format: LogFormat) -> Result<(), LogError> {
    let registry = tracing_subscriber::registry().with(EnvFilter::try_new(filter)?);
    // Colours only where somebody watches: a file or a collector gets plain text.
    let writer = fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    match format {
        LogFormat::Plain => registry.with(writer).try_init()?,
        LogFormat::Json => registry.with(writer.json().flatten_event(true)).try_init()?,
    }
    Ok(())
}
