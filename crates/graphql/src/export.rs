//! Exports: everything of a kind that a viewer sees, page by page, asked of the graph itself: who exports gets what he could read, in the
//! same words.

use std::fmt::Write as _;
use std::sync::Arc;

use async_graphql::Variables;
use serde_json::{Map, Value as Json, json};
use tandem_domain::access::Viewer;
use tandem_domain::id::encode;
use tandem_domain::record::{FactColumn, Kind, Scalar, camel_case};
use uuid::Uuid;

use crate::declare::{Stored, Table, What, table};
use crate::graph::{Answer, Asked, Circumstance, Graph};
use crate::limits::Limits;
use crate::run::changes::{kinds, term};

/// How many records a page has: as many as a list gives at most.
const PAGE: u32 = 100;

/// One kind as it is exported.
#[derive(Clone, Debug)]
pub struct ExportKind {
    /// The kind.
    pub kind: Kind,
    /// Its name among `RecordKind`, such as `STUDY_SITE`.
    pub term: String,
    /// Where the values of a record stand, each as the names down to it: `study`, `id`.
    pub columns: Vec<Vec<String>>,
    document: String,
    list: &'static str,
    /// By what a study's records are picked out; nothing for what belongs to no study.
    study: Option<String>,
}

/// A page of an export.
#[derive(Clone, Debug, Default)]
pub struct ExportPage {
    /// The records, in the order of their ids.
    pub rows: Vec<Json>,
    /// Where the next page begins; nothing where there is none.
    pub after: Option<String>,
}

/// An export that cannot go on.
#[derive(Debug, thiserror::Error)]
#[error("the graph does not answer: {0}")]
pub struct ExportError(String);

impl ExportKind {
    /// Every kind that can be exported: what has a list of its own, but for the access log.
    #[must_use]
    pub fn all() -> Vec<Self> {
        kinds().filter_map(|kind| Self::of(table(kind)?)).collect()
    }

    fn of(table: &Table) -> Option<Self> {
        let root = table.root.as_ref()?;
        let (mut selection, mut columns) = (String::new(), Vec::new());
        select(table, &[], &mut selection, &mut columns);
        let name = table.kind.name();
        let document = format!(
            "query($first: Int, $after: String, $filter: {name}Filter) {{ {}(first: $first, after: $after, filter: $filter, orderBy: [{{ \
             field: ID }}]) {{ nodes {{{selection} }} pageInfo {{ hasNextPage endCursor }} }} }}",
            root.list
        );
        let study = table.kind.def().fact(FactColumn::Study).map(camel_case);
        Some(Self { kind: table.kind, term: term(table.kind), columns, document, list: root.list, study })
    }

    /// Whether records of this kind belong to studies.
    #[must_use]
    pub fn is_of_study(&self) -> bool {
        self.study.is_some()
    }
}

/// Writes everything that a record says of itself: its values, whom it names, its parts. What others say of it is theirs to be exported;
/// what is counted to today changes by itself, and histories are long.
fn select(table: &Table, above: &[String], selection: &mut String, columns: &mut Vec<Vec<String>>) {
    for field in &table.fields {
        let path = |below: Option<&str>| -> Vec<String> {
            above.iter().cloned().chain([field.name.clone()]).chain(below.map(str::to_owned)).collect()
        };
        let below: &[&str] = match field.what {
            What::Column { column, .. } if column.scalar == Scalar::PartialDate => &["date", "precision", "kind"],
            What::Column { .. } | What::Stored(Stored::Version | Stored::CreatedAt | Stored::UpdatedAt) => &[],
            What::Money { .. } => &["minorUnits", "currency"],
            What::One { .. } | What::Listed { .. } | What::Stored(Stored::CreatedBy) => &["id"],
            What::Part { kind } => {
                let Some(part) = crate::declare::table(kind) else { continue };
                let _ = write!(selection, " {} {{", field.name);
                select(part, &path(None), selection, columns);
                selection.push_str(" }");
                continue;
            }
            What::Days(_) | What::Many { .. } | What::Transitions | What::References | What::History | What::LastUse { .. } => continue,
        };
        let _ = write!(selection, " {}", field.name);
        if below.is_empty() {
            columns.push(path(None));
        } else {
            let _ = write!(selection, " {{ {} }}", below.join(" "));
            columns.extend(below.iter().map(|name| path(Some(name))));
        }
    }
}

impl Graph {
    /// A page of everything of a kind that this viewer sees; of one study, where one is named.
    ///
    /// # Errors
    /// [`ExportError`] where the graph does not answer.
    pub async fn export_page(
        &self,
        viewer: Arc<Viewer>,
        kind: &ExportKind,
        study: Option<Uuid>,
        after: Option<&str>,
    ) -> Result<ExportPage, ExportError> {
        let filter = match (study, &kind.study) {
            (None, _) => Json::Null,
            (Some(_), None) => return Ok(ExportPage::default()),
            (Some(study), Some(field)) => {
                let mut filter = Map::new();
                filter.insert(field.clone(), json!({ "eq": encode(Kind::Study, study) }));
                Json::Object(filter)
            }
        };
        let variables = json!({ "first": PAGE, "after": after, "filter": filter });
        let mut asked = Asked::of(&kind.document, Json::Null, &Limits::default()).map_err(|error| ExportError(error.to_string()))?;
        asked.variables = Variables::from_json(variables);
        let data = match self.answer(viewer, asked, Circumstance::default()).await.answer {
            Answer::Written { data, .. } => serde_json::from_slice(&data).map_err(|error| ExportError(error.to_string()))?,
            Answer::Resolved(response) => {
                if let Some(error) = response.errors.first() {
                    return Err(ExportError(error.message.clone()));
                }
                response.data.into_json().map_err(|error| ExportError(error.to_string()))?
            }
        };
        let mut page = data;
        let page = page.get_mut(kind.list).map(Json::take).unwrap_or_default();
        let after = page.pointer("/pageInfo/endCursor").and_then(Json::as_str).map(str::to_owned);
        let more = page.pointer("/pageInfo/hasNextPage").and_then(Json::as_bool).unwrap_or_default();
        let rows = page.get("nodes").and_then(Json::as_array).cloned().unwrap_or_default();
        Ok(ExportPage { rows, after: after.filter(|_| more) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_feed_can_be_exported_with_the_parts_of_its_records() {
        let all = ExportKind::all();
        assert_eq!(all.len(), kinds().count());
        let study = all.iter().find(|kind| kind.kind == Kind::Study).unwrap();
        for path in ["id", "protocolNumber", "startDate.precision", "sponsor.id", "internal.riskScore", "benchmark.budget.currency"] {
            assert!(study.columns.iter().any(|column| column.join(".") == path), "{path}");
        }
        assert!(all.iter().all(|kind| kind.columns.first().is_some_and(|column| column == &["id"])));
        // What belongs to a study is picked out by a field that its list can be filtered by.
        for kind in &all {
            let by = kind.study.as_deref().map(|field| field.strip_suffix("Id").unwrap_or(field));
            assert!(by.is_none_or(|by| kind.columns.iter().any(|column| column[0] == by)), "{}", kind.term);
        }
        assert!(study.is_of_study() && !all.iter().find(|kind| kind.kind == Kind::Person).unwrap().is_of_study());
    }
}
