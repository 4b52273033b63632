//! Refusals: what is wrong and what to do, each with a stable code from a closed list.
//! A refusal names only what the caller may see.

use crate::record::FieldError;
use crate::vocabulary;

vocabulary! {
    /// Why the domain refuses: the stable codes of user errors.
    pub enum Code {
        /// A field of the input does not hold what it should.
        BadUserInput = "BAD_USER_INPUT",
        /// Something that the input names does not exist, as far as you can see.
        NotFound = "NOT_FOUND",
        /// You can see it, but your role may not do this to it.
        Forbidden = "FORBIDDEN",
        /// It was changed since you read it, or something like it is there already.
        Conflict = "CONFLICT",
        /// The record's state has no such step.
        InvalidTransition = "INVALID_TRANSITION",
        /// A condition of the step is not met.
        GuardFailed = "GUARD_FAILED",
        /// This change needs a reason.
        ReasonRequired = "REASON_REQUIRED",
        /// This step needs a signature.
        SignatureRequired = "SIGNATURE_REQUIRED",
        /// Signing needs a fresh proof of who you are.
        ReauthenticationRequired = "REAUTHENTICATION_REQUIRED",
    }
}

/// One thing that the domain refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// The stable code.
    pub code: Code,
    /// What is wrong and what to do.
    pub message: String,
    /// Names from the mutation's argument down to the field; empty where no field is at fault.
    pub field: Vec<String>,
}

impl UserError {
    /// An error about no field in particular.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: Vec::new() }
    }

    /// An error about a field of the input, named as the graph spells it.
    #[must_use]
    pub fn at(code: Code, field: &str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: vec!["input".to_owned(), field.to_owned()] }
    }
}

/// The longest text, in characters, of a field by which rows are told apart: what an index keeps has to fit into a part of a page.
pub const MAX_INDEXED: usize = 255;

/// The error for a text that is too long to tell rows apart by.
#[must_use]
pub fn too_long(field: &str, text: &str) -> Option<UserError> {
    let words = || format!("Shorten this to at most {MAX_INDEXED} characters.");
    (text.chars().count() > MAX_INDEXED).then(|| UserError::at(Code::BadUserInput, field, words()))
}

/// Everything for which a command is refused; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub Vec<UserError>);

impl From<UserError> for Refusal {
    fn from(error: UserError) -> Self {
        Self(vec![error])
    }
}

impl From<Vec<FieldError>> for Refusal {
    fn from(faults: Vec<FieldError>) -> Self {
        Self(faults.into_iter().map(|fault| UserError { code: Code::BadUserInput, message: fault.message, field: fault.path }).collect())
    }
}

impl Refusal {
    /// What is named in `field` does not exist, in the same words whether hidden or never issued.
    #[must_use]
    pub fn not_found(field: &str) -> Self {
        UserError::at(Code::NotFound, field, "Nothing with this id exists, or you may not see it. Check the id.").into()
    }

    /// The caller's role may not do this.
    #[must_use]
    pub fn forbidden() -> Self {
        UserError::new(Code::Forbidden, "Your role may not do this here. Ask someone whose role may.").into()
    }

    /// The record was changed by someone else.
    #[must_use]
    pub fn stale() -> Self {
        UserError::at(Code::Conflict, "expectedVersion", "The record was changed since you read it. Read it again and repeat the change.")
            .into()
    }
}
