//! Reads what a plan needs, level by level, parents first: one statement a level, whatever the number of parents.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::{Map, Value as Json};
use tandem_domain::id::decode;
use tandem_domain::record::{Cell, camel_case};
use tandem_persistence::{Compare, Filter, LevelPage, PageRequest, Rows, Store, StoreError, Test};
use uuid::Uuid;

use super::plan::{Child, Connection, Level, Piece, Plan, RootField, RootWhat, Single};
use super::reason::Reason;
use super::values::Values;
use crate::declare::{Table, table};
use crate::run::{Session, arguments};

/// What was read for a field at the root.
pub(super) enum Root {
    /// One record of the plan's single at this position, or nothing.
    One(Option<(usize, Filled)>),
    /// A page.
    Page(Box<Page>),
    /// Records of several kinds, in the order asked for: single and row.
    Many { filled: Vec<Option<Filled>>, places: Vec<Option<(usize, usize)>> },
}

/// The rows of a level with everything under them.
pub(super) struct Filled {
    pub(super) rows: Rows,
    pub(super) children: Vec<FilledChild>,
}

/// A level under others.
pub(super) struct FilledChild {
    /// For each row above: which page it has.
    pub(super) pages: Vec<Option<usize>>,
    pub(super) content: Content,
}

/// What hangs under rows.
pub(super) enum Content {
    Page(Box<Page>),
    Listed { filled: Filled, found: HashMap<Uuid, usize> },
}

/// The pages of a connection under all its parents; at the root, one.
pub(super) struct Page {
    pub(super) request: PageRequest,
    pub(super) list: String,
    pub(super) ranges: Vec<Range>,
    pub(super) filled: Option<Filled>,
    pub(super) counts: Vec<i64>,
    /// Where the values stand that cursors are made of.
    pub(super) keys: std::ops::Range<usize>,
}

/// The rows of one page.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Range {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) more: bool,
}

/// One request that is being read.
pub(super) struct Reading<'a> {
    pub(super) session: &'a Session,
    pub(super) store: Arc<Store>,
    pub(super) values: Values<'a>,
}

fn store(error: StoreError) -> Reason {
    tracing::debug!(%error, "a level could not be read");
    Reason::Store
}

