//! The history of a record as its reader sees it: what changed, by whom, when and why, in fields that the graph shows.

use async_graphql::futures_util::future::try_join_all;
use async_graphql::{ComplexObject, Context, Json as JsonScalar, ServerResult, SimpleObject, Value};
use serde_json::{Value as Json, json};
use tandem_domain::id::decode;
use tandem_domain::record::{Cell, Kind, Scalar};
use tandem_domain::value::PartialDate;
use tandem_persistence::{Changed, HistoryEntry as Entry};

use super::arguments::{self, PAGE_DEFAULT, page_size};
use super::cursor;
use super::error::Failure;
use super::loaders::HistoryKey;
use super::page::PageInfo;
use super::record::{Record, fail, object};
use super::scalar::moment;
use super::session::Session;
use crate::declare::{Table, What};

/// A page of a record's history, oldest first.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct HistoryConnection {
    /// The entries with their cursors.
    edges: Vec<HistoryEdge>,
    /// Whether there is more.
    page_info: PageInfo,
    #[graphql(skip)]
    kind: Kind,
    #[graphql(skip)]
    id: uuid::Uuid,
}

/// An entry with its cursor.
#[derive(SimpleObject, Clone)]
pub(crate) struct HistoryEdge {
    /// Where the entry stands; for `after` of the same history.
    cursor: String,
    /// The entry.
    node: HistoryEntry,
}

/// One thing that was done to a record.
#[derive(SimpleObject, Clone)]
pub(crate) struct HistoryEntry {
    /// The version that it made.
    version: i64,
    /// What was done: CREATED, UPDATED, ENDED, BOUND (a first sign-in), the name of a step, or CONFIRMED_ and such a name.
    operation: String,
    /// The command that did it.
    command: String,
    /// When it was recorded (UTC).
    recorded_at: Moment,
    /// As of when it counts (UTC).
    effective_at: Moment,
    /// Who did it, by id; nothing where you may not see who that is, or it was Tandem itself.
    actor_id: Option<async_graphql::ID>,
    /// Why; nothing where something that changed is hidden from you, for the reason may speak of it.
    reason: Option<String>,
    /// What changed in the fields that the graph shows.
    changes: Vec<FieldChange>,
    /// The signature, for a signed step.
    signature: Option<SignatureManifest>,
}

/// A field that changed.
#[derive(SimpleObject, Clone)]
pub(crate) struct FieldChange {
    /// The field, as the graph names it.
    field: String,
    /// What it held before; nothing where you could not see the record before, and for contact data, which no history keeps.
    old: Option<JsonScalar<Json>>,
    /// What it held afterwards; nothing for contact data.
    new: Option<JsonScalar<Json>>,
}

/// What a signature shows wherever it is shown (21 CFR 11.50).
#[derive(SimpleObject, Clone)]
pub(crate) struct SignatureManifest {
    /// The signer's name as it was printed then.
    printed_name: Option<String>,
    /// What the signature means.
    meaning: String,
    /// When it was signed (UTC).
    signed_at: String,
    /// When the signer had proved who he is (UTC).
    auth_time: String,
    /// SHA-256 of the record's content as it was signed.
    content_hash: String,
}

/// A moment as the graph's `DateTime`.
#[derive(Clone)]
pub(crate) struct Moment(String);

impl Moment {
    pub(super) fn of(time: chrono::DateTime<chrono::Utc>) -> Self {
        Self(moment(time))
    }
}

#[ComplexObject]
impl HistoryConnection {
    /// The entries.
    async fn nodes(&self) -> Vec<HistoryEntry> {
        self.edges.iter().map(|edge| edge.node.clone()).collect()
    }

    /// How many entries there are that you may see.
    async fn total_count(&self, ctx: &Context<'_>) -> ServerResult<i64> {
        let session = Session::of(ctx).map_err(|failure| fail(ctx, &failure))?;
        match session.loaders().history_counts.try_load((self.kind, self.id)).await {
            Ok(Ok(count)) => Ok(count),
            Ok(Err(error)) => Err(fail(ctx, &error.into())),
            Err(_) => Err(fail(ctx, &Failure::internal())),
        }
    }
}

pub(super) async fn answer(ctx: &Context<'_>, session: &Session, record: &Record) -> ServerResult<Value> {
    let page = page(ctx, session, record).await.map_err(|failure| fail(ctx, &failure))?;
    object(ctx, page).await
}

async fn page(ctx: &Context<'_>, session: &Session, record: &Record) -> Result<HistoryConnection, Failure> {
    let (kind, id) = (record.row.kind, record.row.id());
    let given = arguments::of(ctx)?;
    let limit = page_size(&given, "first")?.unwrap_or(PAGE_DEFAULT);
    let list = format!("history {kind:?} {id}");
    let after = match given.get("after").and_then(Json::as_str) {
        None => None,
        Some(cursor) => match cursor::open(session, &list, cursor, "after")?.as_slice() {
            [Cell::Int(version), Cell::Uuid(entry)] => Some((*version, *entry)),
            _ => return Err(Failure::internal()),
        },
    };
    let key = HistoryKey { kind, id, after, limit };
    let (entries, more) = session.loaders().histories.try_load(key).await.map_err(|_| Failure::internal())??;
    let list = &list;
    let edge = |changed: &'_ Changed| {
        let cells = [Cell::Int(changed.0.version), Cell::Uuid(changed.0.id)];
        let (cursor, changed) = (cursor::seal(session, list, &cells), changed.clone());
        async move { Ok::<_, Failure>(HistoryEdge { cursor, node: entry(session, record.table, &changed).await? }) }
    };
    // All at once: what they look up becomes one statement.
    let edges = try_join_all(entries.iter().map(edge)).await?;
    let cursors: Vec<String> = edges.iter().map(|edge| edge.cursor.clone()).collect();
    Ok(HistoryConnection { page_info: PageInfo::forward(more, after.is_some(), &cursors), edges, kind, id })
}

