//! Writes an answer straight into bytes, as the plan says and from what was read. It makes no error: what cannot be written as it
//! should is left to the resolvers.

use async_graphql::PathSegment;
use tandem_domain::access::ways;
use tandem_domain::id::decode;
use tandem_domain::record::Kind;
use tandem_domain::value::PartialDate;
use tandem_persistence::{RowRef, StoreError};

use super::fill::{Content, Filled, Page, Range, Root};
use super::plan::{
    Child, Connection, ConnectionPart, EdgePart, InfoPart, Level, MoneyPart, Object, Op, Piece, Pieces, Plan, RootWhat, Single,
};
use super::reason::Reason;
use super::scalars::{self, json, null, plain};
use crate::run::{Session, cursor, days};

/// One step of the path to a value.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// An answer that is being written.
pub(super) struct Writing<'a> {
    session: &'a Session,
    out: Vec<u8>,
    path: Vec<Step<'a>>,
    redactions: Vec<Vec<PathSegment>>,
}

/// The data, and the paths of what the viewer's role withholds.
pub(super) struct Written {
    pub(super) data: Vec<u8>,
    pub(super) redactions: Vec<Vec<PathSegment>>,
}

fn store(error: StoreError) -> Reason {
    tracing::debug!(%error, "a value could not be read");
    Reason::Store
}

/// Writes the whole answer.
pub(super) fn write(session: &Session, plan: &Plan, roots: &[Root]) -> Result<Written, Reason> {
    let mut writing = Writing { session, out: Vec::with_capacity(4096), path: Vec::new(), redactions: Vec::new() };
    let mut roots = roots.iter();
    for piece in &plan.root.0 {
        match piece {
            Piece::Literal(bytes) => writing.literal(bytes),
            Piece::Value(field) => {
                let root = roots.next().ok_or(Reason::Value)?;
                writing.path.push(Step::Key(&field.key));
                writing.root(&field.what, root)?;
                writing.path.pop();
            }
        }
    }
    Ok(Written { data: writing.out, redactions: writing.redactions })
}

impl<'a> Writing<'a> {
    fn literal(&mut self, bytes: &str) {
        self.out.extend_from_slice(bytes.as_bytes());
    }