impl Reading<'_> {
    /// Reads everything, in the order of the root's fields.
    pub(super) async fn all(&self, plan: &Plan) -> Result<Vec<Root>, Reason> {
        let mut roots = Vec::new();
        for piece in &plan.root.0 {
            if let Piece::Value(field) = piece {
                roots.push(self.root(field).await?);
            }
        }
        Ok(roots)
    }

    async fn root(&self, field: &RootField) -> Result<Root, Reason> {
        match &field.what {
            RootWhat::List(connection) => Ok(Root::Page(Box::new(self.page(connection, None).await?))),
            RootWhat::Find { table, arguments, single } => self.find(table, &self.values.arguments(arguments)?, single).await,
            RootWhat::Node { arguments, singles } => {
                let id = self.values.arguments(arguments)?.get("id").and_then(Json::as_str).and_then(decode);
                let Some((position, uuid)) = id.and_then(|(kind, uuid)| Some((position(singles, kind)?, uuid))) else {
                    return Ok(Root::One(None));
                };
                let single = singles.get(position).ok_or(Reason::Argument)?;
                Ok(Root::One(self.one(&single.level, uuid).await?.map(|filled| (position, filled))))
            }
            RootWhat::Nodes { arguments, singles } => self.nodes(&self.values.arguments(arguments)?, singles).await,
        }
    }

    /// One record by exactly one of the finder's arguments.
    async fn find(&self, of: &Table, given: &Map<String, Json>, single: &Single) -> Result<Root, Reason> {
        let mut given = given.iter().filter(|(_, value)| !value.is_null());
        let (Some((name, value)), None) = (given.next(), given.next()) else { return Err(Reason::Argument) };
        let text = value.as_str().ok_or(Reason::Argument)?;
        if name == "id" {
            return match decode(text) {
                Some((kind, uuid)) if kind == of.kind => Ok(Root::One(self.one(&single.level, uuid).await?.map(|filled| (0, filled)))),
                _ => Ok(Root::One(None)),
            };
        }
        let keys = of.root.as_ref().map(|root| root.keys).unwrap_or_default();
        let column = keys.iter().find(|key| camel_case(key) == *name).ok_or(Reason::Argument)?;
        if text.contains('\0') {
            return Err(Reason::Argument);
        }
        let mut request = arguments::plain(of.kind);
        request.filter = Filter::Test(Test { column, compare: Compare::Eq(Cell::Text(text.to_owned())) });
        let page = LevelPage { shape: &single.level.shape, request: &request, extra: &[], and_one: true };
        let rows = self.store.level_page(page).await.map_err(store)?;
        match rows.len() {
            0 => Ok(Root::One(None)),
            1 => Ok(Root::One(Some((0, self.filled(&single.level, rows).await?)))),
            _ => Err(Reason::Several),
        }
    }

    async fn one(&self, level: &Level, id: Uuid) -> Result<Option<Filled>, Reason> {
        let rows = self.store.level_by_ids(&level.shape, &[id]).await.map_err(store)?;
        if rows.is_empty() { Ok(None) } else { Ok(Some(self.filled(level, rows).await?)) }
    }

    async fn nodes(&self, given: &Map<String, Json>, singles: &[Single]) -> Result<Root, Reason> {
        let ids = given.get("ids").and_then(Json::as_array).ok_or(Reason::Argument)?;
        if ids.len() > 100 {
            return Err(Reason::Argument);
        }
        let mut asked = Vec::with_capacity(ids.len());
        for id in ids {
            let id = decode(id.as_str().ok_or(Reason::Argument)?);
            asked.push(id.and_then(|(kind, uuid)| Some((position(singles, kind)?, uuid))));
        }
        let (mut filled, mut found) = (Vec::new(), HashMap::new());
        for (position, single) in singles.iter().enumerate() {
            let mut wanted: Vec<Uuid> = asked.iter().flatten().filter(|(of, _)| *of == position).map(|(_, id)| *id).collect();
            wanted.sort_unstable();
            wanted.dedup();
            if wanted.is_empty() {
                filled.push(None);
                continue;
            }
            let rows = self.store.level_by_ids(&single.level.shape, &wanted).await.map_err(store)?;
            for (id, row) in by_id(&rows)? {
                found.insert((position, id), row);
            }
            filled.push(Some(self.filled(&single.level, rows).await?));
        }
        let places = asked.into_iter().map(|asked| asked.and_then(|asked| Some((asked.0, *found.get(&asked)?)))).collect();
        Ok(Root::Many { filled, places })
    }

    /// A connection at the root, or under each of its parents.
    async fn page(&self, connection: &Connection, parents: Option<&[Uuid]>) -> Result<Page, Reason> {
        let given = self.values.arguments(&connection.arguments)?;
        let asked = arguments::list(self.session, connection.table, &connection.coordinate, connection.parent, &given)
            .map_err(|_| Reason::Argument)?;
        let (request, wants) = (asked.request, connection.wants);
        let extra: Vec<&'static str> = if wants.cursors { request.keys().iter().map(|key| key.column).collect() } else { Vec::new() };
        let own = connection.level.shape.columns.len();
        let counts = match (wants.count, parents) {
            (false, _) => Vec::new(),
            (true, None) => vec![self.store.count(&request).await.map_err(store)?],
            (true, Some(parents)) => self.store.counts(&request, parents).await.map_err(store)?,
        };
        let mut page = Page { list: asked.list, ranges: Vec::new(), filled: None, counts, keys: own..own + extra.len(), request };
        if wants.rows {
            let and_one = if page.request.backward { wants.previous } else { wants.next };
            let asked = LevelPage { shape: &connection.level.shape, request: &page.request, extra: &extra, and_one };
            let rows = match parents {
                None => self.store.level_page(asked).await,
                Some(parents) => self.store.level_pages(asked, parents).await,
            }
            .map_err(store)?;
            page.ranges = ranges(&rows, parents.map(<[Uuid]>::len), page.request.limit)?;
            page.filled = Some(self.filled(&connection.level, rows).await?);
        }
        Ok(page)
    }

    /// Reads what hangs under rows.
    fn filled<'f>(&'f self, level: &'f Level, rows: Rows) -> BoxFuture<'f, Result<Filled, Reason>> {
        Box::pin(async move {
            let mut children = Vec::with_capacity(level.children.len());
            for child in &level.children {
                children.push(match child {
                    Child::Many { id, connection } => {
                        let (parents, pages) = parents(&rows, *id)?;
                        let content = if parents.is_empty() { None } else { Some(self.page(connection, Some(&parents)).await?) };
                        FilledChild { pages, content: Content::Page(Box::new(content.unwrap_or_else(|| nothing(connection)))) }
                    }
                    Child::Listed { column, single } => self.listed(&rows, *column, single).await?,
                });
            }
            Ok(Filled { rows, children })
        })
    }

    async fn listed(&self, rows: &Rows, column: usize, single: &Single) -> Result<FilledChild, Reason> {
        let mut ids = Vec::new();
        for position in 0..rows.len() {
            let row = rows.get(position).ok_or(Reason::Value)?;
            let texts = row.list(column).map_err(store)?.unwrap_or_default();
            ids.extend(texts.iter().filter_map(|text| decode(text)).map(|(_, id)| id));
        }
        ids.sort_unstable();
        ids.dedup();
        let found = self.store.level_by_ids(&single.level.shape, &ids).await.map_err(store)?;
        let by_id = by_id(&found)?.into_iter().collect();
        Ok(FilledChild { pages: Vec::new(), content: Content::Listed { filled: self.filled(&single.level, found).await?, found: by_id } })
    }
}

