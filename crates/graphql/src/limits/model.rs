//! What the schema tells about cost: which fields give objects, which give pages, and how large a page is unasked.
//! Built once, from the SDL text, so that it can never disagree with the schema that is served.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Value as ConstValue,
    parser::{
        parse_schema,
        types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
    },
};

use super::{OperationType, shape::count};

/// The interface of everything that has an id.
const NODE: &str = "Node";

/// The SDL could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the schema text cannot be parsed: {0}")]
pub struct ModelError(String);

/// A map from type and field to what the field costs.
#[derive(Debug, Clone, Default)]
pub struct CostModel {
    query: String,
    mutation: String,
    subscription: String,
    fields: HashMap<String, HashMap<String, FieldModel>>,
    /// Scalars, enums and input objects: the types that a variable may have.
    inputs: HashSet<String>,
    types: u64,
}

/// What is known of one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FieldModel {
    /// The named type, lists and non-null taken off.
    pub(super) ty: String,
    /// Whether the type is a list.
    pub(super) list: bool,
    /// Whether the type has fields (object, interface or union).
    pub(super) composite: bool,
    /// Whether the type is a thing with an id of its own (it implements `Node`, or is that).
    pub(super) node: bool,
    /// Whether it takes `first` or `last`.
    pub(super) paged: bool,
    /// Whether it takes `ids`.
    pub(super) by_ids: bool,
    /// The schema's own default of `first` or `last`.
    pub(super) page_default: Option<u64>,
    /// How long its pages are at most, where that is more than those of lists.
    pub(super) page_max: Option<u64>,
    /// What it costs above what an object does.
    pub(super) dear: u64,
}

/// Fields that take more than an object does to be computed, and by how much. `explainAccess` reads memberships and what names a record.
/// So does `visibilityImpact`; `workQueue` reads and counts four lists, `enrollmentTotals` adds up a study, `changes` looks through the journal,
/// `exportManifest` through all that there is.
const DEAR: &[(&str, u64)] = &[
    ("explainAccess", 9),
    ("visibilityImpact", 9),
    ("workQueue", 9),
    ("enrollmentTotals", 49),
    ("enrollmentIngest", 999),
    ("milestonesIngest", 999),
    ("studySitesIngest", 999),
    ("externalRefsIngest", 999),
    ("changes", 99),
    ("exportManifest", 4_999),
];

/// Fields whose pages are longer than those of lists, and how long.
const LONG: &[(&str, u64)] = &[("changes", 500)];

impl CostModel {
    /// Reads the schema's SDL.
    ///
    /// # Errors
    /// [`ModelError`] where the text is not a schema.
    pub fn from_sdl(sdl: &str) -> Result<Self, ModelError> {
        let document = parse_schema(sdl).map_err(|error| ModelError(error.to_string()))?;
        let mut model =
            Self { query: "Query".to_owned(), mutation: "Mutation".to_owned(), subscription: "Subscription".to_owned(), ..Self::default() };
        let mut composite: Vec<String> = Vec::new();
        let mut things: HashSet<String> = HashSet::from([NODE.to_owned()]);
        model.inputs.extend(["Int", "Float", "String", "Boolean", "ID"].map(str::to_owned));
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let roots = [
                        (&mut model.query, schema.node.query),
                        (&mut model.mutation, schema.node.mutation),
                        (&mut model.subscription, schema.node.subscription),
                    ];
                    for (root, name) in roots {
                        if let Some(name) = name {
                            *root = name.node.to_string();
                        }
                    }
                }
                TypeSystemDefinition::Type(definition) => {
                    let name = definition.node.name.node.to_string();
                    let fields = match definition.node.kind {
                        TypeKind::Object(object) => {
                            if object.implements.iter().any(|interface| interface.node == NODE) {
                                things.insert(name.clone());
                            }
                            object.fields
                        }
                        TypeKind::Interface(interface) => interface.fields,
                        TypeKind::Union(_) => Vec::new(),
                        TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_) => {
                            model.types = model.types.saturating_add(1);
                            model.inputs.insert(name);
                            continue;
                        }
                    };
                    composite.push(name.clone());
                    // `extend type` adds to what is there.
                    let known = model.fields.entry(name).or_default();
                    for field in fields {
                        known.insert(field.node.name.node.to_string(), field_model(&field.node));
                    }
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        // Introspection has about fifteen types of its own.
        model.types = model.types.saturating_add(count(composite.len())).saturating_add(15);
        let known: HashSet<String> = composite.into_iter().collect();
        for fields in model.fields.values_mut() {
            for field in fields.values_mut() {
                field.composite = known.contains(&field.ty);
                field.node = things.contains(&field.ty);
            }
        }
        Ok(model)
    }

    /// The root type of a kind of operation.
    pub(super) fn root(&self, kind: OperationType) -> &str {
        match kind {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => &self.subscription,
        }
    }

    /// What is known of a field; `None` where the schema has no such field (validation will say so).
    pub(super) fn field(&self, ty: &str, name: &str) -> Option<&FieldModel> {
        self.fields.get(ty)?.get(name)
    }

    /// Whether a variable may have this type.
    pub(super) fn is_input(&self, ty: &Type) -> bool {
        self.inputs.contains(named(ty))
    }

    /// How many types the schema has, its own and those of introspection.
    #[must_use]
    pub fn types(&self) -> u64 {
        self.types
    }
}

fn field_model(field: &FieldDefinition) -> FieldModel {
    let mut model =
        FieldModel { ty: named(&field.ty.node).to_owned(), list: matches!(field.ty.node.base, BaseType::List(_)), ..FieldModel::default() };
    model.dear = DEAR.iter().filter(|(name, _)| *name == field.name.node.as_str()).map(|(_, points)| *points).sum();
    model.page_max = LONG.iter().find(|(name, _)| *name == field.name.node.as_str()).map(|(_, most)| *most);
    for argument in &field.arguments {
        match argument.node.name.node.as_str() {
            "first" | "last" => {
                model.paged = true;
                let default = argument.node.default_value.as_ref();
                if let Some(size) = default.and_then(|value| whole(&value.node)) {
                    model.page_default = Some(model.page_default.unwrap_or(0).max(size));
                }
            }
            "ids" => model.by_ids = true,
            _ => {}
        }
    }
    model
}

fn named(ty: &Type) -> &str {
    let mut base = &ty.base;
    loop {
        match base {
            BaseType::Named(name) => return name.as_str(),
            BaseType::List(inner) => base = &inner.base,
        }
    }
}

/// A value as a page size: negative numbers are nothing, other kinds unknown.
pub(super) fn whole(value: &ConstValue) -> Option<u64> {
    match value {
        ConstValue::Number(number) => Some(number.as_u64().unwrap_or_else(|| if number.as_i64().is_some() { 0 } else { u64::MAX })),
        _ => None,
    }
}
