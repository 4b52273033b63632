//! Variables: of known types, their defaults filled in, the required ones present, before anything runs.
//! The library leaves each of these to a later step that overlooks it, or does not survive it.

use async_graphql::{
    Value as ConstValue, Variables,
    parser::types::{ExecutableDocument, OperationDefinition},
};

use super::{CostModel, LimitCode, LimitError, shape::count};

/// Characters of a variable's name in a message.
const NAME: usize = 60;

/// Refuses variables of a type that the schema does not take as input, in any operation: validation walks them all, and
/// the library's breaks down over the default value of an unknown type inside a list.
///
/// # Errors
/// `GRAPHQL_VALIDATION_FAILED`.
pub(super) fn types(document: &ExecutableDocument, model: &CostModel) -> Result<(), LimitError> {
    let definitions = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    for definition in definitions {
        if !model.is_input(&definition.node.var_type.node) {
            let name: String = definition.node.name.node.chars().take(NAME).collect();
            let message = format!("The type of the variable ${name} is no input type of the schema.");
            return Err(LimitError::new(LimitCode::GraphqlValidationFailed, message).at(Some(definition.pos)));
        }
    }
    Ok(())
}

/// Puts the operation's defaults where no value was sent. The library decides `@skip` and `@include` by what was sent alone.
pub(super) fn fill(operation: &OperationDefinition, variables: &mut Variables) {
    for definition in &operation.variable_definitions {
        if let Some(default) = &definition.node.default_value {
            variables.entry(definition.node.name.node.clone()).or_insert_with(|| default.node.clone());
        }
    }
}

/// Refuses `@skip` and `@include` by a variable that is null: it says neither yes nor no, and the library takes it for no.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(super) fn conditions(document: &ExecutableDocument, operation: &OperationDefinition, variables: &Variables) -> Result<(), LimitError> {
    for (position, name) in super::conditions(document, operation) {
        if variables.get(&name) == Some(&ConstValue::Null) {
            let message = "The variable of a @skip or @include is null: send true or false, or leave it to its default.";
            return Err(LimitError::new(LimitCode::BadUserInput, message).at(Some(position)));
        }
    }
    Ok(())
}

/// Refuses variables without a value that the operation requires.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(super) fn check(operation: &OperationDefinition, variables: &Variables) -> Result<(), LimitError> {
    for definition in &operation.variable_definitions {
        let position = definition.pos;
        let definition = &definition.node;
        if definition.var_type.node.nullable {
            continue;
        }
        let name = definition.name.node.as_str();
        let given = match variables.get(name) {
            Some(value) => *value != ConstValue::Null,
            None => definition.default_value.is_some(),
        };
        if !given {
            let name: String = name.chars().take(NAME).collect();
            let message = format!("The variable ${name} is required and must not be null.");
            return Err(LimitError::new(LimitCode::BadUserInput, message).at(Some(position)));
        }
    }
    Ok(())
}

/// How many values a value is made of, itself included.
pub(super) fn size(value: &ConstValue) -> u64 {
    match value {
        ConstValue::List(items) => items.iter().map(size).fold(1, u64::saturating_add),
        ConstValue::Object(fields) => fields.values().map(size).fold(1, u64::saturating_add),
        // The library copies a value for each argument that holds it, so that long texts weigh too.
        ConstValue::String(text) => count(text.len() / 1_024).saturating_add(1),
        _ => 1,
    }
}
