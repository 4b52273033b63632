//! One writer for each scalar: a cell as the graph gives it.

use async_graphql::{Name, Value, indexmap::IndexMap};
use chrono::{DateTime, SecondsFormat, Utc};
use tandem_domain::id::encode;
use tandem_domain::record::{Cell, Kind, Scalar};
use tandem_domain::value::{EstimateKind, PartialDate};

/// A scalar cell of a record as a value; partial dates are objects and not written here.
pub(crate) fn value(kind: Kind, cell: &Cell, scalar: Scalar) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::Boolean(*value),
        Cell::Int(value) => Value::Number((*value).into()),
        Cell::Float(value) => async_graphql::Number::from_f64(*value).map_or(Value::Null, Value::Number),
        Cell::Text(text) => match scalar {
            Scalar::Enum(_) => Value::Enum(Name::new(text)),
            _ => Value::String(text.clone()),
        },
        Cell::Uuid(id) => match scalar {
            Scalar::Id(of) => Value::String(encode(of, *id)),
            _ => Value::String(encode(kind, *id)),
        },
        Cell::Time(time) => Value::String(moment(*time)),
        Cell::Date(day) => Value::String(day.to_string()),
        Cell::List(items) => {
            let item = |text: &String| match scalar {
                Scalar::EnumList(_) => Value::Enum(Name::new(text)),
                _ => Value::String(text.clone()),
            };
            Value::List(items.iter().map(item).collect())
        }
    }
}

/// A moment: UTC, with as many digits of the second as it has.
pub(crate) fn moment(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The fields of a partial date.
pub(crate) fn partial_date(date: PartialDate) -> IndexMap<&'static str, Value> {
    let mut fields = IndexMap::new();
    fields.insert("date", Value::String(date.to_string()));
    fields.insert("precision", Value::Enum(Name::new(date.precision().term())));
    fields.insert("kind", date.kind().map_or(Value::Null, |kind: EstimateKind| Value::Enum(Name::new(kind.term()))));
    fields
}