fn position(singles: &[Single], kind: tandem_domain::record::Kind) -> Option<usize> {
    table(kind).filter(|table| table.root.is_some())?;
    singles.iter().position(|single| single.level.shape.kind == kind)
}

/// A page under no parent at all: nobody will ask for it.
fn nothing(connection: &Connection) -> Page {
    let request = arguments::plain(connection.table.kind);
    Page { request, list: String::new(), ranges: Vec::new(), filled: None, counts: Vec::new(), keys: 0..0 }
}

/// The ids in a column, each once; and for each row which of them it has.
fn parents(rows: &Rows, column: usize) -> Result<(Vec<Uuid>, Vec<Option<usize>>), Reason> {
    let (mut ids, mut places, mut known) = (Vec::new(), Vec::with_capacity(rows.len()), HashMap::new());
    for position in 0..rows.len() {
        let row = rows.get(position).ok_or(Reason::Value)?;
        places.push(row.uuid(column).map_err(store)?.map(|id| {
            *known.entry(id).or_insert_with(|| {
                ids.push(id);
                ids.len() - 1
            })
        }));
    }
    Ok((ids, places))
}

/// The first column of every level is the id.
fn by_id(rows: &Rows) -> Result<Vec<(Uuid, usize)>, Reason> {
    let mut found = Vec::with_capacity(rows.len());
    for position in 0..rows.len() {
        let id = rows.get(position).ok_or(Reason::Value)?.uuid(0).map_err(store)?.ok_or(Reason::Value)?;
        found.push((id, position));
    }
    Ok(found)
}

/// Which rows are whose: they come in the order of the parents.
fn ranges(rows: &Rows, parents: Option<usize>, limit: usize) -> Result<Vec<Range>, Reason> {
    let cut = |start: usize, end: usize| Range { start, end: end.min(start + limit), more: end - start > limit };
    let Some(parents) = parents else { return Ok(vec![cut(0, rows.len())]) };
    let mut ranges = vec![Range::default(); parents];
    let mut start = 0;
    while start < rows.len() {
        let place = |position: usize| rows.get(position).ok_or(Reason::Value)?.place().map_err(store);
        let parent = place(start)?;
        let mut end = start + 1;
        while end < rows.len() && place(end)? == parent {
            end += 1;
        }
        *ranges.get_mut(parent).ok_or(Reason::Value)? = cut(start, end);
        start = end;
    }
    Ok(ranges)
}
