//! The shape of a document: depth, aliases, directives, root fields and selections, fragments expanded.
//! Each fragment is measured once and remembered, so a chain that doubles at each step costs linear time and saturates.

use std::collections::HashMap;

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
};
use async_graphql_value::Value;

use super::{LimitCode, LimitError, Limits, variables::size};

/// The list fields of introspection that hold about this many entries each; `types` holds as many as the schema has.
const INTROSPECTION_LIST: u64 = 10;

/// Arguments of a field: most have none, lists half a dozen.
const INTROSPECTION_ARGUMENTS: u64 = 3;

/// What a selection set comes to, fragments expanded. All counts saturate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Levels of ordinary fields.
    pub(super) depth: u64,
    /// Levels of fields from an introspection field down.
    pub(super) introspection_depth: u64,
    /// Estimated fields in the answer of the introspection fields.
    pub(super) introspection_weight: u64,
    /// Aliases.
    pub(super) aliases: u64,
    /// Directives.
    pub(super) directives: u64,
    /// Fields, spreads and inline fragments.
    pub(super) selections: u64,
    /// Values in arguments, variables filled in.
    pub(super) input_values: u64,
    /// Fields at the top of the set.
    pub(super) top: u64,
    /// The same without those of the type system (`__typename`, `__schema`, `__type`).
    pub(super) top_ordinary: u64,
    /// Selection sets entered at once, which is what recursion costs.
    height: u64,
    /// Estimated fields in the answer, if this stood under an introspection field.
    weight: u64,
}

impl Shape {
    /// Adds a neighbour in the same selection set.
    fn join(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.introspection_weight = self.introspection_weight.saturating_add(other.introspection_weight);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.selections = self.selections.saturating_add(other.selections);
        self.input_values = self.input_values.saturating_add(other.input_values);
        self.top = self.top.saturating_add(other.top);
        self.top_ordinary = self.top_ordinary.saturating_add(other.top_ordinary);
        self.height = self.height.max(other.height);
        self.weight = self.weight.saturating_add(other.weight);
    }
}

/// Measures the selection sets of one document, remembering each fragment.
pub(super) struct Measure<'a> {
    document: &'a ExecutableDocument,
    limits: &'a Limits,
    /// How many types the schema has: the length of `__schema.types`.
    types: u64,
    /// `None` while the fragment is being measured: meeting it again then is a cycle.
    fragments: HashMap<&'a str, Option<Shape>>,
    /// How many values each variable is made of.
    sizes: HashMap<&'a str, u64>,
    level: u64,
}

impl<'a> Measure<'a> {
    /// A fresh measure of `document`.
    pub(super) fn new(document: &'a ExecutableDocument, variables: &'a Variables, limits: &'a Limits, types: u64) -> Self {
        let sizes = variables.iter().map(|(name, value)| (name.as_str(), size(value)));
        Self { document, limits, types, fragments: HashMap::new(), sizes: sizes.collect(), level: 0 }
    }

    /// The shape of a selection set.
    ///
    /// # Errors
    /// `DOCUMENT_LIMIT_EXCEEDED` where fragments form a cycle or nest too deep; the counts are the caller's to judge.
    pub(super) fn set(&mut self, set: &'a SelectionSet) -> Result<Shape, LimitError> {
        self.level = self.level.saturating_add(1);
        if self.level > self.limits.nesting {
            return Err(self.too_high());
        }
        let mut shape = Shape::default();
        for item in &set.items {
            let part = match &item.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    wrapped(self.fragment(name)?, spread.node.directives.len())
                }
                Selection::InlineFragment(inline) => wrapped(self.set(&inline.node.selection_set.node)?, inline.node.directives.len()),
            };
            shape.join(part);
        }
        shape.height = shape.height.saturating_add(1);
        if shape.height > self.limits.nesting {
            return Err(self.too_high());
        }
        self.level = self.level.saturating_sub(1);
        Ok(shape)
    }

    /// The shape of a fragment; an unknown one is empty here, and validation names it.
    ///
    /// # Errors
    /// As for [`Measure::set`].
    pub(super) fn fragment(&mut self, name: &'a str) -> Result<Shape, LimitError> {
        match self.fragments.get(name) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => {
                return Err(LimitError::new(LimitCode::GraphqlValidationFailed, "A fragment contains itself."));
            }
            None => {}
        }
        let Some(definition) = self.document.fragments.get(name) else {
            return Ok(Shape::default());
        };
        self.fragments.insert(name, None);
        let mut shape = self.set(&definition.node.selection_set.node)?;
        shape.directives = shape.directives.saturating_add(count(definition.node.directives.len()));
        self.fragments.insert(name, Some(shape));
        Ok(shape)
    }

    fn field(&mut self, field: &'a Field) -> Result<Shape, LimitError> {
        let below = if field.selection_set.node.items.is_empty() { Shape::default() } else { self.set(&field.selection_set.node)? };
        let name = field.name.node.as_str();
        let introspection = matches!(name, "__schema" | "__type");
        let levels = below.depth.saturating_add(1);
        let answer = below.weight.saturating_add(1);
        Ok(Shape {
            depth: if introspection { 0 } else { levels },
            introspection_depth: if introspection { levels } else { below.introspection_depth },
            introspection_weight: if introspection { answer } else { below.introspection_weight },
            aliases: below.aliases.saturating_add(u64::from(field.alias.is_some())),
            directives: below.directives.saturating_add(count(field.directives.len())),
            selections: below.selections.saturating_add(1),
            input_values: below.input_values.saturating_add(self.arguments(field)),
            top: 1,
            top_ordinary: u64::from(!name.starts_with("__")),
            height: below.height,
            weight: answer.saturating_mul(self.entries(name)),
        })
    }

    fn arguments(&self, field: &Field) -> u64 {
        let sizes = field.arguments.iter().map(|(_, value)| self.values(&value.node));
        sizes.fold(0, u64::saturating_add)
    }

    fn values(&self, value: &Value) -> u64 {
        match value {
            Value::Variable(name) => self.sizes.get(name.as_str()).copied().unwrap_or(1),
            Value::List(items) => items.iter().map(|it| self.values(it)).fold(1, u64::saturating_add),
            Value::Object(fields) => {
                let sizes = fields.values().map(|it| self.values(it));
                sizes.fold(1, u64::saturating_add)
            }
            _ => 1,
        }
    }

    /// How many entries a field of introspection holds.
    fn entries(&self, name: &str) -> u64 {
        match name {
            "types" => self.types.max(1),
            "args" => INTROSPECTION_ARGUMENTS,
            "fields" | "inputFields" | "enumValues" | "interfaces" | "possibleTypes" | "directives" => INTROSPECTION_LIST,
            _ => 1,
        }
    }

    fn too_high(&self) -> LimitError {
        LimitError::too_much("nested selections", self.limits.nesting)
    }
}

/// A spread or an inline fragment around a shape.
fn wrapped(mut inner: Shape, directives: usize) -> Shape {
    inner.selections = inner.selections.saturating_add(1);
    inner.directives = inner.directives.saturating_add(count(directives));
    inner
}

/// A length as a count.
pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
