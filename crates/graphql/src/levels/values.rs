//! Arguments with the values of variables filled in, exactly as resolvers get them; and conditions decided before a plan is chosen.

use std::collections::HashMap;

use async_graphql::parser::types::OperationDefinition;
use async_graphql::{Name, Value as ConstValue, Variables};
use async_graphql_value::Value;
use serde_json::{Map, Value as Json};

use super::plan::Arguments;
use super::reason::Reason;

/// The values that a request gives to the variables of its operation.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) operation: &'a OperationDefinition,
    pub(super) variables: &'a Variables,
}

impl Values<'_> {
    /// The value of a variable; nothing where it was left out and has no default.
    fn of(&self, name: &Name) -> Option<ConstValue> {
        let definition = self.operation.variable_definitions.iter().find(|definition| definition.node.name.node == *name)?;
        let default = || definition.node.default_value.as_ref().map(|default| default.node.clone());
        self.variables.get(name).cloned().or_else(default)
    }

    fn fill(&self, value: &Value) -> Option<ConstValue> {
        Some(match value {
            Value::Variable(name) => return self.of(name),
            Value::Null => ConstValue::Null,
            Value::Number(number) => ConstValue::Number(number.clone()),
            Value::String(text) => ConstValue::String(text.clone()),
            Value::Boolean(truth) => ConstValue::Boolean(*truth),
            Value::Binary(bytes) => ConstValue::Binary(bytes.clone()),
            Value::Enum(term) => ConstValue::Enum(term.clone()),
            Value::List(items) => ConstValue::List(items.iter().map(|item| self.fill(item).unwrap_or(ConstValue::Null)).collect()),
            Value::Object(fields) => {
                ConstValue::Object(fields.iter().filter_map(|(name, value)| Some((name.clone(), self.fill(value)?))).collect())
            }
        })
    }

    /// The arguments of a field; what was left out is not there.
    pub(super) fn arguments(&self, given: &Arguments) -> Result<Map<String, Json>, Reason> {
        let filled = given.iter().filter_map(|(name, value)| Some((name, self.fill(value)?)));
        filled.map(|(name, value)| Ok((name.to_string(), value.into_json().map_err(|_| Reason::Argument)?))).collect()
    }
}

/// What the conditions are. One whose variable is not plainly true or false leaves the request to resolvers.
pub(super) fn decide(names: &[Name], variables: &Variables) -> Result<HashMap<Name, bool>, Reason> {
    let truth = |name: &Name| match variables.get(name) {
        Some(ConstValue::Boolean(truth)) => Ok((name.clone(), *truth)),
        _ => Err(Reason::Condition),
    };
    names.iter().map(truth).collect()
}
