//! Levels: the rows of one kind that a whole level of a question needs, with what is joined to one, in one flat statement.
//! The conditions are those of pages and single records; only the columns that are asked for are read.

use tandem_domain::access::PrincipalKind;
use tandem_domain::record::{Kind, Scalar};
use tandem_domain::vocabulary::Vocabulary;
use uuid::Uuid;

use super::Store;
use super::page::{PageRequest, push_order, push_order_after};
use super::rows::Rows;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::row::scalar_of;
use crate::scope::{Source, push_scope};
use crate::sql::Sql;

/// Through what a record is joined to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// A column of the other names it.
    Column(&'static str),
    /// It is a part of the other: they share the id.
    Part,
    /// It created the other, as an actor of this kind.
    Author(PrincipalKind),
}

/// A record that is joined to a row of the level, or to one joined before it; as far as the viewer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Join {
    /// To which table: 0 is the level's own, 1 the first join.
    pub to: usize,
    /// The kind of the record.
    pub kind: Kind,
    /// Through what.
    pub on: On,
}

/// A column that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Of which table: 0 is the level's own, 1 the first join.
    pub table: usize,
    /// Its name: one of the kind's own, or of what the store keeps beside them.
    pub column: &'static str,
}

/// What a level reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The kind of its rows.
    pub kind: Kind,
    /// What is joined to each.
    pub joins: Vec<Join>,
    /// The columns, in the order in which they are read.
    pub columns: Vec<Wanted>,
}

impl Shape {
    fn kind_of(&self, table: usize) -> Kind {
        match table.checked_sub(1) {
            None => self.kind,
            Some(join) => self.joins.get(join).map_or(self.kind, |join| join.kind),
        }
    }

    fn scalars(&self, extra: &[&'static str]) -> Vec<Scalar> {
        let wanted = self.columns.iter().map(|wanted| (self.kind_of(wanted.table), wanted.column));
        let extra = extra.iter().map(|column| (self.kind, *column));
        wanted.chain(extra).map(|(kind, column)| scalar_of(kind, column).unwrap_or(Scalar::String)).collect()
    }
}

/// The name of a table in a statement.
fn alias(table: usize) -> String {
    if table == 0 { "a".to_owned() } else { format!("j{table}") }
}

/// A page of a level, at the root or under each of its parents.
#[derive(Debug, Clone, Copy)]
pub struct LevelPage<'a> {
    /// What is read.
    pub shape: &'a Shape,
    /// Which rows, in which order.
    pub request: &'a PageRequest,
    /// Columns of the level's own that are read besides, after those of the shape.
    pub extra: &'a [&'static str],
    /// Whether one row more is read than asked for, to see whether there are more.
    pub and_one: bool,
}

impl LevelPage<'_> {
    fn limit(&self) -> i64 {
        i64::try_from(self.request.limit).unwrap_or(i64::MAX).saturating_add(i64::from(self.and_one))
    }
}

