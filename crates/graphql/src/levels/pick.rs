//! Which fields an object is asked for: fragments followed, conditions decided, equal response keys merged.

use std::collections::HashMap;

use async_graphql::parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value;
use tandem_domain::record::Kind;

use super::reason::Reason;
use crate::declare::table;

/// A field under its response key, with all selections that were made on it.
#[derive(Debug)]
pub(super) struct Picked<'d> {
    pub(super) key: &'d str,
    pub(super) field: &'d Field,
    pub(super) sets: Vec<&'d SelectionSet>,
}

/// Reads selections of one document under decided conditions.
pub(super) struct Picker<'d> {
    pub(super) document: &'d ExecutableDocument,
    pub(super) conditions: &'d HashMap<Name, bool>,
}

/// The object that is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'a> {
    /// A record.
    Record(Kind),
    /// Anything else, by the name of its type.
    Object(&'a str),
}

impl Asked<'_> {
    /// Whether a fragment on `condition` speaks of it.
    fn is(self, condition: &str) -> bool {
        match self {
            Self::Object(name) => name == condition,
            Self::Record(kind) => match condition {
                "Node" => table(kind).is_some_and(|table| table.root.is_some()),
                "Actor" => matches!(kind, Kind::Person | Kind::ApiClient),
                name => name == kind.name(),
            },
        }
    }
}

impl<'d> Picker<'d> {
    /// The fields that are asked of an object, in the order of their first mention.
    pub(super) fn pick(&self, sets: &[&'d SelectionSet], of: Asked<'_>) -> Result<Vec<Picked<'d>>, Reason> {
        let mut picked = Vec::new();
        for set in sets {
            self.gather(set, of, &mut picked)?;
        }
        Ok(picked)
    }

    fn gather(&self, set: &'d SelectionSet, of: Asked<'_>, picked: &mut Vec<Picked<'d>>) -> Result<(), Reason> {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    if self.wanted(&field.node.directives)? {
                        add(&field.node, picked)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let fits = fragment.type_condition.as_ref().is_none_or(|condition| of.is(condition.node.on.node.as_str()));
                    if self.wanted(&fragment.directives)? && fits {
                        self.gather(&fragment.selection_set.node, of, picked)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.node.fragment_name.node).ok_or(Reason::Conflict)?;
                    if !fragment.node.directives.is_empty() {
                        return Err(Reason::Directive);
                    }
                    if self.wanted(&spread.node.directives)? && of.is(fragment.node.type_condition.node.on.node.as_str()) {
                        self.gather(&fragment.node.selection_set.node, of, picked)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether `@skip` and `@include` let it stand.
    fn wanted(&self, directives: &[Positioned<Directive>]) -> Result<bool, Reason> {
        let mut wanted = true;
        for directive in directives {
            let truth = match directive.node.get_argument("if").map(|value| &value.node) {
                Some(Value::Boolean(truth)) => *truth,
                Some(Value::Variable(name)) => *self.conditions.get(name).ok_or(Reason::Condition)?,
                _ => return Err(Reason::Condition),
            };
            wanted &= match directive.node.name.node.as_str() {
                "include" => truth,
                "skip" => !truth,
                _ => return Err(Reason::Directive),
            };
        }
        Ok(wanted)
    }
}

fn add<'d>(field: &'d Field, picked: &mut Vec<Picked<'d>>) -> Result<(), Reason> {
    let key = field.response_key().node.as_str();
    match picked.iter_mut().find(|known| known.key == key) {
        None => picked.push(Picked { key, field, sets: vec![&field.selection_set.node] }),
        Some(known) if same(known.field, field) => known.sets.push(&field.selection_set.node),
        Some(_) => return Err(Reason::Conflict),
    }
    Ok(())
}

fn same(one: &Field, other: &Field) -> bool {
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().zip(&other.arguments).all(|(one, other)| one.0.node == other.0.node && one.1.node == other.1.node)
}
