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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use tandem_domain::clock::{SystemClock, SystemIds};
    use tandem_persistence::Connect;

    use super::*;
    use crate::ctgov::{ImportCause, ImportOptions, Summary, import};

    fn examples() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/registry.ndjson")
    }

    async fn vault(folder: &tempfile::TempDir, migrated: bool) -> Vault {
        let connect = Connect::to(&format!("sqlite://{}", folder.path().join("d.sqlite").display()));
        let vault = Vault::open(&connect, Arc::new(SystemClock), Arc::new(SystemIds)).await.expect("opens");
        if migrated {
            vault.migrate().await.expect("migrates");
        }
        vault
    }

    #[tokio::test]
    async fn a_second_run_changes_nothing_and_a_bad_line_stops_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sink = VaultSink::new(vault(&folder, true).await);
        let all = import(&[examples()], &ImportOptions::default(), &mut (), &mut sink).await.expect("runs");
        assert_eq!((all.created, all.refused), (22, 0));

        let text = std::fs::read_to_string(examples()).expect("reads");
        let first = text.lines().next().expect("a line");
        let title = r#""briefTitle":""#;
        assert!(first.contains(title), "the example changed: {first}");
        let changed = first.replacen(title, &format!("{title}Changed: "), 1);
        let broken = folder.path().join("broken.ndjson");
        std::fs::write(&broken, text.replacen(first, &format!("{{ \"nothing\": \n{changed}"), 1)).expect("writes");
        let again = import(&[broken], &ImportOptions::default(), &mut (), &mut sink).await.expect("runs");
        let expected = Summary { updated: 1, unchanged: 21, refused: 1, ..Summary::default() };
        assert_eq!(Summary { duplicate_sites_collapsed: 0, ..again }, expected);
    }

    #[tokio::test]
    async fn a_database_that_cannot_take_records_ends_the_import() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sink = VaultSink::new(vault(&folder, false).await);
        let error = import(&[examples()], &ImportOptions::default(), &mut (), &mut sink).await.expect_err("no tables");
        assert!(matches!(error.cause, ImportCause::Store { line: 1, .. }), "{error}");
        assert_eq!(error.done.records(), 0);
    }
}
