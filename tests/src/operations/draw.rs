//! Draws a valid operation: fields, edges, parts, pages, fragments and conditions, within the limits of a document.
//! What has not been asked for yet is preferred; what the answers of equal names have to agree in is kept.

use serde_json::{Value as Json, json};

use super::coverage::{ALONE, Coverage};
use super::print::Style;
use super::rng::Rng;
use super::stock::Stock;
use super::tree::{Asked, Condition, Fragment, Operation, Query, Redraw, Scope, Selection, Value, Variable};
use super::values::kind_of;
use crate::sweep::shape::{Field, Shape};

/// Levels of fields; the limit of a document is 15.
const DEEPEST: usize = 11;
/// Fields that the faster of two ways need never answer.
const ODD: &[&str] = &["history", "allowedTransitions", "viewer"];

/// Where a selection set stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// How many objects there may be of what it is asked of.
    weight: usize,
    /// The page size, directly in a connection.
    page: usize,
}

/// What is left of the limits of a document.
#[derive(Clone, Copy)]
struct Left {
    points: usize,
    aliases: usize,
    conditions: usize,
    selections: usize,
}

struct Known {
    fragment: Fragment,
    scope: Scope,
    place: Place,
    cost: Left,
}

/// What an operation is drawn from.
pub struct Draw<'a> {
    /// The schema.
    pub shape: &'a Shape,
    /// What to fill in.
    pub stock: &'a Stock,
    /// What has been asked.
    pub coverage: &'a mut Coverage,
    /// Where chance comes from.
    pub rng: Rng,
    /// Who asks.
    pub persona: usize,
    /// The variables so far.
    pub variables: Vec<Variable>,
    /// How many of a hundred values become variables.
    pub variables_percent: usize,
    fragments: Vec<Known>,
    /// How many names have been given.
    pub names: usize,
    left: Left,
    odd: bool,
}

impl<'a> Draw<'a> {
    /// Begins an operation.
    pub fn new(shape: &'a Shape, stock: &'a Stock, coverage: &'a mut Coverage, mut rng: Rng, persona: usize) -> Self {
        let points = *rng.pick(&[60, 150, 300, 300, 1_500]).unwrap_or(&300);
        let variables_percent = *rng.pick(&[0, 15, 30, 60]).unwrap_or(&30);
        let left = Left { points, aliases: 22, conditions: 30, selections: 90 };
        Self {
            shape,
            stock,
            coverage,
            rng,
            persona,
            variables: Vec::new(),
            variables_percent,
            fragments: Vec::new(),
            names: 0,
            left,
            odd: false,
        }
    }

    /// One that is preferably not asked yet.
    pub fn prefer<T: Copy>(&mut self, from: &[T], what: impl Fn(&T) -> String) -> Option<T> {
        if self.rng.chance(60) {
            let waiting: Vec<T> = from.iter().filter(|one| self.coverage.waits(&what(one))).copied().collect();
            if let Some(one) = self.rng.pick(&waiting) {
                return Some(*one);
            }
        }
        self.rng.pick(from).copied()
    }

    /// An operation.
    pub fn operation(mut self) -> Operation {
        self.odd = self.rng.chance(3);
        let below = if self.rng.chance(1) {
            self.introspection()
        } else {
            self.set("Query", &mut Scope::default(), Place { depth: 0, weight: 1, page: 0 })
        };
        self.finish(below)
    }

    /// An operation that asks for this field, wherever it stands.
    pub fn operation_with(mut self, ty: &str, field: &str) -> Option<Operation> {
        self.left.points = 60;
        let shape = self.shape;
        let wanted = shape.fields(ty).iter().find(|known| known.name == field)?;
        let way = shape.ways("Query").get(ty)?.clone();
        self.odd = ODD.contains(&field) || way.iter().any(|step| ODD.contains(&step.name.as_str()));
        let owners = std::iter::once("Query").chain(way.iter().map(|step| step.ty.name.as_str()));
        let mut below =
            vec![Selection::Field(self.field(ty, wanted, &mut Scope::default(), Place { depth: way.len(), weight: 1, page: 2 })?)];
        for (owner, step) in owners.zip(&way).collect::<Vec<_>>().into_iter().rev() {
            let paged = step.args.iter().any(|argument| argument.name == "first");
            let arguments =
                if paged { vec![("first".to_owned(), Value::Plain(json!(if owner == "Query" { 10 } else { 3 })))] } else { Vec::new() };
            let step = Asked { owner: owner.to_owned(), name: step.name.clone(), arguments, below, paged, ..Asked::default() };
            below = vec![Selection::Field(step)];
        }
        Some(self.finish(below))
    }

