//! A row as it leaves the vault: typed cells in the order of the kind's columns, and what the store keeps beside them.

use std::sync::Arc;

use sea_orm::QueryResult;
use tandem_domain::access::{Actor, PrincipalKind};
use tandem_domain::record::{Cell, CellError, Entity, Kind, Meta, Scalar, Stored};
use tandem_domain::vocabulary::Vocabulary;
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::error::StoreError;

/// One record that some viewer may see.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its kind.
    pub kind: Kind,
    /// Its values, in the order of the kind's columns.
    pub cells: Vec<Cell>,
    /// Version, times and author.
    pub meta: Meta,
}

impl Row {
    /// The record's id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self.cells.first() {
            Some(Cell::Uuid(id)) => *id,
            _ => Uuid::nil(),
        }
    }

    /// The value of a column; [`Cell::Null`] for a column that the kind does not have.
    #[must_use]
    pub fn cell(&self, column: &str) -> &Cell {
        self.kind.def().position(column).and_then(|position| self.cells.get(position)).unwrap_or(&Cell::Null)
    }

    /// The id in a column, where there is one.
    #[must_use]
    pub fn uuid(&self, column: &str) -> Option<Uuid> {
        match self.cell(column) {
            Cell::Uuid(id) => Some(*id),
            _ => None,
        }
    }

    /// The record, typed.
    ///
    /// # Errors
    /// [`CellError`] when a value does not fit its column.
    pub fn entity(&self) -> Result<Stored<Entity>, CellError> {
        Ok(Stored { record: self.kind.decode(self.cells.clone())?, meta: self.meta.clone() })
    }
}

/// What the store keeps beside a record's own columns, in this order.
pub(crate) const META: &[&str] = &["version", "created_at", "updated_at", "created_by_kind", "created_by"];

/// Writes the columns of `kind` and what the store keeps, each with `alias`.
pub(crate) fn select_list(kind: Kind, alias: &str) -> String {
    let columns = kind.def().columns.iter().map(|column| column.name);
    columns.chain(META.iter().copied()).map(|column| format!("{alias}.{column}")).collect::<Vec<_>>().join(", ")
}

/// Reads a record from the columns that [`select_list`] wrote, from `offset` on.
pub(crate) fn read(dialect: Dialect, kind: Kind, row: &QueryResult, offset: usize) -> Result<Arc<Row>, StoreError> {
    let columns = kind.def().columns;
    let mut cells = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        cells.push(dialect.read(row, offset + index, column.scalar)?);
    }
    let at = offset + columns.len();
    let created_by_kind: String = row.try_get_by_index(at + 3)?;
    let meta = Meta {
        version: row.try_get_by_index(at)?,
        created_at: dialect.read_time(row, at + 1)?.ok_or(CellError)?,
        updated_at: dialect.read_time(row, at + 2)?.ok_or(CellError)?,
        created_by: Actor { kind: PrincipalKind::from_term(&created_by_kind).ok_or(CellError)?, id: row.try_get_by_index(at + 4)? },
    };
    Ok(Arc::new(Row { kind, cells, meta }))
}

/// The scalar of a column by name, with those that the store keeps.
pub(crate) fn scalar_of(kind: Kind, column: &str) -> Option<Scalar> {
    match column {
        "version" => Some(Scalar::Int),
        "created_at" | "updated_at" => Some(Scalar::DateTime),
        other => kind.def().position(other).and_then(|position| kind.def().columns.get(position)).map(|column| column.scalar),
    }
}
