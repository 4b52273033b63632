//! What can be wrong with settings, in words for whoever runs the service.
//! All problems are reported together: nobody should have to start a server five times to find five mistakes.

use std::fmt;

/// One thing that is wrong: where, why, and what to do about it. Never holds the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting as the operator spelled it: `TANDEM_LISTEN`, `listen in tandem.toml`, `--listen`.
    pub place: String,
    /// What is wrong and what to do, as one sentence without its full stop.
    pub message: String,
}

impl Problem {
    pub(super) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.message)
    }
}

/// Settings that can't be used; holds at least one [`Problem`], and displays one a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    /// Everything that is wrong, in the order in which it was found.
    pub problems: Vec<Problem>,
}

impl SettingsError {
    /// `Ok` where nothing is wrong, all the problems otherwise.
    pub(super) fn unless_none(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            write!(out, "{problem}")?;
        }
        Ok(())
    }
}
