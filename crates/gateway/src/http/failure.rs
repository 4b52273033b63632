//! A refused request as an answer: status, one GraphQL error with a code of the closed list, and headers.
//! Every error of the door is built here, so that none can leave without a code or in another format.

use async_graphql::Pos;
use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::Response,
};
use serde_json::json;
use tandem_graphql::limits::LimitError;

use super::{
    negotiate::Media,
    refusals::Refusals,
    seam::{Refusal, Who},
    wire::bounded,
};

/// Characters of a message where no setting is at hand.
const MESSAGE: usize = 300;

/// A request that is not run.
#[derive(Debug)]
pub(super) struct Failure {
    status: Status,
    pub(super) code: &'static str,
    message: String,
    position: Option<Pos>,
    /// Whose request it was, where the doorkeeper says so.
    who: Option<Box<Who>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// How the status depends on the media type.
#[derive(Debug, Clone, Copy)]
enum Status {
    /// The same in both.
    Plain(StatusCode),
    /// A well-formed request whose document cannot run: 200 in `application/json`, 400 in the newer type.
    Document,
}

impl Failure {
    /// A failure with the same status in every media type.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status: Status::Plain(status), code, message: message.into(), position: None, who: None, headers: Vec::new() }
    }

    /// A well-formed request whose document is refused.
    pub(super) fn document(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: Status::Document, ..Self::new(StatusCode::BAD_REQUEST, code, message) }
    }

    /// A request that is not well-formed.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// No such path.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing here.")
    }

    /// A method that the path does not have.
    pub(super) fn method(allow: &'static str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "This method is not allowed here.")
            .with(ALLOW, HeaderValue::from_static(allow))
    }

    /// The time limit was reached; `status` says whose time it was.
    pub(super) fn timeout(status: StatusCode) -> Self {
        Self::new(status, "TIMEOUT", "The request took longer than it may.")
    }

    /// Something broke inside; the log has it under the request's id.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", "Something went wrong on our side.")
    }

    /// Nobody can tell who the caller is.
    pub(super) fn unauthenticated(challenge: &'static str, message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message).with(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }

    /// The principal has spent its points; `seconds` until there are enough.
    pub(super) fn rate_limited(seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "Too many points were spent in a short time: try again later.")
            .with(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The same failure with a header.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same failure of a caller who is known by now.
    pub(super) fn of(mut self, who: Who) -> Self {
        if self.who.is_none() && who != Who::default() {
            self.who = Some(Box::new(who));
        }
        self
    }

    /// The answer in `application/json`.
    pub(super) fn into_json(self) -> Response {
        self.into_response(Media::Json)
    }

    /// The answer in the media type that was asked for.
    pub(super) fn into_response(self, media: Media) -> Response {
        let mut error = json!({ "message": bounded(&self.message, MESSAGE) });
        if let Some(at) = self.position {
            error["locations"] = json!([{ "line": at.line, "column": at.column }]);
        }
        error["extensions"] = json!({ "code": self.code });
        let body = json!({ "errors": [error] }).to_string();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = match (self.status, media) {
            (Status::Plain(status), _) => status,
            (Status::Document, Media::Json) => StatusCode::OK,
            (Status::Document, Media::Graphql) => StatusCode::BAD_REQUEST,
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media.content_type());
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        Refusals::door(self.who.as_deref().copied().unwrap_or_default(), self.code).attach(&mut response);
        response
    }
}

impl From<LimitError> for Failure {
    fn from(error: LimitError) -> Self {
        let LimitError { code, message, position } = error;
        metrics::counter!("graphql_document_refusals_total", "code" => code.as_str()).increment(1);
        Self { position, ..Self::document(code.as_str(), message) }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let challenge = refusal.www_authenticate.and_then(|text| HeaderValue::from_str(&text).ok());
        let failure = Self::new(refusal.status, refusal.code, refusal.message).of(refusal.who);
        match challenge {
            Some(challenge) => failure.with(WWW_AUTHENTICATE, challenge),
            None if refusal.status == StatusCode::UNAUTHORIZED => {
                failure.with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""))
            }
            None => failure,
        }
    }
}
