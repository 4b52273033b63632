//! What a record is: a typed struct that also describes itself as plain data.
//! The store, the journal and the graph are written once against that description, not once an entity.

mod cell;
mod entity;
mod input;
mod kind;
mod macros;

pub use cell::{Cell, CellError, Item, Scalar, Value};
pub use entity::{Entity, Meta, Stored};
pub use input::{FieldError, Input, InputField, InputShape, InputValue, MAX_TEXT, Patch, Term, check_text, read_day, read_field, terms};
pub use kind::{FactColumn, Kind, KindDef};

/// One column of a record, and one field of the journal's state.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The column's name in the database, such as `brief_title`.
    pub name: &'static str,
    /// What the column says, for people: lines of its docstring.
    pub doc: &'static [&'static str],
    /// The kind of value it holds.
    pub scalar: Scalar,
    /// Whether it may hold nothing.
    pub nullable: bool,
}

/// A typed record: an entity or a restricted part of one.
pub trait Record: Clone + PartialEq + std::fmt::Debug + Send + Sync + Sized + 'static {
    /// Which kind of record this is.
    const KIND: Kind;
    /// What the record is, for people: lines of its docstring.
    const DOC: &'static [&'static str];
    /// The record's columns in order; the first is always `id`.
    const COLUMNS: &'static [Column];

    /// The record's id. A restricted part has the id of what it belongs to.
    fn uuid(&self) -> uuid::Uuid;

    /// The record's values, in the order of [`Self::COLUMNS`].
    fn cells(&self) -> Vec<Cell>;

    /// The record of these values.
    ///
    /// # Errors
    /// [`CellError`] when a value does not fit its column: the row was not written by this program.
    fn from_cells(cells: Vec<Cell>) -> Result<Self, CellError>;

    /// Who may read the record at all, by audience; one of its access facts.
    fn readers(&self) -> crate::access::Readers;

    /// The record as any entity.
    fn into_entity(self) -> Entity;

    /// The record inside, if the entity is of this kind.
    fn from_entity(entity: Entity) -> Option<Self>;
}

/// `briefTitle` for `brief_title`: a column's name as the graph spells it.
#[must_use]
pub fn camel_case(column: &str) -> String {
    let mut name = String::with_capacity(column.len());
    let mut upper = false;
    for letter in column.chars() {
        if letter == '_' {
            upper = true;
        } else if upper {
            name.extend(letter.to_uppercase());
            upper = false;
        } else {
            name.push(letter);
        }
    }
    name
}

/// The sentence(s) of a docstring as one description.
#[must_use]
pub fn description(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n").trim().to_owned()
}
