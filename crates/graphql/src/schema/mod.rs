//! The schema's types, made from the tables, the vocabularies and the catalogue of commands.
//! Nothing is spelled here that is declared elsewhere; what nothing declares is an ordinary type beside it.

mod filters;
mod mutations;
mod objects;
mod page;
mod scalars;

use async_graphql::registry::{MetaField, MetaInputValue, Registry};

pub(crate) use filters::{filter_name, order_name, orderable};
pub(crate) use mutations::{payload_field, payload_name};
pub(crate) use page::access_page;

use crate::declare::tables;
use crate::run::ingest::Ingest;

/// Registers everything that tables and catalogue declare.
pub(crate) fn register(registry: &mut Registry) {
    scalars::register(registry);
    for table in tables() {
        objects::register(registry, table);
        filters::register(registry, table);
    }
    objects::register_interfaces(registry);
    mutations::register(registry);
}

/// The fields of the query type that tables declare.
pub(crate) fn query_fields() -> Vec<MetaField> {
    objects::root_fields()
}

/// The history of permissions, at the root.
pub(crate) fn permission_history_field() -> MetaField {
    let doc = "Who was given what in your organisation, by whom, when and why: what was done to its memberships, machine clients and people, \
               newest first, as far as you may see it. A change stands here seconds after it was made.";
    with_arguments(field("permissionHistory", "PermissionHistoryConnection!", doc), objects::forward_arguments())
}

/// The fields of the mutation type.
pub(crate) fn mutation_fields() -> Vec<MetaField> {
    mutations::fields()
}

pub(crate) fn ingest_field(ingest: &Ingest) -> MetaField {
    mutations::ingest_field(ingest)
}

pub(crate) fn register_ingest(registry: &mut Registry, ingest: &Ingest) {
    mutations::register_ingest(registry, ingest);
}

fn field(name: &str, ty: impl Into<String>, doc: &str) -> MetaField {
    MetaField { description: Some(doc.to_owned()), ..MetaField::new(name, ty) }
}

fn argument(name: &str, ty: impl Into<String>, doc: &str) -> MetaInputValue {
    MetaInputValue { description: Some(doc.to_owned()), ..MetaInputValue::new(name, ty) }
}

fn with_arguments(mut field: MetaField, arguments: Vec<MetaInputValue>) -> MetaField {
    field.args = arguments.into_iter().map(|argument| (argument.name.clone(), argument)).collect();
    field
}

fn add_object(registry: &mut Registry, name: &str, doc: &str, fields: Vec<MetaField>) {
    let fields = fields.into_iter().map(|field| (field.name.clone(), field)).collect();
    let object = async_graphql::registry::ObjectBuilder::new(name, fields).description(Some(doc.to_owned())).build();
    registry.types.insert(name.to_owned(), object);
}

fn add_input(registry: &mut Registry, name: &str, doc: &str, fields: Vec<MetaInputValue>) {
    let object = async_graphql::registry::MetaType::InputObject {
        name: name.to_owned(),
        description: Some(doc.to_owned()),
        input_fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof: false,
        directive_invocations: Vec::new(),
    };
    registry.types.insert(name.to_owned(), object);
}
