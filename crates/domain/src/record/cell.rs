//! Values between a typed record and whatever keeps or shows it.
//! A cell is one value of one column; a scalar says what kind of value a column holds.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::id::TypedId;
use crate::record::Kind;
use crate::value::{CountryCode, MinorUnits, PartialDate};
use crate::vocabulary::Terms;

/// One value of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text; also a term of a vocabulary, a country code, a partial date in its stored form.
    Text(String),
    /// The id of a record.
    Uuid(Uuid),
    /// A moment in UTC.
    Time(DateTime<Utc>),
    /// A calendar day.
    Date(NaiveDate),
    /// A list of texts.
    List(Vec<String>),
}

/// The kind of value that a column or an input field holds, and so its type on the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// `Boolean`.
    Boolean,
    /// `Int` (32 bits on the graph).
    Int,
    /// `BigInt`: up to 53 bits on the graph.
    BigInt,
    /// `Float`.
    Float,
    /// `String`.
    String,
    /// `ID` of a record of this kind.
    Id(Kind),
    /// `ID` of a record whose kind another column tells (actors).
    AnyId,
    /// `DateTime`, UTC.
    DateTime,
    /// `Date`.
    Date,
    /// `PartialDate`.
    PartialDate,
    /// `CountryCode`, ISO 3166-1 alpha-2.
    CountryCode,
    /// A term of a vocabulary.
    Enum(&'static Terms),
    /// A list of `String`.
    StringList,
    /// A list of `CountryCode`.
    CountryList,
    /// A list of terms of a vocabulary.
    EnumList(&'static Terms),
    /// A list of `ID` of one kind, kept as TypeIDs.
    IdList(Kind),
}

impl Scalar {
    /// Whether such a column holds a list.
    #[must_use]
    pub fn is_list(self) -> bool {
        matches!(self, Self::StringList | Self::CountryList | Self::EnumList(_) | Self::IdList(_))
    }
}

/// A value does not fit its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored value does not fit its column")]
pub struct CellError;

/// A Rust type that one column can hold.
pub trait Value: Sized {
    /// What the column holds.
    const SCALAR: Scalar;
    /// Whether it may hold nothing.
    const NULLABLE: bool = false;
    /// The value as a cell.
    fn to_cell(&self) -> Cell;
    /// The value of a cell.
    ///
    /// # Errors
    /// [`CellError`] when the cell holds something else.
    fn from_cell(cell: Cell) -> Result<Self, CellError>;
}

/// A Rust type of which a column can hold a list, each item kept as a text.
pub trait Item: Sized {
    /// What a column with a list of it holds.
    const LIST: Scalar;
    /// The item as text.
    fn to_text(&self) -> String;
    /// The item of a text; `None` for one that it could not have written.
    fn from_text(text: String) -> Option<Self>;
}

macro_rules! plain_values {
    ($($type:ty, $scalar:ident, $cell:ident;)*) => {$(
        impl Value for $type {
            const SCALAR: Scalar = Scalar::$scalar;
            fn to_cell(&self) -> Cell { Cell::$cell(self.clone()) }
            fn from_cell(cell: Cell) -> Result<Self, CellError> {
                match cell { Cell::$cell(value) => Ok(value), _ => Err(CellError) }
            }
        }
    )*};
}

plain_values! {
    bool, Boolean, Bool;
    i64, Int, Int;
    f64, Float, Float;
    String, String, Text;
    DateTime<Utc>, DateTime, Time;
    NaiveDate, Date, Date;
    Uuid, AnyId, Uuid;
}

impl Value for MinorUnits {
    const SCALAR: Scalar = Scalar::BigInt;

    fn to_cell(&self) -> Cell {
        Cell::Int(self.0)
    }

    fn from_cell(cell: Cell) -> Result<Self, CellError> {
        i64::from_cell(cell).map(Self)
    }
}

impl<T: TypedId> Value for T {
    const SCALAR: Scalar = Scalar::Id(T::KIND);
    fn to_cell(&self) -> Cell {
        Cell::Uuid(self.uuid())
    }
    fn from_cell(cell: Cell) -> Result<Self, CellError> {
        match cell {
            Cell::Uuid(uuid) => Ok(T::from_uuid(uuid)),
            _ => Err(CellError),
        }
    }
}

impl Value for CountryCode {
    const SCALAR: Scalar = Scalar::CountryCode;
    fn to_cell(&self) -> Cell {
        Cell::Text(self.to_string())
    }
    fn from_cell(cell: Cell) -> Result<Self, CellError> {
        String::from_cell(cell)?.parse().map_err(|_| CellError)
    }
}

impl Item for String {
    const LIST: Scalar = Scalar::StringList;
    fn to_text(&self) -> String {
        self.clone()
    }
    fn from_text(text: String) -> Option<Self> {
        Some(text)
    }
}

impl Item for CountryCode {
    const LIST: Scalar = Scalar::CountryList;
    fn to_text(&self) -> String {
        self.to_string()
    }
    fn from_text(text: String) -> Option<Self> {
        text.parse().ok()
    }
}

impl<T: TypedId> Item for T {
    const LIST: Scalar = Scalar::IdList(T::KIND);
    fn to_text(&self) -> String {
        crate::id::encode(T::KIND, self.uuid())
    }
    fn from_text(text: String) -> Option<Self> {
        crate::id::decode(&text).filter(|(kind, _)| *kind == T::KIND).map(|(_, uuid)| T::from_uuid(uuid))
    }
}

impl Value for PartialDate {
    const SCALAR: Scalar = Scalar::PartialDate;
    fn to_cell(&self) -> Cell {
        Cell::Text(self.to_stored())
    }
    fn from_cell(cell: Cell) -> Result<Self, CellError> {
        Self::from_stored(&String::from_cell(cell)?).ok_or(CellError)
    }
}

impl<T: Value> Value for Option<T> {
    const SCALAR: Scalar = T::SCALAR;
    const NULLABLE: bool = true;
    fn to_cell(&self) -> Cell {
        self.as_ref().map_or(Cell::Null, Value::to_cell)
    }
    fn from_cell(cell: Cell) -> Result<Self, CellError> {
        match cell {
            Cell::Null => Ok(None),
            other => T::from_cell(other).map(Some),
        }
    }
}

impl<T: Item> Value for Vec<T> {
    const SCALAR: Scalar = T::LIST;
    fn to_cell(&self) -> Cell {
        Cell::List(self.iter().map(Item::to_text).collect())
    }
    fn from_cell(cell: Cell) -> Result<Self, CellError> {
        match cell {
            Cell::List(texts) => texts.into_iter().map(|text| T::from_text(text).ok_or(CellError)).collect(),
            _ => Err(CellError),
        }
    }
}

impl Cell {
    /// The cell as JSON, as the journal keeps it. Ids are written as TypeIDs of the column's kind.
    #[must_use]
    pub fn to_json(&self, scalar: Scalar) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::Text(value) => value.clone().into(),
            Self::Uuid(value) => match scalar {
                Scalar::Id(kind) => crate::id::encode(kind, *value).into(),
                _ => value.to_string().into(),
            },
            Self::Time(value) => value.to_rfc3339_opts(chrono::SecondsFormat::Micros, true).into(),
            Self::Date(value) => value.to_string().into(),
            Self::List(values) => values.clone().into(),
        }
    }

    /// The cell that [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// [`CellError`] where the JSON does not fit the column.
    pub fn from_json(value: &serde_json::Value, scalar: Scalar) -> Result<Self, CellError> {
        if value.is_null() {
            return Ok(Self::Null);
        }
        let text = || value.as_str().ok_or(CellError);
        Ok(match scalar {
            Scalar::Boolean => Self::Bool(value.as_bool().ok_or(CellError)?),
            Scalar::Int | Scalar::BigInt => Self::Int(value.as_i64().ok_or(CellError)?),
            Scalar::Float => Self::Float(value.as_f64().ok_or(CellError)?),
            Scalar::String | Scalar::PartialDate | Scalar::CountryCode | Scalar::Enum(_) => Self::Text(text()?.to_owned()),
            Scalar::Id(_) => Self::Uuid(crate::id::decode(text()?).ok_or(CellError)?.1),
            Scalar::AnyId => Self::Uuid(text()?.parse().map_err(|_| CellError)?),
            Scalar::DateTime => Self::Time(chrono::DateTime::parse_from_rfc3339(text()?).map_err(|_| CellError)?.to_utc()),
            Scalar::Date => Self::Date(text()?.parse().map_err(|_| CellError)?),
            Scalar::StringList | Scalar::CountryList | Scalar::EnumList(_) | Scalar::IdList(_) => {
                let items = value.as_array().ok_or(CellError)?;
                Self::List(items.iter().map(|item| item.as_str().map(str::to_owned).ok_or(CellError)).collect::<Result<_, _>>()?)
            }
        })
    }
}
