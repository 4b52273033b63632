//! `tandem migrate`: brings the database to this version, or says whether it is.

use clap::Args;
use tandem_persistence::SchemaState;

use super::{Failure, open, print};
use crate::config::SettingsArgs;

/// Bring the database to this version
///
/// Uses TANDEM_MIGRATE_URL where it is set (the database as its owner sees it), else TANDEM_DATABASE_URL.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Change nothing; exit with 1 where steps are missing
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = open::settings(self.settings)?;
        let url = settings.migrate_url.as_ref().unwrap_or(&settings.database_url);
        if self.check && open::is_missing(url) {
            return Err(Failure::failed(format!("{url}: there is no such file: run `tandem migrate` to make it")));
        }
        let vault = open::any(url, &open::patiently(url)).await?;
        match vault.schema_state().await? {
            SchemaState::Current => print::line(format_args!("{url}: the schema is current")),
            SchemaState::Newer => print::line(format_args!("{url}: the schema is newer than this version; nothing to do")),
            SchemaState::Behind(steps) if self.check => return Err(Failure::failed(format!("{url}: {}", open::behind(&steps)))),
            SchemaState::Behind(steps) => {
                vault.migrate().await?;
                for step in &steps {
                    print::line(format_args!("applied {step}"));
                }
                print::line(format_args!("{url}: the schema is current"));
            }
        }
        vault.close().await;
        Ok(())
    }
}
