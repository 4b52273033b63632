//! Files of registry records into a sink, with a count of what became of them.
//! One record after the other: a refused one is told and the next is taken.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use tandem_domain::registry::{RegistryRecord, organization_key};
use thiserror::Error;

use super::reader::Reader;
use super::refusal::Refusal;
use super::sink::{Outcome, RegistrySink, SinkError};
use super::summary::Summary;

/// What to take in.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Take only studies led by this organisation, in any of its spellings (see [`organization_key`]).
    pub sponsor: Option<String>,
}

/// How far an import has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The file at hand.
    pub file: &'a Path,
    /// Records looked at, in all files so far.
    pub records: u64,
    /// Bytes read, in all files so far.
    pub bytes: u64,
    /// Bytes of all files; 0 where that is not known.
    pub total_bytes: u64,
}

/// A record that was not taken, with its place.
#[derive(Clone, Copy, Debug)]
pub struct RefusedRecord<'a> {
    /// The file.
    pub file: &'a Path,
    /// The line on which the record begins; the first is 1.
    pub line: u64,
    /// Where in the record and why.
    pub refusal: &'a Refusal,
}

/// `file:line: reason`, the form that editors open.
impl fmt::Display for RefusedRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.refusal)
    }
}

/// Hears what an import does while it runs.
pub trait ImportWatcher {
    /// After each record; whoever shows it chooses how often.
    fn progress(&mut self, _progress: Progress<'_>) {}

    /// For each record that was not taken.
    fn refused(&mut self, _record: RefusedRecord<'_>) {}
}

/// Hears nothing.
impl ImportWatcher for () {}

/// An import that ended before its files did.
#[derive(Debug, Error)]
#[error("{cause} (before that: {done})")]
pub struct ImportError {
    /// What was done by then; it stays done.
    pub done: Summary,
    /// What ended it.
    pub cause: ImportCause,
}

/// What ended an import.
#[derive(Debug, Error)]
pub enum ImportCause {
    /// A file could not be opened; all are opened before the first record is taken.
    #[error("{}: cannot be opened: {error}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file could not be read on.
    #[error("{}:{line}: cannot be read on: {error}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// How far it was read.
        line: u64,
        /// What the system said.
        error: io::Error,
    },
    /// Storing failed.
    #[error("{}:{line}: {nct_id}: cannot be stored: {message}", file.display())]
    Store {
        /// The file.
        file: PathBuf,
        /// The line on which the record begins.
        line: u64,
        /// The record.
        nct_id: String,
        /// What the store said.
        message: String,
    },
}

/// Takes the records of `files` into `sink`, in order.
///
/// Files are read between the sink's waits, a buffer at a time; the caller's task is held for no longer than that.
///
/// # Errors
/// [`ImportError`] where a file cannot be read or storing fails. A refused record is no error: it is told to `watcher` and counted.
pub async fn import<S: RegistrySink, W: ImportWatcher>(
    files: &[PathBuf],
    options: &ImportOptions,
    watcher: &mut W,
    sink: &mut S,
) -> Result<Summary, ImportError> {
    let mut done = Summary::default();
    match run(files, options, watcher, sink, &mut done).await {
        Ok(()) => Ok(done),
        Err(cause) => Err(ImportError { done, cause }),
    }
}

async fn run<S: RegistrySink, W: ImportWatcher>(
    files: &[PathBuf],
    options: &ImportOptions,
    watcher: &mut W,
    sink: &mut S,
    done: &mut Summary,
) -> Result<(), ImportCause> {
    let sponsor = options.sponsor.as_deref().map(organization_key);
    let total_bytes = openable(files)?;
    let mut bytes_before = 0;
    for file in files {
        let mut reader = open(file)?;
        while let Some(entry) = reader.next() {
            let entry = entry.map_err(|error| ImportCause::Read { file: file.clone(), line: reader.line(), error })?;
            let record = entry.record.map(|record| Wanted::of(record, sponsor.as_deref()));
            let refusal = match record {
                Err(refusal) => Some(refusal),
                Ok(Wanted::No) => {
                    done.other_sponsors += 1;
                    None
                }
                Ok(Wanted::Yes(record)) => store(&record, sink, done).await.map_err(|message| ImportCause::Store {
                    file: file.clone(),
                    line: entry.line,
                    nct_id: record.nct_id.to_string(),
                    message,
                })?,
            };
            if let Some(refusal) = &refusal {
                done.refused += 1;
                watcher.refused(RefusedRecord { file, line: entry.line, refusal });
            }
            let bytes = bytes_before + reader.bytes_read();
            watcher.progress(Progress { file, records: done.records(), bytes, total_bytes });
        }
        bytes_before += reader.bytes_read();
    }
    Ok(())
}

/// Whether a record is of the sponsor asked for.
enum Wanted {
    Yes(Box<RegistryRecord>),
    No,
}

impl Wanted {
    fn of(record: RegistryRecord, sponsor: Option<&str>) -> Self {
        match sponsor {
            Some(sponsor) if record.lead_sponsor.key() != sponsor => Self::No,
            _ => Self::Yes(Box::new(record)),
        }
    }
}

/// Stores and counts one record; answers why the store refused it, and fails with the store's words where it cannot go on.
async fn store<S: RegistrySink>(record: &RegistryRecord, sink: &mut S, done: &mut Summary) -> Result<Option<Refusal>, String> {
    match sink.put(record).await {
        Ok(outcome) => {
            match outcome {
                Outcome::Created => done.created += 1,
                Outcome::Updated => done.updated += 1,
                Outcome::Unchanged => done.unchanged += 1,
            }
            done.duplicate_sites_collapsed += u64::try_from(record.distinct_sites().collapsed).unwrap_or(u64::MAX);
            Ok(None)
        }
        Err(SinkError::Refused(reason)) => Ok(Some(Refusal::whole(reason).of(Some(record.nct_id.as_str())))),
        Err(SinkError::Failed(message)) => Err(message),
    }
}

/// Opens each file once, so that a misspelled name is told before anything is stored; answers the bytes of all.
fn openable(files: &[PathBuf]) -> Result<u64, ImportCause> {
    files.iter().try_fold(0, |bytes, file| {
        let opened = std::fs::File::open(file).and_then(|opened| opened.metadata());
        let metadata = opened.map_err(|error| ImportCause::Open { file: file.clone(), error })?;
        if metadata.is_dir() {
            let error = io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name the files in it");
            return Err(ImportCause::Open { file: file.clone(), error });
        }
        Ok(bytes + metadata.len())
    })
}

fn open(file: &Path) -> Result<Reader<io::BufReader<std::fs::File>>, ImportCause> {
    Reader::open(file).map_err(|error| ImportCause::Open { file: file.to_owned(), error })
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