    fn finish(mut self, below: Vec<Selection>) -> Operation {
        let style = match self.rng.below(4) {
            0 | 1 => Style::Tight,
            2 => Style::Loose,
            _ => Style::Odd(self.rng.branch()),
        };
        let mut operation = Operation {
            query: Query { name: None, variables: std::mem::take(&mut self.variables), below },
            fragments: self.fragments.drain(..).map(|known| known.fragment).collect(),
            style,
            ..Operation::default()
        };
        if self.rng.chance(40) {
            operation.query.name = Some(format!("Ask{}", self.rng.below(9)));
        }
        if self.rng.chance(8) {
            let name = operation.query.name.get_or_insert_with(|| "Ask".to_owned()).clone();
            self.left.points = 60;
            let below = self.set("Query", &mut Scope::default(), Place { depth: DEEPEST - 3, weight: 1, page: 0 });
            let beside = if self.rng.chance(50) { "Aside" } else { "Beside" };
            operation.beside = Some(Query { name: Some(beside.to_owned()), variables: std::mem::take(&mut self.variables), below });
            operation.fragments.extend(self.fragments.drain(..).map(|known| known.fragment));
            operation.operation_name = Some(name);
        } else if operation.query.name.is_some() && self.rng.chance(30) {
            operation.operation_name.clone_from(&operation.query.name);
        }
        operation.tidy();
        operation
    }

    fn introspection(&mut self) -> Vec<Selection> {
        let leaf = |name: &str| Selection::Field(Asked { name: name.to_owned(), ..Asked::default() });
        let field = |name: &str, below| Asked { name: name.to_owned(), below, ..Asked::default() };
        let asked = if self.rng.chance(50) {
            field("__schema", vec![Selection::Field(field("queryType", vec![leaf("name"), leaf("kind")]))])
        } else {
            let fields = field("fields", vec![leaf("name"), leaf("__typename")]);
            let mut asked = field("__type", vec![leaf("name"), Selection::Field(fields)]);
            asked.arguments = vec![("name".to_owned(), Value::Plain(json!("Study")))];
            asked
        };
        vec![Selection::Field(asked)]
    }

