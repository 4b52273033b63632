//! Object types and connections of the declared tables, the interfaces, and the root's finders and lists.

use async_graphql::registry::{MetaField, MetaInputValue, MetaType, Registry};
use tandem_domain::access::sentences::{WITHHELD, read_by};
use tandem_domain::record::{Kind, camel_case, description};

use super::scalars::output_type;
use super::{add_object, argument, field, filter_name, order_name, with_arguments};
use crate::declare::{Field, Stored, Table, What, tables};

pub(crate) fn register(registry: &mut Registry, table: &Table) {
    let name = table.kind.name();
    let fields = table.fields.iter().map(output_field).collect();
    let doc = format!("{}\n\n{}", description(table.kind.def().doc), read_by(table.kind));
    add_object(registry, name, &doc, fields);
    if table.root.is_some() {
        registry.add_implements(name, "Node");
    }
    if matches!(table.kind, Kind::Person | Kind::ApiClient) {
        registry.add_implements(name, "Actor");
    }
    if table.root.is_some() {
        register_connection(registry, name);
    }
}

fn register_connection(registry: &mut Registry, name: &str) {
    let words = format!("A page of a list of {name}.");
    add_object(
        registry,
        &format!("{name}Connection"),
        &words,
        vec![
            field("edges", format!("[{name}Edge!]!"), "The rows with their cursors."),
            field("nodes", format!("[{name}!]!"), "The rows."),
            field("pageInfo", "PageInfo!", "Whether there is more."),
            field("totalCount", "Int!", "How many there are in the whole list that you may see; counted only when asked for."),
        ],
    );
    add_object(
        registry,
        &format!("{name}Edge"),
        &format!("A row of a list of {name}, with its cursor."),
        vec![
            field("cursor", "String!", "Where the row stands; for `after` and `before` of the same list."),
            field("node", format!("{name}!"), "The row."),
        ],
    );
}

fn output_field(declared: &Field) -> MetaField {
    let bang = if declared.nullable() { "" } else { "!" };
    let (name, doc) = (&declared.name, &declared.doc);
    match declared.what {
        What::Column { column, .. } => field(name, format!("{}{bang}", output_type(column.scalar)), doc),
        What::Stored(Stored::Version) => field(name, "Int!", doc),
        What::Stored(Stored::CreatedAt | Stored::UpdatedAt) => field(name, "DateTime!", doc),
        What::Stored(Stored::CreatedBy) => field(name, "Actor", doc),
        What::Money { .. } => field(name, "Money", doc),
        What::Days(_) => field(name, "Int", doc),
        What::One { kind, .. } => field(name, kind.name(), doc),
        What::Listed { kind, .. } => field(name, format!("[{}!]!", kind.name()), doc),
        What::Part { kind } => field(name, kind.name(), &format!("{doc}\n\n{} {WITHHELD}", read_by(kind))),
        What::Many { kind, .. } => with_arguments(field(name, format!("{}Connection!", kind.name()), doc), list_arguments(kind)),
        What::Transitions => field(name, "[AllowedTransition!]!", doc),
        What::References => field(name, "[ExternalRef!]!", doc),
        What::LastUse { .. } => field(name, "DateTime", doc),
        What::History => with_arguments(field(name, "HistoryConnection!", doc), forward_arguments()),
    }
}

pub(super) fn forward_arguments() -> Vec<MetaInputValue> {
    vec![
        argument("first", "Int", "How many at most, 1 to 100; 20 where it is left out."),
        argument(
            "after",
            "String",
            "Only what comes after this cursor of the same list, filter and order. One of another parent's list marks the same place in the order.",
        ),
    ]
}

pub(super) fn list_arguments(kind: Kind) -> Vec<MetaInputValue> {
    let mut arguments = vec![
        argument("filter", filter_name(kind), "What rows have to satisfy."),
        argument("orderBy", format!("[{}!]", order_name(kind)), "The order; the id decides where all else is equal."),
    ];
    arguments.extend(forward_arguments());
    arguments.push(argument("last", "Int", "The last so many instead of the first, 1 to 100."));
    arguments.push(argument("before", "String", "Only what comes before this cursor."));
    arguments
}

/// Finders and lists at the root.
pub(super) fn root_fields() -> Vec<MetaField> {
    let mut fields = Vec::new();
    for table in tables() {
        let Some(root) = &table.root else { continue };
        let (name, words) = (table.kind.name(), table.kind.words());
        let mut arguments = vec![argument("id", "ID", "Its id.")];
        for key in root.keys {
            let doc = table
                .kind
                .def()
                .position(key)
                .and_then(|position| table.kind.def().columns.get(position))
                .map(|column| description(column.doc));
            arguments.push(argument(&camel_case(key), "String", &doc.unwrap_or_default()));
        }
        let finder = field(
            root.finder,
            name,
            &format!("One {words}, by exactly one of the arguments. Null where there is none, or you may not see it."),
        );
        fields.push(with_arguments(finder, arguments));
        let list = field(root.list, format!("{name}Connection!"), &format!("Every {words} that you may see."));
        fields.push(with_arguments(list, list_arguments(table.kind)));
    }
    fields
}

/// `Node` and `Actor`: what has an id, and who can act.
pub(super) fn register_interfaces(registry: &mut Registry) {
    let nodes: Vec<&str> = tables().iter().filter(|table| table.root.is_some()).map(|table| table.kind.name()).collect();
    add_interface(registry, "Node", "Anything that has an id of its own.", &nodes);
    add_interface(registry, "Actor", "Who can act: a person or a machine client.", &[Kind::Person.name(), Kind::ApiClient.name()]);
}

fn add_interface(registry: &mut Registry, name: &str, doc: &str, possible: &[&str]) {
    let id = field("id", "ID!", "The id: opaque, with a readable beginning.");
    let interface = MetaType::Interface {
        name: name.to_owned(),
        description: Some(doc.to_owned()),
        fields: std::iter::once((id.name.clone(), id)).collect(),
        possible_types: possible.iter().map(|name| (*name).to_owned()).collect(),
        extends: false,
        keys: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert(name.to_owned(), interface);
}
