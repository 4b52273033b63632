//! Required variables: present and not null, before anything runs.
//! The library's validation leaves a missing one to the field that reads it, which is too late for a refusal.

use async_graphql::{Value as ConstValue, Variables, parser::types::OperationDefinition};

use super::{LimitCode, LimitError, shape::count};

/// Characters of a variable's name in a message.
const NAME: usize = 60;

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