    fn interfaces_of(&self, ty: &str) -> Vec<&'a str> {
        let all = self.shape.types.iter().filter(|(_, known)| known.kind == "INTERFACE" && known.possible.iter().any(|one| one == ty));
        all.map(|(name, _)| name.as_str()).collect()
    }

    fn set(&mut self, ty: &str, scope: &mut Scope, place: Place) -> Vec<Selection> {
        let shape = self.shape;
        let deep = place.depth >= DEEPEST || self.left.points < place.weight * place.page.max(1);
        let fields: Vec<&Field> = shape
            .fields(ty)
            .iter()
            .filter(|field| !ALONE.contains(&field.name.as_str()))
            .filter(|field| (self.odd || !ODD.contains(&field.name.as_str())) && !(deep && shape.is_composite(&field.ty.name)))
            .collect();
        let possible: Vec<&str> = shape.types.get(ty).map(|ty| ty.possible.iter().map(String::as_str).collect()).unwrap_or_default();
        let mut set = Vec::new();
        let most = if place.depth == 0 { 3 } else { 5 };
        for _ in 0..self.rng.within(1, most) {
            if self.left.selections == 0 {
                break;
            }
            self.left.selections -= 1;
            match self.rng.below(100) {
                0..8 => {
                    if scope.admits("__typename", "__typename") {
                        scope.enter("__typename", "__typename");
                        set.push(Selection::Field(Asked { owner: ty.to_owned(), name: "__typename".to_owned(), ..Asked::default() }));
                    }
                }
                8..18 if place.depth < DEEPEST => {
                    let interfaces = self.interfaces_of(ty);
                    let on = if self.rng.chance(30) { self.rng.pick(&interfaces).copied().unwrap_or(ty) } else { ty };
                    set.extend(self.narrowed(on, ty, scope, place));
                }
                _ => {
                    let odd = fields.iter().copied().filter(|field| ODD.contains(&field.name.as_str())).collect::<Vec<_>>();
                    let from = if !odd.is_empty() && self.rng.chance(60) { &odd } else { &fields };
                    let Some(field) = self.prefer(from, |field| format!("{ty}.{}", field.name)) else { continue };
                    self.fields(ty, field, scope, place, &mut set);
                }
            }
        }
        if !possible.is_empty() && place.depth < DEEPEST {
            let others: Vec<&str> = shape.types.iter().filter(|(_, one)| one.kind == "INTERFACE").map(|(name, _)| name.as_str()).collect();
            for _ in 0..self.rng.within(1, 3) {
                let from = if self.rng.chance(15) { &others } else { &possible };
                let on = self.rng.pick(from).copied().unwrap_or(ty);
                set.extend(self.narrowed(on, ty, scope, place));
            }
        }
        if set.is_empty() {
            scope.enter("__typename", "__typename");
            set.push(Selection::Field(Asked { owner: ty.to_owned(), name: "__typename".to_owned(), ..Asked::default() }));
        }
        set
    }

    /// A field, and now and then the same once more: with other arguments under another name, or under the same name for more of it.
    fn fields(&mut self, ty: &str, field: &Field, scope: &mut Scope, place: Place, set: &mut Vec<Selection>) {
        let Some(asked) = self.field(ty, field, scope, place) else { return };
        if !asked.below.is_empty() && self.rng.chance(8) && self.left.points > place.weight * 10 {
            let below = scope.enter(asked.key(), &meaning(field, &asked.arguments));
            let inner = self.inner(field, place, &asked.arguments);
            let again = Asked { below: self.set(&field.ty.name, below, inner), conditions: self.conditions(), ..asked.clone() };
            let again = Selection::Field(again);
            set.push(if self.rng.chance(30) { Selection::Inline { on: None, conditions: Vec::new(), below: vec![again] } } else { again });
        }
        set.push(Selection::Field(asked));
        if !field.args.is_empty() && self.rng.chance(12) {
            set.extend(self.field(ty, field, scope, place).map(Selection::Field));
        }
    }

    fn inner(&self, field: &Field, place: Place, arguments: &[(String, Value)]) -> Place {
        let number = |name: &str| {
            let value = arguments.iter().find(|(known, _)| known == name).map(|(_, value)| value.resolved(&self.variables));
            value.and_then(|value| value.json()).and_then(|value| match value {
                Json::Array(items) => Some(items.len()),
                value => value.as_u64().and_then(|value| usize::try_from(value).ok()),
            })
        };
        let (mut weight, mut page) = (place.weight, 0);
        if field.args.iter().any(|argument| argument.name == "first") {
            page = number("first").or_else(|| number("last")).unwrap_or(20);
        } else if matches!(field.name.as_str(), "nodes" | "edges") && place.page > 0 {
            weight *= place.page;
        } else if let Some(ids) = number("ids") {
            weight *= ids.max(1);
        }
        Place { depth: place.depth + 1, weight, page }
    }

    fn field(&mut self, ty: &str, field: &Field, scope: &mut Scope, place: Place) -> Option<Asked> {
        let composite = self.shape.is_composite(&field.ty.name);
        if composite && self.left.points < place.weight {
            return None;
        }
        let arguments = self.arguments(ty, field, place);
        let meaning = meaning(field, &arguments);
        let mut alias = None;
        if !scope.admits(&field.name, &meaning) || self.rng.chance(8) {
            self.left.aliases = self.left.aliases.checked_sub(1)?;
            self.names += 1;
            // Also names that other fields have.
            let name = match self.rng.below(10) {
                0 => "id".to_owned(),
                1 => "nodes".to_owned(),
                _ => format!("{}{}", self.rng.pick(&["a", "_b", "Some_"]).unwrap_or(&"a"), self.names),
            };
            alias = Some(if scope.knows(&name) { format!("other{}", self.names) } else { name });
        }
        self.coverage.ask(&format!("{ty}.{}", field.name));
        for (name, value) in &arguments {
            if value.resolved(&self.variables) != Value::Plain(Json::Null) {
                self.coverage.ask(&format!("{ty}.{}({name})", field.name));
            }
        }
        let paged = field.args.iter().any(|argument| argument.name == "first");
        let mut asked = Asked {
            alias,
            owner: ty.to_owned(),
            name: field.name.clone(),
            arguments,
            conditions: self.conditions(),
            below: Vec::new(),
            paged,
        };
        let inside = scope.enter(asked.key(), &meaning);
        if composite {
            self.left.points = self.left.points.saturating_sub(place.weight);
            let inner = self.inner(field, place, &asked.arguments);
            asked.below = self.set(&field.ty.name, inside, inner);
        }
        Some(asked)
    }

    /// The same selection set, or part of a narrower type, in a fragment.
    fn narrowed(&mut self, on: &str, ty: &str, scope: &mut Scope, place: Place) -> Option<Selection> {
        if self.rng.chance(45) {
            let on_itself = on == ty && self.rng.chance(40);
            let below = self.set(on, scope, place);
            return Some(Selection::Inline { on: (!on_itself).then(|| on.to_owned()), conditions: self.conditions(), below });
        }
        let weight = place.weight * place.page.max(1);
        for known in &self.fragments {
            let once = known.place.weight * known.place.page.max(1);
            let cost = known.cost;
            let points = cost.points * weight.div_ceil(once.max(1));
            let fits = known.fragment.on == on
                && place.depth <= known.place.depth
                && points <= self.left.points
                && cost.aliases <= self.left.aliases
                && cost.conditions <= self.left.conditions
                && cost.selections <= self.left.selections;
            if fits && scope.absorb(&known.scope) {
                self.left.points -= points;
                self.left.aliases -= cost.aliases;
                self.left.conditions -= cost.conditions;
                self.left.selections -= cost.selections;
                let name = known.fragment.name.clone();
                return Some(Selection::Spread { name, conditions: self.conditions() });
            }
        }
        let before = self.left;
        let mut fresh = Scope::default();
        let below = self.set(on, &mut fresh, place);
        let cost = Left {
            points: before.points - self.left.points,
            aliases: before.aliases - self.left.aliases,
            conditions: before.conditions - self.left.conditions,
            selections: before.selections - self.left.selections,
        };
        if !scope.absorb(&fresh) {
            return None;
        }
        self.names += 1;
        let fragment =
            Fragment { name: format!("{}{}", self.rng.pick(&["F", "on_", "query"]).unwrap_or(&"F"), self.names), on: on.to_owned(), below };
        let name = fragment.name.clone();
        self.fragments.push(Known { fragment, scope: fresh, place, cost });
        Some(Selection::Spread { name, conditions: self.conditions() })
    }

    fn conditions(&mut self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for name in ["include", "skip"] {
            if self.left.conditions == 0 || !self.rng.chance(4) {
                continue;
            }
            self.left.conditions -= 1;
            let kept = self.rng.chance(75);
            let when = Value::Plain(json!(kept == (name == "include")));
            let known = self.variables.iter().find(|variable| variable.redraw == Redraw::Flip && variable.given.is_some());
            let when = match known {
                Some(known) if self.rng.chance(40) => Value::Variable(known.name.clone()),
                _ if self.rng.chance(50) => {
                    let (ty, given) = ("Boolean!".to_owned(), when.json());
                    let default = self.rng.chance(20).then(|| Value::Plain(json!(kept)));
                    self.declare(Variable { name: String::new(), ty, default, given, meant: Some(when), redraw: Redraw::Flip })
                }
                _ => when,
            };
            conditions.push(Condition { name, when });
        }
        conditions
    }

    fn arguments(&mut self, ty: &str, field: &Field, place: Place) -> Vec<(String, Value)> {
        let Some(first) = field.args.first() else { return Vec::new() };
        let mut arguments = match field.name.as_str() {
            // Its cursors belong to one record each.
            "history" => {
                let size = Value::Plain(json!(self.rng.within(1, 3)));
                let mut arguments = vec![("first".to_owned(), self.maybe_variable(size, &first.ty, false, &Redraw::Page))];
                if self.rng.chance(30) {
                    arguments.push(("after".to_owned(), Value::Plain(Json::Null)));
                }
                arguments
            }
            "node" => {
                let kind = self.stock.kind(&mut self.rng);
                vec![("id".to_owned(), self.id_argument(kind, &first.ty))]
            }
            "nodes" => {
                let mut ids: Vec<Value> = (0..self.rng.within(0, 7))
                    .map(|_| {
                        let kind = self.stock.kind(&mut self.rng);
                        Value::Plain(self.stock.id(self.persona, kind, &mut self.rng).into())
                    })
                    .collect();
                if self.rng.chance(30) {
                    ids.extend(ids.first().cloned());
                }
                // One stands for a list of it.
                let ids = if ids.len() == 1 && self.rng.chance(50) { ids.remove(0) } else { Value::List(ids) };
                vec![("ids".to_owned(), self.maybe_variable(ids, &first.ty, false, &Redraw::Ids))]
            }
            _ if field.args.iter().any(|argument| argument.name == "first") => self.page_arguments(ty, field, place),
            _ => self.key(ty, field),
        };
        if self.rng.chance(20) {
            arguments.reverse();
        }
        arguments
    }

    /// Exactly one argument of a finder; the others are null where they are there at all.
    fn key(&mut self, ty: &str, field: &Field) -> Vec<(String, Value)> {
        let all: Vec<&Field> = field.args.iter().collect();
        let Some(by) = self.prefer(&all, |argument| format!("{ty}.{}({})", field.name, argument.name)) else { return Vec::new() };
        let kind = kind_of(&field.ty.name).unwrap_or_else(|| self.stock.kind(&mut self.rng));
        let mut arguments = Vec::new();
        for argument in all {
            if argument.name != by.name {
                if self.rng.chance(8) {
                    arguments.push((argument.name.clone(), Value::Plain(Json::Null)));
                }
            } else if argument.ty.name == "ID" {
                arguments.push((argument.name.clone(), self.id_argument(kind, &argument.ty)));
            } else {
                let held = self.stock.value(kind, &argument.name, &mut self.rng).filter(|_| !self.rng.chance(10));
                let value = Value::Plain(held.unwrap_or_else(|| json!("nothing of the kind")));
                arguments.push((argument.name.clone(), self.maybe_variable(value, &argument.ty, false, &Redraw::Keep)));
            }
        }
        arguments
    }

    fn page_arguments(&mut self, ty: &str, field: &Field, place: Place) -> Vec<(String, Value)> {
        let argument = |name: &str| field.args.iter().find(|argument| argument.name == name).map(|argument| argument.ty.clone());
        let mut arguments = Vec::new();
        let listed = self.stock.list(self.persona, &format!("{ty}.{}", field.name), &mut self.rng).filter(|list| !list.cursors.is_empty());
        let waits = ["after", "before"].iter().any(|name| self.coverage.waits(&format!("{ty}.{}({name})", field.name)));
        let likely = if waits { 90 } else { 40 };
        if let Some(listed) = listed.filter(|_| self.rng.chance(likely)) {
            for (name, value) in listed.arguments {
                let ty = argument(&name).unwrap_or_else(|| field.ty.clone());
                arguments.push((name, self.maybe_variable(value, &ty, false, &Redraw::Keep)));
            }
            let both = self.rng.chance(15);
            let before = self.rng.chance(45);
            for name in ["after", "before"] {
                if both || (name == "before") == before {
                    let cursor = self.rng.pick(&listed.cursors).cloned().unwrap_or_default();
                    let ty = argument(name).unwrap_or_else(|| field.ty.clone());
                    arguments.push((name.to_owned(), self.maybe_variable(Value::Plain(cursor.into()), &ty, true, &Redraw::Keep)));
                }
            }
        } else {
            for (name, percent) in [("filter", 40), ("orderBy", 40), ("after", 3), ("before", 3)] {
                let Some(known) = argument(name).filter(|_| self.rng.chance(percent)) else { continue };
                let (value, redraw) = match name {
                    "filter" => (self.input(&known.name, 0), Redraw::Input(known.name.clone())),
                    "orderBy" => {
                        let many = *self.rng.pick(&[0, 1, 1, 1, 2, 3, 5]).unwrap_or(&1);
                        let mut items: Vec<Value> = (0..many).map(|_| self.input(&known.name, 0)).collect();
                        // One stands for a list of it.
                        let single = items.len() == 1 && self.rng.chance(25);
                        (if single { items.remove(0) } else { Value::List(items) }, Redraw::Keep)
                    }
                    _ => (Value::Plain(Json::Null), Redraw::Keep),
                };
                arguments.push((name.to_owned(), self.maybe_variable(value, &known, true, &redraw)));
            }
        }
        let room = (self.left.points / place.weight.max(1)).clamp(1, 100);
        let size = *self.rng.pick(&[1, 1, 2, 2, 3, 4, 5, 7, 12, 50, 100]).unwrap_or(&2);
        let size = if place.depth == 0 { size } else { size.min(12) };
        let way = match self.rng.below(100) {
            0..60 => Some(("first", "last")),
            60..88 => Some(("last", "first")),
            _ if room < 40 => Some(("first", "last")),
            _ => None,
        };
        if let Some((way, other)) = way {
            let known = argument(way).unwrap_or_else(|| field.ty.clone());
            let size = Value::Plain(json!(size.min(room)));
            arguments.push((way.to_owned(), self.maybe_variable(size, &known, false, &Redraw::Page)));
            if self.rng.chance(4) {
                arguments.push((other.to_owned(), Value::Plain(Json::Null)));
            }
        }
        arguments
    }
}

/// What fields under one name have to agree in: field, arguments, and the type of the answer.
fn meaning(field: &Field, arguments: &[(String, Value)]) -> String {
    format!("{} {arguments:?} {:?}", field.name, field.ty)
}
