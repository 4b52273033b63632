//! Filters and orders of the declared tables: a comparator for each shown column and edge, joined by and, or, not.

use async_graphql::registry::{MetaEnumValue, MetaInputValue, MetaType, Registry};
use tandem_domain::record::{Kind, Scalar, camel_case};

use super::{add_input, argument};
use crate::declare::{Stored, Table, What};

/// The name of the filter of a kind.
pub(crate) fn filter_name(kind: Kind) -> String {
    format!("{}Filter", kind.name())
}

/// The name of one element of the order of a kind.
pub(crate) fn order_name(kind: Kind) -> String {
    format!("{}Order", kind.name())
}

/// The columns that rows of a kind can be ordered by, with the names of the order's fields.
pub(crate) fn orderable(table: &Table) -> Vec<(String, &'static str)> {
    let mut columns = Vec::new();
    for field in &table.fields {
        match field.what {
            What::Column { column, .. } if !column.scalar.is_list() => columns.push((column.name.to_uppercase(), column.name)),
            What::Stored(Stored::CreatedAt) => columns.push(("CREATED_AT".to_owned(), "created_at")),
            What::Stored(Stored::UpdatedAt) => columns.push(("UPDATED_AT".to_owned(), "updated_at")),
            _ => {}
        }
    }
    columns
}

pub(crate) fn register(registry: &mut Registry, table: &Table) {
    let name = filter_name(table.kind);
    let mut fields = vec![
        argument("and", format!("[{name}!]"), "All of these."),
        argument("or", format!("[{name}!]"), "At least one of these."),
        argument("not", name.clone(), "Not this."),
    ];
    for field in &table.fields {
        let (name, comparator) = match field.what {
            What::Column { column, .. } => (field.name.clone(), comparator(registry, column.scalar)),
            What::Stored(Stored::CreatedAt | Stored::UpdatedAt) => (field.name.clone(), comparator(registry, Scalar::DateTime)),
            What::One { column, kind } => (camel_case(column), comparator(registry, Scalar::Id(kind))),
            What::Part { kind } => (field.name.clone(), filter_name(kind)),
            What::Stored(_)
            | What::Money { .. }
            | What::Days(_)
            | What::Listed { .. }
            | What::Many { .. }
            | What::Transitions
            | What::References
            | What::History
            | What::LastUse { .. } => continue,
        };
        fields.push(argument(&name, comparator, &field.doc));
    }
    add_input(registry, &name, "What rows have to satisfy. Several fields together: all of them.", fields);
    if table.root.is_some() {
        register_order(registry, table);
    }
}

fn register_order(registry: &mut Registry, table: &Table) {
    let enum_name = format!("{}Field", order_name(table.kind));
    let values = orderable(table).into_iter().map(|(term, column)| {
        let doc = format!("By {}.", column.replace('_', " "));
        (term.clone(), MetaEnumValue { description: Some(doc), ..MetaEnumValue::new(term) })
    });
    let fields = MetaType::Enum {
        name: enum_name.clone(),
        description: Some("What rows can be ordered by.".to_owned()),
        enum_values: values.collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert(enum_name.clone(), fields);
    let element = vec![
        argument("field", format!("{enum_name}!"), "What to order by. Rows that hold nothing there come last."),
        argument("direction", "OrderDirection", "Which way; ASC where it is left out."),
    ];
    add_input(registry, &order_name(table.kind), "One element of an order.", element);
}

/// The comparators that a scalar takes, registered at its first use; answers the input type's name.
fn comparator(registry: &mut Registry, scalar: Scalar) -> String {
    let (name, of) = match scalar {
        Scalar::Boolean => ("BooleanComparator".to_owned(), "Boolean"),
        Scalar::Int => ("IntComparator".to_owned(), "Int"),
        Scalar::BigInt => ("BigIntComparator".to_owned(), "BigInt"),
        Scalar::Float => ("FloatComparator".to_owned(), "Float"),
        Scalar::String => ("StringComparator".to_owned(), "String"),
        Scalar::Id(_) | Scalar::AnyId => ("IDComparator".to_owned(), "ID"),
        Scalar::DateTime => ("DateTimeComparator".to_owned(), "DateTime"),
        Scalar::Date => ("DateComparator".to_owned(), "Date"),
        Scalar::PartialDate => ("PartialDateComparator".to_owned(), "String"),
        Scalar::CountryCode => ("CountryCodeComparator".to_owned(), "CountryCode"),
        Scalar::Enum(terms) => (format!("{}Comparator", terms.name), terms.name),
        Scalar::StringList => ("StringListComparator".to_owned(), "String"),
        Scalar::CountryList => ("CountryListComparator".to_owned(), "CountryCode"),
        Scalar::EnumList(terms) => (format!("{}ListComparator", terms.name), terms.name),
        Scalar::IdList(_) => ("IDListComparator".to_owned(), "ID"),
    };
    if !registry.types.contains_key(&name) {
        let fields = comparator_fields(scalar, of);
        add_input(registry, &name, "How a value is compared. Several comparisons together: all of them.", fields);
    }
    name
}

fn comparator_fields(scalar: Scalar, of: &str) -> Vec<MetaInputValue> {
    if scalar.is_list() {
        return vec![argument("has", of.to_owned(), "The list has this item.")];
    }
    let mut fields = vec![
        argument("eq", of.to_owned(), "Equal to this; null: holds nothing."),
        argument("in", format!("[{of}!]"), "Equal to one of these."),
        argument("not", format!("[{of}!]"), "Equal to none of these."),
    ];
    let ordered = matches!(
        scalar,
        Scalar::Int | Scalar::BigInt | Scalar::Float | Scalar::DateTime | Scalar::Date | Scalar::PartialDate | Scalar::String
    );
    if ordered {
        fields.push(argument("gte", of.to_owned(), "At least this."));
        fields.push(argument("lte", of.to_owned(), "At most this."));
    }
    if scalar == Scalar::String {
        fields.push(argument("contains", "String", "Contains this text, whatever the case of ASCII letters."));
    }
    fields
}
