//! Why a request is answered by resolvers: told by a metric, once a document in the log, never to the caller.

/// Why the level path does not serve a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is no query.
    NotAQuery,
    /// The document has not been answered without errors yet, which proves it.
    Unproven,
    /// It asks for something that is computed: steps, a history, the viewer, the schema itself.
    Computed,
    /// It has a directive other than `@skip` and `@include`.
    Directive,
    /// A condition hangs on a variable that is not plainly given.
    Condition,
    /// One response key is asked for in two ways.
    Conflict,
    /// A variable is not plainly of its type.
    Variable,
    /// An argument is refused.
    Argument,
    /// Several records where one was asked for.
    Several,
    /// A value is missing or not what it should be.
    Value,
    /// The database did not answer.
    Store,
    /// The document has more forms than are remembered.
    Full,
    /// The level path is switched off.
    Off,
}

impl Reason {
    /// The reason as a label.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NotAQuery => "not_a_query",
            Self::Unproven => "unproven",
            Self::Computed => "computed",
            Self::Directive => "directive",
            Self::Condition => "condition",
            Self::Conflict => "conflict",
            Self::Variable => "variable",
            Self::Argument => "argument",
            Self::Several => "several",
            Self::Value => "value",
            Self::Store => "store",
            Self::Full => "full",
            Self::Off => "off",
        }
    }
}
