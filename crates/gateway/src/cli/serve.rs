//! `tandem serve`: the production server.

use clap::Args;
use tandem_persistence::Connect;

use super::{Failure, open, print, start_log};
use crate::app::App;
use crate::config::{Settings, SettingsArgs};
use crate::server::termination;

/// Serve the API. Refuses to start on a missing or weak setting, saying which
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = open::settings(self.settings)?;
        settings.check_for_serve()?;
        start_log(&settings)?;
        let vault = open::current(&settings.database_url, &connect(&settings)).await?;
        let lax = vault.lax_settings().await?;
        if !lax.is_empty() {
            tracing::warn!("{}", open::lax(&lax));
        }
        let app = App::build(&settings, vault).await?;
        app.open_files().await?;
        let bound = app.bind(settings.listen).await?;
        print::line(format_args!("ready: serving on http://{}", bound.address()));
        bound.run(until_told()).await;
        Ok(())
    }
}

/// How a server reaches the database.
pub(super) fn connect(settings: &Settings) -> Connect {
    Connect {
        connections: settings.database_connections,
        statement_timeout: Some(settings.request_timeout),
        ..Connect::to(settings.database_url.expose())
    }
}

/// Completes when the process is told to end.
pub(super) async fn until_told() {
    if let Err(error) = termination().await {
        // A server that cannot be told to end still serves; the system can end it.
        tracing::error!(%error, "the process cannot listen for signals");
        std::future::pending::<()>().await;
    }
}