impl Store {
    /// The records with these ids that the viewer may see, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn level_by_ids(&self, shape: &Shape, ids: &[Uuid]) -> Result<Rows, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        push_columns(&mut sql, shape, &[]);
        sql.push(" FROM ").push(shape.kind.def().table).push(" a");
        self.push_joins(&mut sql, shape);
        sql.push(" WHERE ");
        match ids {
            [id] => sql.push("a.id = ").bind_uuid(*id),
            ids => sql.any_uuid("a.id", ids),
        };
        sql.push(" AND ");
        push_scope(&mut sql, self.viewer(), shape.kind, "a", Source::Table);
        Ok(Rows::new(self.database.dialect, self.query(sql).await?, 0, shape.scalars(&[])))
    }

    /// A page at the root.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn level_page(&self, page: LevelPage<'_>) -> Result<Rows, StoreError> {
        let (shape, request) = (page.shape, page.request);
        let table = shape.kind.def().table;
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        push_columns(&mut sql, shape, page.extra);
        if shape.joins.is_empty() {
            sql.push(" FROM ").push(table).push(" a WHERE ");
            self.push_conditions(&mut sql, request, "a");
            push_order(&mut sql, request, "a");
            sql.push(" LIMIT ").bind_int(page.limit());
        } else {
            // The page is cut out first: what is joined is read for its rows only.
            sql.push(" FROM (SELECT a.* FROM ").push(table).push(" a WHERE ");
            self.push_conditions(&mut sql, request, "a");
            push_order(&mut sql, request, "a");
            sql.push(" LIMIT ").bind_int(page.limit()).push(") a");
            self.push_joins(&mut sql, shape);
            push_order(&mut sql, request, "a");
        }
        Ok(Rows::new(self.database.dialect, self.query(sql).await?, 0, shape.scalars(page.extra)))
    }

    /// A page under each of many parents, in one statement; each row says under which.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer, or the request names no parent.
    pub async fn level_pages(&self, page: LevelPage<'_>, parents: &[Uuid]) -> Result<Rows, StoreError> {
        let (shape, request) = (page.shape, page.request);
        let parent = request.parent.ok_or_else(|| StoreError::Unusable("a list under parents names its parent".to_owned()))?;
        let dialect = self.database.dialect;
        let (table, ids) = (shape.kind.def().table, dialect.uuids(parents));
        let mut sql = Sql::new(dialect, "SELECT ");
        match dialect {
            Dialect::Postgres => {
                sql.push("p.place, ");
                push_columns(&mut sql, shape, page.extra);
                sql.push(" FROM unnest(").bind(ids).push(") WITH ORDINALITY AS p(id, place) CROSS JOIN LATERAL (SELECT a.* FROM ");
                sql.push(table).push(" a WHERE a.").push(parent).push(" = p.id AND ");
                self.push_conditions(&mut sql, request, "a");
                push_order(&mut sql, request, "a");
                sql.push(" LIMIT ").bind_int(page.limit()).push(") a");
            }
            Dialect::Sqlite => {
                sql.push("p.key + 1, ");
                push_columns(&mut sql, shape, page.extra);
                sql.push(" FROM json_each(").bind(ids).push(") p JOIN ").push(table);
                sql.push(" a ON a.id IN (SELECT b.id FROM ").push(table).push(" b WHERE b.").push(parent).push(" = unhex(p.value) AND ");
                self.push_conditions(&mut sql, request, "b");
                push_order(&mut sql, request, "b");
                sql.push(" LIMIT ").bind_int(page.limit()).push(")");
            }
        }
        self.push_joins(&mut sql, shape);
        push_order_after(&mut sql, request, "a", if dialect == Dialect::Postgres { "p.place" } else { "p.key" });
        Ok(Rows::new(dialect, self.query(sql).await?, 1, shape.scalars(page.extra)))
    }

    fn push_joins(&self, sql: &mut Sql, shape: &Shape) {
        for (index, join) in shape.joins.iter().enumerate() {
            let (own, other) = (alias(index + 1), alias(join.to));
            sql.push(" LEFT JOIN ").push(join.kind.def().table).push(" ").push(&own).push(" ON ").push(&own).push(".id = ").push(&other);
            match join.on {
                On::Column(column) => sql.push(".").push(column),
                On::Part => sql.push(".id"),
                On::Author(kind) => sql.push(".created_by AND ").push(&other).push(".created_by_kind = '").push(kind.term()).push("'"),
            };
            sql.push(" AND ");
            push_scope(sql, self.viewer(), join.kind, &own, Source::Table);
        }
    }
}

fn push_columns(sql: &mut Sql, shape: &Shape, extra: &[&'static str]) {
    let wanted = shape.columns.iter().map(|wanted| (wanted.table, wanted.column));
    for (index, (table, column)) in wanted.chain(extra.iter().map(|column| (0, *column))).enumerate() {
        if index > 0 {
            sql.push(", ");
        }
        sql.push(&alias(table)).push(".").push(column);
    }
}
