//! The graph behind the door: a session becomes a viewer again, and the request runs as his.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_graphql::{ErrorExtensionValues, Response, ServerError};
use axum::http::StatusCode;
use futures::future::BoxFuture;
use tandem_domain::access::Viewer;
use tandem_domain::vocabulary::Vocabulary as _;
use tandem_graphql::limits::OperationType;
use tandem_graphql::{Answer, Asked, Circumstance, ExportKind, ExportPage, Graph, Reason};
use uuid::Uuid;

use crate::http::seam::{Executed, ExportService, GraphRequest, GraphService, Refusal, Session};

/// Runs documents on the graph over the vault.
pub struct VaultGraph {
    graph: Graph,
    sdl: String,
    by_levels: Arc<AtomicU64>,
}

impl VaultGraph {
    /// A service over this graph.
    #[must_use]
    pub fn new(graph: Graph) -> Self {
        Self { graph, sdl: Graph::sdl(), by_levels: Arc::default() }
    }

    /// How many queries of this instance levels have answered. The metric counts the same for the whole process.
    #[must_use]
    pub fn by_levels(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.by_levels)
    }

    /// Tells the metrics which way a query went.
    fn count(&self, fell: Option<Reason>) {
        match fell {
            None => {
                self.by_levels.fetch_add(1, Ordering::Relaxed);
                metrics::counter!("graphql_read_path_total", "path" => "levels").increment(1);
            }
            Some(reason) => {
                metrics::counter!("graphql_read_path_total", "path" => "resolvers", "reason" => reason.label()).increment(1);
            }
        }
    }
}

impl GraphService for VaultGraph {
    fn execute<'a>(&'a self, session: Session, request: GraphRequest) -> BoxFuture<'a, Executed> {
        Box::pin(async move {
            let Ok(viewer) = session.state.downcast::<Viewer>() else {
                tracing::error!("a session without a viewer reached the graph");
                return Executed { answer: Answer::Resolved(Box::new(broken())), refused: Vec::new() };
            };
            let circumstance = Circumstance { request_id: Some(request.request_id), idempotency_key: request.idempotency_key };
            let asked = Asked { document: request.document, operation_name: request.operation_name, variables: request.checked.variables };
            let query = request.checked.kind == OperationType::Query;
            let answered = self.graph.answer(viewer, asked, circumstance).await;
            if query {
                self.count(answered.fell);
            }
            Executed { answer: answered.answer, refused: answered.refused.into_iter().map(|code| code.term()).collect() }
        })
    }

    fn sdl(&self) -> &str {
        &self.sdl
    }
}

impl ExportService for VaultGraph {
    fn page<'a>(
        &'a self,
        session: &'a Session,
        kind: &'a ExportKind,
        study: Option<Uuid>,
        after: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ExportPage, Refusal>> {
        Box::pin(async move {
            let viewer =
                Arc::clone(&session.state).downcast::<Viewer>().map_err(|_| "a session without a viewer reached an export".to_owned());
            let page = match viewer {
                Ok(viewer) => self.graph.export_page(viewer, kind, study, after).await.map_err(|error| error.to_string()),
                Err(error) => Err(error),
            };
            page.map_err(|error| {
                tracing::error!(error, "an export cannot go on");
                Refusal {
                    status: StatusCode::SERVICE_UNAVAILABLE,
                    code: "UNAVAILABLE",
                    message: "The service cannot answer now. Try again in a moment.".to_owned(),
                    www_authenticate: None,
                    who: session.who,
                }
            })
        })
    }
}

/// The answer where the house is at fault.
fn broken() -> Response {
    let mut error = ServerError::new("Something went wrong on our side.", None);
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", "INTERNAL_SERVER_ERROR");
    Response::from_errors(vec![error])
}
