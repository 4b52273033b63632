//! The door: GraphQL over HTTP and the few endpoints around it, as one axum router.
//! It knows nothing of the domain: who may enter and what a document means are asked through [`seam`].

mod bearer;
mod body;
mod cors;
mod documents;
mod envelope;
mod exports;
mod failure;
mod files;
mod graphql;
mod ide;
mod idempotency;
mod negotiate;
mod params;
mod probes;
mod rate;
mod refusals;
mod request_id;
pub mod seam;
mod settings;
mod wire;

use std::sync::Arc;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get},
};
use metrics_exporter_prometheus::PrometheusHandle;
use tandem_graphql::limits::{CostModel, Limits, ModelError};

use crate::files::Files;
use crate::server::Draining;
use documents::Documents;
use failure::Failure;
use rate::Throttle;
use request_id::RequestIds;
use seam::{ContentService, Doorkeeper, ExportService, GraphService, Readiness};

pub use request_id::RequestId;
pub use settings::HttpSettings;

/// Everything that the router needs from outside.
pub struct Door {
    /// Bounds and switches of the HTTP side.
    pub settings: HttpSettings,
    /// Bounds of documents.
    pub limits: Limits,
    /// Who may enter.
    pub doorkeeper: Arc<dyn Doorkeeper>,
    /// What runs documents.
    pub graph: Arc<dyn GraphService>,
    /// What gives records out.
    pub exports: Arc<dyn ExportService>,
    /// What knows documents and who may have their contents.
    pub contents: Arc<dyn ContentService>,
    /// Where contents are kept.
    pub files: Files,
    /// Whether the parts behind the door can serve; asked by `/readyz`.
    pub readiness: Readiness,
    /// Whether this process is on its way out; shared with the server.
    pub draining: Draining,
    /// What `/metrics` renders.
    pub metrics: PrometheusHandle,
}

/// Why a door could not be built.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The SDL of the graph service is not a schema.
    #[error(transparent)]
    Schema(#[from] ModelError),
    /// An origin in the CORS setting is not one.
    #[error("not an origin for CORS: {0}")]
    Origin(String),
}

/// What all handlers share.
struct Shared {
    settings: HttpSettings,
    limits: Limits,
    model: CostModel,
    documents: Documents,
    doorkeeper: Arc<dyn Doorkeeper>,
    graph: Arc<dyn GraphService>,
    exports: Arc<dyn ExportService>,
    contents: Arc<dyn ContentService>,
    files: Files,
    readiness: Readiness,
    draining: Draining,
    metrics: PrometheusHandle,
    throttle: Throttle,
    ids: RequestIds,
}

impl Door {
    /// The router, ready to be served by [`crate::server`].
    ///
    /// # Errors
    /// [`DoorError`] where the schema's text or a CORS origin cannot be read.
    pub fn router(self) -> Result<Router, DoorError> {
        let model = CostModel::from_sdl(self.graph.sdl())?;
        let cors = cors::layer(&self.settings.cors_origins)?;
        let throttle = Throttle::new(self.settings.rate_limit, self.settings.rate_burst);
        let ide = self.settings.ide;
        let shared = Arc::new(Shared {
            settings: self.settings,
            limits: self.limits,
            model,
            documents: Documents::default(),
            doorkeeper: self.doorkeeper,
            graph: self.graph,
            exports: self.exports,
            contents: self.contents,
            files: self.files,
            readiness: self.readiness,
            draining: self.draining,
            metrics: self.metrics,
            throttle,
            ids: RequestIds::default(),
        });
        let mut router = Router::new()
            .route("/graphql", any(graphql::serve))
            .route("/files/{document}", any(files::serve))
            .route("/exports/{kind}", get(exports::serve).fallback(only_get))
            .route("/schema.graphql", get(probes::schema).fallback(only_get))
            .route("/livez", get(probes::live).fallback(only_get))
            .route("/readyz", get(probes::ready).fallback(only_get))
            .route("/metrics", get(probes::metrics).fallback(only_get));
        if ide {
            router = router.route("/", get(ide::page).fallback(only_get));
        }
        let mut router = router.fallback(async || Failure::not_found().into_json());
        if let Some(cors) = cors {
            router = router.layer(cors);
        }
        Ok(router.layer(from_fn(envelope::catch)).layer(from_fn_with_state(Arc::clone(&shared), envelope::wrap)).with_state(shared))
    }
}

/// Answers any other method on a read-only path.
async fn only_get() -> axum::response::Response {
    Failure::method("GET, HEAD").into_json()
}
