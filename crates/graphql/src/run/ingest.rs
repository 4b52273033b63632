//! Bulk ingestion: what another system reports, up to a thousand rows in one request. Good rows go in, the others are named by their
//! place. Days and terms are texts here, so that a row which holds none is refused by itself and not the request with it.

use async_graphql::registry::{MetaField, Registry};
use async_graphql::{Context, OutputType, ServerResult, SimpleObject, Value};
use serde_json::{Map, Value as Json};
use tandem_domain::command::{Refusal, UserError};
use tandem_domain::partner::{ExternalReferenceRow, MilestoneRow, StudySiteRow, plain_name};
use tandem_domain::portfolio::EnrollmentSnapshotCreate;
use tandem_domain::record::{FieldError, Input, InputField};
use tandem_persistence::{Circumstances, IngestRow, Ingested, Ingestion, WriteError};

use super::error::Failure;
use super::mutation::{UserErrorObject, manner};
use super::record::{fail, object};
use super::session::Session;
use crate::schema;

type Object = Map<String, Json>;

/// A bulk mutation.
pub(crate) struct Ingest {
    /// The mutation's name.
    pub(crate) name: &'static str,
    /// What it does, for people.
    pub(crate) doc: &'static str,
    /// The name of its rows' type.
    pub(crate) row: &'static str,
    /// What a row says.
    pub(crate) row_doc: &'static [&'static str],
    /// The fields of a row.
    pub(crate) fields: &'static [InputField],
    /// Whether its rows go by the names that a system has for things.
    pub(crate) by_name: bool,
    read: fn(&Object) -> Result<IngestRow, Vec<FieldError>>,
}

const INGESTS: [Ingest; 4] = [
    Ingest {
        name: "enrollmentIngest",
        doc: "Reports how far enrolment at study sites had come on days, up to 1,000 rows. A day that is not reported yet is, one that is \
              known otherwise is corrected (with the reason), one that is known so is left as it is: a repetition has no effect. Good rows \
              go in, each as it would by itself; the others are named by their place.",
        row: "EnrollmentIngestRow",
        row_doc: &["How far enrolment at a study site had come on a day."],
        fields: EnrollmentSnapshotCreate::FIELDS,
        by_name: false,
        read: |row| EnrollmentSnapshotCreate::read(row).map(IngestRow::Enrollment),
    },
    Ingest {
        name: "milestonesIngest",
        doc: "Reports milestones by what a system of yours calls them, up to 1,000 rows. One that it calls so is brought up to the row, \
              another is planned (by who may) and called so: a repetition has no effect. Good rows go in, each as it would by itself; the \
              others are named by their place.",
        row: "MilestonesIngestRow",
        row_doc: MilestoneRow::DOC,
        fields: MilestoneRow::FIELDS,
        by_name: true,
        read: |row| MilestoneRow::read(row).map(IngestRow::Milestone),
    },
    Ingest {
        name: "studySitesIngest",
        doc: "Reports sites of studies by what a system of yours calls them, up to 1,000 rows. One that it calls so is brought up to the \
              row, another is added to its study (by who may) and called so: a repetition has no effect. Good rows go in, each as it would \
              by itself; the others are named by their place.",
        row: "StudySitesIngestRow",
        row_doc: StudySiteRow::DOC,
        fields: StudySiteRow::FIELDS,
        by_name: true,
        read: |row| StudySiteRow::read(row).map(IngestRow::StudySite),
    },
    Ingest {
        name: "externalRefsIngest",
        doc: "Says what a system of yours calls records that you see, up to 1,000 rows. It is known to your organisation alone, to whoever \
              sees the record. A repetition has no effect. Good rows go in, each as it would by itself; the others are named by their place.",
        row: "ExternalRefsIngestRow",
        row_doc: ExternalReferenceRow::DOC,
        fields: ExternalReferenceRow::FIELDS,
        by_name: true,
        read: |row| ExternalReferenceRow::read(row).map(IngestRow::Reference),
    },
];

/// What an ingestion came to.
#[derive(SimpleObject, Default)]
pub(crate) struct IngestPayload {
    /// How many rows made something new.
    created: usize,
    /// How many changed something.
    updated: usize,
    /// How many say what is known already.
    unchanged: usize,
    /// What was refused of the others, in the order of the rows: nothing of them is kept.
    rejected: Vec<IngestRejection>,
    /// What was refused of the request as a whole; empty where its rows were looked at.
    user_errors: Vec<UserErrorObject>,
}

