//! The sink that keeps: records go into the vault, each in one transaction of its own.

use tandem_domain::registry::RegistryRecord;
use tandem_persistence::{ImportOutcome, StoreError, Vault};

use super::sink::{Outcome, RegistrySink, SinkError};

/// Puts records into a vault.
pub struct VaultSink {
    vault: Vault,
}

impl VaultSink {
    /// A sink into this vault, whose schema has to be current.
    #[must_use]
    pub fn new(vault: Vault) -> Self {
        Self { vault }
    }
}

impl RegistrySink for VaultSink {
    async fn put(&mut self, record: &RegistryRecord) -> Result<Outcome, SinkError> {
        match self.vault.import_registry(record).await {
            Ok(ImportOutcome::Created) => Ok(Outcome::Created),
            Ok(ImportOutcome::Updated) => Ok(Outcome::Updated),
            Ok(ImportOutcome::Unchanged) => Ok(Outcome::Unchanged),
            Err(error) => Err(failure(&error)),
        }
    }
}

/// A record that does not fit is refused and the next one taken; a database that cannot go on ends the import.
fn failure(error: &StoreError) -> SinkError {
    match error {
        StoreError::Unusable(_) | StoreError::Cell(_) => SinkError::Refused(error.to_string()),
        StoreError::Unavailable(cause) | StoreError::Failed(cause) => SinkError::Failed(format!("{error}: {cause}")),
        StoreError::SchemaTooOld => SinkError::Failed(error.to_string()),
    }
}
