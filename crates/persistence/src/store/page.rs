//! Pages: lists at the root and under many parents at once, one statement each, by keyset and never by offset.
//! Every order ends in the id, so that no row is shown twice or left out.

use std::sync::Arc;

use tandem_domain::record::{Cell, Kind, Scalar};
use uuid::Uuid;

use super::Store;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::row::{self, Row, scalar_of};
use crate::scope::{Source, push_scope};
use crate::sql::Sql;

/// How a column is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Compare {
    /// Equal to the value; a null value: holds nothing.
    Eq(Cell),
    /// Equal to one of the values.
    In(Vec<Cell>),
    /// Not equal to any of the values; a column that holds nothing is not equal to any.
    NotIn(Vec<Cell>),
    /// At least the value.
    Gte(Cell),
    /// At most the value.
    Lte(Cell),
    /// A text that contains this one, whatever the case (of ASCII letters).
    Contains(String),
    /// A list that has this item.
    Has(String),
}

/// One comparison of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// The column, one of the kind's own.
    pub column: &'static str,
    /// How it is compared.
    pub compare: Compare,
}

/// What rows of a list have to satisfy.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of these.
    And(Vec<Filter>),
    /// One of these.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// A comparison.
    Test(Test),
    /// A part of the row that the viewer may see satisfies this.
    Part(Kind, Box<Filter>),
}

impl Filter {
    /// What every row satisfies.
    #[must_use]
    pub fn everything() -> Self {
        Self::And(Vec::new())
    }
}

/// One column of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The column, one of the kind's own or of what the store keeps.
    pub column: &'static str,
    /// Whether the greatest comes first. Rows that hold nothing come last either way.
    pub descending: bool,
}

/// What a page is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRequest {
    /// The kind of rows.
    pub kind: Kind,
    /// The column that names the parent, for a list under parents.
    pub parent: Option<&'static str>,
    /// What rows have to satisfy.
    pub filter: Filter,
    /// The order; the id is added.
    pub order: Vec<Order>,
    /// How many rows at most.
    pub limit: usize,
    /// Where the page begins: after the row with these values of the order's columns and id.
    pub after: Option<Vec<Cell>>,
    /// The same for its end.
    pub before: Option<Vec<Cell>>,
    /// Whether the last rows are wanted instead of the first.
    pub backward: bool,
}

/// A page of one parent, or of the root.
#[derive(Debug, Clone, Default)]
pub struct PageSlice {
    /// The rows, in the order asked for.
    pub rows: Vec<Arc<Row>>,
    /// Whether there are more in the direction of travel.
    pub more: bool,
}

impl PageRequest {
    /// The whole order: what was asked for, then the id.
    #[must_use]
    pub fn keys(&self) -> Vec<Order> {
        let mut keys = self.order.clone();
        if !keys.iter().any(|key| key.column == "id") {
            let descending = keys.last().is_some_and(|key| key.descending);
            keys.push(Order { column: "id", descending });
        }
        keys
    }

    fn nullable(&self, column: &str) -> bool {
        let def = self.kind.def();
        def.position(column).and_then(|position| def.columns.get(position)).is_some_and(|column| column.nullable)
    }
}

