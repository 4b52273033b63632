//! The graph as its users hold it: built once over a vault, asked once a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{EmptySubscription, Request, Response, Schema, SchemaBuilder, Value, Variables};
use tandem_domain::access::Viewer;
use tandem_domain::command::Code;
use tandem_persistence::{StoreError, Vault};

use crate::levels::{self, Document, Reason, Slot};
use crate::limits::{LimitError, Limits, parse};
use crate::run::{Cursors, MutationRoot, QueryRoot, Session};

/// How the graph is built.
#[derive(Clone, Debug, Default)]
pub struct GraphOptions {
    /// The limits that `viewer { limits }` shows.
    pub limits: Limits,
    /// Which way queries are answered.
    pub read_path: ReadPath,
}

/// Which way queries are answered. Both give the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadPath {
    /// By levels where a document has a plan, otherwise by resolvers.
    #[default]
    Auto,
    /// By resolvers always: for comparisons.
    Resolvers,
}

/// One operation of a kept document, with its variables.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The document.
    pub document: Arc<Document>,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// The variables as sent.
    pub variables: Variables,
}

impl Asked {
    /// A question by its text, for those who ask in the process itself. Only its text is looked at, not its cost.
    ///
    /// # Errors
    /// [`LimitError`] where the text is too long or is no document.
    pub fn of(text: &str, variables: serde_json::Value, limits: &Limits) -> Result<Self, LimitError> {
        let document = Arc::new(Document::new(text.to_owned(), parse(text, limits)?));
        Ok(Self { document, operation_name: None, variables: Variables::from_json(variables) })
    }
}

/// What came of a request.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// Why resolvers gave it; nothing where levels did.
    pub fell: Option<Reason>,
    /// How many statements reading took.
    pub statements: usize,
    /// The codes of user errors in it.
    pub refused: Vec<Code>,
    /// How many rows they read.
    pub rows: usize,
}

/// An answer, as values or written already.
#[derive(Debug)]
pub enum Answer {
    /// By resolvers.
    Resolved(Box<Response>),
    /// By levels: there are no errors.
    Written {
        /// The JSON text of `data`.
        data: Vec<u8>,
        /// What stands in `extensions` besides the cost.
        extensions: BTreeMap<String, Value>,
    },
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
    read_path: ReadPath,
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
        let cursors = Arc::new(Cursors::new(&vault.cursor_key().await?));
        Ok(Self { vault, schema: builder().finish(), cursors, limits: Arc::new(options.limits), read_path: options.read_path })
    }

    /// The schema's text, the same whatever the database holds.
    #[must_use]
    pub fn sdl() -> String {
        builder().finish().sdl()
    }

    /// Who may see and do what, as a page for people; from the policy itself.
    #[must_use]
    pub fn access_page() -> String {
        crate::schema::access_page()
    }

    /// Answers one operation of one viewer.
    pub async fn answer(&self, viewer: Arc<Viewer>, asked: Asked, circumstance: Circumstance) -> Answered {
        let session = self.session(viewer, circumstance);
        let (answer, fell) = match self.by_levels(&session, &asked).await {
            Ok(answer) => (answer, None),
            Err(reason) => {
                // Whatever was begun by levels is let go: resolvers read one moment of their own.
                session.store().refresh().await;
                let response = self.by_resolvers(&session, request(&asked)).await;
                if reason == Reason::Unproven && response.errors.is_empty() {
                    prove(&asked);
                }
                (Answer::Resolved(Box::new(response)), Some(reason))
            }
        };
        session.store().refresh().await;
        let (statements, rows) = (session.store().statements(), session.store().rows());
        Answered { answer, fell, statements, rows, refused: session.refused() }
    }

    /// How the database means to find what an operation that has a plan asks for, statement by statement; nothing where it has none.
    /// For those who watch over indexes.
    pub async fn explain(&self, viewer: Arc<Viewer>, asked: Asked) -> Option<Vec<String>> {
        self.answer(Arc::clone(&viewer), asked.clone(), Circumstance::default()).await;
        let (cursors, limits) = (Arc::clone(&self.cursors), Arc::clone(&self.limits));
        let session = Session::explaining(self.vault.clone(), viewer, cursors, limits);
        let answer = self.by_levels(&session, &asked).await;
        session.store().refresh().await;
        answer.ok().map(|_| session.store().plans())
    }

    /// Answers one request of one viewer by resolvers.
    pub async fn execute(&self, viewer: Arc<Viewer>, request: Request, circumstance: Circumstance) -> Response {
        self.execute_counted(viewer, request, circumstance).await.0
    }

    /// The same, with how many statements reading took. For those who watch over it.
    pub async fn execute_counted(&self, viewer: Arc<Viewer>, request: Request, circumstance: Circumstance) -> (Response, usize) {
        let session = self.session(viewer, circumstance);
        let response = self.by_resolvers(&session, request).await;
        session.store().refresh().await;
        (response, session.store().statements())
    }

    fn session(&self, viewer: Arc<Viewer>, circumstance: Circumstance) -> Arc<Session> {
        let (cursors, limits) = (Arc::clone(&self.cursors), Arc::clone(&self.limits));
        Arc::new(Session::new(self.vault.clone(), viewer, circumstance, cursors, limits))
    }

    async fn by_levels(&self, session: &Session, asked: &Asked) -> Result<Answer, Reason> {
        if self.read_path == ReadPath::Resolvers {
            return Err(Reason::Off);
        }
        let name = asked.operation_name.as_deref();
        let form = asked.document.form(name, &asked.variables)?;
        let plan = match asked.document.known(&form) {
            None => return Err(Reason::Unproven),
            Some(Slot::Unplannable(reason)) => return Err(reason),
            Some(Slot::Planned(plan)) => plan,
        };
        let operation = asked.document.operation(name).ok_or(Reason::NotAQuery)?;
        let (data, redactions) = levels::answer(session, &plan, operation, &asked.variables).await?;
        session.redacted(redactions);
        Ok(Answer::Written { data, extensions: extensions(session) })
    }

    async fn by_resolvers(&self, session: &Arc<Session>, request: Request) -> Response {
        let mut response = self.schema.execute(request.data(Arc::clone(session))).await;
        response.extensions.extend(extensions(session));
        response
    }
}

/// The library's request, its document already parsed.
fn request(asked: &Asked) -> Request {
    let mut request = Request::new(asked.document.text()).variables(asked.variables.clone());
    request.operation_name.clone_from(&asked.operation_name);
    request.set_parsed_query(asked.document.parsed().clone());
    request
}

fn prove(asked: &Asked) {
    if let Ok(form) = asked.document.form(asked.operation_name.as_deref(), &asked.variables) {
        asked.document.prove(form, &asked.variables);
    }
}

/// What was withheld by role, for the answer's `extensions`.
fn extensions(session: &Session) -> BTreeMap<String, Value> {
    let redactions = session.redactions();
    if redactions.is_empty() {
        return BTreeMap::new();
    }
    let paths = redactions.into_iter().map(|path| Value::List(path.into_iter().map(segment).collect()));
    BTreeMap::from([("redactions".to_owned(), Value::List(paths.collect()))])
}

fn segment(segment: async_graphql::PathSegment) -> Value {
    match segment {
        async_graphql::PathSegment::Field(name) => Value::String(name),
        async_graphql::PathSegment::Index(index) => Value::Number(index.into()),
    }
}
