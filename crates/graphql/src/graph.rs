//! The graph as its users hold it: built once over a vault, asked once a request.

use std::sync::Arc;

use async_graphql::{EmptySubscription, Request, Response, Schema, SchemaBuilder, Value};
use tandem_domain::access::Viewer;
use tandem_persistence::{StoreError, Vault};

use crate::limits::Limits;
use crate::run::{Cursors, MutationRoot, QueryRoot, Session};

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
    schema: Schema<QueryRoot, MutationRoot, EmptySubscription>,
    cursors: Arc<Cursors>,
    limits: Arc<Limits>,
}

/// How deep the library may recurse; the house's own checks are stricter and come first.
const RECURSION: usize = 64;

fn builder() -> SchemaBuilder<QueryRoot, MutationRoot, EmptySubscription> {
    Schema::build(QueryRoot, MutationRoot, EmptySubscription).disable_suggestions().limit_recursive_depth(RECURSION)
}

impl Graph {
    /// Builds the graph.
    ///
    /// # Errors
    /// [`GraphError`] when the database cannot give the cursors' key.
    pub async fn new(vault: Vault, options: GraphOptions) -> Result<Self, GraphError> {
        let cursors = Arc::new(Cursors { key: vault.cursor_key().await? });
        Ok(Self { vault, schema: builder().finish(), cursors, limits: Arc::new(options.limits) })
    }

    /// The schema's text, the same whatever the database holds.
    #[must_use]
    pub fn sdl() -> String {
        builder().finish().sdl()
    }

    /// Answers one request of one viewer.
    pub async fn execute(&self, viewer: Arc<Viewer>, request: Request, circumstance: Circumstance) -> Response {
        self.execute_counted(viewer, request, circumstance).await.0
    }

    /// The same, with how many statements reading took. For those who watch over it.
    pub async fn execute_counted(&self, viewer: Arc<Viewer>, request: Request, circumstance: Circumstance) -> (Response, usize) {
        let (cursors, limits) = (Arc::clone(&self.cursors), Arc::clone(&self.limits));
        let session = Arc::new(Session::new(self.vault.clone(), viewer, circumstance, cursors, limits));
        let mut response = self.schema.execute(request.data(Arc::clone(&session))).await;
        session.store().refresh().await;
        let redactions = session.redactions();
        if !redactions.is_empty() {
            let paths = redactions.into_iter().map(|path| Value::List(path.into_iter().map(segment).collect()));
            response.extensions.insert("redactions".to_owned(), Value::List(paths.collect()));
        }
        (response, session.store().statements())
    }
}

fn segment(segment: async_graphql::PathSegment) -> Value {
    match segment {
        async_graphql::PathSegment::Field(name) => Value::String(name),
        async_graphql::PathSegment::Index(index) => Value::Number(index.into()),
    }
}
