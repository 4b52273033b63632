//! A page of a list: rows are read only when rows are asked for, and counted only when a count is.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field as AskedField;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerResult, SimpleObject, Value};
use tandem_domain::record::Cell;
use tandem_persistence::{PageRequest, PageSlice, Row};
use tokio::sync::OnceCell;

use super::cursor;
use super::error::Failure;
use super::loaders::PageKey;
use super::record::{Record, fail, list, object};
use super::session::Session;
use crate::declare::Table;

/// Where a page's rows come from.
pub(crate) enum Source {
    /// The root.
    Root(PageRequest),
    /// A parent.
    Under(PageKey),
}

/// A page of a list.
pub(crate) struct Page {
    table: &'static Table,
    source: Source,
    /// The text that cursors of this list are sealed to.
    list: String,
    slice: OnceCell<PageSlice>,
}

/// Whether there is more before or after a page.
#[derive(SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether there is more after this page.
    has_next_page: bool,
    /// Whether there is more before this page.
    has_previous_page: bool,
    /// The cursor of the first row.
    start_cursor: Option<String>,
    /// The cursor of the last row.
    end_cursor: Option<String>,
}

impl PageInfo {
    /// The page info of a page that was read forward.
    pub(crate) fn forward(more: bool, began_after: bool, cursors: &[String]) -> Self {
        Self {
            has_next_page: more,
            has_previous_page: began_after,
            start_cursor: cursors.first().cloned(),
            end_cursor: cursors.last().cloned(),
        }
    }
}

impl Page {
    pub(crate) fn new(table: &'static Table, source: Source, list: String) -> Self {
        Self { table, source, list, slice: OnceCell::new() }
    }

    fn request(&self) -> &PageRequest {
        match &self.source {
            Source::Root(request) => request,
            Source::Under(key) => &key.request,
        }
    }

    async fn slice(&self, session: &Session) -> Result<&PageSlice, Failure> {
        let read = async {
            match &self.source {
                Source::Root(request) => Ok(session.store().page(request).await?),
                Source::Under(key) => match session.loaders().pages.try_load(key.clone()).await {
                    Ok(loaded) => Ok(loaded?),
                    Err(_) => Err(Failure::internal()),
                },
            }
        };
        self.slice.get_or_try_init(|| read).await
    }

    async fn count(&self, session: &Session) -> Result<i64, Failure> {
        match &self.source {
            Source::Root(request) => Ok(session.store().count(request).await?),
            Source::Under(key) => {
                // Where the page stands does not matter to how many there are.
                let request = PageRequest { after: None, before: None, limit: 0, backward: false, ..(*key.request).clone() };
                match session.loaders().counts.try_load(PageKey::new(request, key.parent)).await {
                    Ok(loaded) => Ok(loaded?),
                    Err(_) => Err(Failure::internal()),
                }
            }
        }
    }

    fn cursor(&self, session: &Session, row: &Row) -> String {
        let value = |column: &str| match column {
            "created_at" => Cell::Time(row.meta.created_at),
            "updated_at" => Cell::Time(row.meta.updated_at),
            column => row.cell(column).clone(),
        };
        let cells: Vec<Cell> = self.request().keys().iter().map(|key| value(key.column)).collect();
        cursor::seal(session, &self.list, &cells)
    }

    fn info(&self, session: &Session, slice: &PageSlice) -> PageInfo {
        let request = self.request();
        let (forward, began_after, ended_before) = (!request.backward, request.after.is_some(), request.before.is_some());
        PageInfo {
            has_next_page: if forward { slice.more } else { ended_before },
            has_previous_page: if forward { began_after } else { slice.more },
            start_cursor: slice.rows.first().map(|row| self.cursor(session, row)),
            end_cursor: slice.rows.last().map(|row| self.cursor(session, row)),
        }
    }

    async fn answer(&self, ctx: &Context<'_>, name: &str) -> ServerResult<Option<Value>> {
        let session = Session::of(ctx).map_err(|failure| fail(ctx, &failure))?;
        if name == "totalCount" {
            let count = self.count(session).await.map_err(|failure| fail(ctx, &failure))?;
            return Ok(Some(Value::Number(count.into())));
        }
        let slice = self.slice(session).await.map_err(|failure| fail(ctx, &failure))?;
        let record = |row: &Arc<Row>| Record { table: self.table, row: Arc::clone(row) };
        match name {
            "nodes" => list(ctx, slice.rows.iter().map(record).collect()).await.map(Some),
            "edges" => {
                let edge = |row: &Arc<Row>| Edge { cursor: self.cursor(session, row), record: record(row) };
                list(ctx, slice.rows.iter().map(edge).collect()).await.map(Some)
            }
            "pageInfo" => object(ctx, self.info(session, slice)).await.map(Some),
            _ => Ok(None),
        }
    }
}

impl OutputType for Page {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Connection")
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        Cow::Owned(format!("{}Connection", self.table.kind.name()))
    }

    fn create_type_info(_: &mut Registry) -> String {
        "Connection!".to_owned()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Page {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.answer(ctx, ctx.item.node.name.node.as_str()).await
    }
}

/// A row with its cursor.
struct Edge {
    cursor: String,
    record: Record,
}

impl OutputType for Edge {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Edge")
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        Cow::Owned(format!("{}Edge", self.record.table.kind.name()))
    }

    fn create_type_info(_: &mut Registry) -> String {
        "Edge!".to_owned()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Edge {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match ctx.item.node.name.node.as_str() {
            "cursor" => Ok(Some(Value::String(self.cursor.clone()))),
            "node" => object(ctx, self.record.clone()).await.map(Some),
            _ => Ok(None),
        }
    }
}
