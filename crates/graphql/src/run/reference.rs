//! External references: what a system of the reader's organisation calls a record, beneath the record and by `byExternalRef`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::futures_util::future::join_all;
use async_graphql::parser::types::Field as AskedField;
use async_graphql::registry::{MetaField, MetaInputValue, ObjectBuilder, Registry};
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerResult, SimpleObject, Value};
use serde_json::{Map, Value as Json};
use tandem_persistence::{Reference, Row};
use uuid::Uuid;

use super::error::Failure;
use super::history::Moment;
use super::record::{Record, fail, list, object};
use super::session::Session;

/// The root field's name.
pub(super) const NAME: &str = "byExternalRef";

/// How many names one request asks for at most.
const MOST: usize = 100;

/// What a system of your organisation calls a record. Its members and machine clients read it, each beneath what he reads.
#[derive(SimpleObject)]
#[graphql(name = "ExternalRef")]
pub(crate) struct ExternalReferenceObject {
    /// The system.
    system: String,
    /// What it calls the record.
    external_id: String,
    /// When that was last said (UTC).
    updated_at: Moment,
}

impl From<Reference> for ExternalReferenceObject {
    fn from(reference: Reference) -> Self {
        let Reference { system, external_id, updated_at } = reference;
        Self { system, external_id, updated_at: Moment::of(updated_at) }
    }
}

/// What beneath a record says how systems call it.
pub(super) async fn answer(ctx: &Context<'_>, session: &Session, id: Uuid) -> ServerResult<Value> {
    match session.loaders().references.try_load(id).await {
        Ok(Ok(references)) => list(ctx, references.into_iter().map(ExternalReferenceObject::from).collect()).await,
        Ok(Err(error)) => Err(fail(ctx, &error.into())),
        Err(_) => Err(fail(ctx, &Failure::internal())),
    }
}

/// The type of what the root field finds.
pub(super) fn register(registry: &mut Registry) {
    let field = |name: &str, ty: &str, doc: &str| MetaField { description: Some(doc.to_owned()), ..MetaField::new(name, ty) };
    let fields = [field("externalId", "String!", "What it is called."), field("node", "Node!", "What the system calls so.")];
    let fields = fields.into_iter().map(|field| (field.name.clone(), field)).collect();
    let doc = "What a system of your organisation calls by a name.";
    let object = ObjectBuilder::new(MATCH, fields).description(Some(doc.to_owned())).build();
    registry.types.insert(MATCH.to_owned(), object);
}

/// The root field.
pub(super) fn field() -> MetaField {
    let argument = |name: &str, ty: &str, doc: &str| MetaInputValue { description: Some(doc.to_owned()), ..MetaInputValue::new(name, ty) };
    let doc = "What a system of your organisation calls by these names, in their order, as far as you see it; one record of a kind for each, unless \
               colleagues who do not see what the others named gave a name twice. What nothing is called, or nothing that you see, gives nothing.";
    let mut field = MetaField { description: Some(doc.to_owned()), ..MetaField::new(NAME, format!("[{MATCH}!]!")) };
    let given = [argument("system", "String!", "The system."), argument("ids", "[String!]!", "What it calls the records, at most 100.")];
    field.args = given.into_iter().map(|argument| (argument.name.clone(), argument)).collect();
    field
}

pub(super) async fn find(ctx: &Context<'_>, session: &Session, given: &Map<String, Json>) -> ServerResult<Value> {
    let found = matches(session, given).await.map_err(|failure| fail(ctx, &failure))?;
    list(ctx, found).await
}

async fn matches(session: &Session, given: &Map<String, Json>) -> Result<Vec<Match>, Failure> {
    // Names are kept without space around them.
    let system = given.get("system").and_then(Json::as_str).unwrap_or_default().trim();
    // A single value stands for a list of one.
    let ids: Vec<&str> = match given.get("ids") {
        Some(Json::Array(ids)) => ids.iter().filter_map(Json::as_str).map(str::trim).collect(),
        Some(id) => id.as_str().into_iter().map(str::trim).collect(),
        None => Vec::new(),
    };
    if ids.len() > MOST {
        return Err(Failure::bad_input(format!("Ask for at most {MOST} ids at once.")));
    }
    // No name holds what no database keeps.
    let mut names: Vec<String> = ids.iter().filter(|id| !id.contains('\0')).map(|id| (*id).to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() || system.contains('\0') {
        return Ok(Vec::new());
    }
    let referenced = session.store().referenced(system, &names).await?;
    let loaders = session.loaders();
    let loads = referenced.iter().map(|found| loaders.row(found.kind, found.id));
    let mut seen: HashMap<&str, Vec<Arc<Row>>> = HashMap::new();
    for (found, row) in referenced.iter().zip(join_all(loads).await) {
        if let Some(row) = row? {
            seen.entry(&found.external_id).or_default().push(row);
        }
    }
    let of = |id: &str| seen.get(id).into_iter().flatten().map(|row| (id.to_owned(), Arc::clone(row))).collect::<Vec<_>>();
    let found = ids.into_iter().flat_map(of);
    found.map(|(external_id, row)| Ok(Match { external_id, record: Record::of(row)? })).collect()
}

/// What the root field's type is called.
const MATCH: &str = "ExternalRefMatch";

/// A record that a system calls so.
struct Match {
    external_id: String,
    record: Record,
}

impl OutputType for Match {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(MATCH)
    }

    fn create_type_info(_: &mut Registry) -> String {
        format!("{MATCH}!")
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Match {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match ctx.item.node.name.node.as_str() {
            "externalId" => Ok(Some(Value::String(self.external_id.clone()))),
            "node" => object(ctx, self.record.clone()).await.map(Some),
            _ => Ok(None),
        }
    }
}
