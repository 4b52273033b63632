//! The rows of a level as the driver holds them, read by position where they are written out: nothing is copied in between.
//! Outside the vault they are typed values only; no driver's type gets out.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};
use sea_orm::{DbErr, QueryResult, RuntimeErr};
use tandem_domain::record::{Cell, CellError, Scalar};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::error::StoreError;

/// The rows that a level's statement gave.
pub struct Rows {
    dialect: Dialect,
    results: Vec<QueryResult>,
    /// Where the columns begin: before them may stand the place of the parent.
    first: usize,
    scalars: Vec<Scalar>,
}

/// One of them.
pub struct RowRef<'a> {
    rows: &'a Rows,
    driver: Driver<'a>,
}

enum Driver<'a> {
    Postgres(&'a PgRow),
    Sqlite(&'a SqliteRow),
}

/// Reads a column as the driver gives it, unchecked: the statement's own columns have known types.
macro_rules! read {
    ($row:expr, $column:expr, $type:ty) => {{
        let at = $row.rows.first + $column;
        match $row.driver {
            Driver::Postgres(row) => row.try_get_unchecked::<Option<$type>, usize>(at),
            Driver::Sqlite(row) => row.try_get_unchecked::<Option<$type>, usize>(at),
        }
        .map_err(unreadable)
    }};
}

fn unreadable(error: sea_orm::sqlx::Error) -> StoreError {
    DbErr::Query(RuntimeErr::SqlxError(error.into())).into()
}

impl Rows {
    pub(super) fn new(dialect: Dialect, results: Vec<QueryResult>, first: usize, scalars: Vec<Scalar>) -> Self {
        Self { dialect, results, first, scalars }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.results.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    /// The row at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<RowRef<'_>> {
        let result = self.results.get(position)?;
        let driver = match self.dialect {
            Dialect::Postgres => Driver::Postgres(result.try_as_pg_row()?),
            Dialect::Sqlite => Driver::Sqlite(result.try_as_sqlite_row()?),
        };
        Some(RowRef { rows: self, driver })
    }
}

impl<'a> RowRef<'a> {
    /// Under which parent it stands: the position of the parent among those that were asked under.
    ///
    /// # Errors
    /// [`StoreError`] where the row has no such place.
    pub fn place(&self) -> Result<usize, StoreError> {
        let place: i64 = match self.driver {
            Driver::Postgres(row) => row.try_get_unchecked(0),
            Driver::Sqlite(row) => row.try_get_unchecked(0),
        }
        .map_err(unreadable)?;
        usize::try_from(place - 1).map_err(|_| CellError.into())
    }

    /// A text, also a term, a country code or a partial date as it is stored.
    ///
    /// # Errors
    /// [`StoreError`] where the column does not hold one.
    pub fn text(&self, column: usize) -> Result<Option<&'a str>, StoreError> {
        read!(self, column, &'a str)
    }

    /// A whole number.
    ///
    /// # Errors
    /// [`StoreError`] where the column does not hold one.
    pub fn int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        read!(self, column, i64)
    }

    /// A number with a fraction.
    ///
    /// # Errors
    /// [`StoreError`] where the column does not hold one.
    pub fn float(&self, column: usize) -> Result<Option<f64>, StoreError> {
        read!(self, column, f64)
    }

    /// A truth value.
    ///
    /// # Errors
    /// [`StoreError`] where the column does not hold one.
    pub fn boolean(&self, column: usize) -> Result<Option<bool>, StoreError> {
        read!(self, column, bool)
    }

    /// The id of a record.
    ///
    /// # Errors
    /// [`StoreError`] where the column does not hold one.
    pub fn uuid(&self, column: usize) -> Result<Option<Uuid>, StoreError> {
        read!(self, column, Uuid)
    }

    /// A calendar day.
    ///
    /// # Errors
    /// [`StoreError`] where the column does not hold one.
    pub fn date(&self, column: usize) -> Result<Option<NaiveDate>, StoreError> {
        read!(self, column, NaiveDate)
    }

    /// A moment.
    ///
    /// # Errors
    /// [`StoreError`] where the column does not hold one.
    pub fn time(&self, column: usize) -> Result<Option<DateTime<Utc>>, StoreError> {
        match self.driver {
            Driver::Postgres(_) => read!(self, column, DateTime<Utc>),
            Driver::Sqlite(_) => Ok(self.int(column)?.and_then(DateTime::from_timestamp_micros)),
        }
    }

    /// A list of texts.
    ///
    /// # Errors
    /// [`StoreError`] where the column does not hold one.
    pub fn list(&self, column: usize) -> Result<Option<Vec<String>>, StoreError> {
        match self.driver {
            Driver::Postgres(_) => {
                let json = read!(self, column, serde_json::Value)?;
                json.map(|json| serde_json::from_value(json).map_err(|_| CellError.into())).transpose()
            }
            Driver::Sqlite(_) => self.text(column)?.map(|text| serde_json::from_str(text).map_err(|_| CellError.into())).transpose(),
        }
    }

    /// Whatever the column holds.
    ///
    /// # Errors
    /// [`StoreError`] where it does not hold what it should.
    pub fn cell(&self, column: usize) -> Result<Cell, StoreError> {
        let scalar = *self.rows.scalars.get(column).ok_or(CellError)?;
        let cell = match scalar {
            Scalar::Boolean => self.boolean(column)?.map(Cell::Bool),
            Scalar::Int | Scalar::BigInt => self.int(column)?.map(Cell::Int),
            Scalar::Float => self.float(column)?.map(Cell::Float),
            Scalar::String | Scalar::PartialDate | Scalar::CountryCode | Scalar::Enum(_) => {
                self.text(column)?.map(|text| Cell::Text(text.to_owned()))
            }
            Scalar::Id(_) | Scalar::AnyId => self.uuid(column)?.map(Cell::Uuid),
            Scalar::DateTime => self.time(column)?.map(Cell::Time),
            Scalar::Date => self.date(column)?.map(Cell::Date),
            Scalar::StringList | Scalar::CountryList | Scalar::EnumList(_) | Scalar::IdList(_) => self.list(column)?.map(Cell::List),
        };
        Ok(cell.unwrap_or(Cell::Null))
    }
}
