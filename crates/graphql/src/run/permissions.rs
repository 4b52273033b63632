//! The history of permissions on the graph: who was given what, by whom, when and why, over the whole of one's organisation.

use async_graphql::futures_util::future::try_join_all;
use async_graphql::{ComplexObject, Context, ServerResult, SimpleObject, Value};
use serde_json::{Map, Value as Json};
use tandem_domain::record::{Cell, Kind};
use uuid::Uuid;

use super::arguments::{PAGE_DEFAULT, page_size};
use super::cursor;
use super::error::Failure;
use super::history::{self, HistoryEntry};
use super::page::PageInfo;
use super::record::{fail, object, one};
use super::session::Session;
use crate::declare::table;

/// A page of the history of permissions, newest first.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct PermissionHistoryConnection {
    /// The changes with their cursors.
    edges: Vec<PermissionHistoryEdge>,
    /// Whether there is more.
    page_info: PageInfo,
}

/// A change with its cursor.
#[derive(SimpleObject, Clone)]
pub(crate) struct PermissionHistoryEdge {
    /// Where the change stands; for `after` of this history.
    cursor: String,
    /// The change.
    node: PermissionChange,
}

/// One change of who may do what: of a membership, a machine client, or a person.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub(crate) struct PermissionChange {
    /// What was done.
    entry: HistoryEntry,
    #[graphql(skip)]
    kind: Kind,
    #[graphql(skip)]
    id: Uuid,
}

/// Where this history's cursors belong.
const LIST: &str = "permissionHistory";

#[ComplexObject]
impl PermissionHistoryConnection {
    /// The changes.
    async fn nodes(&self) -> Vec<PermissionChange> {
        self.edges.iter().map(|edge| edge.node.clone()).collect()
    }

    /// How many there are that you may see.
    async fn total_count(&self, ctx: &Context<'_>) -> ServerResult<i64> {
        let session = Session::of(ctx).map_err(|failure| fail(ctx, &failure))?;
        session.store().permission_history_count().await.map_err(|error| fail(ctx, &error.into()))
    }
}

#[ComplexObject]
impl PermissionChange {
    /// What was changed, as it is now.
    async fn record(&self, ctx: &Context<'_>) -> ServerResult<Changed> {
        let session = Session::of(ctx).map_err(|failure| fail(ctx, &failure))?;
        Ok(Changed(super::record::settled(ctx, one(ctx, session, self.kind, self.id).await)))
    }
}

/// A record of any kind, or nothing.
pub(crate) struct Changed(Value);

impl async_graphql::OutputType for Changed {
    fn type_name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Node")
    }

    fn create_type_info(_: &mut async_graphql::registry::Registry) -> String {
        "Node".to_owned()
    }

    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> ServerResult<Value> {
        Ok(self.0.clone())
    }
}

/// The root field.
pub(super) async fn answer(ctx: &Context<'_>, session: &Session, given: &Map<String, Json>) -> ServerResult<Value> {
    let page = page(session, given).await.map_err(|failure| fail(ctx, &failure))?;
    object(ctx, page).await
}

async fn page(session: &Session, given: &Map<String, Json>) -> Result<PermissionHistoryConnection, Failure> {
    let limit = page_size(given, "first")?.unwrap_or(PAGE_DEFAULT);
    let after = match given.get("after").and_then(Json::as_str) {
        None => None,
        Some(cursor) => match cursor::open(session, LIST, cursor, "after")?.as_slice() {
            [Cell::Int(position)] => Some(*position),
            _ => return Err(Failure::internal()),
        },
    };
    let (changes, more) = session.store().permission_history(after, limit).await?;
    let edges = try_join_all(changes.iter().map(|(position, changed)| async move {
        let table = table(changed.0.kind).ok_or_else(Failure::internal)?;
        let node = PermissionChange { entry: history::entry(session, table, changed).await?, kind: changed.0.kind, id: changed.0.entity };
        Ok::<_, Failure>(PermissionHistoryEdge { cursor: cursor::seal(session, LIST, &[Cell::Int(*position)]), node })
    }))
    .await?;
    let cursors: Vec<String> = edges.iter().map(|edge| edge.cursor.clone()).collect();
    Ok(PermissionHistoryConnection { page_info: PageInfo::forward(more, after.is_some(), &cursors), edges })
}
