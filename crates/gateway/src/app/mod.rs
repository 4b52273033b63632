//! The assembly: settings and a vault become the service that `serve`, `demo` and in-process tests start.
//! Nothing is decided here; every part is built where it lives and only plugged together.

mod access_log;
mod bounds;
mod contents;
mod doorkeeper;
mod error;
mod graph;
mod sequencer;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use tandem_graphql::{Graph, GraphOptions};
use tandem_persistence::Vault;
use tokio::net::ToSocketAddrs;
use tokio::sync::watch;

use crate::config::Settings;
use crate::files::Files;
use crate::http::Door;
use crate::http::seam::{ExportService, Readiness};
use crate::identity::{Now, Verifier};
use crate::server::{Draining, Server, ServerSettings};
use crate::telemetry::install_metrics;

pub use doorkeeper::DirectoryDoorkeeper;
pub use error::AppError;
pub use graph::VaultGraph;

/// The service, put together and not listening yet.
pub struct App {
    vault: Vault,
    files: Files,
    router: Router,
    sockets: ServerSettings,
    draining: Draining,
    by_levels: Arc<AtomicU64>,
}

/// The service on its port; [`Bound::run`] serves.
pub struct Bound {
    app: App,
    server: Server,
    address: SocketAddr,
}

impl App {
    /// Puts the service together over a vault whose schema is current. Time comes from the vault's clock.
    ///
    /// # Errors
    /// [`AppError`] for settings that contradict one another, or a database that does not answer.
    pub async fn build(settings: &Settings, vault: Vault) -> Result<Self, AppError> {
        let vault = vault.signing_within(settings.signing_max_age).keeping_access_log_every(settings.access_log_every);
        let clock = Arc::clone(vault.clock());
        let now: Now = Arc::new(move || clock.now());
        let verifier = Verifier::from_settings(settings, now)?;
        let limits = bounds::limits(settings);
        let graph = Graph::new(vault.clone(), GraphOptions { limits: limits.clone(), read_path: settings.read_path }).await?;
        let graph = VaultGraph::new(graph);
        let graph = Arc::new(graph);
        let by_levels = graph.by_levels();
        let draining = Draining::default();
        let files = Files::at(&settings.file_store);
        let door = Door {
            settings: bounds::http(settings),
            limits,
            doorkeeper: Arc::new(DirectoryDoorkeeper::new(verifier, vault.clone(), settings.token_cache)),
            exports: Arc::clone(&graph) as Arc<dyn ExportService>,
            graph,
            contents: Arc::new(contents::VaultContents::new(vault.clone())),
            files: files.clone(),
            readiness: readiness(&vault),
            draining: draining.clone(),
            metrics: install_metrics()?,
        };
        Ok(Self { router: door.router()?, vault, files, sockets: bounds::sockets(settings), draining, by_levels })
    }

    /// Opens the place where contents of documents are kept, so that a wrong setting is told before anything is served.
    ///
    /// # Errors
    /// [`AppError::Files`].
    pub async fn open_files(&self) -> Result<(), AppError> {
        Ok(self.files.open().await?)
    }

    /// How many queries levels have answered, as the metric `graphql_read_path_total` counts them.
    #[must_use]
    pub fn by_levels(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.by_levels)
    }

    /// The router alone, for a test that needs no socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Takes an address; port 0 lets the system choose.
    ///
    /// # Errors
    /// [`AppError::Bind`] for an address that cannot be had.
    pub async fn bind(self, address: impl ToSocketAddrs + std::fmt::Display) -> Result<Bound, AppError> {
        let words = address.to_string();
        let failed = |error| AppError::Bind { address: words.clone(), error };
        let server = Server::bind(address, self.sockets.clone()).await.map_err(failed)?;
        let address = server.local_addr().map_err(failed)?;
        Ok(Bound { app: self, server, address })
    }
}

impl Bound {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` completes, drains, ends the tasks in the background and closes the database.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { app, server, .. } = self;
        let (end, ended) = watch::channel(false);
        let sequencer = tokio::spawn(sequencer::run(app.vault.clone(), ended.clone()));
        let access_log = tokio::spawn(access_log::run(app.vault.clone(), ended));
        server.run(app.router, app.draining, stop).await;
        // The send fails only where the task has ended already.
        let _ = end.send(true);
        if let Err(error) = sequencer.await {
            tracing::error!(%error, "the sequencer broke down");
        }
        if let Err(error) = access_log.await {
            tracing::error!(%error, "the keeper of the access log broke down");
        }
        app.vault.close().await;
    }
}

/// `/readyz` asks the database itself.
fn readiness(vault: &Vault) -> Readiness {
    let vault = vault.clone();
    Arc::new(move || {
        let vault = vault.clone();
        Box::pin(async move { vault.ping().await.is_ok() })
    })
}
