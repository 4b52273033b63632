//! The root of a mutation: each response key once.
//! Fields of one key are one field whose selections are merged; the library merges the answers only, and carries out each.

use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet};

use super::{LimitCode, LimitError};

/// Refuses a mutation with two root fields of one response key, fragments expanded. Cycles, depth and number of selections
/// must have been checked before.
///
/// # Errors
/// `GRAPHQL_VALIDATION_FAILED`.
pub(super) fn check(document: &ExecutableDocument, operation: &OperationDefinition) -> Result<(), LimitError> {
    if operation.ty != OperationType::Mutation {
        return Ok(());
    }
    let mut keys = HashSet::new();
    collect(document, &operation.selection_set.node, &mut keys)
}

fn collect<'a>(document: &'a ExecutableDocument, set: &'a SelectionSet, keys: &mut HashSet<&'a str>) -> Result<(), LimitError> {
    for item in &set.items {
        match &item.node {
            // Those of the type system change nothing, however often they are asked.
            Selection::Field(field) if field.node.name.node.starts_with("__") => {}
            Selection::Field(field) => {
                if !keys.insert(field.node.response_key().node.as_str()) {
                    let message = "Two root fields of this mutation have the same name in the answer: make one selection of \
                                   them, or give each an alias if the change is to be made twice.";
                    return Err(LimitError::new(LimitCode::GraphqlValidationFailed, message).at(Some(item.pos)));
                }
            }
            Selection::InlineFragment(inline) => collect(document, &inline.node.selection_set.node, keys)?,
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(document, &fragment.node.selection_set.node, keys)?;
                }
            }
        }
    }
    Ok(())
}
