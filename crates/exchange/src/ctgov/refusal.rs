//! Why a registry record was not taken, in words for whoever has to mend the file.
//! A refusal says where in the record, what was found, and what would do.

use std::fmt;

/// A record that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The record's own number, where it could be read.
    pub nct_id: Option<String>,
    /// Where in the record, as `protocolSection.statusModule.overallStatus`; empty for the record as a whole.
    pub path: String,
    /// What was found and what would do.
    pub reason: String,
}

impl Refusal {
    /// A refusal at a place of the record.
    pub(crate) fn at(path: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self { nct_id: None, path: path.into(), reason: reason.to_string() }
    }

    /// A refusal of the record as a whole.
    pub(crate) fn whole(reason: impl fmt::Display) -> Self {
        Self::at("", reason)
    }

    /// The same with the record's number, where one is given.
    pub(crate) fn of(self, nct_id: Option<&str>) -> Self {
        Self { nct_id: nct_id.map(str::to_owned).or(self.nct_id), ..self }
    }

    /// The same seen from the document that holds the record: `prefix` stands before the path.
    pub(crate) fn within(self, prefix: &str) -> Self {
        let path = match (prefix.is_empty(), self.path.is_empty()) {
            (true, _) => self.path,
            (_, true) => prefix.to_owned(),
            _ => format!("{prefix}.{}", self.path),
        };
        Self { path, ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(nct_id) = &self.nct_id {
            write!(f, "{nct_id}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}
