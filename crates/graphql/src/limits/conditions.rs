//! The variables that decide what an operation asks for: those of `@skip` and `@include` in it and in the fragments that it reaches.

use std::collections::HashSet;

use async_graphql::parser::types::{Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;

/// The variables of an operation's conditions, in the order in which they are met; a fragment is read once.
pub(crate) fn conditions(document: &ExecutableDocument, operation: &OperationDefinition) -> Vec<(Pos, Name)> {
    let mut reader = Reader { document, read: HashSet::new(), found: Vec::new() };
    reader.set(&operation.selection_set.node);
    reader.found
}

struct Reader<'a> {
    document: &'a ExecutableDocument,
    read: HashSet<&'a Name>,
    found: Vec<(Pos, Name)>,
}

impl<'a> Reader<'a> {
    fn set(&mut self, set: &'a SelectionSet) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    self.directives(&field.node.directives);
                    self.set(&field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives);
                    self.set(&inline.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives);
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && self.read.insert(name)
                    {
                        self.set(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        for directive in directives {
            if matches!(directive.node.name.node.as_str(), "skip" | "include")
                && let Some(Value::Variable(name)) = directive.node.get_argument("if").map(|value| &value.node)
            {
                self.found.push((directive.pos, name.clone()));
            }
        }
    }
}