pub(super) async fn entry(session: &Session, table: &Table, (entry, before): &Changed) -> Result<HistoryEntry, Failure> {
    let actor_kind = match entry.actor.kind {
        tandem_domain::access::PrincipalKind::Person => Some(Kind::Person),
        tandem_domain::access::PrincipalKind::Client => Some(Kind::ApiClient),
        tandem_domain::access::PrincipalKind::System => None,
    };
    let actor_id = match actor_kind {
        None => None,
        Some(kind) => visible_id(session, kind, entry.actor.id).await?,
    };
    let changes = changes(session, table, entry, before.as_ref()).await?;
    Ok(HistoryEntry {
        version: entry.version,
        operation: entry.operation.clone(),
        command: entry.command.clone(),
        recorded_at: Moment(moment(entry.recorded_at)),
        effective_at: Moment(moment(entry.effective_at)),
        actor_id: actor_id.map(async_graphql::ID),
        reason: entry.reason.clone().filter(|_| !changes.hidden),
        changes: changes.seen,
        signature: entry.signature.as_ref().map(signature),
    })
}

/// What changed, as far as the reader sees it, and whether there was more.
struct Changes {
    seen: Vec<FieldChange>,
    hidden: bool,
}

async fn changes(session: &Session, table: &Table, entry: &Entry, before: Option<&Json>) -> Result<Changes, Failure> {
    let (mut changed, mut hidden) = (Vec::new(), false);
    for field in &table.fields {
        let (mut old, mut new) = (shown(&field.what, before), shown(&field.what, Some(&entry.state)));
        if old == new {
            continue;
        }
        if let What::One { kind, .. } = field.what {
            // Whom an edge led to is told only where the viewer sees him.
            let there = (old.is_some(), new.is_some());
            (old, new) = (seen(session, old).await?, seen(session, new).await?);
            // A reason may speak of a record that is hidden. Who decided is no such thing, though his name is not told.
            hidden |= kind != Kind::Person && there != (old.is_some(), new.is_some());
            if old.is_none() && new.is_none() {
                continue;
            }
        }
        if matches!(field.what, What::Column { column, .. } if table.kind.is_contact(column.name)) {
            // The journal keeps no contact data: it says that it changed.
            (old, new) = (None, None);
        }
        changed.push(FieldChange { field: field.name.clone(), old: old.map(JsonScalar), new: new.map(JsonScalar) });
    }
    Ok(Changes { seen: changed, hidden })
}

/// What a journalled state holds for a field, as the graph gives it; lists of edges and what is not kept have nothing to show.
fn shown(what: &What, state: Option<&Json>) -> Option<Json> {
    let value = |column: &str| state.and_then(|state| state.get(column)).filter(|value| !value.is_null());
    match what {
        What::Column { column, .. } => match (column.scalar, value(column.name)?) {
            (Scalar::PartialDate, Json::String(stored)) => PartialDate::from_stored(stored).map(PartialDate::to_json),
            (_, value) => Some(value.clone()),
        },
        What::Money { units, currency } => Some(json!({ "minorUnits": value(units)?, "currency": value(currency)? })),
        What::One { column, .. } => value(column).cloned(),
        What::Stored(_)
        | What::Days(_)
        | What::Listed { .. }
        | What::Many { .. }
        | What::Part { .. }
        | What::Transitions
        | What::References
        | What::History
        | What::LastUse { .. } => None,
    }
}

async fn seen(session: &Session, id: Option<Json>) -> Result<Option<Json>, Failure> {
    let Some((kind, uuid)) = id.as_ref().and_then(Json::as_str).and_then(decode) else { return Ok(None) };
    Ok(visible_id(session, kind, uuid).await?.map(Json::from))
}

async fn visible_id(session: &Session, kind: Kind, id: uuid::Uuid) -> Result<Option<String>, Failure> {
    Ok(session.loaders().row(kind, id).await?.map(|row| tandem_domain::id::encode(kind, row.id())))
}

fn signature(manifest: &Json) -> SignatureManifest {
    let text = |name: &str| manifest.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    SignatureManifest {
        printed_name: manifest.get("printedName").and_then(Json::as_str).map(str::to_owned),
        meaning: text("meaning"),
        signed_at: text("signedAt"),
        auth_time: text("authTime"),
        content_hash: text("contentHash"),
    }
}

impl async_graphql::OutputType for Moment {
    fn type_name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("DateTime")
    }

    fn create_type_info(_: &mut async_graphql::registry::Registry) -> String {
        "DateTime!".to_owned()
    }

    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> ServerResult<Value> {
        Ok(Value::String(self.0.clone()))
    }
}
