//! Draws values for arguments: filters, orders, pages, ids; as literals and as variables in every way that is allowed.

use serde_json::{Value as Json, json};
use tandem_domain::record::Kind;

use super::draw::Draw;
use super::tree::{Redraw, Value, Variable};
use crate::sweep::shape::{Field, Wrapped};

/// The kind of a type's name.
#[must_use]
pub fn kind_of(name: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.name() == name)
}

/// A type as it is written.
#[must_use]
pub fn written(ty: &Wrapped, required: bool) -> String {
    let inner = if ty.list { format!("[{}!]", ty.name) } else { ty.name.clone() };
    if required { format!("{inner}!") } else { inner }
}

impl Draw<'_> {
    /// An object of an input type.
    pub fn input(&mut self, ty: &str, depth: usize) -> Value {
        let shape = self.shape;
        let fields = shape.fields(ty);
        if ty.ends_with("Order") {
            return self.order(ty, fields);
        }
        let (plain, nesting): (Vec<&Field>, Vec<&Field>) =
            fields.iter().partition(|field| !matches!(field.name.as_str(), "and" | "or" | "not"));
        let mut object = Vec::new();
        for _ in 0..self.rng.within(1, 2) {
            let Some(field) = self.prefer(&plain, |field| format!("{ty}.{}", field.name)) else { continue };
            if object.iter().any(|(name, _)| *name == field.name) {
                continue;
            }
            self.coverage.ask(&format!("{ty}.{}", field.name));
            let value = if field.ty.name.ends_with("Filter") {
                self.input(&field.ty.name, depth + 1)
            } else {
                self.comparator(kind_of(ty.trim_end_matches("Filter")), &field.name, &field.ty.name)
            };
            let value = self.maybe_variable(value, &field.ty, true, &Redraw::Keep);
            object.push((field.name.clone(), value));
        }
        if depth < 2
            && self.rng.chance(25)
            && let Some(field) = self.prefer(&nesting, |field| format!("{ty}.{}", field.name))
        {
            self.coverage.ask(&format!("{ty}.{}", field.name));
            let value = if field.ty.list && !self.rng.chance(15) {
                Value::List((0..self.rng.within(0, 2)).map(|_| self.input(ty, depth + 1)).collect())
            } else {
                self.input(ty, depth + 1)
            };
            let value = self.maybe_variable(value, &field.ty, true, &Redraw::Keep);
            object.push((field.name.clone(), value));
        }
        Value::Object(object)
    }

    fn order(&mut self, ty: &str, fields: &[Field]) -> Value {
        let shape = self.shape;
        let mut object = Vec::new();
        for field in fields {
            self.coverage.ask(&format!("{ty}.{}", field.name));
            let terms = shape.types.get(&field.ty.name).map(|ty| ty.values.as_slice()).unwrap_or_default();
            if field.name == "direction" && self.rng.chance(30) {
                if self.rng.chance(30) {
                    object.push((field.name.clone(), Value::Plain(Json::Null)));
                }
                continue;
            }
            let terms: Vec<&String> = terms.iter().collect();
            let Some(term) = self.prefer(&terms, |term| format!("{} {term}", field.ty.name)) else { continue };
            self.coverage.ask(&format!("{} {term}", field.ty.name));
            let value = self.maybe_variable(Value::Term(term.clone()), &field.ty, !field.ty.required, &Redraw::Keep);
            object.push((field.name.clone(), value));
        }
        if self.rng.chance(20) {
            object.reverse();
        }
        Value::Object(object)
    }

    fn comparator(&mut self, kind: Option<Kind>, field: &str, ty: &str) -> Value {
        let shape = self.shape;
        let comparisons: Vec<&Field> = shape.fields(ty).iter().collect();
        let mut object = Vec::new();
        for _ in 0..if self.rng.chance(20) { 2 } else { 1 } {
            let Some(comparison) = self.prefer(&comparisons, |comparison| format!("{ty}.{}", comparison.name)) else { continue };
            if object.iter().any(|(name, _)| *name == comparison.name) {
                continue;
            }
            self.coverage.ask(&format!("{ty}.{}", comparison.name));
            let value = if comparison.ty.list {
                let count = *self.rng.pick(&[0, 1, 1, 2, 3]).unwrap_or(&1);
                let mut items: Vec<Value> = (0..count).map(|_| self.scalar(kind, field, ty, &comparison.ty.name)).collect();
                match items.pop() {
                    // One value stands for a list of it.
                    Some(only) if items.is_empty() && self.rng.chance(20) => only,
                    Some(last) => {
                        let ty = Wrapped { list: false, required: true, ..comparison.ty.clone() };
                        items.push(self.maybe_variable(last, &ty, false, &Redraw::Keep));
                        Value::List(items)
                    }
                    None => Value::List(items),
                }
            } else if comparison.name == "eq" && self.rng.chance(10) {
                Value::Plain(Json::Null)
            } else {
                match self.scalar(kind, field, ty, &comparison.ty.name) {
                    Value::Plain(Json::String(text)) if comparison.name == "contains" => {
                        let letters: Vec<char> = text.chars().collect();
                        let from = self.rng.below(letters.len().min(6));
                        let some: String = letters.iter().skip(from).take(self.rng.within(1, 5)).collect();
                        Value::Plain(Json::from(if self.rng.chance(50) { some.to_uppercase() } else { some }))
                    }
                    value => value,
                }
            };
            let value = self.maybe_variable(value, &comparison.ty, true, &Redraw::Keep);
            object.push((comparison.name.clone(), value));
        }
        Value::Object(object)
    }

    /// A value to compare with; mostly one that some record holds.
    fn scalar(&mut self, kind: Option<Kind>, field: &str, comparator: &str, ty: &str) -> Value {
        let shape = self.shape;
        let held = kind.and_then(|kind| self.stock.value(kind, field, &mut self.rng)).filter(|_| !self.rng.chance(10));
        if let Some(terms) = shape.types.get(ty).filter(|ty| ty.kind == "ENUM").map(|ty| ty.values.as_slice()) {
            let term = held.and_then(|held| held.as_str().map(str::to_owned)).filter(|term| terms.contains(term));
            return Value::Term(term.or_else(|| self.rng.pick(terms).cloned()).unwrap_or_default());
        }
        if ty == "ID" {
            let known = held.as_ref().and_then(Json::as_str).and_then(tandem_domain::id::decode).map(|(kind, _)| kind);
            let kind = known.or(kind.filter(|_| field == "id")).unwrap_or_else(|| self.stock.kind(&mut self.rng));
            if let Some(held) = held.filter(|_| self.rng.chance(50)) {
                return Value::Plain(held);
            }
            return Value::Plain(self.stock.id(self.persona, kind, &mut self.rng).into());
        }
        Value::Plain(held.unwrap_or_else(|| match ty {
            "Int" => json!(self.rng.below(200)),
            "Float" => json!(*self.rng.pick(&[0.0, 3.5, 6.0, 1e3]).unwrap_or(&1.0)),
            "Boolean" => json!(self.rng.chance(50)),
            "DateTime" => json!("2026-06-01T00:00:00Z"),
            "Date" => json!("2026-06-01"),
            "CountryCode" => json!("DE"),
            _ if comparator == "PartialDateComparator" => json!("2026-06"),
            _ => json!(*self.rng.pick(&["", "a", "Ω \u{1F600}", "%", "_", "it's"]).unwrap_or(&"a")),
        }))
    }

    /// The value itself, or a variable that comes to the same. Where nothing may stand there, the variable may hold nothing.
    pub fn maybe_variable(&mut self, value: Value, ty: &Wrapped, may_be_nothing: bool, redraw: &Redraw) -> Value {
        if !self.rng.chance(self.variables_percent) || self.variables.len() >= 12 {
            return value;
        }
        let Some(json) = value.json() else { return value };
        let plain = written(ty, ty.required);
        let (ty, default, given, meant) = match self.rng.below(100) {
            0..45 => (plain, None, Some(json), Some(value)),
            45..65 if !json.is_null() => (written(ty, true), None, Some(json), Some(value)),
            65..80 => (plain, Some(value), None, None),
            80..90 => (plain, Some(value.clone()), Some(json), Some(value)),
            90..95 if may_be_nothing && !ty.required => (plain, None, None, None),
            95..98 if may_be_nothing && !ty.required => (plain, None, Some(Json::Null), None),
            98.. if may_be_nothing && !ty.required => (plain, Some(value), Some(Json::Null), None),
            _ => (plain, None, Some(json), Some(value)),
        };
        self.declare(Variable { name: String::new(), ty, default, given, meant, redraw: redraw.clone() })
    }

    /// Declares a variable under a name of its own.
    pub fn declare(&mut self, mut variable: Variable) -> Value {
        // Never a name that another operation of the document has with another type: the library takes one for the other.
        self.names += 1;
        variable.name = format!("{}{}", self.rng.pick(&["v", "value_", "in", "type", "_x"]).unwrap_or(&"v"), self.names);
        let name = variable.name.clone();
        self.variables.push(variable);
        Value::Variable(name)
    }

    /// An id, or a variable that an id stands in already.
    pub fn id_argument(&mut self, kind: Kind, ty: &Wrapped) -> Value {
        let wanted = written(ty, true);
        if self.rng.chance(20) {
            let known = self.variables.iter().find(|variable| variable.ty == wanted && variable.given.is_some());
            if let Some(known) = known {
                return Value::Variable(known.name.clone());
            }
        }
        let id = Value::Plain(self.stock.id(self.persona, kind, &mut self.rng).into());
        self.maybe_variable(id, ty, false, &Redraw::Ids)
    }

    /// Other values for the variables of an operation: the same document, asked by another persona.
    pub fn redrawn(&mut self, variables: &[Variable]) -> Vec<Variable> {
        let mut other = variables.to_vec();
        for variable in &mut other {
            let Some(given) = &variable.given else { continue };
            variable.given = match (&variable.redraw, given) {
                (Redraw::Flip, Json::Bool(flag)) if self.rng.chance(40) => Some(json!(!flag)),
                (Redraw::Page, Json::Number(_)) => Some(json!(self.rng.within(1, 5))),
                (Redraw::Ids, Json::String(id)) => Some(self.other_id(id)),
                (Redraw::Ids, Json::Array(ids)) => {
                    let ids: Vec<Json> = ids.iter().map(|id| self.other_id(id.as_str().unwrap_or_default())).collect();
                    Some(Json::Array(ids))
                }
                (Redraw::Input(ty), given) if !given.is_null() => {
                    let percent = std::mem::take(&mut self.variables_percent);
                    let value = self.input(ty, 0).json();
                    self.variables_percent = percent;
                    if given.is_array() { value.map(|value| json!([value])) } else { value }
                }
                _ => continue,
            };
        }
        other
    }

    fn other_id(&mut self, id: &str) -> Json {
        let kind = tandem_domain::id::decode(id).map_or_else(|| self.stock.kind(&mut self.rng), |(kind, _)| kind);
        self.stock.id(self.persona, kind, &mut self.rng).into()
    }
}