impl Store {
    /// A page at the root.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn page(&self, request: &PageRequest) -> Result<PageSlice, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        sql.push(&row::select_list(request.kind, "a")).push(" FROM ").push(request.kind.def().table).push(" a WHERE ");
        self.push_conditions(&mut sql, request, "a");
        push_order(&mut sql, request, "a");
        sql.push(" LIMIT ").bind_int(limit_and_one(request));
        let mut slice = PageSlice::default();
        for result in self.query(sql).await? {
            slice.rows.push(row::read(self.database.dialect, request.kind, &result, 0)?);
        }
        finish(&mut slice, request);
        Ok(slice)
    }

    /// A page under each of many parents, in one statement; answers are in the order of the parents.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer, or the request names no parent.
    pub async fn pages(&self, request: &PageRequest, parents: &[Uuid]) -> Result<Vec<PageSlice>, StoreError> {
        let parent = request.parent.ok_or_else(|| StoreError::Unusable("a list under parents names its parent".to_owned()))?;
        let table = request.kind.def().table;
        let dialect = self.database.dialect;
        let list = row::select_list(request.kind, "a");
        let mut sql = Sql::new(dialect, "");
        let ids = dialect.uuids(parents);
        match dialect {
            Dialect::Postgres => {
                sql.push("SELECT p.place, ")
                    .push(&list)
                    .push(" FROM unnest(")
                    .bind(ids)
                    .push(") WITH ORDINALITY AS p(id, place) CROSS JOIN LATERAL (SELECT a.* FROM ");
                sql.push(table).push(" a WHERE a.").push(parent).push(" = p.id AND ");
                self.push_conditions(&mut sql, request, "a");
                push_order(&mut sql, request, "a");
                sql.push(" LIMIT ").bind_int(limit_and_one(request)).push(") a");
            }
            Dialect::Sqlite => {
                sql.push("SELECT p.key + 1, ").push(&list).push(" FROM json_each(").bind(ids).push(") p JOIN ").push(table);
                sql.push(" a ON a.id IN (SELECT b.id FROM ").push(table).push(" b WHERE b.").push(parent).push(" = unhex(p.value) AND ");
                self.push_conditions(&mut sql, request, "b");
                push_order(&mut sql, request, "b");
                sql.push(" LIMIT ").bind_int(limit_and_one(request)).push(")");
            }
        }
        push_order_after(&mut sql, request, "a", if dialect == Dialect::Postgres { "p.place" } else { "p.key" });
        let mut slices = vec![PageSlice::default(); parents.len()];
        for result in self.query(sql).await? {
            let place: i64 = result.try_get_by_index(0)?;
            let row = row::read(dialect, request.kind, &result, 1)?;
            if let Some(slice) = usize::try_from(place - 1).ok().and_then(|place| slices.get_mut(place)) {
                slice.rows.push(row);
            }
        }
        for slice in &mut slices {
            finish(slice, request);
        }
        Ok(slices)
    }

    /// How many rows the viewer may see at the root, whatever the page.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer.
    pub async fn count(&self, request: &PageRequest) -> Result<i64, StoreError> {
        let mut sql = Sql::new(self.database.dialect, "SELECT COUNT(*) FROM ");
        sql.push(request.kind.def().table).push(" a WHERE ");
        self.push_scoped_filter(&mut sql, request, "a");
        let results = self.query(sql).await?;
        results.first().map_or(Ok(0), |row| Ok(row.try_get_by_index(0)?))
    }

    /// The same under each of many parents, in one statement, in the order of the parents.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer, or the request names no parent.
    pub async fn counts(&self, request: &PageRequest, parents: &[Uuid]) -> Result<Vec<i64>, StoreError> {
        let parent = request.parent.ok_or_else(|| StoreError::Unusable("a list under parents names its parent".to_owned()))?;
        let column = format!("a.{parent}");
        let mut sql = Sql::new(self.database.dialect, "SELECT ");
        sql.push(&column)
            .push(", COUNT(*) FROM ")
            .push(request.kind.def().table)
            .push(" a WHERE ")
            .any_uuid(&column, parents)
            .push(" AND ");
        self.push_scoped_filter(&mut sql, request, "a");
        sql.push(" GROUP BY ").push(&column);
        let mut counts = vec![0; parents.len()];
        for result in self.query(sql).await? {
            let id: Uuid = result.try_get_by_index(0)?;
            let count: i64 = result.try_get_by_index(1)?;
            for (place, _) in parents.iter().enumerate().filter(|(_, parent)| **parent == id) {
                if let Some(slot) = counts.get_mut(place) {
                    *slot = count;
                }
            }
        }
        Ok(counts)
    }

    fn push_scoped_filter(&self, sql: &mut Sql, request: &PageRequest, alias: &str) {
        let source = if request.parent.is_some() { Source::Table } else { Source::List };
        push_scope(sql, self.viewer(), request.kind, alias, source);
        sql.push(" AND ");
        self.push_filter(sql, request.kind, &request.filter, alias);
    }

    pub(super) fn push_conditions(&self, sql: &mut Sql, request: &PageRequest, alias: &str) {
        self.push_scoped_filter(sql, request, alias);
        let keys = request.keys();
        for (edge, beyond) in [(&request.after, true), (&request.before, false)] {
            if let Some(values) = edge {
                sql.push(" AND ");
                push_keyset(sql, request, &keys, values, alias, beyond);
            }
        }
    }

    fn push_filter(&self, sql: &mut Sql, kind: Kind, filter: &Filter, alias: &str) {
        match filter {
            Filter::And(all) => self.push_joined(sql, kind, all, alias, " AND ", "1 = 1"),
            Filter::Or(any) => self.push_joined(sql, kind, any, alias, " OR ", "1 = 0"),
            Filter::Not(inner) => {
                // A comparison with nothing is neither true nor false; what is not true is what "not" asks for.
                sql.push("NOT COALESCE(");
                self.push_filter(sql, kind, inner, alias);
                sql.push(", 1 = 0)");
            }
            Filter::Test(test) => match scalar_of(kind, test.column) {
                Some(Scalar::Id(target)) if test.column != "id" => self.push_edge_test(sql, kind, test, target, alias),
                _ => push_test(sql, kind, test, alias),
            },
            Filter::Part(part, inner) => {
                let part_alias = format!("{alias}p");
                sql.push("EXISTS (SELECT 1 FROM ").push(part.def().table).push(" ").push(&part_alias);
                sql.push(" WHERE ").push(&part_alias).push(".id = ").push(alias).push(".id AND ");
                push_scope(sql, self.viewer(), *part, &part_alias, Source::Table);
                sql.push(" AND ");
                self.push_filter(sql, *part, inner, &part_alias);
                sql.push(")");
            }
        }
    }

    /// A comparison of an edge: one that leads to what the viewer may not see holds nothing for him, in filters too.
    fn push_edge_test(&self, sql: &mut Sql, kind: Kind, test: &Test, target: Kind, alias: &str) {
        let (values, negated) = match &test.compare {
            Compare::Eq(value) => (vec![value.clone()], false),
            Compare::In(values) => (values.clone(), false),
            Compare::NotIn(values) => (values.clone(), true),
            _ => return push_test(sql, kind, test, alias),
        };
        let (nothing, ids): (Vec<Cell>, Vec<Cell>) = values.into_iter().partition(|value| *value == Cell::Null);
        sql.push(if negated { "NOT COALESCE(((" } else { "((" });
        push_one_of(sql, &format!("{alias}.{}", test.column), &ids, Scalar::Id(target)).push(" AND ");
        self.push_seen(sql, test.column, target, alias);
        sql.push(")");
        if !nothing.is_empty() {
            sql.push(" OR NOT ");
            self.push_seen(sql, test.column, target, alias);
        }
        sql.push(if negated { "), 1 = 0)" } else { ")" });
    }

    fn push_seen(&self, sql: &mut Sql, column: &str, target: Kind, alias: &str) {
        let end = format!("{alias}e");
        sql.push("EXISTS (SELECT 1 FROM ").push(target.def().table).push(" ").push(&end).push(" WHERE ").push(&end);
        sql.push(".id = ").push(alias).push(".").push(column).push(" AND ");
        push_scope(sql, self.viewer(), target, &end, Source::Table);
        sql.push(")");
    }

    fn push_joined(&self, sql: &mut Sql, kind: Kind, filters: &[Filter], alias: &str, word: &str, none: &str) {
        if filters.is_empty() {
            sql.push(none);
            return;
        }
        sql.push("(");
        for (index, filter) in filters.iter().enumerate() {
            if index > 0 {
                sql.push(word);
            }
            self.push_filter(sql, kind, filter, alias);
        }
        sql.push(")");
    }
}

