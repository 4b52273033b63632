//! An operation as a tree, so that it can be drawn, broken on purpose, printed, and made smaller again.
//! Only what requests to this graph consist of is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

/// A value in an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A literal: null, truth, number or text.
    Plain(Json),
    /// A term of an enum.
    Term(String),
    /// A list.
    List(Vec<Value>),
    /// An input object.
    Object(Vec<(String, Value)>),
    /// A variable.
    Variable(String),
}

impl Value {
    /// The value as it arrives, variables filled in. The library takes a variable that holds nothing for null.
    #[must_use]
    pub fn resolved(&self, variables: &[Variable]) -> Self {
        match self {
            Self::Variable(name) => {
                let variable = variables.iter().find(|variable| variable.name == *name);
                let value = variable.and_then(|variable| match variable.given {
                    Some(_) => variable.meant.clone(),
                    None => variable.default.clone(),
                });
                value.unwrap_or(Self::Plain(Json::Null))
            }
            Self::List(items) => Self::List(items.iter().map(|item| item.resolved(variables)).collect()),
            Self::Object(fields) => Self::Object(fields.iter().map(|(name, value)| (name.clone(), value.resolved(variables))).collect()),
            plain => plain.clone(),
        }
    }

    /// The value as JSON, for `variables`; nothing where a variable is in it.
    #[must_use]
    pub fn json(&self) -> Option<Json> {
        Some(match self {
            Self::Plain(json) => json.clone(),
            Self::Term(term) => Json::from(term.as_str()),
            Self::List(items) => Json::Array(items.iter().map(Self::json).collect::<Option<_>>()?),
            Self::Object(fields) => {
                Json::Object(fields.iter().map(|(name, value)| Some((name.clone(), value.json()?))).collect::<Option<Map<_, _>>>()?)
            }
            Self::Variable(_) => return None,
        })
    }

    fn names(&self, found: &mut BTreeSet<String>) {
        match self {
            Self::Variable(name) => {
                found.insert(name.clone());
            }
            Self::List(items) => items.iter().for_each(|item| item.names(found)),
            Self::Object(fields) => fields.iter().for_each(|(_, value)| value.names(found)),
            Self::Plain(_) | Self::Term(_) => {}
        }
    }
}

/// What other values a variable may take without the operation becoming another one.
#[derive(Clone, Debug, PartialEq)]
pub enum Redraw {
    /// None: it is a cursor, say.
    Keep,
    /// The other truth value.
    Flip,
    /// Another small page size.
    Page,
    /// Another id of the same kind, or other ones.
    Ids,
    /// Another object of this input type.
    Input(String),
}

/// A variable of an operation.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name, without the sign.
    pub name: String,
    /// Its type as it is written.
    pub ty: String,
    /// Its default.
    pub default: Option<Value>,
    /// What is sent; nothing where it is left out.
    pub given: Option<Json>,
    /// What is sent, as a value.
    pub meant: Option<Value>,
    /// What else could be sent.
    pub redraw: Redraw,
}

/// `@skip` or `@include`.
#[derive(Clone, Debug)]
pub struct Condition {
    /// `skip` or `include`.
    pub name: &'static str,
    /// On what.
    pub when: Value,
}

/// A field that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The name in the answer, where it is another one.
    pub alias: Option<String>,
    /// The type that it is a field of.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<(String, Value)>,
    /// Its conditions.
    pub conditions: Vec<Condition>,
    /// What is asked of it; nothing at a leaf.
    pub below: Vec<Selection>,
    /// Whether it gives a page of a list.
    pub paged: bool,
}

impl Asked {
    /// The name in the answer.
    #[must_use]
    pub fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }

    /// What cursors of this list are sealed to: `Study.countries`, and a list of the root by its name alone.
    #[must_use]
    pub fn coordinate(&self) -> String {
        format!("{}.{}", self.owner, self.name)
    }
}

/// An element of a selection set.
#[derive(Clone, Debug)]
pub enum Selection {
    /// A field.
    Field(Asked),
    /// `... on Type { }`, or without a type.
    Inline {
        /// The type.
        on: Option<String>,
        /// Its conditions.
        conditions: Vec<Condition>,
        /// What is asked.
        below: Vec<Selection>,
    },
    /// `...Name`.
    Spread {
        /// The fragment.
        name: String,
        /// Its conditions.
        conditions: Vec<Condition>,
    },
}

/// A named fragment.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// Its name.
    pub name: String,
    /// The type that it is on.
    pub on: String,
    /// What it asks.
    pub below: Vec<Selection>,
}

/// A query of a document.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Its name.
    pub name: Option<String>,
    /// Its variables.
    pub variables: Vec<Variable>,
    /// What it asks.
    pub below: Vec<Selection>,
}

