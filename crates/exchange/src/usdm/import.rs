//! USDM files into the vault, with a count of what became of what they hold.
//! Each file is one transaction; a refused one is told and the next is taken.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tandem_domain::registry::organization_key;
use tandem_persistence::{StoreError, Vault};
use thiserror::Error;

use super::parse::{MAX_FILE_BYTES, Parsed, parse, too_long};
use super::summary::Summary;
use crate::ctgov::Refusal;

/// Hears what an import does while it runs.
pub trait Watcher {
    /// For each version, amendment or file that was not taken.
    fn refused(&mut self, _file: &Path, _refusal: &Refusal) {}
}

/// Hears nothing.
impl Watcher for () {}

/// An import that ended before its files did.
#[derive(Debug, Error)]
#[error("{cause} (before that: {done})")]
pub struct ImportError {
    /// What was done by then; it stays done.
    pub done: Summary,
    /// What ended it.
    pub cause: Cause,
}

/// What ended an import.
#[derive(Debug, Error)]
pub enum Cause {
    /// A file could not be read; all are opened before the first is taken.
    #[error("{}: cannot be read: {error}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Storing failed.
    #[error("{}: cannot be stored: {message}", file.display())]
    Store {
        /// The file.
        file: PathBuf,
        /// What the store said.
        message: String,
    },
}

/// Takes the protocols of `files` into the vault, in order; of one sponsor only, in any spelling of its name, where one is named.
///
/// # Errors
/// [`ImportError`] where a file cannot be read or storing fails. What is refused is no error: it is told to `watcher` and counted.
pub async fn import<W: Watcher>(files: &[PathBuf], sponsor: Option<&str>, watcher: &mut W, vault: &Vault) -> Result<Summary, ImportError> {
    let mut done = Summary::default();
    match run(files, sponsor, watcher, vault, &mut done).await {
        Ok(()) => Ok(done),
        Err(cause) => Err(ImportError { done, cause }),
    }
}

async fn run<W: Watcher>(
    files: &[PathBuf],
    sponsor: Option<&str>,
    watcher: &mut W,
    vault: &Vault,
    done: &mut Summary,
) -> Result<(), Cause> {
    let sponsor = sponsor.map(organization_key);
    let unread = |file: &PathBuf, error| Cause::Read { file: file.clone(), error };
    for file in files {
        open(file).map_err(|error| unread(file, error))?;
    }
    for file in files {
        let parsed = bytes(file).map_err(|error| unread(file, error))?.and_then(|bytes| parse(&bytes));
        let Parsed { record, refused } = match parsed {
            Ok(parsed) if sponsor.as_ref().is_some_and(|sponsor| parsed.record.sponsor.key() != *sponsor) => {
                done.other_sponsors += 1;
                continue;
            }
            Ok(parsed) => parsed,
            Err(refusal) => {
                done.refused += 1;
                watcher.refused(file, &refusal);
                continue;
            }
        };
        for refusal in &refused {
            done.refused += 1;
            watcher.refused(file, refusal);
        }
        if record.count() == 0 {
            continue;
        }
        match vault.import_protocol(&record).await {
            Ok(taken) => {
                done.created += taken.created;
                done.updated += taken.updated;
                done.unchanged += taken.unchanged;
                done.studies_created += u64::from(taken.study_created);
            }
            // What does not fit refuses the file; a database that cannot go on ends the import.
            Err(error @ (StoreError::Unusable(_) | StoreError::Cell(_))) => {
                done.refused += record.count();
                watcher.refused(file, &Refusal::whole(error));
            }
            Err(error @ (StoreError::Unavailable(_) | StoreError::Failed(_) | StoreError::SchemaTooOld)) => {
                let message = match &error {
                    StoreError::Unavailable(cause) | StoreError::Failed(cause) => format!("{error}: {cause}"),
                    other => other.to_string(),
                };
                return Err(Cause::Store { file: file.clone(), message });
            }
        }
    }
    Ok(())
}

fn open(file: &Path) -> io::Result<File> {
    let opened = File::open(file)?;
    if opened.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name the files in it"));
    }
    Ok(opened)
}

/// The bytes of a file, of which no more are read than one may have.
fn bytes(file: &Path) -> io::Result<Result<Vec<u8>, Refusal>> {
    let most = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    open(file)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() > MAX_FILE_BYTES { Err(too_long()) } else { Ok(bytes) })
}