fn push_test(sql: &mut Sql, kind: Kind, test: &Test, alias: &str) {
    let column = format!("{alias}.{}", test.column);
    let scalar = scalar_of(kind, test.column).unwrap_or(Scalar::String);
    match &test.compare {
        Compare::Eq(Cell::Null) => sql.push(&column).push(" IS NULL"),
        Compare::Eq(value) => sql.push(&column).push(" = ").bind_cell(value, scalar),
        Compare::In(values) => push_one_of(sql, &column, values, scalar),
        Compare::NotIn(values) => {
            sql.push("NOT COALESCE(");
            push_one_of(sql, &column, values, scalar);
            sql.push(", 1 = 0)")
        }
        Compare::Gte(value) => sql.push(&column).push(" >= ").bind_cell(value, scalar),
        Compare::Lte(value) => sql.push(&column).push(" <= ").bind_cell(value, scalar),
        Compare::Contains(text) => {
            let pattern = format!("%{}%", text.to_ascii_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            let lower = match sql.dialect {
                // SQLite's lower() folds ASCII letters only; so does PostgreSQL's under the collation "C".
                Dialect::Postgres => format!("lower({column} COLLATE \"C\")"),
                Dialect::Sqlite => format!("lower({column})"),
            };
            sql.push(&lower).push(" LIKE ").bind_text(&pattern).push(" ESCAPE '\\'")
        }
        Compare::Has(item) => match sql.dialect {
            Dialect::Postgres => sql.push(&column).push(" @> jsonb_build_array(").bind_text(item).push("::text)"),
            Dialect::Sqlite => {
                sql.push("EXISTS (SELECT 1 FROM json_each(").push(&column).push(") e WHERE e.value = ").bind_text(item).push(")")
            }
        },
    };
}

fn push_one_of<'a>(sql: &'a mut Sql, column: &str, values: &[Cell], scalar: Scalar) -> &'a mut Sql {
    let holds_nothing = values.contains(&Cell::Null);
    let uuids: Option<Vec<Uuid>> = values
        .iter()
        .filter(|value| **value != Cell::Null)
        .map(|value| if let Cell::Uuid(id) = value { Some(*id) } else { None })
        .collect();
    let texts: Option<Vec<String>> = values
        .iter()
        .filter(|value| **value != Cell::Null)
        .map(|value| if let Cell::Text(text) = value { Some(text.clone()) } else { None })
        .collect();
    sql.push("(");
    match (uuids, texts) {
        (Some(ids), _) if !ids.is_empty() => {
            sql.any_uuid(column, &ids);
        }
        (_, Some(texts)) if !texts.is_empty() => {
            sql.any_text(column, &texts);
        }
        _ => {
            sql.push("1 = 0");
            for value in values.iter().filter(|value| **value != Cell::Null) {
                sql.push(" OR ").push(column).push(" = ").bind_cell(value, scalar);
            }
        }
    }
    if holds_nothing {
        sql.push(" OR ").push(column).push(" IS NULL");
    }
    sql.push(")")
}

