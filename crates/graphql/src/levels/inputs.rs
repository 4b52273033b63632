//! Whether the values of a request's variables are plainly of their declared types. What is not is left to the library's own words.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, OperationDefinition, Type, TypeKind, TypeSystemDefinition};
use async_graphql::{Value, Variables};

use crate::graph::Graph;

/// The types that variables can have, read off the schema's own text.
pub(super) struct InputTypes {
    enums: HashMap<String, HashSet<String>>,
    objects: HashMap<String, HashMap<String, (Type, bool)>>,
}

impl InputTypes {
    /// Those of the schema that is served.
    pub(super) fn known() -> &'static Self {
        static KNOWN: OnceLock<InputTypes> = OnceLock::new();
        KNOWN.get_or_init(|| Self::read(&Graph::sdl()))
    }

    /// A text that cannot be read has no types: then no variable is plainly right, and resolvers answer.
    fn read(sdl: &str) -> Self {
        let mut types = Self { enums: HashMap::new(), objects: HashMap::new() };
        for definition in parse_schema(sdl).map(|schema| schema.definitions).unwrap_or_default() {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            match definition.node.kind {
                TypeKind::Enum(found) => {
                    types.enums.insert(name, found.values.into_iter().map(|value| value.node.value.node.to_string()).collect());
                }
                TypeKind::InputObject(found) => {
                    let field = |field: async_graphql::Positioned<async_graphql::parser::types::InputValueDefinition>| {
                        let field = field.node;
                        (field.name.node.to_string(), (field.ty.node, field.default_value.is_some()))
                    };
                    types.objects.insert(name, found.fields.into_iter().map(field).collect());
                }
                TypeKind::Scalar | TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_) => {}
            }
        }
        types
    }

    /// Whether all variables of an operation are plainly right.
    pub(super) fn fit(&self, operation: &OperationDefinition, variables: &Variables) -> bool {
        operation.variable_definitions.iter().all(|definition| {
            let definition = &definition.node;
            match variables.get(&definition.name.node) {
                None => definition.default_value.is_some() || definition.var_type.node.nullable,
                Some(value) => self.fits(&definition.var_type.node, value),
            }
        })
    }

    fn fits(&self, ty: &Type, value: &Value) -> bool {
        match (&ty.base, value) {
            (_, Value::Null) => ty.nullable,
            (BaseType::List(item), Value::List(items)) => items.iter().all(|value| self.fits(item, value)),
            // One value where a list is wanted is taken for a list of one, by resolvers.
            (BaseType::List(_), _) => false,
            (BaseType::Named(name), value) => self.fits_named(name.as_str(), value),
        }
    }

    fn fits_named(&self, name: &str, value: &Value) -> bool {
        match (name, value) {
            ("Boolean", Value::Boolean(_)) => true,
            ("Int", Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            ("BigInt", Value::Number(number)) => number.is_i64(),
            ("Float", Value::Number(_)) => true,
            ("String" | "ID" | "DateTime" | "Date" | "CountryCode", Value::String(_)) => true,
            (name, Value::String(term)) => self.enums.get(name).is_some_and(|terms| terms.contains(term)),
            (name, Value::Enum(term)) => self.enums.get(name).is_some_and(|terms| terms.contains(term.as_str())),
            (name, Value::Object(given)) => self.objects.get(name).is_some_and(|fields| {
                given.keys().all(|key| fields.contains_key(key.as_str()))
                    && fields.iter().all(|(key, (ty, default))| match given.get(key.as_str()) {
                        None => *default || ty.nullable,
                        Some(value) => self.fits(ty, value),
                    })
            }),
            _ => false,
        }
    }
}
