//! Why a command did not do its work: a sentence for people, and whether the caller or the world is at fault.

use std::error::Error;
use std::process::ExitCode;

use crate::app::AppError;
use crate::config::SettingsError;
use crate::demo::DemoKeyError;
use tandem_persistence::StoreError;

/// A command's failure.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    words: String,
}

impl Failure {
    /// The work could not be done.
    pub(crate) fn failed(words: impl Into<String>) -> Self {
        Self { code: 1, words: words.into() }
    }

    /// The command was called wrongly.
    pub(crate) fn usage(words: impl Into<String>) -> Self {
        Self { code: 2, words: words.into() }
    }

    /// The work was done as far as it could; everything has been said already.
    pub(crate) fn said() -> Self {
        Self::failed("")
    }

    /// Says it on standard error.
    pub(crate) fn tell(self) -> ExitCode {
        for (index, line) in self.words.lines().enumerate() {
            super::print::error(if index == 0 { "tandem: " } else { "        " }, line);
        }
        ExitCode::from(self.code)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::failed(with_causes(&error))
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<DemoKeyError> for Failure {
    fn from(error: DemoKeyError) -> Self {
        Self::failed(error.to_string())
    }
}

/// The words of an error and of what is behind it: whoever has the command line may know.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(behind) = cause {
        let text = behind.to_string();
        if !words.contains(&text) {
            words.push_str(": ");
            words.push_str(&text);
        }
        cause = behind.source();
    }
    words
}
