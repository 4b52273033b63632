//! Where the two databases differ in how values and statements are written. What differs in kind (transactions, the journal's order)
//! asks for the dialect where it happens.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::{DbBackend, DbErr, QueryResult};
use tandem_domain::record::{Cell, Scalar};
use uuid::Uuid;

use crate::error::StoreError;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    Sqlite,
}

impl Dialect {
    pub(crate) fn backend(self) -> DbBackend {
        match self {
            Self::Postgres => DbBackend::Postgres,
            Self::Sqlite => DbBackend::Sqlite,
        }
    }

    /// Writes the placeholder of the `n`th bound value, counted from 1.
    pub(crate) fn placeholder(self, text: &mut String, n: usize) {
        match self {
            Self::Postgres => {
                text.push('$');
                text.push_str(&n.to_string());
            }
            Self::Sqlite => text.push('?'),
        }
    }

    /// A cell as a bound value.
    pub(crate) fn value(self, cell: &Cell, scalar: Scalar) -> Value {
        match cell {
            Cell::Null => self.null(scalar),
            Cell::Bool(value) => Value::Bool(Some(*value)),
            Cell::Int(value) => Value::BigInt(Some(*value)),
            Cell::Float(value) => Value::Double(Some(*value)),
            Cell::Text(value) => Value::String(Some(value.clone())),
            Cell::Uuid(value) => Value::Uuid(Some(*value)),
            Cell::Time(value) => self.time(*value),
            Cell::Date(value) => Value::ChronoDate(Some(*value)),
            Cell::List(values) => self.json(&serde_json::Value::from(values.clone())),
        }
    }

    fn null(self, scalar: Scalar) -> Value {
        match scalar {
            Scalar::Boolean => Value::Bool(None),
            Scalar::Int | Scalar::BigInt => Value::BigInt(None),
            Scalar::Float => Value::Double(None),
            Scalar::String | Scalar::PartialDate | Scalar::CountryCode | Scalar::Enum(_) => Value::String(None),
            Scalar::Id(_) | Scalar::AnyId => Value::Uuid(None),
            Scalar::DateTime => match self {
                Self::Postgres => Value::ChronoDateTimeUtc(None),
                Self::Sqlite => Value::BigInt(None),
            },
            Scalar::Date => Value::ChronoDate(None),
            Scalar::StringList | Scalar::CountryList | Scalar::EnumList(_) | Scalar::IdList(_) => self.no_json(),
        }
    }

    /// A moment. SQLite keeps microseconds since 1970.
    pub(crate) fn time(self, time: DateTime<Utc>) -> Value {
        match self {
            Self::Postgres => Value::ChronoDateTimeUtc(Some(time)),
            Self::Sqlite => Value::BigInt(Some(time.timestamp_micros())),
        }
    }

    pub(crate) fn json(self, json: &serde_json::Value) -> Value {
        match self {
            Self::Postgres => Value::Json(Some(Box::new(json.clone()))),
            Self::Sqlite => Value::String(Some(json.to_string())),
        }
    }

    pub(crate) fn no_json(self) -> Value {
        match self {
            Self::Postgres => Value::Json(None),
            Self::Sqlite => Value::String(None),
        }
    }

    /// Many ids as one bound value: an array, or on SQLite a JSON array of hexadecimal texts.
    pub(crate) fn uuids(self, ids: &[Uuid]) -> Value {
        match self {
            Self::Postgres => Value::Array(ArrayType::Uuid, Some(Box::new(ids.iter().map(|id| Value::Uuid(Some(*id))).collect()))),
            Self::Sqlite => {
                let texts: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
                Value::String(Some(serde_json::Value::from(texts).to_string()))
            }
        }
    }

    /// Many texts as one bound value.
    pub(crate) fn texts(self, texts: &[String]) -> Value {
        match self {
            Self::Postgres => {
                Value::Array(ArrayType::String, Some(Box::new(texts.iter().map(|text| Value::String(Some(text.clone()))).collect())))
            }
            Self::Sqlite => Value::String(Some(serde_json::Value::from(texts.to_vec()).to_string())),
        }
    }

