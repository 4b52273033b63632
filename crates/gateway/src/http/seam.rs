//! The two questions that the door asks the house: who is this, and what is the answer.
//! Both are object-safe traits, so that the handler is tested with a toy directory and a toy schema.

use std::{any::Any, sync::Arc};

use async_graphql::Request;
use axum::http::StatusCode;
use futures::future::BoxFuture;
use tandem_graphql::{Answer, Document, limits::Checked};

/// A request's standing: opaque to the door but for what it must decide itself.
#[derive(Clone)]
pub struct Session {
    /// The house's own knowledge of the caller, handed back unopened to [`GraphService::execute`].
    pub state: Arc<dyn Any + Send + Sync>,
    /// Who pays for the cost of requests: the same text for the same principal, on any connection.
    pub principal_key: String,
    /// Whether the caller may see the schema itself.
    pub may_introspect: bool,
}

/// Why a caller was not admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status: 401 for a bad token, 403 for an unknown principal or organisation, 503 where nobody can tell.
    pub status: StatusCode,
    /// A code of the public list.
    pub code: &'static str,
    /// Words for the caller; bounded again by the door.
    pub message: String,
    /// The whole value of `WWW-Authenticate`; a 401 without one gets `Bearer error="invalid_token"`.
    pub www_authenticate: Option<String>,
}

/// Knows whose token it is.
pub trait Doorkeeper: Send + Sync {
    /// Admits the holder of a bearer token, acting for the organisation that the header `Tandem-Organization` names.
    ///
    /// # Errors
    /// [`Refusal`], which becomes the answer.
    fn admit<'a>(&'a self, bearer: &'a str, organization: Option<&'a str>) -> BoxFuture<'a, Result<Session, Refusal>>;
}

/// Runs documents that have passed the checks.
pub trait GraphService: Send + Sync {
    /// Runs one operation. The future is dropped at the time limit; what it holds must then let go by itself.
    ///
    /// An answer without data whose errors have no path counts as a refused request: its errors need
    /// no code, the door makes them `GRAPHQL_VALIDATION_FAILED`.
    fn execute<'a>(&'a self, session: Session, request: GraphRequest) -> BoxFuture<'a, Answer>;

    /// The schema as SDL text; it must not change during the life of the process.
    fn sdl(&self) -> &str;
}

/// One checked operation with all that came with it.
#[derive(Debug)]
pub struct GraphRequest {
    /// What the checks found, with the variables that it was priced with.
    pub checked: Checked,
    /// The document, text and parsed form.
    pub document: Arc<Document>,
    /// The operation to run, never an empty text.
    pub operation_name: Option<String>,
    /// The `Idempotency-Key`, 1 to 255 visible ASCII characters, quotes taken off.
    pub idempotency_key: Option<String>,
    /// The id of this request, as the answer's `x-request-id` has it.
    pub request_id: String,
}

impl GraphRequest {
    /// The library's request, its document already parsed. Session data is the caller's to add.
    #[must_use]
    pub fn into_request(self) -> Request {
        let mut request = Request::new(self.document.text()).variables(self.checked.variables);
        request.operation_name = self.operation_name;
        request.set_parsed_query(self.document.parsed().clone());
        request
    }
}

/// Says whether the parts behind the door (the database) can serve.
pub type Readiness = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;