/// Adds the condition for rows beyond (or before) the row with these values, in the order of the keys.
fn push_keyset(sql: &mut Sql, request: &PageRequest, keys: &[Order], values: &[Cell], alias: &str, beyond: bool) {
    sql.push("(");
    for (depth, (key, value)) in keys.iter().zip(values).enumerate() {
        if depth > 0 {
            sql.push(" OR ");
        }
        sql.push("(");
        for (earlier, same) in keys.iter().zip(values).take(depth) {
            let column = format!("{alias}.{}", earlier.column);
            match same {
                Cell::Null => sql.push(&column).push(" IS NULL"),
                value => sql.push(&column).push(" = ").bind_cell(value, scalar_of(request.kind, earlier.column).unwrap_or(Scalar::String)),
            };
            sql.push(" AND ");
        }
        push_beyond(sql, request, *key, value, alias, beyond);
        sql.push(")");
    }
    sql.push(")");
}

fn push_beyond(sql: &mut Sql, request: &PageRequest, key: Order, value: &Cell, alias: &str, beyond: bool) {
    let column = format!("{alias}.{}", key.column);
    let scalar = scalar_of(request.kind, key.column).unwrap_or(Scalar::String);
    match (value, beyond) {
        // Rows that hold nothing come last: nothing lies beyond them, everything that holds something lies before.
        (Cell::Null, true) => sql.push("1 = 0"),
        (Cell::Null, false) => sql.push(&column).push(" IS NOT NULL"),
        (value, beyond) => {
            let greater = beyond != key.descending;
            sql.push("(").push(&column).push(if greater { " > " } else { " < " }).bind_cell(value, scalar);
            if beyond && request.nullable(key.column) {
                sql.push(" OR ").push(&column).push(" IS NULL");
            }
            sql.push(")")
        }
    };
}

pub(super) fn push_order(sql: &mut Sql, request: &PageRequest, alias: &str) {
    sql.push(" ORDER BY ");
    push_keys(sql, request, alias);
}

pub(super) fn push_order_after(sql: &mut Sql, request: &PageRequest, alias: &str, first: &str) {
    sql.push(" ORDER BY ").push(first).push(", ");
    push_keys(sql, request, alias);
}

fn push_keys(sql: &mut Sql, request: &PageRequest, alias: &str) {
    for (index, key) in request.keys().iter().enumerate() {
        if index > 0 {
            sql.push(", ");
        }
        let column = format!("{alias}.{}", key.column);
        sql.push(&column).push(if key.descending == request.backward { " ASC" } else { " DESC" });
        if request.nullable(key.column) {
            // Last in either direction, and so first for a page that is read from its end. An index in this order serves it.
            sql.push(if request.backward { " NULLS FIRST" } else { " NULLS LAST" });
        }
    }
}

fn limit_and_one(request: &PageRequest) -> i64 {
    i64::try_from(request.limit).unwrap_or(i64::MAX).saturating_add(1)
}

fn finish(slice: &mut PageSlice, request: &PageRequest) {
    slice.more = slice.rows.len() > request.limit;
    slice.rows.truncate(request.limit);
    if request.backward {
        slice.rows.reverse();
    }
}