    /// What stands after `column` so that it is one of many bound ids: before and after the placeholder.
    pub(crate) fn any_uuid(self) -> (&'static str, &'static str) {
        match self {
            Self::Postgres => (" = ANY(", ")"),
            Self::Sqlite => (" IN (SELECT unhex(value) FROM json_each(", "))"),
        }
    }

    /// The same for texts.
    pub(crate) fn any_text(self) -> (&'static str, &'static str) {
        match self {
            Self::Postgres => (" = ANY(", ")"),
            Self::Sqlite => (" IN (SELECT value FROM json_each(", "))"),
        }
    }

    /// The day, in UTC, of a moment in a column.
    pub(crate) fn day_of(self, column: &str) -> String {
        match self {
            Self::Postgres => format!("({column} AT TIME ZONE 'UTC')::date"),
            Self::Sqlite => format!("date({column} / 1000000, 'unixepoch')"),
        }
    }

    /// What locks the rows that a statement reads until the transaction ends. SQLite has one writer anyway.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Self::Postgres => " FOR UPDATE",
            Self::Sqlite => "",
        }
    }

    /// What locks the rows that a statement reads, and leaves out those that another transaction has locked.
    pub(crate) fn skip_locked(self) -> &'static str {
        match self {
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
            Self::Sqlite => "",
        }
    }

    /// What keeps others from changing the rows that a statement reads until the transaction ends.
    pub(crate) fn for_share(self) -> &'static str {
        match self {
            Self::Postgres => " FOR SHARE",
            Self::Sqlite => "",
        }
    }

    /// Reads the value at `index` of a row.
    pub(crate) fn read(self, row: &QueryResult, index: usize, scalar: Scalar) -> Result<Cell, StoreError> {
        let cell = match scalar {
            Scalar::Boolean => row.try_get_by_index::<Option<bool>>(index)?.map(Cell::Bool),
            Scalar::Int | Scalar::BigInt => row.try_get_by_index::<Option<i64>>(index)?.map(Cell::Int),
            Scalar::Float => row.try_get_by_index::<Option<f64>>(index)?.map(Cell::Float),
            Scalar::String | Scalar::PartialDate | Scalar::CountryCode | Scalar::Enum(_) => {
                row.try_get_by_index::<Option<String>>(index)?.map(Cell::Text)
            }
            Scalar::Id(_) | Scalar::AnyId => row.try_get_by_index::<Option<Uuid>>(index)?.map(Cell::Uuid),
            Scalar::DateTime => self.read_time(row, index)?.map(Cell::Time),
            Scalar::Date => row.try_get_by_index::<Option<chrono::NaiveDate>>(index)?.map(Cell::Date),
            Scalar::StringList | Scalar::CountryList | Scalar::EnumList(_) | Scalar::IdList(_) => match self.read_json(row, index)? {
                None => None,
                Some(json) => Some(Cell::List(serde_json::from_value(json).map_err(|error| DbErr::Type(error.to_string()))?)),
            },
        };
        Ok(cell.unwrap_or(Cell::Null))
    }

    /// Reads a moment.
    pub(crate) fn read_time(self, row: &QueryResult, index: usize) -> Result<Option<DateTime<Utc>>, StoreError> {
        match self {
            Self::Postgres => Ok(row.try_get_by_index::<Option<DateTime<Utc>>>(index)?),
            Self::Sqlite => Ok(row.try_get_by_index::<Option<i64>>(index)?.and_then(DateTime::from_timestamp_micros)),
        }
    }

    /// Reads a JSON value.
    pub(crate) fn read_json(self, row: &QueryResult, index: usize) -> Result<Option<serde_json::Value>, StoreError> {
        match self {
            Self::Postgres => Ok(row.try_get_by_index::<Option<serde_json::Value>>(index)?),
            Self::Sqlite => match row.try_get_by_index::<Option<String>>(index)? {
                None => Ok(None),
                Some(text) => Ok(Some(serde_json::from_str(&text).map_err(|error| DbErr::Type(error.to_string()))?)),
            },
        }
    }
}