/// What was refused of a row.
#[derive(SimpleObject)]
pub(crate) struct IngestRejection {
    /// The row's place, from 0.
    index: usize,
    /// What was refused, and why.
    error: UserErrorObject,
}

/// The bulk mutation of this name.
pub(super) fn find(name: &str) -> Option<&'static Ingest> {
    INGESTS.iter().find(|ingest| ingest.name == name)
}

/// The mutations' fields.
pub(super) fn fields() -> impl Iterator<Item = MetaField> {
    INGESTS.iter().map(schema::ingest_field)
}

/// Registers what they take and give.
pub(super) fn register(registry: &mut Registry) {
    for ingest in &INGESTS {
        schema::register_ingest(registry, ingest);
    }
    IngestPayload::create_type_info(registry);
}

pub(super) async fn answer(ctx: &Context<'_>, session: &Session, ingest: &Ingest, given: &Object) -> ServerResult<Value> {
    let payload = take_in(session, ingest, given).await.map_err(|failure| fail(ctx, &failure))?;
    object(ctx, payload).await
}

async fn take_in(session: &Session, ingest: &Ingest, given: &Object) -> Result<IngestPayload, Failure> {
    let input = given.get("input").and_then(Json::as_object).ok_or_else(|| Failure::bad_input("Give `input`."))?;
    let (manner, system) = match (manner(input), system(ingest, input)) {
        (Ok(manner), Ok(system)) => (manner, system),
        (Err(error), _) | (_, Err(error)) => {
            return Ok(IngestPayload { user_errors: vec![error.into()], ..IngestPayload::default() });
        }
    };
    let mut payload = IngestPayload::default();
    let (mut places, mut rows) = (Vec::new(), Vec::new());
    for (index, row) in input.get("rows").and_then(Json::as_array).into_iter().flatten().enumerate() {
        match (ingest.read)(&row.as_object().cloned().unwrap_or_default()) {
            Ok(row) => {
                places.push(index);
                rows.push(row);
            }
            Err(faults) => payload.refuse(session, index, faults.into()),
        }
    }
    let circumstances = Circumstances { manner, request_id: session.circumstance.request_id.clone(), idempotency_key: None };
    let ingestion = Ingestion { name: ingest.name, system: &system, rows: &rows };
    let outcomes = match session.vault.ingest(&session.viewer, ingestion, &circumstances).await {
        Ok(outcomes) => outcomes,
        Err(WriteError::Refused(refusal)) => {
            payload.user_errors = refusal.0.into_iter().map(Into::into).collect();
            return Ok(payload);
        }
        Err(error) => return Err(error.into()),
    };
    for (index, outcome) in places.into_iter().zip(outcomes) {
        match outcome {
            Ingested::Created => payload.created = payload.created.saturating_add(1),
            Ingested::Updated => payload.updated = payload.updated.saturating_add(1),
            Ingested::Unchanged => payload.unchanged = payload.unchanged.saturating_add(1),
            Ingested::Refused(refusal) => payload.refuse(session, index, refusal),
        }
    }
    payload.rejected.sort_by_key(|rejection| rejection.index);
    session.refresh().await;
    Ok(payload)
}

/// The system whose names the rows give; blank where they give none.
fn system(ingest: &Ingest, input: &Object) -> Result<String, UserError> {
    if !ingest.by_name {
        return Ok(String::new());
    }
    let text = input.get("system").and_then(Json::as_str).unwrap_or_default();
    let text = tandem_domain::record::check_text(text);
    text.map_err(|words| UserError::at(tandem_domain::command::Code::BadUserInput, "system", words))
        .and_then(|text| plain_name("system", text))
}

impl IngestPayload {
    fn refuse(&mut self, session: &Session, index: usize, refusal: Refusal) {
        session.refuse(&refusal);
        self.rejected.extend(refusal.0.into_iter().map(|error| IngestRejection { index, error: in_row(index, error).into() }));
    }
}

/// An error of a row's own input, with its path from the mutation's argument.
fn in_row(index: usize, mut error: UserError) -> UserError {
    if error.field.first().is_some_and(|first| first == "input") {
        error.field.splice(1..1, ["rows".to_owned(), index.to_string()]);
    }
    error
}
