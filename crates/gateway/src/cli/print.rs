//! All printing of the command line. A reader that has gone away, as `head` does, is no failure.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};

/// A line of results, on standard output, at once.
pub(crate) fn line(text: impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// A line for people, on standard error.
pub(crate) fn error(before: &str, text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{before}{text}");
}

/// Whether a person watches standard error.
pub(crate) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Puts `text` in the place of the line at hand; only where [`is_watched`].
pub(crate) fn over(text: impl Display) {
    let mut out = std::io::stderr().lock();
    let _ = write!(out, "\r\u{1b}[K{text}").and_then(|()| out.flush());
}
