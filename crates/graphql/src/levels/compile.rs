//! From a document to a plan: walks the same tables that resolvers answer from. What they do not declare has no plan.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, SelectionSet};
use tandem_domain::access::PrincipalKind;
use tandem_domain::record::{Kind, Scalar};
use tandem_persistence::{Join, On, Shape, Wanted};

use super::pick::{Asked, Picked, Picker};
use super::plan::{
    Arguments, Child, Connection, ConnectionPart, DatePart, EdgePart, InfoPart, Level, MoneyPart, Object, Op, Pieces, Plan, RootField,
    RootWhat, Single, Wants,
};
use super::reason::Reason;
use crate::declare::{Stored, Table, What, table, tables};

/// Compiles one operation of a document, its conditions decided.
pub(super) fn compile(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    conditions: &HashMap<Name, bool>,
) -> Result<Plan, Reason> {
    if operation.ty != OperationType::Query {
        return Err(Reason::NotAQuery);
    }
    if !operation.directives.is_empty() {
        return Err(Reason::Directive);
    }
    let compiler = Compiler { picker: Picker { document, conditions } };
    let picked = compiler.picker.pick(&[&operation.selection_set.node], Asked::Object("Query"))?;
    Ok(Plan { root: pieces(&picked, "Query", |picked| compiler.root(picked))? })
}

struct Compiler<'d> {
    picker: Picker<'d>,
}

