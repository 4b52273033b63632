//! The two questions that the door asks the house: who is this, and what is the answer.
//! Both are object-safe traits, so that the handler is tested with a toy directory and a toy schema.

use std::{any::Any, sync::Arc};

use async_graphql::Request;
use axum::http::StatusCode;
use futures::future::BoxFuture;
use tandem_graphql::{Answer, Document, ExportKind, ExportPage, limits::Checked};
use uuid::Uuid;

/// A request's standing: opaque to the door but for what it must decide itself.
#[derive(Clone)]
pub struct Session {
    /// The house's own knowledge of the caller, handed back unopened to [`GraphService::execute`].
    pub state: Arc<dyn Any + Send + Sync>,
    /// Who pays for the cost of requests: the same text for the same principal, on any connection.
    pub principal_key: String,
    /// Whether the caller may see the schema itself.
    pub may_introspect: bool,
    /// Who that is, for what is noted of refusals.
    pub who: Who,
}

/// Whose request it was, as far as that is known. For counters, logs and records, never for an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Who {
    /// The principal that the directory knows.
    pub principal: Option<Uuid>,
    /// The organisation that it was admitted to act for.
    pub organization: Option<Uuid>,
}

/// Where a request, or something in it, was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// At the door: nothing was run.
    Door,
    /// In the answer: an error of a field, or of the document as the library reads it.
    Answer,
    /// By the domain: a command that was refused with user errors.
    Command,
}

impl Stage {
    /// A stable word for logs and metric labels.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Door => "door",
            Self::Answer => "answer",
            Self::Command => "command",
        }
    }
}

/// One refusal, with what may be kept of it: neither the token, nor the document, nor what was in it.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// A code of the public list.
    pub code: &'static str,
    /// Where it happened.
    pub stage: Stage,
    /// Whose request it was.
    pub who: Who,
    /// The answer's HTTP status.
    pub status: u16,
    /// The request's id, as the answer's `x-request-id` has it.
    pub request_id: &'a str,
}

/// What came of a document that was run.
#[derive(Debug)]
pub struct Executed {
    /// The answer.
    pub answer: Answer,
    /// The codes of user errors in it.
    pub refused: Vec<&'static str>,
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
    /// Whom it concerns, where the token is good and the directory knows its subject.
    pub who: Who,
}

/// Knows whose token it is.
pub trait Doorkeeper: Send + Sync {
    /// Admits the holder of a bearer token, acting for the organisation that the header `Tandem-Organization` names.
    ///
    /// # Errors
    /// [`Refusal`], which becomes the answer.
    fn admit<'a>(&'a self, bearer: &'a str, organization: Option<&'a str>) -> BoxFuture<'a, Result<Session, Refusal>>;

    /// Is told of every refusal, once it is counted and logged. It must not wait: the answer does.
    fn refused(&self, refused: &Refused<'_>) {
        let _ = refused;
    }
}

/// Runs documents that have passed the checks.
pub trait GraphService: Send + Sync {
    /// Runs one operation. The future is dropped at the time limit; what it holds must then let go by itself.
    ///
    /// An answer without data whose errors have no path counts as a refused request: its errors need
    /// no code, the door makes them `GRAPHQL_VALIDATION_FAILED`.
    fn execute<'a>(&'a self, session: Session, request: GraphRequest) -> BoxFuture<'a, Executed>;

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

/// Gives records out, in the sight of the caller at each moment.
pub trait ExportService: Send + Sync {
    /// A page of everything of a kind that the caller sees, after the place where the one before ended; of one study, where one is named.
    ///
    /// # Errors
    /// [`Refusal`] where the graph does not answer.
    fn page<'a>(
        &'a self,
        session: &'a Session,
        kind: &'a ExportKind,
        study: Option<Uuid>,
        after: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ExportPage, Refusal>>;
}

/// A document as far as its content is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The document.
    pub document: Uuid,
    /// What a file with it is called.
    pub name: String,
    /// The SHA-256 that it declares, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The bytes that it declares.
    pub size: u64,
    /// The media type that it declares.
    pub media_type: String,
    /// Whether it is kept here.
    pub kept: bool,
}

/// Knows documents, and who may read and send their contents.
pub trait ContentService: Send + Sync {
    /// The document of this id, as the caller may read it at this moment.
    ///
    /// # Errors
    /// [`Refusal`]: 404 in the same words for what is hidden and what never was.
    fn find<'a>(&'a self, session: &'a Session, id: &'a str) -> BoxFuture<'a, Result<Content, Refusal>>;

    /// Notes that the content is kept; with `only_try` only says whether the caller may send it.
    ///
    /// # Errors
    /// [`Refusal`].
    fn keep<'a>(
        &'a self,
        session: &'a Session,
        content: &'a Content,
        request_id: &'a str,
        only_try: bool,
    ) -> BoxFuture<'a, Result<(), Refusal>>;
}

/// Says whether the parts behind the door (the database) can serve.
pub type Readiness = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;
