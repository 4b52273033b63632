//! Why a document was refused: a code of the public list and a bounded message.
//! A message never repeats the document, so that a megabyte sent in never comes back out.

use async_graphql::Pos;

/// The codes that a check can answer with; each stands in the public list of `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitCode {
    /// The document is too long, too deep, or has too much of something.
    DocumentLimitExceeded,
    /// The pages asked for multiply to more than one request may cost.
    CostLimitExceeded,
    /// The text is not a GraphQL document.
    GraphqlParseFailed,
    /// Fragments form a cycle; found here because every later walk would follow it for ever.
    GraphqlValidationFailed,
    /// A value in the input is too large.
    BadUserInput,
    /// The request does not say which operation to run.
    BadRequest,
}

impl LimitCode {
    /// The code as it stands in `extensions.code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DocumentLimitExceeded => "DOCUMENT_LIMIT_EXCEEDED",
            Self::CostLimitExceeded => "COST_LIMIT_EXCEEDED",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::BadRequest => "BAD_REQUEST",
        }
    }
}

/// A refused document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LimitError {
    /// The public code.
    pub code: LimitCode,
    /// What is wrong, in words for the caller; never a piece of the document.
    pub message: String,
    /// Where in the document, when that is known (line and column count from one).
    pub position: Option<Pos>,
}

impl LimitError {
    /// A refusal without a position.
    pub(super) fn new(code: LimitCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), position: None }
    }

    /// `what` of the document is more than the limit `most`.
    pub(super) fn too_much(what: &str, most: u64) -> Self {
        Self::new(LimitCode::DocumentLimitExceeded, format!("The document has more than {most} {what}."))
    }

    /// The same refusal, at a place in the document.
    pub(super) fn at(mut self, position: Option<Pos>) -> Self {
        self.position = position;
        self
    }
}