/// An object's braces, keys and type names, with what `each` makes of its fields between them.
fn pieces<'d, T>(
    picked: &[Picked<'d>],
    typename: &str,
    mut each: impl FnMut(&Picked<'d>) -> Result<T, Reason>,
) -> Result<Pieces<T>, Reason> {
    let mut pieces = Pieces::default();
    pieces.literal("{");
    for (index, picked) in picked.iter().enumerate() {
        if index > 0 {
            pieces.literal(",");
        }
        pieces.literal(&format!("\"{}\":", picked.key));
        if picked.field.name.node == "__typename" {
            pieces.literal(&format!("\"{typename}\""));
        } else {
            pieces.value(each(picked)?);
        }
    }
    pieces.literal("}");
    Ok(pieces)
}

fn arguments(field: &Field) -> Arguments {
    field.arguments.iter().map(|(name, value)| (name.node.clone(), value.node.clone())).collect()
}

/// A level in the making: columns and joins are added as fields ask for them.
struct Builder {
    shape: Shape,
    children: Vec<Child>,
}

impl Builder {
    /// The id is always read: something has to be, and it names the row.
    fn of(kind: Kind) -> Self {
        Self { shape: Shape { kind, joins: Vec::new(), columns: vec![Wanted { table: 0, column: "id" }] }, children: Vec::new() }
    }

    fn column(&mut self, table: usize, column: &'static str) -> usize {
        let wanted = Wanted { table, column };
        if let Some(known) = self.shape.columns.iter().position(|known| *known == wanted) {
            return known;
        }
        self.shape.columns.push(wanted);
        self.shape.columns.len() - 1
    }

    fn join(&mut self, join: Join) -> usize {
        if let Some(known) = self.shape.joins.iter().position(|known| *known == join) {
            return known + 1;
        }
        self.shape.joins.push(join);
        self.shape.joins.len()
    }

    fn child(&mut self, child: Child) -> usize {
        self.children.push(child);
        self.children.len() - 1
    }

    fn finish(self) -> Level {
        Level { shape: self.shape, children: self.children }
    }
}

impl<'d> Compiler<'d> {
    fn root(&self, picked: &Picked<'d>) -> Result<RootField, Reason> {
        let name = picked.field.name.node.as_str();
        let arguments = arguments(picked.field);
        let what = match name {
            "node" => RootWhat::Node { arguments, singles: self.singles(&picked.sets)? },
            "nodes" => RootWhat::Nodes { arguments, singles: self.singles(&picked.sets)? },
            name => {
                let (table, list) = tables()
                    .iter()
                    .find_map(|table| {
                        let root = table.root.as_ref()?;
                        (root.list == name || root.finder == name).then_some((table, root.list == name))
                    })
                    .ok_or(Reason::Computed)?;
                if list {
                    RootWhat::List(Box::new(self.connection(table, name.to_owned(), None, picked)?))
                } else {
                    RootWhat::Find { table, arguments, single: self.single(table, &picked.sets)? }
                }
            }
        };
        Ok(RootField { key: picked.key.to_owned(), what })
    }

    /// What a selection on `Node` asks of each kind that may be behind an id.
    fn singles(&self, sets: &[&'d SelectionSet]) -> Result<Vec<Single>, Reason> {
        tables().iter().filter(|table| table.root.is_some()).map(|table| self.single(table, sets)).collect()
    }

    fn single(&self, table: &'static Table, sets: &[&'d SelectionSet]) -> Result<Single, Reason> {
        let mut builder = Builder::of(table.kind);
        let object = self.object(&mut builder, 0, table, sets)?;
        Ok(Single { level: builder.finish(), object })
    }

    fn object(&self, builder: &mut Builder, at: usize, of: &'static Table, sets: &[&'d SelectionSet]) -> Result<Object, Reason> {
        let picked = self.picker.pick(sets, Asked::Record(of.kind))?;
        pieces(&picked, of.kind.name(), |picked| self.op(builder, at, of, picked))
    }

    fn op(&self, builder: &mut Builder, at: usize, of: &'static Table, picked: &Picked<'d>) -> Result<Op, Reason> {
        let field = of.field(picked.field.name.node.as_str()).ok_or(Reason::Computed)?;
        let key = picked.key.to_owned();
        Ok(match field.what {
            What::Column { column, .. } if column.scalar == Scalar::PartialDate => {
                let picked = self.picker.pick(&picked.sets, Asked::Object("PartialDate"))?;
                let part = |picked: &Picked<'_>| match picked.field.name.node.as_str() {
                    "date" => Ok(DatePart::Date),
                    "precision" => Ok(DatePart::Precision),
                    "kind" => Ok(DatePart::Kind),
                    _ => Err(Reason::Computed),
                };
                let pieces = pieces(&picked, "PartialDate", part)?;
                Op::Date { column: builder.column(at, column.name), nullable: column.nullable, pieces }
            }
            What::Column { column, .. } => {
                let (kind, scalar, nullable) = (of.kind, column.scalar, column.nullable);
                Op::Scalar { column: builder.column(at, column.name), kind, scalar, nullable }
            }
            What::Stored(Stored::Version) => scalar(builder.column(at, "version"), of.kind, Scalar::Int),
            What::Stored(Stored::CreatedAt) => scalar(builder.column(at, "created_at"), of.kind, Scalar::DateTime),
            What::Stored(Stored::UpdatedAt) => scalar(builder.column(at, "updated_at"), of.kind, Scalar::DateTime),
            What::Stored(Stored::CreatedBy) => {
                let actors = [(PrincipalKind::Person, Kind::Person), (PrincipalKind::Client, Kind::ApiClient)];
                let choices = actors.into_iter().map(|(principal, kind)| self.joined(builder, at, kind, On::Author(principal), picked));
                Op::One { key, choices: choices.collect::<Result<_, _>>()? }
            }
            What::Money { units, currency } => {
                let picked = self.picker.pick(&picked.sets, Asked::Object("Money"))?;
                let part = |picked: &Picked<'_>| match picked.field.name.node.as_str() {
                    "minorUnits" => Ok(MoneyPart::Units),
                    "currency" => Ok(MoneyPart::Currency),
                    _ => Err(Reason::Computed),
                };
                let pieces = pieces(&picked, "Money", part)?;
                Op::Money { units: builder.column(at, units), currency: builder.column(at, currency), pieces }
            }
            What::Days(counted) => Op::Days {
                counted,
                from: builder.column(at, counted.from),
                plus: counted.plus.map(|column| builder.column(at, column)),
                to: builder.column(at, counted.to),
            },
            What::One { column, kind } => Op::One { key, choices: vec![self.joined(builder, at, kind, On::Column(column), picked)?] },
            What::Part { kind } => {
                let (id, object) = self.joined(builder, at, kind, On::Part, picked)?;
                Op::Part { key, part: kind, id, object }
            }
            What::Many { kind, column } => {
                let table = table(kind).ok_or(Reason::Computed)?;
                let coordinate = format!("{}.{}", of.kind.name(), field.name);
                let connection = Box::new(self.connection(table, coordinate, Some(column), picked)?);
                let id = builder.column(at, "id");
                Op::Many { key, child: builder.child(Child::Many { id, connection }) }
            }
            What::Listed { column, kind } => {
                let table = table(kind).ok_or(Reason::Computed)?;
                let single = Box::new(self.single(table, &picked.sets)?);
                let column = builder.column(at, column);
                Op::Listed { key, child: builder.child(Child::Listed { column, single }) }
            }
            What::Transitions | What::References | What::History | What::LastUse { .. } => return Err(Reason::Computed),
        })
    }

    /// A record joined to the one at `at`: the column that holds its id, and how it is written.
    fn joined(&self, builder: &mut Builder, at: usize, kind: Kind, on: On, picked: &Picked<'d>) -> Result<(usize, Object), Reason> {
        let of = table(kind).ok_or(Reason::Computed)?;
        let joined = builder.join(Join { to: at, kind, on });
        let id = builder.column(joined, "id");
        Ok((id, self.object(builder, joined, of, &picked.sets)?))
    }

    fn connection(
        &self,
        table: &'static Table,
        coordinate: String,
        parent: Option<&'static str>,
        picked: &Picked<'d>,
    ) -> Result<Connection, Reason> {
        let name = table.kind.name();
        let (mut builder, mut wants) = (Builder::of(table.kind), Wants::default());
        let fields = self.picker.pick(&picked.sets, Asked::Object(&format!("{name}Connection")))?;
        let pieces = pieces(&fields, &format!("{name}Connection"), |field| self.part(&mut builder, &mut wants, table, field))?;
        let level = builder.finish();
        Ok(Connection { table, coordinate, parent, arguments: arguments(picked.field), level, pieces, wants })
    }

    fn part(&self, builder: &mut Builder, wants: &mut Wants, table: &'static Table, picked: &Picked<'d>) -> Result<ConnectionPart, Reason> {
        let key = picked.key.to_owned();
        match picked.field.name.node.as_str() {
            "nodes" => {
                wants.rows = true;
                Ok(ConnectionPart::Nodes { key, object: self.object(builder, 0, table, &picked.sets)? })
            }
            "edges" => {
                wants.rows = true;
                let name = format!("{}Edge", table.kind.name());
                let fields = self.picker.pick(&picked.sets, Asked::Object(&name))?;
                let part = |picked: &Picked<'d>| match picked.field.name.node.as_str() {
                    "cursor" => {
                        wants.cursors = true;
                        Ok(EdgePart::Cursor)
                    }
                    "node" => Ok(EdgePart::Node { key: picked.key.to_owned(), object: self.object(builder, 0, table, &picked.sets)? }),
                    _ => Err(Reason::Computed),
                };
                Ok(ConnectionPart::Edges { key, pieces: pieces(&fields, &name, part)? })
            }
            "pageInfo" => {
                wants.rows = true;
                let fields = self.picker.pick(&picked.sets, Asked::Object("PageInfo"))?;
                let part = |picked: &Picked<'d>| {
                    let (part, wanted) = match picked.field.name.node.as_str() {
                        "hasNextPage" => (InfoPart::HasNext, &mut wants.next),
                        "hasPreviousPage" => (InfoPart::HasPrevious, &mut wants.previous),
                        "startCursor" => (InfoPart::Start, &mut wants.cursors),
                        "endCursor" => (InfoPart::End, &mut wants.cursors),
                        _ => return Err(Reason::Computed),
                    };
                    *wanted = true;
                    Ok(part)
                };
                Ok(ConnectionPart::Info(pieces(&fields, "PageInfo", part)?))
            }
            "totalCount" => {
                wants.count = true;
                Ok(ConnectionPart::Count)
            }
            _ => Err(Reason::Computed),
        }
    }
}

fn scalar(column: usize, kind: Kind, scalar: Scalar) -> Op {
    Op::Scalar { column, kind, scalar, nullable: false }
}
