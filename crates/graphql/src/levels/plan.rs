//! A plan: what a document reads, level by level, and how its answer is written, byte by byte. Plain data, made once a document;
//! it holds no id, no row and nothing of who asks.

use async_graphql::Name;
use async_graphql_value::Value;
use tandem_domain::record::{Kind, Scalar};
use tandem_persistence::Shape;

use crate::declare::{Days, Table};

/// Bytes that are the same for every answer, with values between.
#[derive(Debug)]
pub(super) struct Pieces<T>(pub(super) Vec<Piece<T>>);

/// Some bytes, or a value.
#[derive(Debug)]
pub(super) enum Piece<T> {
    Literal(String),
    Value(T),
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Pieces<T> {
    /// Adds bytes; neighbours become one piece.
    pub(super) fn literal(&mut self, text: &str) {
        if let Some(Piece::Literal(before)) = self.0.last_mut() {
            before.push_str(text);
        } else {
            self.0.push(Piece::Literal(text.to_owned()));
        }
    }

    pub(super) fn value(&mut self, value: T) {
        self.0.push(Piece::Value(value));
    }
}

/// The arguments of a field as the document has them.
pub(super) type Arguments = Vec<(Name, Value)>;

/// A whole operation.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) root: Pieces<RootField>,
}

impl Plan {
    /// Whether one statement reads it all.
    pub(super) fn is_one_statement(&self) -> bool {
        let mut fields = self.root.0.iter().filter_map(|piece| match piece {
            Piece::Value(field) => Some(field),
            Piece::Literal(_) => None,
        });
        match (fields.next().map(|field| &field.what), fields.next()) {
            (Some(RootWhat::Find { single, .. }), None) => single.level.children.is_empty(),
            (Some(RootWhat::Node { singles, .. }), None) => singles.iter().all(|single| single.level.children.is_empty()),
            (Some(RootWhat::List(connection)), None) => {
                connection.level.children.is_empty() && connection.wants.rows != connection.wants.count
            }
            _ => false,
        }
    }
}

/// A field at the root.
#[derive(Debug)]
pub(super) struct RootField {
    pub(super) key: String,
    pub(super) what: RootWhat,
}

/// What a field at the root gives.
#[derive(Debug)]
pub(super) enum RootWhat {
    /// One record, by its id or a key.
    Find { table: &'static Table, arguments: Arguments, single: Single },
    /// A list.
    List(Box<Connection>),
    /// Anything by its id.
    Node { arguments: Arguments, singles: Vec<Single> },
    /// Several things by their ids.
    Nodes { arguments: Arguments, singles: Vec<Single> },
}

/// A level whose rows are written as objects of one kind.
#[derive(Debug)]
pub(super) struct Single {
    pub(super) level: Level,
    pub(super) object: Object,
}

/// Rows of one kind, and what hangs on them.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) shape: Shape,
    pub(super) children: Vec<Child>,
}

/// A level under each row of another.
#[derive(Debug)]
pub(super) enum Child {
    /// The records that name the parent, whose id stands in this column.
    Many { id: usize, connection: Box<Connection> },
    /// The records that a column of the parent lists.
    Listed { column: usize, single: Box<Single> },
}

/// A page and how it is written.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) table: &'static Table,
    /// What its cursors are sealed to, with filter and order.
    pub(super) coordinate: String,
    /// The column that names the parent.
    pub(super) parent: Option<&'static str>,
    pub(super) arguments: Arguments,
    pub(super) level: Level,
    pub(super) pieces: Pieces<ConnectionPart>,
    pub(super) wants: Wants,
}

/// What of a page is asked for.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Wants {
    pub(super) rows: bool,
    pub(super) cursors: bool,
    pub(super) next: bool,
    pub(super) previous: bool,
    pub(super) count: bool,
}

/// A part of a page.
#[derive(Debug)]
pub(super) enum ConnectionPart {
    Nodes { key: String, object: Object },
    Edges { key: String, pieces: Pieces<EdgePart> },
    Info(Pieces<InfoPart>),
    Count,
}

/// A part of an edge.
#[derive(Debug)]
pub(super) enum EdgePart {
    Cursor,
    Node { key: String, object: Object },
}

/// A part of `pageInfo`.
#[derive(Debug, Clone, Copy)]
pub(super) enum InfoPart {
    HasNext,
    HasPrevious,
    Start,
    End,
}

/// How a record is written.
pub(super) type Object = Pieces<Op>;

/// A value of a record.
#[derive(Debug)]
pub(super) enum Op {
    /// A column.
    Scalar {
        column: usize,
        kind: Kind,
        scalar: Scalar,
        nullable: bool,
    },
    /// A partial date.
    Date {
        column: usize,
        nullable: bool,
        pieces: Pieces<DatePart>,
    },
    /// An amount.
    /// Days between what two columns say.
    Days {
        counted: Days,
        from: usize,
        plus: Option<usize>,
        to: usize,
    },
    Money {
        units: usize,
        currency: usize,
        pieces: Pieces<MoneyPart>,
    },
    /// The first of these records that is there; each with the column that holds its id.
    One {
        key: String,
        choices: Vec<(usize, Object)>,
    },
    /// A part that some roles do not see.
    Part {
        key: String,
        part: Kind,
        id: usize,
        object: Object,
    },
    /// A page under the record.
    Many {
        key: String,
        child: usize,
    },
    /// The records that a column lists.
    Listed {
        key: String,
        child: usize,
    },
}

/// A part of a partial date.
#[derive(Debug, Clone, Copy)]
pub(super) enum DatePart {
    Date,
    Precision,
    Kind,
}

/// A part of an amount.
#[derive(Debug, Clone, Copy)]
pub(super) enum MoneyPart {
    Units,
    Currency,
}
