//! The graph as its users hold it: built once over a vault, asked once a request.

use std::sync::Arc;

use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Response, Schema};
use tandem_domain::access::Viewer;
use tandem_persistence::{StoreError, Vault};

use crate::limits::Limits;

/// How the graph is built.
#[derive(Clone, Debug, Default)]
pub struct GraphOptions {
    /// The limits that `viewer { limits }` shows.
    pub limits: Limits,
}

/// The graph cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// The database could not give the key that cursors are sealed with.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a request brings besides its document.
#[derive(Clone, Debug, Default)]
pub struct Circumstance {
    /// The request's id, for the journal.
    pub request_id: Option<String>,
    /// The caller's key for a request with one mutation.
    pub idempotency_key: Option<String>,
}

/// The graph over a vault.
#[derive(Clone)]
pub struct Graph {
    vault: Vault,
    schema: Schema<Query, EmptyMutation, EmptySubscription>,
}

struct Query;

#[Object]
impl Query {
    async fn ok(&self) -> bool {
        true
    }
}

impl Graph {
    /// Builds the graph.
    ///
    /// # Errors
    /// [`GraphError`] when the database cannot give the cursors' key.
    pub async fn new(vault: Vault, _options: GraphOptions) -> Result<Self, GraphError> {
        vault.cursor_key().await?;
        let schema = Schema::build(Query, EmptyMutation, EmptySubscription).disable_suggestions().limit_recursive_depth(64).finish();
        Ok(Self { vault, schema })
    }

    /// The schema's text, the same whatever the database holds.
    #[must_use]
    pub fn sdl() -> String {
        Schema::build(Query, EmptyMutation, EmptySubscription).finish().sdl()
    }

    /// Answers one request of one viewer.
    pub async fn execute(&self, viewer: Arc<Viewer>, request: Request, circumstance: Circumstance) -> Response {
        let store = Arc::new(self.vault.store(viewer));
        let response = self.schema.execute(request.data(Arc::clone(&store)).data(circumstance)).await;
        store.refresh().await;
        response
    }
}