/// A document with the operation to run in it.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// The query to run.
    pub query: Query,
    /// Another one that stands in the document only.
    pub beside: Option<Query>,
    /// Named fragments.
    pub fragments: Vec<Fragment>,
    /// What is sent as `operationName`.
    pub operation_name: Option<String>,
    /// How it is printed.
    pub style: super::print::Style,
    /// What was broken on purpose; nothing in a valid operation.
    pub broken: Option<&'static str>,
}

impl Operation {
    /// What is sent as `variables`.
    #[must_use]
    pub fn variables(&self) -> Json {
        let given = self.query.variables.iter().filter_map(|variable| Some((variable.name.clone(), variable.given.clone()?)));
        Json::Object(given.collect())
    }

    /// The fragment of this name.
    #[must_use]
    pub fn fragment(&self, name: &str) -> Option<&Fragment> {
        self.fragments.iter().find(|fragment| fragment.name == name)
    }

    /// Every selection set: of the query, of fragments, and below.
    pub fn each_set(&mut self, look: &mut dyn FnMut(&mut Vec<Selection>)) {
        within(&mut self.query.below, look);
        for fragment in &mut self.fragments {
            within(&mut fragment.below, look);
        }
    }

    /// Every field that is asked for.
    pub fn each_field(&mut self, look: &mut dyn FnMut(&mut Asked)) {
        self.each_set(&mut |set| {
            for selection in set {
                if let Selection::Field(field) = selection {
                    look(field);
                }
            }
        });
    }

    /// Takes out fragments and variables that nothing uses, which would be refused.
    pub fn tidy(&mut self) {
        let (mut used, mut spread) = (BTreeSet::new(), BTreeSet::new());
        self.reach(&self.query.below, &mut used, &mut spread);
        self.query.variables.retain(|variable| used.contains(&variable.name));
        if let Some(mut beside) = self.beside.take() {
            let (mut used, mut also) = (BTreeSet::new(), BTreeSet::new());
            self.reach(&beside.below, &mut used, &mut also);
            beside.variables.retain(|variable| used.contains(&variable.name));
            spread.extend(also);
            self.beside = Some(beside);
        }
        self.fragments.retain(|fragment| spread.contains(&fragment.name));
    }

    /// The variables and fragments that a set uses, through fragments too.
    fn reach(&self, set: &[Selection], used: &mut BTreeSet<String>, spread: &mut BTreeSet<String>) {
        for selection in set {
            let conditions = match selection {
                Selection::Field(field) => {
                    field.arguments.iter().for_each(|(_, value)| value.names(used));
                    self.reach(&field.below, used, spread);
                    &field.conditions
                }
                Selection::Inline { conditions, below, .. } => {
                    self.reach(below, used, spread);
                    conditions
                }
                Selection::Spread { name, conditions } => {
                    if spread.insert(name.clone())
                        && let Some(fragment) = self.fragment(name)
                    {
                        self.reach(&fragment.below, used, spread);
                    }
                    conditions
                }
            };
            conditions.iter().for_each(|condition| condition.when.names(used));
        }
    }
}

fn within(set: &mut Vec<Selection>, look: &mut dyn FnMut(&mut Vec<Selection>)) {
    look(set);
    for selection in set {
        match selection {
            Selection::Field(Asked { below, .. }) if !below.is_empty() => within(below, look),
            Selection::Inline { below, .. } => within(below, look),
            Selection::Field(_) | Selection::Spread { .. } => {}
        }
    }
}

/// Which names an object in the answer has, and what each stands for: what fields of equal names have to agree in.
#[derive(Clone, Debug, Default)]
pub struct Scope(BTreeMap<String, (String, Scope)>);

impl Scope {
    /// Whether this name is free, or stands for the same already.
    #[must_use]
    pub fn admits(&self, key: &str, meaning: &str) -> bool {
        self.0.get(key).is_none_or(|(known, _)| known == meaning)
    }

    /// Whether the name stands for anything yet.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The scope below a name.
    pub fn enter(&mut self, key: &str, meaning: &str) -> &mut Self {
        &mut self.0.entry(key.to_owned()).or_insert_with(|| (meaning.to_owned(), Self::default())).1
    }

    /// Takes another scope in; does nothing where the two disagree.
    pub fn absorb(&mut self, other: &Self) -> bool {
        if !self.agrees(other) {
            return false;
        }
        self.merge(other);
        true
    }

    fn agrees(&self, other: &Self) -> bool {
        other
            .0
            .iter()
            .all(|(key, (meaning, below))| self.0.get(key).is_none_or(|(known, known_below)| known == meaning && known_below.agrees(below)))
    }

    fn merge(&mut self, other: &Self) {
        for (key, (meaning, below)) in &other.0 {
            self.enter(key, meaning).merge(below);
        }
    }
}
