//! Scalars and enums: the house's own value types and every vocabulary that a column or an input names.

use std::sync::Arc;

use async_graphql::registry::{MetaEnumValue, MetaType, Registry};
use async_graphql::{ID, InputType, Value};
use tandem_domain::command::catalogue;
use tandem_domain::record::{Kind, Scalar, description};
use tandem_domain::vocabulary::Terms;

use super::{add_input, add_object, argument, field};

type Check = fn(&str) -> bool;

const TEXT_SCALARS: &[(&str, &str, Option<&str>, Check)] = &[
    ("DateTime", "A moment in UTC, as RFC 3339 has it: `2026-03-01T09:30:00Z`.", Some("https://www.rfc-editor.org/rfc/rfc3339"), |text| {
        chrono::DateTime::parse_from_rfc3339(text).is_ok()
    }),
    ("Date", "A calendar day: `2026-03-01`.", Some("https://www.rfc-editor.org/rfc/rfc3339"), |text| {
        tandem_domain::record::read_day(text).is_some()
    }),
    ("CountryCode", "A country by its ISO 3166-1 alpha-2 code: `PL`.", Some("https://www.iso.org/iso-3166-country-codes.html"), |text| {
        text.parse::<tandem_domain::value::CountryCode>().is_ok()
    }),
];

pub(crate) fn register(registry: &mut Registry) {
    <i32 as InputType>::create_type_info(registry);
    <f64 as InputType>::create_type_info(registry);
    <bool as InputType>::create_type_info(registry);
    <String as InputType>::create_type_info(registry);
    <ID as InputType>::create_type_info(registry);
    for (name, doc, specification, check) in TEXT_SCALARS {
        let check = *check;
        let valid = move |value: &Value| matches!(value, Value::String(text) if check(text));
        add_scalar(registry, name, doc, *specification, Arc::new(valid));
    }
    add_scalar(
        registry,
        "BigInt",
        "A whole number of up to 53 bits, such as an amount in minor units.",
        None,
        Arc::new(|value| matches!(value, Value::Number(number) if number.is_i64())),
    );
    add_scalar(registry, "JSON", "Any JSON value.", None, Arc::new(|_| true));
    add_object(
        registry,
        "PartialDate",
        "A date that may be known only to the month or the year, and whether it is planned or has happened.",
        vec![
            field("date", "String!", "The date at its own precision: `2026`, `2026-03` or `2026-03-01`."),
            field("precision", "DatePrecision!", "How much of it is known."),
            field("kind", "DateKind", "Whether it is planned or has happened; nothing where the source does not say."),
        ],
    );
    add_input(
        registry,
        "PartialDateInput",
        "A date that may be known only to the month or the year, and whether it is planned or has happened.",
        vec![
            argument("date", "String!", "The date at its own precision: `2026`, `2026-03` or `2026-03-01`."),
            argument("kind", "DateKind", "Whether it is planned or has happened."),
        ],
    );
    add_object(
        registry,
        "Money",
        "An amount of money.",
        vec![
            field("minorUnits", "BigInt!", "The amount in minor units of the currency, such as cents."),
            field("currency", "String!", "The currency, ISO 4217."),
        ],
    );
    let kinds: Vec<(String, String)> =
        crate::run::changes::kinds().map(|kind| (crate::run::changes::term(kind), description(kind.def().doc))).collect();
    let kinds: Vec<(&str, &str)> = kinds.iter().map(|(term, doc)| (term.as_str(), doc.as_str())).collect();
    add_enum(registry, "RecordKind", "A kind of record.", &kinds);
    add_enum(
        registry,
        "DatePrecision",
        "How much of a date is known.",
        &[("YEAR", "The year."), ("MONTH", "Year and month."), ("DAY", "The day.")],
    );
    add_enum(
        registry,
        "DateKind",
        "Whether a date is planned or has happened.",
        &[("ESTIMATED", "Planned or expected."), ("ACTUAL", "It happened.")],
    );
    add_enum(registry, "OrderDirection", "Which way an order runs.", &[("ASC", "The smallest first."), ("DESC", "The greatest first.")]);
    for terms in vocabularies() {
        let values: Vec<(&str, String)> = terms.terms.iter().map(|(term, doc)| (*term, description(doc))).collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(term, doc)| (*term, doc.as_str())).collect();
        add_enum(registry, terms.name, &description(terms.doc), &values);
    }
}

/// Every vocabulary that something shown or taken names.
fn vocabularies() -> Vec<&'static Terms> {
    let columns = Kind::ALL.iter().flat_map(|kind| kind.def().columns).map(|column| column.scalar);
    let inputs = catalogue().iter().flat_map(|command| &command.fields).map(|field| field.shape.scalar);
    let signature = Scalar::Enum(<tandem_domain::command::SignatureMeaning as tandem_domain::vocabulary::Vocabulary>::TERMS);
    let codes = Scalar::Enum(<tandem_domain::command::Code as tandem_domain::vocabulary::Vocabulary>::TERMS);
    let side = Scalar::Enum(<tandem_domain::access::Side as tandem_domain::vocabulary::Vocabulary>::TERMS);
    let mut found: Vec<&'static Terms> = Vec::new();
    for scalar in columns.chain(inputs).chain([signature, codes, side]) {
        if let Scalar::Enum(terms) | Scalar::EnumList(terms) = scalar
            && !found.iter().any(|known| known.name == terms.name)
        {
            found.push(terms);
        }
    }
    found
}

fn add_scalar(
    registry: &mut Registry,
    name: &str,
    doc: &str,
    specification: Option<&str>,
    valid: async_graphql::registry::ScalarValidatorFn,
) {
    let scalar = MetaType::Scalar {
        name: name.to_owned(),
        description: Some(doc.to_owned()),
        is_valid: Some(valid),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: specification.map(str::to_owned),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert(name.to_owned(), scalar);
}

fn add_enum(registry: &mut Registry, name: &str, doc: &str, values: &[(&str, &str)]) {
    let values = values.iter().map(|(term, doc)| {
        let name = (*term).to_owned();
        (name.clone(), MetaEnumValue { description: Some((*doc).to_owned()), ..MetaEnumValue::new(name) })
    });
    let ty = MetaType::Enum {
        name: name.to_owned(),
        description: Some(doc.to_owned()),
        enum_values: values.collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert(name.to_owned(), ty);
}

/// The type of a scalar on the way out, without `!`.
pub(crate) fn output_type(scalar: Scalar) -> String {
    match scalar {
        Scalar::Boolean => "Boolean".to_owned(),
        Scalar::Int => "Int".to_owned(),
        Scalar::BigInt => "BigInt".to_owned(),
        Scalar::Float => "Float".to_owned(),
        Scalar::String => "String".to_owned(),
        Scalar::Id(_) | Scalar::AnyId => "ID".to_owned(),
        Scalar::DateTime => "DateTime".to_owned(),
        Scalar::Date => "Date".to_owned(),
        Scalar::PartialDate => "PartialDate".to_owned(),
        Scalar::CountryCode => "CountryCode".to_owned(),
        Scalar::Enum(terms) => terms.name.to_owned(),
        Scalar::StringList => "[String!]".to_owned(),
        Scalar::CountryList => "[CountryCode!]".to_owned(),
        Scalar::EnumList(terms) => format!("[{}!]", terms.name),
        Scalar::IdList(_) => "[ID!]".to_owned(),
    }
}

/// The type of a scalar on the way in, without `!`.
pub(crate) fn input_type(scalar: Scalar) -> String {
    match scalar {
        Scalar::PartialDate => "PartialDateInput".to_owned(),
        other => output_type(other),
    }
}
