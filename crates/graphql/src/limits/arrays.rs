//! The length of arrays in arguments and variables.
//! Arrays under a bulk mutation (its name ends in `Ingest`) have a larger bound, their variables too.

use std::collections::HashSet;

use async_graphql::{
    Positioned, Value as ConstValue, Variables,
    parser::types::{Directive, ExecutableDocument, Selection, SelectionSet},
};
use async_graphql_value::Value;

use super::{LimitCode, LimitError, Limits, shape::count};

/// Refuses a document or variables with too long an array.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(super) fn check(document: &ExecutableDocument, variables: &Variables, limits: &Limits) -> Result<(), LimitError> {
    let mut arrays = Arrays { limits, bulk: HashSet::new() };
    for (_, operation) in document.operations.iter() {
        arrays.directives(&operation.node.directives)?;
        for definition in &operation.node.variable_definitions {
            if let Some(default) = &definition.node.default_value {
                constant(&default.node, limits.array)?;
            }
        }
        arrays.set(&operation.node.selection_set.node)?;
    }
    for fragment in document.fragments.values() {
        arrays.directives(&fragment.node.directives)?;
        arrays.set(&fragment.node.selection_set.node)?;
    }
    for (name, value) in variables.iter() {
        let most = if arrays.bulk.contains(name.as_str()) { limits.bulk_array } else { limits.array };
        constant(value, most)?;
    }
    Ok(())
}

struct Arrays<'a> {
    limits: &'a Limits,
    /// Variables that feed a bulk mutation.
    bulk: HashSet<&'a str>,
}

impl<'a> Arrays<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Result<(), LimitError> {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let bulk = field.name.node.ends_with("Ingest");
                    for (_, value) in &field.arguments {
                        self.value(&value.node, bulk)?;
                    }
                    self.directives(&field.directives)?;
                    self.set(&field.selection_set.node)?;
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives)?;
                    self.set(&inline.node.selection_set.node)?;
                }
                Selection::FragmentSpread(spread) => self.directives(&spread.node.directives)?,
            }
        }
        Ok(())
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) -> Result<(), LimitError> {
        for directive in directives {
            for (_, value) in &directive.node.arguments {
                self.value(&value.node, false)?;
            }
        }
        Ok(())
    }

    fn value(&mut self, value: &'a Value, bulk: bool) -> Result<(), LimitError> {
        match value {
            Value::List(items) => {
                let most = if bulk { self.limits.bulk_array } else { self.limits.array };
                length(items.len(), most)?;
                items.iter().try_for_each(|item| self.value(item, bulk))
            }
            Value::Object(fields) => fields.values().try_for_each(|item| self.value(item, bulk)),
            Value::Variable(name) => {
                if bulk {
                    self.bulk.insert(name.as_str());
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn constant(value: &ConstValue, most: u64) -> Result<(), LimitError> {
    match value {
        ConstValue::List(items) => {
            length(items.len(), most)?;
            items.iter().try_for_each(|item| constant(item, most))
        }
        ConstValue::Object(fields) => fields.values().try_for_each(|item| constant(item, most)),
        _ => Ok(()),
    }
}

fn length(items: usize, most: u64) -> Result<(), LimitError> {
    if count(items) > most {
        return Err(LimitError::new(LimitCode::BadUserInput, format!("An array in the input has more than {most} items.")));
    }
    Ok(())
}
