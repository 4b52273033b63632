//! `exportManifest`: how much an export would have now, by kind, with a hash: so that a copy, or a file, can be held against the graph.

use async_graphql::registry::{MetaField, MetaInputValue};
use async_graphql::{Context, ServerResult, SimpleObject, Value};
use serde_json::{Map, Value as Json};
use tandem_domain::id::decode;
use tandem_domain::record::{FactColumn, Kind};
use uuid::Uuid;

use super::changes::{RecordKind, asked_kinds};
use super::error::Failure;
use super::record::{fail, list};
use super::session::Session;

/// The root field's name.
pub(super) const NAME: &str = "exportManifest";

/// How much there is of a kind.
#[derive(SimpleObject)]
pub(crate) struct ExportManifestEntry {
    /// The kind.
    kind: RecordKind,
    /// How many records of it you see.
    record_count: u64,
    /// SHA-256 in hexadecimal over a line for each of them, in the order of their ids: the id, a space, the version, a line feed.
    sha256: String,
}

/// The root field.
pub(super) fn field() -> MetaField {
    let argument = |name: &str, ty: &str, doc: &str| MetaInputValue { description: Some(doc.to_owned()), ..MetaInputValue::new(name, ty) };
    let doc = "How many records of each kind you see now, and a hash of which they are at which versions: what `tandem export` writes into \
               its manifest, and what a copy that was kept by `changes` has to come to.";
    let mut field = MetaField { description: Some(doc.to_owned()), ..MetaField::new(NAME, "[ExportManifestEntry!]!") };
    let given = [
        argument("kinds", "[RecordKind!]", "Which kinds of records; all of them where it is left out."),
        argument("studyId", "ID", "Only what belongs to this study; kinds that belong to no study are left out then."),
    ];
    field.args = given.into_iter().map(|argument| (argument.name.clone(), argument)).collect();
    field
}

pub(super) async fn answer(ctx: &Context<'_>, session: &Session, given: &Map<String, Json>) -> ServerResult<Value> {
    let entries = entries(session, given).await.map_err(|failure| fail(ctx, &failure))?;
    list(ctx, entries).await
}

async fn entries(session: &Session, given: &Map<String, Json>) -> Result<Vec<ExportManifestEntry>, Failure> {
    let study = match given.get("studyId").and_then(Json::as_str) {
        None => None,
        Some(id) => Some(seen_study(session, id).await?),
    };
    let mut entries = Vec::new();
    for kind in asked_kinds(given) {
        if study.is_none() || kind.def().fact(FactColumn::Study).is_some() {
            let tally = session.store().tally(kind, study).await?;
            entries.push(ExportManifestEntry { kind: RecordKind::of(kind), record_count: tally.count(), sha256: tally.hash() });
        }
    }
    Ok(entries)
}

/// The study of this id; one that he does not see is none, though rows of his own may lie in it: as for lists that are filtered by it.
async fn seen_study(session: &Session, id: &str) -> Result<Uuid, Failure> {
    let Some((_, study)) = decode(id).filter(|(kind, _)| *kind == Kind::Study) else { return Ok(Uuid::nil()) };
    Ok(session.loaders().row(Kind::Study, study).await?.map_or_else(Uuid::nil, |row| row.id()))
}
