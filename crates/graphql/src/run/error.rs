//! Errors of the executor: each with a stable code, words that say what to do, and nothing of what lies beneath.

use async_graphql::{Error, Positioned, parser::types::Field};
use async_graphql::{ErrorExtensions, ServerError};
use tandem_persistence::{StoreError, WriteError};

/// Why a field cannot be answered.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    code: &'static str,
    message: String,
}

impl Failure {
    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self { code: "BAD_USER_INPUT", message: message.into() }
    }

    pub(crate) fn internal() -> Self {
        Self { code: "INTERNAL_SERVER_ERROR", message: "Something went wrong on our side. Tell us the request id.".to_owned() }
    }

    /// As the executor reports it, at the field.
    pub(crate) fn at(&self, field: &Positioned<Field>) -> ServerError {
        self.error().into_server_error(field.pos)
    }

    /// As a hand-written resolver gives it: an error of the executor that came through one would lose its code.
    pub(crate) fn error(&self) -> Error {
        Error::new(self.message.clone()).extend_with(|_, extensions| extensions.set("code", self.code))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(cause) => {
                tracing::warn!(%cause, "the database is not available");
                Self { code: "UNAVAILABLE", message: "The service cannot reach its database right now. Try again in a moment.".to_owned() }
            }
            StoreError::Failed(cause) if cancelled(&cause.to_string()) => {
                Self { code: "TIMEOUT", message: "The request took too long and was stopped. Ask for less at once.".to_owned() }
            }
            StoreError::Failed(cause) => {
                tracing::error!(%cause, "a statement failed");
                Self::internal()
            }
            StoreError::Cell(_) | StoreError::SchemaTooOld | StoreError::Unusable(_) => {
                tracing::error!(%error, "the store cannot answer");
                Self::internal()
            }
        }
    }
}

/// Whether the database stopped the statement because it took too long.
fn cancelled(text: &str) -> bool {
    text.contains("57014") || text.contains("statement timeout") || text.contains("interrupted")
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::IdempotencyMismatch => Self {
                code: "IDEMPOTENCY_MISMATCH",
                message: "This Idempotency-Key was used for another request. Use a new key for a new request.".to_owned(),
            },
            WriteError::AccessEnded => {
                Self { code: "FORBIDDEN", message: "Your access has ended. Sign in again, or ask your administrator.".to_owned() }
            }
            WriteError::Store(error) => error.into(),
            // Refusals are user errors in the payload; none gets here.
            WriteError::Refused(_) => Self::internal(),
        }
    }
}
