//! What operations are filled with: ids and values of the world, what each persona sees, and cursors of earlier answers.
//! Without it a random filter would match nothing, and a random id would find nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use tandem_domain::clock::{IdSource, SeededIds};
use tandem_domain::id::{decode, encode};
use tandem_domain::record::{Cell, Entity, Kind, Scalar, camel_case};

use super::rng::Rng;
use super::tree::{Operation, Selection, Value, Variable};

/// A list as it was asked for once, and cursors of its rows.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Filter and order, without variables.
    pub arguments: Vec<(String, Value)>,
    /// Cursors that the answer had.
    pub cursors: Vec<String>,
}

/// What there is to fill in.
#[derive(Debug, Default)]
pub struct Stock {
    /// Ids by kind, hidden ones too.
    pub ids: BTreeMap<Kind, Vec<String>>,
    /// The ids that a persona sees, by persona and kind.
    pub seen: BTreeMap<(usize, Kind), Vec<String>>,
    /// Values by kind and field of the graph.
    values: BTreeMap<(Kind, String), Vec<Json>>,
    /// Lists by persona and coordinate.
    listed: BTreeMap<(usize, String), Vec<Listed>>,
    /// Every pair of a type and a field that was answered with something.
    pub answered: BTreeSet<String>,
}

impl Stock {
    /// The stock of a world.
    #[must_use]
    pub fn of(world: &[Entity]) -> Self {
        let mut stock = Self::default();
        for entity in world {
            let (kind, def) = (entity.kind(), entity.kind().def());
            if def.part_of.is_none() {
                stock.ids.entry(kind).or_default().push(encode(kind, entity.uuid()));
            }
            for (column, cell) in def.columns.iter().zip(entity.cells()) {
                let values = stock.values.entry((kind, camel_case(column.name))).or_default();
                match cell {
                    Cell::Null => {}
                    Cell::List(texts) => values.extend(texts.into_iter().map(Json::from)),
                    Cell::Bool(value) => values.push(value.into()),
                    Cell::Int(value) => values.push(value.into()),
                    Cell::Float(value) => values.push(value.into()),
                    Cell::Text(text) if matches!(column.scalar, Scalar::PartialDate) => {
                        values.push(text.split(' ').next().unwrap_or_default().into());
                    }
                    Cell::Text(text) => values.push(text.into()),
                    Cell::Uuid(uuid) => match column.scalar {
                        Scalar::Id(of) => values.push(encode(of, uuid).into()),
                        _ => values.push(encode(kind, uuid).into()),
                    },
                    Cell::Time(moment) => values.push(moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true).into()),
                    Cell::Date(date) => values.push(date.to_string().into()),
                }
            }
        }
        stock
    }

    /// A value that some record holds in this field.
    pub fn value(&self, kind: Kind, field: &str, rng: &mut Rng) -> Option<Json> {
        self.values.get(&(kind, field.to_owned())).and_then(|values| rng.pick(values)).cloned()
    }

    /// An id of a kind as somebody might send it: mostly one that he sees, else hidden, never issued, of another kind, or none at all.
    pub fn id(&self, persona: usize, kind: Kind, rng: &mut Rng) -> String {
        let none = Vec::new();
        let (all, seen) = (self.ids.get(&kind).unwrap_or(&none), self.seen.get(&(persona, kind)).unwrap_or(&none));
        let roll = rng.below(100);
        let chosen = match roll {
            0..70 => rng.pick(seen).or(all.first()).cloned(),
            70..88 => rng.pick(all).cloned(),
            88..93 => Some(encode(kind, SeededIds::new(99_991 << 20, tandem_gateway::demo::epoch()).next())),
            93..96 => rng.pick(Kind::ALL).and_then(|other| self.ids.get(other)).and_then(|ids| rng.pick(ids)).cloned(),
            _ => {
                rng.pick(&["", "nothing", "study_", "study_01", "0190a5d2-0000-7000-8000-000000000000", "Ω"]).map(|text| (*text).to_owned())
            }
        };
        chosen.unwrap_or_else(|| "nothing".to_owned())
    }

    /// Any kind whose records have ids.
    pub fn kind(&self, rng: &mut Rng) -> Kind {
        rng.pick(&self.ids.keys().copied().collect::<Vec<_>>()).copied().unwrap_or(Kind::Study)
    }

    /// A list of this coordinate that the persona has asked for, with cursors.
    pub fn list(&self, persona: usize, coordinate: &str, rng: &mut Rng) -> Option<Listed> {
        self.listed.get(&(persona, coordinate.to_owned())).and_then(|lists| rng.pick(lists)).cloned()
    }

    /// Who has cursors of this list.
    #[must_use]
    pub fn who_listed(&self, coordinate: &str) -> Vec<usize> {
        let with = self.listed.iter().filter(|((_, what), lists)| what == coordinate && lists.iter().any(|list| !list.cursors.is_empty()));
        with.map(|((who, _), _)| *who).collect()
    }

    /// A cursor that is not of this persona's list.
    pub fn foreign_cursor(&self, persona: usize, coordinate: &str, rng: &mut Rng) -> Option<String> {
        let others: Vec<&Listed> =
            self.listed.iter().filter(|((who, what), _)| *who != persona || what != coordinate).flat_map(|(_, lists)| lists).collect();
        rng.pick(&others).and_then(|list| rng.pick(&list.cursors)).cloned()
    }

    /// Remembers what a persona sees of these ids.
    pub fn see(&mut self, persona: usize, id: &str) {
        if let Some((kind, _)) = decode(id) {
            self.seen.entry((persona, kind)).or_default().push(id.to_owned());
        }
    }

    /// Takes cursors out of an answer, and remembers which fields it had something for.
    pub fn harvest(&mut self, persona: usize, operation: &Operation, answer: &Json) {
        let mut found = BTreeMap::new();
        self.walk(operation, &operation.query.below, &answer["data"], None, &mut found);
        for (coordinate, (listed, cursors)) in found {
            let lists = self.listed.entry((persona, coordinate.0)).or_default();
            lists.push(Listed { arguments: listed, cursors: cursors.into_iter().collect() });
            // The later ones are the more various.
            if lists.len() > 12 {
                lists.remove(0);
            }
        }
    }

    fn walk(&mut self, operation: &Operation, set: &[Selection], data: &Json, list: Option<&Key>, found: &mut Found) {
        if let Json::Array(items) = data {
            items.iter().for_each(|item| self.walk(operation, set, item, list, found));
            return;
        }
        for selection in set {
            match selection {
                Selection::Inline { below, .. } => self.walk(operation, below, data, list, found),
                Selection::Spread { name, .. } => {
                    if let Some(fragment) = operation.fragment(name) {
                        self.walk(operation, &fragment.below, data, list, found);
                    }
                }
                Selection::Field(field) => {
                    let value = &data[field.key()];
                    if value.is_null() {
                        continue;
                    }
                    self.answered.insert(format!("{}.{}", field.owner, field.name));
                    match (field.name.as_str(), value, list) {
                        ("cursor" | "startCursor" | "endCursor", Json::String(cursor), Some(key)) => {
                            found.entry(key.clone()).or_insert_with(|| (Vec::new(), BTreeSet::new())).1.insert(cursor.clone());
                        }
                        _ if field.paged => {
                            let arguments = sealed(&field.arguments, &operation.query.variables);
                            let key = (field.coordinate(), format!("{arguments:?}"));
                            found.entry(key.clone()).or_insert_with(|| (arguments, BTreeSet::new()));
                            self.walk(operation, &field.below, value, Some(&key), found);
                        }
                        _ => {
                            let inside = matches!(field.name.as_str(), "edges" | "pageInfo").then_some(list).flatten();
                            self.walk(operation, &field.below, value, inside, found);
                        }
                    }
                }
            }
        }
    }
}

/// Coordinate, and what the cursors are sealed to.
type Key = (String, String);
type Found = BTreeMap<Key, (Vec<(String, Value)>, BTreeSet<String>)>;

fn sealed(arguments: &[(String, Value)], variables: &[Variable]) -> Vec<(String, Value)> {
    let kept = arguments.iter().filter(|(name, _)| name == "filter" || name == "orderBy");
    kept.map(|(name, value)| (name.clone(), value.resolved(variables))).collect()
}