    fn root(&mut self, what: &'a RootWhat, root: &Root) -> Result<(), Reason> {
        match (what, root) {
            (RootWhat::List(connection), Root::Page(page)) => self.page(connection, page, 0),
            (_, Root::One(None)) => {
                null(&mut self.out);
                Ok(())
            }
            (RootWhat::Find { single, .. }, Root::One(Some((_, filled)))) => self.record(single, filled, 0),
            (RootWhat::Node { singles, .. }, Root::One(Some((position, filled)))) => {
                self.record(singles.get(*position).ok_or(Reason::Value)?, filled, 0)
            }
            (RootWhat::Nodes { singles, .. }, Root::Many { filled, places }) => {
                self.out.push(b'[');
                for (index, place) in places.iter().enumerate() {
                    self.comma(index);
                    match place {
                        None => null(&mut self.out),
                        Some((position, row)) => {
                            let single = singles.get(*position).ok_or(Reason::Value)?;
                            let filled = filled.get(*position).and_then(Option::as_ref).ok_or(Reason::Value)?;
                            self.path.push(Step::Index(index));
                            self.record(single, filled, *row)?;
                            self.path.pop();
                        }
                    }
                }
                self.out.push(b']');
                Ok(())
            }
            _ => Err(Reason::Value),
        }
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.out.push(b',');
        }
    }

    fn record(&mut self, single: &'a Single, filled: &Filled, row: usize) -> Result<(), Reason> {
        self.object(&single.object, &single.level, filled, row)
    }

    fn object(&mut self, object: &'a Object, level: &'a Level, filled: &Filled, position: usize) -> Result<(), Reason> {
        let row = filled.rows.get(position).ok_or(Reason::Value)?;
        self.ops(object, level, filled, position, &row)
    }

    fn ops(&mut self, object: &'a Object, level: &'a Level, filled: &Filled, position: usize, row: &RowRef<'_>) -> Result<(), Reason> {
        for piece in &object.0 {
            match piece {
                Piece::Literal(bytes) => self.literal(bytes),
                Piece::Value(op) => self.op(op, level, filled, position, row)?,
            }
        }
        Ok(())
    }

    fn op(&mut self, op: &'a Op, level: &'a Level, filled: &Filled, position: usize, row: &RowRef<'_>) -> Result<(), Reason> {
        match op {
            Op::Scalar { column, kind, scalar, nullable } => scalars::write(&mut self.out, row, *column, *kind, *scalar, *nullable),
            Op::Date { column, nullable, pieces } => match row.text(*column).map_err(store)? {
                None if *nullable => {
                    null(&mut self.out);
                    Ok(())
                }
                None => Err(Reason::Value),
                Some(text) => {
                    let date = PartialDate::from_stored(text).ok_or(Reason::Value)?;
                    self.pieces(pieces, |writing, part| scalars::date(&mut writing.out, date, *part))
                }
            },
            Op::Money { units, currency, pieces } => match (row.int(*units).map_err(store)?, row.text(*currency).map_err(store)?) {
                (Some(units), Some(currency)) => self.pieces(pieces, |writing, part| match part {
                    MoneyPart::Units => json(&mut writing.out, &units),
                    MoneyPart::Currency => scalars::text(&mut writing.out, currency),
                }),
                _ => {
                    null(&mut self.out);
                    Ok(())
                }
            },
            Op::Days { counted, from, plus, to } => {
                let plus = plus.map(|column| row.cell(column).map_err(store)).transpose()?;
                let (from, to) = (row.cell(*from).map_err(store)?, row.cell(*to).map_err(store)?);
                match days::count(*counted, &from, plus.as_ref(), &to, self.session.viewer.now.date_naive()) {
                    None => null(&mut self.out),
                    Some(days) => json(&mut self.out, &days)?,
                }
                Ok(())
            }
            Op::One { key, choices } => {
                for (id, object) in choices {
                    if row.uuid(*id).map_err(store)?.is_some() {
                        return self.within(Step::Key(key), |writing| writing.ops(object, level, filled, position, row));
                    }
                }
                null(&mut self.out);
                Ok(())
            }
            Op::Part { key, part, id, object } => self.within(Step::Key(key), |writing| {
                writing.redact(*part);
                if row.uuid(*id).map_err(store)?.is_some() {
                    return writing.ops(object, level, filled, position, row);
                }
                null(&mut writing.out);
                Ok(())
            }),
            Op::Many { key, child } => {
                let Some(Child::Many { connection, .. }) = level.children.get(*child) else { return Err(Reason::Value) };
                let below = filled.children.get(*child).ok_or(Reason::Value)?;
                let place = below.pages.get(position).copied().flatten().ok_or(Reason::Value)?;
                let Content::Page(page) = &below.content else { return Err(Reason::Value) };
                self.within(Step::Key(key), |writing| writing.page(connection, page, place))
            }
            Op::Listed { key, child } => {
                let Some(Child::Listed { column, single }) = level.children.get(*child) else { return Err(Reason::Value) };
                let Some(Content::Listed { filled, found }) = filled.children.get(*child).map(|child| &child.content) else {
                    return Err(Reason::Value);
                };
                let texts = row.list(*column).map_err(store)?.unwrap_or_default();
                let rows = texts.iter().filter_map(|text| decode(text)).filter_map(|(_, id)| found.get(&id).copied());
                self.within(Step::Key(key), |writing| writing.list(rows, |writing, row| writing.record(single, filled, row)))
            }
        }
    }

    fn within(&mut self, step: Step<'a>, write: impl FnOnce(&mut Self) -> Result<(), Reason>) -> Result<(), Reason> {
        self.path.push(step);
        write(self)?;
        self.path.pop();
        Ok(())
    }

    fn pieces<T>(&mut self, pieces: &'a Pieces<T>, mut value: impl FnMut(&mut Self, &'a T) -> Result<(), Reason>) -> Result<(), Reason> {
        for piece in &pieces.0 {
            match piece {
                Piece::Literal(bytes) => self.literal(bytes),
                Piece::Value(part) => value(self, part)?,
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        rows: impl Iterator<Item = usize>,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        self.out.push(b'[');
        for (index, row) in rows.enumerate() {
            self.comma(index);
            self.within(Step::Index(index), |writing| item(writing, row))?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn page(&mut self, connection: &'a Connection, page: &Page, place: usize) -> Result<(), Reason> {
        let range = page.ranges.get(place).copied().unwrap_or_default();
        self.pieces(&connection.pieces, |writing, part| match part {
            ConnectionPart::Count => json(&mut writing.out, page.counts.get(place).ok_or(Reason::Value)?),
            ConnectionPart::Nodes { key, object } => {
                let filled = page.filled.as_ref().ok_or(Reason::Value)?;
                let each = |writing: &mut Self, row| writing.object(object, &connection.level, filled, row);
                writing.within(Step::Key(key), |writing| writing.list(positions(page, range), each))
            }
            ConnectionPart::Edges { key, pieces } => {
                let filled = page.filled.as_ref().ok_or(Reason::Value)?;
                let edge = |writing: &mut Self, row| {
                    writing.pieces(pieces, |writing, part| match part {
                        EdgePart::Cursor => writing.cursor(page, filled, row),
                        EdgePart::Node { key, object } => {
                            writing.within(Step::Key(key), |writing| writing.object(object, &connection.level, filled, row))
                        }
                    })
                };
                writing.within(Step::Key(key), |writing| writing.list(positions(page, range), edge))
            }
            ConnectionPart::Info(pieces) => {
                let filled = page.filled.as_ref().ok_or(Reason::Value)?;
                writing.pieces(pieces, |writing, part| writing.info(page, filled, range, *part))
            }
        })
    }

    fn info(&mut self, page: &Page, filled: &Filled, range: Range, part: InfoPart) -> Result<(), Reason> {
        let request = &page.request;
        let row = match part {
            InfoPart::HasNext => return json(&mut self.out, &if request.backward { request.before.is_some() } else { range.more }),
            InfoPart::HasPrevious => return json(&mut self.out, &if request.backward { range.more } else { request.after.is_some() }),
            InfoPart::Start => positions(page, range).next(),
            InfoPart::End => positions(page, range).last(),
        };
        match row {
            None => {
                null(&mut self.out);
                Ok(())
            }
            Some(row) => self.cursor(page, filled, row),
        }
    }

    fn cursor(&mut self, page: &Page, filled: &Filled, row: usize) -> Result<(), Reason> {
        let row = filled.rows.get(row).ok_or(Reason::Value)?;
        let cells = page.keys.clone().map(|column| row.cell(column).map_err(store)).collect::<Result<Vec<_>, _>>()?;
        plain(&mut self.out, &cursor::seal(self.session, &page.list, &cells));
        Ok(())
    }

    /// Notes a part that no role of the viewer may read, whether or not there is anything.
    fn redact(&mut self, part: Kind) {
        if self.session.viewer.grants.iter().any(|grant| !ways(part, grant.role).is_empty()) {
            return;
        }
        let segment = |step: &Step<'_>| match step {
            Step::Key(key) => PathSegment::Field((*key).to_owned()),
            Step::Index(index) => PathSegment::Index(*index),
        };
        self.redactions.push(self.path.iter().map(segment).collect());
    }
}

/// The rows of a page in the order asked for: a page that was read backwards is turned round.
fn positions(page: &Page, range: Range) -> impl Iterator<Item = usize> {
    let (backward, length) = (page.request.backward, range.end - range.start);
    (0..length).map(move |index| if backward { range.end - 1 - index } else { range.start + index })
}
