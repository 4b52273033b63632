//! The seam between reading records and storing them.
//! The importer knows no database; whoever stores takes one record at a time and says what became of it.

use std::future::Future;

use tandem_domain::registry::RegistryRecord;
use thiserror::Error;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its study is new.
    Created,
    /// Its study was there and something changed.
    Updated,
    /// Its study was there and nothing changed; nothing was written.
    Unchanged,
}

/// Why a record was not stored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SinkError {
    /// The record cannot be taken as it is; the import goes on with the next.
    #[error("{0}")]
    Refused(String),
    /// Storing itself failed; the import ends.
    #[error("{0}")]
    Failed(String),
}

/// Takes records in, each whole or not at all.
pub trait RegistrySink {
    /// Stores one record in one transaction. The same record a second time is [`Outcome::Unchanged`].
    ///
    /// # Errors
    /// [`SinkError`]; nothing of the record is stored then.
    fn put(&mut self, record: &RegistryRecord) -> impl Future<Output = Result<Outcome, SinkError>> + Send;
}
