//! The price of an operation before it runs: page sizes multiplied down the tree, each object or connection once for each parent.
//! It is static: document, variables and schema decide it, data never does, so a client can compute it too.

use std::collections::HashMap;

use async_graphql::{
    Value as ConstValue, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

use super::{
    CostModel, Limits,
    model::{FieldModel, whole},
    shape::count,
};

/// Price of a selection set for one parent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Price {
    /// Points: object and connection fields, once for each parent.
    pub(super) points: u64,
    /// Objects that may be returned.
    pub(super) nodes: u64,
}

impl Price {
    fn add(&mut self, other: Self) {
        self.points = self.points.saturating_add(other.points);
        self.nodes = self.nodes.saturating_add(other.nodes);
    }

    fn times(self, factor: u64) -> Self {
        Self { points: self.points.saturating_mul(factor), nodes: self.nodes.saturating_mul(factor) }
    }
}

/// Where a selection set stands: the parts of a connection are paid with the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Plain,
    /// Directly in a connection of this page size.
    Connection(u64),
    /// Directly in an edge.
    Edge,
}

/// Prices operations of one document. Cycles and depth must have been checked before.
struct Pricing<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    limits: &'a Limits,
    model: &'a CostModel,
    known: HashMap<(&'a str, Place), Price>,
}

/// The price of running `operation`, whose defaults stand in the variables already.
pub(super) fn price<'a>(
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    limits: &'a Limits,
    model: &'a CostModel,
) -> Price {
    let mut pricing = Pricing { document, variables, limits, model, known: HashMap::new() };
    pricing.set(&operation.selection_set.node, model.root(operation.ty), Place::Plain)
}

impl<'a> Pricing<'a> {
    fn set(&mut self, set: &'a SelectionSet, ty: &str, place: Place) -> Price {
        let mut price = Price::default();
        for item in &set.items {
            price.add(match &item.node {
                Selection::Field(field) => self.field(&field.node, ty, place),
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let ty = condition.map_or(ty, |condition| condition.node.on.node.as_str());
                    self.set(&inline.node.selection_set.node, ty, place)
                }
                Selection::FragmentSpread(spread) => self.fragment(spread.node.fragment_name.node.as_str(), place),
            });
        }
        price
    }

    fn fragment(&mut self, name: &'a str, place: Place) -> Price {
        if let Some(known) = self.known.get(&(name, place)) {
            return *known;
        }
        let document = self.document;
        let Some(definition) = document.fragments.get(name) else {
            return Price::default();
        };
        let ty = definition.node.type_condition.node.on.node.as_str();
        let price = self.set(&definition.node.selection_set.node, ty, place);
        self.known.insert((name, place), price);
        price
    }

    fn field(&mut self, field: &'a Field, ty: &str, place: Place) -> Price {
        let model = self.model;
        let name = field.name.node.as_str();
        let Some(known) = model.field(ty, name).filter(|known| known.composite) else {
            return Price::default();
        };
        let (own, factor, below) = match place {
            Place::Connection(page) if known.list && !known.paged => {
                let below = if name == "edges" { Place::Edge } else { Place::Plain };
                (Price::default(), page, below)
            }
            Place::Edge if name == "node" => (Price::default(), 1, Place::Plain),
            _ if known.ty == "PageInfo" => (Price::default(), 1, Place::Plain),
            _ if known.paged => {
                let page = self.page(field, known);
                let own = Price { points: known.dear.saturating_add(1), nodes: page };
                if known.list { (own, page, Place::Plain) } else { (own, 1, Place::Connection(page)) }
            }
            _ => {
                let items = match (known.list, known.by_ids, known.node) {
                    (true, true, _) => self.items(field).max(1),
                    // Ids that a record holds: as many as one array of input may have put there.
                    (true, false, true) => self.limits.array.max(1),
                    _ => 1,
                };
                let own = Price { points: known.dear.saturating_add(1), nodes: items };
                (own, items, Place::Plain)
            }
        };
        let mut price = self.set(&field.selection_set.node, &known.ty, below).times(factor);
        price.add(own);
        price
    }

    /// The page size of a field: what is asked, else the schema's default, else the assumed one.
    fn page(&self, field: &Field, known: &FieldModel) -> u64 {
        let asked = ["first", "last"].iter().filter_map(|name| field.get_argument(name)).filter_map(|value| self.number(&value.node)).max();
        asked.or(known.page_default).unwrap_or(self.limits.page_default).clamp(1, known.page_max.unwrap_or(self.limits.page_max).max(1))
    }

    fn number(&self, value: &Value) -> Option<u64> {
        match value {
            Value::Variable(name) => self.variables.get(name).and_then(whole),
            Value::Number(number) => whole(&ConstValue::Number(number.clone())),
            _ => None,
        }
    }

    /// How many ids a field is asked for.
    fn items(&self, field: &Field) -> u64 {
        match field.get_argument("ids").map(|value| &value.node) {
            Some(Value::List(items)) => count(items.len()),
            Some(Value::Variable(name)) => match self.variables.get(name) {
                Some(ConstValue::List(items)) => count(items.len()),
                _ => 1,
            },
            _ => 1,
        }
    }
}
