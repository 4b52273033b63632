//! `tandem import`: data of others in, with progress for people and a last line for scripts.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use tandem_exchange::ctgov::{ImportOptions, ImportWatcher, Progress, RefusedRecord, VaultSink, import};
use tandem_exchange::usdm;

use super::{Failure, open, print};
use crate::config::SettingsArgs;

/// Take data of others in
#[derive(Debug, Subcommand)]
pub(super) enum Import {
    Ctgov(Ctgov),
    Usdm(Usdm),
}

/// Take records of ClinicalTrials.gov in, each study under its lead sponsor's organisation
///
/// Reads NDJSON, single records and pages of the registry's own API (data model version 2). Running it twice changes
/// nothing. The last line says what became of the records; where any was refused the exit code is 1, and the good ones are in.
#[derive(Debug, Args)]
pub(super) struct Ctgov {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only studies led by this organisation, in any of its spellings
    #[arg(long, value_name = "NAME")]
    sponsor: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Take versions and amendments of protocols in, each study under its sponsor's organisation
///
/// Reads USDM files (version 4), each of one study, which is found by its NCT number, else by the sponsor's own, and made where it is
/// not there. Running it twice changes nothing. The last line says what became of the versions and amendments; where any was refused
/// the exit code is 1, and the good ones are in.
#[derive(Debug, Args)]
pub(super) struct Usdm {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only studies of this organisation, in any of its spellings
    #[arg(long, value_name = "NAME")]
    sponsor: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Ctgov(ctgov) => ctgov.run().await,
            Self::Usdm(usdm) => usdm.run().await,
        }
    }
}

impl Ctgov {
    async fn run(self) -> Result<(), Failure> {
        let settings = open::settings(self.settings)?;
        let vault = open::current(&settings.database_url, &open::patiently(&settings.database_url)).await?;
        let mut watcher = Watcher::new();
        let mut sink = VaultSink::new(vault.clone());
        let options = ImportOptions { sponsor: self.sponsor };
        let result = import(&self.files, &options, &mut watcher, &mut sink).await;
        watcher.end();
        vault.close().await;
        let (done, cause) = match result {
            Ok(done) => (done, None),
            Err(error) => (error.done, Some(error.cause)),
        };
        if done.duplicate_sites_collapsed > 0 {
            print::error("", format_args!("{} places that a record lists twice were counted once", done.duplicate_sites_collapsed));
        }
        if done.other_sponsors > 0 {
            print::error("", format_args!("{} records of other sponsors were passed over", done.other_sponsors));
        }
        if let Some(cause) = &cause {
            print::error("tandem: ", format_args!("the import ended early: {cause}"));
        }
        print::line(done);
        if cause.is_some() || done.refused > 0 { Err(Failure::said()) } else { Ok(()) }
    }
}

impl Usdm {
    async fn run(self) -> Result<(), Failure> {
        let settings = open::settings(self.settings)?;
        let vault = open::current(&settings.database_url, &open::patiently(&settings.database_url)).await?;
        let result = usdm::import(&self.files, self.sponsor.as_deref(), &mut Refusals, &vault).await;
        vault.close().await;
        let (done, cause) = match result {
            Ok(done) => (done, None),
            Err(error) => (error.done, Some(error.cause)),
        };
        if done.studies_created > 0 {
            print::error("", format_args!("studies that were not there before: {}", done.studies_created));
        }
        if done.other_sponsors > 0 {
            print::error("", format_args!("files of other sponsors, passed over: {}", done.other_sponsors));
        }
        if let Some(cause) = &cause {
            print::error("tandem: ", format_args!("the import ended early: {cause}"));
        }
        print::line(done);
        if cause.is_some() || done.refused > 0 { Err(Failure::said()) } else { Ok(()) }
    }
}

/// Says what is refused, file first, as editors open it.
struct Refusals;

impl usdm::Watcher for Refusals {
    fn refused(&mut self, file: &Path, refusal: &usdm::Refusal) {
        print::error("refused ", format_args!("{}: {refusal}", file.display()));
    }
}

/// Shows progress: in place where somebody watches, else a line now and then.
struct Watcher {
    watched: bool,
    last: Instant,
    begun: bool,
}

impl Watcher {
    fn new() -> Self {
        Self { watched: print::is_watched(), last: Instant::now(), begun: false }
    }

    /// Clears what was shown in place.
    fn end(&mut self) {
        if self.watched && self.begun {
            print::over("");
        }
    }
}

impl ImportWatcher for Watcher {
    fn progress(&mut self, progress: Progress<'_>) {
        let pause = if self.watched { Duration::from_millis(200) } else { Duration::from_secs(5) };
        if self.last.elapsed() < pause {
            return;
        }
        self.last = Instant::now();
        self.begun = true;
        let percent = (progress.bytes * 100).checked_div(progress.total_bytes).unwrap_or(0).min(100);
        let text = format!("{percent} %, {} records, {}", progress.records, progress.file.display());
        if self.watched { print::over(text) } else { print::error("", text) }
    }

    fn refused(&mut self, record: RefusedRecord<'_>) {
        self.end();
        print::error("refused ", record);
    }
}
