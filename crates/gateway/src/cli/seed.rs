//! `tandem seed`: a big invented world, to measure with.

use clap::Args;

use super::{Failure, open, print};
use crate::bulk::{self, Plan, SeedError};
use crate::config::SettingsArgs;
use crate::demo;

/// Make a big invented world in an empty database, to measure and to try growth with
///
/// The world consists of blocks of 100 organisations, 2,000 people, 5,000 studies, 15,000 engagements and 50,000 study
/// sites; no block has anything to do with another. It is the same each time. The database has to be migrated, and empty
/// otherwise. Never for real data.
#[derive(Debug, Args)]
pub(super) struct Seed {
    /// How many blocks, 1 to 100
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100))]
    scale: u64,
    /// How many times as many studies the first sponsor has, 1 to 100, with the first CRO engaged on all that are added
    #[arg(long, value_name = "M", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100))]
    portfolio: u64,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Seed {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = open::settings(self.settings)?;
        let url = &settings.database_url;
        open::current(url, &open::patiently(url)).await?.close().await;
        let mut said = 0;
        let made = bulk::seed(&open::patiently(url), &Plan::full(self.scale, self.portfolio), |progress| {
            let percent = progress.studies as u64 * 100 / progress.of_studies.max(1);
            if print::is_watched() {
                print::over(format_args!("{percent} %: {} records", progress.records));
            } else if percent / 10 > said {
                said = percent / 10;
                print::error("", format_args!("{percent} %: {} records", progress.records));
            }
        })
        .await;
        if print::is_watched() {
            print::over("");
        }
        let made = made.map_err(|error| match error {
            SeedError::Store(error) => Failure::from(error),
            SeedError::NotEmpty(_) => Failure::failed(format!("{url}: {error}")),
        })?;
        for (kind, count) in &made.counts {
            print::line(format_args!("{count:>9} {}", kind.name()));
        }
        print::line(format_args!("{:>9} records in {:.1} seconds", made.counts.values().sum::<usize>(), made.took.as_secs_f64()));
        print::line("");
        print::line("Everything in it is invented. To look at it, set TANDEM_JWT_SECRET (32 bytes or more) and run");
        print::line(format_args!(
            "  TANDEM_DEVELOPMENT=true TANDEM_JWT_ISSUER={} TANDEM_JWT_AUDIENCE={} tandem serve",
            demo::ISSUER,
            demo::AUDIENCE
        ));
        print::line("and get tokens, good for an hour, with the same secret by");
        print::line(format_args!("  tandem token --as {}    a sponsor's study manager", bulk::STUDY_MANAGER));
        print::line(format_args!("  tandem token --as {}  a CRO's project manager", bulk::PROJECT_MANAGER));
        print::line(format_args!(
            "  tandem token --client {} --scope study:read --scope site:read --scope engagement:read",
            bulk::client_id(0, 0)
        ));
        Ok(())
    }
}
