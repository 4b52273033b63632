//! The limits of a document, each a setting.
//! Counts are taken after fragments are expanded, because that is what the server would have to do.

use serde::{Deserialize, Serialize};

/// What one document and its variables may ask for. Every value is the largest that is still accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Characters (Unicode scalar values) of the document.
    pub characters: u64,
    /// Lexical tokens of the document; comments and commas are none, a string is one.
    pub tokens: u64,
    /// Brackets open at once, and selection sets entered at once through fragments. It guards the stack.
    pub nesting: u64,
    /// Levels of fields; a root field is level 1. Introspection has its own bound.
    pub depth: u64,
    /// Levels of fields from `__schema` or `__type` down.
    pub introspection_depth: u64,
    /// Estimated number of fields in the answer to introspection, its lists multiplied down the tree.
    pub introspection_weight: u64,
    /// Aliases.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Fields at the root of one operation.
    pub root_fields: u64,
    /// Selections (fields, spreads, inline fragments).
    pub selections: u64,
    /// Values in arguments (each scalar, list and object, variables filled in; a text counts once more for each KiB).
    pub input_values: u64,
    /// Cost points of the operation to run: each object or connection field counts once for each parent.
    pub cost: u64,
    /// Objects that the operation to run may return: the page sizes multiplied down the tree.
    pub nodes: u64,
    /// Page size that is assumed where neither `first` nor `last` is given and the schema has no default.
    pub page_default: u64,
    /// Largest page size; a larger one is refused by the field itself, and counts as this here.
    pub page_max: u64,
    /// Items of one array in arguments and variables.
    pub array: u64,
    /// Items of one array in the arguments of a bulk mutation (a field whose name ends in `Ingest`).
    pub bulk_array: u64,
    /// Bytes of a request's body. Kept by the door; told here, so that a viewer learns it with the others.
    pub body_bytes: u64,
    /// Milliseconds that a request may take. Kept by the door too.
    pub request_milliseconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            characters: 15_000,
            tokens: 2_000,
            nesting: 64,
            depth: 15,
            introspection_depth: 20,
            introspection_weight: 2_500_000,
            aliases: 30,
            directives: 50,
            root_fields: 20,
            selections: 10_000,
            input_values: 100_000,
            cost: 10_000,
            nodes: 500_000,
            page_default: 20,
            page_max: 100,
            array: 250,
            bulk_array: 1_000,
            body_bytes: 1024 * 1024,
            request_milliseconds: 10_000,
        }
    }
}
